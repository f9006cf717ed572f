package main

import (
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers/securityhubapi"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/notice"
	"patchbay/store"
)

// whole is the program without a listener: pages and doors over a store, asking through a dialer of the test.
type whole struct {
	*registry.Registry
	store  *store.Store
	front  http.Handler
	dir    string
	spaces map[string]connector.Workspace // by vendor
	keys   map[string]registry.Minted     // of an editor, by vendor
	cookie *http.Cookie                   // of an admin
	count  int

	mu sync.Mutex
	at time.Time
}

// wholeBase is the address of its console.
const wholeBase = "http://console.test:8080"

// drilled says whether everything is tried, and not only a part that is large enough to prove something.
func drilled() bool { return os.Getenv("PATCHBAY_DRILL") != "" }

// some leaves two of three out where this is no drill; from says with which to begin, so that several takers have all of them together.
func some(all []string, from int) []string {
	if drilled() {
		return all
	}
	var out []string
	for i, one := range all {
		if i%3 == from%3 {
			out = append(out, one)
		}
	}
	return out
}

// now is a clock that goes on when it is told to.
func (w *whole) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *whole) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// newWhole puts the program together as serve does, and takes it apart when the test ends.
func newWhole(t *testing.T, out remote.Config) *whole {
	t.Helper()
	w := &whole{dir: filepath.Join(t.TempDir(), "data"), spaces: map[string]connector.Workspace{}, keys: map[string]registry.Minted{}, at: time.Now()}
	base, err := url.Parse(wholeBase)
	if err != nil {
		t.Fatal(err)
	}
	if w.store, err = store.Open(t.Context(), w.dir, catalog.All(), w.now); err != nil {
		t.Fatal(err)
	}
	dialer := remote.New(out)
	w.Registry = speaking(w.store, dialer, wholeBase, notice.New(dialer, nil), registry.Limits{AtOnce: 32, PerHost: 32, PerUser: 1000, Waiting: 2000}, w.now)
	requests := registry.NewRequestLog(w.store)
	t.Cleanup(func() {
		requests.Close()
		w.Close()
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	server, err := console(serveCmd{}, Env{Stderr: io.Discard, Stdout: io.Discard, Now: w.now}, log, base, w.store, w.Registry, requests)
	if err != nil {
		t.Fatal(err)
	}
	w.front = server.Handler
	for _, s := range sampleWorkspaces {
		if w.spaces[s.Vendor], err = w.AddWorkspace(t.Context(), asAdmin, s); err != nil {
			t.Fatal(err)
		}
		if w.keys[s.Vendor], err = w.Mint(t.Context(), asAdmin, w.spaces[s.Vendor].ID, "ci", access.Editor); err != nil {
			t.Fatal(err)
		}
	}
	w.cookie = w.person(t, "root", access.Admin)
	return w
}

// person adds a user and signs them in.
func (w *whole) person(t *testing.T, name string, role access.Role) *http.Cookie {
	t.Helper()
	if _, err := w.AddUser(t.Context(), asAdmin, name, role, "correct horse"); err != nil {
		t.Fatal(err)
	}
	a := w.send(nil, http.MethodPost, "/login", url.Values{"username": {name}, "password": {"correct horse"}}.Encode())
	if a.Code != http.StatusSeeOther || len(a.Result().Cookies()) != 1 {
		t.Fatalf("sign in as %s = %d", name, a.Code)
	}
	return a.Result().Cookies()[0]
}

// send sends a request as a browser of the console does; headers are names and values by turns.
func (w *whole) send(as *http.Cookie, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, wholeBase+target, strings.NewReader(body))
	if body != "" || method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if as != nil {
		r.AddCookie(as)
	}
	a := httptest.NewRecorder()
	w.front.ServeHTTP(a, r)
	return a
}

// harness calls the Harness door with an API key.
func (w *whole) harness(method, path, body string) *httptest.ResponseRecorder {
	w.pass(100 * time.Millisecond) // the door takes a thousand calls a minute
	return w.send(nil, method, "/api/harness"+path, body, "x-api-key", w.keys["harness"].APIKey.Reveal(), "Harness-Account", w.spaces["harness"].Account, "Content-Type", "application/json")
}

// hub calls the Security Hub door with a signature.
func (w *whole) hub(t *testing.T, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	w.pass(time.Second) // the door takes ten calls a second, and no signature twice
	r := httptest.NewRequest(method, wholeBase+securityhubapi.Prefix+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	key := w.keys["securityhub"]
	if err := sigv4.Sign(r, []byte(body), sigv4.Credentials{AccessKeyID: key.AccessKeyID, Key: sigv4.NewKey(key.SecretAccessKey.Reveal())}, "eu-west-1", "securityhub", w.now()); err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	a := httptest.NewRecorder()
	w.front.ServeHTTP(a, r)
	return a
}

// unique gives a word that nothing else has.
func (w *whole) unique(stem string) string {
	w.count++
	return stem + strconv.Itoa(w.count)
}

// asking is a type whose address a person gives, and the field for it.
type asking struct{ vendor, kind, field string }

// askings are all of them.
var askings = []asking{
	{"harness", "GitHttp", "url"}, {"harness", "GitHttpEncrypted", "url"}, {"harness", "GitSsh", "url"}, {"harness", "Artifactory", "url"}, {"harness", "ArtifactoryEncrypted", "url"},
	{"harness", "ArtifactoryAnonymous", "url"}, {"harness", "Appdynamics", "controller_url"}, {"harness", "AppdynamicsClientId", "controller_url"}, {"securityhub", "ServiceNow", "InstanceName"},
}

// over writes an address for the type: one for the web over SSH where it speaks that.
func (a asking) over(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if a.kind == "GitSsh" && ok {
		return "ssh://git@" + strings.TrimPrefix(rest, "git@")
	}
	return address
}

// draft fills a type in with its examples, for an address; the values of its secrets are typed beside it, or none are for "".
func (w *whole) draft(t *testing.T, a asking, address, typed string) connector.Draft {
	t.Helper()
	kind, ok := catalog.All().Type(a.vendor, a.kind)
	if !ok {
		t.Fatalf("there is no type %s", a.kind)
	}
	name := w.unique("conn")
	d := connector.Draft{Type: kind, Workspace: w.spaces[a.vendor].ID, Name: name, Identifier: name, Spec: kind.New(), NewSecrets: map[string]connector.Secret{}}
	values := map[string][]string{}
	for _, f := range d.Spec.Fields() {
		switch {
		case f.Kind == connector.KindRef:
			ref := "account." + w.unique("secret")
			if a.vendor == "securityhub" {
				ref = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:" + w.unique("s") + "-AbCdEf"
			}
			values[f.Name] = []string{ref}
			if typed != "" {
				d.NewSecrets[f.Name] = connector.NewSecret(a.value(f.Name, typed))
			}
		case f.Required:
			values[f.Name] = []string{f.Example}
		}
	}
	values[a.field] = []string{a.over(address)}
	connector.Bind(d.Spec.Fields(), values)
	return d
}

// value is what a secret of the type holds: the text itself, in the form that it takes there.
func (a asking) value(field, text string) string {
	switch a.kind {
	case "GitSsh":
		return text // a key, where one is needed
	case "ServiceNow":
		return `{"ClientId":"patchbay","ClientSecret":"` + text + `"}`
	}
	return text + " of " + field
}

// form is a draft as its page sends it.
func form(d connector.Draft, more ...string) string {
	values := url.Values{"workspace": {d.Workspace}, "name": {d.Name}, "identifier": {d.Identifier}}
	for _, f := range d.Spec.Fields() {
		if f.Kind != connector.KindFlag && f.Value() != "" {
			values.Set(f.Name, f.Value())
		}
		if s, ok := d.NewSecrets[f.Name]; ok {
			values.Set(f.Name+".value", s.Reveal())
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return values.Encode()
}

// tested tests a draft from its page, with scripts, to its end and gives the code that is shown then; "" for one that the rules refuse.
func (w *whole) tested(t *testing.T, as *http.Cookie, d connector.Draft) string {
	t.Helper()
	a := w.send(as, http.MethodPost, "/connectors/new/"+d.Type.Vendor+"/"+d.Type.Name+"/test", form(d), "HX-Request", "true")
	if a.Code == http.StatusUnprocessableEntity {
		return ""
	}
	run := shownRun.FindStringSubmatch(a.Body.String())
	if a.Code != http.StatusOK || run == nil {
		t.Fatalf("the test of %s at %s = %d %s", d.Type.Name, form(d), a.Code, a.Body)
	}
	w.Wait(t.Context(), run[1])
	code := shownCode.FindStringSubmatch(w.send(as, http.MethodGet, "/drafts/"+run[1], "").Body.String())
	if code == nil {
		t.Fatalf("the test of %s at %s shows no code", d.Type.Name, form(d))
	}
	return code[1]
}

var (
	shownRun  = regexp.MustCompile(`data-run="([a-z0-9]+)"`)
	shownCode = regexp.MustCompile(`/reference/codes#([A-Z_0-9]+)"`)
)

// last gives the newest run of a connector, and how many there are.
func (w *whole) last(t *testing.T, id string) (connector.Run, int) {
	t.Helper()
	all, err := w.History(t.Context(), asAdmin, id, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return connector.Run{}, 0
	}
	return all[0], len(all)
}

// behind changes the database behind the program's back.
func (w *whole) behind(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, "patchbay.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// jira keeps a Jira connector that waits for a person.
func (w *whole) jira(t *testing.T) connector.Connector {
	t.Helper()
	c, err := w.Admit(t.Context(), asAdmin, w.draft(t, asking{"securityhub", "JiraCloud", "ProjectKey"}, "SEC", ""))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	hasVersion = regexp.MustCompile(`name="version" value="(\d+)"`)
	hasState   = regexp.MustCompile(`[?&]state=([^&;"]+)`)
)

// application sets the addresses of the workspace's OAuth application by its page; without a secret the one that is there is to stay.
func (w *whole) application(token, api, secret string) *httptest.ResponseRecorder {
	path := "/workspaces/" + w.spaces["securityhub"].ID + "/oauth"
	version := "0"
	if found := hasVersion.FindStringSubmatch(w.send(w.cookie, http.MethodGet, path, "").Body.String()); found != nil {
		version = found[1]
	}
	state := map[bool]string{true: "keep", false: "replace"}[secret == ""]
	return w.send(w.cookie, http.MethodPost, path, url.Values{"version": {version}, "authorise": {"https://auth.example.com/authorize"}, "token": {token}, "api": {api}, "client_id": {"client"},
		"client_secret": {secret}, "client_secret.state": {state}}.Encode())
}

// consent goes to the OAuth server for a connector, comes back with a code and gives its word; to is the page that asked for it.
func (w *whole) consent(t *testing.T, id string) (to string, a *httptest.ResponseRecorder) {
	t.Helper()
	found := hasState.FindStringSubmatch(w.send(w.cookie, http.MethodPost, "/connectors/"+id+"/authorise", "").Header().Get("Refresh"))
	if found == nil {
		t.Fatal("the page that leaves for the OAuth server has no state")
	}
	to = w.send(w.cookie, http.MethodGet, "/oauth/jira/callback?state="+found[1]+"&code=canary-code", "").Header().Get("Location")
	return to, w.send(w.cookie, http.MethodPost, to, "")
}
