package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
)

var sorts = []string{connector.SortWorst, connector.SortName, connector.SortUpdated, connector.SortCreated}

// crowdOf gives connectors that share names, times and every filter with others.
func crowdOf(n int) []connector.Connector {
	out := make([]connector.Connector, n)
	for i := range out {
		c := NewGit(i)
		c.Name = []string{"alpha", "Alpha", "beta", "ÄRGER", "äther", "gamma ray"}[i%6]
		c.Type = []string{"GitHttp", "GitSsh"}[i/2%2]
		c.Workspace = []string{"h1", "h2", "h1"}[i%3]
		c.Scope = []connector.Scope{{}, {Org: "acme"}, {Org: "acme", Project: "pay"}}[i/3%3]
		c.Health.Status = connector.Statuses[i/5%5]
		c.Created = Noon.Add(time.Duration(i/4) * time.Minute)
		c.Updated = Noon.Add(time.Duration(i*7%10) * time.Minute)
		c.Tags = []connector.Tags{nil, {{Key: "team", Value: "payments"}}, {{Key: "team", Value: "search"}, {Key: "old"}}}[i/7%3]
		if i%11 == 0 {
			c.Vendor, c.Type, c.Workspace, c.Scope = "securityhub", "JiraCloud", "s1", connector.Scope{}
			c.Name += fmt.Sprint(" ", i)
		}
		out[i] = c
	}
	return out
}

type filter struct {
	name string
	q    connector.Query
	keep func(connector.Connector) bool
}

func filters() []filter {
	acme := connector.Scope{Org: "acme"}
	pay := connector.Scope{Org: "acme", Project: "pay"}
	return []filter{
		{"all", connector.Query{}, func(connector.Connector) bool { return true }},
		{"vendor", connector.Query{Vendor: "securityhub"}, func(c connector.Connector) bool { return c.Vendor == "securityhub" }},
		{"type", connector.Query{Type: "GitSsh"}, func(c connector.Connector) bool { return c.Type == "GitSsh" }},
		{"workspace", connector.Query{Workspace: "h2"}, func(c connector.Connector) bool { return c.Workspace == "h2" }},
		{"status", connector.Query{Status: connector.Degraded}, func(c connector.Connector) bool { return c.Health.Status == connector.Degraded }},
		{"account scope", connector.Query{Scope: &connector.Scope{}}, func(c connector.Connector) bool { return c.Scope == connector.Scope{} }},
		{"org scope", connector.Query{Scope: &acme}, func(c connector.Connector) bool { return c.Scope == acme }},
		{"project scope", connector.Query{Scope: &pay}, func(c connector.Connector) bool { return c.Scope == pay }},
		{"tag key", connector.Query{Tag: "team"}, func(c connector.Connector) bool { _, ok := c.Tags.Get("team"); return ok }},
		{"tag", connector.Query{Tag: "team:search"}, func(c connector.Connector) bool { v, _ := c.Tags.Get("team"); return v == "search" }},
		{"tag of nobody", connector.Query{Tag: "team:sea"}, func(connector.Connector) bool { return false }},
		{"text", connector.Query{Text: "ALPHA"}, func(c connector.Connector) bool { return strings.Contains(strings.ToLower(c.Name), "alpha") }},
		{"two words", connector.Query{Text: "gam example.com"}, func(c connector.Connector) bool { return strings.Contains(c.Name, "gam") }},
		{"short text", connector.Query{Text: "ä"}, func(c connector.Connector) bool { return strings.HasPrefix(strings.ToLower(c.Name), "ä") }},
		{"short inner word", connector.Query{Text: "ra"}, func(c connector.Connector) bool { return strings.Contains(c.Name, " ra") }},
		{"visible workspaces", connector.Query{Workspaces: []string{"h2", "s1"}}, func(c connector.Connector) bool { return c.Workspace != "h1" }},
		{"one visible workspace", connector.Query{Workspaces: []string{"s1"}}, func(c connector.Connector) bool { return c.Workspace == "s1" }},
		{"no visible workspace", connector.Query{Workspaces: []string{}}, func(connector.Connector) bool { return false }},
		{"an invisible workspace", connector.Query{Workspace: "h1", Workspaces: []string{"h2"}}, func(connector.Connector) bool { return false }},
		{"several", connector.Query{Vendor: "harness", Type: "GitHttp", Workspace: "h1", Status: connector.Failing, Scope: &acme},
			func(c connector.Connector) bool {
				return c.Vendor == "harness" && c.Type == "GitHttp" && c.Workspace == "h1" && c.Health.Status == connector.Failing && c.Scope == acme
			}},
		{"text, tag and workspace", connector.Query{Text: "alpha", Tag: "old", Workspace: "h1"}, func(c connector.Connector) bool {
			_, ok := c.Tags.Get("old")
			return ok && c.Workspace == "h1" && strings.Contains(strings.ToLower(c.Name), "alpha")
		}},
	}
}

