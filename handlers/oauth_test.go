package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
)

// consents stands in for the OAuth server: every code but "spent" and "down" is good.
type consents struct{}

func (consents) Exchange(_ context.Context, _ connector.OAuthApp, _ connector.Secret, _, code string) (connector.Consent, error) {
	switch code {
	case "spent":
		return connector.Consent{}, &connector.ConsentRefused{Code: true, Text: "The code was not taken.", Next: "Consent again."}
	case "down":
		return connector.Consent{}, &connector.ConsentRefused{Text: "The token URL could not be reached.", Next: "Try again."}
	}
	return connector.Consent{Tokens: connector.OAuthTokens{Access: connector.NewSecret("a"), Refresh: connector.NewSecret("r")},
		Site: "cloud-1", Address: "https://acme.atlassian.net"}, nil
}

// hub opens a Security Hub workspace, with an application if the test wants one.
func (c *console) hub(t *testing.T, withApp bool) string {
	t.Helper()
	name := c.unique("Hub")
	w, err := c.reg.AddWorkspace(t.Context(), root, connector.Workspace{Name: name, Vendor: "securityhub", Account: fmt.Sprintf("9%011d", c.count), Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	if withApp {
		c.setApp(t, w.ID)
	}
	return w.ID
}

func (c *console) setApp(t *testing.T, workspace string) {
	t.Helper()
	app := securityhub.Atlassian()
	app.Workspace, app.ClientID = workspace, "client-1"
	if _, err := c.reg.SetOAuthApp(t.Context(), root, app, connector.NewSecret("hunter2")); err != nil {
		t.Fatalf("SetOAuthApp() = %v", err)
	}
}

// jira keeps a connector that waits for a person.
func (c *console) jira(t *testing.T) connector.Connector {
	t.Helper()
	return c.admit(t, connector.Draft{Type: kind(t, "securityhub", "JiraCloud"), Workspace: c.workspaces["securityhub"], Name: c.unique("Jira"),
		Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}})
}

func stateOf(c connector.Connector) string { return c.Spec.(*securityhub.JiraCloud).State() }

func TestTheOAuthApplicationIsSetOnItsPage(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "admin")
	path := "/workspaces/" + c.workspaces["securityhub"] + "/oauth"
	if list := v.get("/workspaces").Body.String(); !strings.Contains(list, `href="`+path+`"`) || strings.Contains(list, c.workspaces["harness"]+"/oauth") {
		t.Error("the workspaces lead to the page not where they should")
	}
	if a := v.get("/workspaces/" + c.workspaces["harness"] + "/oauth"); a.Code != http.StatusNotFound {
		t.Errorf("GET for another vendor's workspace = %d, want 404", a.Code)
	}
	page := v.get(path).Body.String()
	for _, want := range []string{`value="https://auth.atlassian.com/oauth/token"`, "http://console.test:8080/oauth/jira/callback", `data-copy=`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	fields := func(version string, more ...string) []string {
		return append([]string{"version", version, "authorise", "https://auth.atlassian.com/authorize", "token", "https://auth.atlassian.com/oauth/token",
			"api", "https://api.atlassian.com", "client_id", "client-1"}, more...)
	}
	if a := v.post(path, fields("0")...); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "Client secret is required.") || !strings.Contains(a.Body.String(), `value="client-1"`) {
		t.Errorf("POST without a secret = %d", a.Code)
	}
	if a := v.post(path, fields("0", "client_secret", "cnry-hunter2")...); a.Code != http.StatusSeeOther {
		t.Fatalf("POST = %d %s", a.Code, a.Body)
	}
	if page = v.get(path).Body.String(); strings.Contains(page, "cnry-hunter2") || !strings.Contains(page, "Keep the value that is set") {
		t.Error("the page does not offer to keep the secret, or shows it")
	}
	if a := v.post(path, fields("1", "client_secret.state", "replace")...); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("POST that replaces the secret by nothing = %d, want 422", a.Code)
	}
	if a := v.post(path, fields("1", "client_secret.state", "keep", "client_secret", "ignored")...); a.Code != http.StatusSeeOther {
		t.Errorf("POST that keeps the secret = %d", a.Code)
	}
	if a := v.post(path, fields("1", "client_secret.state", "keep")...); a.Code != http.StatusConflict {
		t.Errorf("POST from an older version = %d, want 409", a.Code)
	}
	if a := v.post(path, "client_id", "x"); a.Code != http.StatusBadRequest {
		t.Errorf("POST without a version = %d, want 400", a.Code)
	}
	if _, secret, err := c.store.OpenOAuthApp(t.Context(), c.workspaces["securityhub"]); err != nil || secret.Reveal() != "cnry-hunter2" {
		t.Errorf("kept = %q, %v, want the first secret", secret.Reveal(), err)
	}
	if a := v.post(path + "/remove"); a.Code != http.StatusSeeOther {
		t.Errorf("remove = %d", a.Code)
	}
}

