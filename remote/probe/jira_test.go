package probe_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/remote"
	"patchbay/remote/oauth"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

const playedPassword = "canary-7b1e-of-the-rehearsal"

// stage is the rehearsal with a dialer that finds it.
type stage struct {
	*rehearsal.Server
	dialer *remote.Dialer
	probe  *probe.Probe
}

func staged(t *testing.T) *stage {
	t.Helper()
	there, err := rehearsal.New("ci-bot", playedPassword, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := there.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &stage{Server: there, dialer: remote.New(remote.Config{AllowLoopback: true, ConnectTo: there.Routes(), Roots: there.Roots()})}
	s.probe = probe.New(s.dialer, nil)
	return s
}

// person is somebody who has consented, with what that brought. It renews as a registry does, for one question at a time.
type person struct {
	stage  *stage
	app    connector.OAuthApp
	tokens connector.OAuthTokens
	stale  bool // the token has to be renewed before it is used
	given  []string
}

func (s *stage) person(t *testing.T, kind string) *person {
	t.Helper()
	p := &person{stage: s, app: securityhub.Atlassian()}
	p.app.ClientID = rehearsal.JiraClient
	got, err := oauth.New(s.dialer).Exchange(t.Context(), p.app, connector.NewSecret(playedPassword), "https://patchbay.example.com/callback", s.Jira.Code(kind))
	if err != nil {
		t.Fatalf("Exchange() = %v", err)
	}
	p.tokens = p.app.Own(got.Tokens)
	return p
}

func (p *person) bearer(_ connector.Until, again bool) (connector.Bearer, error) {
	b := connector.Bearer{API: p.app.API}
	if p.stale || again {
		p.stale = false
		if p.tokens.Refresh.Empty() {
			return b, &connector.Unrenewed{Why: connector.ConsentEnded, Server: p.tokens.Server}
		}
		secret := connector.NewOpened(connector.NewSecret(playedPassword), p.tokens.Server)
		got, err := oauth.New(p.stage.dialer).Refresh(context.Background(), p.app, secret, connector.NewOpened(p.tokens.Refresh, p.tokens.Server))
		if err != nil {
			return b, err
		}
		p.tokens, b.Renewed = p.app.Own(got), p.tokens.Server
	}
	p.given = append(p.given, p.tokens.Access.Reveal(), p.tokens.Refresh.Reveal())
	b.Token, b.Ends, b.Lasting = connector.NewOpened(p.tokens.Access, p.tokens.API), p.tokens.Expires, !p.tokens.Refresh.Empty()
	return b, nil
}

func (p *person) asks(project string) connector.Question {
	return connector.Question{Bearer: p.bearer, Check: connector.ReadJira{CloudID: rehearsal.JiraSite, ProjectKey: project, Site: "https://acme.atlassian.net"}}
}

// clean fails when an outcome shows a secret.
func clean(t *testing.T, out connector.Outcome, secrets ...string) {
	t.Helper()
	shown := strings.Join(append(evidence(out), out.Text, out.Cause, out.Next), "\n")
	for _, s := range append(secrets, playedPassword) {
		if s != "" && strings.Contains(shown, s) {
			t.Errorf("%s shows a secret: %s", out.Code, shown)
		}
	}
}

const jiraSteps = "Authenticate ok, Resolve ok, Connect ok, TLS ok, HTTP ok, "

func TestJira(t *testing.T) {
	s := staged(t)
	tests := []struct {
		name, kind, project string
		before              func(*person)
		status              connector.Status
		code, steps, shows  string
	}{
		{"a project in which issues may be created", "", "SEC", nil, connector.Healthy, "JIRA_READY", jiraSteps + "Authorise ok, Use ok", "Anna Example may create issues in it"},
		{"a consent for two sites", "both", "SEC", nil, connector.Healthy, "JIRA_READY", jiraSteps + "Authorise ok, Use ok", "https://acme.atlassian.net, https://acme-labs.atlassian.net"},
		{"a token that is almost over", "", "SEC", func(p *person) { p.stale = true }, connector.Healthy, "JIRA_READY", jiraSteps + "Authorise ok, Use ok",
			"https://auth.atlassian.com:443 renewed the access token, good for"},
		{"a token that is refused and renewed", "", "SEC", func(p *person) { s.Jira.Forget() }, connector.Healthy, "JIRA_READY",
			jiraSteps + "Authorise warn, Authenticate ok, Authorise ok, Use ok", "401 Unauthorized, the access token is not taken any more"},
		{"a token that nothing renews", "short", "SEC", nil, connector.Healthy, "JIRA_READY", jiraSteps + "Authorise ok, Use ok", "and nothing renews it"},
		{"a project that is not there", "", "NOPE", nil, connector.Failing, "JIRA_PROJECT_NOT_FOUND", jiraSteps + "Authorise ok, Use failed", "404 Not Found"},
		{"a project in which nobody may create issues", "", "LOCKED", nil, connector.Failing, "JIRA_MAY_NOT_CREATE", jiraSteps + "Authorise ok, Use failed", "Anna Example may not create issues in LOCKED"},
		{"a project that is shut to the application", "", "SHUT", nil, connector.Failing, "JIRA_FORBIDDEN", jiraSteps + "Authorise ok, Use failed", "403 Forbidden"},
		{"a Jira that is asked too often", "", "BUSY", nil, connector.Degraded, "RATE_LIMITED", jiraSteps + "Authorise ok, Use failed", "429"},
		{"a consent without the right to write", "reader", "SEC", nil, connector.Failing, "JIRA_SCOPE_MISSING", jiraSteps + "Authorise failed, Use skipped", "for reading only"},
		{"a site that the consent covers no more", "both", "SEC", func(p *person) { s.Jira.Leave(rehearsal.JiraSite) }, connector.Failing, "JIRA_SITE_GONE",
			jiraSteps + "Authorise failed, Use skipped", "the site is not among them"},
		{"a consent that was taken back", "", "SEC", func(p *person) { p.stale = true; s.Jira.Revoke() }, connector.Waiting, "JIRA_CONSENT_GONE",
			"Authenticate failed, Resolve skipped, Connect skipped, TLS skipped, HTTP skipped, Authorise skipped, Use skipped", "https://auth.atlassian.com:443: 403 Forbidden"},
		{"a consent that was taken back, noticed by the API", "", "SEC", func(p *person) { s.Jira.Forget(); s.Jira.Revoke() }, connector.Waiting, "JIRA_CONSENT_GONE",
			jiraSteps + "Authorise warn, Authenticate failed, Use skipped", "403 Forbidden"},
		{"a consent that ended", "short", "SEC", func(p *person) { p.stale = true }, connector.Waiting, "JIRA_CONSENT_ENDED",
			"Authenticate failed, Resolve skipped, Connect skipped, TLS skipped, HTTP skipped, Authorise skipped, Use skipped", "https://auth.atlassian.com:443"},
		{"an answer to the renewal that got lost", "", "SEC", func(p *person) { p.stale = true; s.Jira.Lose(1) }, connector.Failing, "JIRA_RENEWAL_UNANSWERED",
			"Authenticate failed, Resolve skipped, Connect skipped, TLS skipped, HTTP skipped, Authorise skipped, Use skipped", "https://auth.atlassian.com:443: EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := s.person(t, tt.kind)
			if tt.before != nil {
				tt.before(p)
			}
			had := []string{p.tokens.Access.Reveal(), p.tokens.Refresh.Reveal()}
			got := s.probe.Ask(t.Context(), p.asks(tt.project))
			want(t, got, tt.status, tt.code)
			if states(got) != tt.steps {
				t.Errorf("steps = %s, want %s", states(got), tt.steps)
			}
			if shown := strings.Join(evidence(got), "\n"); !strings.Contains(shown, tt.shows) {
				t.Errorf("evidence = %q, want it to show %q", shown, tt.shows)
			}
			if tt.status != connector.Healthy && got.Next == "" {
				t.Errorf("%s says no next step", got.Code)
			}
			ends := slices.ContainsFunc(got.Expires, func(e connector.Expiry) bool { return e.Kind == connector.AccessToken })
			if asked := tt.kind == "short" && tt.status == connector.Healthy; ends != asked {
				t.Errorf("Expires = %+v, want the token's end noted: %v", got.Expires, asked)
			}
			clean(t, got, append(had, p.given...)...)
		})
	}
}

