package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
)

func runs(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewGit(2))
	begun := connector.Run{ID: "first", Connector: "git-000001", State: connector.Running, Asked: "List the refs", By: "dana", Began: Noon}
	must(t, b.BeginRun(ctx, begun))
	got, err := b.Run(ctx, "first")
	must(t, err)
	if diff := cmp.Diff(begun, got); diff != "" {
		t.Errorf("a run as begun (-want +got):\n%s", diff)
	}
	stray := begun
	stray.ID, stray.Connector = "stray", "nobody"
	wants(t, "BeginRun of nobody", b.BeginRun(ctx, stray), connector.ErrNotFound)
	wants(t, "BeginRun twice", b.BeginRun(ctx, begun), connector.ErrTaken)

	done := begun
	done.State, done.Ended, done.Was = connector.Done, Noon.Add(time.Second), connector.Unverified
	done.Outcome = connector.Outcome{Status: connector.Failing, Code: "GIT_AUTH_REFUSED", Text: "No.", Cause: "Wrong password.", Next: "Replace it.",
		Steps: []connector.Step{
			{Name: "Resolve", State: connector.StepOK, Began: Noon.Add(123 * time.Microsecond), Took: 1500 * time.Microsecond, Evidence: "192.0.2.7"},
			{Name: "Use", State: connector.StepSkipped},
		}}
	health := connector.Health{Status: connector.Failing, Since: done.Ended, Checked: done.Ended, Code: done.Code, Summary: done.Text}
	before := b.events(t)
	must(t, b.EndRun(ctx, done, 1, b.read(t, "git-000001").Health, health, Event("connector.flipped")))
	if got, err = b.Run(ctx, "first"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(done, got); diff != "" {
		t.Errorf("a run as ended (-want +got):\n%s", diff)
	}
	c := b.read(t, "git-000001")
	if c.Health != health || c.Version != 1 {
		t.Errorf("health = %+v at version %d, want %+v at version 1", c.Health, c.Version, health)
	}
	was := health
	health.Checked = Noon.Add(time.Minute)
	must(t, b.EndRun(ctx, done, 1, was, health, Event("")))
	if got := b.events(t) - before; got != 1 {
		t.Errorf("a flip and a run without one wrote %d events, want 1", got)
	}

	// A verdict on another version is none: neither it nor its run is kept. Without a verdict the run is, and the health stays.
	other := done
	other.Code = "OTHER"
	red := connector.Health{Status: connector.Degraded, Since: Noon, Checked: Noon.Add(time.Hour), Code: "OTHER"}
	before = b.events(t)
	wants(t, "EndRun of version 2 of 1", b.EndRun(ctx, other, 2, health, red, Event("connector.flipped")), connector.ErrConflict)
	older, another := health, health
	older.Checked, another.Status = was.Checked, connector.Healthy
	for name, from := range map[string]connector.Health{"an older check": older, "another status": another} {
		wants(t, "EndRun of a verdict from "+name, b.EndRun(ctx, other, 1, from, red, Event("connector.flipped")), connector.ErrConflict)
	}
	if got := b.read(t, "git-000001").Health; got != health || b.events(t) != before {
		t.Errorf("health after conflicts = %+v, want it untouched: %+v, and no event", got, health)
	}
	if got, err = b.Run(ctx, "first"); err != nil || got.Code != done.Code {
		t.Errorf("after a conflict the run = %+v, %v, want it as it was", got, err)
	}
	must(t, b.EndRun(ctx, other, 0, health, red, Event("connector.flipped")))
	if got, err = b.Run(ctx, "first"); err != nil || got.Code != "OTHER" {
		t.Errorf("a run without a verdict = %+v, %v, want its code kept", got, err)
	}
	if got := b.read(t, "git-000001").Health; got != health || b.events(t) != before {
		t.Errorf("health = %+v, want it untouched: %+v, and no event", got, health)
	}

	const most = 200
	for i := range most + 5 {
		r := begun
		r.ID = fmt.Sprintf("run-%03d", i)
		must(t, b.BeginRun(ctx, r))
	}
	must(t, b.BeginRun(ctx, connector.Run{ID: "other", Connector: "git-000002", State: connector.Running, Began: Noon}))
	list, err := b.History(ctx, "git-000001", 1000)
	must(t, err)
	if len(list) != most || list[0].ID != "run-204" || list[most-1].ID != "run-005" {
		t.Errorf("History = %d runs from %s to %s, want %d from run-204 to run-005", len(list), list[0].ID, list[len(list)-1].ID, most)
	}
	if list, err = b.History(ctx, "git-000001", 3); err != nil || len(list) != 3 {
		t.Errorf("History(3) = %d runs, %v", len(list), err)
	}
	_, err = b.Run(ctx, "first")
	wants(t, "Run past the bound", err, connector.ErrNotFound)

	at := Noon.Add(time.Hour)
	if n, err := b.Interrupt(ctx, at); n != most+1 || err != nil {
		t.Errorf("Interrupt() = %d, %v; want %d", n, err, most+1)
	}
	if got, err = b.Run(ctx, "other"); err != nil || got.State != connector.Interrupted || !got.Ended.Equal(at) {
		t.Errorf("an interrupted run = %+v, %v", got, err)
	}
	if n, err := b.Interrupt(ctx, at); n != 0 || err != nil {
		t.Errorf("Interrupt() again = %d, %v; want 0", n, err)
	}
}

func runsOutlive(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewGit(2))
	for _, id := range []string{"git-000001", "git-000002"} {
		must(t, b.BeginRun(ctx, connector.Run{ID: "run-" + id, Connector: id, State: connector.Running, Began: Noon}))
		b.retire(t, id)
	}
	must(t, b.Purge(ctx, "git-000001", Event("connector.purged")))
	was := b.read(t, "git-000002").Health
	health := connector.Health{Status: connector.Failing, Since: Noon, Checked: Noon}
	for _, id := range []string{"git-000001", "git-000002"} {
		done := connector.Run{ID: "run-" + id, Connector: id, State: connector.Done, Began: Noon, Ended: Noon}
		if err := b.EndRun(ctx, done, 2, was, health, Event("connector.flipped")); err != nil {
			t.Errorf("EndRun of %s = %v, want none", id, err)
		}
	}
	if got := b.read(t, "git-000002").Health; got != health {
		t.Errorf("health in the trash = %+v, want %+v", got, health)
	}
	if got, err := b.Counts(ctx); err != nil || got.Total() != 0 {
		t.Errorf("Counts = %v, %v; want nothing living", got, err)
	}
}
