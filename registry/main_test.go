package registry_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
	"patchbay/registry"
	"patchbay/store"
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

// cheap stands in for argon2id: it is no protection, but it counts.
type cheap struct{ hashes atomic.Int64 }

func (p *cheap) Hash(_ context.Context, password string) (string, error) {
	p.hashes.Add(1)
	return "cheap:" + password, nil
}

func (p *cheap) Verify(_ context.Context, password, hash string) (bool, error) {
	p.hashes.Add(1)
	return hash == "cheap:"+password, nil
}

// other is the other side of a check, with an answer that the test chooses.
type other struct {
	mu     sync.Mutex
	answer func(context.Context, connector.Question) connector.Outcome
	asked  int
}

func (o *other) Ask(ctx context.Context, q connector.Question) connector.Outcome {
	o.mu.Lock()
	o.asked++
	answer := o.answer
	o.mu.Unlock()
	if answer == nil {
		return healthy
	}
	return answer(ctx, q)
}

func (o *other) says(out connector.Outcome) {
	o.will(func(context.Context, connector.Question) connector.Outcome { return out })
}

func (o *other) will(answer func(context.Context, connector.Question) connector.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = answer
}

func (o *other) times() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked
}

var (
	healthy = connector.Outcome{Status: connector.Healthy, Code: "GIT_REFS_LISTED", Text: "It works."}
	failing = connector.Outcome{Status: connector.Failing, Code: "GIT_AUTH_REFUSED", Text: "It does not."}
)

// The actors of the tests.
var (
	nobody = access.Actor{}
	viewer = access.Actor{Kind: "user", ID: "u-viewer", Name: "vera", Role: access.Viewer}
	tester = access.Actor{Kind: "user", ID: "u-tester", Name: "tess", Role: access.Tester}
	editor = access.Actor{Kind: "user", ID: "u-editor", Name: "edda", Role: access.Editor}
	admin  = access.Actor{Kind: "user", ID: "u-admin", Name: "anna", Role: access.Admin}
)

// house is a registry over a real store, with everything outside of it played.
type house struct {
	*registry.Registry
	store     *store.Store
	clock     *clock
	passwords *cheap
	other     *other
	post      *post

	// The workspaces: two of one vendor, and one of each of the others.
	acme, rival, hub, harmony string
	count                     int
}

// console is the address of the console.
const console = "https://patchbay.example.com"

