package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/access/password"
	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/securityhub"
	"patchbay/handlers"
	"patchbay/handlers/securityhubapi"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/oauth"
	"patchbay/remote/probe"
	"patchbay/store"
)

const callback = "https://patchbay.example.com" + handlers.OAuthCallback

var asAdmin = access.Actor{Kind: "user", ID: "u1", Name: "anna", Role: access.Admin}

// hub is a Security Hub workspace with its door, whose OAuth application is at a real server on this machine.
type hub struct {
	*registry.Registry
	store     *store.Store
	server    *oauthServer
	workspace connector.Workspace
	door      *echo.Echo
	key       registry.Minted
	calls     int
	dir       string
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{server: newOAuthServer(t, callback), door: echo.New(), dir: filepath.Join(t.TempDir(), "data")}
	var err error
	if h.store, err = store.Open(t.Context(), h.dir, catalog.All(), time.Now); err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	dialer := remote.New(remote.Config{AllowLoopback: true})
	h.Registry = registry.New(registry.Config{Store: h.store, Doors: h.store, Catalog: catalog.All(), Asker: probe.New(dialer, time.Now),
		Passwords: password.New(), Now: time.Now, OAuth: registry.OAuth{Apps: h.store, Exchanger: oauth.New(dialer), Refresher: oauth.New(dialer), Callback: callback}})
	t.Cleanup(func() {
		h.Close()
		if err := h.store.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	h.workspace, err = h.AddWorkspace(t.Context(), asAdmin, connector.Workspace{Name: "Hub", Vendor: "securityhub", Account: "123456789012", Region: "eu-west-1"})
	if err != nil {
		t.Fatalf("AddWorkspace() = %v", err)
	}
	if h.key, err = h.Mint(t.Context(), asAdmin, h.workspace.ID, "ci", access.Editor); err != nil {
		t.Fatalf("Mint() = %v", err)
	}
	securityhubapi.New(securityhubapi.Config{Registry: h.Registry, Now: time.Now}).Mount(h.door)
	return h
}

// set sets the application, with a change for the test.
func (h *hub) set(t *testing.T, secret string, change func(*connector.OAuthApp)) {
	t.Helper()
	app, err := h.OAuthApp(t.Context(), asAdmin, h.workspace.ID)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		t.Fatal(err)
	}
	app.Workspace, app.ClientID = h.workspace.ID, clientID
	app.AuthoriseURL, app.TokenURL, app.API = h.server.URL+"/authorize", h.server.URL+"/oauth/token", h.server.URL
	if change != nil {
		change(&app)
	}
	if _, err := h.SetOAuthApp(t.Context(), asAdmin, app, connector.NewSecret(secret)); err != nil {
		t.Fatalf("SetOAuthApp() = %v", err)
	}
}

// ask sends a signed request to the door.
func (h *hub) ask(t *testing.T, method, path, body string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+securityhubapi.Prefix+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	h.calls++ // no two requests have one signature
	creds := sigv4.Credentials{AccessKeyID: h.key.AccessKeyID, Key: sigv4.NewKey(h.key.SecretAccessKey.Reveal())}
	if err := sigv4.Sign(r, []byte(body), creds, "eu-west-1", "securityhub", time.Now().Add(time.Duration(h.calls)*time.Second)); err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	w := httptest.NewRecorder()
	h.door.ServeHTTP(w, r)
	answer := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s %s = %d %s", method, path, w.Code, w.Body)
	}
	return w.Code, answer
}

// create creates a Jira connector through the door, and gives its id and AuthUrl.
func (h *hub) create(t *testing.T, name, project string) (id, authURL string) {
	t.Helper()
	code, made := h.ask(t, http.MethodPost, "/connectorsv2", `{"Name":"`+name+`","Provider":{"JiraCloud":{`+project+`}}}`)
	id, _ = made["ConnectorId"].(string)
	authURL, _ = made["AuthUrl"].(string)
	if code != http.StatusOK || id == "" {
		t.Fatalf("CreateConnectorV2 = %d %v", code, made)
	}
	return id, authURL
}

func (h *hub) register(t *testing.T, back url.Values) (int, map[string]any) {
	t.Helper()
	return h.ask(t, http.MethodPost, "/connectorsv2/register", `{"AuthCode":"`+back.Get("code")+`","AuthState":"`+back.Get("state")+`"}`)
}

func (h *hub) jira(t *testing.T, id string) (connector.Connector, *securityhub.JiraCloud) {
	t.Helper()
	c, err := h.Find(t.Context(), asAdmin, h.workspace.ID, connector.Scope{}, id)
	if err != nil {
		t.Fatalf("Find(%s) = %v", id, err)
	}
	return c, c.Spec.(*securityhub.JiraCloud)
}

