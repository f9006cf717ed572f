package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/harness"
	"patchbay/registry"
)

// gate is another side that lets nobody go before the test says so.
type gate struct {
	asked chan string   // address of each question, as it comes in
	leave chan struct{} // lets one go
}

// closedGate puts the house before a gate. Whoever still stands there when the test ends goes with the registry.
func (h *house) closedGate() *gate {
	g := &gate{asked: make(chan string, 100), leave: make(chan struct{})}
	h.other.will(func(ctx context.Context, q connector.Question) connector.Outcome {
		q.Step(connector.Step{Name: "Connect", State: connector.StepOK})
		g.asked <- q.Check.(connector.ReadArtifactory).URL
		select {
		case <-g.leave:
			return healthy
		case <-ctx.Done():
			return connector.Outcome{Status: connector.Failing, Code: "TIMEOUT", Text: "Too late.", Steps: []connector.Step{{Name: "Connect", State: connector.StepOK}}}
		}
	})
	return g
}

// limited opens the house's registry anew with other limits.
func (h *house) limited(l registry.Limits) {
	h.Close()
	h.Registry = registry.New(registry.Config{Store: h.store, Doors: h.store, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now, Limits: l})
}

// at keeps a connector that asks a host.
func (h *house) at(t *testing.T, host string) connector.Connector {
	t.Helper()
	d := h.git(h.acme)
	d.Spec = &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://" + host + "/" + d.Name}}
	return h.kept(t, d)
}

// begin starts a check and wants it to be on its way.
func (h *house) begin(t *testing.T, a access.Actor, c connector.Connector) connector.Run {
	t.Helper()
	run, err := h.Check(t.Context(), a, c.ID)
	if err != nil {
		t.Fatalf("Check(%s) by %s = %v", c.Name, a.Name, err)
	}
	return run
}

// planned starts a check as the watch does.
func (h *house) planned(t *testing.T, c connector.Connector) connector.Run {
	t.Helper()
	run, err := registry.Planned(t.Context(), h.Registry, c, noon)
	if err != nil {
		t.Fatalf("a planned check of %s = %v", c.Name, err)
	}
	return run
}

// waits tells which of the runs wait for their turn, as a row of 0 and 1.
func (h *house) waits(t *testing.T, runs ...connector.Run) string {
	t.Helper()
	out := ""
	for _, run := range runs {
		live, err := h.Live(t.Context(), admin, run.Connector, run.ID)
		switch {
		case err != nil:
			t.Fatalf("Live(%s) = %v", run.ID, err)
		case live.Waits:
			out += "1"
		default:
			out += "0"
		}
	}
	return out
}

// system is an actor without a limit of its own.
var system = access.System("test")

func TestNoMoreChecksRunAtATimeThanTheLimit(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 3})
	g := h.closedGate()
	var runs []connector.Run
	for i := range 5 {
		runs = append(runs, h.begin(t, system, h.at(t, fmt.Sprintf("host%d.example.com", i))))
	}
	if got := h.waits(t, runs...); got != "00011" {
		t.Errorf("waiting = %s, want the last two of five", got)
	}
	for range 3 {
		<-g.asked
	}
	g.leave <- struct{}{}
	<-g.asked // one left, so the fourth came
	if n := h.other.times(); n != 4 {
		t.Errorf("%d were asked, want 4: three, and one for the one that left", n)
	}
	for range 4 {
		g.leave <- struct{}{}
	}
	for _, run := range runs {
		h.Wait(t.Context(), run.ID)
		if got, err := h.Run(t.Context(), admin, run.Connector, run.ID); err != nil || got.Status != connector.Healthy {
			t.Errorf("run = %+v, %v, want healthy", got, err)
		}
	}
}

func TestNoMoreChecksAskOneHostAtATimeThanItsLimit(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 8, PerHost: 2})
	h.closedGate()
	one := []connector.Run{h.begin(t, system, h.at(t, "one.example.com")), h.begin(t, system, h.at(t, "one.example.com:8443")), h.begin(t, system, h.at(t, "ONE.example.com"))}
	other := h.begin(t, system, h.at(t, "other.example.com"))
	if got := h.waits(t, append(one, other)...); got != "0010" {
		t.Errorf("waiting = %s, want the third at one host, whatever its port, and none of the other", got)
	}
}

func TestEachCheckIsCountedForAHost(t *testing.T) {
	counted := 0
	for _, v := range catalog.All() {
		for _, kind := range v.Types {
			spec := kind.New()
			form := map[string][]string{}
			for _, f := range spec.Fields() {
				form[f.Name] = []string{f.Example}
			}
			connector.Bind(spec.Fields(), form)
			check := spec.Check()
			switch check.(type) {
			case connector.HarmonyPair, connector.Nothing:
				continue
			}
			if registry.HostOf(check) == "" || strings.ContainsAny(registry.HostOf(check), "/:") {
				t.Errorf("a %T of %s is counted for the host %q", check, kind.Name, registry.HostOf(check))
			}
			counted++
		}
	}
	if counted < 10 {
		t.Errorf("%d types ask a host, want most of them", counted)
	}
}

