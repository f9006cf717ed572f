package securityhub

import (
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/wire"
)

var (
	here = connector.Workspace{Account: "123456789012", Region: "us-east-1"}
	noon = time.Date(2025, 12, 3, 11, 11, 12, 345e6, time.FixedZone("", 3600))
)

func mustParse(t *testing.T, text string) wire.Value {
	t.Helper()
	v, err := wire.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// kept is the connector of a draft.
func kept(d connector.Draft, h connector.Health) *connector.Connector {
	return &connector.Connector{Vendor: vendorID, Type: d.Type.Name, Identifier: "0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11", Name: d.Name,
		Description: d.Description, Tags: d.Tags, Spec: d.Spec, Extra: d.Extra, Created: noon, Updated: noon, Health: h}
}

func TestDecodeCreate(t *testing.T) {
	d, problems := DecodeCreate(mustParse(t, `{"ClientToken":"1308d8f6","Description":"d","KmsKeyArn":"arn:aws:kms:us-east-1:123456789012:key/1234",
		"Name":"jira é","Provider":{"JiraCloud":{"ProjectKey":"SEC","Later":{"b":1,"a":[2]},"AuthStatus":"ACTIVE","KmsKeyArn":"no"}},"Tags":{"team":"sec"}}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s := d.Spec.(*JiraCloud)
	if d.Name != "jira é" || d.Description != "d" || d.Tags.String() != "team:sec" || s.ProjectKey != "SEC" ||
		s.KMSKeyArn != "arn:aws:kms:us-east-1:123456789012:key/1234" {
		t.Errorf("draft = %+v, spec = %+v", d, s)
	}
	if s.AuthStatus != "" {
		t.Errorf("AuthStatus = %q, want what only the registry may say left out", s.AuthStatus)
	}
	if got := wire.Obj(d.Extra...).JSON(); got != `{"Later":{"b":1,"a":[2]}}` {
		t.Errorf("Extra = %s", got)
	}
	got := answer(here, kept(d, connector.Health{})).Get("ProviderDetail").JSON()
	if want := `{"JiraCloud":{"ProjectKey":"SEC","Later":{"b":1,"a":[2]}}}`; got != want {
		t.Errorf("ProviderDetail = %s, want %s", got, want)
	}
}

func TestDecodeCreateKeepsAnUnknownProvider(t *testing.T) {
	const azure = `{"Azure":{"AWSConfigConnectorArn":"arn:x","ScopeConfiguration":{"ScopeType":"SUBSCRIPTION","ScopeValues":["sub"]},"AzureRegions":["eastus"]}}`
	d, problems := DecodeCreate(mustParse(t, `{"Name":"az","Provider":`+azure+`}`))
	if len(problems) > 0 || d.Type.Name != "Azure" {
		t.Fatalf("DecodeCreate = %+v, %v", d, problems)
	}
	if p := Vendor().Validate(&d); len(p) > 0 {
		t.Errorf("Validate = %v", p)
	}
	c := kept(d, connector.Health{Status: connector.Unverified})
	if got := answer(here, c).Get("ProviderDetail").JSON(); got != azure {
		t.Errorf("ProviderDetail = %s, want %s", got, azure)
	}
	if got := create(here, &d).Body.Get("Provider").JSON(); got != azure {
		t.Errorf("Provider = %s, want %s", got, azure)
	}
	if got := Summary(here, c).Get("ProviderSummary").Get("ProviderName").Text(); got != "AZURE" {
		t.Errorf("ProviderName = %s", got)
	}
}

func TestDecodeCreateRefuses(t *testing.T) {
	tests := []struct{ name, body, field, want string }{
		{"an array", `[]`, "", "The body must be an object."},
		{"no provider", `{"Name":"x"}`, "Provider", "Provider is required."},
		{"two providers", `{"Provider":{"JiraCloud":{},"ServiceNow":{}}}`, "Provider", "Provider must be an object with exactly one member, such as JiraCloud or ServiceNow."},
		{"an empty provider", `{"Provider":{}}`, "Provider", "Provider must be an object with exactly one member, such as JiraCloud or ServiceNow."},
		{"a provider that is text", `{"Provider":{"JiraCloud":"x"}}`, "Provider", "Provider must be an object with exactly one member, such as JiraCloud or ServiceNow."},
		{"a number for a name", `{"Name":1,"Provider":{"JiraCloud":{}}}`, "Name", "Name must be a string."},
		{"a number for a key", `{"Provider":{"JiraCloud":{"ProjectKey":1}}}`, "ProjectKey", "Project key must be a string."},
		{"a number for the KMS key", `{"KmsKeyArn":1,"Provider":{"JiraCloud":{}}}`, kmsKey, "KMS key must be a string."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, problems := DecodeCreate(mustParse(t, tt.body))
			if got := problems.At(tt.field); got != tt.want {
				t.Errorf("DecodeCreate(%s) = %v, want %q", tt.body, problems, tt.want)
			}
			if d.Spec == nil {
				t.Error("the draft has no spec at all")
			}
		})
	}
}

func TestDecodeUpdate(t *testing.T) {
	old := kept(connector.Draft{Type: jiraCloud, Name: "jira", Description: "old", Spec: &JiraCloud{ProjectKey: "SEC", CloudID: "c", AuthStatus: AuthActive},
		Extra: []wire.Member{wire.M("Later", wire.Int(1))}}, connector.Health{})

	d, problems := DecodeUpdate(mustParse(t, `{"Description":"d2","Name":"no","Provider":{"JiraCloud":{"ProjectKey":"OPS","More":2}}}`), *old)
	s := d.Spec.(*JiraCloud)
	if len(problems) > 0 || d.Description != "d2" || d.Name != "jira" || s.ProjectKey != "OPS" || s.CloudID != "c" {
		t.Errorf("DecodeUpdate = %+v, %+v, %v", d, s, problems)
	}
	if got := wire.Obj(d.Extra...).JSON(); got != `{"Later":1,"More":2}` {
		t.Errorf("Extra = %s", got)
	}
	if was := old.Spec.(*JiraCloud); was.ProjectKey != "SEC" || len(old.Extra) != 1 {
		t.Errorf("the connector itself was altered: %+v, %v", was, old.Extra)
	}

	d, problems = DecodeUpdate(mustParse(t, `{}`), *old)
	if len(problems) > 0 || d.Description != "old" || d.Spec.(*JiraCloud).ProjectKey != "SEC" {
		t.Errorf("DecodeUpdate({}) = %+v, %v, want nothing changed", d, problems)
	}
	_, problems = DecodeUpdate(mustParse(t, `{"Provider":{"ServiceNow":{"SecretArn":"x"}}}`), *old)
	if want := "Provider must be JiraCloud, as when the connector was created."; problems.At("Provider") != want {
		t.Errorf("DecodeUpdate of another provider = %v, want %q", problems, want)
	}
}

func TestAnswerAndSummary(t *testing.T) {
	later := noon.Add(time.Minute)
	c := kept(connector.Draft{Type: jiraCloud, Name: "jira", Spec: &JiraCloud{ProjectKey: "SEC", CloudID: "c", Domain: "https://x.atlassian.net", AuthStatus: AuthFailed}},
		connector.Health{Status: connector.Failing, Since: later, Checked: later, Code: "JIRA_TOKEN_REFUSED", Summary: "No."})
	want := `{"ConnectorArn":"arn:aws:securityhub:us-east-1:123456789012:connectorv2/0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11",` +
		`"ConnectorId":"0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11","Name":"jira","CreatedAt":"2025-12-03T10:11:12.345Z","LastUpdatedAt":"2025-12-03T10:12:12.345Z",` +
		`"Health":{"ConnectorStatus":"FAILED_TO_CONNECT","LastCheckedAt":"2025-12-03T10:12:12.345Z","Message":"No.",` +
		`"Issues":[{"Code":"AUTHENTICATION_FAILURE","Message":"No."}]},` +
		`"ProviderDetail":{"JiraCloud":{"ProjectKey":"SEC","CloudId":"c","Domain":"https://x.atlassian.net","AuthStatus":"FAILED"}},"EnablementStatus":"ENABLED"}`
	if got := answer(here, c).JSON(); got != want {
		t.Errorf("answer =\n%s\nwant\n%s", got, want)
	}
	want = `{"ConnectorArn":"arn:aws:securityhub:us-east-1:123456789012:connectorv2/0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11",` +
		`"ConnectorId":"0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11","Name":"jira","ProviderSummary":{"ProviderName":"JIRA_CLOUD","ConnectorStatus":"FAILED_TO_CONNECT",` +
		`"ProviderConfiguration":{"JiraCloud":{"ProjectKey":"SEC","CloudId":"c","Domain":"https://x.atlassian.net","AuthStatus":"FAILED"}}},` +
		`"CreatedAt":"2025-12-03T10:11:12.345Z","EnablementStatus":"ENABLED"}`
	if got := Summary(here, c).JSON(); got != want {
		t.Errorf("Summary =\n%s\nwant\n%s", got, want)
	}
}

func TestCreatedBringsTheAddressToAuthorise(t *testing.T) {
	c := kept(connector.Draft{Type: jiraCloud, Name: "jira", Spec: &JiraCloud{AuthURL: "https://auth.example.com/?state=s"}}, connector.Health{Status: connector.Waiting})
	got := Created(here, c)
	if got.Get("AuthUrl").Text() != "https://auth.example.com/?state=s" || got.Get("ConnectorStatus").Text() != "PENDING_AUTHORIZATION" {
		t.Errorf("Created = %s", got)
	}
	other := Created(here, kept(*snow("dev", secret), connector.Health{Status: connector.Unverified}))
	if _, has := other.Lookup("AuthUrl"); has || other.Get("ConnectorStatus").Text() != "UNKNOWN" {
		t.Errorf("Created = %s", other)
	}
}

func TestStampIsISO8601(t *testing.T) {
	for _, at := range []time.Time{{}, noon, time.UnixMilli(0), time.Date(2026, 1, 2, 3, 4, 5, 6e6+999999, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)} {
		if got, want := stamp(at).Text(), at.UTC().Format("2006-01-02T15:04:05.000Z"); got != want {
			t.Errorf("stamp(%v) = %s, want %s", at, got, want)
		}
	}
}

func TestStatusWords(t *testing.T) {
	pending := &JiraCloud{}
	authorised := &JiraCloud{AuthStatus: AuthActive}
	tests := []struct {
		status connector.Status
		spec   connector.Spec
		want   string
	}{
		{connector.Healthy, pending, "CONNECTED"},
		{connector.Failing, pending, "FAILED_TO_CONNECT"},
		{connector.Degraded, pending, "DEGRADED"},
		{connector.Waiting, pending, "PENDING_AUTHORIZATION"},
		{connector.Waiting, authorised, "PENDING_CONFIGURATION"},
		{connector.Unverified, pending, "UNKNOWN"},
		{connector.Unverified, &connector.Opaque{}, "UNKNOWN"},
	}
	for _, tt := range tests {
		c := &connector.Connector{Spec: tt.spec, Health: connector.Health{Status: tt.status}}
		if got := StatusWord(c); got != tt.want {
			t.Errorf("StatusWord(%s, %+v) = %s, want %s", tt.status, tt.spec, got, tt.want)
		}
	}
}

func TestAuthStatusOfServiceNow(t *testing.T) {
	tests := []struct {
		health connector.Health
		want   string
	}{
		{connector.Health{Status: connector.Unverified}, AuthFailed},
		{connector.Health{Status: connector.Healthy}, AuthActive},
		{connector.Health{Status: connector.Failing, Code: "SERVICENOW_AUTH_REFUSED"}, AuthFailed},
		{connector.Health{Status: connector.Failing, Code: "SERVICENOW_TABLE"}, AuthActive},
	}
	for _, tt := range tests {
		got := providerDetail(kept(*snow("dev", secret), tt.health)).Get("ServiceNow").Get("AuthStatus").Text()
		if got != tt.want {
			t.Errorf("AuthStatus when %+v = %q, want %q", tt.health, got, tt.want)
		}
	}
}

func TestTerraform(t *testing.T) {
	if got := terraform(here, kept(connector.Draft{Type: typeOf("Azure"), Spec: &connector.Opaque{}}, connector.Health{})); got[0] != '#' {
		t.Errorf("terraform of an unknown type = %q, want a comment", got)
	}
	for name, want := range map[string]string{"Findings to Jira": "findings_to_jira", "1": "connector_1", "é": "connector", "a-b!": "a_b"} {
		if got := resourceName(name); got != want {
			t.Errorf("resourceName(%q) = %q, want %q", name, got, want)
		}
	}
}
