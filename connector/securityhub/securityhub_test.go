package securityhub

import (
	"strings"
	"testing"

	"patchbay/connector"
)

const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ServiceNow-AbCdEf"

func jira(key string) *connector.Draft {
	return &connector.Draft{Type: jiraCloud, Name: "jira", Spec: &JiraCloud{ProjectKey: key}}
}

func snow(instance, arn string) *connector.Draft {
	return &connector.Draft{Type: serviceNow, Name: "snow", Spec: &ServiceNow{InstanceName: instance, SecretArn: arn}}
}

func TestRules(t *testing.T) {
	long := strings.Repeat("x", 300)
	kms := func(arn string) *connector.Draft {
		d := jira("SEC")
		d.Spec.(*JiraCloud).KMSKeyArn = arn
		return d
	}
	tagged := func(key, value string) *connector.Draft {
		d := jira("SEC")
		d.Tags = connector.Tags{{Key: key, Value: value}}
		return d
	}
	named := func(name, description string) *connector.Draft {
		d := jira("SEC")
		d.Name, d.Description = name, description
		return d
	}
	var fifty connector.Tags
	for i := range 51 {
		fifty = fifty.With("k"+strings.Repeat("x", i), "")
	}
	full := jira("SEC")
	full.Tags = fifty
	tests := []struct {
		name  string
		draft *connector.Draft
		field string
		want  string // part of the sentence; "" means fine
	}{
		{"a project key", jira("SEC"), "ProjectKey", ""},
		{"no project key yet", jira(""), "ProjectKey", ""},
		{"a key with digits", jira("A1_B"), "ProjectKey", ""},
		{"a key of one letter", jira("S"), "ProjectKey", "2 to 10 characters"},
		{"a key of eleven letters", jira("ABCDEFGHIJK"), "ProjectKey", "2 to 10 characters"},
		{"a key in small letters", jira("sec"), "ProjectKey", "2 to 10 characters"},
		{"a key with a space", jira("SE C"), "ProjectKey", "2 to 10 characters"},
		{"a key that begins with a digit", jira("1SEC"), "ProjectKey", "2 to 10 characters"},
		{"no name", named("", ""), "name", "Name is required."},
		{"a name of spaces", named("  ", ""), "name", "only spaces"},
		{"a long name", named(long[:65], ""), "name", "at most 64"},
		{"a long description", named("n", long[:257]), "description", "at most 256"},
		{"an instance's name", snow("dev12345", secret), "InstanceName", ""},
		{"an instance's address", snow("https://dev12345.service-now.com/nav", secret), "InstanceName", ""},
		{"no instance", snow("", secret), "InstanceName", "Instance is required."},
		{"an instance without encryption", snow("http://dev12345.service-now.com", secret), "InstanceName", "must be an instance's name"},
		{"an instance with a user", snow("https://a@b.service-now.com", secret), "InstanceName", "must be an instance's name"},
		{"a long instance", snow(long[:129], secret), "InstanceName", "at most 128"},
		{"no credentials", snow("dev", ""), "SecretArn", "Credentials secret is required."},
		{"a secret by name", snow("dev", "ServiceNow"), "SecretArn", "must be the ARN of a secret"},
		{"a secret of another service", snow("dev", "arn:aws:ssm:us-east-1:123456789012:secret:x"), "SecretArn", "must be the ARN of a secret"},
		{"a secret in China", snow("dev", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x"), "SecretArn", ""},
		{"a secret of a short account", snow("dev", "arn:aws:secretsmanager:us-east-1:12345:secret:x"), "SecretArn", "must be the ARN of a secret"},
		{"a long ARN", snow("dev", secret+strings.Repeat("x", 2048)), "SecretArn", "must be the ARN of a secret"},
		{"a KMS key", kms("arn:aws:kms:us-east-1:123456789012:key/1234"), kmsKey, ""},
		{"a secret for a KMS key", kms(secret), kmsKey, "must be the ARN of a KMS key"},
		{"a tag with all that the range allows", tagged("a+,-./09:;<=_", "any; value"), "tags", ""},
		{"a tag of AWS", tagged("aws:x", ""), "tags", "must not start with aws:"},
		{"a tag with a space", tagged("a b", ""), "tags", "must have only letters"},
		{"a tag with an at sign", tagged("a@b", ""), "tags", "must have only letters"},
		{"a long tag key", tagged(long[:129], ""), "tags", "1 to 128 characters"},
		{"a long tag value", tagged("a", long[:257]), "tags", "at most 256 characters"},
		{"51 tags", full, "tags", "at most 50"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Vendor().Validate(tt.draft).At(tt.field)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("Validate says of %s %q, want %q", tt.field, got, tt.want)
			}
		})
	}
}

