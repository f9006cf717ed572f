package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
)

// due gives the ids of what is due at a time.
func (b *bench) due(t testing.TB, at time.Time, n int) []string {
	t.Helper()
	rows, err := b.Due(ctx, at, n)
	must(t, err)
	out := []string{}
	for _, r := range rows {
		out = append(out, r.Connector)
	}
	return out
}

func watches(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewGit(2), NewGit(3))
	fresh, err := b.Due(ctx, Noon, 10)
	must(t, err)
	if len(fresh) != 3 || fresh[0] != (connector.Watch{Connector: "git-000001"}) {
		t.Fatalf("Due() of new ones = %+v, want the three, yet to be planned", fresh)
	}
	slot := Noon.Add(time.Minute)
	var plans []connector.Watch
	for i, w := range fresh {
		w.Slot = slot.Add(-time.Duration(i) * time.Second)
		w.Due = w.Slot
		plans = append(plans, w)
	}
	plans[2].Due, plans[2].Fails = plans[2].Slot.Add(-time.Second), 2
	if kept, err := b.Plan(ctx, append(plans, connector.Watch{Connector: "nobody"})); err != nil || !cmp.Equal(kept, []bool{true, true, true, false}) {
		t.Fatalf("Plan() = %v, %v; want the three kept and the unknown one not", kept, err)
	}
	got, err := b.Watch(ctx, "git-000003")
	must(t, err)
	if diff := cmp.Diff(plans[2], got); diff != "" {
		t.Errorf("a watch as planned (-want +got):\n%s", diff)
	}
	if got := b.due(t, Noon, 10); len(got) != 0 {
		t.Errorf("due at noon: %v, want none", got)
	}
	if got := b.due(t, slot, 10); !cmp.Equal(got, []string{"git-000003", "git-000002", "git-000001"}) {
		t.Errorf("due after a minute: %v, want the longest-waiting first", got)
	}
	if got := b.due(t, slot, 1); !cmp.Equal(got, []string{"git-000003"}) {
		t.Errorf("the first that is due: %v", got)
	}

	// A cadence of its own, and none at all. A plan that was made for another cadence is not kept.
	before := b.events(t)
	must(t, b.SetWatch(ctx, "git-000001", time.Hour, Event("watch.set")))
	must(t, b.SetWatch(ctx, "git-000002", connector.Never, Event("watch.set")))
	wants(t, "SetWatch of nobody", b.SetWatch(ctx, "nobody", time.Hour, Event("watch.set")), connector.ErrNotFound)
	if got := b.events(t) - before; got != 2 {
		t.Errorf("two changes wrote %d events", got)
	}
	if kept, err := b.Plan(ctx, plans); err != nil || !cmp.Equal(kept, []bool{false, false, true}) {
		t.Errorf("Plan() for the old cadences = %v, %v; want the third kept alone", kept, err)
	}
	if got := b.due(t, Noon, 10); !cmp.Equal(got, []string{"git-000001"}) {
		t.Errorf("due after the changes: %v, want the one that is to be planned anew", got)
	}
	if got, err := b.Watch(ctx, "git-000002"); err != nil || got.Every != connector.Never || !got.Due.IsZero() {
		t.Errorf("Watch() of one that is not watched = %+v, %v", got, err)
	}

	// The trash is not watched, and what comes out of it is planned anew with the cadence that it had.
	b.retire(t, "git-000001")
	if got := b.due(t, Noon.Add(time.Hour), 10); !cmp.Equal(got, []string{"git-000003"}) {
		t.Errorf("due with one in the trash: %v", got)
	}
	wants(t, "SetWatch in the trash", b.SetWatch(ctx, "git-000001", time.Hour, Event("watch.set")), connector.ErrNotFound)
	c := b.read(t, "git-000001")
	c.Version++
	must(t, b.Restore(ctx, c, Event("connector.restored")))
	if got, err := b.Watch(ctx, "git-000001"); err != nil || got.Every != time.Hour || !got.Slot.IsZero() {
		t.Errorf("Watch() of a restored one = %+v, %v", got, err)
	}
	if got := b.due(t, Noon, 10); !cmp.Equal(got, []string{"git-000001"}) {
		t.Errorf("due after the restore: %v", got)
	}

	// Those without a cadence of their own follow when the program's gets shorter.
	if n, err := b.Replan(ctx, slot.Add(-time.Hour)); n != 1 || err != nil {
		t.Errorf("Replan() = %d, %v; want 1", n, err)
	}
	if n, err := b.Replan(ctx, slot); n != 0 || err != nil {
		t.Errorf("Replan() again = %d, %v; want 0", n, err)
	}
	b.retire(t, "git-000003")
	must(t, b.Purge(ctx, "git-000003", Event("connector.purged")))
	_, err = b.Watch(ctx, "git-000003")
	wants(t, "Watch of a purged one", err, connector.ErrNotFound)
}

