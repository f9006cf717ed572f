package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchbay/connector"
)

// shelf is what one round of the property has to do with: the connectors of one workspace in scopes of its own, written through two
// stores that have one directory open.
type shelf struct {
	stores []*bench
	round  int
	age    map[string]int // when each connector came in
	time   int            // minutes since noon
	asked  []connector.Pick
}

var (
	shelfNames        = []string{"alpha", "Alpha", "beta", "ÄRGER mit Über", "gamma ray", "delta"}
	shelfDescriptions = []string{"", "Where the source lives", "ÜBER alles", "first line\nsecond line", "the Source"}
	shelfTags         = []connector.Tags{nil, {{Key: "team", Value: "a"}}, {{Key: "team", Value: "b"}, {Key: "old"}}, {{Key: "Team"}}}
)

func (s *shelf) scopes() []connector.Scope {
	org := fmt.Sprintf("o%d", s.round)
	return []connector.Scope{{Org: org}, {Org: org, Project: "p"}, {Org: org + "x"}}
}

// picks does random changes through both stores and wants every list of a vendor's own, walked by number of page, to be the keyset walk.
func picks(t *testing.T, b *bench) {
	other := &bench{engine: b.engine, dir: b.dir}
	other.open(t)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		s := &shelf{stores: []*bench{b, other}, round: round, age: map[string]int{}}
		for range rapid.IntRange(0, 8).Draw(r, "to begin with") {
			s.insert(r)
		}
		// A few lists, looked at again and again while things change.
		for range 3 {
			s.asked = append(s.asked, s.pick(r))
		}
		s.look(r)
		for range rapid.IntRange(1, 4).Draw(r, "looks") {
			for range rapid.IntRange(1, 4).Draw(r, "changes") {
				rapid.SampledFrom([]func(*rapid.T){s.insert, s.change, s.change, s.change, s.retire, s.restore, s.check}).Draw(r, "change")(r)
			}
			s.look(r)
		}
	})
}

func (s *shelf) store(r *rapid.T) *bench { return rapid.SampledFrom(s.stores).Draw(r, "store") }

func (s *shelf) insert(r *rapid.T) {
	n := len(s.age)
	c := NewGit(n)
	c.ID = fmt.Sprintf("p%d-%d", s.round, n)
	s.age[c.ID] = n
	s.dress(r, &c, 0, 1, 2, 3, 4, 5, 6, 7, 8)
	if n%4 == 3 {
		s.dress(r, &c, 9)
	}
	c.Created = c.Updated
	if err := s.store(r).Insert(ctx, c, nil, nil, Event("x")); err != nil {
		r.Fatalf("Insert = %v", err)
	}
}

// dress gives a connector what lists are filtered and sorted by: all of it, or one part.
func (s *shelf) dress(r *rapid.T, c *connector.Connector, parts ...int) {
	for _, part := range parts {
		switch part {
		case 0:
			s.time += rapid.IntRange(0, 2).Draw(r, "later")
			c.Updated = Noon.Add(time.Duration(s.time) * time.Minute)
		case 1:
			c.Name = rapid.SampledFrom(shelfNames).Draw(r, "name")
		case 2:
			c.Description = rapid.SampledFrom(shelfDescriptions).Draw(r, "description")
		case 3:
			c.Tags = rapid.SampledFrom(shelfTags).Draw(r, "tags")
		case 4:
			c.Type = rapid.SampledFrom([]string{"GitHttp", "GitSsh"}).Draw(r, "type")
		case 5:
			c.Scope = rapid.SampledFrom(s.scopes()).Draw(r, "scope")
		case 6:
			c.Health.Status = rapid.SampledFrom(connector.Statuses).Draw(r, "status")
		case 7:
			c.Spec = &Git{Anonymous: rapid.Bool().Draw(r, "anonymous")}
		case 8:
			c.Identifier = fmt.Sprintf("%s_%d", rapid.SampledFrom([]string{"id", "ID", "x"}).Draw(r, "identifier"), s.age[c.ID])
		case 9:
			c.Type, c.Spec = "GitPlain", &Plain{}
		}
	}
}

// one gives the next version of a connector of the round; ok is false when there is none.
func (s *shelf) one(r *rapid.T) (c connector.Connector, ok bool) {
	if len(s.age) == 0 {
		return c, false
	}
	c, err := s.stores[0].Connector(ctx, fmt.Sprintf("p%d-%d", s.round, rapid.IntRange(0, len(s.age)-1).Draw(r, "which")))
	c.Version++
	return c, err == nil
}

func (s *shelf) change(r *rapid.T) {
	if c, ok := s.one(r); ok {
		s.dress(r, &c, rapid.IntRange(0, 9).Draw(r, "part"))
		if _, plain := c.Spec.(*Plain); plain {
			c.Type = "GitPlain"
		}
		_ = s.store(r).Update(ctx, c, nil, nil, Event("x")) // refused in the trash
	}
}

func (s *shelf) retire(r *rapid.T) {
	if c, ok := s.one(r); ok {
		c.Retired = Noon
		_ = s.store(r).Retire(ctx, c, nil, Event("x"))
	}
}

// restore takes out of the trash; what is in neither place is there for good.
func (s *shelf) restore(r *rapid.T) {
	c, ok := s.one(r)
	switch {
	case !ok:
	case rapid.Bool().Draw(r, "purge"):
		_ = s.store(r).Purge(ctx, c.ID, Event("x")) // refused for a living one
	default:
		_ = s.store(r).Restore(ctx, c, Event("x"))
	}
}