func TestAddressOfAnInstance(t *testing.T) {
	tests := []struct{ in, want string }{
		{"dev12345", "https://dev12345.service-now.com"},
		{"Dev12345.Service-Now.com", "https://dev12345.service-now.com"},
		{"https://dev12345.service-now.com/", "https://dev12345.service-now.com"},
		{"https://dev12345.service-now.com/nav_to.do?x#y", "https://dev12345.service-now.com"},
		{"https://snow.example.com:8443/", "https://snow.example.com:8443"},
		{"snow.example.com:8443", "https://snow.example.com:8443"},
		{"http://dev12345.service-now.com", ""},
		{"ftp://x", ""},
		{"127.1", ""},
		{"0x7f000001", "https://0x7f000001.service-now.com"}, // a bare name, so never an address
		{`evil.example.com\.service-now.com`, ""},
		{"evil.example.com/.service-now.com", ""},
		{"a@b.example.com", ""},
		{"a b", ""},
		{"[2001:db8::1]", "https://[2001:db8::1]"},
		{"x.example.com:99999", ""},
		{"x.example.com:", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := (&ServiceNow{InstanceName: tt.in}).Address(); got != tt.want {
			t.Errorf("Address of %q = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestChecks(t *testing.T) {
	j := &JiraCloud{ProjectKey: "SEC", CloudID: "c"}
	if got, want := j.Check(), connector.Check(connector.ReadJira{CloudID: "c", ProjectKey: "SEC"}); got != want {
		t.Errorf("Check() = %#v, want %#v", got, want)
	}
	s := &ServiceNow{InstanceName: "dev", SecretArn: secret}
	want := connector.Check(connector.ReadServiceNow{Address: "https://dev.service-now.com", Client: connector.Kept("SecretArn", secret)})
	if got := s.Check(); got != want {
		t.Errorf("Check() = %#v, want %#v", got, want)
	}
}

func TestJiraBeginsWaiting(t *testing.T) {
	tests := []struct {
		spec JiraCloud
		want connector.Status
	}{
		{JiraCloud{ProjectKey: "SEC"}, connector.Waiting},
		{JiraCloud{AuthStatus: AuthFailed, ProjectKey: "SEC"}, connector.Waiting},
		{JiraCloud{AuthStatus: AuthActive}, connector.Waiting},
		{JiraCloud{AuthStatus: AuthActive, ProjectKey: "SEC"}, connector.Unverified},
	}
	for _, tt := range tests {
		if got, text := connector.Starting(&tt.spec).Start(); got != tt.want || (got == connector.Waiting) != (text != "") {
			t.Errorf("Start() of %+v = %s, %q, want %s", tt.spec, got, text, tt.want)
		}
	}
}

func TestGive(t *testing.T) {
	n := 0
	uuids := connector.Giver{UUID: func() string {
		n++
		return "0000000" + string(rune('0'+n)) + "-0000-4000-8000-000000000000"
	}}
	d := jira("SEC")
	if err := give(d, uuids); err != nil {
		t.Fatal(err)
	}
	if d.Identifier != "00000001-0000-4000-8000-000000000000" {
		t.Errorf("Identifier = %q", d.Identifier)
	}
	url := d.Spec.(*JiraCloud).AuthURL
	if !strings.Contains(url, "&state=000000010000400080000000000000000000000200004000800000000000000000000003000040008000000000000000&") || connector.HTTPSURL(url) != "" {
		t.Errorf("AuthURL = %q, want an address with its state", url)
	}
	other := snow("dev", secret)
	if err := give(other, uuids); err != nil || other.Identifier == "" {
		t.Errorf("give = %v, Identifier = %q", err, other.Identifier)
	}
}

func TestAuthURL(t *testing.T) {
	want := "https://auth.atlassian.com/authorize?audience=api.atlassian.com&client_id=a%26b" +
		"&scope=read%3Ajira-work%20write%3Ajira-work%20read%3Ajira-user%20offline_access" +
		"&redirect_uri=https%3A%2F%2Fp.example.com%2Fcallback&state=s&response_type=code&prompt=consent"
	if got := AuthURL("a&b", "https://p.example.com/callback", "s"); got != want {
		t.Errorf("AuthURL = %s, want %s", got, want)
	}
}

func TestARN(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1":     "arn:aws:securityhub:us-east-1:123456789012:connectorv2/id",
		"cn-north-1":    "arn:aws-cn:securityhub:cn-north-1:123456789012:connectorv2/id",
		"us-gov-west-1": "arn:aws-us-gov:securityhub:us-gov-west-1:123456789012:connectorv2/id",
	} {
		if got := ARN(connector.Workspace{Account: "123456789012", Region: region}, "id"); got != want {
			t.Errorf("ARN in %s = %s, want %s", region, got, want)
		}
	}
}

func TestWhatTheRegistryGives(t *testing.T) {
	for typ, want := range map[string]string{"JiraCloud": "CloudId Domain AuthUrl AuthStatus", "ServiceNow": "AuthStatus"} {
		var given []string
		for _, f := range typeOf(typ).New().Fields() {
			if f.Given {
				given = append(given, f.Name)
			}
		}
		if got := strings.Join(given, " "); got != want {
			t.Errorf("the registry gives a %s connector %q, want %q", typ, got, want)
		}
	}
}

func TestWhatCannotChange(t *testing.T) {
	before, after := snow("dev", secret), snow("prod", secret+"2")
	before.Name, after.Name = "a", "b"
	after.Spec.(*ServiceNow).KMSKeyArn = "arn:aws:kms:us-east-1:123456789012:key/1"
	v := Vendor()
	got := connector.Changed(v.All(before), v.All(after))
	for _, field := range []string{"name", "InstanceName", kmsKey} {
		if got.At(field) == "" {
			t.Errorf("%s may change", field)
		}
	}
	if len(got) != 3 {
		t.Errorf("Changed = %v, want three fields", got)
	}
}
