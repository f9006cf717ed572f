package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/access"
	"patchbay/connector"
)

func events(t *testing.T, b *bench) {
	before := b.events(t)
	ev := Event("sign-in.refused")
	ev.At = Noon.Add(1500 * time.Millisecond)
	must(t, b.Note(ctx, ev))
	list, err := b.Events(ctx, access.EventQuery{Size: 1})
	must(t, err)
	if len(list) != 1 || list[0].Seq != before+1 || len(list[0].Hash) != 32 {
		t.Fatalf("Events(1) = %+v, want event %d", list, before+1)
	}
	ev.Seq, ev.Hash = list[0].Seq, list[0].Hash
	if diff := cmp.Diff(ev, list[0]); diff != "" {
		t.Errorf("an event (-want +got):\n%s", diff)
	}
	for i := range 30 {
		one := Event("act")
		one.Actor, one.Object, one.Workspace = fmt.Sprintf("user:%d", i%3), fmt.Sprintf("connector:%d", i%2), fmt.Sprintf("w%d", i%5)
		if i%10 == 0 {
			one.Action = "rare"
		}
		must(t, b.Note(ctx, one))
	}
	for _, tt := range []struct {
		q    access.EventQuery
		want int
	}{
		{access.EventQuery{Actor: "user:1"}, 10},
		{access.EventQuery{Action: "rare"}, 3},
		{access.EventQuery{Object: "connector:1"}, 15},
		{access.EventQuery{Workspace: "w4"}, 6},
		{access.EventQuery{Actor: "user:0", Object: "connector:0", Action: "rare", Workspace: "w0"}, 1},
		{access.EventQuery{Actor: "nobody"}, 0},
	} {
		var seen []int64
		q := tt.q
		for q.Size = 4; ; {
			page, err := b.Events(ctx, q)
			must(t, err)
			for _, ev := range page {
				if len(seen) > 0 && ev.Seq >= seen[len(seen)-1] {
					t.Errorf("Events(%+v) goes from %d to %d, want newest first", tt.q, seen[len(seen)-1], ev.Seq)
				}
				seen = append(seen, ev.Seq)
			}
			if len(page) < q.Size {
				break
			}
			q.Before = page[len(page)-1].Seq
		}
		if len(seen) != tt.want {
			t.Errorf("Events(%+v) = %d events, want %d", tt.q, len(seen), tt.want)
		}
	}
	if n := b.events(t); n != before+31 {
		t.Errorf("VerifyLog() = %d, want %d", n, before+31)
	}
}

// unlogged makes every event fail and wants every change to be undone.
func unlogged(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewRegistration(1, "hunter2"))
	must(t, b.KeepSecret(ctx, NewSecret("s"), connector.NewSecret("v1"), Event("secret.created")))
	must(t, b.AddUser(ctx, access.User{ID: "u", Name: "u", Role: access.Viewer, Version: 1}, "h", false, Event("user.added")))
	must(t, b.AddWorkspace(ctx, connector.Workspace{ID: "empty", Vendor: "harness", Name: "Empty", Account: "e", Version: 1}, Event("workspace.added")))
	must(t, b.BeginRun(ctx, connector.Run{ID: "r", Connector: "git-000001", State: connector.Running, Began: Noon}))
	must(t, b.AddUse(ctx, "git-000001", connector.Use{Kind: "k", Name: "n"}, Event("use.added")))
	b.retire(t, "reg-000001")
	count := b.events(t)
	b.engine.Exec(t, b.dir, `CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no log today'); END`)

	change, secret := b.read(t, "git-000001"), NewSecret("s")
	change.Version++
	change.Name = "changed"
	back := b.read(t, "reg-000001")
	back.Version++
	secret.Version = 2
	made := []connector.Made{{Secret: NewSecret("made"), Value: connector.NewSecret("v")}}
	ev := Event("x")
	user := access.User{ID: "u", Role: access.Admin, Version: 2}
	for name, do := range map[string]func() error{
		"Insert":       func() error { return b.Insert(ctx, NewGit(2), nil, made, ev) },
		"Update":       func() error { return b.Update(ctx, change, nil, made, ev) },
		"Retire":       func() error { return b.Retire(ctx, change, nil, ev) },
		"Restore":      func() error { return b.Restore(ctx, back, ev) },
		"Purge":        func() error { return b.Purge(ctx, "reg-000001", ev) },
		"AddUse":       func() error { return b.AddUse(ctx, "git-000001", connector.Use{Kind: "k", Name: "m"}, ev) },
		"RemoveUse":    func() error { return b.RemoveUse(ctx, "git-000001", connector.Use{Kind: "k", Name: "n"}, ev) },
		"KeepSecret":   func() error { return b.KeepSecret(ctx, secret, connector.NewSecret("v2"), ev) },
		"RemoveSecret": func() error { return b.RemoveSecret(ctx, secret.ID, ev) },
		"EndRun": func() error {
			return b.EndRun(ctx, connector.Run{ID: "r", Connector: "git-000001", State: connector.Done}, 1, b.read(t, "git-000001").Health, connector.Health{Status: connector.Failing}, ev)
		},
		"AddWorkspace":    func() error { return b.AddWorkspace(ctx, connector.Workspace{ID: "n", Name: "n", Account: "n"}, ev) },
		"RenameWorkspace": func() error { return b.RenameWorkspace(ctx, connector.Workspace{ID: "h1", Name: "n", Version: 2}, ev) },
		"RemoveWorkspace": func() error { return b.RemoveWorkspace(ctx, "empty", ev) },
		"AddUser":         func() error { return b.AddUser(ctx, access.User{ID: "v", Name: "v"}, "h", false, ev) },
		"UpdateUser":      func() error { return b.UpdateUser(ctx, user, ev) },
		"SetPassword":     func() error { return b.SetPassword(ctx, "u", "h2", ev) },
		"SignedIn":        func() error { return b.SignedIn(ctx, "u", Noon, ev) },
		"Note":            func() error { return b.Note(ctx, ev) },
	} {
		if err := do(); err == nil {
			t.Errorf("%s without its event = nil, want an error", name)
		}
	}
	b.engine.Exec(t, b.dir, `DROP TRIGGER broken`)
	if n := b.events(t); n != count {
		t.Errorf("VerifyLog() = %d, want %d as before", n, count)
	}
	for what, wrong := range map[string]bool{
		"the inserted connector": missing(b.Connector(ctx, "git-000002")),
		"the made secret":        missing(b.Secret(ctx, "secret-made")),
		"the new workspace":      missing(b.Workspace(ctx, "n")),
		"the new user":           missing(b.User(ctx, "v")),
		"the retired connector":  !missing(b.Connector(ctx, "reg-000001")),
		"the emptied workspace":  !missing(b.Workspace(ctx, "empty")),
		"the secret":             !missing(b.Secret(ctx, "secret-s")),
		"the run":                !missing(b.Run(ctx, "r")),
	} {
		if !wrong {
			t.Errorf("%s is not as before the changes that could not be logged", what)
		}
	}
	got := b.read(t, "git-000001")
	if got.Name == "changed" || got.Version != 1 || !got.Retired.IsZero() || got.Health.Status != connector.Unverified {
		t.Errorf("connector = %+v, want it unchanged", got)
	}
	if u, hash, err := b.UserNamed(ctx, "u"); err != nil || hash != "h" || u.Role != access.Viewer || !u.LastSeen.IsZero() {
		t.Errorf("user = %+v, %q, %v; want it unchanged", u, hash, err)
	}
	if s, err := b.Secret(ctx, "secret-s"); err != nil || s.Version != 1 {
		t.Errorf("secret = %+v, %v; want it unchanged", s, err)
	}
	if list, err := b.Uses(ctx, "git-000001"); err != nil || len(list) != 1 || list[0].Name != "n" {
		t.Errorf("uses = %+v, %v; want them unchanged", list, err)
	}
}

