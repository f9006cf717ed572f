package securityhubapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
)

var here = connector.Workspace{ID: "w", Account: "123456789012", Region: "eu-west-1"}

func TestCanonicalKnowsTheSameCall(t *testing.T) {
	tests := []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":{"c":[1,2],"d":null}}`, `{"b":{"c":[1,2]},"a":1}`, true},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, false},
		{`{"a":"1"}`, `{"a":1}`, false},
		{`{"a":{"b":1}}`, `{"a":{},"b":1}`, false},
		{`{"a":"b\",\"c\":\"d"}`, `{"a":"b","c":"d"}`, false},
		{`{}`, `{"a":null}`, true},
	}
	for _, tt := range tests {
		a, _ := object([]byte(tt.a))
		b, _ := object([]byte(tt.b))
		if same := canonical(a) == canonical(b); same != tt.same {
			t.Errorf("canonical of %s and %s the same: %v, want %v", tt.a, tt.b, same, tt.same)
		}
	}
}

func TestEveryDifferenceNamesAnOperation(t *testing.T) {
	known := map[string]bool{"All": true}
	for _, op := range Operations() {
		known[op.Name] = true
	}
	for _, d := range Differences {
		if !known[d.Operation] || !strings.HasSuffix(d.What, ".") || !strings.HasSuffix(d.Why, ".") {
			t.Errorf("difference %+v", d)
		}
	}
}

// FuzzDecoders gives every decoder of the door a text that anybody may send. What is taken must come out again as it went in.
func FuzzDecoders(f *testing.F) {
	for _, seed := range []string{
		`{"ClientToken":"t","Name":"jira","Provider":{"JiraCloud":{"ProjectKey":"SEC"}},"Tags":{"team":"sec"}}`,
		`{"Name":"snow","Provider":{"ServiceNow":{"InstanceName":"dev12345","SecretArn":"arn:aws:secretsmanager:us-east-1:123456789012:secret:snow-AbCdEf"}}}`,
		`{"Name":"az","Provider":{"Azure":{"AWSConfigConnectorArn":"arn:x","ScopeConfiguration":{"ScopeType":"TENANT"},"AzureRegions":["eastus"]}}}`,
		`{"Description":"d2","Provider":{"JiraCloud":{"ProjectKey":null}}}`, `{"AuthCode":"c","AuthState":"st4te"}`, `[`, ``, `{"a":1,"a":2}`,
		"MaxResults=10&NextToken=abc%2B%2F%3D&ProviderName=JIRA_CLOUD", "/connectorsv2/arn%3Aaws%3Asecurityhub%3Aeu-west-1%3A123456789012%3Aconnectorv2/0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11",
		"arn:aws:securityhub:eu-west-1:123456789012:connectorv2/0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11", strings.Repeat("0", 96),
	} {
		f.Add(seed)
	}
	jira, _ := draftOf(mustParse(f, `{"Name":"jira","Provider":{"JiraCloud":{}}}`))
	other, _ := draftOf(mustParse(f, `{"Name":"az","Provider":{"Azure":{"AWSConfigConnectorArn":"arn:x"}}}`))
	olds := []connector.Connector{{Type: jira.Type.Name, Name: "jira", Spec: jira.Spec}, {Type: azure, Name: "az", Spec: other.Spec, Extra: other.Extra}}
	f.Fuzz(func(t *testing.T, text string) {
		if body, wrong := object([]byte(text)); len(wrong) == 0 {
			if d, problems := draftOf(body); len(problems) == 0 {
				c := connector.Connector{Type: d.Type.Name, Name: d.Name, Spec: d.Spec, Extra: d.Extra}
				if _, err := wire.Parse(securityhub.Summary(here, &c).JSON()); err != nil {
					t.Errorf("what was taken from %q cannot be answered: %v", text, err)
				}
				named(&d, securityhub.Vendor().Validate(&d))
			}
			for _, old := range olds {
				changeOf(body, old)
			}
			required(body, "AuthCode", "AuthState")
			clientToken(body)
			tagsOf(body.Get("Tags"))
			canonical(body)
		}
		if l, problems := listingOf(text, here, nil); len(problems) == 0 && (l.size < 1 || l.size > largestPage) {
			t.Errorf("a page of %d is taken from %q", l.size, text)
		}
		for _, read := range []func(connector.Workspace, string) (string, error){identifier, resource} {
			if id, err := read(here, text); err == nil && text != id && text != securityhub.ARN(here, id) {
				t.Errorf("%q is taken for the connector %s", text, id)
			}
		}
		if id := securityhub.StateFor(text); id != "" && !securityhub.IsIdentifier(id) {
			t.Errorf("the state %q names %q", text, id)
		}
		if u, err := url.ParseRequestURI(Prefix + text); err == nil {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
				route(&http.Request{Method: method, URL: u})
			}
		}
		(listing{}).cursor(here, text)
	})
}

func mustParse(f *testing.F, text string) wire.Value {
	f.Helper()
	v, err := wire.Parse(text)
	if err != nil {
		f.Fatal(err)
	}
	return v
}
