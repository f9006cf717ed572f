package securityhubapi_test

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/handlers/securityhubapi"
)

// jiraSite plays the OAuth application of a workspace.
type jiraSite struct{}

func (jiraSite) Exchange(_ context.Context, _ connector.Workspace, code string) (string, string, error) {
	if code != "good" {
		return "", "", securityhubapi.ErrCode
	}
	return "cloud-1", "https://acme.atlassian.net", nil
}

func stateOf(authURL string) string {
	_, rest, _ := strings.Cut(authURL, "&state=")
	state, _, _ := strings.Cut(rest, "&")
	return state
}

func TestAuthorisingAJiraConnector(t *testing.T) {
	h := opened(t, func(c *securityhubapi.Config) { c.Authoriser = jiraSite{} })
	made := h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"jira","Provider":{"JiraCloud":{}}}`).ok(t)
	id, state := made.get("ConnectorId"), stateOf(made.get("AuthUrl"))
	h.ask(t, access.Editor, post, "/connectorsv2/register", `{"AuthCode":"bad","AuthState":"`+state+`"}`).refused(t, 409, "ConflictException", "did not take AuthCode")
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

// tracker opens tickets that count.
type tracker struct{ opened atomic.Int64 }

func (k *tracker) Open(_ context.Context, _ connector.Workspace, c connector.Connector, finding string, try bool) (string, string, error) {
	n := k.opened.Add(1)
	if try {
		finding = "a sample"
	}
	return c.Name + "-" + strconv.FormatInt(n, 10), "https://tickets.example.com/" + finding, nil
}

func TestTickets(t *testing.T) {
	h := opened(t)
	h.secret(t)
	jira, snow := h.jira(t, "jira"), h.snow(t, "snow")
	ask := func(id string) reply {
		return h.ask(t, access.Editor, post, "/ticketsv2", `{"ConnectorId":"`+id+`","FindingMetadataUid":"TEST_FINDING","Mode":"DRYRUN"}`)
	}
	ask(jira).refused(t, 409, "ConflictException", "not authorised")
	ask(unknown).refused(t, 404, "ResourceNotFoundException", "no such connector")
	ask(snow).refused(t, 409, "ConflictException", "opens no tickets")
	h.says(failing)
	ask(h.snow(t, "down")).refused(t, 409, "ConflictException", failing.Text)
	azure := h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"other","Provider":{"Other":{}}}`).ok(t).get("ConnectorId")
	ask(azure).refused(t, 409, "ConflictException", "kind Other opens no tickets")

	k := &tracker{}
	h = opened(t, func(c *securityhubapi.Config) { c.Ticketer = k })
	h.secret(t)
	id := h.snow(t, "snow")
	body := `{"ClientToken":"t","ConnectorId":"` + id + `","FindingMetadataUid":"uid-1"}`
	first := h.ask(t, access.Editor, post, "/ticketsv2", body).ok(t)
	if first.text != `{"TicketId":"snow-1","TicketSrcUrl":"https://tickets.example.com/uid-1"}` {
		t.Errorf("CreateTicketV2 = %s", first.text)
	}
	if again := h.ask(t, access.Editor, post, "/ticketsv2", body).ok(t); again.text != first.text || k.opened.Load() != 1 {
		t.Errorf("the same call again = %s after %d tickets", again.text, k.opened.Load())
	}
	h.ask(t, access.Editor, post, "/ticketsv2", strings.Replace(body, "uid-1", "uid-2", 1)).refused(t, 409, "ConflictException", "ClientToken")
	if dry := ask(id).ok(t); dry.get("TicketSrcUrl") != "https://tickets.example.com/a sample" {
		t.Errorf("a dry run = %s", dry.text)
	}
}