func pauses(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewGit(2))
	until := Noon.Add(time.Hour)
	everything := connector.Pause{Since: Noon, Until: until, Reason: "The data centre moves.", By: "dana"}
	workspace := connector.Pause{Workspace: "h2", Since: Noon, Reason: "Being rebuilt.", By: "dana"}
	one := connector.Pause{Connector: "git-000001", Since: Noon, Reason: "Known.", By: "dana"}
	for _, p := range []connector.Pause{everything, workspace, one} {
		must(t, b.Pause(ctx, p, Event("watch.paused")))
	}
	everything.Reason = "It still moves."
	must(t, b.Pause(ctx, everything, Event("watch.paused")))
	got, err := b.Pauses(ctx)
	must(t, err)
	if diff := cmp.Diff([]connector.Pause{everything, workspace}, got); diff != "" {
		t.Errorf("Pauses (-want +got):\n%s", diff)
	}
	single, err := b.PausedConnectors(ctx, 10)
	must(t, err)
	listed := one
	listed.Workspace, listed.Name = "h1", "Repository 1"
	if diff := cmp.Diff([]connector.Pause{listed}, single); diff != "" {
		t.Errorf("PausedConnectors (-want +got):\n%s", diff)
	}
	w, err := b.Watch(ctx, "git-000001")
	must(t, err)
	listed.Name = ""
	if diff := cmp.Diff(&listed, w.Pause); diff != "" {
		t.Errorf("the pause of a watch (-want +got):\n%s", diff)
	}
	if w, err = b.Watch(ctx, "git-000002"); err != nil || w.Pause != nil {
		t.Errorf("Watch() of one that is not paused = %+v, %v", w, err)
	}
	wants(t, "Pause of nobody", b.Pause(ctx, connector.Pause{Connector: "nobody"}, Event("x")), connector.ErrNotFound)
	wants(t, "Pause of no workspace", b.Pause(ctx, connector.Pause{Workspace: "nowhere"}, Event("x")), connector.ErrNotFound)

	before := b.events(t)
	must(t, b.Resume(ctx, "", "", Event("watch.resumed")))
	must(t, b.Resume(ctx, "", "git-000001", Event("watch.resumed")))
	wants(t, "Resume again", b.Resume(ctx, "", "git-000001", Event("watch.resumed")), connector.ErrNotFound)
	if n := b.events(t) - before; n != 2 {
		t.Errorf("two resumptions wrote %d events", n)
	}
	if got, err = b.Pauses(ctx); err != nil || len(got) != 1 || got[0].Workspace != "h2" {
		t.Errorf("Pauses = %+v, %v; want the workspace's alone", got, err)
	}
	must(t, b.RemoveWorkspace(ctx, "h2", Event("workspace.removed")))
	if got, err = b.Pauses(ctx); err != nil || len(got) != 0 {
		t.Errorf("Pauses = %+v, %v; want none once the workspace is gone", got, err)
	}
}

