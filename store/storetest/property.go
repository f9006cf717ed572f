package storetest

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patchbay/connector"
)

// counts does random changes, many of them impossible, and then compares what the writes keep with what is there.
func counts(t *testing.T, b *bench) {
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		m := &model{b: b, round: round, living: map[string]bool{}}
		for _, step := range rapid.SliceOfN(rapid.SampledFrom(m.steps()), 1, 25).Draw(r, "steps") {
			n := rapid.IntRange(0, 5).Draw(r, "which")
			step.do(r, n)
		}
		m.compare(r)
	})
}

// model does changes to the connectors and secrets of one round, whose ids no other round has.
type model struct {
	b      *bench
	round  int
	living map[string]bool
}

type change struct {
	name string
	do   func(r *rapid.T, n int)
}

// String names the change where rapid shows what led to a failure.
func (c change) String() string { return c.name }

func (m *model) id(n int) string { return fmt.Sprintf("r%d-c%d", m.round, n) }

func (m *model) secret(n int) connector.NamedSecret {
	return NewSecret(fmt.Sprintf("r%d-s%d", m.round, n%3))
}

func (m *model) grants(r *rapid.T) (out []connector.Grant) {
	for i, n := range rapid.SliceOfN(rapid.IntRange(0, 2), 0, 3).Draw(r, "grants") {
		if _, err := m.b.Secret(ctx, m.secret(n).ID); err == nil {
			out = append(out, connector.Grant{Secret: m.secret(n).SecretName, Field: fmt.Sprint("field", i)})
		}
	}
	return out
}

// now reads the stored connector and gives its next version; ok is false when there is none.
func (m *model) now(n int) (connector.Connector, bool) {
	c, err := m.b.Connector(ctx, m.id(n))
	c.Version++
	return c, err == nil
}

func (m *model) steps() []change {
	with := func(act func(r *rapid.T, c connector.Connector) error) func(*rapid.T, int) {
		return func(r *rapid.T, n int) {
			if c, ok := m.now(n); ok {
				_ = act(r, c) // a refusal is as good as a success: compare tells whether it was whole
			}
		}
	}
	ev := Event("x")
	return []change{
		{"insert", func(r *rapid.T, n int) {
			c := NewGit(n)
			c.ID, c.Identifier, c.Name = m.id(n), fmt.Sprintf("r%d_%d", m.round, n/2), m.id(n)
			c.Workspace = rapid.SampledFrom([]string{"h1", "h2"}).Draw(r, "workspace")
			_ = m.b.Insert(ctx, c, m.grants(r), nil, ev) // may be taken
		}},
		{"update", with(func(r *rapid.T, c connector.Connector) error {
			c.Type = rapid.SampledFrom([]string{"GitHttp", "GitSsh"}).Draw(r, "type")
			c.Health.Status = rapid.SampledFrom(connector.Statuses).Draw(r, "status")
			c.Tags = rapid.SampledFrom([]connector.Tags{nil, {{Key: "team", Value: "a"}}, {{Key: "team", Value: "b"}, {Key: "x"}}}).Draw(r, "tags")
			return m.b.Update(ctx, c, m.grants(r), nil, ev)
		})},
		{"stale update", with(func(r *rapid.T, c connector.Connector) error {
			c.Version += 3
			return m.b.Update(ctx, c, m.grants(r), nil, ev)
		})},
		{"retire", with(func(_ *rapid.T, c connector.Connector) error {
			c.Retired = Noon
			return m.b.Retire(ctx, c, nil, ev)
		})},
		{"restore", with(func(_ *rapid.T, c connector.Connector) error { return m.b.Restore(ctx, c, ev) })},
		{"purge", with(func(_ *rapid.T, c connector.Connector) error { return m.b.Purge(ctx, c.ID, ev) })},
		{"run", with(func(r *rapid.T, c connector.Connector) error {
			run := connector.Run{ID: c.ID, Connector: c.ID, State: connector.Done, Ended: Noon}
			return m.b.EndRun(ctx, run, c.Version-rapid.Int64Range(0, 1).Draw(r, "stale"), c.Health, connector.Health{Status: rapid.SampledFrom(connector.Statuses).Draw(r, "status")}, ev)
		})},
		{"keep secret", func(_ *rapid.T, n int) { _ = m.b.KeepSecret(ctx, m.secret(n), connector.NewSecret("v"), ev) }},
		{"remove secret", func(_ *rapid.T, n int) { _ = m.b.RemoveSecret(ctx, m.secret(n).ID, ev) }},
	}
}

// compare counts afresh what is there and wants the kept figures to be the same.
func (m *model) compare(r *rapid.T) {
	var fresh []connector.Connector
	q := connector.Query{Size: 200}
	for {
		page, err := m.b.List(ctx, q)
		if err != nil {
			r.Fatalf("List = %v", err)
		}
		fresh = append(fresh, page.Connectors...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	want := map[connector.Count]int{}
	for _, c := range fresh {
		want[connector.Count{Workspace: c.Workspace, Vendor: c.Vendor, Type: c.Type, Status: c.Health.Status}]++
	}
	kept, err := m.b.Counts(ctx)
	if err != nil {
		r.Fatalf("Counts = %v", err)
	}
	for _, c := range kept {
		key := c
		key.N = 0
		if want[key] != c.N || c.N == 0 {
			r.Fatalf("counts have %d for %+v, the list has %d", c.N, key, want[key])
		}
		delete(want, key)
	}
	if len(want) > 0 {
		r.Fatalf("counts lack %v", want)
	}
	for n := range 3 {
		s, err := m.b.Secret(ctx, m.secret(n).ID)
		if err != nil {
			continue
		}
		users, err := m.b.SecretUsers(ctx, s.ID, 1000)
		if err != nil || s.UsedBy != len(users) {
			r.Fatalf("secret %s is used by %d, its users are %v, %v", s.Name, s.UsedBy, ids(users), err)
		}
	}
	for _, tag := range []string{"team", "team:a", "team:b", "x"} {
		page, err := m.b.List(ctx, connector.Query{Tag: tag, Size: 200})
		if err != nil {
			r.Fatalf("List by tag = %v", err)
		}
		for _, c := range fresh {
			has := slices.ContainsFunc(c.Tags, func(t connector.Tag) bool { return t.Key == tag || t.String() == tag })
			if found := slices.Contains(ids(page.Connectors), c.ID); found != has && len(page.Connectors) < 200 {
				r.Fatalf("connector %s with tags %v is in the list of %s: %v", c.ID, c.Tags, tag, found)
			}
		}
	}
	if _, err := m.b.VerifyLog(ctx); err != nil {
		r.Fatalf("VerifyLog = %v", err)
	}
}
