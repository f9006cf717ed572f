package handlers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers"
	"patchbay/registry"
	"patchbay/store"
	"patchbay/views"
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

// cheap stands in for argon2id: no protection, but no canary in the database either.
type cheap struct{ hashes atomic.Int64 }

func (p *cheap) Hash(_ context.Context, password string) (string, error) {
	p.hashes.Add(1)
	return mixed(password), nil
}

func (p *cheap) Verify(_ context.Context, password, hash string) (bool, error) {
	p.hashes.Add(1)
	return mixed(password) == hash, nil
}

func mixed(password string) string {
	sum := uint64(14695981039346656037)
	for _, b := range []byte(password) {
		sum = (sum ^ uint64(b)) * 1099511628211
	}
	return "cheap:" + strconv.FormatUint(sum, 36)
}

// other is the other side of every check.
type other struct{}

func (o *other) Ask(_ context.Context, q connector.Question) connector.Outcome {
	return connector.Outcome{Status: connector.Failing, Code: "GIT_AUTH_REFUSED", Text: "The server refused the password.", Steps: []connector.Step{
		{Name: "Connect", State: connector.StepOK, Began: noon, Took: time.Millisecond, Evidence: "192.0.2.9"}}}
}

// journal is what the program logs.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// console is the pages over a real store, put together as the program does it.
type console struct {
	reg       *registry.Registry
	store     *store.Store
	clock     *clock
	passwords *cheap
	consents  *consents
	log       *journal
	base      *url.URL
	dir       string // of the data
	routes    []web.Route
	door      http.Handler
	quit      func() // ends the streams
	count     int

	// The workspaces, by vendor.
	workspaces map[string]string
}

// setting is what a test may have otherwise.
type setting struct {
	base   string
	keeper func(web.SessionKeeper) web.SessionKeeper
	routes func([]web.Route) []web.Route
	bare   bool // without users and workspaces
	asker  registry.Asker
	limits registry.Limits
	stream handlers.Streaming
}

const password = "correct horse"

var root = access.System("test")

