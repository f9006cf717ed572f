package store_test

import (
	"context"
	"testing"
	"time"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/store"
	"patchbay/connector/catalog"
)

func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	t0 := time.Now()
	s, err := store.Open(context.Background(), dir, catalog.All(), time.Now)
	if err != nil { t.Fatal(err) }
	fmt.Println("open", time.Since(t0))
	ctx := context.Background()
	ev := access.Event{At: time.Now(), Actor: "user:a", Action: "x"}
	if err := s.AddWorkspace(ctx, connector.Workspace{ID: "w1", Vendor: "harness", Name: "Main", Account: "acc", Created: time.Now()}, ev); err != nil { t.Fatal(err) }
	kind, ok := catalog.All().Type("harness", "GitHttp")
	if !ok { t.Fatal("type") }
	t0 = time.Now()
	const N = 2000
	for i := range N {
		c := connector.Connector{ID: fmt.Sprintf("id%020d", i), Vendor: "harness", Type: "GitHttp", Workspace: "w1", Identifier: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("Connector %d", i*7919%N), Description: "A link to the repository of payments", Spec: kind.New(), Created: time.Now(), Updated: time.Now(), Tags: connector.Tags{{Key: "team", Value: "payments"}}}
		connector.Bind(c.Spec.Fields(), map[string][]string{"url": {"https://git.example.com/acme/app.git"}})
		if err := s.Insert(ctx, c, nil, nil, ev); err != nil { t.Fatal(err) }
	}
	fmt.Println("insert", time.Since(t0)/N)
	t0 = time.Now()
	for range 200 {
	p, err := s.List(ctx, connector.Query{Sort: connector.SortName})
	if err != nil { t.Fatal(err) }
	if len(p.Connectors) != 50 { t.Fatal(len(p.Connectors)) }
	}
	fmt.Println("list", time.Since(t0)/200)
	p, err := s.List(ctx, connector.Query{Sort: connector.SortName, Text: "pay co", Tag: "team:payments"})
	fmt.Println(len(p.Connectors), err)
	p, err = s.List(ctx, connector.Query{Sort: connector.SortName, Text: "c199"})
	fmt.Println(len(p.Connectors), err)
	n, err := s.VerifyLog(ctx)
	fmt.Println(n, err)
	if err := s.Close(); err != nil { t.Fatal(err) }
	t0 = time.Now()
	s, err = store.Open(context.Background(), dir, catalog.All(), time.Now)
	if err != nil { t.Fatal(err) }
	fmt.Println("open", time.Since(t0))
	s.Close()
}
