package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
)

func trash(t *testing.T, b *bench) {
	b.insert(t, NewGit(1))
	was := b.read(t, "git-000001")
	stale := was
	stale.Version = 7
	wants(t, "Retire of another version", b.Retire(ctx, stale, nil, Event("x")), connector.ErrConflict)
	b.retire(t, was.ID)

	gone := b.read(t, was.ID)
	if gone.Retired.IsZero() || gone.RetiredBy != "dana" || gone.Version != 2 {
		t.Errorf("retired connector = %+v, want when and by whom", gone)
	}
	_, err := b.Find(ctx, was.Workspace, was.Scope, was.Identifier)
	wants(t, "Find of a retired one", err, connector.ErrNotFound)
	if named, err := b.Named(ctx, was.Workspace, was.Name); err != nil || len(named) != 0 {
		t.Errorf("Named of a retired one = %v, %v; want none", named, err)
	}
	again := gone
	again.Version = 3
	wants(t, "Retire twice", b.Retire(ctx, again, nil, Event("x")), connector.ErrConflict)
	wants(t, "Update in the trash", b.Update(ctx, again, nil, nil, Event("x")), connector.ErrConflict)
	wants(t, "AddUse in the trash", b.AddUse(ctx, was.ID, connector.Use{Kind: "pipeline", Name: "p"}, Event("x")), connector.ErrNotFound)

	// Its identifier is free; then it cannot come back.
	heir := NewGit(2)
	heir.Identifier = was.Identifier
	b.insert(t, heir)
	back := again
	back.Retired, back.RetiredBy, back.Updated, back.UpdatedBy = time.Time{}, "", Noon.Add(time.Hour), "kim"
	wants(t, "Restore of a given-away identifier", b.Restore(ctx, back, Event("x")), connector.ErrTaken)
	b.retire(t, heir.ID)
	must(t, b.Restore(ctx, back, Event("connector.restored")))
	if diff := cmp.Diff(back, b.read(t, was.ID), same); diff != "" {
		t.Errorf("after Restore (-want +got):\n%s", diff)
	}
	back.Version = 4
	wants(t, "Restore of a living one", b.Restore(ctx, back, Event("x")), connector.ErrConflict)
	back.ID = "nobody"
	wants(t, "Restore of nobody", b.Restore(ctx, back, Event("x")), connector.ErrNotFound)
	wants(t, "Retire of nobody", b.Retire(ctx, back, nil, Event("x")), connector.ErrNotFound)
}

func purges(t *testing.T, b *bench) {
	reg := NewRegistration(1, "hunter2")
	reg.Tags = connector.Tags{{Key: "team", Value: "payments"}}
	b.insert(t, reg)
	must(t, b.AddUse(ctx, reg.ID, connector.Use{Kind: "project", Name: "p", Added: Noon}, Event("use.added")))
	must(t, b.BeginRun(ctx, connector.Run{ID: "run", Connector: reg.ID, State: connector.Running, Began: Noon}))
	wants(t, "Purge of a living one", b.Purge(ctx, reg.ID, Event("x")), connector.ErrNotFound)
	must(t, b.RemoveUse(ctx, reg.ID, connector.Use{Kind: "project", Name: "p"}, Event("use.removed")))
	b.retire(t, reg.ID)
	must(t, b.Purge(ctx, reg.ID, Event("connector.purged")))
	wants(t, "Purge twice", b.Purge(ctx, reg.ID, Event("x")), connector.ErrNotFound)

	_, err := b.Connector(ctx, reg.ID)
	wants(t, "Connector after Purge", err, connector.ErrNotFound)
	_, err = b.Run(ctx, "run")
	wants(t, "Run after Purge", err, connector.ErrNotFound)
	// The same id again has nothing of the old one.
	fresh := NewRegistration(1, "")
	b.insert(t, fresh)
	got := b.read(t, reg.ID)
	must(t, b.OpenFields(ctx, got))
	if s := got.Spec.(*Registration).Secret; !s.Empty() {
		t.Errorf("hidden value after Purge = %q, want none", s.Reveal())
	}
	if got, err := b.Uses(ctx, reg.ID); err != nil || len(got) != 0 {
		t.Errorf("Uses after Purge = %v, %v; want none", got, err)
	}
	for _, q := range []connector.Query{{Tag: "team"}, {Tag: "team:payments"}, {Text: "payments"}} {
		if page, err := b.List(ctx, q); err != nil || len(page.Connectors) != 0 {
			t.Errorf("List(%+v) after Purge = %d connectors, %v; want none", q, len(page.Connectors), err)
		}
	}
}

func uses(t *testing.T, b *bench) {
	b.insert(t, NewGit(1))
	const id = "git-000001"
	nightly := connector.Use{Kind: "pipeline", Name: "nightly", Where: "main", Added: Noon, By: "dana"}
	app := connector.Use{Kind: "project", Name: "app", Added: Noon, By: "dana"}
	must(t, b.AddUse(ctx, id, nightly, Event("use.added")))
	must(t, b.AddUse(ctx, id, app, Event("use.added")))
	wants(t, "AddUse twice", b.AddUse(ctx, id, app, Event("x")), connector.ErrTaken)
	wants(t, "AddUse of nobody", b.AddUse(ctx, "nobody", app, Event("x")), connector.ErrNotFound)
	got, err := b.Uses(ctx, id)
	must(t, err)
	if diff := cmp.Diff([]connector.Use{app, nightly}, got); diff != "" {
		t.Errorf("Uses (-want +got):\n%s", diff)
	}
	must(t, b.RemoveUse(ctx, id, app, Event("use.removed")))
	wants(t, "RemoveUse twice", b.RemoveUse(ctx, id, app, Event("x")), connector.ErrNotFound)
	if got, err = b.Uses(ctx, id); err != nil || len(got) != 1 || got[0] != nightly {
		t.Errorf("Uses after RemoveUse = %v, %v; want nightly alone", got, err)
	}
}

// usedUp retires connectors that are in use: what the store knows at that very moment counts.
func usedUp(t *testing.T, b *bench) {
	b.insert(t, NewGit(1))
	c := b.read(t, "git-000001")
	nightly := connector.Use{Kind: "pipeline", Name: "nightly", Where: "main", Added: Noon, By: "dana"}
	app := connector.Use{Kind: "project", Name: "app", Added: Noon, By: "dana"}
	must(t, b.AddUse(ctx, c.ID, nightly, Event("use.added")))
	must(t, b.AddUse(ctx, c.ID, app, Event("use.added")))
	c.Version++
	c.Retired, c.RetiredBy = Noon, "dana"
	before := b.events(t)
	for what, forget := range map[string][]connector.Use{"nothing": nil, "one of two": {app}, "others": {{Kind: "pipeline", Name: "nightly"}, app}} {
		wants(t, "Retire that forgets "+what, b.Retire(ctx, c, forget, Event("x")), connector.ErrInUse)
		if got, err := b.Uses(ctx, c.ID); err != nil || len(got) != 2 {
			t.Errorf("Uses after a refused Retire = %v, %v; want both", got, err)
		}
	}
	if got := b.read(t, c.ID); !got.Retired.IsZero() || b.events(t) != before {
		t.Error("a refused Retire left something")
	}
	must(t, b.Retire(ctx, c, []connector.Use{app, nightly}, Event("connector.retired")))
	if got, err := b.Uses(ctx, c.ID); err != nil || len(got) != 0 {
		t.Errorf("Uses after Retire = %v, %v; want none", got, err)
	}
	if got := b.events(t); got != before+1 {
		t.Errorf("Retire left %d events, want one", got-before)
	}
}
