package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// same compares connectors whole; hidden values by what they hold.
var same = cmp.Options{
	cmp.Comparer(func(a, b connector.Secret) bool { return a.Reveal() == b.Reveal() }),
	cmp.Comparer(func(a, b wire.Value) bool { return a.JSON() == b.JSON() }),
}

func keeps(t *testing.T, b *bench) {
	full := NewGit(1)
	full.Scope = connector.Scope{Org: "acme", Project: "payments"}
	full.Health = connector.Health{Status: connector.Failing, Since: Noon, Checked: Noon.Add(time.Hour), Proven: Noon.Add(-time.Hour), Code: "GIT_AUTH_REFUSED", Summary: "No."}
	bare := connector.Connector{ID: "bare", Vendor: "securityhub", Type: "JiraCloud", Workspace: "s1", Identifier: "i", Name: "Bare", Spec: &Git{Reach: "Account"},
		Version: 1, Created: Noon, Updated: Noon}
	unknown := NewGit(2)
	unknown.Type, unknown.Spec = "ComesLater", &connector.Opaque{}
	b.insert(t, full, bare, unknown)
	bare.Health.Status = connector.Unverified

	for _, want := range []connector.Connector{full, bare, unknown} {
		got := b.read(t, want.ID)
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Errorf("Connector(%s) differs (-want +got):\n%s", want.ID, diff)
		}
		found, err := b.Find(ctx, want.Workspace, want.Scope, want.Identifier)
		must(t, err)
		if found.ID != want.ID {
			t.Errorf("Find(%s) = %s, want %s", want.Identifier, found.ID, want.ID)
		}
		named, err := b.Named(ctx, want.Workspace, want.Name)
		must(t, err)
		if len(named) != 1 || named[0].ID != want.ID {
			t.Errorf("Named(%q) = %v, want one connector", want.Name, named)
		}
	}
	// A field that starts with a value and was emptied stays empty.
	empty := NewGit(3)
	empty.Spec = &Git{}
	b.insert(t, empty)
	if got := b.read(t, empty.ID).Spec.(*Git).Reach; got != "" {
		t.Errorf("emptied field = %q, want it empty", got)
	}
	_, err := b.Connector(ctx, "nobody")
	wants(t, "Connector(nobody)", err, connector.ErrNotFound)
	_, err = b.Find(ctx, "h2", full.Scope, full.Identifier)
	wants(t, "Find in another workspace", err, connector.ErrNotFound)
	stray := NewGit(4)
	stray.Workspace = "nowhere"
	wants(t, "Insert into no workspace", b.Insert(ctx, stray, nil, nil, Event("x")), connector.ErrNotFound)
}

func updates(t *testing.T, b *bench) {
	b.insert(t, NewGit(1))
	changed := b.read(t, "git-000001")
	changed.Version++
	changed.Type, changed.Name, changed.Identifier, changed.Scope = "GitSsh", "Renamed", "renamed", connector.Scope{Org: "acme"}
	changed.Tags, changed.Extra, changed.Description = connector.Tags{{Key: "new"}}, nil, ""
	changed.Spec = &Git{URL: "https://new.example.com/x.git", Reach: "Account", Anonymous: true, Delegates: []string{"north"}}
	changed.Updated, changed.UpdatedBy = Noon.Add(time.Hour), "kim"
	must(t, b.Update(ctx, changed, nil, nil, Event("connector.changed")))
	if diff := cmp.Diff(changed, b.read(t, changed.ID), same); diff != "" {
		t.Errorf("after Update (-want +got):\n%s", diff)
	}
	for _, version := range []int64{1, 2, 4} {
		late := changed
		late.Version = version
		wants(t, "Update of another version", b.Update(ctx, late, nil, nil, Event("x")), connector.ErrConflict)
	}
	gone := NewGit(9)
	gone.Version = 2
	wants(t, "Update of nobody", b.Update(ctx, gone, nil, nil, Event("x")), connector.ErrNotFound)

	// Of many who change the same version, one wins.
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() {
			mine := changed
			mine.Version = 3
			errs[i] = b.Update(ctx, mine, nil, nil, Event("connector.changed"))
		})
	}
	wait.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		wants(t, "Update beside others", err, connector.ErrConflict)
	}
	if won != 1 {
		t.Errorf("%d of 8 updates of one version won, want 1", won)
	}

	// A verdict that came while somebody edited is not painted over by an older one, unless the edit says that nothing is proven.
	old := b.read(t, changed.ID)
	must(t, b.BeginRun(ctx, connector.Run{ID: "r", Connector: old.ID, State: connector.Running, Began: Noon}))
	red := connector.Health{Status: connector.Failing, Since: Noon, Checked: Noon.Add(2 * time.Hour), Code: "RED"}
	must(t, b.EndRun(ctx, connector.Run{ID: "r", Connector: old.ID, State: connector.Done, Ended: Noon}, old.Version, old.Health, red, Event("")))
	old.Version++
	old.Health = connector.Health{Status: connector.Healthy, Since: Noon, Checked: Noon.Add(time.Hour)}
	must(t, b.Update(ctx, old, nil, nil, Event("connector.changed")))
	if got := b.read(t, old.ID).Health; got != red {
		t.Errorf("health after a late edit = %+v, want %+v", got, red)
	}
	old.Version++
	old.Health = connector.Health{Status: connector.Unverified, Since: Noon}
	must(t, b.Update(ctx, old, nil, nil, Event("connector.changed")))
	if got := b.read(t, old.ID).Health; got != old.Health {
		t.Errorf("health after an edit that unproves = %+v, want %+v", got, old.Health)
	}
}