// own gives the tokens that are kept, which must be the ones that the server gave.
func (h *hub) own(t *testing.T, id string) connector.OAuthTokens {
	t.Helper()
	c, _ := h.jira(t, id)
	tokens, err := h.store.OAuthTokens(t.Context(), c.ID)
	if err != nil {
		t.Fatalf("OAuthTokens() = %v", err)
	}
	given, err := h.server.kept.get(tokens.Access.Reveal())
	if err != nil || given == nil || given.GetRefresh() != tokens.Refresh.Reveal() || tokens.Refresh.Empty() || time.Until(tokens.Expires) < time.Hour {
		t.Errorf("the tokens that are kept end at %v and are not those that the server gave", tokens.Expires)
	}
	return tokens
}

func TestAJiraConnectorIsAuthorisedAtARealOAuthServer(t *testing.T) {
	for name, header := range map[string]bool{"client in the form": false, "client in the header": true} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.server.header.Store(header)
			id, early := h.create(t, "jira", "")
			if !strings.HasPrefix(early, "https://auth.atlassian.com/authorize?") || strings.Contains(early, "client_id") {
				t.Errorf("without an application AuthUrl = %s", early)
			}
			h.set(t, clientSecret, nil)
			_, jira := h.jira(t, id)
			back := h.server.consent(t, jira.AuthURL, callback)
			if code, answer := h.register(t, back); code != http.StatusOK || answer["ConnectorId"] != id {
				t.Fatalf("RegisterConnectorV2 = %d %v", code, answer)
			}
			c, jira := h.jira(t, id)
			if jira.CloudID != "11111111-2222-4333-8444-555555555555" || jira.Domain != "https://acme.atlassian.net" || !jira.Authorised() || securityhub.StatusWord(&c) != "PENDING_CONFIGURATION" {
				t.Errorf("authorised, it is %s with %+v", securityhub.StatusWord(&c), jira)
			}
			tokens := h.own(t, id)

			// A code and a state are good for once.
			if code, answer := h.register(t, back); code != http.StatusNotFound {
				t.Errorf("the same state again = %d %v, want 404", code, answer)
			}
			// A program and a page do the same.
			other, authURL := h.create(t, "other", `"ProjectKey":"SEC"`)
			back = h.server.consent(t, authURL, callback)
			if _, err := h.Consent(registry.From(t.Context(), "192.0.2.1"), asAdmin, h.workspace.ID, other, back.Get("state"), back.Get("code")); err != nil {
				t.Fatalf("Consent() = %v", err)
			}
			c, _ = h.jira(t, other)
			if c.Health.Status != connector.Unverified {
				t.Errorf("authorised with its project it is %s, want it unverified", c.Health.Status)
			}
			more := h.own(t, other)
			h.clean(t, clientSecret, tokens.Access.Reveal(), tokens.Refresh.Reveal(), more.Access.Reveal(), more.Refresh.Reveal())
		})
	}
}

