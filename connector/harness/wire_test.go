package harness

import (
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/wire"
)

func TestDecodeV1(t *testing.T) {
	d, problems := DecodeV1(mustParse(t, `{"connector":{"name":"Retail Git","identifier":"retail_git","org":"retail","project":null,
		"tags":{"team":"platform","x":null},"unknown":{"a":1},"spec":{"type":"GitHttpEncrypted","url":"https://git.example.test/retail",
		"connection_type":"Account","username_ref":"org.git_user","password_ref":"org.git_token","validation_repo":"checkout.git",
		"delegate_selectors":["eu-west","eu-west"],"execute_on_delegate":null,"stray":true}}}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s, ok := d.Spec.(*GitHTTPEncrypted)
	if !ok || d.Type.Name != "GitHttpEncrypted" {
		t.Fatalf("Spec = %T, Type = %s", d.Spec, d.Type.Name)
	}
	if d.Scope != (connector.Scope{Org: "retail"}) || d.Tags.String() != "team:platform\nx" || len(d.Extra) > 0 {
		t.Errorf("draft = %+v", d)
	}
	if !s.ExecuteOnDelegate || len(s.DelegateSelectors) != 1 || s.ValidationRepo != "checkout.git" {
		t.Errorf("spec = %+v, want the default of what was not said, and a set of selectors", s)
	}
	if p := Vendor().Validate(&d); len(p) > 0 {
		t.Errorf("Validate = %v, want no problems", p)
	}
}

func TestDecodeV1TakesTheDefaults(t *testing.T) {
	d, problems := DecodeV1(mustParse(t, `{"connector":{"spec":{"type":"AzureClientSecretKey"}}}`))
	if s := d.Spec.(*AzureClientSecretKey); len(problems) > 0 || s.EnvironmentType != "AZURE" || !s.ExecuteOnDelegate {
		t.Errorf("DecodeV1 = %+v, %v", d.Spec, problems)
	}
}

func TestDecodeV1Refuses(t *testing.T) {
	tests := []struct{ name, body, field, want string }{
		{"an array", `[]`, "connector", "Connector is required and must be an object."},
		{"no connector", `{}`, "connector", "Connector is required and must be an object."},
		{"no spec", `{"connector":{}}`, "spec", "Spec is required and must be an object."},
		{"no type", `{"connector":{"spec":{}}}`, "type", "Type must be GitHttp, "},
		{"an unknown type", `{"connector":{"spec":{"type":"Github"}}}`, "type", "Type must be GitHttp, "},
		{"a number for a name", `{"connector":{"name":1,"spec":{"type":"GitHttp"}}}`, "name", "Name must be a string."},
		{"a word for a flag", `{"connector":{"spec":{"type":"GitHttp","execute_on_delegate":"yes"}}}`, "execute_on_delegate", "Run on a delegate must be true or false."},
		{"a word for a list", `{"connector":{"spec":{"type":"GitHttp","delegate_selectors":"x"}}}`, "delegate_selectors", "Delegate selectors must be an array of strings."},
		{"tags that are no strings", `{"connector":{"tags":{"a":1},"spec":{"type":"GitHttp"}}}`, "tags", "Tags must be an object of strings."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, problems := DecodeV1(mustParse(t, tt.body))
			if got := problems.At(tt.field); !strings.HasPrefix(got, tt.want) {
				t.Errorf("DecodeV1(%s) = %v, want %q of %s", tt.body, problems, tt.want, tt.field)
			}
			if d.Spec == nil {
				t.Error("the draft has no spec at all")
			}
		})
	}
}

func TestPath(t *testing.T) {
	for want, at := range map[string]connector.Scope{
		"/v1/connectors":                               {},
		"/v1/orgs/retail/connectors":                   {Org: "retail"},
		"/v1/orgs/re%20tail/projects/check/connectors": {Org: "re tail", Project: "check"},
	} {
		if got := Path(at); got != want {
			t.Errorf("Path(%v) = %q, want %q", at, got, want)
		}
	}
}

func TestStatusOfAnAnswer(t *testing.T) {
	at := time.UnixMilli(1767225690000)
	tests := []struct {
		health connector.Health
		want   string
	}{
		{connector.Health{Status: connector.Healthy, Checked: at, Proven: at},
			`{"status":"SUCCESS","errors":[],"tested_at":1767225690000,"connected_at":1767225690000}`},
		{connector.Health{Status: connector.Degraded, Checked: at, Summary: "slow"},
			`{"status":"SUCCESS","errors":[],"tested_at":1767225690000,"connected_at":0}`},
		{connector.Health{Status: connector.Unverified}, `{"status":"UNKNOWN","errors":[],"tested_at":0,"connected_at":0}`},
		{connector.Health{Status: connector.Waiting}, `{"status":"UNKNOWN","errors":[],"tested_at":0,"connected_at":0}`},
		{connector.Health{Status: connector.Failing, Checked: at, Summary: "No."},
			`{"status":"FAILURE","errors":[{"reason":"Unexpected Error","message":"No.","code":450}],` +
				`"error_summary":"Error Encountered (No.)","tested_at":1767225690000,"connected_at":0}`},
	}
	for _, tt := range tests {
		if got := statusBody(tt.health).JSON(); got != tt.want {
			t.Errorf("status of %s = %s, want %s", tt.health.Status, got, tt.want)
		}
	}
}

func TestEntityForm(t *testing.T) {
	const where = `"delegateSelectors":["eu"],"executeOnDelegate":true`
	delegate := Delegate{Selectors{[]string{"eu"}}, true}
	tests := []struct {
		typ  connector.Type
		spec connector.Spec
		want string // type and spec
	}{
		{gitHTTP, &GitHTTP{Git{"https://h/a", "main", "Account", "r"}, "u", "p", delegate},
			`"type":"Git","spec":{"url":"https://h/a","connectionType":"Account","type":"Http","spec":{"username":"u","passwordRef":"p"},` +
				`"validationRepo":"r","branchName":"main",` + where + `}`},
		{gitSSH, &GitSSH{Git{URL: "git@h:a", Reach: "Repo"}, "k", delegate},
			`"type":"Git","spec":{"url":"git@h:a","connectionType":"Repo","type":"Ssh","spec":{"sshKeyRef":"k"},` + where + `}`},
		{artifactory, &Artifactory{Server{"https://h"}, "u", "p", delegate},
			`"type":"Artifactory","spec":{"artifactoryServerUrl":"https://h","auth":{"type":"UsernamePassword","spec":{"username":"u","passwordRef":"p"}},` + where + `}`},
		{artifactoryAnonymous, &ArtifactoryAnonymous{Server{"https://h"}, delegate},
			`"type":"Artifactory","spec":{"artifactoryServerUrl":"https://h","auth":{"type":"Anonymous"},` + where + `}`},
		{appDynamicsClientID, &AppDynamicsClientID{Controller{"c1", "https://h/"}, "i", "s", delegate.Selectors},
			`"type":"AppDynamics","spec":{"accountname":"c1","controllerUrl":"https://h/","authType":"ApiClientToken","clientId":"i","clientSecretRef":"s","delegateSelectors":["eu"]}`},
		{azureClientSecretKey, &AzureClientSecretKey{publicCloud, Application{"a", "t"}, "s", delegate},
			`"type":"Azure","spec":{"azureEnvironmentType":"AZURE","credential":{"type":"ManualConfig","spec":{"applicationId":"a","tenantId":"t",` +
				`"auth":{"type":"Secret","spec":{"secretRef":"s"}}}},` + where + `}`},
		{azureUserIdentity, &AzureUserIdentity{publicCloud, "i", delegate},
			`"type":"Azure","spec":{"azureEnvironmentType":"AZURE","credential":{"type":"InheritFromDelegate","spec":{` +
				`"auth":{"type":"UserAssignedManagedIdentity","spec":{"clientId":"i"}}}},` + where + `}`},
		{azureSystemIdentity, &AzureSystemIdentity{publicCloud, delegate},
			`"type":"Azure","spec":{"azureEnvironmentType":"AZURE","credential":{"type":"InheritFromDelegate","spec":{` +
				`"auth":{"type":"SystemAssignedManagedIdentity"}}},` + where + `}`},
	}
	for _, tt := range tests {
		c := &connector.Connector{Type: tt.typ.Name, Name: "N", Identifier: "n", Scope: connector.Scope{Org: "retail"}, Spec: tt.spec}
		want := `{"connector":{"name":"N","identifier":"n","orgIdentifier":"retail",` + tt.want + `}}`
		if got := EntityForm(c).JSON(); got != want {
			t.Errorf("EntityForm of %s =\n%s\nwant\n%s", tt.typ.Name, got, want)
		}
	}
}

func TestTerraformQuotesTemplates(t *testing.T) {
	c := &connector.Connector{Type: "ArtifactoryAnonymous", Name: "n", Identifier: "a$b", Description: `say "${x}" %{if}`,
		Spec: &ArtifactoryAnonymous{Server: Server{"https://h"}}}
	got := terraform(connector.Workspace{}, c)
	for _, want := range []string{`"harness_platform_connector_artifactory" "a_b"`, `identifier          = "a$b"`, `"say \"$${x}\" %%{if}"`} {
		if !strings.Contains(got, want) {
			t.Errorf("terraform = %s\nwant it to have %s", got, want)
		}
	}
	if strings.Contains(got, "credentials") {
		t.Errorf("terraform of an anonymous connector has credentials: %s", got)
	}
	unknown := terraform(connector.Workspace{}, &connector.Connector{Type: "Github", Spec: &connector.Opaque{}})
	if !strings.HasPrefix(unknown, "# ") {
		t.Errorf("terraform of an unknown type = %q, want a comment", unknown)
	}
}

func TestAnswerOfAnUnknownTypeStands(t *testing.T) {
	c := &connector.Connector{Type: "Github", Name: "n", Identifier: "n", Spec: &connector.Opaque{}}
	if got := answer(connector.Workspace{}, c).Get("connector").Get("spec"); got.JSON() != `{"type":"Github"}` || got.Kind() != wire.Object {
		t.Errorf("spec = %s", got)
	}
}