func windows(t *testing.T, b *bench) {
	weekly := connector.Window{ID: "win1", Workspace: "h1", Name: "Patch night", Days: 65, From: 22 * 60, To: 2 * 60, Zone: "Europe/Berlin", Created: Noon, By: "dana"}
	once := connector.Window{ID: "win2", Workspace: "h1", Name: "Move", Zone: "UTC", Begins: Noon, Ends: Noon.Add(time.Hour), Created: Noon, By: "dana"}
	for _, w := range []connector.Window{weekly, once} {
		must(t, b.AddWindow(ctx, w, Event("maintenance.added")))
	}
	got, err := b.Windows(ctx)
	must(t, err)
	if diff := cmp.Diff([]connector.Window{once, weekly}, got); diff != "" {
		t.Errorf("Windows (-want +got):\n%s", diff)
	}
	if one, err := b.Window(ctx, "win1"); err != nil || one != weekly {
		t.Errorf("Window = %+v, %v", one, err)
	}
	must(t, b.RemoveWindow(ctx, "win1", Event("maintenance.removed")))
	wants(t, "RemoveWindow again", b.RemoveWindow(ctx, "win1", Event("maintenance.removed")), connector.ErrNotFound)
	_, err = b.Window(ctx, "win1")
	wants(t, "Window that is gone", err, connector.ErrNotFound)
	for i := range 49 {
		once.ID = fmt.Sprint("more", i)
		must(t, b.AddWindow(ctx, once, Event("maintenance.added")))
	}
	once.ID = "one-too-many"
	wants(t, "AddWindow past the bound", b.AddWindow(ctx, once, Event("maintenance.added")), connector.ErrInUse)
}

// ended keeps a run that ended at a time with a status, whatever it was before.
func (b *bench) ended(t testing.TB, id, connectorID string, s connector.Status, at time.Time, took time.Duration, expires ...connector.Expiry) {
	t.Helper()
	run := connector.Run{ID: id, Connector: connectorID, State: connector.Running, By: "watch", Began: at.Add(-took)}
	must(t, b.BeginRun(ctx, run))
	run.State, run.Ended, run.Outcome = connector.Done, at, connector.Outcome{Status: s, Code: "X", Text: "So it is.", Expires: expires}
	c := b.read(t, connectorID)
	h := c.Health
	h.Status, h.Checked = s, at
	must(t, b.EndRun(ctx, run, c.Version, c.Health, h, Event("")))
}

func days(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewGit(2))
	const id = "git-000001"
	late := time.Date(2026, 11, 21, 23, 59, 59, 999e6, time.UTC)
	b.ended(t, "r1", id, connector.Healthy, late, 180*time.Millisecond)
	b.ended(t, "r2", id, connector.Failing, late.Add(time.Millisecond), 100*time.Millisecond)
	b.ended(t, "r3", id, connector.Healthy, Noon, 200*time.Millisecond)
	b.ended(t, "r4", id, connector.Unverified, Noon.Add(time.Second), 10*time.Millisecond)
	b.ended(t, "r5", id, connector.Healthy, Noon.Add(2*time.Second), 200*time.Millisecond)
	b.ended(t, "other", "git-000002", connector.Failing, Noon, time.Second)
	must(t, b.EndRun(ctx, connector.Run{ID: "r5", Connector: id, State: connector.Interrupted, Ended: Noon}, 1, b.read(t, id).Health, b.read(t, id).Health, Event("")))

	got, err := b.Days(ctx, id, late)
	must(t, err)
	first := connector.Day{Date: connector.DayOf(late), Checks: 1, OK: 1, Flips: 1, Worst: connector.Healthy, Took: 180 * time.Millisecond, Longest: 180 * time.Millisecond}
	first.Spread.Add(180 * time.Millisecond)
	second := connector.Day{Date: connector.DayOf(Noon), Checks: 4, OK: 2, Failed: 1, Other: 1, Flips: 4, Worst: connector.Failing, Took: 510 * time.Millisecond, Longest: 200 * time.Millisecond}
	for _, ms := range []time.Duration{100, 200, 10, 200} {
		second.Spread.Add(ms * time.Millisecond)
	}
	if diff := cmp.Diff([]connector.Day{first, second}, got); diff != "" {
		t.Errorf("Days (-want +got):\n%s", diff)
	}
	if got, err = b.Days(ctx, id, Noon); err != nil || len(got) != 1 {
		t.Errorf("Days from noon = %+v, %v; want that day alone", got, err)
	}
	runs, err := b.History(ctx, id, 10)
	must(t, err)
	var was []connector.Status
	for _, r := range runs {
		was = append(was, r.Was)
	}
	if want := []connector.Status{"unverified", "healthy", "failing", "healthy", "unverified"}; !cmp.Equal(was, want) {
		t.Errorf("the runs changed the status from %v, want %v", was, want)
	}

	// The first check of a day forgets what is too old.
	b.ended(t, "later", id, connector.Healthy, Noon.AddDate(0, 0, 400), time.Second)
	if got, err = b.Days(ctx, id, time.Unix(0, 0)); err != nil || len(got) != 1 {
		t.Errorf("Days after 400 more = %d, %v; want one", len(got), err)
	}
	b.ended(t, "next", id, connector.Healthy, Noon.AddDate(0, 0, 401), time.Second)
	if got, err = b.Days(ctx, id, time.Unix(0, 0)); err != nil || len(got) != 2 {
		t.Errorf("Days after one more = %d, %v; want two", len(got), err)
	}
	b.retire(t, id)
	must(t, b.Purge(ctx, id, Event("connector.purged")))
	if got, err = b.Days(ctx, id, time.Unix(0, 0)); err != nil || len(got) != 0 {
		t.Errorf("Days of a purged one = %+v, %v", got, err)
	}
}