// opened gives a console with a user for each role, named like it, and closes it when the test ends.
func opened(t *testing.T, with setting) *console {
	t.Helper()
	c := &console{clock: &clock{at: noon}, passwords: &cheap{}, consents: &consents{}, log: &journal{}, workspaces: map[string]string{}}
	if with.base == "" {
		with.base = "http://console.test:8080"
	}
	var err error
	if c.base, err = url.Parse(with.base); err != nil {
		t.Fatal(err)
	}
	c.dir = filepath.Join(t.TempDir(), "data")
	c.open(t, with)
	t.Cleanup(func() { c.close(t) })
	if with.bare {
		return c
	}
	for _, r := range access.Roles {
		c.user(t, string(r), r)
	}
	for _, w := range []connector.Workspace{{Name: "Acme", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"},
		{Name: "Hub", Vendor: "securityhub", Account: "123456789012", Region: "eu-west-1"}, {Name: "Harmony", Vendor: "jitterbit", Account: "512604"}} {
		made, err := c.reg.AddWorkspace(t.Context(), root, w)
		if err != nil {
			t.Fatalf("AddWorkspace(%s) = %v", w.Name, err)
		}
		c.workspaces[w.Vendor] = made.ID
	}
	return c
}

// open puts the pages over the store in the console's directory.
func (c *console) open(t *testing.T, with setting) {
	t.Helper()
	var err error
	if c.store, err = store.Open(t.Context(), c.dir, catalog.All(), c.clock.now); err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	if with.asker == nil {
		with.asker = &other{}
	}
	c.reg = registry.New(registry.Config{Store: c.store, Doors: c.store, Catalog: catalog.All(), Asker: with.asker, Passwords: c.passwords, Now: c.clock.now, Limits: with.limits,
		OAuth:  registry.OAuth{Apps: c.store, Exchanger: c.consents, Callback: c.base.String() + handlers.OAuthCallback},
		Notify: registry.Notify{Notices: c.store, Sender: mute{}, Base: c.base.String()}})
	log := slog.New(slog.NewJSONHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var keeper web.SessionKeeper = c.store
	if with.keeper != nil {
		keeper = with.keeper(keeper)
	}
	codes := []views.Code{{Code: "GIT_AUTH_REFUSED", Status: connector.Failing, Text: "The server refused the password."}}
	h := handlers.New(c.reg, c.base.String(), codes, c.clock.now)
	h.Stream(with.stream)
	c.quit = h.Quit
	h.Explain([]views.Door{{Vendor: "Harness", Operations: []views.DoorOperation{{Name: "create-connector"}, {Name: "get-connector"}, {Name: "get-connector"}}},
		{Vendor: "Jitterbit Harmony", Operations: []views.DoorOperation{{Name: "Register a connector"}}}})
	cfg := web.Config{Sessions: web.NewSessions(keeper, c.base.Scheme == "https", c.clock.now), Base: c.base.Host, Scheme: c.base.Scheme,
		Log: log, Now: c.clock.now, Errors: h.Error}
	e := web.New(cfg)
	c.routes = h.Routes()
	if with.routes != nil {
		c.routes = with.routes(c.routes)
	}
	if err := web.Mount(e, cfg, c.routes); err != nil {
		t.Fatalf("Mount() = %v", err)
	}
	c.door = e
}

func (c *console) close(t *testing.T) {
	t.Helper()
	c.reg.Close()
	if err := c.store.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

func (c *console) user(t *testing.T, name string, role access.Role) access.User {
	t.Helper()
	u, err := c.reg.AddUser(t.Context(), root, name, role, password)
	if err != nil {
		t.Fatalf("AddUser(%s) = %v", name, err)
	}
	return u
}

// unique gives a word that nothing else in the console has.
func (c *console) unique(stem string) string {
	c.count++
	return stem + strconv.Itoa(c.count)
}

// visitor is one browser: it keeps its cookie and comes from the console's own pages.
type visitor struct {
	c      *console
	cookie *http.Cookie
}

// nobody gives a browser that is not signed in.
func (c *console) nobody() *visitor { return &visitor{c: c} }

// as signs a user in.
func (c *console) as(t *testing.T, name string) *visitor {
	t.Helper()
	v := c.nobody()
	if a := v.post("/login", "username", name, "password", password); a.Code != http.StatusSeeOther || v.cookie == nil {
		t.Fatalf("sign in as %s: %d %s", name, a.Code, a.Body)
	}
	return v
}

// in gives a browser in which a user of that name is signed in already, without the sign-in.
func (c *console) in(t *testing.T, name string) *visitor {
	t.Helper()
	u, _, err := c.store.UserNamed(t.Context(), name)
	if err != nil {
		t.Errorf("UserNamed(%s) = %v", name, err)
		return c.nobody()
	}
	value := rand.Text()
	hash := sha256.Sum256([]byte(value))
	if err := c.store.KeepSession(t.Context(), access.Session{Hash: hash[:], User: u.ID, Created: c.clock.now(), Seen: c.clock.now(),
		Ends: c.clock.now().Add(12 * time.Hour)}); err != nil {
		t.Errorf("KeepSession() = %v", err)
	}
	return &visitor{c, &http.Cookie{Name: "patchbay", Value: value}}
}

// request makes a request as a browser would from a page of the console; headers are names and values by turns.
func (v *visitor) request(method, target string, body io.Reader, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "/", body)
	if u, err := url.ParseRequestURI(target); err == nil {
		r.URL = u
	}
	r.RequestURI, r.Host = target, v.c.base.Host
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	return r
}

// send sends a request and keeps the cookie that comes back.
func (v *visitor) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	v.c.door.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		v.cookie = cookie
		if cookie.MaxAge < 0 {
			v.cookie = nil
		}
	}
	return w
}

func (v *visitor) get(target string, headers ...string) *httptest.ResponseRecorder {
	return v.send(v.request(http.MethodGet, target, nil, headers...))
}

// post sends a form; fields are names and values by turns.
func (v *visitor) post(target string, fields ...string) *httptest.ResponseRecorder {
	return v.send(v.request(http.MethodPost, target, strings.NewReader(form(fields...))))
}

func form(fields ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	return values.Encode()
}
