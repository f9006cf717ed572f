package securityhubapi_test

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
	"go.uber.org/goleak"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers/securityhubapi"
	"patchbay/registry"
	"patchbay/store"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the tests bring on what is logged
	goleak.VerifyTestMain(m)
}

const (
	region  = "eu-west-1"
	account = "123456789012"
	secret  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ServiceNow-AbCdEf"
	unknown = "0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11" // a good id that nothing has
)

var admin = access.Actor{Kind: "user", ID: "u1", Name: "anna", Role: access.Admin}

// cheap stands in for argon2id, which nothing here needs.
type cheap struct{}

func (cheap) Hash(context.Context, string) (string, error)         { return "", nil }
func (cheap) Verify(context.Context, string, string) (bool, error) { return false, nil }

// house is a door over a real store and registry, mounted behind Echo and served over loopback.
type house struct {
	*registry.Registry
	disk      *disk
	server    *httptest.Server
	url       string // with the prefix
	workspace connector.Workspace
	rival     connector.Workspace // of another account in the same region
	keys      map[access.Role]registry.Minted
	rivalKey  registry.Minted

	mu      sync.Mutex
	ahead   time.Duration // of the house's clock
	outcome connector.Outcome
	refusal connector.Outcome     // of every ticket, where it has a code
	tickets []connector.NewTicket // that were opened
	during  func()                // what happens while a ticket is opened
	lines   []access.Request
	agents  map[string]string // user agents by request id
}

// now is the real time, since the official clients sign with it, and what the test has moved the clock by.
func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.ahead)
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ahead += d
}

// Ask is the other side of every check.
func (h *house) Ask(context.Context, connector.Question) connector.Outcome {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.outcome
}

func (h *house) says(out connector.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outcome = out
}

func (h *house) noted() []access.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]access.Request(nil), h.lines...)
}

var (
	healthy = connector.Outcome{Status: connector.Healthy, Code: "SERVICENOW_TABLE_READ", Text: "It works."}
	failing = connector.Outcome{Status: connector.Failing, Code: "SERVICENOW_AUTH_REFUSED", Text: "The instance refused the client."}
)

// opened gives a fresh house; with changes the door's configuration.
func opened(t *testing.T, with ...func(*securityhubapi.Config)) *house {
	t.Helper()
	return speaking(t, func(*registry.Config) {}, with...)
}

// speaking gives a fresh house whose other sides the test chooses.
func speaking(t *testing.T, to func(*registry.Config), with ...func(*securityhubapi.Config)) *house {
	t.Helper()
	h := &house{keys: map[access.Role]registry.Minted{}, outcome: healthy, agents: map[string]string{}}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), catalog.All(), h.now)
	if err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.disk = &disk{Store: st}
	asks := registry.Config{Store: h.disk, Doors: h.disk, Catalog: catalog.All(), Asker: h, Tickets: h, Passwords: cheap{}, Now: h.now,
		OAuth: registry.OAuth{Apps: h.disk, Exchanger: jiraSite{}, Callback: "https://patchbay.example.com/oauth/jira/callback"}}
	to(&asks)
	h.Registry = registry.New(asks)
	h.workspace = h.opens(t, "Hub", account)
	h.rival = h.opens(t, "Rival", "210987654321")
	for _, role := range access.Roles {
		h.keys[role] = h.minted(t, h.workspace, role)
	}
	h.rivalKey = h.minted(t, h.rival, access.Editor)
	config := securityhubapi.Config{Registry: h.Registry, Now: h.now, Note: func(line access.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.lines = append(h.lines, line)
	}}
	for _, change := range with {
		change(&config)
	}
	h.server = h.served(config)
	h.url = h.server.URL + securityhubapi.Prefix
	t.Cleanup(func() {
		h.server.Close()
		h.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return h
}

// served puts a door behind Echo and serves it over loopback.
func (h *house) served(c securityhubapi.Config) *httptest.Server {
	e := echo.New()
	securityhubapi.New(c).Mount(e)
	return httptest.NewServer(h.watched(e))
}

// watched notes which client sent which request.
func (h *house) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.agents[w.Header().Get("x-amzn-RequestId")] = r.UserAgent() + " " + r.Header.Get("X-Amz-User-Agent")
	})
}

// role gives the role of a credential of the house's own.
func (h *house) role(credential string) access.Role {
	for role, key := range h.keys {
		if key.ID == credential {
			return role
		}
	}
	return ""
}

func (h *house) opens(t *testing.T, name, account string) connector.Workspace {
	t.Helper()
	w, err := h.AddWorkspace(t.Context(), admin, connector.Workspace{Name: name, Vendor: "securityhub", Account: account, Region: region})
	if err != nil {
		t.Fatalf("AddWorkspace(%s) = %v", name, err)
	}
	return w
}

