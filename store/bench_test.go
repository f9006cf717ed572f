package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/store"
	"patchbay/store/storetest"
)

const benchRows = 100_000

// large is one store for all benchmarks: filling it takes longer than they do.
var large = struct {
	once sync.Once
	s    *store.Store
}{}

func largeStore(b *testing.B) *store.Store {
	large.once.Do(func() {
		dir, err := largeDir()
		if err != nil {
			b.Fatal(err)
		}
		large.s = open(b, dir, time.Now)
		addWorkspaces(b, large.s)
		began := time.Now()
		storetest.Fill(b, large.s, benchRows, benchConnector)
		b.Logf("filled with %d connectors in %v", benchRows, time.Since(began).Round(time.Millisecond))
	})
	return large.s
}

// benchConnector gives connectors that are spread over vendors, types, workspaces, statuses, scopes and tags as in a large house.
func benchConnector(i int) connector.Connector {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	c := storetest.NewGit(i)
	c.Name = []string{"Payments", "Billing", "Search", "Ledger", "Catalogue"}[r.IntN(5)] + " repository " + strconv.Itoa(r.IntN(1_000_000))
	c.Workspace = []string{"h1", "h1", "h2"}[r.IntN(3)]
	c.Type = []string{"GitHttp", "GitSsh"}[r.IntN(2)]
	c.Health.Status = connector.Statuses[r.IntN(5)]
	c.Updated = c.Created.Add(time.Duration(r.IntN(1e9)) * time.Millisecond)
	if org := r.IntN(20); org > 10 {
		c.Scope = connector.Scope{Org: fmt.Sprintf("org%d", org), Project: fmt.Sprintf("p%d", r.IntN(50))}
	}
	c.Tags = connector.Tags{{Key: "team", Value: fmt.Sprintf("team%d", r.IntN(300))}}
	if i%4 == 0 {
		c.Vendor, c.Type, c.Workspace, c.Scope = "securityhub", "JiraCloud", "s1", connector.Scope{}
		c.Name += " " + strconv.Itoa(i)
	}
	return c
}

func BenchmarkList(b *testing.B) {
	s := largeStore(b)
	ctx := context.Background()
	var rare = connector.Scope{Org: "org15", Project: "p7"}
	for _, q := range []struct {
		name string
		q    connector.Query
	}{
		{"all", connector.Query{}},
		{"vendor", connector.Query{Vendor: "securityhub"}},
		{"type", connector.Query{Type: "GitSsh"}},
		{"workspace", connector.Query{Workspace: "h2"}},
		{"status", connector.Query{Status: connector.Healthy}},
		{"scope", connector.Query{Scope: &rare}},
		{"tag", connector.Query{Tag: "team:team7"}},
		{"several", connector.Query{Type: "GitSsh", Workspace: "h2", Status: connector.Failing}},
		{"none", connector.Query{Type: "GitSsh", Vendor: "securityhub"}},
	} {
		for _, sort := range []string{connector.SortWorst, connector.SortName, connector.SortUpdated, connector.SortCreated} {
			b.Run(q.name+"/"+sort, func(b *testing.B) {
				for b.Loop() {
					q.q.Sort = sort
					if _, err := s.List(ctx, q.q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkListDeep(b *testing.B) {
	s := largeStore(b)
	ctx := context.Background()
	for _, sort := range []string{connector.SortWorst, connector.SortName, connector.SortUpdated, connector.SortCreated} {
		q := connector.Query{Sort: sort, Size: 200}
		for range benchRows / 2 / q.Size {
			page, err := s.List(ctx, q)
			if err != nil {
				b.Fatal(err)
			}
			q.After = page.Next
		}
		q.Size = 50
		b.Run(sort, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(ctx, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkListAtOnce(b *testing.B) {
	s := largeStore(b)
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.List(context.Background(), connector.Query{Workspace: "h1", Sort: connector.SortName}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	s := largeStore(b)
	for _, text := range []string{"payments", "app4711", "pa", "payments 99", "nowhere-to-be-found"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(context.Background(), connector.Query{Text: text}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPick asks for pages by number at different depths, of a list that nobody has changed, and each time after a change.
func BenchmarkPick(b *testing.B) {
	s := largeStore(b)
	ctx := context.Background()
	read := func(b *testing.B, p connector.Pick) int {
		_, total, err := s.Pick(ctx, p)
		if err != nil {
			b.Fatal(err)
		}
		return total
	}
	for _, l := range []struct {
		name string
		p    connector.Pick
	}{
		{"all", connector.Pick{}},
		{"scope", connector.Pick{Scopes: []connector.Scope{{}}}},
		{"scope by name", connector.Pick{Scopes: []connector.Scope{{}}, Sort: "name"}},
		{"scope by identifier", connector.Pick{Scopes: []connector.Scope{{}}, Sort: "identifier"}},
		{"type and status", connector.Pick{Types: []string{"GitSsh"}, Statuses: []connector.Status{connector.Failing}}},
		{"tag", connector.Pick{Tags: connector.Tags{{Key: "team", Value: "team7"}}}},
		{"text", connector.Pick{Text: "payments"}},
		{"description", connector.Pick{Description: "source"}},
		{"off", connector.Pick{Off: "anonymous"}},
	} {
		p := l.p
		p.Workspace, p.Size = "h1", 50
		total := read(b, p)
		for name, page := range map[string]int{"first": 0, "middle": total / 100, "last": (total - 1) / 50} {
			b.Run(l.name+"/"+name, func(b *testing.B) {
				p.Page = page
				for b.Loop() {
					read(b, p)
				}
			})
		}
		b.Run(l.name+"/last after a change", func(b *testing.B) {
			p.Page = (total - 1) / 50
			n := 0
			for b.Loop() {
				b.StopTimer()
				touch(b, s, n)
				n += 7919
				b.StartTimer()
				read(b, p)
			}
		})
		b.Run(l.name+"/for the first time", func(b *testing.B) {
			p.Page = (total - 1) / 50
			for b.Loop() {
				s.Forget()
				read(b, p)
			}
		})
	}
}

// touch changes a connector, as somebody would who gives it another name.
func touch(b *testing.B, s *store.Store, n int) {
	for ; ; n++ {
		c, err := s.Connector(context.Background(), fmt.Sprintf("git-%06d", n%benchRows))
		if err != nil {
			b.Fatal(err)
		}
		if c.Workspace != "h1" {
			continue
		}
		c.Version++
		c.Name, c.Updated = fmt.Sprintf("Renamed %d", n*31%benchRows), time.Now()
		if err := s.Update(context.Background(), c, nil, nil, storetest.Event("x")); err != nil {
			b.Fatal(err)
		}
		return
	}
}

func BenchmarkInsert(b *testing.B) {
	s := largeStore(b)
	var n atomic.Int64
	n.Store(time.Now().UnixMilli() % 1e9)
	one := func(b *testing.B) {
		c := benchConnector(int(benchRows + n.Add(1)))
		c.Name += " " + c.ID
		if err := s.Insert(context.Background(), c, nil, nil, storetest.Event("connector.created")); err != nil {
			b.Error(err)
		}
	}
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			one(b)
		}
	})
	b.Run("at once", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				one(b)
			}
		})
	})
}

func BenchmarkCounts(b *testing.B) {
	s := largeStore(b)
	for b.Loop() {
		if _, err := s.Counts(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkConnector(b *testing.B) {
	s := largeStore(b)
	i := 0
	for b.Loop() {
		if _, err := s.Connector(context.Background(), fmt.Sprintf("git-%06d", i%benchRows)); err != nil {
			b.Fatal(err)
		}
		i += 7919
	}
}
