package registry_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/registry"
	"patchbay/store"
)

// overtaken is a store where something happens right before each verdict is written.
type overtaken struct {
	*store.Store
	before func()
}

func (s *overtaken) EndRun(ctx context.Context, r connector.Run, version int64, was, h connector.Health, ev access.Event) error {
	if version != 0 {
		s.before()
	}
	return s.Store.EndRun(ctx, r, version, was, h, ev)
}

// beside gives a house whose verdicts are overtaken, and what checks a connector beside it, as another program on the same directory does.
func beside(t *testing.T) (h *house, st *overtaken, quicker func(id string, says connector.Outcome)) {
	t.Helper()
	h = opened(t)
	h.Close()
	st = &overtaken{Store: h.store, before: func() {}}
	h.Registry = registry.New(registry.Config{Store: st, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now})
	second, err := store.Open(t.Context(), h.store.Dir(), catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() of the same directory = %v", err)
	}
	asked := &other{}
	program := registry.New(registry.Config{Store: second, Catalog: catalog.All(), Asker: asked, Passwords: h.passwords, Now: h.clock.now})
	t.Cleanup(func() {
		program.Close()
		if err := second.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return h, st, func(id string, says connector.Outcome) {
		asked.says(says)
		run, err := program.Check(context.Background(), tester, id)
		if err != nil {
			t.Errorf("Check() by the other program = %v", err)
			return
		}
		program.Wait(context.Background(), run.ID)
	}
}

// flips gives what the log says of the changes of status, the oldest first.
func (h *house) flips(t *testing.T) string {
	t.Helper()
	all := h.events(t, "connector.flipped")
	var out []string
	for i := range all {
		out = append(out, all[len(all)-1-i].Detail)
	}
	return strings.Join(out, ", ")
}

func TestAnOlderCheckNeverOutdoesANewerOneOfAnotherProgram(t *testing.T) {
	h, st, quicker := beside(t)
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	done := false
	st.before = func() {
		if !done {
			done = true
			h.clock.pass(time.Minute)
			quicker(c.ID, failing)
		}
	}
	run := h.checked(t, c.ID)
	if run.Status != connector.Healthy || !strings.Contains(run.Text, "ended later") {
		t.Errorf("the older run = %+v, want what it found, and that a later one counts", run.Outcome)
	}
	now := h.now(t, c.ID).Health
	if now.Status != connector.Failing || !now.Checked.Equal(h.clock.now()) || now.Code != failing.Code {
		t.Errorf("health = %+v, want what the newer check found", now)
	}
	if got, want := h.flips(t), "unverified → healthy (GIT_REFS_LISTED), healthy → failing (GIT_AUTH_REFUSED)"; got != want {
		t.Errorf("the log has %s, want %s", got, want)
	}
}

func TestAVerdictStartsFromWhatAnotherProgramFoundMeanwhile(t *testing.T) {
	h, st, quicker := beside(t)
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	done := false
	st.before = func() {
		if !done {
			done = true
			quicker(c.ID, connector.Outcome{Status: connector.Degraded, Code: "X", Text: "Y."})
		}
	}
	h.other.says(failing)
	run := h.checked(t, c.ID)
	if run.Status != connector.Failing || run.Was != connector.Degraded || run.Text != failing.Text {
		t.Errorf("run = %+v, was %s; want failing after degraded", run.Outcome, run.Was)
	}
	if got, want := h.flips(t), "unverified → healthy (GIT_REFS_LISTED), healthy → degraded (X), degraded → failing (GIT_AUTH_REFUSED)"; got != want {
		t.Errorf("the log has %s, want %s", got, want)
	}
	if now := h.now(t, c.ID).Health; now.Status != connector.Failing {
		t.Errorf("status = %s, want failing", now.Status)
	}
}

func TestAVerdictThatIsOvertakenAgainAndAgainIsNone(t *testing.T) {
	h, st, quicker := beside(t)
	c := h.kept(t, h.git(h.acme))
	tries := 0
	st.before = func() {
		tries++
		quicker(c.ID, []connector.Outcome{healthy, failing}[tries%2])
	}
	run := h.checked(t, c.ID)
	if run.State != connector.Done || run.Status != connector.Unverified || !strings.Contains(run.Text, "again and again") || tries != 5 {
		t.Errorf("run = %+v after %d tries, want no verdict after 5", run.Outcome, tries)
	}
	if got := len(h.events(t, "connector.flipped")); got != tries || h.now(t, c.ID).Health.Status != connector.Failing {
		t.Errorf("%d flips and %s, want those of the other program: %d, failing", got, h.now(t, c.ID).Health.Status, tries)
	}
}

// TestAClockThatIsSetBackDoesNotFreezeAStatus: what was checked in the future is no newer check.
func TestAClockThatIsSetBackDoesNotFreezeAStatus(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	h.clock.pass(-time.Hour)
	h.other.says(failing)
	h.checked(t, c.ID)
	if now := h.now(t, c.ID).Health; now.Status != connector.Failing || !now.Checked.Equal(h.clock.now()) {
		t.Errorf("health = %+v, want it checked now and failing", now)
	}
}
