package harnessapi_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// Each of the twelve types goes in by the older API in the form that its own answer has, and comes out of both APIs as the same connector.
func TestTwelveTypesThroughTheOlderAPI(t *testing.T) {
	h := opened(t)
	for _, tt := range examples {
		t.Run(tt.name, func(t *testing.T) {
			request, err := os.ReadFile(filepath.Join("testdata", tt.name+".request.json"))
			if err != nil {
				t.Fatal(err)
			}
			first := h.created(t, tt.path, string(request))
			one := first.body.Get("connector")
			scope := []string{}
			for _, part := range []string{"org", "project"} {
				if v := one.Get(part).Text(); v != "" {
					scope = append(scope, part+"Identifier="+v)
				}
			}
			path := ng("/"+one.Get("identifier").Text(), scope...)
			entity := h.ask(t, http.MethodGet, path, "").body.Get("data")
			if entity.Get("connector").Get("accountIdentifier").Text() != account {
				t.Errorf("GET %s = %s", path, entity)
			}
			if got := h.ask(t, http.MethodDelete, path, ""); got.status != http.StatusOK || !got.body.Get("data").Truth() {
				t.Fatalf("DELETE = %d %s", got.status, got.text)
			}

			body := wire.Obj(wire.M("connector", entity.Get("connector"))).JSON()
			created := h.ask(t, http.MethodPost, ng("", "branch=main", "repoIdentifier=r", "isNewBranch=true"), body)
			if created.status != http.StatusOK || created.body.Get("data").Get("connector").JSON() != entity.Get("connector").JSON() {
				t.Fatalf("POST of %s = %d %s", body, created.status, created.text)
			}
			again := h.ask(t, http.MethodGet, tt.path+"/"+one.Get("identifier").Text(), "").body
			if again.Get("connector").JSON() != one.JSON() {
				t.Errorf("v1 answers %s\nwant %s", again.Get("connector"), one)
			}

			updated := h.ask(t, http.MethodPut, ng("", "lastObjectId=x"), body)
			if updated.status != http.StatusOK || updated.body.Get("data").Get("connector").JSON() != entity.Get("connector").JSON() {
				t.Errorf("PUT = %d %s", updated.status, updated.text)
			}
		})
	}
}

// What the official clients send: empty texts for what is not set, members that v1 does not know, no delegate selectors.
func TestBodiesOfTheOfficialClients(t *testing.T) {
	h := opened(t)
	tests := []struct{ name, body, want string }{
		{"Git over HTTP, blank usernameRef", `{"connector":{"name":"a","identifier":"a","description":"","tags":{"x":""},"type":"Git","spec":{"url":"https://g.test/a.git",
			"type":"Http","connectionType":"Repo","spec":{"username":"admin","usernameRef":"","passwordRef":"account.git_token"},"executeOnDelegate":false,"proxy":true}}}`,
			`"type":"GitHttp","url":"https://g.test/a.git","connection_type":"Repo","username":"admin","password_ref":"account.git_token","delegate_selectors":[],"execute_on_delegate":false`},
		{"Git over HTTP, blank username", `{"connector":{"name":"b","identifier":"b","type":"Git","spec":{"url":"https://g.test","validationRepo":"a.git","type":"Http",
			"connectionType":"Account","spec":{"username":"","usernameRef":"account.git_user","passwordRef":"account.git_token"},"delegateSelectors":["eu","eu"]}}}`,
			`"type":"GitHttpEncrypted","url":"https://g.test","connection_type":"Account","username_ref":"account.git_user","password_ref":"account.git_token",` +
				`"validation_repo":"a.git","delegate_selectors":["eu"],"execute_on_delegate":true`},
		{"AppDynamics without authType", `{"connector":{"name":"c","identifier":"c","type":"AppDynamics","spec":{"accountname":"customer1","controllerUrl":"https://a.test/c",
			"username":"u","passwordRef":"account.git_token","delegateSelectors":null,"executeOnDelegate":true}}}`,
			`"type":"Appdynamics","account_name":"customer1","controller_url":"https://a.test/c/","username":"u","password_ref":"account.git_token","delegate_selectors":[]`},
		{"a client's stray members", `{"connector":{"name":"d","identifier":"d","connectionType":"Artifactory","type":"Artifactory","spec":{"artifactoryServerUrl":"https://r.test",
			"auth":{"type":"Anonymous","spec":null},"ignoreTestConnection":true}}}`,
			`"type":"ArtifactoryAnonymous","url":"https://r.test","delegate_selectors":[],"execute_on_delegate":true`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, http.MethodPost, ng(""), tt.body)
			if got.status != http.StatusOK {
				t.Fatalf("POST = %d %s", got.status, got.text)
			}
			id := got.body.Get("data").Get("connector").Get("identifier").Text()
			if spec := h.ask(t, http.MethodGet, "/v1/connectors/"+id, "").body.Get("connector").Get("spec").JSON(); spec != "{"+tt.want+"}" {
				t.Errorf("spec = %s\nwant {%s}", spec, tt.want)
			}
		})
	}
}

