package registry_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/store"
)

// consents stands in for the OAuth server: every code but "bad" and "down" is good once, and names the tokens. "two" is for two sites.
type consents struct {
	mu      sync.Mutex
	secrets []string
	codes   []string
	during  func() // what happens while the code is exchanged
}

func (o *consents) Exchange(_ context.Context, _ connector.OAuthApp, secret connector.Secret, callback, code string) (connector.Consent, error) {
	o.mu.Lock()
	o.secrets, o.codes = append(o.secrets, secret.Reveal()), append(o.codes, code)
	during := o.during
	o.mu.Unlock()
	if during != nil {
		during()
	}
	switch {
	case code == "bad" || callback != oauthCallback:
		return connector.Consent{}, &connector.ConsentRefused{Code: true, Text: "Not taken.", Next: "Again."}
	case code == "down":
		return connector.Consent{}, &connector.ConsentRefused{Text: "Not reached.", Next: "Again."}
	}
	got := connector.Consent{Tokens: connector.OAuthTokens{Access: connector.NewSecret("access " + code), Refresh: connector.NewSecret("refresh")},
		Sites: []connector.Site{{ID: "cloud-1", Name: "acme", Address: "https://acme.atlassian.net"}}}
	if code == "two" {
		got.Sites = append(got.Sites, connector.Site{ID: "cloud-2", Name: "beta", Address: "https://beta.atlassian.net"})
	}
	return got, nil
}

func (o *consents) asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.codes)
}

const oauthCallback = "https://patchbay.example.com/oauth/jira/callback"

// letting is a house whose connectors a person can let in.
func letting(t *testing.T) (*house, *consents) {
	t.Helper()
	o := &consents{}
	return asking(t, o, func(st *store.Store) registry.OAuthApps { return st }), o
}

