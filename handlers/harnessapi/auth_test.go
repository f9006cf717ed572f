package harnessapi_test

import (
	"net/http"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
)

func TestKeysAndAccounts(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("public"))
	key := h.keys[access.Viewer]
	parts := strings.Split(key, ".")
	short := shortKey(key)
	tests := []struct {
		name, key, header, query string
		status                   int
	}{
		{"nobody", "", "", "", 401},
		{"no key", "", account, "", 401},
		{"four parts", key, "", "", 200},
		{"a personal key", strings.Replace(key, "sat.", "pat.", 1), "", "", 200},
		{"another kind of key", strings.Replace(key, "sat.", "xat.", 1), "", "", 401},
		{"four parts and the header", key, account, "", 200},
		{"four parts and the account in the query", key, "", "account=" + account, 200},
		{"four parts and accountIdentifier", key, "", "accountIdentifier=" + account, 200},
		{"four parts and another account in the header", key, rival, "", 401},
		{"four parts and another account in the query", key, "", "account=" + rival, 401},
		{"the header wins", key, account, "account=" + rival, 200},
		{"three parts alone", short, "", "", 400},
		{"three parts and the header", short, account, "", 200},
		{"three parts and the query", short, "", "accountIdentifier=" + account, 200},
		{"three parts and another account", short, rival, "", 401},
		{"another account inside the key", strings.Join([]string{"sat", rival, parts[2], parts[3]}, "."), "", "", 401},
		{"another account inside the key, mended by the header", strings.Join([]string{"sat", rival, parts[2], parts[3]}, "."), account, "", 401},
		{"no account inside the key", strings.Join([]string{"sat", "", parts[2], parts[3]}, "."), account, "", 401},
		{"a wrong secret", strings.Join([]string{"sat", account, parts[2], "x"}, "."), "", "", 401},
		{"no secret", strings.Join([]string{"sat", account, parts[2], ""}, "."), "", "", 401},
		{"a wrong id", strings.Join([]string{"sat", account, "x", parts[3]}, "."), "", "", 401},
		{"two parts", "sat." + parts[3], "", "", 401},
		{"five parts", key + ".x", "", "", 401},
		{"the rival's key", h.theirs, "", "", 404},
		{"the rival's key for our account", h.theirs, account, "", 401},
	}
	same := ""
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, http.MethodGet, "/v1/connectors/public?"+tt.query, "", "x-api-key", tt.key, "Harness-Account", tt.header)
			if got.status != tt.status {
				t.Errorf("answer = %d %s, want %d", got.status, got.text, tt.status)
			}
			if got.status == http.StatusUnauthorized {
				if same == "" {
					same = got.text
				}
				if got.text != same {
					t.Errorf("401 says %s, and elsewhere %s: it tells which part was wrong", got.text, same)
				}
			}
		})
	}
}

func TestARevokedKeyIsDeadAtOnce(t *testing.T) {
	h := opened(t)
	all, err := h.Credentials(t.Context(), admin, h.acme)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Role == access.Viewer {
			if _, err := h.Revoke(t.Context(), admin, c.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := h.ask(t, http.MethodGet, "/v1/connectors", "", "x-api-key", h.keys[access.Viewer]); got.status != http.StatusUnauthorized {
		t.Errorf("a revoked key = %d %s, want 401", got.status, got.text)
	}
}

func TestTheOlderAPIWantsItsAccountInTheQuery(t *testing.T) {
	h := opened(t)
	for _, tt := range []struct {
		name, path, header string
		status             int
	}{
		{"missing", "/ng/api/connectors/catalogue", "", 400},
		{"missing, and the header does not help", "/ng/api/connectors/catalogue", account, 400},
		{"another one, and the header does not help", "/ng/api/connectors/catalogue?accountIdentifier=" + rival, account, 401},
		{"the right one", "/ng/api/connectors/catalogue?accountIdentifier=" + account, "", 200},
		{"not needed for field values", "/ng/api/connectors/fieldValues?connectorType=Git", "", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := h.ask(t, http.MethodGet, tt.path, "", "Harness-Account", tt.header); got.status != tt.status {
				t.Errorf("%s = %d %s, want %d", tt.path, got.status, got.text, tt.status)
			}
		})
	}
}

func TestBothPrefixesAndATrailingSlash(t *testing.T) {
	h := opened(t)
	h.created(t, "/gateway/v1/connectors", mirror("public"))
	for path, status := range map[string]int{
		"/v1/connectors/public": 200, "/gateway/v1/connectors/public": 200, "/v1/connectors/": 200, "/gateway/v1/connectors": 200,
		"/gateway" + ng("/public"): 200, "/gateway/gateway/v1/connectors": 404, "/gateway": 404, "": 404, "/": 404, "/v1//connectors": 404,
		"/v1/orgs//connectors": 404, "/v1/orgs/a%2Fb/connectors": 404, "/v1/connectors/pub%6Cic": 200, "/ng": 404,
	} {
		if got := h.ask(t, http.MethodGet, path, ""); got.status != status {
			t.Errorf("GET %s = %d %s, want %d", path, got.status, got.text, status)
		}
	}
}

func TestRequestsAreNoted(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("public"))
	one, err := h.Find(t.Context(), admin, h.acme, connector.Scope{}, "public")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		method, path, key string
		want              access.Request
	}{
		{"GET", "/gateway/v1/connectors/public?token=hunter2", h.keys[access.Viewer], access.Request{Operation: "get-account-scoped-connector", Path: "/api/harness/gateway/v1/connectors/public",
			Workspace: h.acme, Credential: "viewer", Status: 200, Connector: one.ID}},
		{"DELETE", "/v1/connectors/public", h.keys[access.Viewer], access.Request{Operation: "delete-account-scoped-connector", Path: "/api/harness/v1/connectors/public",
			Workspace: h.acme, Credential: "viewer", Status: 403, Connector: one.ID}},
		{"GET", ng("/nope"), h.keys[access.Viewer], access.Request{Operation: "getConnector", Path: "/api/harness/ng/api/connectors/nope", Workspace: h.acme, Credential: "viewer", Status: 400}},
		{"GET", "/v1/connectors", "", access.Request{Operation: "get-account-scoped-connectors", Path: "/api/harness/v1/connectors", Status: 401}},
		{"GET", "/v1/nothing", "", access.Request{Path: "/api/harness/v1/nothing", Status: 404}},
	}
	for _, tt := range tests {
		h.ask(t, tt.method, tt.path, "", "x-api-key", tt.key)
		tt.want.At, tt.want.Vendor, tt.want.Method, tt.want.Address = h.clock.now(), "harness", tt.method, "192.0.2.1"
		if got := h.last(t); got != tt.want {
			t.Errorf("%s %s is noted as\n%+v, want\n%+v", tt.method, tt.path, got, tt.want)
		}
	}
}