func TestOnePersonHasOnlySoManyChecksOnTheirWay(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 2, PerUser: 3})
	g := h.closedGate()
	var runs []connector.Run
	for i := range 3 {
		runs = append(runs, h.begin(t, tester, h.at(t, fmt.Sprintf("host%d.example.com", i))))
	}
	more := h.at(t, "more.example.com")
	_, err := h.Check(t.Context(), tester, more.ID)
	var busy *connector.Busy
	if !errors.As(err, &busy) || busy.After <= 0 || !strings.Contains(busy.Text, "may have 3 checks on their way") || !strings.HasSuffix(busy.Text, ".") {
		t.Errorf("a fourth check = %v, want a refusal that says how many there are and when to try again", err)
	}
	if history, err := h.History(t.Context(), admin, more.ID, 5); err != nil || len(history) != 0 {
		t.Errorf("what was refused left %v, %v in the history", history, err)
	}
	if again := h.begin(t, tester, connector.Connector{ID: runs[2].Connector, Name: "the third"}); again.ID != runs[2].ID {
		t.Errorf("asking for one that is on its way gave the run %s, want %s", again.ID, runs[2].ID)
	}
	others := h.begin(t, editor, more)
	if others.By != editor.Name {
		t.Errorf("another person's check = %+v, want it on its way", others)
	}
	<-g.asked
	g.leave <- struct{}{} // one of the two that run is over now, whichever it was
	<-g.asked
	<-g.asked
	if _, err := h.Check(t.Context(), tester, h.at(t, "next.example.com").ID); err != nil {
		t.Errorf("a check after one has ended = %v, want it begun", err)
	}
}

func TestOnlySoManyChecksWait(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 1, Waiting: 4})
	h.closedGate()
	host := func() connector.Connector { return h.at(t, h.unique("h")+".example.com") }
	h.begin(t, system, host())
	for range 3 { // of four places the watch has three
		h.planned(t, host())
	}
	var busy *connector.Busy
	if _, err := registry.Planned(t.Context(), h.Registry, host(), noon); !errors.As(err, &busy) {
		t.Errorf("a fourth planned check = %v, want it put off", err)
	}
	h.begin(t, tester, host())
	if _, err := h.Check(t.Context(), editor, host().ID); !errors.As(err, &busy) || !strings.Contains(busy.Text, "wait for their turn") {
		t.Errorf("one more than may wait = %v, want a refusal", err)
	}
}

func TestTheWatchStandsBackBehindPeople(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 4, PerHost: 2})
	g := h.closedGate()
	var watch []connector.Run
	for i := range 6 {
		watch = append(watch, h.planned(t, h.at(t, fmt.Sprintf("watched%d.example.com", i))))
	}
	if got := h.waits(t, watch...); got != "000111" {
		t.Errorf("waiting = %s, want the watch to use three of four places", got)
	}
	person := h.begin(t, tester, h.at(t, "person.example.com"))
	if got := h.waits(t, person); got != "0" {
		t.Error("a person waits though the watch leaves a place")
	}
	second := h.begin(t, tester, h.at(t, "second.example.com"))
	if got := h.waits(t, second); got != "1" {
		t.Error("five run where four may")
	}
	for range 4 {
		<-g.asked
	}
	g.leave <- struct{}{}
	if at := <-g.asked; !strings.Contains(at, "second.example.com") {
		t.Errorf("the next place went to %s, want to the person who came after the watch", at)
	}
	// A person who asks for what the watch has planned waits no longer than others.
	h.begin(t, tester, connector.Connector{ID: watch[5].Connector, Name: "the last of the watch"})
	g.leave <- struct{}{}
	if at := <-g.asked; !strings.Contains(at, "watched5") {
		t.Errorf("the next place went to %s, want to what a person waits for", at)
	}
}

func TestTheWatchLeavesAPlaceAtEachHost(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 8, PerHost: 2})
	h.closedGate()
	runs := []connector.Run{h.planned(t, h.at(t, "one.example.com")), h.planned(t, h.at(t, "one.example.com")), h.begin(t, tester, h.at(t, "one.example.com"))}
	if got := h.waits(t, runs...); got != "010" {
		t.Errorf("waiting = %s, want the second of the watch, and not the person", got)
	}
}

func TestAmongPeopleWhoeverHasLeastComesFirst(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 2, PerUser: 4})
	g := h.closedGate()
	for i := range 4 {
		h.begin(t, tester, h.at(t, fmt.Sprintf("many%d.example.com", i)))
	}
	h.begin(t, editor, h.at(t, "one.example.com"))
	<-g.asked
	<-g.asked
	g.leave <- struct{}{}
	if at := <-g.asked; !strings.Contains(at, "one.example.com") {
		t.Errorf("the next place went to %s, want to whoever has none", at)
	}
}
