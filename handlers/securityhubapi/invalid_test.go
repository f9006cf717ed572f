package securityhubapi_test

import (
	"strings"
	"testing"

	"patchbay/access"
)

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
		{post, "/ticketsv2", `{"ConnectorId":"` + id + `","FindingMetadataUid":"` + strings.Repeat("u", 1025) + `"}`, "FindingMetadataUid: It must have at most 1024"},
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