func TestALostRenewalIsMadeUpForInTime(t *testing.T) {
	s := staged(t)
	p := s.person(t, "")
	p.stale = true
	s.Jira.Lose(1)
	got := s.probe.Ask(t.Context(), p.asks("SEC"))
	want(t, got, connector.Failing, "JIRA_RENEWAL_UNANSWERED")
	if !strings.Contains(got.Next, "within ten minutes") {
		t.Errorf("Next = %q, want the time that is left", got.Next)
	}
	p.stale = true // with the old refresh token, which the server takes once more
	want(t, s.probe.Ask(t.Context(), p.asks("SEC")), connector.Healthy, "JIRA_READY")
}

func TestJiraThatNobodyAuthorised(t *testing.T) {
	want(t, loopback(time.Second).Ask(t.Context(), connector.Question{Check: connector.ReadJira{CloudID: "c", ProjectKey: "SEC"}}), connector.Waiting, "JIRA_NOT_AUTHORISED")
}

// TestTheAccessTokenGoesToItsAPIAlone puts a sink in the API's place: no token may arrive, however the base is written, unless it is the
// origin that the token is for, which shows that the sink would notice.
func TestTheAccessTokenGoesToItsAPIAlone(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	own, _ := connector.OriginOf(sink.URL)
	ask := func(to ...connector.Origin) connector.Outcome {
		return loopback(5*time.Second).Ask(t.Context(), connector.Question{Check: connector.ReadJira{CloudID: "c", ProjectKey: "SEC"},
			Bearer: func(connector.Until, bool) (connector.Bearer, error) {
				return connector.Bearer{API: sink.URL + "/x", Token: connector.NewOpened(connector.NewSecret("the-access-token"), to...)}, nil
			}})
	}
	for _, to := range [][]connector.Origin{nil, {""}, {"https://api.atlassian.com:443"}, {connector.Origin(strings.Replace(string(own), "http:", "https:", 1))}, {own + "0"}} {
		want(t, ask(to...), connector.Failing, "SECRET_NOT_ALLOWED_HERE")
	}
	if sink.Connections() != 0 {
		t.Errorf("%d connections, and the credentials %v arrived", sink.Connections(), sink.Credentials())
	}
	// The control switched off: a token for this origin arrives.
	if got := ask(own); len(sink.Credentials()) == 0 || got.Status == connector.Healthy {
		t.Errorf("with the control off %s, and the credentials %v arrived, want the token", got.Code, sink.Credentials())
	}
}