// unloggedWatch makes every event fail and wants the watch to stay as it was.
func unloggedWatch(t *testing.T, b *bench) {
	b.insert(t, NewGit(1))
	kept := connector.Window{ID: "kept", Workspace: "h1", Name: "Kept", Zone: "UTC", Begins: Noon, Ends: Noon.Add(time.Hour), Created: Noon, By: "dana"}
	must(t, b.AddWindow(ctx, kept, Event("maintenance.added")))
	must(t, b.Pause(ctx, connector.Pause{Since: Noon, Reason: "kept"}, Event("watch.paused")))
	must(t, b.KeepSecret(ctx, NewSecret("s"), connector.NewSecret("v1"), Event("secret.created")))
	b.ended(t, "r", "git-000001", connector.Healthy, Noon, time.Second, server("git.example.com", Noon.AddDate(0, 0, 3)))
	count := b.events(t)
	b.engine.Exec(t, b.dir, `CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no log today'); END`)
	ahead, err := b.Warnings(ctx, Noon, Noon.AddDate(0, 0, 30))
	must(t, err)
	ahead[0].Days = 7
	ev, added := Event("x"), kept
	added.ID = "added"
	for name, do := range map[string]func() error{
		"SetWatch":     func() error { return b.SetWatch(ctx, "git-000001", time.Hour, ev) },
		"Pause":        func() error { return b.Pause(ctx, connector.Pause{Connector: "git-000001", Since: Noon}, ev) },
		"Resume":       func() error { return b.Resume(ctx, "", "", ev) },
		"AddWindow":    func() error { return b.AddWindow(ctx, added, ev) },
		"RemoveWindow": func() error { return b.RemoveWindow(ctx, "kept", ev) },
		"NoteEnd":      func() error { return b.NoteEnd(ctx, "secret-s", Noon, ev) },
		"Warned":       func() error { return b.Warned(ctx, ahead[0], ev) },
	} {
		if err := do(); err == nil {
			t.Errorf("%s without its event = nil, want an error", name)
		}
	}
	b.engine.Exec(t, b.dir, `DROP TRIGGER broken`)
	if n := b.events(t); n != count {
		t.Errorf("VerifyLog() = %d, want %d as before", n, count)
	}
	w, err := b.Watch(ctx, "git-000001")
	if err != nil || w.Every != 0 || w.Pause != nil {
		t.Errorf("Watch = %+v, %v; want it unchanged", w, err)
	}
	if got, err := b.Pauses(ctx); err != nil || len(got) != 1 || got[0].Reason != "kept" {
		t.Errorf("Pauses = %+v, %v; want them unchanged", got, err)
	}
	if got, err := b.Windows(ctx); err != nil || len(got) != 1 || got[0] != kept {
		t.Errorf("Windows = %+v, %v; want them unchanged", got, err)
	}
	if s, err := b.Secret(ctx, "secret-s"); err != nil || !s.Ends.IsZero() {
		t.Errorf("secret = %+v, %v; want it unchanged", s, err)
	}
	if got, err := b.Warnings(ctx, Noon, Noon.AddDate(0, 0, 30)); err != nil || got[0].Warned != 0 {
		t.Errorf("Warnings = %+v, %v; want nobody warned", got, err)
	}
}
