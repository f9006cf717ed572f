package jitterbitapi_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/goleak"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/wire"
	"patchbay/handlers/jitterbitapi"
	"patchbay/registry"
	"patchbay/store"
	"patchbay/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when the tests' stories begin.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is a time that stands still until it is told to go on.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// never is for what the tests do not ask: passwords of people and the other side of checks.
type never struct{}

func (never) Hash(context.Context, string) (string, error)         { panic("no person signs in here") }
func (never) Verify(context.Context, string, string) (bool, error) { panic("no person signs in here") }
func (never) Ask(context.Context, connector.Question) connector.Outcome {
	panic("nothing is checked here")
}

// The two organizations.
const (
	acme   = "512604"
	rivals = "518833"
)

var root = access.System("test")

// house is the door behind the real front door, over a real registry and store.
type house struct {
	*registry.Registry
	store      *store.Store
	frail      *frail // the same store as the registry has it
	clock      *clock
	server     *httptest.Server
	base       string            // of the API, as a client would set it
	workspaces map[string]string // ids by account

	mu    sync.Mutex
	lines []access.Request
	limit func(credential string) (time.Duration, bool) // what the program's settings would say
}

// opened gives a house with both organizations, and closes it when the test ends.
func opened(t testing.TB) *house {
	t.Helper()
	h := &house{clock: &clock{at: noon}, workspaces: map[string]string{}}
	var err error
	if h.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), catalog.All(), h.clock.now); err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.frail = &frail{Store: h.store}
	h.Registry = registry.New(registry.Config{Store: h.frail, Doors: h.frail, Catalog: catalog.All(), Asker: never{}, Passwords: never{}, Now: h.clock.now})
	t.Cleanup(func() {
		h.Close()
		if err := h.store.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	cfg := web.Config{Sessions: web.NewSessions(h.store, false, h.clock.now), Scheme: "http", Log: quiet, Now: h.clock.now,
		Errors: func(c echo.Context, e web.Error) error { return c.HTML(e.Status, "<!doctype html>"+e.Text) }}
	front := web.New(cfg)
	jitterbitapi.New(jitterbitapi.Config{
		Registry: h.Registry, Now: h.clock.now,
		Note:  h.note,
		Limit: h.allows,
	}).Mount(front)
	h.server = httptest.NewServer(front)
	t.Cleanup(h.server.Close)
	h.base = h.server.URL + jitterbitapi.Prefix + "/jitterbit-cloud-restful-service"
	for account, name := range map[string]string{acme: "Acme Corp", rivals: "Rivals"} {
		w, err := h.AddWorkspace(t.Context(), root, connector.Workspace{Name: name, Vendor: "jitterbit", Account: account})
		if err != nil {
			t.Fatalf("AddWorkspace(%s) = %v", name, err)
		}
		h.workspaces[account] = w.ID
	}
	return h
}

func (h *house) note(line access.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, line)
}

func (h *house) allows(credential string) (time.Duration, bool) {
	h.mu.Lock()
	limit := h.limit
	h.mu.Unlock()
	if limit == nil {
		return 0, true
	}
	return limit(credential)
}

func (h *house) limitedBy(limit func(credential string) (time.Duration, bool)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.limit = limit
}

// beStrict sets every organization to strict, or to what it is at first.
func (h *house) beStrict(t testing.TB, strict bool) {
	t.Helper()
	for _, id := range h.workspaces {
		w, err := h.Workspace(t.Context(), root, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.SetWorkspace(t.Context(), root, id, w.Version, connector.Settings{Strict: strict, Reserved: w.Reserved}); err != nil {
			t.Fatalf("SetWorkspace() = %v", err)
		}
	}
}

// last gives the newest line of the request log.
func (h *house) last(t *testing.T) access.Request {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.lines) == 0 {
		t.Fatal("nothing is in the request log")
	}
	return h.lines[len(h.lines)-1]
}

