package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"patchbay/connector"
	"patchbay/connector/securityhub"
)

// consents stands in for the OAuth server: every code but "spent" and "down" is good, and "two" is for two sites. It notes the codes.
type consents struct {
	mu    sync.Mutex
	codes []string
}

func (o *consents) Exchange(_ context.Context, _ connector.OAuthApp, _ connector.Secret, _, code string) (connector.Consent, error) {
	o.mu.Lock()
	o.codes = append(o.codes, code)
	o.mu.Unlock()
	switch code {
	case "spent":
		return connector.Consent{}, &connector.ConsentRefused{Code: true, Text: "The code was not taken.", Next: "Consent again."}
	case "down":
		return connector.Consent{}, &connector.ConsentRefused{Text: "The token URL could not be reached.", Next: "Try again."}
	}
	got := connector.Consent{Tokens: connector.OAuthTokens{Access: connector.NewSecret("a"), Refresh: connector.NewSecret("r")},
		Sites: []connector.Site{{ID: "cloud-1", Name: "acme", Address: "https://acme.atlassian.net"}}}
	if code == "two" {
		got.Sites = append(got.Sites, connector.Site{ID: "cloud-2", Address: "https://beta.atlassian.net"})
	}
	return got, nil
}

// exchanged lists the codes that were sent to the server.
func (o *consents) exchanged() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.codes)
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
	if page := c.in(t, "editor").get(path).Body.String(); !strings.Contains(page, `action="`+path+`/authorise"`) || !strings.Contains(page, "Authorise at Atlassian") {
		t.Error("the page does not lead to the authorisation")
	}
	if page := c.in(t, "viewer").get(path).Body.String(); strings.Contains(page, "Authorise at Atlassian") {
		t.Error("the page leads a viewer to the authorisation")
	}
	if page := c.in(t, "editor").get("/connectors/" + c.git(t).ID).Body.String(); strings.Contains(page, "Authorisation") {
		t.Error("a connector that nobody authorises speaks of it")
	}
}

// withApp sees to it that the Security Hub workspace has an application.
func (c *console) withApp(t *testing.T) {
	t.Helper()
	if _, err := c.reg.OAuthApp(t.Context(), root, c.workspaces["securityhub"]); err != nil {
		c.setApp(t, c.workspaces["securityhub"])
	}
}