// TestOddAPIs are servers that take any token and answer what Jira never does.
func TestOddAPIs(t *testing.T) {
	const sites = `[{"id":"c","url":"https://acme.atlassian.net"}]`
	page := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<html>Sign in</html>"))
	}
	tests := []struct {
		name, at string // the last part of the path at which it is odd
		answer   func(http.ResponseWriter)
		code     string
	}{
		{"401 for ever", "accessible-resources", func(w http.ResponseWriter) { w.WriteHeader(401) }, "JIRA_TOKEN_REFUSED"},
		{"a page for the sites", "accessible-resources", page, "PAGE_INSTEAD"},
		{"an object for the sites", "accessible-resources", func(w http.ResponseWriter) { w.Write([]byte(`{"id":"c"}`)) }, "JIRA_NOT_JIRA"},
		{"nothing for the sites", "accessible-resources", func(w http.ResponseWriter) {}, "EMPTY_ANSWER"},
		{"no site", "accessible-resources", func(w http.ResponseWriter) { w.Write([]byte(`[]`)) }, "JIRA_SITE_GONE"},
		{"sites that are none", "accessible-resources", func(w http.ResponseWriter) { w.Write([]byte(`[{"id":{}},7]`)) }, "JIRA_NOT_JIRA"},
		{"a redirect", "SEC", func(w http.ResponseWriter) { w.Header().Set("Location", "https://evil.example/"); w.WriteHeader(302) }, "REDIRECTED"},
		{"a page for the project", "SEC", page, "PAGE_INSTEAD"},
		{"a project without a key", "SEC", func(w http.ResponseWriter) { w.Write([]byte(`{"name":"x"}`)) }, "JIRA_NOT_JIRA"},
		{"trouble", "SEC", func(w http.ResponseWriter) { w.WriteHeader(503) }, "SERVER_ERROR"},
		{"permissions without an answer", "mypermissions", func(w http.ResponseWriter) { w.Write([]byte(`{"permissions":{}}`)) }, "JIRA_NOT_JIRA"},
		{"permissions of null", "mypermissions", func(w http.ResponseWriter) {
			w.Write([]byte(`{"permissions":{"CREATE_ISSUES":{"havePermission":null}}}`))
		}, "JIRA_NOT_JIRA"},
		{"permissions for nobody", "mypermissions", func(w http.ResponseWriter) { w.WriteHeader(401) }, "JIRA_TOKEN_REFUSED"},
		{"nobody at all", "myself", func(w http.ResponseWriter) { w.WriteHeader(403) }, "JIRA_READY"}, // who we are is only for the words
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				last := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
				if last == tt.at {
					tt.answer(w)
					return
				}
				w.Write([]byte(map[string]string{"accessible-resources": sites, "myself": `{"displayName":"\u001b[31mEve the-access-token"}`, "SEC": `{"key":"SEC"}`,
					"mypermissions": `{"permissions":{"CREATE_ISSUES":{"havePermission":true}}}`}[last]))
			}))
			origin, _ := connector.OriginOf(address)
			got := loopback(5*time.Second).Ask(t.Context(), connector.Question{Check: connector.ReadJira{CloudID: "c", ProjectKey: "SEC"},
				Bearer: func(connector.Until, bool) (connector.Bearer, error) {
					return connector.Bearer{API: address, Token: connector.NewOpened(connector.NewSecret("the-access-token"), origin)}, nil
				}})
			if got.Code != tt.code || (got.Status == connector.Healthy) != (tt.code == "JIRA_READY") {
				t.Errorf("Ask() = %s %s %q, want %s", got.Status, got.Code, got.Text, tt.code)
			}
			clean(t, got, "the-access-token", "\x1b")
		})
	}
}
