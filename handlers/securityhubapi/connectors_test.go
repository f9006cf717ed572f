package securityhubapi_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/handlers/securityhubapi"
)

const post, get, patch, remove = http.MethodPost, http.MethodGet, http.MethodPatch, http.MethodDelete

func TestAJiraConnectorFromCreateToDelete(t *testing.T) {
	h := opened(t)
	made := h.ask(t, access.Editor, post, "/connectorsv2", `{"ClientToken":"1308d8f6-9894-4ca5-aabd-7796441b401f","Description":"d",`+
		`"KmsKeyArn":"arn:aws:kms:eu-west-1:123456789012:key/1234","Name":"jira é","Provider":{"JiraCloud":{"ProjectKey":"SEC"}},"Tags":{"team":"sec"}}`).ok(t)
	id := made.get("ConnectorId")
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`).MatchString(id) ||
		made.get("ConnectorArn") != arn(account, id) || made.get("ConnectorStatus") != "PENDING_AUTHORIZATION" || made.get("EnablementStatus") != "ENABLED" ||
		!strings.HasPrefix(made.get("AuthUrl"), "https://auth.atlassian.com/authorize?audience=api.atlassian.com") || !strings.Contains(made.get("AuthUrl"), "&state=") {
		t.Errorf("CreateConnectorV2 = %s", made.text)
	}
	stamp := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	for _, path := range []string{"/connectorsv2/" + id, "/connectorsv2/arn%3Aaws%3Asecurityhub%3Aeu-west-1%3A123456789012%3Aconnectorv2/" + id,
		"/connectorsv2/" + escaped(arn(account, id)), "/connectorsv2/" + arn(account, id)} {
		got := h.ask(t, access.Viewer, get, path, "").ok(t)
		if got.get("ConnectorArn") != arn(account, id) || got.get("ConnectorId") != id || got.get("Name") != "jira é" || got.get("Description") != "d" ||
			got.get("KmsKeyArn") == "" || !stamp.MatchString(got.get("CreatedAt")) || !stamp.MatchString(got.get("LastUpdatedAt")) ||
			got.get("Health.ConnectorStatus") != "PENDING_AUTHORIZATION" || !stamp.MatchString(got.get("Health.LastCheckedAt")) ||
			got.get("ProviderDetail.JiraCloud.ProjectKey") != "SEC" || got.get("ProviderDetail.JiraCloud.AuthUrl") != made.get("AuthUrl") {
			t.Errorf("GetConnectorV2 at %s = %s", path, got.text)
		}
		if strings.Contains(got.text, "AuthStatus") || strings.Contains(got.text, "Tags") {
			t.Errorf("GetConnectorV2 = %s, want no AuthStatus before the first authorisation and no tags", got.text)
		}
	}
	changed := h.ask(t, access.Editor, patch, "/connectorsv2/"+id, `{"Description":"d2","Provider":{"JiraCloud":{"ProjectKey":"OPS"}}}`).ok(t)
	if changed.get("ConnectorStatus") != "PENDING_AUTHORIZATION" || changed.get("EnablementStatus") != "ENABLED" {
		t.Errorf("UpdateConnectorV2 = %s", changed.text)
	}
	got := h.ask(t, access.Viewer, get, "/connectorsv2/"+id, "").ok(t)
	if got.get("Description") != "d2" || got.get("ProviderDetail.JiraCloud.ProjectKey") != "OPS" || got.get("ProviderDetail.JiraCloud.AuthUrl") != made.get("AuthUrl") {
		t.Errorf("after the update it is %s", got.text)
	}
	h.ask(t, access.Editor, patch, "/connectorsv2/"+id, `{}`).ok(t)
	h.ask(t, access.Editor, patch, "/connectorsv2/"+id, `{"Description":null,"Provider":{"JiraCloud":{"ProjectKey":null}}}`).ok(t)
	if same := h.ask(t, access.Viewer, get, "/connectorsv2/"+id, ""); same.get("Description") != "d2" || same.get("ProviderDetail.JiraCloud.ProjectKey") != "OPS" {
		t.Errorf("null was taken for a value: %s", same.text)
	}
	if gone := h.ask(t, access.Editor, remove, "/connectorsv2/"+id, "").ok(t); gone.text != "{}" {
		t.Errorf("DeleteConnectorV2 = %s", gone.text)
	}
	h.ask(t, access.Viewer, get, "/connectorsv2/"+id, "").refused(t, 404, "ResourceNotFoundException", "")
	h.ask(t, access.Editor, remove, "/connectorsv2/"+id, "").refused(t, 404, "ResourceNotFoundException", "")
}

func TestAServiceNowConnectorIsCheckedAtOnce(t *testing.T) {
	h := opened(t)
	h.secret(t)
	id := h.snow(t, "snow")
	got := h.ask(t, access.Viewer, get, "/connectorsv2/"+id, "").ok(t)
	if got.get("Health.ConnectorStatus") != "CONNECTED" || got.get("ProviderDetail.ServiceNow.AuthStatus") != "ACTIVE" ||
		got.get("ProviderDetail.ServiceNow.SecretArn") != secret || strings.Contains(got.text, "AuthUrl") {
		t.Errorf("a connector that works is %s", got.text)
	}
	h.says(failing)
	made := h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"bad","Provider":{"ServiceNow":{"InstanceName":"dev","SecretArn":"`+secret+`"}}}`).ok(t)
	if made.get("ConnectorStatus") != "FAILED_TO_CONNECT" {
		t.Errorf("CreateConnectorV2 of one that fails = %s", made.text)
	}
	got = h.ask(t, access.Viewer, get, "/connectorsv2/"+made.get("ConnectorId"), "").ok(t)
	if got.get("ProviderDetail.ServiceNow.AuthStatus") != "FAILED" || got.get("Health.Message") != failing.Text || !strings.Contains(got.text, `"Code":"AUTHENTICATION_FAILURE"`) {
		t.Errorf("a connector that fails is %s", got.text)
	}
	if strings.Contains(got.text, "canary") {
		t.Errorf("the secret is in %s", got.text)
	}
}