// before reports whether a list in the given order may show a before b; equal ones may come either way.
func before(sort string, a, b connector.Connector) bool {
	name := cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	switch sort {
	case connector.SortName:
		return name <= 0
	case connector.SortUpdated:
		return !a.Updated.Before(b.Updated)
	case connector.SortCreated:
		return !a.Created.Before(b.Created)
	}
	return cmp.Or(cmp.Compare(a.Health.Status.Rank(), b.Health.Status.Rank()), name) <= 0
}

// all pages through a list to its end and calls between after each page.
func all(t *testing.T, b *bench, q connector.Query, between func()) []connector.Connector {
	t.Helper()
	var out []connector.Connector
	for range 1000 {
		page, err := b.List(ctx, q)
		must(t, err)
		if len(page.Connectors) > q.Size || page.Next != "" && len(page.Connectors) < q.Size {
			t.Fatalf("a page of size %d has %d connectors, next %q", q.Size, len(page.Connectors), page.Next)
		}
		out = append(out, page.Connectors...)
		if page.Next == "" {
			return out
		}
		q.After = page.Next
		between()
	}
	t.Fatal("a list does not end")
	return nil
}

func ids(cs []connector.Connector) []string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = c.ID
	}
	return out
}

func lists(t *testing.T, b *bench) {
	crowd := crowdOf(120)
	b.insert(t, crowd...)
	var living, retired []connector.Connector
	for i, c := range crowd {
		if i%9 == 4 {
			b.retire(t, c.ID)
			retired = append(retired, c)
		} else {
			living = append(living, c)
		}
	}
	for _, f := range filters() {
		for _, inTrash := range []bool{false, true} {
			from := living
			if inTrash {
				from = retired
			}
			var want []string
			for _, c := range from {
				if f.keep(c) {
					want = append(want, c.ID)
				}
			}
			slices.Sort(want)
			for _, sort := range sorts {
				q := f.q
				q.Sort, q.Size, q.Retired = sort, 7, inTrash
				got := all(t, b, q, func() {})
				if !sorted(sort, got) {
					t.Errorf("%s by %s is not in order: %v", f.name, sort, ids(got))
				}
				found := ids(got)
				slices.Sort(found)
				if !slices.Equal(found, want) {
					t.Errorf("%s by %s (trash %v) = %v, want %v", f.name, sort, inTrash, found, want)
				}
			}
		}
	}
}

func sorted(sort string, cs []connector.Connector) bool {
	for i := 1; i < len(cs); i++ {
		if !before(sort, cs[i-1], cs[i]) {
			return false
		}
	}
	return true
}

func listsMeanwhile(t *testing.T, b *bench) {
	crowd := crowdOf(60)
	b.insert(t, crowd...)
	next := 1000
	for _, f := range []filter{filters()[0], filters()[2], filters()[11]} {
		for _, sort := range sorts {
			var want []string
			page, err := b.List(ctx, connector.Query{Size: 200, Retired: false, Type: f.q.Type, Text: f.q.Text})
			must(t, err)
			want = ids(page.Connectors)
			q := f.q
			q.Sort, q.Size = sort, 5
			got := ids(all(t, b, q, func() {
				if next%4 == 3 {
					next++
					return // so that the list ends although connectors keep coming
				}
				c := crowdOf(next%60 + 1)[next%60]
				c.ID, c.Identifier, c.Vendor, c.Workspace = fmt.Sprintf("new-%d", next), fmt.Sprintf("new_%d", next), "harness", "h1"
				b.insert(t, c)
				next++
			}))
			seen := map[string]int{}
			for _, id := range got {
				seen[id]++
				if seen[id] > 1 {
					t.Errorf("%s by %s shows %s twice", f.name, sort, id)
				}
			}
			for _, id := range want {
				if seen[id] != 1 {
					t.Errorf("%s by %s shows %s %d times, want once", f.name, sort, id, seen[id])
				}
			}
		}
	}
}