func (s *shelf) check(r *rapid.T) {
	if c, ok := s.one(r); ok {
		run := connector.Run{ID: c.ID, Connector: c.ID, State: connector.Done, Ended: Noon}
		h := connector.Health{Status: rapid.SampledFrom(connector.Statuses).Draw(r, "status"), Checked: Noon}
		if err := s.store(r).EndRun(ctx, run, c.Version-1, c.Health, h, Event("x")); err != nil {
			r.Fatalf("EndRun = %v", err)
		}
	}
}

// pick gives a list to ask for.
func (s *shelf) pick(r *rapid.T) connector.Pick {
	p := connector.Pick{Workspace: "h1", Scopes: rapid.SampledFrom([][]connector.Scope{s.scopes()[:1], s.scopes()[1:2], s.scopes()[:2], s.scopes()}).Draw(r, "scopes")}
	switch rapid.IntRange(0, 8).Draw(r, "filter") {
	case 1:
		p.Types = rapid.SampledFrom([][]string{{"GitHttp"}, {"GitSsh", "GitPlain"}, {"-"}}).Draw(r, "types")
	case 2:
		p.Statuses = []connector.Status{connector.Healthy, connector.Degraded}
	case 3:
		p.Text = rapid.SampledFrom([]string{"ALPHA", "source", "x_", "über", "team:b", "Team", "line\nsecond", "nobody"}).Draw(r, "text")
	case 4:
		p.Description = rapid.SampledFrom([]string{"SOURCE", "über ALLES", "line\nsecond", "a"}).Draw(r, "description")
	case 5:
		p.Tags = rapid.SampledFrom([]connector.Tags{{{Key: "team", Value: "b"}, {Key: "old"}}, {{Key: "team"}}, {{Key: "team", Value: "a"}}}).Draw(r, "tags")
	case 6:
		p.On = "anonymous"
	case 7:
		p.Off = "anonymous"
	case 8:
		p.Names = []string{"Alpha", "gamma ray", "nobody"}
	}
	p.Sort = rapid.SampledFrom([]string{"", "updated", "-updated", "created", "-created", "name", "-name", "identifier", "-identifier"}).Draw(r, "sort")
	return p
}

// look asks for the lists and compares them with what the keyset walk shows.
func (s *shelf) look(r *rapid.T) {
	for _, p := range s.asked {
		p.Size = rapid.SampledFrom([]int{2, 5, 50, 0}).Draw(r, "size")
		s.compare(r, s.store(r), p)
	}
}

func (s *shelf) compare(r *rapid.T, through *bench, p connector.Pick) {
	var want []string
	for _, c := range s.walk(r, p.Sort) {
		if fits(p, c) {
			want = append(want, c.ID)
		}
	}
	got := []string{}
	for ; ; p.Page++ {
		found, total, err := through.Pick(ctx, p)
		if err != nil || total != len(want) {
			r.Fatalf("Pick(%+v) = total %d, %v; want %d", p, total, err, len(want))
		}
		got = append(got, ids(found)...)
		if p.Size == 0 || len(found) < p.Size {
			break
		}
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		r.Fatalf("Pick(%+v) = %v, want %v", p, got, want)
	}
}

// walk gives the living connectors of the round in an order: by the keyset walk where that knows the order, else sorted here.
func (s *shelf) walk(r *rapid.T, sort string) (out []connector.Connector) {
	q := connector.Query{Workspace: "h1", Size: 25, Sort: cmp.Or(sort, connector.SortUpdated)}
	own := slices.Contains(sorts, q.Sort)
	if !own {
		q.Sort = connector.SortName
	}
	for _, scope := range s.scopes() {
		q.Scope, q.After = &scope, ""
		for {
			page, err := s.stores[0].List(ctx, q)
			if err != nil {
				r.Fatalf("List = %v", err)
			}
			out = append(out, page.Connectors...)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	column, down := strings.CutPrefix(q.Sort, "-")
	if !own {
		column, down = strings.CutPrefix(sort, "-")
	}
	slices.SortStableFunc(out, func(a, b connector.Connector) int {
		order := map[string]int{
			"updated": a.Updated.Compare(b.Updated), "created": a.Created.Compare(b.Created),
			"name": cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), "identifier": cmp.Compare(a.Identifier, b.Identifier),
		}[column]
		if order = cmp.Or(order, cmp.Compare(s.age[a.ID], s.age[b.ID])); down {
			return -order
		}
		return order
	})
	return out
}

// fits is what a pick asks of a connector, said plainly.
func fits(p connector.Pick, c connector.Connector) bool {
	has := func(text, part string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(part)) }
	tagged := func(tag string) bool {
		return slices.ContainsFunc(c.Tags, func(t connector.Tag) bool { return t.Key == tag || t.String() == tag })
	}
	on := true
	if git, ok := c.Spec.(*Git); ok {
		on = git.Anonymous
	}
	return slices.Contains(p.Scopes, c.Scope) &&
		(len(p.Types) == 0 || slices.Contains(p.Types, c.Type)) &&
		(len(p.Names) == 0 || slices.Contains(p.Names, c.Name)) &&
		(len(p.Statuses) == 0 || slices.Contains(p.Statuses, c.Health.Status)) &&
		(p.Text == "" || has(c.Name, p.Text) || has(c.Identifier, p.Text) || has(c.Description, p.Text) || tagged(p.Text)) &&
		has(c.Description, p.Description) &&
		!slices.ContainsFunc(p.Tags, func(t connector.Tag) bool { return !tagged(t.String()) }) &&
		(p.On == "" || on) && (p.Off == "" || !on)
}