func TestAnUnknownProviderIsKeptWhole(t *testing.T) {
	h := opened(t)
	const inner = `{"AWSConfigConnectorArn":"arn:aws:config:eu-west-1:123456789012:connector/x","ScopeConfiguration":{"ScopeType":"SUBSCRIPTION","ScopeValues":["sub"]},"AzureRegions":["eastus"]}`
	made := h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"az","Provider":{"Azure":`+inner+`}}`).ok(t)
	if made.get("ConnectorStatus") != "UNKNOWN" || made.get("EnablementStatus") != "PENDING_ENABLEMENT" {
		t.Errorf("CreateConnectorV2 = %s", made.text)
	}
	path := "/connectorsv2/" + made.get("ConnectorId")
	if got := h.ask(t, access.Viewer, get, path, "").ok(t); !strings.Contains(got.text, `"ProviderDetail":{"Azure":`+inner+`}`) || got.get("EnablementStatusReason") == "" {
		t.Errorf("GetConnectorV2 = %s", got.text)
	}
	h.ask(t, access.Editor, patch, path, `{"Provider":{"Azure":{"AzureRegions":["westus"],"ScopeConfiguration":{"ScopeType":"TENANT"}}}}`).ok(t)
	if got := h.ask(t, access.Viewer, get, path, "").ok(t); !strings.Contains(got.text, `"AzureRegions":["westus"]`) || !strings.Contains(got.text, `"ScopeConfiguration":{"ScopeType":"TENANT"}`) ||
		!strings.Contains(got.text, `connector/x`) {
		t.Errorf("after the update it is %s", got.text)
	}
	h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"gcp","Provider":{"GoogleCloud":{"Later":[1,{"a":null}]}}}`).ok(t)
	if got := h.ask(t, access.Viewer, get, "/connectorsv2?ProviderName=GOOGLECLOUD", "").ok(t); !strings.Contains(got.text, `{"GoogleCloud":{"Later":[1,{"a":null}]}}`) {
		t.Errorf("ListConnectorsV2 = %s", got.text)
	}
}