func missing[T any](_ T, err error) bool { return err != nil }

func tampered(t *testing.T, b *bench) {
	for range 5 {
		must(t, b.Note(ctx, Event("act")))
	}
	count := b.events(t)
	for _, statement := range []string{
		`UPDATE events SET detail = 'nothing' WHERE seq = 3`,
		`DELETE FROM events WHERE seq = 3`,
		`DELETE FROM events`,
		`INSERT OR REPLACE INTO events SELECT seq, at, actor, action, object, name, workspace, 'nothing', address, hash FROM events WHERE seq = 3`,
		`INSERT INTO events SELECT seq + 100, at, actor, action, object, name, workspace, detail, address, hash FROM events WHERE seq = 3`,
	} {
		if err := try(b, t, statement); err == nil {
			t.Errorf("%s = nil, want it refused", statement)
		}
	}
	if n := b.events(t); n != count {
		t.Fatalf("VerifyLog() = %d, want %d", n, count)
	}
	b.engine.Exec(t, b.dir, `CREATE TABLE copy AS SELECT * FROM events`)
	b.engine.Exec(t, b.dir, `CREATE TABLE copy_head AS SELECT * FROM log_head`)
	for _, tt := range []struct{ name, statement, names string }{
		{"a changed detail", `UPDATE events SET detail = 'nothing' WHERE seq = 3`, "3"},
		{"a changed actor", `UPDATE events SET actor = 'user:eve' WHERE seq = 3`, "3"},
		{"a changed time", `UPDATE events SET at = at + 1 WHERE seq = 3`, "3"},
		{"a changed hash", `UPDATE events SET hash = zeroblob(32) WHERE seq = 3`, "3"},
		{"text moved from one member to the next", `UPDATE events SET name = name || detail, detail = '' WHERE seq = 3`, "3"},
		{"a deleted event", `DELETE FROM events WHERE seq = 3`, "3"},
		{"the first event deleted", `DELETE FROM events WHERE seq = 1`, "1"},
		{"the last event deleted", `DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)`, fmt.Sprint(count)},
		{"all events deleted", `DELETE FROM events`, "1"},
		{"two events swapped", `UPDATE events SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE seq IN (3, 4); UPDATE events SET seq = -seq WHERE seq < 0`, "3"},
		{"an event added", `INSERT INTO events SELECT max(seq) + 1, at, actor, action, object, name, workspace, detail, address, hash FROM events`, fmt.Sprint(count + 1)},
		{"the end taken away", `DELETE FROM log_head`, ""},
		{"the end set back", `UPDATE log_head SET seq = seq - 1, hash = (SELECT hash FROM events WHERE events.seq = log_head.seq - 1)`, fmt.Sprint(count)},
	} {
		b.engine.WithoutTrigger(t, b.dir, tt.statement)
		_, err := b.VerifyLog(ctx)
		if err == nil || !contains(err.Error(), "event "+tt.names) {
			t.Errorf("VerifyLog() after %s = %v, want it to name event %s", tt.name, err, tt.names)
		}
		b.engine.WithoutTrigger(t, b.dir, `DELETE FROM events; INSERT INTO events SELECT * FROM copy; DELETE FROM log_head; INSERT INTO log_head SELECT * FROM copy_head`)
		if n := b.events(t); n != count {
			t.Fatalf("VerifyLog() after putting it right = %d, want %d", n, count)
		}
	}
	must(t, b.Note(ctx, Event("act")))
}
