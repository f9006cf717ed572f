package securityhubapi_test

import (
	"context"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
)

// jiraSite plays the OAuth server of a workspace: it knows the codes "good" and "two", which is for two sites.
type jiraSite struct{}

func (jiraSite) Exchange(_ context.Context, _ connector.OAuthApp, _ connector.Secret, _, code string) (connector.Consent, error) {
	site := func(n string) connector.Site {
		return connector.Site{ID: "cloud-" + n, Address: "https://acme" + strings.TrimPrefix(n, "1") + ".atlassian.net"}
	}
	tokens := connector.OAuthTokens{Access: connector.NewSecret("access"), Refresh: connector.NewSecret("refresh")}
	switch code {
	case "good":
		return connector.Consent{Tokens: tokens, Sites: []connector.Site{site("1")}}, nil
	case "two":
		return connector.Consent{Tokens: tokens, Sites: []connector.Site{site("1"), site("2")}}, nil
	case "down":
		return connector.Consent{}, &connector.ConsentRefused{Text: "The token URL could not be reached.", Next: "Try again in a moment."}
	}
	return connector.Consent{}, &connector.ConsentRefused{Code: true, Text: "Not taken.", Next: "Consent again."}
}

// application sets the OAuth application of the workspace.
func (h *house) application(t *testing.T) {
	t.Helper()
	app := securityhub.Atlassian()
	app.Workspace, app.ClientID = h.workspace.ID, "client-1"
	if _, err := h.SetOAuthApp(t.Context(), admin, app, connector.NewSecret("hunter2")); err != nil {
		t.Fatalf("SetOAuthApp() = %v", err)
	}
}

func stateOf(authURL string) string {
	_, rest, _ := strings.Cut(authURL, "&state=")
	state, _, _ := strings.Cut(rest, "&")
	return state
}

func TestAuthorisingAJiraConnector(t *testing.T) {
	h := opened(t)
	h.application(t)
	made := h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"jira","Provider":{"JiraCloud":{}}}`).ok(t)
	id, state := made.get("ConnectorId"), stateOf(made.get("AuthUrl"))
	h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"bad","AuthState":"`+state+`"}`).refused(t, 409, "ConflictException", "did not take AuthCode")
	h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"two","AuthState":"`+state+`"}`).refused(t, 400, "ValidationException", "connector's page of the console")
	h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"down","AuthState":"`+state+`"}`).refused(t, 400, "ValidationException", "could not be reached")
	forged := state[:32] + strings.Repeat("0", 64)
	h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"good","AuthState":"`+forged+`"}`).refused(t, 404, "ResourceNotFoundException", "AuthState")
	got := h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"good","AuthState":"`+state+`"}`).ok(t)
	if got.get("ConnectorId") != id || got.get("ConnectorArn") != arn(account, id) || len(got.body) != 2 {
		t.Errorf("RegisterConnectorV2 = %s", got.text)
	}
	h.ask(t, access.Editor, post, "/connectorsv2/registrations", `{"AuthCode":"good","AuthState":"`+state+`"}`).refused(t, 404, "ResourceNotFoundException", "one authorisation")
	got = h.ask(t, access.Viewer, get, "/connectorsv2/"+id, "").ok(t)
	if got.get("Health.ConnectorStatus") != "PENDING_CONFIGURATION" || got.get("ProviderDetail.JiraCloud.AuthStatus") != "ACTIVE" ||
		got.get("ProviderDetail.JiraCloud.CloudId") != "cloud-1" || got.get("ProviderDetail.JiraCloud.Domain") != "https://acme.atlassian.net" || strings.Contains(got.text, "AuthUrl") {
		t.Errorf("authorised, it is %s", got.text)
	}
	if got := h.ask(t, access.Viewer, get, "/connectorsv2?ConnectorStatus=PENDING_AUTHORIZATION", ""); got.text != `{"Connectors":[]}` {
		t.Errorf("still waiting for a person: %s", got.text)
	}
	h.ask(t, access.Editor, post, "/ticketsv2", `{"ConnectorId":"`+id+`","FindingMetadataUid":"u","Mode":"DRYRUN"}`).refused(t, 409, "ConflictException", "no project yet")
	if got := h.ask(t, access.Editor, patch, "/connectorsv2/"+id, `{"Provider":{"JiraCloud":{"ProjectKey":"SEC"}}}`).ok(t); got.get("ConnectorStatus") != "CONNECTED" {
		t.Errorf("with its project it is %s, want CONNECTED", got.text)
	}
	// The preview's path does the same.
	other := h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"other","Provider":{"JiraCloud":{"ProjectKey":"SEC"}}}`).ok(t)
	h.ask(t, access.Editor, post, "/connectorsv2/registrations", `{"AuthCode":"good","AuthState":"`+stateOf(other.get("AuthUrl"))+`"}`).ok(t)
	if got := h.ask(t, access.Viewer, get, "/connectorsv2/"+other.get("ConnectorId"), ""); got.get("Health.ConnectorStatus") != "CONNECTED" {
		t.Errorf("authorised with its project it is %s, want CONNECTED", got.text)
	}
}

func TestRegisteringWithoutAnApplication(t *testing.T) {
	h := opened(t)
	state := stateOf(h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"jira","Provider":{"JiraCloud":{}}}`).ok(t).get("AuthUrl"))
	h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"c","AuthState":"`+state+`"}`).refused(t, 409, "ConflictException", "No OAuth application is set for this workspace")
	h.do(t, h.signed(t, h.rivalKey, post, "/connectorsv2/register", `{"AuthCode":"c","AuthState":"`+state+`"}`)).refused(t, 404, "ResourceNotFoundException", "AuthState")
	h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"c","AuthState":"st4te"}`).refused(t, 404, "ResourceNotFoundException", "AuthState")
}