func TestAConnectorsPageLeadsToItsAuthorisation(t *testing.T) {
	c := opened(t, setting{})
	one := c.jira(t)
	path := "/connectors/" + one.ID
	if page := c.in(t, "admin").get(path).Body.String(); strings.Contains(page, "Authorise at Atlassian") || !strings.Contains(page, "Set the OAuth application") {
		t.Error("without an application the page does not lead an admin to it")
	}
	if page := c.in(t, "editor").get(path).Body.String(); !strings.Contains(page, "Ask an admin") {
		t.Error("without an application the page does not send an editor to an admin")
	}
	c.setApp(t, one.Workspace)
	if page := c.in(t, "editor").get(path).Body.String(); !strings.Contains(page, `rel="noreferrer">Authorise at Atlassian`) || !strings.Contains(page, "client_id=client-1&amp;") {
		t.Error("the page does not lead to the authorisation")
	}
	if page := c.in(t, "viewer").get(path).Body.String(); strings.Contains(page, "Authorise at Atlassian") {
		t.Error("the page leads a viewer to the authorisation")
	}
	if page := c.in(t, "editor").get("/connectors/" + c.git(t).ID).Body.String(); strings.Contains(page, "Authorisation") {
		t.Error("a connector that nobody authorises speaks of it")
	}
}

func TestAPersonComesBackFromTheOAuthServer(t *testing.T) {
	c := opened(t, setting{})
	one := c.jira(t)
	v, state := c.in(t, "editor"), stateOf(one)
	back := func(fields ...string) string { return "/oauth/jira/callback?" + form(fields...) }
	canary := "<b>cnry" + "5f0d</b>"
	for what, tt := range map[string]struct {
		query  []string
		status int
		text   string
	}{
		"no application":         {[]string{"state", state, "code", canary}, 422, "no OAuth application any more"},
		"a person who declines":  {[]string{"state", state, "error", "access_denied", "error_description", canary}, 422, "was declined"},
		"a server that refuses":  {[]string{"state", state, "error", canary, "error_description", canary}, 422, "refused to ask"},
		"no code":                {[]string{"state", state, "x", canary}, 422, "no code"},
		"no state":               {[]string{"code", canary}, 404, "No connector waits"},
		"a forged state":         {[]string{"state", state[:32] + strings.Repeat("0", 64), "code", canary}, 404, "waits"},
		"a state of nobody":      {[]string{"state", strings.Repeat("0", 96), "code", canary}, 404, "No connector waits"},
		"a state that is a text": {[]string{"state", canary, "code", canary}, 404, "No connector waits"},
	} {
		a := v.get(back(tt.query...))
		if a.Code != tt.status || !strings.Contains(a.Body.String(), tt.text) {
			t.Errorf("with %s the callback = %d %s, want %d with %q", what, a.Code, a.Body, tt.status, tt.text)
		}
		if page := a.Body.String(); strings.Contains(page, "cnry5f0d") || strings.Contains(page, state) || strings.Contains(page, url.QueryEscape(canary)) {
			t.Errorf("with %s the page shows what came in", what)
		}
	}
	c.setApp(t, one.Workspace)
	for code, text := range map[string]string{"spent": "Consent again.", "down": "could not be reached"} {
		a := v.get(back("state", state, "code", code))
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), text) || !strings.Contains(a.Body.String(), `href="/connectors/`+one.ID+`"`) {
			t.Errorf("with the code %s the callback = %d, want the reason and the way back", code, a.Code)
		}
	}
	if a := c.in(t, "viewer").get(back("state", state, "code", "good")); a.Code != http.StatusForbidden {
		t.Errorf("a viewer who comes back gets %d, want 403", a.Code)
	}
	if a := v.get(back("state", state, "code", "good")); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/connectors/"+one.ID {
		t.Fatalf("the callback = %d to %q, want the connector", a.Code, a.Header().Get("Location"))
	}
	page := v.get("/connectors/" + one.ID).Body.String()
	if !strings.Contains(page, "is authorised.") || !strings.Contains(page, "https://acme.atlassian.net") || !strings.Contains(page, "Authorise again") {
		t.Error("the connector's page does not tell of the authorisation")
	}
	if a := v.get(back("state", state, "code", "good")); a.Code != http.StatusNotFound {
		t.Errorf("the same state again = %d, want 404", a.Code)
	}
	if strings.Contains(c.log.String(), state) {
		t.Error("the log has the state in it")
	}
	if a := v.post("/connectors/" + one.ID + "/authorise"); a.Code != http.StatusSeeOther {
		t.Errorf("authorise again = %d", a.Code)
	}
	again, err := c.reg.Connector(t.Context(), root, one.ID)
	if err != nil || stateOf(again) == "" || stateOf(again) == state {
		t.Errorf("the new state is not new: %v", err)
	}
	if _, err := c.reg.Consent(registry.From(t.Context(), ""), root, one.Workspace, one.Identifier, stateOf(again), "good"); err != nil {
		t.Errorf("Consent() with the new state = %v", err)
	}
}
