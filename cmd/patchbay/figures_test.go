//go:build bench

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/access/password"
	"patchbay/assets"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/harness"
	"patchbay/registry"
	"patchbay/store"
	"patchbay/store/storetest"
)

// figureRows is how many connectors the figures are measured with.
const figureRows = 100_000

const figurePassword = "figures-figures"

// TestFigures prints the table of docs/performance.md. It asserts nothing: figures of a noisy machine are to be read, not to fail.
func TestFigures(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "patchbay")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	data := filepath.Join(dir, "data")
	fillData(t, data)
	size, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	row := func(what, figure string) { fmt.Printf("| %s | %s |\n", what, figure) }
	fmt.Print("\n| what | figure |\n| --- | --- |\n")
	row("binary, stripped", fmt.Sprintf("%.1f MiB", float64(size.Size())/(1<<20)))
	row("browser module, raw / gzip 6", moduleSize(t))

	var starts []time.Duration
	for range 15 {
		began := time.Now()
		p := startProgram(t, binary, data)
		starts = append(starts, time.Since(began))
		p.stop(t)
	}
	slices.Sort(starts)
	row("start to the first 200, 100,000 connectors, median of 15", starts[len(starts)/2].Round(time.Millisecond).String())

	p := startProgram(t, binary, data)
	defer p.stop(t)
	p.get(t, "/connectors") // the first page warms what is made once
	row("resident memory, idle", p.resident(t))
	for _, path := range []string{"/connectors", "/connectors?status=failing&sort=name", "/connectors?type=GitHttp&workspace=" + p.workspace + "&sort=-updated", "/connectors?q=payments+77"} {
		weight, packed := p.weight(t, path)
		rate, p95 := p.load(t, 16, 3*time.Second, func(c *http.Client, _ int) error { return read(c, p.base+path) })
		one, _ := p.load(t, 1, 2*time.Second, func(c *http.Client, _ int) error { return read(c, p.base+path) })
		row("page `"+strings.ReplaceAll(path, p.workspace, "W")+"`, 50 of 100,000",
			fmt.Sprintf("%.0f/s at 16, %.0f/s alone, p95 at 16 %s, %d KB, gzip %d KB", rate, one, p95.Round(100*time.Microsecond), weight/1000, packed/1000))
	}
	row("the store's list alone", storeRate(t, data))
	var n atomic.Int64
	for _, at := range []int{1, 16} {
		rate, p95 := p.load(t, at, 4*time.Second, func(c *http.Client, _ int) error { return create(c, p, n.Add(1)) })
		row(fmt.Sprintf("durable creates through the form, %d at once", at), fmt.Sprintf("%.0f/s, p95 %s", rate, p95.Round(100*time.Microsecond)))
	}
	row("resident memory after that load", p.resident(t))
}

func fillData(t *testing.T, data string) {
	ctx := context.Background()
	st, err := store.Open(ctx, data, catalog.All(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	reg := registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: nobody{}, Passwords: password.New(), Now: time.Now})
	if _, err := reg.FirstAdmin(ctx, "admin", figurePassword); err != nil {
		t.Fatal(err)
	}
	admin := access.System("figures")
	w, err := reg.AddWorkspace(ctx, admin, connector.Workspace{Name: "Figures", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reg.KeepSecret(ctx, admin, connector.NamedSecret{Kind: connector.SecretText, SecretName: connector.SecretName{Workspace: w.ID, Name: "token"}}, connector.NewSecret("x")); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	storetest.Fill(t, st, figureRows, func(i int) connector.Connector {
		team := []string{"payments", "billing", "search", "ledger", "catalogue"}[i%5]
		return connector.Connector{
			ID: fmt.Sprintf("fig%013d", i), Vendor: "harness", Type: "GitHttp", Workspace: w.ID, Identifier: fmt.Sprintf("c_%d", i),
			Name: fmt.Sprintf("%s %d", team, i*7919%figureRows), Version: 1, Created: now, Updated: now.Add(time.Duration(i) * time.Millisecond),
			CreatedBy: "figures", UpdatedBy: "figures", Tags: connector.Tags{{Key: "team", Value: team}},
			Spec:   &harness.GitHTTP{Git: harness.Git{URL: "https://git.example.test/" + team + "/app.git", Reach: "Repo"}, Username: "ci", PasswordRef: "account.token"},
			Health: connector.Health{Status: connector.Statuses[i%5], Since: now},
		}
	})
}

func storeRate(t *testing.T, data string) string {
	st, err := store.Open(context.Background(), data, catalog.All(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	began, n := time.Now(), 0
	for time.Since(began) < 2*time.Second {
		if _, err := st.List(context.Background(), connector.Query{Sort: connector.SortWorst}); err != nil {
			t.Fatal(err)
		}
		n++
	}
	return fmt.Sprintf("%.0f/s alone", float64(n)/time.Since(began).Seconds())
}

func moduleSize(t *testing.T) string {
	answer := func(encoding string) int {
		req, err := http.NewRequest(http.MethodGet, assets.URL("app.wasm"), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", encoding)
		w := &counter{header: http.Header{}}
		assets.Handler().ServeHTTP(w, req)
		return w.n
	}
	return fmt.Sprintf("%d KB / %d KB", answer("identity")/1000, answer("gzip")/1000)
}

type counter struct {
	header http.Header
	n      int
}

func (c *counter) Header() http.Header         { return c.header }
func (c *counter) WriteHeader(int)             {}
func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }
