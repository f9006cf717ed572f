package catalog_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/wire"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// golden is one connector of each type, as somebody fills in the form.
type golden struct {
	vendor, typ string
	form        form
	health      connector.Health
}

type form map[string]string

func (f form) values() map[string][]string {
	out := map[string][]string{}
	for name, value := range f {
		out[name] = []string{value}
	}
	return out
}

var (
	began  = time.UnixMilli(1767225600000).UTC()
	tested = time.UnixMilli(1767225690000).UTC()
	before = time.UnixMilli(1767139200000).UTC()

	proven  = connector.Health{Status: connector.Healthy, Since: tested, Checked: tested, Proven: tested}
	refused = connector.Health{Status: connector.Failing, Since: tested, Checked: tested, Code: "GIT_AUTH_REFUSED",
		Summary: "The Git server refused the user or the password."}
	lost = connector.Health{Status: connector.Failing, Since: tested, Checked: tested, Proven: before, Code: "ARTIFACTORY_UNREACHABLE",
		Summary: "No delegate could take the task."}
)

var workspaces = map[string]connector.Workspace{
	"harness":     {ID: "w1", Vendor: "harness", Name: "Acme", Account: "AbCdEfGhIjKlMnOpQrStUv"},
	"securityhub": {ID: "w2", Vendor: "securityhub", Name: "Acme", Account: "123456789012", Region: "us-east-1"},
	"jitterbit":   {ID: "w3", Vendor: "jitterbit", Name: "Acme", Account: "512604"},
}

// The values are those of the vendors' examples.
var goldens = []golden{
	{"harness", "GitHttp", form{"name": "Checkout Git", "identifier": "checkout_git", "description": "Source of the checkout service",
		"org": "retail", "project": "checkout", "tags": "team:payments\nenv:prod", "url": "https://git.example.test/retail/checkout.git",
		"branch": "main", "connection_type": "Repo", "username": "svc-checkout", "password_ref": "org.git_token"}, proven},
	{"harness", "GitHttpEncrypted", form{"name": "Retail Git", "identifier": "retail_git", "org": "retail", "tags": "team:platform",
		"url": "https://git.example.test/retail", "connection_type": "Account", "username_ref": "org.git_user",
		"password_ref": "org.git_token", "validation_repo": "checkout.git", "delegate_selectors": "eu-west",
		"execute_on_delegate": "true"}, refused},
	{"harness", "GitSsh", form{"name": "Infra over SSH", "identifier": "infra_ssh", "url": "git@git.example.test:retail/infra.git",
		"branch": "main", "connection_type": "Repo", "ssh_key_ref": "account.deploy_key", "execute_on_delegate": "true"}, proven},
	{"harness", "Appdynamics", form{"name": "AppD production", "identifier": "appd_prod", "org": "retail", "project": "checkout",
		"account_name": "customer1", "controller_url": "https://appd.example.test/controller", "username": "harness-reader",
		"password_ref": "appd_password", "delegate_selectors": "eu-west"}, proven},
	{"harness", "AppdynamicsClientId", form{"name": "AppD API client", "identifier": "appd_api", "org": "retail", "project": "checkout",
		"account_name": "customer1", "controller_url": "https://appd.example.test/controller/", "client_id": "harness-api",
		"client_secret_ref": "org.appd_client_secret"}, proven},
	{"harness", "Artifactory", form{"name": "Artifactory main", "identifier": "artifactory_main", "description": "Main artifact server",
		"tags": "env:shared", "url": "https://repo.example.test/artifactory", "username": "ci-reader",
		"password_ref": "account.artifactory_password"}, proven},
	{"harness", "ArtifactoryEncrypted", form{"name": "Artifactory sealed", "identifier": "artifactory_sealed", "org": "retail",
		"url": "https://repo.example.test/artifactory", "username_ref": "org.artifactory_user",
		"password_ref": "org.artifactory_password", "execute_on_delegate": "true"}, lost},
	{"harness", "ArtifactoryAnonymous", form{"name": "Artifactory public mirror", "identifier": "artifactory_public",
		"url": "https://mirror.example.test/artifactory"}, proven},
	{"harness", "AzureClientSecretKey", form{"name": "Azure production", "identifier": "azure_prod", "tags": "cloud:azure",
		"azure_environment_type": "AZURE", "application_id": "11111111-2222-4333-8444-555555555555",
		"tenant_id": "66666666-7777-4888-9999-aaaaaaaaaaaa", "secret_ref": "account.azure_client_secret",
		"delegate_selectors": "azure", "execute_on_delegate": "true"}, proven},
	{"harness", "AzureClientCertificate", form{"name": "Azure Gov", "identifier": "azure_gov", "org": "retail",
		"azure_environment_type": "AZURE_US_GOVERNMENT", "application_id": "11111111-2222-4333-8444-555555555556",
		"tenant_id": "66666666-7777-4888-9999-aaaaaaaaaaab", "certificate_ref": "org.azure_client_pem",
		"delegate_selectors": "azure-gov", "execute_on_delegate": "true"}, proven},
	{"harness", "AzureInheritFromDelegateUserAssignedManagedIdentity", form{"name": "Azure user identity", "identifier": "azure_uami",
		"org": "retail", "project": "checkout", "azure_environment_type": "AZURE",
		"client_id": "99999999-8888-4777-8666-555555555555", "delegate_selectors": "aks-pool-1", "execute_on_delegate": "true"}, proven},
	{"harness", "AzureInheritFromDelegateSystemAssignedManagedIdentity", form{"name": "Azure system identity", "identifier": "azure_sami",
		"org": "retail", "project": "checkout", "azure_environment_type": "AZURE", "delegate_selectors": "aks-pool-1",
		"execute_on_delegate": "true"}, proven},
	{"securityhub", "JiraCloud", form{"name": "jira é", "description": "d", "tags": "team:sec", "ProjectKey": "SEC",
		"KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1234"},
		connector.Health{Status: connector.Waiting, Since: began, Summary: "A person has to authorise the connector at Atlassian first."}},
	{"securityhub", "ServiceNow", form{"name": "snow", "InstanceName": "dev12345",
		"SecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:snow-AbCdEf"}, proven},
	{"jitterbit", "Registration", form{"name": "Acme Ledger", "version": "1.0.0", "activities": "query, create, update"}, proven},
}

// giver hands out the same again and again.
func giver() connector.Giver {
	uuids := []string{"0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11", "a3d1c7f2-58be-4c0e-9f64-2b7e01d9c835", "e94b20d6-7a13-4f58-8c2d-51f6a0b3d7ce"}
	return connector.Giver{
		Number: func(sequence string, start int64) (int64, error) {
			return map[string]int64{"jitterbit.connector": 8125, "jitterbit.block": 31415}[sequence], nil
		},
		UUID: func() string {
			next := uuids[0]
			uuids = append(uuids[1:], next)
			return next
		},
	}
}

// kept is the connector that becomes of a draft.
func kept(t *testing.T, v *connector.Vendor, d *connector.Draft, h connector.Health) *connector.Connector {
	t.Helper()
	if v.Give != nil {
		if err := v.Give(d, giver()); err != nil {
			t.Fatal(err)
		}
	}
	if s, ok := d.Spec.(connector.Tidying); ok {
		s.Tidy()
	}
	return &connector.Connector{ID: "c1", Vendor: v.ID, Type: d.Type.Name, Workspace: d.Workspace, Scope: d.Scope,
		Identifier: d.Identifier, Name: d.Name, Description: d.Description, Tags: d.Tags, Spec: d.Spec, Extra: d.Extra,
		Version: 1, Created: began, Updated: began, Health: h}
}

func TestWireBodies(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range goldens {
		t.Run(g.vendor+"/"+g.typ, func(t *testing.T) {
			v, _ := catalog.All().Vendor(g.vendor)
			typ, ok := v.Type(g.typ)
			if !ok {
				t.Fatalf("there is no type %s", g.typ)
			}
			seen[g.vendor+"/"+g.typ] = true
			d := fresh(typ)
			connector.Bind(v.All(d), g.form.values())
			if p := v.Validate(d); len(p) > 0 {
				t.Fatalf("Validate = %v, want no problems", p)
			}
			w := workspaces[g.vendor]
			request := v.Create(w, d)
			c := kept(t, v, d, g.health)
			same(t, g.vendor, g.typ, "request.json", wire.Obj(
				wire.M("method", wire.Text(request.Method)),
				wire.M("path", wire.Text(request.Path)),
				wire.M("headers", wire.Obj(request.Headers...)),
				wire.M("body", request.Body),
			).Indent()+"\n")
			same(t, g.vendor, g.typ, "answer.json", v.Answer(w, c).Indent()+"\n")
			same(t, g.vendor, g.typ, "resource.tf", v.Terraform(w, c))
		})
	}
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		if !seen[v.ID+"/"+typ.Name] {
			t.Error("there is no golden connector of this type")
		}
	})
}

// same compares with a golden file, or rewrites it.
func same(t *testing.T, vendor, typ, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", vendor, typ, file)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; look at what changed, then run with -update.\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