func cursors(t *testing.T, b *bench) {
	b.insert(t, crowdOf(20)...)
	var wrong connector.Problems
	for _, sort := range sorts {
		page, err := b.List(ctx, connector.Query{Sort: sort, Size: 5})
		must(t, err)
		for _, other := range sorts {
			_, err := b.List(ctx, connector.Query{Sort: other, Size: 5, After: page.Next})
			if other == sort && err != nil {
				t.Errorf("List by %s with its own cursor = %v", sort, err)
			}
			if other != sort && (!errors.As(err, &wrong) || wrong.At("after") == "") {
				t.Errorf("List by %s with a cursor by %s = %v, want a problem of after", other, sort, err)
			}
		}
	}
	for _, after := range []string{"x", "====", "c3RhdHVz", "c3RhdHVzIGEgYiBj", strings.Repeat("A", 10000), "\x00"} {
		if _, err := b.List(ctx, connector.Query{After: after}); !errors.As(err, &wrong) {
			t.Errorf("List after %.20q = %v, want a problem", after, err)
		}
	}
	if _, err := b.List(ctx, connector.Query{Sort: "name; DROP TABLE connectors"}); !errors.As(err, &wrong) || wrong.At("sort") == "" {
		t.Errorf("List by nonsense = %v, want a problem of sort", err)
	}
	page, err := b.List(ctx, connector.Query{Size: 100000})
	must(t, err)
	if len(page.Connectors) != 20 {
		t.Errorf("List of a huge page = %d connectors, want 20", len(page.Connectors))
	}
}

func searches(t *testing.T, b *bench) {
	c := NewGit(1)
	c.Name, c.Identifier, c.Description = "Payments Ledger", "pay_ledger", `All "quoted" 100% of it`
	c.Spec = &Git{URL: "https://git.example.com:8443/acme/ledger.git", Note: "unlisted"}
	c.Tags = connector.Tags{{Key: "team", Value: "Zürich"}}
	other := NewGit(2)
	other.Name, other.Tags = "Unrelated", nil
	b.insert(t, c, other)
	for text, want := range map[string]bool{
		"payments": true, "PAY": true, "aymen": true, "ledger payments": true, "pay_l": true, "8443": true, "example.com:8443/acme": true,
		`"quoted"`: true, "100%": true, "zürich": true, "ZÜR": true, "team:zür": true, "le": true, "p": true, "pa le": true, "ed": false,
		"unlisted": false, "payments nowhere": false, "%": false, "_": false, `"`: false, "' OR 1=1 --": false, "pay*": false, "\x02\x02p": true,
		"nearby AND": false, "https://git.example.com:8443/acme/ledger.git": true,
	} {
		page, err := b.List(ctx, connector.Query{Text: text})
		must(t, err)
		got := slices.Contains(ids(page.Connectors), c.ID)
		if got != want {
			t.Errorf("List(%q) finds it: %v, want %v", text, got, want)
		}
	}
	// The words change with the connector.
	changed := b.read(t, c.ID)
	changed.Version, changed.Name = 2, "Renamed"
	must(t, b.Update(ctx, changed, nil, nil, Event("connector.changed")))
	for text, want := range map[string]int{"payments": 0, "renamed": 1} {
		if page, err := b.List(ctx, connector.Query{Text: text}); err != nil || len(page.Connectors) != want {
			t.Errorf("List(%q) after a change = %d connectors, %v; want %d", text, len(page.Connectors), err, want)
		}
	}
}
