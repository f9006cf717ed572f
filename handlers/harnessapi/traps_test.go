package harnessapi_test

import (
	"net/http"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// Every trap of the fact sheet is a row here, by its number and name.
func TestTraps(t *testing.T) {
	h := opened(t)
	const project = "/v1/orgs/retail/projects/checkout/connectors"
	h.created(t, "/v1/connectors", mirror("public"))
	tests := []struct {
		name               string
		method, path, body string
		status             int
		has                []string // pieces of the answer
		hides              string
	}{
		{"1: the scope must be in the body too", http.MethodPost, project, mirror("a"), 400,
			[]string{"Invalid request: The org and project of the body must be those of the path: retail / checkout."}, ""},
		{"1: and equal to the path", http.MethodPost, project, mirror("a", `"org":"retail"`, `"project":"other"`), 400,
			[]string{"must be those of the path"}, ""},
		{"1: at account scope it must be absent", http.MethodPost, "/v1/connectors", mirror("a", `"org":"retail"`), 400,
			[]string{"must not name an org or a project"}, ""},
		{"1: or null", http.MethodPost, "/v1/connectors", mirror("nulls", `"org":null`, `"project":null`), 201, []string{`"identifier":"nulls"`}, `"org"`},
		{"2: identifier, not slug", http.MethodPost, "/v1/connectors", strings.Replace(mirror("slugged"), `"identifier"`, `"slug"`, 1), 400,
			[]string{`"field_name":"identifier","message":"is required"`}, ""},
		{"2: a stray slug is ignored", http.MethodPost, "/v1/connectors", mirror("real", `"slug":"other"`), 201, []string{`"identifier":"real"`}, "slug"},
		{"3: the test is a GET", http.MethodGet, "/v1/connectors/public/test-connection", "", 200, []string{`"status":"SUCCESS"`}, ""},
		{"3: and a POST for the page that says so", http.MethodPost, "/v1/connectors/public/test-connection", "", 200, []string{`"status":"SUCCESS"`}, ""},
		{"3: and that page's other path", http.MethodPost, "/v1/connectors/test-connection/public", "", 200, []string{`"status":"SUCCESS"`}, ""},
		{"4: a list at account scope", http.MethodGet, "/v1/connectors", "", 200, []string{`"identifier":"public"`}, ""},
		{"4: a list at org scope", http.MethodGet, "/v1/orgs/retail/connectors", "", 200, []string{"[]"}, ""},
		{"4: a list at project scope", http.MethodGet, project, "", 200, []string{"[]"}, ""},
		{"6: pages count from 0", http.MethodGet, "/v1/connectors?page=0&limit=1", "", 200, []string{`"connector"`}, ""},
		{"6: and page 9 is empty", http.MethodGet, "/v1/connectors?page=9", "", 200, []string{"[]"}, ""},
		{"8: some 400 keep the older shape", http.MethodPut, "/v1/connectors/nope", mirror("nope"), 400,
			[]string{`"status":"ERROR"`, `"responseMessages"`}, `"field_name"`},
		{"9: a duplicate is 400", http.MethodPost, "/v1/connectors", mirror("public"), 400,
			[]string{"Invalid request: Identifier public is already taken in account. Choose another.", `"errors":[]`}, "code"},
		{"10: GET of an unknown connector", http.MethodGet, "/v1/connectors/nope", "", 404, []string{`"code":"RESOURCE_NOT_FOUND"`}, ""},
		{"10: DELETE of an unknown connector", http.MethodDelete, "/v1/connectors/nope", "", 404, []string{`"code":"RESOURCE_NOT_FOUND"`}, ""},
		{"10: PUT of an unknown connector", http.MethodPut, "/v1/connectors/nope", mirror("nope"), 400, []string{`"code":"CONNECTOR_NOT_FOUND_EXCEPTION"`}, ""},
		{"10: test of an unknown connector", http.MethodGet, "/v1/connectors/nope/test-connection", "", 400, []string{`"code":"CONNECTOR_NOT_FOUND_EXCEPTION"`}, ""},
		{"11: the status after a create", http.MethodPost, "/v1/connectors", mirror("fresh"), 201, []string{`"status":{"status":"UNKNOWN","errors":[],"tested_at":0`}, ""},
		{"12: controller_url gets its slash", http.MethodPost, "/v1/connectors", `{"connector":{"name":"A","identifier":"appd","spec":{"type":"Appdynamics",
			"account_name":"customer1","controller_url":"https://appd.example.test/controller","username":"u","password_ref":"account.git_token"}}}`, 201,
			[]string{`"controller_url":"https://appd.example.test/controller/"`}, ""},
		{"13: a name has no dot", http.MethodPost, "/v1/connectors", strings.Replace(mirror("dotted"), "Mirror", "a.b", 1), 400,
			[]string{`"field_name":"name","message":"must have only letters`}, ""},
		{"13: nor a slash", http.MethodPost, "/v1/connectors", strings.Replace(mirror("slashed"), "Mirror", "a/b", 1), 400, []string{`"field_name":"name"`}, ""},
		{"13: and 127 characters", http.MethodPost, "/v1/connectors", strings.Replace(mirror("long"), "Mirror", strings.Repeat("n", 127), 1), 201, nil, ""},
		{"13: not 128", http.MethodPost, "/v1/connectors", strings.Replace(mirror("longer"), "Mirror", strings.Repeat("n", 128), 1), 400,
			[]string{`"message":"must have at most 127 characters"`}, ""},
		{"14: the older API is there", http.MethodGet, ng("/public"), "", 200, []string{`"status":"SUCCESS","data":{"connector":`}, ""},
		{"15: secret_ref and application_id", http.MethodPost, "/v1/connectors", `{"connector":{"name":"A","identifier":"azure","spec":{"type":"AzureClientSecretKey",
			"application_id":"11111111-2222-4333-8444-555555555555","tenant_id":"66666666-7777-4888-9999-aaaaaaaaaaaa","secret_ref":"account.azure_client_secret"}}}`, 201,
			[]string{`"secret_ref":"account.azure_client_secret"`, `"azure_environment_type":"AZURE"`}, "client_id"},
		{"15: not secret_key_ref and client_id", http.MethodPost, "/v1/connectors", `{"connector":{"name":"A","identifier":"azure2","spec":{"type":"AzureClientSecretKey",
			"client_id":"11111111-2222-4333-8444-555555555555","tenant_id":"66666666-7777-4888-9999-aaaaaaaaaaaa","secret_key_ref":"account.azure_client_secret"}}}`, 400,
			[]string{`"field_name":"applicationId"`, `"field_name":"secretRef"`}, ""},
		{"16: no encrypted_password_ref", http.MethodPost, "/v1/connectors", `{"connector":{"name":"A","identifier":"enc","spec":{"type":"ArtifactoryEncrypted",
			"url":"https://repo.example.test","username_ref":"account.git_user","encrypted_password_ref":"account.git_token"}}}`, 400,
			[]string{`"errors":[{"field_name":"passwordRef","message":"is required"}]`}, ""},
		{"16: username_ref and password_ref", http.MethodPost, "/v1/connectors", `{"connector":{"name":"A","identifier":"enc","spec":{"type":"ArtifactoryEncrypted",
			"url":"https://repo.example.test","username_ref":"account.git_user","password_ref":"account.git_token"}}}`, 201, []string{`"username_ref":"account.git_user"`}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, tt.method, tt.path, tt.body)
			if got.status != tt.status {
				t.Errorf("%s %s = %d, want %d: %s", tt.method, tt.path, got.status, tt.status, got.text)
			}
			for _, piece := range tt.has {
				if !strings.Contains(got.text, piece) {
					t.Errorf("%s %s = %s\nwant it to have %s", tt.method, tt.path, got.text, piece)
				}
			}
			if tt.hides != "" && strings.Contains(got.text, tt.hides) {
				t.Errorf("%s %s = %s\nwant it without %s", tt.method, tt.path, got.text, tt.hides)
			}
		})
	}

	t.Run("5: the list is bare, totals are headers", func(t *testing.T) {
		got := h.ask(t, http.MethodGet, "/v1/connectors?limit=2&page=1", "")
		if got.body.Kind() != wire.Array || len(got.body.Items()) != 2 {
			t.Errorf("list = %s, want an array of two", got.text)
		}
		for name, want := range map[string]string{"X-Total-Elements": "8", "X-Page-Number": "1", "X-Page-Size": "2"} {
			if got := got.header.Get(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
	})

	t.Run("7: a failed test is 200 or 400, and kept either way", func(t *testing.T) {
		for _, tt := range []struct {
			out    connector.Outcome
			status int
		}{
			{connector.Outcome{Status: connector.Failing, Code: "TIMEOUT", Text: "No answer in time."}, http.StatusOK},
			{connector.Outcome{Status: connector.Failing, Code: "GIT_AUTH_REFUSED", Text: "The password was refused.", Cause: "It is old.", Next: "Make a new one."}, http.StatusBadRequest},
		} {
			h.other.says(tt.out)
			if got := h.ask(t, http.MethodGet, "/v1/connectors/public/test-connection", ""); got.status != tt.status {
				t.Errorf("%s = %d %s, want %d", tt.out.Code, got.status, got.text, tt.status)
			}
			kept := h.ask(t, http.MethodGet, "/v1/connectors/public", "").body.Get("status")
			if kept.Get("status").Text() != "FAILURE" || kept.Get("errors").Items()[0].Get("message").Text() != tt.out.Text {
				t.Errorf("after %s the status is %s", tt.out.Code, kept)
			}
		}
	})
}
