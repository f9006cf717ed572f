package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/store"
)

func TestExp(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	s, err := store.Open(ctx, dir, catalog.All(), time.Now)
	if err != nil { t.Fatal(err) }
	ev := access.Event{At: time.Now(), Actor: "user:a", Action: "x"}
	if err := s.AddWorkspace(ctx, connector.Workspace{ID: "w1", Vendor: "harness", Name: "Main", Account: "acc", Created: time.Now()}, ev); err != nil { t.Fatal(err) }
	db, _ := sql.Open("sqlite", filepath.Join(dir, "patchbay.db"))
	if os.Getenv("DROP") != "" {
		rows, _ := db.Query("select name from sqlite_schema where type='index' and name like '%_by_%'")
		var names []string
		for rows.Next() { var n string; rows.Scan(&n); names = append(names, n) }
		rows.Close()
		for _, n := range names { if _, err := db.Exec("drop index " + n); err != nil { t.Fatal(err) } }
		fmt.Println("dropped", len(names))
	}
	kind, _ := catalog.All().Type("harness", "GitHttp")
	words := "A link to the repository of payments"
	mk := func(i int) connector.Connector {
		c := connector.Connector{ID: fmt.Sprintf("id%020d", i), Vendor: "harness", Type: "GitHttp", Workspace: "w1", Identifier: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("Connector %d", i*7919%100000), Description: words, Spec: kind.New(), Created: time.Now(), Updated: time.Now(), Tags: connector.Tags{{Key: "team", Value: "payments"}}}
		connector.Bind(c.Spec.Fields(), map[string][]string{"url": {"https://git.example.com/acme/app.git"}})
		return c
	}
	const N = 2000
	for pass := range 0 {
		t0, c0 := time.Now(), cpu()
		for i := range N { if err := s.Insert(ctx, mk(pass*N+i), nil, nil, ev); err != nil { t.Fatal(err) } }
		fmt.Println("insert alone", time.Since(t0)/N, "cpu", (cpu()-c0)/N)
	}
	t0, c0 := time.Now(), cpu()
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() { for i := range 1000 { if err := s.Insert(ctx, mk(100000+g*10000+i), nil, nil, ev); err != nil { t.Error(err) } } })
	}
	wg.Wait()
	fmt.Println("insert 16", time.Since(t0)/16000, "cpu", (cpu()-c0)/16000)
	fi, _ := os.Stat(filepath.Join(dir, "patchbay.db"))
	fmt.Println("db bytes per row", fi.Size()/8000)
	s.Close()
}

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