// clean fails when a secret is in a file of the data directory as it is.
func (h *hub) clean(t *testing.T, secrets ...string) {
	t.Helper()
	files := 0
	for _, name := range []string{"patchbay.db", "patchbay.db-wal", "patchbay.key"} {
		text, err := os.ReadFile(filepath.Join(h.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files += len(text)
		for _, s := range secrets {
			if s == "" || bytes.Contains(text, []byte(s)) {
				t.Errorf("%s has a secret in it", name)
			}
		}
	}
	if text, err := os.ReadFile(filepath.Join(h.dir, "patchbay.db-wal")); err != nil || !bytes.Contains(text, []byte(clientID)) || files == 0 {
		t.Errorf("the files do not even have the client id in them, so the search proves nothing (%v)", err)
	}
}

func TestAuthorisingIsRefusedForWhatIsWrong(t *testing.T) {
	h := newHub(t)
	h.set(t, clientSecret, nil)
	ctx := func() context.Context { return registry.From(t.Context(), "192.0.2.1") }
	id, authURL := h.create(t, "jira", "")
	consent := func() (url.Values, error) {
		back := h.server.consent(t, authURL, callback)
		_, err := h.Consent(ctx(), asAdmin, h.workspace.ID, id, back.Get("state"), back.Get("code"))
		return back, err
	}
	refused := func(what string, err error, code bool, text string) {
		t.Helper()
		var no *connector.ConsentRefused
		if !errors.As(err, &no) || no.Code != code || !strings.Contains(no.Text, text) || no.Next == "" || strings.Contains(no.Error(), clientSecret) {
			t.Errorf("%s = %v, want a refusal with %q", what, err, text)
		}
		if c, jira := h.jira(t, id); jira.Authorised() || jira.State() == "" {
			t.Errorf("%s left %s with %+v", what, c.Health.Status, jira)
		}
	}

	h.server.declines.Store(true)
	if back := h.server.consent(t, authURL, callback); back.Get("error") != "access_denied" || back.Get("state") == "" {
		t.Errorf("who declines comes back with %v", back)
	}
	h.server.declines.Store(false)

	back := h.server.consent(t, authURL, callback)
	forged := back.Get("state")[:32] + strings.Repeat("0", 64)
	for what, state := range map[string]string{"a forged state": forged, "no state": "", "half a state": back.Get("state")[:50]} {
		if _, err := h.Consent(ctx(), asAdmin, h.workspace.ID, id, state, back.Get("code")); !errors.Is(err, connector.ErrNotFound) {
			t.Errorf("Consent with %s = %v, want not found", what, err)
		}
	}
	h.server.manager.SetAuthorizeCodeExp(-time.Second)
	_, err := consent()
	refused("an expired code", err, true, "did not take the code")
	h.server.manager.SetAuthorizeCodeExp(time.Minute)
	if code, answer := h.register(t, url.Values{"state": {back.Get("state")}, "code": {"invented"}}); code != http.StatusConflict || answer["Code"] != "ConflictException" {
		t.Errorf("an invented code at the door = %d %v, want a conflict", code, answer)
	}
	h.set(t, "not the secret", nil)
	_, err = consent()
	refused("a wrong client secret", err, false, "client secret is not right")
	if code, answer := h.register(t, h.server.consent(t, authURL, callback)); code != http.StatusBadRequest || !strings.Contains(answer["Message"].(string), "client secret is not right") {
		t.Errorf("a wrong client secret at the door = %d %v", code, answer)
	}
	h.set(t, clientSecret, func(a *connector.OAuthApp) { a.API = h.server.URL + "/nowhere" })
	_, err = consent()
	refused("an API that is none", err, false, "did not say which site")
	c, _ := h.jira(t, id)
	if _, err := h.store.OAuthTokens(t.Context(), c.ID); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("after refusals only, OAuthTokens() = %v, want none", err)
	}
	h.set(t, "", nil) // the secret stays
	if _, err := consent(); err != nil {
		t.Errorf("Consent() after all = %v", err)
	}
}

func TestAnAuthorisedConnectorIsAuthorisedAgain(t *testing.T) {
	h := newHub(t)
	h.set(t, clientSecret, nil)
	id, authURL := h.create(t, "jira", `"ProjectKey":"SEC"`)
	if code, answer := h.register(t, h.server.consent(t, authURL, callback)); code != http.StatusOK {
		t.Fatalf("RegisterConnectorV2 = %d %v", code, answer)
	}
	first := h.own(t, id)
	c, _ := h.jira(t, id)
	if _, jira := h.jira(t, id); jira.AuthURL != "" {
		t.Errorf("authorised, it still invites to %s", jira.AuthURL)
	}
	if code, answer := h.register(t, h.server.consent(t, authURL, callback)); code != http.StatusNotFound {
		t.Errorf("the old state = %d %v, want 404", code, answer)
	}
	address, err := h.BeginConsent(t.Context(), asAdmin, c.ID)
	if err != nil {
		t.Fatalf("BeginConsent() = %v", err)
	}
	back := h.server.consent(t, address, callback)
	if code, answer := h.register(t, back); code != http.StatusNotFound {
		t.Errorf("a person's state at the door = %d %v, want 404", code, answer)
	}
	p, err := h.ReturnConsent(t.Context(), asAdmin, securityhub.StateFor(back.Get("state")), back.Get("state"), back.Get("code"))
	if err != nil {
		t.Fatalf("ReturnConsent() = %v", err)
	}
	if _, jira := h.jira(t, id); !jira.Authorised() || h.own(t, id).Access.Reveal() != first.Access.Reveal() {
		t.Errorf("on the way it is %+v, want it authorised as before", jira)
	}
	if _, err := h.TakeConsent(t.Context(), asAdmin, c.ID, p.ID, ""); err != nil {
		t.Errorf("TakeConsent() = %v", err)
	}
	if second := h.own(t, id); second.Access.Reveal() == first.Access.Reveal() {
		t.Error("the old tokens are still kept")
	}
}
