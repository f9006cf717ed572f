package harnessapi_test

import (
	"context"
	"encoding/json"
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

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/wire"
	"patchbay/handlers/harnessapi"
	"patchbay/registry"
	"patchbay/store"
)

const (
	account = "AbCdEfGhIjKlMnOpQrStUv"
	rival   = "ZzZzZzZzZzZzZzZzZzZzZz"
)

// clock is a time that stands still until it is told to go on. It begins when the fact sheet's examples do.
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

// other is the other side of a check, with an answer that the test chooses.
type other struct {
	mu     sync.Mutex
	answer connector.Outcome
}

func (o *other) Ask(context.Context, connector.Question) connector.Outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.answer
}

func (o *other) says(out connector.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = out
}

var (
	healthy = connector.Outcome{Status: connector.Healthy, Code: "GIT_REFS_LISTED", Text: "It works."}
	admin   = access.System("test")
)

// plainPasswords stands in for argon2id, which no test here needs.
type plainPasswords struct{}

func (plainPasswords) Hash(_ context.Context, p string) (string, error) { return p, nil }
func (plainPasswords) Verify(_ context.Context, p, hash string) (bool, error) {
	return p == hash, nil
}

// house is a door over a real registry and a real store, with the other side played.
type house struct {
	*registry.Registry
	store  *store.Store
	clock  *clock
	other  *other
	echo   *echo.Echo
	acme   string // workspace ids
	rival  string
	keys   map[access.Role]string // of acme
	theirs string                 // the rival's admin key

	mu      sync.Mutex
	noted   []access.Request
	limited bool
	logged  strings.Builder
}

func (h *house) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.logged.Write(p)
}

func (h *house) note(r access.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noted = append(h.noted, r)
}

// last gives the newest line of the request log.
func (h *house) last(t testing.TB) access.Request {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.noted) == 0 {
		t.Fatal("no request was noted")
	}
	return h.noted[len(h.noted)-1]
}

// opened gives a fresh house, and closes it when the test ends.
func opened(t testing.TB) *house {
	t.Helper()
	h := &house{clock: &clock{at: time.UnixMilli(1767225600000)}, other: &other{answer: healthy}, keys: map[access.Role]string{}}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.store = st
	h.Registry = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: h.other, Passwords: plainPasswords{}, Now: h.clock.now})
	t.Cleanup(func() {
		h.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	h.serve(h.Registry)
	h.acme, h.rival = h.workspace(t, "Acme", account), h.workspace(t, "Rival", rival)
	for _, role := range access.Roles {
		h.keys[role] = h.minted(t, h.acme, string(role), role)
	}
	h.theirs = h.minted(t, h.rival, "admin", access.Admin)
	for name, at := range map[string]connector.Scope{
		"git_token": {}, "git_user": {}, "deploy_key": {}, "artifactory_password": {}, "azure_client_secret": {},
		"org.git_token": {Org: "retail"}, "org.git_user": {Org: "retail"}, "org.artifactory_user": {Org: "retail"},
		"org.artifactory_password": {Org: "retail"}, "org.azure_client_pem": {Org: "retail"}, "org.appd_client_secret": {Org: "retail"},
		"appd_password": {Org: "retail", Project: "checkout"},
	} {
		h.secret(t, at, strings.TrimPrefix(name, "org."))
	}
	return h
}

// serve puts the door over a registry.
func (h *house) serve(reg *registry.Registry) {
	api := harnessapi.New(harnessapi.Config{Registry: reg, Now: h.clock.now, Log: slog.New(slog.NewTextHandler(h, nil)), Note: h.note,
		Limit: func(string) (time.Duration, bool) {
			h.mu.Lock()
			defer h.mu.Unlock()
			return time.Second, !h.limited
		}})
	h.echo = echo.New()
	api.Mount(h.echo)
}

func (h *house) workspace(t testing.TB, name, account string) string {
	t.Helper()
	w, err := h.AddWorkspace(t.Context(), admin, connector.Workspace{Vendor: "harness", Name: name, Account: account})
	if err != nil {
		t.Fatalf("AddWorkspace(%s) = %v", name, err)
	}
	return w.ID
}

func (h *house) minted(t testing.TB, workspace, name string, role access.Role) string {
	t.Helper()
	m, err := h.Mint(t.Context(), admin, workspace, name, role)
	if err != nil {
		t.Fatalf("Mint(%s) = %v", name, err)
	}
	return m.APIKey.Reveal()
}

func (h *house) secret(t testing.TB, at connector.Scope, name string) {
	t.Helper()
	_, err := h.KeepSecret(t.Context(), admin, connector.NamedSecret{Kind: connector.SecretText,
		SecretName: connector.SecretName{Workspace: h.acme, Scope: at, Name: name}}, connector.NewSecret("hunter2"))
	if err != nil {
		t.Fatalf("KeepSecret(%s) = %v", name, err)
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   wire.Value
}

// ask sends one request, as the admin's key unless a header says otherwise. Headers come in pairs; one with "" is not sent.
func (h *house) ask(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	return h.send(t, h.request(method, path, body, headers...))
}

func (h *house) request(method, path, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "http://patchbay.test"+harnessapi.Door+path, strings.NewReader(body))
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header.Set("x-api-key", h.keys[access.Admin])
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

func (h *house) send(t testing.TB, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.echo.ServeHTTP(w, r)
	got := w.Result()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := answer{status: got.StatusCode, header: got.Header, text: string(text)}
	if out.body, err = wire.Parse(out.text); err != nil || !json.Valid(text) {
		t.Fatalf("%s %s answers %d with what is no JSON: %q", r.Method, r.URL, out.status, text)
	}
	if kind := out.header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("%s %s has Content-Type %q", r.Method, r.URL, kind)
	}
	return out
}

// created makes a connector through the door and fails the test when that does not work.
func (h *house) created(t testing.TB, path, body string) answer {
	t.Helper()
	got := h.ask(t, http.MethodPost, path, body)
	if got.status != http.StatusCreated {
		t.Fatalf("POST %s = %d %s", path, got.status, got.text)
	}
	return got
}

// mirror is the body of a connector that needs no secret.
func mirror(identifier string, more ...string) string {
	return `{"connector":{"name":"Mirror","identifier":"` + identifier + `",` + strings.Join(append(more, ""), ",") +
		`"spec":{"type":"ArtifactoryAnonymous","url":"https://mirror.example.test/artifactory"}}}`
}

// ng gives a path of the older API with the account in its query.
func ng(path string, query ...string) string {
	return "/ng/api/connectors" + path + "?" + strings.Join(append([]string{"accountIdentifier=" + account}, query...), "&")
}
