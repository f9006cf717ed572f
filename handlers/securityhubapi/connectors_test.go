package securityhubapi_test

import (
	"context"
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

func TestWhatIsRefusedAsInvalid(t *testing.T) {
	h := opened(t)
	h.secret(t)
	id, azure := h.jira(t, "jira"), "/connectorsv2/"
	const az = `{"AWSConfigConnectorArn":"arn:x","ScopeConfiguration":{"ScopeType":"TENANT"},"AzureRegions":["eastus"]}`
	azure += h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"az","Provider":{"Azure":`+az+`}}`).ok(t).get("ConnectorId")
	one, tags := "/connectorsv2/"+id, "/tags/"+escaped(arn(account, id))
	long := strings.Repeat("x", 300)
	many := strings.TrimSuffix(strings.Repeat(`"r",`, 101), ",")
	tests := []struct{ method, path, body, want string }{
		{post, "/connectorsv2", ``, "The body must be one JSON object"},
		{post, "/connectorsv2", `[]`, "The body must be one JSON object"},
		{post, "/connectorsv2", `{"Name":"a","Name":"b"}`, "comes twice"},
		{post, "/connectorsv2", `{}`, "Provider: Provider is required."},
		{post, "/connectorsv2", `{"Provider":{"JiraCloud":{}}}`, "Name: Name is required."},
		{post, "/connectorsv2", `{"Name":"","Provider":{"JiraCloud":{}}}`, "Name: It must have at least one character"},
		{post, "/connectorsv2", `{"Name":" ","Provider":{"JiraCloud":{}}}`, "Name: It must have at least one character"},
		{post, "/connectorsv2", `{"Name":7,"Provider":{"JiraCloud":{}}}`, "Name: Name must be a string."},
		{post, "/connectorsv2", `{"Name":"` + long + `","Provider":{"JiraCloud":{}}}`, "Name: Name must have at most 64"},
		{post, "/connectorsv2", `{"Name":"n","Description":"","Provider":{"JiraCloud":{}}}`, "Description: It must have"},
		{post, "/connectorsv2", `{"Name":"n","Description":"` + long + `","Provider":{"JiraCloud":{}}}`, "Description: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{},"ServiceNow":{}}}`, "exactly one member"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{}}`, "exactly one member"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{"ProjectKey":"s"}}}`, "Provider.JiraCloud.ProjectKey: Project key must"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{"ProjectKey":""}}}`, "Provider.JiraCloud.ProjectKey: It must"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"ServiceNow":{}}}`, "Provider.ServiceNow.InstanceName: Instance is required. Provider.ServiceNow.SecretArn:"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"ServiceNow":{"InstanceName":"dev","SecretArn":"` + secret + `x"}}}`, "Provider.ServiceNow.SecretArn: "},
		{post, "/connectorsv2", `{"Name":"n","KmsKeyArn":"x","Provider":{"JiraCloud":{}}}`, "KmsKeyArn: KMS key must"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"Tags":{"aws:x":""}}`, "Tags: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"Tags":{"a b":""}}`, "Tags: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"Tags":{"a":null}}`, "Tags: Every value must be a string."},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"Tags":{"a":"` + long + `"}}`, "Tags: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"Tags":[]}`, "Tags: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"ClientToken":""}`, "ClientToken: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"ClientToken":"a b"}`, "ClientToken: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"ClientToken":"` + long[:64] + `"}`, "ClientToken: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"JiraCloud":{}},"ClientToken":5}`, "ClientToken: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"<b>":{}}}`, "Provider: Its member must be named"},
		{post, "/connectorsv2", `{"Name":"n","KmsKeyArn":"arn:aws:kms:eu-west-1:123456789012:key/1234","Provider":{"Azure":` + az + `}}`, "KmsKeyArn: A key cannot"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"Azure":{}}}`, "Provider.Azure.AWSConfigConnectorArn: It is required"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"Azure":{}}}`, "Provider.Azure.AzureRegions: It is required"},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"Azure":` + strings.Replace(az, `"eastus"`, many, 1) + `}}`, "Provider.Azure.AzureRegions: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"Azure":` + strings.Replace(az, `TENANT`, `ROOM`, 1) + `}}`, "Provider.Azure.ScopeConfiguration.ScopeType: "},
		{post, "/connectorsv2", `{"Name":"n","Provider":{"Azure":` + strings.Replace(az, `"TENANT"`, `"TENANT","ScopeValues":[" "]`, 1) + `}}`, "ScopeValues: "},
		{patch, azure, `{"Provider":{"Azure":{"AzureRegions":["westus"]}}}`, "Provider.Azure.ScopeConfiguration.ScopeType: It is required"},
		{patch, azure, `{"Provider":{"Azure":{"AWSConfigConnectorArn":"arn:y","AzureRegions":["w"],"ScopeConfiguration":{"ScopeType":"TENANT"}}}}`, "It cannot change"},
		{patch, one, ``, "The body must be one JSON object"},
		{patch, one, `{"Description":" "}`, "Description: It must"},
		{patch, one, `{"Provider":{"ServiceNow":{"SecretArn":"` + secret + `"}}}`, "Provider: Provider must be JiraCloud"},
		{patch, one, `{"Provider":{"JiraCloud":{"ProjectKey":"x"}}}`, "Provider.JiraCloud.ProjectKey: "},
		{patch, "/connectorsv2/register", `{}`, "ConnectorId: "},
		{get, "/connectorsv2/register", ``, "ConnectorId: "},
		{get, "/connectorsv2/a/b%20c", ``, "ConnectorId: "},
		{get, "/connectorsv2/%20", ``, "ConnectorId: "},
		{get, "/connectorsv2/" + strings.ToUpper(unknown), ``, "ConnectorId: "},
		{get, "/connectorsv2/arn%3Aaws%3Asecurityhub%3Aeu-west-1%3A123456789012%3Aconnector-v2/" + unknown, ``, "ConnectorId: "},
		{remove, "/connectorsv2/x", ``, "ConnectorId: "},
		{get, "/connectorsv2?MaxResults=0", ``, "MaxResults: "},
		{get, "/connectorsv2?MaxResults=101", ``, "MaxResults: "},
		{get, "/connectorsv2?MaxResults=", ``, "MaxResults: "},
		{get, "/connectorsv2?MaxResults=1&MaxResults=2", ``, "MaxResults: It can be given once."},
		{get, "/connectorsv2?NextToken=abc", ``, "NextToken: "},
		{get, "/connectorsv2?ProviderName=JiraCloud", ``, "ProviderName: It must be JIRA_CLOUD, SERVICENOW or AZURE."},
		{get, "/connectorsv2?ProviderName=", ``, "ProviderName: "},
		{get, "/connectorsv2?ConnectorStatus=connected", ``, "ConnectorStatus: "},
		{get, "/connectorsv2?EnablementStatus=DISABLED", ``, "EnablementStatus: "},
		{post, "/connectorsv2/register", `{"AuthCode":"c"}`, "AuthState: It is required."},
		{post, "/connectorsv2/register", `{"AuthCode":" ","AuthState":"s"}`, "AuthCode: It must have"},
		{post, "/connectorsv2/registrations", `{"AuthCode":1,"AuthState":"s"}`, "AuthCode: It must be a string."},
		{post, "/ticketsv2", `{"FindingMetadataUid":"u"}`, "ConnectorId: It is required."},
		{post, "/ticketsv2", `{"ConnectorId":"` + id + `","FindingMetadataUid":""}`, "FindingMetadataUid: It must have"},
		{post, "/ticketsv2", `{"ConnectorId":"` + id + `","FindingMetadataUid":"u","Mode":"WET"}`, "Mode: "},
		{post, "/ticketsv2", `{"ConnectorId":"` + id + `","FindingMetadataUid":"u","ClientToken":"é"}`, "ClientToken: "},
		{post, "/ticketsv2", `{"ConnectorId":"x","FindingMetadataUid":"u"}`, "ConnectorId: "},
		{post, tags, `{}`, "Tags: It is required."},
		{post, tags, `{"Tags":{}}`, "Tags: It must be an object of 1 to 50"},
		{post, tags, `{"Tags":{"k":1}}`, "Tags: Every value must be a string."},
		{post, tags, `{"Tags":{"aws:k":""}}`, "Tags: "},
		{post, "/tags/x", `{"Tags":{"k":"v"}}`, "ResourceArn: "},
		{get, "/tags/arn%3Aaws%3As3%3A%3A%3Abucket", ``, "ResourceArn: "},
		{remove, tags, ``, "tagKeys: "},
		{remove, tags + "?tagKeys=", ``, "tagKeys: "},
		{remove, tags + "?" + strings.Repeat("tagKeys=k&", 51), ``, "tagKeys: "},
	}
	for _, tt := range tests {
		name := "ValidationException"
		if strings.HasPrefix(tt.path, "/tags/") {
			name = "InvalidInputException"
		}
		t.Run(tt.method+" "+tt.path+" "+tt.body[:min(len(tt.body), 60)], func(t *testing.T) {
			h.ask(t, access.Editor, tt.method, tt.path, tt.body).refused(t, 400, name, tt.want)
		})
	}
	if got := h.ask(t, access.Viewer, get, "/connectorsv2", ""); len(got.body["Connectors"].([]any)) != 2 {
		t.Errorf("after all refusals the list is %s, want the two connectors", got.text)
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

func TestTags(t *testing.T) {
	h := opened(t)
	path := "/tags/" + escaped(arn(account, h.jira(t, "jira")))
	if got := h.ask(t, access.Viewer, get, path, "").ok(t); got.text != `{"Tags":{}}` {
		t.Errorf("ListTagsForResource = %s", got.text)
	}
	if got := h.ask(t, access.Editor, post, path, `{"Tags":{"team":"sec","a-b":"1","a:b":""}}`).ok(t); got.text != "{}" {
		t.Errorf("TagResource = %s", got.text)
	}
	h.ask(t, access.Editor, post, path, `{"Tags":{"team":"ops; 100 %"}}`).ok(t)
	if got := h.ask(t, access.Viewer, get, path, ""); got.text != `{"Tags":{"a-b":"1","a:b":"","team":"ops; 100 %"}}` {
		t.Errorf("ListTagsForResource = %s", got.text)
	}
	if got := h.ask(t, access.Editor, remove, path+"?tagKeys=a-b&tagKeys=a%3Ab&tagKeys=none", "").ok(t); got.text != "{}" {
		t.Errorf("UntagResource = %s", got.text)
	}
	if got := h.ask(t, access.Viewer, get, path, ""); got.text != `{"Tags":{"team":"ops; 100 %"}}` {
		t.Errorf("ListTagsForResource = %s", got.text)
	}
	var more []string
	for i := range 50 {
		more = append(more, `"k`+strconv.Itoa(i)+`":""`)
	}
	h.ask(t, access.Editor, post, path, `{"Tags":{`+strings.Join(more, ",")+`}}`).refused(t, 400, "InvalidInputException", "at most 50")
}

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
type tracker struct{ opened int }

func (k *tracker) Open(_ context.Context, _ connector.Workspace, c connector.Connector, finding string, try bool) (string, string, error) {
	k.opened++
	if try {
		finding = "a sample"
	}
	return c.Name + "-" + strconv.Itoa(k.opened), "https://tickets.example.com/" + finding, nil
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
	if again := h.ask(t, access.Editor, post, "/ticketsv2", body).ok(t); again.text != first.text || k.opened != 1 {
		t.Errorf("the same call again = %s after %d tickets", again.text, k.opened)
	}
	h.ask(t, access.Editor, post, "/ticketsv2", strings.Replace(body, "uid-1", "uid-2", 1)).refused(t, 409, "ConflictException", "ClientToken")
	if dry := ask(id).ok(t); dry.get("TicketSrcUrl") != "https://tickets.example.com/a sample" {
		t.Errorf("a dry run = %s", dry.text)
	}
}