func takes(t *testing.T, b *bench) {
	first := NewGit(1)
	reg := NewRegistration(1, "")
	hub := NewGit(2)
	hub.Vendor, hub.Type, hub.Workspace = "securityhub", "JiraCloud", "s1"
	b.insert(t, first, reg, hub)

	for _, tt := range []struct {
		name string
		c    connector.Connector
		edit func(*connector.Connector)
		want error
	}{
		{"same identifier", NewGit(10), func(c *connector.Connector) { c.Identifier = first.Identifier }, connector.ErrTaken},
		{"same identifier in another scope", NewGit(11), func(c *connector.Connector) {
			c.Identifier, c.Scope = first.Identifier, connector.Scope{Org: "acme"}
		}, nil},
		{"same identifier in another workspace", NewGit(12), func(c *connector.Connector) { c.Identifier, c.Workspace = first.Identifier, "h2" }, nil},
		{"same identifier in other letters", NewGit(13), func(c *connector.Connector) { c.Identifier = "REPO_1" }, nil},
		{"same name at Harness", NewGit(14), func(c *connector.Connector) { c.Name = first.Name }, nil},
		{"same id", NewGit(15), func(c *connector.Connector) { c.ID = first.ID }, connector.ErrTaken},
		{"same name at Security Hub", NewGit(16), func(c *connector.Connector) {
			c.Vendor, c.Type, c.Workspace, c.Name = "securityhub", "JiraCloud", "s1", hub.Name
		}, connector.ErrTaken},
		{"same name and version at Harmony", NewRegistration(17, ""), func(c *connector.Connector) { c.Name = "REPOSITORY 1" }, connector.ErrTaken},
		{"same name and another version at Harmony", NewRegistration(18, ""), func(c *connector.Connector) {
			c.Name, c.Spec = reg.Name, &Registration{Version: "2.0"}
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := b.events(t)
			tt.edit(&tt.c)
			err := b.Insert(ctx, tt.c, nil, nil, Event("connector.created"))
			wants(t, "Insert", err, tt.want)
			if got := b.events(t) - before; (tt.want == nil) != (got == 1) {
				t.Errorf("Insert = %v wrote %d events", err, got)
			}
		})
	}
	moved := b.read(t, "git-000012")
	moved.Version, moved.Workspace = 2, "h2"
	moved.Identifier = first.Identifier
	must(t, b.Update(ctx, moved, nil, nil, Event("connector.changed")))
	clash := b.read(t, "git-000014")
	clash.Version, clash.Identifier = 2, first.Identifier
	wants(t, "Update to a taken identifier", b.Update(ctx, clash, nil, nil, Event("connector.changed")), connector.ErrTaken)
}

func numbers(t *testing.T, b *bench) {
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 10 {
				n, err := b.Number(ctx, "entity", 500)
				mu.Lock()
				if err != nil || n < 500 || n >= 580 || seen[n] {
					t.Errorf("Number() = %d, %v; want a new one from 500 to 579", n, err)
				}
				seen[n] = true
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if n, err := b.Number(ctx, "other", 1); n != 1 || err != nil {
		t.Errorf("Number of another sequence = %d, %v; want 1", n, err)
	}
	if n, err := b.Number(ctx, "entity", 1000); n != 1000 || err != nil {
		t.Errorf("Number from a later start = %d, %v; want 1000", n, err)
	}
}