func TestANameIsTakenOnce(t *testing.T) {
	h := opened(t)
	h.jira(t, "jira")
	h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"jira","Provider":{"JiraCloud":{}}}`).refused(t, 409, "ConflictException", "Name “jira” is already taken")
}

func TestAConnectorInUseIsNotDeleted(t *testing.T) {
	h := opened(t)
	id := h.jira(t, "jira")
	c, err := h.Find(t.Context(), admin, h.workspace.ID, connector.Scope{}, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.AddUse(t.Context(), admin, c.ID, connector.Use{Kind: "pipeline", Name: "deploy"}); err != nil {
		t.Fatal(err)
	}
	h.ask(t, access.Editor, remove, "/connectorsv2/"+id, "").refused(t, 409, "ConflictException", "pipeline “deploy”")
}

func TestTheQuota(t *testing.T) {
	h := opened(t, func(c *securityhubapi.Config) { c.Most = func(connector.Workspace) int { return 2 } })
	h.jira(t, "one")
	id := h.jira(t, "two")
	h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"three","Provider":{"JiraCloud":{}}}`).refused(t, 402, "ServiceQuotaExceededException", "has 2 connectors")
	h.ask(t, access.Editor, remove, "/connectorsv2/"+id, "").ok(t)
	h.jira(t, "three")
}

func TestAClientTokenHappensOnce(t *testing.T) {
	h := opened(t)
	first := h.ask(t, access.Editor, post, "/connectorsv2", `{"ClientToken":"t1","Name":"jira","Provider":{"JiraCloud":{"ProjectKey":"SEC"}},"Tags":{"a":"1","b":"2"}}`).ok(t)
	again := h.ask(t, access.Admin, post, "/connectorsv2", `{"Tags":{"b":"2","a":"1"},"Description":null,"Provider":{"JiraCloud":{"ProjectKey":"SEC"}},"Name":"jira","ClientToken":"t1"}`).ok(t)
	if first.text != again.text {
		t.Errorf("the same call again = %s, want %s", again.text, first.text)
	}
	h.ask(t, access.Editor, post, "/connectorsv2", `{"ClientToken":"t1","Name":"other","Provider":{"JiraCloud":{}}}`).refused(t, 409, "ConflictException", "ClientToken was used before")
	h.ask(t, access.Viewer, post, "/connectorsv2", `{"ClientToken":"t1","Name":"jira","Provider":{"JiraCloud":{"ProjectKey":"SEC"}},"Tags":{"a":"1","b":"2"}}`).refused(t, 403, "AccessDeniedException", "")
	rival := h.do(t, h.signed(t, h.rivalKey, post, "/connectorsv2", `{"ClientToken":"t1","Name":"other","Provider":{"JiraCloud":{}}}`)).ok(t)
	if rival.get("ConnectorId") == first.get("ConnectorId") {
		t.Error("another account's token found this account's answer")
	}
	if got := h.ask(t, access.Viewer, get, "/connectorsv2", ""); len(got.body["Connectors"].([]any)) != 1 {
		t.Errorf("the list is %s, want one connector", got.text)
	}
	// What failed was not kept: the token is still good.
	h.ask(t, access.Editor, post, "/connectorsv2", `{"ClientToken":"t2","Name":"jira","Provider":{"JiraCloud":{}}}`).refused(t, 409, "ConflictException", "already taken")
	h.ask(t, access.Editor, post, "/connectorsv2", `{"ClientToken":"t2","Name":"new","Provider":{"JiraCloud":{}}}`).ok(t)
}

func TestOneTokenSentManyTimesAtOnce(t *testing.T) {
	h := opened(t)
	const body = `{"ClientToken":"t","Name":"jira","Provider":{"JiraCloud":{}}}`
	var all sync.WaitGroup
	texts := make([]string, 8)
	for i := range texts {
		req := h.signed(t, h.keys[access.Editor], post, "/connectorsv2", body)
		all.Go(func() { texts[i] = h.do(t, req).text })
	}
	all.Wait()
	for _, text := range texts {
		if text != texts[0] || !strings.Contains(text, "ConnectorId") {
			t.Errorf("one of them answers %s, another %s", text, texts[0])
		}
	}
}

func TestUpdatesAtTheSameTimeAllHappen(t *testing.T) {
	h := opened(t)
	id := h.jira(t, "jira")
	var all sync.WaitGroup
	for i := range 4 {
		req := h.signed(t, h.keys[access.Editor], post, "/tags/"+escaped(arn(account, id)), `{"Tags":{"k`+strconv.Itoa(i)+`":"v"}}`)
		all.Go(func() {
			if got := h.do(t, req); got.status != 200 {
				t.Errorf("TagResource = %s", got.text)
			}
		})
	}
	all.Wait()
	if got := h.ask(t, access.Viewer, get, "/tags/"+escaped(arn(account, id)), ""); len(got.body["Tags"].(map[string]any)) != 4 {
		t.Errorf("tags = %s, want all four", got.text)
	}
}
