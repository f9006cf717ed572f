package storetest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
)

// picksEach changes one thing at a time, and each list that depends on it must notice.
func picksEach(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewGit(2), NewGit(3))
	for _, tt := range []struct {
		name         string
		p            connector.Pick
		change       func(*connector.Connector)
		before, then string
	}{
		{"name", connector.Pick{Sort: "name"}, func(c *connector.Connector) { c.Name = "Zebra" }, "1 2 3", "1 3 2"},
		{"identifier", connector.Pick{Sort: "-identifier"}, func(c *connector.Connector) { c.Identifier = "zebra" }, "3 2 1", "2 3 1"},
		{"updated", connector.Pick{}, func(c *connector.Connector) { c.Updated = Noon.Add(time.Hour) }, "3 2 1", "2 3 1"},
		{"scope", connector.Pick{Scopes: []connector.Scope{{}}}, func(c *connector.Connector) { c.Scope = connector.Scope{Org: "acme"} }, "2 3 1", "3 1"},
		{"type", connector.Pick{Types: []string{"GitHttp"}}, func(c *connector.Connector) { c.Type = "GitSsh" }, "2 3 1", "3 1"},
		{"status", connector.Pick{Statuses: []connector.Status{connector.Failing}}, func(c *connector.Connector) { c.Health.Status = connector.Failing }, "", "2"},
		{"tags", connector.Pick{Tags: connector.Tags{{Key: "fresh"}}}, func(c *connector.Connector) { c.Tags = connector.Tags{{Key: "fresh", Value: "x"}} }, "", "2"},
		{"description", connector.Pick{Description: "FOUND"}, func(c *connector.Connector) { c.Description = "Now it is found." }, "", "2"},
		{"spec", connector.Pick{On: "anonymous"}, func(c *connector.Connector) { c.Spec = &Git{Anonymous: true} }, "", "2"},
		{"text", connector.Pick{Text: "zebra stripes"}, func(c *connector.Connector) { c.Description = "Zebra stripes" }, "", "2"},
	} {
		tt.p.Workspace, tt.p.Size = "h1", 1
		shows := func(when, want string) {
			t.Helper()
			var got []string
			for p := tt.p; ; p.Page++ {
				found, total, err := b.Pick(ctx, p)
				must(t, err)
				if len(found) == 0 {
					if strings.Join(got, " ") != want || total != len(got) {
						t.Errorf("%s: the list %s is %v of %d, want %s", tt.name, when, got, total, want)
					}
					return
				}
				got = append(got, strings.TrimLeft(strings.TrimPrefix(found[0].ID, "git-"), "0"))
			}
		}
		shows("before", tt.before)
		c := b.read(t, "git-000002")
		c.Version++
		tt.change(&c)
		must(t, b.Update(ctx, c, nil, nil, Event("x")))
		shows("after the change", tt.then)
	}
}

// picksMeanwhile asks for pages while others write: each answer is of one moment.
func picksMeanwhile(t *testing.T, b *bench) {
	b.insert(t, crowdOf(40)...)
	var writing, reading sync.WaitGroup
	for hand := range 4 {
		writing.Go(func() {
			for i := range 40 {
				c := NewGit(1000*(hand+1) + i/2)
				var err error
				if i%2 == 0 {
					err = b.Insert(ctx, c, nil, nil, Event("x"))
				} else {
					c.Version, c.Retired = 2, Noon
					err = b.Retire(ctx, c, nil, Event("x"))
				}
				if err != nil {
					t.Errorf("writing %s = %v", c.ID, err)
				}
			}
		})
	}
	done := make(chan struct{})
	for hand := range 3 {
		reading.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				p := connector.Pick{Workspace: "h1", Sort: []string{"name", "-created"}[i%2], Page: i / 2 % 5, Size: 9 + 91*hand}
				found, total, err := b.Pick(ctx, p)
				if want := max(0, min(p.Size, total-p.Page*p.Size)); err != nil || len(found) != want {
					t.Errorf("Pick(%+v) = %d connectors of %d, %v; want %d", p, len(found), total, err, want)
				}
				for _, c := range found {
					if !c.Retired.IsZero() || c.Workspace != "h1" {
						t.Errorf("Pick(%+v) has %s of %s, retired %v", p, c.ID, c.Workspace, c.Retired)
					}
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
}

// picksStart asks by yes-or-no fields of connectors whose stored spec does not say them: the type's own start counts.
func picksStart(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewGit(2), NewGit(3))
	b.engine.Exec(t, b.dir, `UPDATE connectors SET spec = '{}'`)
	b.engine.Exec(t, b.dir, `UPDATE connectors SET type = 'GitSsh' WHERE id = 'git-000002'`)
	b.engine.Exec(t, b.dir, `UPDATE connectors SET type = 'GitPlain' WHERE id = 'git-000003'`)
	for _, tt := range []struct {
		p    connector.Pick
		want []string
	}{
		{connector.Pick{Off: "anonymous"}, []string{"git-000001"}},
		{connector.Pick{On: "anonymous"}, []string{"git-000002", "git-000003"}},
		{connector.Pick{Off: "nothing"}, []string{}},
		{connector.Pick{On: "nothing"}, []string{"git-000001", "git-000002", "git-000003"}},
	} {
		tt.p.Workspace, tt.p.Sort, tt.p.Size = "h1", "name", 10
		found, total, err := b.Pick(ctx, tt.p)
		must(t, err)
		if !slices.Equal(ids(found), tt.want) || total != len(tt.want) {
			t.Errorf("Pick(%+v) = %v of %d, want %v", tt.p, ids(found), total, tt.want)
		}
		if git, ok := found, len(found) > 0; ok && git[0].ID == "git-000002" && !git[0].Spec.(*Git).Anonymous {
			t.Errorf("%s is read as off and found as on", git[0].ID)
		}
	}
	var wrong connector.Problems
	for _, sort := range []string{"colour", "--name", "n", "-"} {
		if _, _, err := b.Pick(ctx, connector.Pick{Workspace: "h1", Sort: sort, Size: 1}); !errors.As(err, &wrong) || wrong.At("sort") == "" {
			t.Errorf("Pick by %q = %v, want a problem of sort", sort, err)
		}
	}
	for _, page := range []int{-1, 1, 1 << 31} {
		want := 0
		if page < 0 {
			want = 2 // there is nothing before the first page
		}
		if found, total, err := b.Pick(ctx, connector.Pick{Workspace: "h1", Page: page, Size: 2}); len(found) != want && page != 1 || total != 3 || err != nil {
			t.Errorf("Pick of page %d = %d of %d, %v; want %d of 3", page, len(found), total, err, want)
		}
	}
}
