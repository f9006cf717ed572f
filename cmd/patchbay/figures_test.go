//go:build bench

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
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

type measured struct {
	cmd             *exec.Cmd
	base, workspace string
	client          *http.Client
}

func startProgram(t *testing.T, binary, data string) *measured {
	t.Helper()
	p := &measured{cmd: exec.Command(binary, "serve", "--data", data, "--listen", "127.0.0.1:18473", "--log-level", "error"), base: "http://127.0.0.1:18473"}
	var log bytes.Buffer
	p.cmd.Stdout, p.cmd.Stderr = &log, &log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; {
		if answer, err := http.Get(p.base + "/livez"); err == nil {
			answer.Body.Close()
			break
		} else if time.Now().After(end) {
			t.Fatalf("the program does not answer: %v\n%s", err, log.String())
		}
		time.Sleep(200 * time.Microsecond)
	}
	return p
}

func (p *measured) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// signedIn gives a client with a session, made once.
func (p *measured) signedIn(t *testing.T) *http.Client {
	t.Helper()
	if p.client == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		p.client = &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err := p.client.PostForm(p.base+"/login", url.Values{"username": {"admin"}, "password": {figurePassword}})
		if err != nil || answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign in: %v, %v", answer, err)
		}
		answer.Body.Close()
		page := p.get(t, "/workspaces")
		_, after, _ := strings.Cut(page, "/workspaces/")
		p.workspace, _, _ = strings.Cut(after, "/")
	}
	return p.client
}

func (p *measured) get(t *testing.T, path string) string {
	t.Helper()
	answer, err := p.signedIn(t).Get(p.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %d, %v", path, answer.StatusCode, err)
	}
	return string(body)
}

func (p *measured) weight(t *testing.T, path string) (plain, packed int) {
	body := p.get(t, path)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, body)
	w.Close()
	return len(body), out.Len()
}

func (p *measured) resident(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return "not known here"
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return fmt.Sprintf("%.0f MiB", float64(kb)/1024)
		}
	}
	return "not known here"
}

// load does something again and again, so many at once, and gives how often a second and how long 95 of 100 took at most.
func (p *measured) load(t *testing.T, at int, long time.Duration, do func(*http.Client, int) error) (perSecond float64, p95 time.Duration) {
	t.Helper()
	client := p.signedIn(t)
	var mu sync.Mutex
	var took []time.Duration
	var group sync.WaitGroup
	began := time.Now()
	for i := range at {
		group.Go(func() {
			for time.Since(began) < long {
				from := time.Now()
				if err := do(client, i); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(from))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(took) == 0 {
		return 0, 0
	}
	slices.Sort(took)
	return float64(len(took)) / time.Since(began).Seconds(), took[len(took)*95/100]
}

func read(c *http.Client, address string) error {
	answer, err := c.Get(address)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s = %d", address, answer.StatusCode)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func create(c *http.Client, p *measured, n int64) error {
	answer, err := c.PostForm(p.base+"/connectors/new/harness/ArtifactoryAnonymous", url.Values{"workspace": {p.workspace}, "name": {fmt.Sprintf("Made %d", n)},
		"identifier": {fmt.Sprintf("made_%d_%d", os.Getpid(), n)}, "url": {"https://mirror.example.test/artifactory"}})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("create = %d", answer.StatusCode)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
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
