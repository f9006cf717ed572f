package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/store"
	"patchbay/store/storetest"
)

// picked gives the numbers that a list by number of page shows, page by page, each as often as it is shown.
func picked(t testing.TB, s *store.Store, p connector.Pick) []string {
	t.Helper()
	out := []string{}
	for p.Page = 0; ; p.Page++ {
		found, total, err := s.Pick(context.Background(), p)
		if err != nil {
			t.Fatalf("Pick(%+v) = %v", p, err)
		}
		for _, c := range found {
			out = append(out, c.ID)
		}
		if len(found) < p.Size {
			if len(out) != total {
				t.Errorf("Pick(%+v): %d connectors on the pages, total %d", p, len(out), total)
			}
			return out
		}
	}
}

// newestFirst are the living connectors of workspace h1 in the order of their last change, as the keyset walk gives them.
func newestFirst(t testing.TB, s *store.Store) []string {
	t.Helper()
	out := []string{}
	for q := (connector.Query{Workspace: "h1", Sort: connector.SortUpdated, Size: 200}); ; {
		page, err := s.List(context.Background(), q)
		if err != nil {
			t.Fatalf("List() = %v", err)
		}
		for _, c := range page.Connectors {
			out = append(out, c.ID)
		}
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

// Where hardly anything is remembered and hardly anything mended, lists are read anew all the time; the promises are the same.
func TestForgetfulListsKeepEveryPromise(t *testing.T) {
	storetest.RunPicks(t, sqliteEngine(func(t testing.TB, dir string, now func() time.Time) storetest.Store {
		s := open(t, dir, now)
		s.Remember(3000, 2)
		return s
	}))
}

// Once a list has been read, neither its last page nor its total needs a walk along the index again, not even after a change: the
// index may be gone.
func TestADeepPageNeedsNoWalk(t *testing.T) {
	s := opened(t)
	ctx := context.Background()
	storetest.Fill(t, s, 300, storetest.NewGit)
	p := connector.Pick{Workspace: "h1", Scopes: []connector.Scope{{}}, Size: 10}
	if got, want := picked(t, s, p), newestFirst(t, s); !slices.Equal(got, want) {
		t.Fatalf("pages = %v, want %v", got, want)
	}
	exec(t, s.Dir(), `DROP INDEX connectors_by_updated`)

	old, err := s.Connector(ctx, "git-000001")
	if err != nil {
		t.Fatal(err)
	}
	old.Version++
	old.Updated = storetest.Noon.Add(time.Hour)
	gone, err := s.Connector(ctx, "git-000007")
	if err != nil {
		t.Fatal(err)
	}
	gone.Version++
	gone.Retired = storetest.Noon
	for _, err := range []error{s.Update(ctx, old, nil, nil, storetest.Event("x")), s.Retire(ctx, gone, nil, storetest.Event("x")),
		s.Insert(ctx, storetest.NewGit(500), nil, nil, storetest.Event("x"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// 0, 1, … 299 without 7; 1 is the newest, 500 comes next.
	want := []string{"git-000001", "git-000500"}
	for i := 299; i >= 0; i-- {
		if i != 1 && i != 7 {
			want = append(want, fmt.Sprintf("git-%06d", i))
		}
	}
	if got := picked(t, s, p); !slices.Equal(got, want) {
		t.Errorf("pages after three changes = %v, want %v", got, want)
	}
	for page, want := range map[int]string{0: "git-000001", 15: "git-000151", 29: "git-000011"} {
		p.Page = page
		found, total, err := s.Pick(ctx, p)
		if err != nil || total != 300 || len(found) != 10 || found[0].ID != want {
			t.Errorf("page %d = %d connectors of %d, %v; want it to begin with %s", page, len(found), total, err, want)
		}
	}
	if _, _, err := s.Pick(ctx, connector.Pick{Workspace: "h1", Size: 10}); err == nil {
		t.Error("a list that was never read needs no index: this test proves nothing")
	}
}

// More changes than are noted, and changes that are half forgotten, make a list be read again.
func TestManyChangesAreSeen(t *testing.T) {
	s := opened(t)
	storetest.Fill(t, s, 300, storetest.NewGit)
	p := connector.Pick{Workspace: "h1", Size: 100}
	picked(t, s, p)
	for _, statement := range []string{
		`UPDATE connectors SET updated = -updated`,                                                                         // 300 moves: just mended
		`UPDATE connectors SET updated = updated + 1000 * (n % 7) WHERE n % 3 = 0`,                                         //
		`UPDATE connectors SET updated = -updated; UPDATE connectors SET updated = updated - 100000 * (n % 5) WHERE n = 1`, // 301: just not
		`UPDATE connectors SET trash = 1 WHERE n = 100; DELETE FROM connectors WHERE n = 200`,
		`UPDATE connectors SET updated = updated - 1000000000 * n WHERE n < 9; DELETE FROM moves WHERE seq = (SELECT max(seq) FROM moves) - 3`, // a gap
	} {
		exec(t, s.Dir(), statement)
		if got, want := picked(t, s, p), newestFirst(t, s); !slices.Equal(got, want) {
			t.Errorf("pages after %s = %v, want %v", statement, got, want)
		}
	}
	for range 5 { // past the bound of what is noted
		exec(t, s.Dir(), `UPDATE connectors SET updated = updated + 1000 * (n % 13)`)
	}
	if got, want := picked(t, s, p), newestFirst(t, s); !slices.Equal(got, want) {
		t.Errorf("pages after 1,500 changes = %v, want %v", got, want)
	}
	if n := s.Moves(t); n > 1024+256 {
		t.Errorf("%d moves are noted, want a bound", n)
	}
}

// Most checks find what the one before has found, and no list is read anew for that.
func TestACheckThatFindsTheSameMovesNothing(t *testing.T) {
	s := opened(t)
	storetest.Fill(t, s, 3, storetest.NewGit)
	before := s.Moves(t)
	exec(t, s.Dir(), `UPDATE connectors SET checked = checked + 1, proven = 5, summary = 'As before.', version = version + 1`)
	if n := s.Moves(t); n != before {
		t.Errorf("%d moves are noted for nothing", n-before)
	}
	exec(t, s.Dir(), `UPDATE connectors SET rank = rank + 1`)
	if n := s.Moves(t); n != before+3 {
		t.Errorf("%d moves are noted, want 3", n-before)
	}
}

func TestRememberedListsAreBounded(t *testing.T) {
	s := opened(t)
	storetest.Fill(t, s, 100, storetest.NewGit)
	s.Remember(10_000, 100)
	var wait sync.WaitGroup
	for hand := range 4 {
		wait.Go(func() {
			for i := range 60 {
				p := connector.Pick{Workspace: "h1", Text: fmt.Sprintf("repo_%d", i%20), Size: 10, Page: hand % 2}
				if i%3 == 0 {
					p.Text = ""
				}
				if _, _, err := s.Pick(context.Background(), p); err != nil {
					t.Errorf("Pick() = %v", err)
				}
			}
		})
	}
	wait.Wait()
	lists, held, sum := s.Remembered()
	if lists == 0 || held > 10_000 || held != sum {
		t.Errorf("%d lists are remembered with %d bytes, counted as %d; want at most 10,000", lists, sum, held)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for i := range 100 { // what fails is forgotten as well
		if _, _, err := s.Pick(ctx, connector.Pick{Workspace: "h1", Text: fmt.Sprint("never ", i), Size: 1}); err == nil {
			t.Fatal("Pick() with a context that has ended = nil")
		}
	}
	picked(t, s, connector.Pick{Workspace: "h1", Size: 10})
	if _, held, sum := s.Remembered(); held > 10_000 || held != sum {
		t.Errorf("after failures %d bytes are remembered, counted as %d", sum, held)
	}
}

// A list that is read for the first time walks along the index of its order; only those that are named are sorted.
func TestPicksWalkAlongAnIndex(t *testing.T) {
	s := opened(t)
	account, retail := connector.Scope{}, connector.Scope{Org: "retail"}
	one, several := []connector.Scope{account}, []connector.Scope{retail, account}
	for _, sort := range []string{"", "updated", "-created", "name", "-name", "identifier", "-identifier"} {
		for name, p := range map[string]connector.Pick{
			"one scope": {Scopes: one}, "several scopes": {Scopes: several}, "types": {Scopes: one, Types: []string{"GitHttp", "GitSsh"}},
			"statuses": {Scopes: one, Statuses: []connector.Status{connector.Failing}}, "text": {Scopes: one, Text: "payments"}, "tag": {Scopes: one, Tags: connector.Tags{{Key: "team"}}},
			"description": {Scopes: one, Description: "x"}, "off": {Scopes: one, Off: "anonymous"}, "names": {Scopes: several, Names: []string{"a", "b"}},
			"identifiers": {Scopes: several, Identifiers: []string{"a", "b"}},
		} {
			p.Workspace, p.Sort, p.Size = "h1", sort, 10
			steps, err := s.ExplainPick(context.Background(), p)
			if err != nil {
				t.Fatalf("%s by %s: %v", name, sort, err)
			}
			whole := strings.Join(steps, "; ")
			few := name == "names" || name == "identifiers"
			sorted := strings.Contains(whole, "TEMP B-TREE")
			// Identifiers are in order within a scope only.
			if strings.Contains(whole, "SCAN connectors") || sorted && !few && (!strings.HasSuffix(sort, "identifier") || name != "several scopes") {
				t.Errorf("%s by %q: %s", name, sort, whole)
			}
			if few && !strings.Contains(whole, map[string]string{"names": "trash=? AND fold=?", "identifiers": "workspace=? AND org=? AND project=? AND identifier=?"}[name]) {
				t.Errorf("%s by %q are not looked up: %s", name, sort, whole)
			}
		}
	}
}