// asking is a house that keeps its OAuth applications where the test chooses.
func asking(t *testing.T, o *consents, apps func(*store.Store) registry.OAuthApps) *house {
	t.Helper()
	h := &house{clock: &clock{at: noon}, passwords: &cheap{}, other: &other{}}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.store = st
	h.Registry = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now,
		OAuth: registry.OAuth{Apps: apps(st), Exchanger: o, Callback: oauthCallback}})
	t.Cleanup(func() {
		h.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	h.acme = h.workspace(t, connector.Workspace{Name: "Acme", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"})
	h.hub = h.workspace(t, connector.Workspace{Name: "Hub", Vendor: "securityhub", Account: "123456789012", Region: "eu-west-1"})
	return h
}

func (h *house) app() connector.OAuthApp {
	app := securityhub.Atlassian()
	app.Workspace, app.ClientID = h.hub, "client-1"
	return app
}

func TestWhoMaySetAnOAuthApplication(t *testing.T) {
	h, _ := letting(t)
	value := connector.NewSecret("hunter2")
	for _, a := range []access.Actor{nobody, viewer, editor} {
		var denied access.Denied
		if _, err := h.SetOAuthApp(t.Context(), a, h.app(), value); !errors.As(err, &denied) {
			t.Errorf("SetOAuthApp by %q = %v, want it denied", a.Name, err)
		}
		if err := h.RemoveOAuthApp(t.Context(), a, h.hub); !errors.As(err, &denied) {
			t.Errorf("RemoveOAuthApp by %q = %v, want it denied", a.Name, err)
		}
	}
	if len(h.events(t, "oauth.set")) > 0 {
		t.Error("a refusal left an event")
	}
	kept, err := h.SetOAuthApp(t.Context(), admin, h.app(), value)
	if err != nil || kept.Version != 1 || kept.SetBy != "anna" {
		t.Fatalf("SetOAuthApp() = %+v, %v", kept, err)
	}
	if got, err := h.OAuthApp(t.Context(), viewer, h.hub); err != nil || got != kept {
		t.Errorf("OAuthApp by a viewer = %+v, %v, want %+v", got, err, kept)
	}
	limited := access.Actor{Kind: "credential", ID: "k", Name: "k", Role: access.Admin, Workspace: h.acme}
	for what, err := range map[string]error{
		"another workspace's credential": second(h.OAuthApp(t.Context(), limited, h.hub)),
		"a workspace of another vendor":  second(h.OAuthApp(t.Context(), admin, h.acme)),
		"no workspace":                   second(h.OAuthApp(t.Context(), admin, "nowhere")),
	} {
		if !errors.Is(err, connector.ErrNotFound) {
			t.Errorf("OAuthApp for %s = %v, want not found", what, err)
		}
	}
	if ev := h.events(t, "oauth.set"); len(ev) != 1 || ev[0].Object != "workspace:"+h.hub || strings.Contains(ev[0].Detail, "hunter2") || !strings.Contains(ev[0].Detail, "client_secret") {
		t.Errorf("events = %+v", ev)
	}
	if err := h.RemoveOAuthApp(t.Context(), admin, h.hub); err != nil {
		t.Errorf("RemoveOAuthApp() = %v", err)
	}
	if err := h.RemoveOAuthApp(t.Context(), admin, h.hub); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("RemoveOAuthApp() again = %v, want not found", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheClientSecretStaysWithItsClientAndAddress(t *testing.T) {
	h, o := letting(t)
	set := func(change func(*connector.OAuthApp), secret string) error {
		app, err := h.OAuthApp(t.Context(), admin, h.hub)
		if err != nil {
			app = h.app()
		}
		change(&app)
		_, err = h.SetOAuthApp(t.Context(), admin, app, connector.NewSecret(secret))
		return err
	}
	same := func(*connector.OAuthApp) {}
	for name, tt := range map[string]struct {
		change        func(*connector.OAuthApp)
		secret, field string
	}{
		"no secret":         {same, "", "client_secret"},
		"a secret too long": {same, strings.Repeat("s", 5000), "client_secret"},
		"no client id":      {func(a *connector.OAuthApp) { a.ClientID = "" }, "s", "client_id"},
		"no address":        {func(a *connector.OAuthApp) { a.TokenURL = "auth.example.com" }, "s", "token"},
		"a query":           {func(a *connector.OAuthApp) { a.AuthoriseURL += "?x=1" }, "s", "authorise"},
		"a password inside": {func(a *connector.OAuthApp) { a.API = "https://a:b@api.example.com" }, "s", "api"},
	} {
		var p connector.Problems
		if err := set(tt.change, tt.secret); !errors.As(err, &p) || len(p) != 1 || p.At(tt.field) == "" {
			t.Errorf("with %s SetOAuthApp() = %v, want a problem of %s alone", name, err, tt.field)
		}
	}
	if err := set(same, "first"); err != nil {
		t.Fatal(err)
	}
	if err := set(func(a *connector.OAuthApp) { a.API = "https://api.example.com" }, ""); err != nil {
		t.Errorf("changing the API and keeping the secret = %v", err)
	}
	for name, change := range map[string]func(*connector.OAuthApp){
		"the client id": func(a *connector.OAuthApp) { a.ClientID = "client-2" }, "the token URL": func(a *connector.OAuthApp) { a.TokenURL = "https://evil.example/token" }} {
		var p connector.Problems
		if err := set(change, ""); !errors.As(err, &p) || !strings.Contains(p.At("client_secret"), "given again") {
			t.Errorf("changing %s and keeping the secret = %v, want it asked for", name, err)
		}
	}
	if err := set(func(a *connector.OAuthApp) { a.Version-- }, ""); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("from an older version = %v, want a conflict", err)
	}
	c := h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Jira", Spec: &securityhub.JiraCloud{}})
	state := c.Spec.(*securityhub.JiraCloud).State()
	if _, err := h.Consent(t.Context(), editor, h.hub, c.Identifier, state, "good"); err != nil || len(o.secrets) != 1 || o.secrets[0] != "first" {
		t.Errorf("Consent() = %v with the secrets %q, want the one that was kept", err, o.secrets)
	}
}

func TestTheAddressForThePersonFollowsTheApplication(t *testing.T) {
	h, _ := letting(t)
	c := h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Jira", Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}})
	address := func() string { return h.now(t, c.ID).Spec.(*securityhub.JiraCloud).AuthURL }
	bare := address()
	if strings.Contains(bare, "client_id") || !strings.Contains(bare, "&state=") {
		t.Errorf("without an application the address is %s", bare)
	}
	app := h.app()
	app.AuthoriseURL, app.API = "https://login.example.com/a", "https://api.example.com:8443/x"
	if _, err := h.SetOAuthApp(t.Context(), admin, app, connector.NewSecret("s")); err != nil {
		t.Fatal(err)
	}
	if got := address(); !strings.HasPrefix(got, "https://login.example.com/a?audience=api.example.com%3A8443&client_id=client-1&") ||
		!strings.Contains(got, "&redirect_uri=https%3A%2F%2Fpatchbay.example.com%2Foauth%2Fjira%2Fcallback&state=") {
		t.Errorf("with an application the address is %s", got)
	}
	if found, err := h.Find(t.Context(), viewer, h.hub, connector.Scope{}, c.Identifier); err != nil || found.Spec.(*securityhub.JiraCloud).AuthURL != address() {
		t.Errorf("Find() = %+v, %v, want the same address", found.Spec, err)
	}
	d := h.now(t, c.ID).Draft(kind("securityhub", "JiraCloud"))
	d.Description = "changed"
	if _, err := h.Change(t.Context(), editor, c.ID, c.Version, d); err != nil {
		t.Fatalf("Change() = %v", err)
	}
	if err := h.RemoveOAuthApp(t.Context(), admin, h.hub); err != nil {
		t.Fatal(err)
	}
	if got := address(); got != bare {
		t.Errorf("without it again the address is %s, want %s", got, bare)
	}
	state := h.now(t, c.ID).Spec.(*securityhub.JiraCloud).State()
	if _, err := h.Consent(t.Context(), editor, h.hub, c.Identifier, state, "good"); !errors.Is(err, registry.ErrNoOAuthApp) {
		t.Errorf("Consent() without an application = %v", err)
	}
}

func TestWhoMayFinishAnAuthorisation(t *testing.T) {
	h, o := letting(t)
	if _, err := h.SetOAuthApp(t.Context(), admin, h.app(), connector.NewSecret("s")); err != nil {
		t.Fatal(err)
	}
	c := h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Jira", Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}})
	state := c.Spec.(*securityhub.JiraCloud).State()
	ctx := func() context.Context { return registry.From(t.Context(), "192.0.2.7") }
	for _, a := range []access.Actor{nobody, viewer, tester} {
		var denied access.Denied
		if _, err := h.Consent(ctx(), a, h.hub, c.Identifier, state, "good"); !errors.As(err, &denied) || len(o.secrets) > 0 {
			t.Errorf("Consent() by %q = %v, want it denied before anything is asked", a.Name, err)
		}
		if _, err := h.BeginConsent(ctx(), a, c.ID); !errors.As(err, &denied) {
			t.Errorf("BeginConsent() by %q = %v, want it denied", a.Name, err)
		}
	}
	if _, err := h.Consent(ctx(), editor, h.hub, c.Identifier, state, "bad"); err == nil {
		t.Error("Consent() with a bad code = nil")
	}
	kept, err := h.Consent(ctx(), editor, h.hub, c.Identifier, state, "good")
	if err != nil || kept.Health.Status != connector.Unverified {
		t.Fatalf("Consent() = %+v, %v", kept.Health, err)
	}
	if tokens, err := h.store.OAuthTokens(t.Context(), c.ID); err != nil || tokens.Access.Reveal() != "access good" || !tokens.Expires.IsZero() {
		t.Errorf("OAuthTokens() = %v, %v", tokens.Access.Reveal(), err)
	}
	if ev := h.events(t, "connector.authorised"); len(ev) != 1 || ev[0].Actor != "user:edda" || ev[0].Address != "192.0.2.7" || ev[0].Detail != "https://acme.atlassian.net" {
		t.Errorf("events = %+v, want one that names the site", ev)
	}
	if _, err := h.Consent(ctx(), editor, h.hub, c.Identifier, state, "good"); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("Consent() with a used state = %v, want not found", err)
	}
	if _, err := h.BeginConsent(ctx(), editor, h.kept(t, h.git(h.acme)).ID); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("BeginConsent() of what nobody authorises = %v, want not found", err)
	}
}