// minted gives a new credential of an organization.
func (h *house) minted(t testing.TB, org, name string, role access.Role) registry.Minted {
	t.Helper()
	m, err := h.Mint(t.Context(), root, h.workspaces[org], name, role)
	if err != nil {
		t.Fatalf("Mint(%s) = %v", name, err)
	}
	return m
}

// token logs a new credential in behind the door's back, so that the limits of log-ins do not count.
func (h *house) token(t testing.TB, org string, role access.Role) string {
	t.Helper()
	m := h.minted(t, org, string(role)+" "+newName(), role)
	token, err := h.LogIn(t.Context(), m.Credential)
	if err != nil {
		t.Fatalf("LogIn() = %v", err)
	}
	return token
}

var names struct {
	sync.Mutex
	n int
}

// newName gives a word that nothing else in the tests has.
func newName() string {
	names.Lock()
	defer names.Unlock()
	names.n++
	return "n" + strings.Repeat("i", names.n%7) + time.Duration(names.n).String()
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   wire.Value
}

func (a answer) String() string { return http.StatusText(a.status) + " " + a.text }

func (a answer) code() string { return a.body.Get("errorCode").Text() }

// ask sends one request and reads the answer, which must be JSON in the envelope.
func (h *house) ask(t testing.TB, method, path, token, body string, headers ...string) answer {
	t.Helper()
	a := h.send(t, method, path, token, body, headers...)
	if kind := a.header.Get("Content-Type"); kind != "application/json" {
		t.Fatalf("%s %s answered the type %q: %s", method, path, kind, a.text)
	}
	var err error
	if a.body, err = wire.Parse(a.text); err != nil || a.body.Get("status").Kind() != wire.Bool || a.body.Get("operation").Text() == "" {
		t.Fatalf("%s %s answered no envelope (%v): %s", method, path, err, a.text)
	}
	if !a.body.Get("status").Truth() && (a.code() == "" || a.body.Get("errorMessage").Text() == "") {
		t.Fatalf("%s %s failed without a code or a message: %s", method, path, a.text)
	}
	return a
}

// send sends one request. path is below the base address of the service, or a whole address.
func (h *house) send(t testing.TB, method, path, token, body string, headers ...string) answer {
	t.Helper()
	url := h.base + path
	if strings.HasPrefix(path, "http") {
		url = path
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("authToken", token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return h.do(t, r)
}

func (h *house) do(t testing.TB, r *http.Request) answer {
	t.Helper()
	resp, err := h.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: resp.StatusCode, header: resp.Header, text: string(text)}
}

// ours gives an address of Patchbay's own addition.
func (h *house) ours(org, id, what string) string {
	return h.server.URL + jitterbitapi.Prefix + "/api/v1/orgs/" + org + "/connectors/" + id + "/" + what
}

// registered registers a connector and gives the answer.
func (h *house) registered(t testing.TB, org, token, name, version string) wire.Value {
	t.Helper()
	body := wire.Obj(wire.M("name", wire.Text(name)), wire.M("version", wire.Text(version))).JSON()
	a := h.ask(t, "POST", "/orgs/"+org+"/connector", token, body)
	if a.status != http.StatusOK || !a.body.Get("status").Truth() {
		t.Fatalf("registering %s %s answered %v", name, version, a)
	}
	return a.body
}

// use notes that projects need the connector of that number.
func (h *house) use(t testing.TB, org, number string, projects ...string) {
	t.Helper()
	c, err := h.Find(t.Context(), root, h.workspaces[org], connector.Scope{}, number)
	if err != nil {
		t.Fatalf("Find(%s) = %v", number, err)
	}
	for _, p := range projects {
		if err := h.AddUse(t.Context(), root, c.ID, connector.Use{Kind: "project", Name: p}); err != nil {
			t.Fatalf("AddUse(%s) = %v", p, err)
		}
	}
}