func TestOlderAPINamesFieldsAsItsBodiesDo(t *testing.T) {
	h := opened(t)
	tests := []struct{ name, body, want string }{
		{"Artifactory", `{"connector":{"name":"","identifier":"a","type":"Artifactory","spec":{"artifactoryServerUrl":"ftp://x","auth":{"type":"UsernamePassword","spec":{}}}}}`,
			`[{"fieldId":"name","error":"is required"},{"fieldId":"artifactoryServerUrl","error":"must start with http:// or https://"},` +
				`{"fieldId":"username","error":"is required"},{"fieldId":"passwordRef","error":"is required"}]`},
		{"project without org", `{"connector":{"name":"n","identifier":"a","projectIdentifier":"p","type":"Artifactory","spec":{"artifactoryServerUrl":"https://x","auth":{"type":"Anonymous"}}}}`,
			`[{"fieldId":"orgIdentifier","error":"is required when a project is given"}]`},
		{"AppDynamics", `{"connector":{"name":"n","identifier":"a","type":"AppDynamics","spec":{"controllerUrl":"https://a.test"}}}`,
			`[{"fieldId":"accountname","error":"is required"},{"fieldId":"username","error":"is required"},{"fieldId":"passwordRef","error":"is required"}]`},
		{"Azure without a delegate", `{"connector":{"name":"n","identifier":"a","type":"Azure","spec":{"azureEnvironmentType":"AZURE","credential":{"type":"InheritFromDelegate",
			"spec":{"auth":{"type":"SystemAssignedManagedIdentity"}}}}}}`, `[{"fieldId":"delegateSelectors","error":"must have at least one entry"}]`},
		{"Azure of another kind", `{"connector":{"name":"n","identifier":"a","type":"Azure","spec":{"credential":{"type":"OidcAuthentication"}}}}`, `[{"fieldId":"credential",`},
		{"both user names", `{"connector":{"name":"n","identifier":"a","type":"Git","spec":{"type":"Http","spec":{"username":"u","usernameRef":"account.u"}}}}`, `[{"fieldId":"usernameRef",`},
		{"a list that is none", `{"connector":{"name":"n","identifier":"a","type":"AppDynamics","spec":{"delegateSelectors":"x"}}}`, `[{"fieldId":"delegateSelectors","error":"must be an array of strings"}]`},
		{"no spec", `{"connector":{"name":"n","identifier":"a","type":"Git"}}`, `[{"fieldId":"spec","error":"is required"}]`},
		{"no identifier", `{"connector":{"name":"n","type":"AppDynamics","spec":{}}}`, `[{"fieldId":"identifier","error":"is required"}`},
	}
	for _, tt := range tests {
		for _, method := range []string{http.MethodPost, http.MethodPut} {
			if method == http.MethodPut && tt.name != "no identifier" && tt.name != "no spec" { // an unknown connector is said first
				continue
			}
			got := h.ask(t, method, ng(""), tt.body)
			if got.status != http.StatusBadRequest || !strings.HasPrefix(got.body.Get("errors").JSON(), tt.want) || shapeOf(got.body) != "failure" {
				t.Errorf("%s %s = %d %s\nwant %s", method, tt.name, got.status, got.text, tt.want)
			}
		}
	}
}

func TestDeleteOfOneInUse(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("used"))
	one, err := h.Find(t.Context(), admin, h.acme, connector.Scope{}, "used")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"release", "nightly"} {
		if err := h.AddUse(t.Context(), admin, one.ID, connector.Use{Kind: "pipeline", Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/v1/connectors/used", ng("/used"), ng("/used", "forceDelete=false"), ng("/used", "forceDelete=perhaps")} {
		if got := h.ask(t, http.MethodDelete, path, ""); got.status != http.StatusBadRequest {
			t.Errorf("DELETE %s = %d %s, want 400", path, got.status, got.text)
		}
	}
	got := h.ask(t, http.MethodDelete, ng("/used", "forceDelete=true"), "")
	if got.status != http.StatusOK || got.body.Get("data").JSON() != "true" {
		t.Errorf("a forced DELETE = %d %s", got.status, got.text)
	}
	if got := h.ask(t, http.MethodGet, "/v1/connectors/used", ""); got.status != http.StatusNotFound {
		t.Errorf("afterwards GET = %d", got.status)
	}
	h.created(t, "/v1/connectors", mirror("used")) // its identifier is free
}

func TestUpdateReplaces(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("public", `"description":"d"`, `"tags":{"a":"b"}`))
	h.clock.pass(time.Minute)
	got := h.ask(t, http.MethodPut, "/v1/connectors/public", mirror("public", `"description":null`))
	one := got.body.Get("connector")
	if got.status != http.StatusOK || !one.Get("description").IsNull() || one.Get("tags").JSON() != "{}" {
		t.Errorf("PUT = %d %s, want what was left out to be gone", got.status, got.text)
	}
	if got.body.Get("created").JSON() != "1767225600000" || got.body.Get("updated").JSON() != "1767225660000" {
		t.Errorf("created, updated = %s, %s", got.body.Get("created"), got.body.Get("updated"))
	}

	// within its family a type may become another one, and the status of what is asked no longer stays
	login := `{"connector":{"name":"M","identifier":"public","spec":{"type":"Artifactory","url":"https://m.test","username":"u","password_ref":"account.git_token"}}}`
	if got := h.ask(t, http.MethodPut, "/v1/connectors/public", login); got.status != http.StatusOK || got.body.Get("connector").Get("spec").Get("type").Text() != "Artifactory" {
		t.Errorf("PUT of another type of the family = %d %s", got.status, got.text)
	}
}

func TestSmallCallsOfTheOlderAPI(t *testing.T) {
	h := stocked(t)
	h.other.says(connector.Outcome{Status: connector.Failing, Code: "TIMEOUT", Text: "No answer."})
	h.ask(t, http.MethodGet, "/v1/connectors/a_two/test-connection", "")
	tests := []struct{ name, method, path, body, want string }{
		{"a free identifier", "GET", ng("/validateUniqueIdentifier", "identifier=new"), "", `true`},
		{"one that is taken", "GET", ng("/validateUniqueIdentifier", "identifier=a_two"), "", `false`},
		{"taken elsewhere", "GET", ng("/validateUniqueIdentifier", "identifier=a_two", "orgIdentifier=retail"), "", `true`},
		{"catalogue", "GET", ng("/catalogue"), "", `{"catalogue":[{"category":"CLOUD_PROVIDER","connectors":["Azure"]},{"category":"ARTIFACTORY","connectors":["Artifactory"]},` +
			`{"category":"CODE_REPO","connectors":["Git"]},{"category":"MONITORING","connectors":["AppDynamics"]}]}`},
		{"numbers", "GET", ng("/stats"), "", `{"typeStats":[{"type":"Artifactory","count":3}],"statusStats":[{"status":"FAILURE","count":1},{"status":"UNKNOWN","count":2}]}`},
		{"numbers of a project", "GET", ng("/stats", "orgIdentifier=retail", "projectIdentifier=checkout"), "",
			`{"typeStats":[{"type":"Artifactory","count":1}],"statusStats":[{"status":"UNKNOWN","count":1}]}`},
		{"numbers of nothing", "GET", ng("/stats", "orgIdentifier=empty"), "", `{"typeStats":[],"statusStats":[]}`},
		{"values of Git", "GET", ng("/fieldValues", "connectorType=Git"), "", `{"fieldValues":{"connectionType":["Account","Repo","Project"]}}`},
		{"values of Azure", "GET", ng("/fieldValues", "connectorType=Azure"), "", `{"fieldValues":{"azureEnvironmentType":["AZURE","AZURE_US_GOVERNMENT"]}}`},
		{"values of Artifactory", "GET", ng("/fieldValues", "connectorType=Artifactory"), "", `{"fieldValues":{}}`},
		{"no names", "POST", ng("/listbyfqn"), `[]`, `[]`},
		{"names of nothing", "POST", ng("/listbyfqn"), `["` + account + `/nope","` + rival + `/a_two","a_two","x/y/z/u/v",""]`, `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, tt.method, tt.path, tt.body)
			if got.status != http.StatusOK || got.body.Get("data").JSON() != tt.want || got.body.Get("status").Text() != "SUCCESS" {
				t.Errorf("%s %s = %d %s\nwant data %s", tt.method, tt.path, got.status, got.text, tt.want)
			}
			if id := got.body.Get("correlationId").Text(); !connector.IsUUID(id) {
				t.Errorf("correlationId = %q, want a UUID", id)
			}
		})
	}
	got := h.ask(t, http.MethodPost, ng("/listbyfqn"), `["`+account+`/retail/checkout/in_project","`+account+`/a_two","`+account+`/a_two","`+account+`/retail/in_org"]`)
	if ids := legacyIdentifiers(got.body.Get("data")); ids != "in_project a_two in_org" {
		t.Errorf("listbyfqn = %s", ids)
	}
	for path, body := range map[string]string{
		ng("/listbyfqn"): `["` + strings.Repeat(`a","`, 1000) + `"]`, ng("/listbyfqn", "x=1"): `{"a":1}`, ng("/listbyfqn", "x=2"): `[1]`,
	} {
		if got := h.ask(t, http.MethodPost, path, body); got.status != http.StatusBadRequest {
			t.Errorf("POST %s %.20s… = %d %.200s", path, body, got.status, got.text)
		}
	}
	for _, path := range []string{ng("/fieldValues"), ng("/fieldValues", "connectorType=Github"), ng("/validateUniqueIdentifier"),
		ng("/stats", "projectIdentifier=p"), ng("/stats", "orgIdentifier=a/b"), ng("/a_two", "orgIdentifier=a", "projectIdentifier=b/c")} {
		if got := h.ask(t, http.MethodGet, path, ""); got.status != http.StatusBadRequest || shapeOf(got.body) != "failure" {
			t.Errorf("GET %s = %d %s, want a failure", path, got.status, got.text)
		}
	}
}

func legacyIdentifiers(list wire.Value) string {
	var out []string
	for _, one := range list.Items() {
		out = append(out, one.Get("connector").Get("identifier").Text())
	}
	return strings.Join(out, " ")
}
