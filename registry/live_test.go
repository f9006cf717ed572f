package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/registry"
)

func TestACancelledCheckSaysNothingOfItsConnector(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 1})
	c, next := h.at(t, "one.example.com"), h.at(t, "two.example.com")
	h.checked(t, c.ID)
	was, flips := h.now(t, c.ID).Health, len(h.events(t, "connector.flipped"))
	h.clock.pass(time.Minute)
	g := h.closedGate()
	run, waiting, third := h.begin(t, tester, c), h.begin(t, tester, next), h.begin(t, tester, h.at(t, "three.example.com"))
	<-g.asked
	// One that waits ends at once, though nobody leaves.
	if err := h.Cancel(t.Context(), editor, waiting.Connector, waiting.ID); err != nil {
		t.Fatalf("Cancel() = %v", err)
	}
	h.Wait(t.Context(), waiting.ID)
	if err := h.Cancel(t.Context(), editor, run.Connector, run.ID); err != nil {
		t.Fatalf("Cancel() = %v", err)
	}
	h.Wait(t.Context(), run.ID)
	for _, one := range []connector.Run{run, waiting} {
		got, err := h.store.Run(t.Context(), one.ID)
		if err != nil || got.State != connector.Cancelled || got.Code != "CANCELLED" || got.Status != connector.Unverified || !strings.Contains(got.Text, "cancelled by edda") || got.Ended.IsZero() {
			t.Errorf("run = %+v, %v, want it kept as cancelled, and by whom", got, err)
		}
	}
	if got, _ := h.store.Run(t.Context(), run.ID); len(got.Steps) != 1 {
		t.Errorf("steps = %v, want those that were seen", got.Steps)
	}
	if now := h.now(t, c.ID).Health; now != was {
		t.Errorf("health = %+v, want it as it was: %+v", now, was)
	}
	if got := len(h.events(t, "connector.flipped")); got != flips {
		t.Errorf("%d flips, want still %d", got, flips)
	}
	<-g.asked // its place is free for the third
	g.leave <- struct{}{}
	h.Wait(t.Context(), third.ID)
	if err := h.Cancel(t.Context(), editor, third.Connector, third.ID); err != nil {
		t.Errorf("Cancel() of one that is over = %v, want no error", err)
	}
	if got, err := h.Run(t.Context(), viewer, third.Connector, third.ID); err != nil || got.State != connector.Done {
		t.Errorf("one that was over when it was cancelled = %+v, %v, want it as it ended", got, err)
	}
	if n := h.other.times(); n != 3 {
		t.Errorf("asked %d times, want 3: what was cancelled before its turn is never asked", n)
	}
}

func TestWhatWaitsWhenTheProgramStopsIsInterrupted(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 1})
	g := h.closedGate()
	runs := []connector.Run{h.begin(t, tester, h.at(t, "one.example.com")), h.begin(t, tester, h.at(t, "two.example.com"))}
	<-g.asked
	late := h.at(t, "late.example.com")
	h.Close()
	for _, run := range runs {
		if kept, err := h.store.Run(t.Context(), run.ID); err != nil || kept.State != connector.Interrupted {
			t.Errorf("run = %+v, %v, want interrupted", kept, err)
		}
	}
	var busy *connector.Busy
	if _, err := h.Check(t.Context(), tester, late.ID); !errors.As(err, &busy) {
		t.Errorf("a check after the stop = %v, want a refusal", err)
	}
}

func TestARunIsToldStepByStep(t *testing.T) {
	h := opened(t)
	c := h.at(t, "one.example.com")
	tell, told := make(chan connector.Step), make(chan struct{})
	h.other.will(func(_ context.Context, q connector.Question) connector.Outcome {
		out := healthy
		for s := range tell {
			q.Step(s)
			out.Steps = append(out.Steps, s)
			told <- struct{}{}
		}
		return out
	})
	run := h.begin(t, tester, c)
	live, err := h.Live(t.Context(), viewer, c.ID, run.ID)
	if err != nil || live.Waits || len(live.Steps) != 0 || live.More == nil {
		t.Fatalf("Live() = %+v, %v, want it to run, without steps, and more to come", live, err)
	}
	for i, name := range []string{"Resolve", "Connect"} {
		tell <- connector.Step{Name: name, State: connector.StepOK}
		<-told
		<-live.More // closed by the step, or the test never ends
		if live, err = h.Live(t.Context(), viewer, c.ID, run.ID); err != nil || len(live.Steps) != i+1 || live.Steps[i].Name != name {
			t.Fatalf("after %s Live() = %+v, %v", name, live.Steps, err)
		}
	}
	close(tell)
	<-live.More
	h.Wait(t.Context(), run.ID)
	if live, err = h.Live(t.Context(), viewer, c.ID, run.ID); err != nil || live.State != connector.Done || live.More != nil || len(live.Steps) != 2 {
		t.Errorf("at the end Live() = %+v, %v, want it done with two steps and no more to come", live, err)
	}
}

func TestTheEndOfACheckIsToldOnce(t *testing.T) {
	h := opened(t)
	c := h.at(t, "one.example.com")
	var heard []string
	registry.OnFinished(h.Registry, func(c connector.Connector, run connector.Run, before, after connector.Health) {
		heard = append(heard, fmt.Sprint(c.Name, " ", run.State, " ", before.Status, " → ", after.Status))
	})
	h.checked(t, c.ID)
	g := h.closedGate()
	run := h.begin(t, tester, c)
	<-g.asked
	if err := h.Cancel(t.Context(), tester, c.ID, run.ID); err != nil {
		t.Fatal(err)
	}
	h.Wait(t.Context(), run.ID)
	exec(t, h.store.Dir(), `CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	run = h.begin(t, tester, c)
	<-g.asked
	g.leave <- struct{}{}
	h.Wait(t.Context(), run.ID)
	want := []string{c.Name + " done unverified → healthy", c.Name + " cancelled healthy → healthy", c.Name + " interrupted healthy → healthy"}
	if fmt.Sprint(heard) != fmt.Sprint(want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

func TestARunThatNobodyHasOnHisHandsIsInterruptedInTheEnd(t *testing.T) {
	h := opened(t)
	c := h.at(t, "one.example.com")
	run := connector.Run{ID: "of-another-program", Connector: c.ID, State: connector.Running, By: "tess", Began: noon}
	if err := h.store.BeginRun(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]connector.RunState{0: connector.Running, 16 * time.Minute: connector.Interrupted} {
		h.clock.pass(noon.Add(after).Sub(h.clock.now()))
		if got, err := h.Run(t.Context(), viewer, c.ID, run.ID); err != nil || got.State != want {
			t.Errorf("after %s the run is %s, %v, want %s", after, got.State, err, want)
		}
		if got, err := h.History(t.Context(), viewer, c.ID, 1); err != nil || got[0].State != want {
			t.Errorf("after %s the history has it as %s, %v, want %s", after, got[0].State, err, want)
		}
	}
}
