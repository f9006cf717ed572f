package storetest

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/access"
	"patchbay/connector"
)

func workspaces(t *testing.T, b *bench) {
	list, err := b.Workspaces(ctx)
	must(t, err)
	want := Workspaces()
	if diff := cmp.Diff([]connector.Workspace{want[0], want[1], want[3], want[2]}, list); diff != "" {
		t.Errorf("Workspaces by vendor and name (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		name string
		w    connector.Workspace
	}{
		{"same name", connector.Workspace{ID: "x1", Vendor: "jitterbit", Name: "ACME", Account: "9"}},
		{"same account", connector.Workspace{ID: "x2", Vendor: "harness", Name: "X2", Account: "acc1"}},
		{"same id", connector.Workspace{ID: "h1", Vendor: "harness", Name: "X3", Account: "acc9"}},
	} {
		wants(t, "AddWorkspace with the "+tt.name, b.AddWorkspace(ctx, tt.w, Event("x")), connector.ErrTaken)
	}
	region := want[2]
	region.ID, region.Name, region.Region = "s2", "Elsewhere", "us-east-1"
	must(t, b.AddWorkspace(ctx, region, Event("workspace.added")))

	renamed := want[0]
	renamed.Name, renamed.Version = "Acme production", 2
	must(t, b.RenameWorkspace(ctx, renamed, Event("workspace.renamed")))
	if got, err := b.Workspace(ctx, "h1"); err != nil || got != renamed {
		t.Errorf("Workspace = %+v, %v; want %+v", got, err, renamed)
	}
	wants(t, "RenameWorkspace of another version", b.RenameWorkspace(ctx, renamed, Event("x")), connector.ErrConflict)
	set := want[3]
	set.Version, set.Settings = 2, connector.Settings{Strict: true, Reserved: "Salesforce\nSAP"}
	must(t, b.SetWorkspace(ctx, set, Event("workspace.set")))
	if got, err := b.Workspace(ctx, set.ID); err != nil || got != set {
		t.Errorf("Workspace after SetWorkspace = %+v, %v; want %+v", got, err, set)
	}
	wants(t, "SetWorkspace of another version", b.SetWorkspace(ctx, set, Event("x")), connector.ErrConflict)
	set.ID = "nobody"
	wants(t, "SetWorkspace of nobody", b.SetWorkspace(ctx, set, Event("x")), connector.ErrNotFound)
	renamed.Version, renamed.Name = 3, "harmony"
	wants(t, "RenameWorkspace to a taken name", b.RenameWorkspace(ctx, renamed, Event("x")), connector.ErrTaken)
	renamed.ID = "nobody"
	wants(t, "RenameWorkspace of nobody", b.RenameWorkspace(ctx, renamed, Event("x")), connector.ErrNotFound)

	b.insert(t, NewGit(1))
	remove := func() error { return b.RemoveWorkspace(ctx, "h1", Event("workspace.removed")) }
	wants(t, "RemoveWorkspace with a connector", remove(), connector.ErrInUse)
	b.retire(t, "git-000001")
	wants(t, "RemoveWorkspace with one in the trash", remove(), connector.ErrInUse)
	must(t, b.Purge(ctx, "git-000001", Event("connector.purged")))
	must(t, b.KeepSecret(ctx, NewSecret("s"), connector.NewSecret("v"), Event("secret.created")))
	wants(t, "RemoveWorkspace with a secret", remove(), connector.ErrInUse)
	must(t, b.RemoveSecret(ctx, "secret-s", Event("secret.removed")))
	must(t, remove())
	wants(t, "RemoveWorkspace twice", remove(), connector.ErrNotFound)
	_, err = b.Workspace(ctx, "h1")
	wants(t, "Workspace after RemoveWorkspace", err, connector.ErrNotFound)
}

func users(t *testing.T, b *bench) {
	dana := access.User{ID: "u1", Name: "Dana", Role: access.Admin, Created: Noon, Version: 1}
	// Of many who want to be first, one is.
	var wait sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wait.Go(func() {
			u := dana
			u.ID, u.Name = "u"+string(rune('1'+i)), []string{"Dana", "Eve", "Finn", "Gus", "Hal", "Ida"}[i]
			errs[i] = b.AddUser(ctx, u, "hash", true, Event("user.added"))
		})
	}
	wait.Wait()
	first := 0
	for i, err := range errs {
		if err == nil {
			first++
			dana.ID = "u" + string(rune('1'+i))
		} else if !errors.Is(err, connector.ErrConflict) {
			t.Errorf("AddUser beside the first = %v, want a conflict", err)
		}
	}
	list, err := b.Users(ctx)
	must(t, err)
	if first != 1 || len(list) != 1 {
		t.Fatalf("%d of 6 were first, %d users, want 1", first, len(list))
	}
	dana = list[0]

	kim := access.User{ID: "k", Name: "Kim Ø", Role: access.Editor, Created: Noon, Version: 1}
	must(t, b.AddUser(ctx, kim, "kim's hash", false, Event("user.added")))
	twin := kim
	twin.ID, twin.Name = "t", "KIM ø"
	wants(t, "AddUser of a taken name", b.AddUser(ctx, twin, "h", false, Event("x")), connector.ErrTaken)
	got, hash, err := b.UserNamed(ctx, "kIM Ø")
	must(t, err)
	if got != kim || hash != "kim's hash" {
		t.Errorf("UserNamed = %+v, %q; want %+v", got, hash, kim)
	}
	_, _, err = b.UserNamed(ctx, "nobody")
	wants(t, "UserNamed(nobody)", err, connector.ErrNotFound)
	_, err = b.User(ctx, "nobody")
	wants(t, "User(nobody)", err, connector.ErrNotFound)

	for name, change := range map[string]func(*access.User){
		"demoted":  func(u *access.User) { u.Role = access.Viewer },
		"disabled": func(u *access.User) { u.Disabled = true },
	} {
		last := dana
		last.Version++
		change(&last)
		wants(t, "UpdateUser of the last admin, "+name, b.UpdateUser(ctx, last, Event("x")), connector.ErrInUse)
	}
	if got, err := b.User(ctx, dana.ID); err != nil || got != dana {
		t.Errorf("the last admin = %+v, %v; want unchanged", got, err)
	}
	kim.Role, kim.Version = access.Admin, 2
	must(t, b.UpdateUser(ctx, kim, Event("user.changed")))
	wants(t, "UpdateUser of another version", b.UpdateUser(ctx, kim, Event("x")), connector.ErrConflict)
	dana.Disabled, dana.Version = true, 2
	must(t, b.UpdateUser(ctx, dana, Event("user.changed")))

	must(t, b.SetPassword(ctx, kim.ID, "new hash", Event("user.password")))
	if _, hash, err = b.UserNamed(ctx, kim.Name); err != nil || hash != "new hash" {
		t.Errorf("hash = %q, %v; want the new one", hash, err)
	}
	kim.Theme, kim.Keys = "dark", true
	must(t, b.SetPreferences(ctx, kim))
	kim.LastSeen = Noon.Add(time.Hour)
	must(t, b.SignedIn(ctx, kim.ID, kim.LastSeen, Event("user.signed-in")))
	if got, err := b.User(ctx, kim.ID); err != nil || got != kim {
		t.Errorf("User = %+v, %v; want %+v", got, err, kim)
	}
	nobody := access.User{ID: "nobody", Version: 2}
	wants(t, "UpdateUser of nobody", b.UpdateUser(ctx, nobody, Event("x")), connector.ErrNotFound)
	wants(t, "SetPassword of nobody", b.SetPassword(ctx, "nobody", "h", Event("x")), connector.ErrNotFound)
	wants(t, "SetPreferences of nobody", b.SetPreferences(ctx, nobody), connector.ErrNotFound)
	wants(t, "SignedIn of nobody", b.SignedIn(ctx, "nobody", Noon, Event("x")), connector.ErrNotFound)
}