func (h *house) minted(t *testing.T, w connector.Workspace, role access.Role) registry.Minted {
	t.Helper()
	m, err := h.Mint(t.Context(), admin, w.ID, "key of "+string(role), role)
	if err != nil {
		t.Fatalf("Mint(%s) = %v", role, err)
	}
	return m
}

// secret keeps the secret that ServiceNow connectors name.
func (h *house) secret(t *testing.T) {
	t.Helper()
	_, err := h.KeepSecret(t.Context(), admin, connector.NamedSecret{Kind: connector.SecretOAuth, SecretName: connector.SecretName{Workspace: h.workspace.ID, Name: secret}},
		connector.NewSecret(`{"ClientId":"id","ClientSecret":"canary-5f1c"}`))
	if err != nil {
		t.Fatalf("KeepSecret() = %v", err)
	}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (r reply) get(path string) string {
	var at any = r.body
	for name := range strings.SplitSeq(path, ".") {
		m, _ := at.(map[string]any)
		at = m[name]
	}
	text, _ := at.(string)
	return text
}

// signed makes a request as a program with the key would.
func (h *house) signed(t *testing.T, key registry.Minted, method, path, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	h.mu.Lock()
	h.ahead += time.Second // so that no two requests of one second share a signature
	h.mu.Unlock()
	h.sign(t, req, key, body)
	return req
}

func (h *house) sign(t *testing.T, req *http.Request, key registry.Minted, body string) {
	t.Helper()
	creds := sigv4.Credentials{AccessKeyID: key.AccessKeyID, Key: sigv4.NewKey(key.SecretAccessKey.Reveal())}
	if err := sigv4.Sign(req, []byte(body), creds, region, "securityhub", h.now()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) do(t *testing.T, req *http.Request) reply {
	t.Helper()
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := reply{status: answer.StatusCode, header: answer.Header, text: string(text)}
	if err := json.Unmarshal(text, &r.body); err != nil && req.Method != http.MethodHead {
		t.Fatalf("%s %s answers %d %q, want JSON", req.Method, req.URL, r.status, text)
	}
	return r
}

// ask sends a request as the role.
func (h *house) ask(t *testing.T, role access.Role, method, path, body string) reply {
	t.Helper()
	return h.do(t, h.signed(t, h.keys[role], method, path, body))
}

// wants fails unless the answer is a success.
func (r reply) ok(t *testing.T) reply {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("answer = %d %s, want a success", r.status, r.text)
	}
	return r
}

// refused fails unless the answer is the exception, in the vendor's whole form, with a message that has the text.
func (r reply) refused(t *testing.T, status int, name, text string) {
	t.Helper()
	if r.status != status || r.get("Code") != name || !strings.Contains(r.get("Message"), text) {
		t.Errorf("answer = %d %s, want %d %s with %q", r.status, r.text, status, name, text)
	}
	r.shaped(t)
}

// shaped fails unless an exception has the vendor's form, however a client looks for its name.
func (r reply) shaped(t *testing.T) {
	t.Helper()
	name := r.header.Get("X-Amzn-Errortype")
	if name == "" || r.get("Code") != name || r.get("__type") != name || r.get("Message") == "" || len(r.body) != 3 ||
		len(r.header.Get("X-Amzn-Requestid")) != 36 || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		t.Errorf("answer = %d %v %s, want the vendor's form of an exception", r.status, r.header, r.text)
	}
}

// jira creates a Jira connector and gives its id.
func (h *house) jira(t *testing.T, name string) string {
	t.Helper()
	return h.ask(t, access.Editor, http.MethodPost, "/connectorsv2", `{"Name":"`+name+`","Provider":{"JiraCloud":{"ProjectKey":"SEC"}}}`).ok(t).get("ConnectorId")
}

// snow creates a ServiceNow connector and gives its id.
func (h *house) snow(t *testing.T, name string) string {
	t.Helper()
	return h.ask(t, access.Editor, http.MethodPost, "/connectorsv2",
		`{"Name":"`+name+`","Provider":{"ServiceNow":{"InstanceName":"dev12345","SecretArn":"`+secret+`"}}}`).ok(t).get("ConnectorId")
}

func arn(account, id string) string {
	return "arn:aws:securityhub:" + region + ":" + account + ":connectorv2/" + id
}

// escaped writes an ARN as clients write it into the path of the tag operations.
func escaped(arn string) string {
	return strings.NewReplacer(":", "%3A", "/", "%2F").Replace(arn)
}
