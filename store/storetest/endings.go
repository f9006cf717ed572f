package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
)

func server(name string, at time.Time) connector.Expiry {
	return connector.Expiry{Kind: connector.ServerCertificate, Name: name, At: at}
}

// shown writes a list of what ends in a few words a thing: name, day and users.
func (b *bench) shown(t testing.TB, q connector.EndingQuery) []string {
	t.Helper()
	out := []string{}
	for {
		page, err := b.Endings(ctx, q)
		must(t, err)
		for _, e := range page.Endings {
			text := e.Name + " " + e.At.Format(time.DateOnly) + fmt.Sprintf(" ×%d", e.Users)
			for _, c := range e.Connectors {
				text += " " + c.ID
			}
			out = append(out, text)
		}
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

func endings(t *testing.T, b *bench) {
	other := NewGit(3)
	other.Workspace = "h2"
	b.insert(t, NewGit(1), NewGit(2), other)
	soon, later := Noon.AddDate(0, 0, 10), Noon.AddDate(0, 2, 0)
	client := connector.Expiry{Kind: connector.ClientCertificate, Name: "app", At: soon}
	b.ended(t, "r1", "git-000001", connector.Healthy, Noon, time.Second, server("git.example.com", soon), server("old.example.com", later), client)
	b.ended(t, "r2", "git-000002", connector.Healthy, Noon, time.Second, server("git.example.com", soon))
	b.ended(t, "r3", "git-000003", connector.Failing, Noon, time.Second, server("git.example.com", soon))
	secret := NewSecret("token")
	secret.Ends = connector.DayOf(soon.AddDate(0, 0, -1))
	must(t, b.KeepSecret(ctx, secret, connector.NewSecret("v"), Event("secret.created")))

	all := []string{"token 2026-12-01 ×0", "app 2026-12-02 ×1 git-000001", "git.example.com 2026-12-02 ×3 git-000001 git-000002 git-000003", "old.example.com 2027-01-22 ×1 git-000001"}
	for name, tt := range map[string]struct {
		q    connector.EndingQuery
		want []string
	}{
		"everything":           {connector.EndingQuery{}, all},
		"everything, by one":   {connector.EndingQuery{Size: 1}, all},
		"one kind":             {connector.EndingQuery{Kind: connector.ClientCertificate, Size: 1}, all[1:2]},
		"secrets":              {connector.EndingQuery{Kind: connector.KeptSecret}, all[:1]},
		"soon":                 {connector.EndingQuery{Before: soon.Add(time.Second)}, all[:3]},
		"one workspace":        {connector.EndingQuery{Workspace: "h2"}, []string{"git.example.com 2026-12-02 ×1 git-000003"}},
		"what may be seen":     {connector.EndingQuery{Workspaces: []string{"h2"}}, []string{"git.example.com 2026-12-02 ×1 git-000003"}},
		"what may not be seen": {connector.EndingQuery{Workspace: "h1", Workspaces: []string{"h2"}}, []string{}},
		"one connector":        {connector.EndingQuery{Connector: "git-000002"}, []string{"git.example.com 2026-12-02 ×1 git-000001 git-000002 git-000003"}},
	} {
		if diff := cmp.Diff(tt.want, b.shown(t, tt.q)); diff != "" {
			t.Errorf("Endings of %s (-want +got):\n%s", name, diff)
		}
	}
	for name, tt := range map[string]struct {
		before     time.Time
		workspaces []string
		want       int
	}{"all": {Noon.AddDate(1, 0, 0), nil, 4}, "soon": {soon.Add(time.Second), nil, 3}, "what may be seen": {Noon.AddDate(1, 0, 0), []string{"h2", "s1"}, 1}, "nothing": {Noon, nil, 0},
		"nothing that may be seen": {Noon.AddDate(1, 0, 0), []string{}, 0}} {
		if n, err := b.CountEndings(ctx, tt.before, tt.workspaces); err != nil || n != tt.want {
			t.Errorf("CountEndings of %s = %d, %v; want %d", name, n, err, tt.want)
		}
	}
	_, err := b.Endings(ctx, connector.EndingQuery{After: "no such mark"})
	var problems connector.Problems
	if err == nil || !asProblems(err, &problems) {
		t.Errorf("Endings after nonsense = %v, want a problem", err)
	}

	// A check that went all the way replaces what was seen; one that did not adds to it.
	renewed := server("git.example.com", later)
	b.ended(t, "r4", "git-000001", connector.Failing, Noon.Add(time.Second), time.Second, renewed)
	mine := connector.EndingQuery{Connector: "git-000001"}
	if got := b.shown(t, mine); len(got) != 3 {
		t.Errorf("after a check that failed: %v, want all that was known", got)
	}
	b.ended(t, "r5", "git-000001", connector.Healthy, Noon.Add(2*time.Second), time.Second, renewed)
	if diff := cmp.Diff([]string{"git.example.com 2027-01-22 ×1 git-000001"}, b.shown(t, mine)); diff != "" {
		t.Errorf("after a healthy check (-want +got):\n%s", diff)
	}
	b.retire(t, "git-000001")
	if got := b.shown(t, connector.EndingQuery{}); !cmp.Equal(got, []string{all[0], "git.example.com 2026-12-02 ×2 git-000002 git-000003"}) {
		t.Errorf("with one in the trash: %v", got)
	}
}

func warnings(t *testing.T, b *bench) {
	other := NewGit(3)
	other.Workspace = "h2"
	b.insert(t, NewGit(1), NewGit(2), other)
	soon := Noon.AddDate(0, 0, 10)
	for i := range 3 {
		b.ended(t, fmt.Sprint("r", i), fmt.Sprintf("git-%06d", i+1), connector.Healthy, Noon, time.Second, server("git.example.com", soon))
	}
	secret := NewSecret("token")
	secret.Ends = soon.AddDate(0, 0, 1)
	must(t, b.KeepSecret(ctx, secret, connector.NewSecret("v"), Event("secret.created")))
	ahead := func() []connector.Warning {
		all, err := b.Warnings(ctx, Noon, Noon.AddDate(0, 0, 30))
		must(t, err)
		return all
	}
	want := []connector.Warning{
		{Expiry: server("git.example.com", soon), Workspace: "h1", Connector: "git-000001", Users: 2},
		{Expiry: server("git.example.com", soon), Workspace: "h2", Connector: "git-000003", Users: 1},
		{Expiry: connector.Expiry{Kind: connector.KeptSecret, Name: "token", At: secret.Ends}, Workspace: "h1", Secret: secret.ID},
	}
	got := ahead()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("Warnings (-want +got):\n%s", diff)
	}
	before := b.events(t)
	for _, w := range []connector.Warning{got[0], got[2]} {
		w.Days = 30
		must(t, b.Warned(ctx, w, Event("expiry.warned")))
		wants(t, "Warned again", b.Warned(ctx, w, Event("expiry.warned")), connector.ErrConflict)
	}
	if n := b.events(t) - before; n != 2 {
		t.Errorf("two warnings wrote %d events", n)
	}
	want[0].Warned, want[2].Warned = 30, 30
	if diff := cmp.Diff(want, ahead()); diff != "" {
		t.Errorf("Warnings after two were given (-want +got):\n%s", diff)
	}
	// A later stage is another warning; an earlier one is not.
	w := want[0]
	w.Days = 7
	must(t, b.Warned(ctx, w, Event("expiry.warned")))
	w.Days = 30
	wants(t, "Warned of an earlier stage", b.Warned(ctx, w, Event("expiry.warned")), connector.ErrConflict)

	// One more that needs the same thing is no news; another end is.
	b.insert(t, NewGit(4))
	b.ended(t, "r9", "git-000004", connector.Healthy, Noon, time.Second, server("git.example.com", soon))
	if got := ahead()[0]; got.Warned != 7 || got.Users != 3 {
		t.Errorf("with one more user: %+v, want it warned of already", got)
	}
	for i, id := range []string{"git-000001", "git-000002", "git-000004"} {
		b.ended(t, fmt.Sprint("renewed", i), id, connector.Healthy, Noon.Add(time.Minute), time.Second, server("git.example.com", soon.AddDate(0, 0, 1)))
	}
	must(t, b.NoteEnd(ctx, secret.ID, soon.AddDate(0, 0, 2), Event("secret.end-noted")))
	for _, got := range ahead() {
		if got.Warned != 0 {
			t.Errorf("after it was renewed: %+v, want it not warned of", got)
		}
	}
	must(t, b.NoteEnd(ctx, secret.ID, time.Time{}, Event("secret.end-noted")))
	if kept, err := b.Secret(ctx, secret.ID); err != nil || !kept.Ends.IsZero() || len(ahead()) != 2 {
		t.Errorf("a secret whose end was forgotten = %+v, %v; warnings %+v", kept, err, ahead())
	}
	secret.Version, secret.Ends = 2, soon
	must(t, b.KeepSecret(ctx, secret, connector.NewSecret("v2"), Event("secret.replaced")))
	if kept, err := b.Secret(ctx, secret.ID); err != nil || !kept.Ends.Equal(soon) {
		t.Errorf("a replaced secret = %+v, %v; want its new end", kept, err)
	}
	wants(t, "NoteEnd of no secret", b.NoteEnd(ctx, "nothing", soon, Event("x")), connector.ErrNotFound)
}