func sessions(t *testing.T, b *bench) {
	kim := access.User{ID: "k", Name: "kim", Role: access.Admin, Created: Noon, Version: 1}
	other := access.User{ID: "o", Name: "other", Role: access.Admin, Created: Noon, Version: 1}
	must(t, b.AddUser(ctx, kim, "h", false, Event("user.added")))
	must(t, b.AddUser(ctx, other, "h", false, Event("user.added")))
	n := byte(0)
	begin := func(user string) access.Session {
		t.Helper()
		n++
		row := access.Session{Hash: bytes.Repeat([]byte{n}, 32), User: user, Data: []byte("flash"), Created: Noon, Seen: Noon, Ends: Noon.Add(12 * time.Hour),
			Address: "192.0.2.7", Agent: "browser"}
		must(t, b.KeepSession(ctx, row))
		return row
	}
	alive := func(row access.Session) bool {
		t.Helper()
		_, _, err := b.Session(ctx, row.Hash)
		if err != nil {
			wants(t, "Session", err, connector.ErrNotFound)
		}
		return err == nil
	}
	row := begin("k")
	got, who, err := b.Session(ctx, row.Hash)
	must(t, err)
	if diff := cmp.Diff(row, got); diff != "" || who != kim {
		t.Errorf("Session (-want +got):\n%s\nof %+v, want %+v", diff, who, kim)
	}
	if got, who, err := b.Session(ctx, begin("").Hash); err != nil || got.User != "" || who != (access.User{}) {
		t.Errorf("Session before signing in = %+v of %+v, %v; want nobody's", got, who, err)
	}
	if _, _, err := b.Session(ctx, []byte("unknown")); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("Session(unknown) = %v", err)
	}
	must(t, b.TouchSession(ctx, row.Hash, Noon.Add(time.Minute)))
	must(t, b.TouchSession(ctx, row.Hash, Noon))
	// What is kept later cannot make the session another's, nor longer.
	row.Data, row.User, row.Ends = []byte("other flash"), "o", Noon.Add(100*time.Hour)
	must(t, b.KeepSession(ctx, row))
	got, who, err = b.Session(ctx, row.Hash)
	must(t, err)
	if string(got.Data) != "other flash" || !got.Seen.Equal(Noon.Add(time.Minute)) || who.ID != "k" || !got.Ends.Equal(Noon.Add(12*time.Hour)) {
		t.Errorf("Session kept again = %+v of %s", got, who.ID)
	}

	for name, end := range map[string]func(access.Session) error{
		"EndSession":  func(s access.Session) error { return b.EndSession(ctx, s.Hash) },
		"EndSessions": func(access.Session) error { return b.EndSessions(ctx, "k") },
		"SetPassword": func(access.Session) error { return b.SetPassword(ctx, "k", "h2", Event("user.password")) },
		"UpdateUser": func(access.Session) error {
			kim.Version++
			return b.UpdateUser(ctx, kim, Event("user.changed"))
		},
	} {
		mine, theirs := begin("k"), begin("o")
		if !alive(mine) {
			t.Fatalf("a new session is not alive before %s", name)
		}
		must(t, end(mine))
		if alive(mine) || !alive(theirs) {
			t.Errorf("after %s: own session %v, another's %v; want false, true", name, alive(mine), alive(theirs))
		}
		must(t, b.KeepSession(ctx, mine))
		must(t, b.TouchSession(ctx, mine.Hash, Noon.Add(time.Hour)))
		if alive(mine) {
			t.Errorf("a request under way brings a session back after %s", name)
		}
	}
	disabled := begin("k")
	kim.Version++
	kim.Disabled = true
	must(t, b.UpdateUser(ctx, kim, Event("user.changed")))
	late := begin("k")
	if alive(disabled) || alive(late) {
		t.Error("a disabled user has a session")
	}
	short := begin("o")
	past := access.Session{Hash: []byte("past"), User: "o", Created: Noon, Seen: Noon, Ends: Noon.Add(time.Millisecond)}
	must(t, b.KeepSession(ctx, past))
	if alive(past) || !alive(short) {
		t.Error("a session lives past its end")
	}
	must(t, b.SweepSessions(ctx, Noon.Add(13*time.Hour)))
	if alive(short) {
		t.Error("a session lives after a sweep past its end")
	}
}