// opened gives a fresh house, and closes it when the test ends.
func opened(t *testing.T) *house {
	t.Helper()
	h := &house{clock: &clock{at: noon}, passwords: &cheap{}, other: &other{}, post: &post{}}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.store = st
	h.Registry = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: h.other, Tickets: always{}, Passwords: h.passwords, Now: h.clock.now,
		OAuth:  registry.OAuth{Apps: st, Exchanger: &consents{}, Callback: oauthCallback},
		Notify: registry.Notify{Notices: st, Sender: h.post, Base: console}})
	t.Cleanup(func() {
		h.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	h.acme = h.workspace(t, connector.Workspace{Name: "Acme", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"})
	h.rival = h.workspace(t, connector.Workspace{Name: "Rival", Vendor: "harness", Account: "ZzZzZzZzZzZzZzZzZzZzZz"})
	h.hub = h.workspace(t, connector.Workspace{Name: "Hub", Vendor: "securityhub", Account: "123456789012", Region: "eu-west-1"})
	h.harmony = h.workspace(t, connector.Workspace{Name: "Harmony", Vendor: "jitterbit", Account: "512604"})
	return h
}

func (h *house) workspace(t *testing.T, w connector.Workspace) string {
	t.Helper()
	made, err := h.AddWorkspace(t.Context(), admin, w)
	if err != nil {
		t.Fatalf("AddWorkspace(%s) = %v", w.Name, err)
	}
	return made.ID
}

// unique gives a name that nothing else in the house has.
func (h *house) unique(stem string) string {
	h.count++
	return stem + strconv.Itoa(h.count)
}

// secret keeps a secret at account scope and gives its id.
func (h *house) secret(t *testing.T, workspace, name, value string) string {
	t.Helper()
	s, err := h.KeepSecret(t.Context(), admin, connector.NamedSecret{Kind: connector.SecretText,
		SecretName: connector.SecretName{Workspace: workspace, Name: name}}, connector.NewSecret(value))
	if err != nil {
		t.Fatalf("KeepSecret(%s) = %v", name, err)
	}
	return s.ID
}

// git is a draft of a Git connector that uses no secret.
func (h *house) git(workspace string) connector.Draft {
	name := h.unique("repo")
	return connector.Draft{Type: kind("harness", "ArtifactoryAnonymous"), Workspace: workspace, Name: name, Identifier: name,
		Spec: &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://repo.example.com/" + name}}}
}

// login is a draft that sends the secret of that name to the address.
func (h *house) login(workspace, url, ref string) connector.Draft {
	name := h.unique("login")
	return connector.Draft{Type: kind("harness", "GitHttp"), Workspace: workspace, Name: name, Identifier: name,
		Spec: &harness.GitHTTP{Git: harness.Git{URL: url, Reach: "Repo"}, Username: "ci", PasswordRef: ref}}
}

// registration is a draft of a Harmony connector.
func registration(workspace, name, version string) connector.Draft {
	return connector.Draft{Type: kind("jitterbit", "Registration"), Workspace: workspace, Name: name, Spec: &jitterbit.Registration{Version: version}}
}

func kind(vendor, name string) connector.Type {
	t, ok := catalog.All().Type(vendor, name)
	if !ok {
		panic("there is no type " + name)
	}
	return t
}

// kept admits a draft and gives the connector.
func (h *house) kept(t *testing.T, d connector.Draft) connector.Connector {
	t.Helper()
	c, err := h.Admit(t.Context(), admin, d)
	if err != nil {
		t.Fatalf("Admit(%s) = %v", d.Name, err)
	}
	return c
}

// retired admits a draft and puts the connector into the trash.
func (h *house) retired(t *testing.T, d connector.Draft) connector.Connector {
	t.Helper()
	c, err := h.Retire(t.Context(), admin, h.kept(t, d).ID, 0)
	if err != nil {
		t.Fatalf("Retire(%s) = %v", d.Name, err)
	}
	return c
}

// checked validates a connector, waits for the end and gives the run.
func (h *house) checked(t *testing.T, id string) connector.Run {
	t.Helper()
	run, err := h.Check(t.Context(), admin, id)
	if err != nil {
		t.Fatalf("Check(%s) = %v", id, err)
	}
	h.Wait(t.Context(), run.ID)
	run, err = h.Run(t.Context(), admin, id, run.ID)
	if err != nil {
		t.Fatalf("Run(%s) = %v", id, err)
	}
	return run
}

// now gives a connector as it is kept.
func (h *house) now(t *testing.T, id string) connector.Connector {
	t.Helper()
	c, err := h.Connector(t.Context(), admin, id)
	if err != nil {
		t.Fatalf("Connector(%s) = %v", id, err)
	}
	return c
}

// user adds a user and gives it.
func (h *house) user(t *testing.T, name string, role access.Role) access.User {
	t.Helper()
	u, err := h.AddUser(t.Context(), admin, name, role, "correct horse")
	if err != nil {
		t.Fatalf("AddUser(%s) = %v", name, err)
	}
	return u
}

// events gives the audit events of an action, newest first; all of them for "".
func (h *house) events(t *testing.T, action string) []access.Event {
	t.Helper()
	all, err := h.Events(t.Context(), admin, access.EventQuery{Action: action, Size: 1000})
	if err != nil {
		t.Fatalf("Events(%s) = %v", action, err)
	}
	return all
}

// exec changes the database behind the store's back.
func exec(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "patchbay.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
