package jitterbitapi_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector/wire"
	"patchbay/handlers/jitterbitapi"
)

// TestConformance walks the server's half of the fact sheet's checklist, one row a line.
func TestConformance(t *testing.T) {
	for _, row := range []struct {
		name string
		test func(*testing.T, *house, string)
	}{
		{"all six calls plus tfacode, under the exact base path; success always HTTP 200 with JSON", allCalls},
		{"ids are JSON strings; status is a JSON boolean; registeredConnectorList always an array", types},
		{"header authToken in any letter case; body on GET and DELETE ignored; Content-Type optional", tolerance},
		{"validate/securityinfo routed before {connectorId}; …/sdk/delete only with DELETE", routing},
		{"register twice: second fails; two parallel registers get disjoint blocks", registerAtOnce},
		{"endpointEntityId % 100 == 1, start = +1, end = +99; blocks never reused after delete", blocks},
		{"delete of a used connector fails and changes nothing; payload and registration deletable separately", deletes},
		{"another organization's token cannot list, validate or delete", otherOrganization},
		{"old shapes accepted: register without version; delete by name", oldShapes},
		{"the list is ordered by number", ordered},
		{"unknown fields and queries are ignored, members may come in any order", extras},
		{"every failure has its status in either mode", modes},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := opened(t)
			row.test(t, h, h.token(t, acme, access.Editor))
		})
	}
}

func allCalls(t *testing.T, h *house, token string) {
	m := h.minted(t, acme, "client", access.Editor)
	in := h.ask(t, "PUT", "/user/login", "", `{"email":"`+strings.ToUpper(m.Email)+`","password":"`+m.Password.Reveal()+`"}`)
	made := h.registered(t, acme, in.body.Get("authenticationToken").Text(), "Acme Ledger", "1.0.0")
	id := made.Get("id").Text()
	h.uploaded(t, acme, token, id, ledger)
	for _, call := range []struct{ method, path, body, operation string }{
		{"GET", "/orgs/" + acme + "/connector", "", "List registered connectors"},
		{"PUT", "/orgs/" + acme + "/connector/validate/securityinfo", `{"name":"Acme Ledger","key":"` + made.Get("key").Text() + `","secret":"` + made.Get("secret").Text() + `"}`, "Validate a connector key and secret"},
		{"DELETE", "/orgs/" + acme + "/connector/" + id + "/sdk/delete", "", "Delete a connector payload"},
		{"DELETE", "/orgs/" + acme + "/connector/" + id, "", "Delete a connector registration"},
	} {
		a := h.ask(t, call.method, call.path, token, call.body)
		if a.status != http.StatusOK || !a.body.Get("status").Truth() || a.body.Get("operation").Text() != call.operation {
			t.Errorf("%s %s = %v", call.method, call.path, a)
		}
	}
	for _, path := range []string{"/jitterbit-cloud-restful-service", "/jitterbit-cloud-restful-service/user", "/user/login", "", "/", "/jitterbit-cloud-restful-service/User/login",
		"/jitterbit-cloud-restful-service/orgs/" + acme + "/connector/1/sdk", "/api/v1/orgs/" + acme + "/connectors"} {
		if a := h.ask(t, "GET", h.server.URL+jitterbitapi.Prefix+path, token, ""); a.status != http.StatusNotFound || a.code() != "NOT_FOUND" {
			t.Errorf("GET %s = %v", path, a)
		}
	}
}

func types(t *testing.T, h *house, token string) {
	empty := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "")
	if v, there := empty.body.Lookup("registeredConnectorList"); !there || v.Kind() != wire.Array || v.JSON() != "[]" {
		t.Errorf("the list of an empty organization = %v", empty)
	}
	made := h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	entry := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "").body.Get("registeredConnectorList").Items()[0]
	for _, name := range []string{"id", "key", "secret", "endpointEntityId", "functionEntityStartId", "functionEntityEndId"} {
		if v := made.Get(name); v.Kind() != wire.String || v.Text() == "" || entry.Get(name).JSON() != v.JSON() {
			t.Errorf("%s = %s when registered and %s in the list", name, v.JSON(), entry.Get(name).JSON())
		}
	}
	for _, name := range []string{"name", "version"} {
		if _, there := made.Lookup(name); there {
			t.Errorf("%s is echoed by the register call", name)
		}
	}
}

func tolerance(t *testing.T, h *house, token string) {
	path := "/orgs/" + acme + "/connector"
	for _, name := range []string{"authToken", "authtoken", "AUTHTOKEN", "AuthToken", "aUTHtOKEN"} {
		a := h.raw(t, token, "GET /jitterbit-cloud-restful-service"+path+" HTTP/1.1\nHost: x\n"+name+": y")
		if a.status != http.StatusOK {
			t.Errorf("the header %s: %v", name, a)
		}
	}
	for _, kind := range []string{"", "application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8", "text/plain", "application/x-www-form-urlencoded", "nonsense;;"} {
		var headers []string
		if kind != "" {
			headers = []string{"Content-Type", kind}
		}
		a := h.ask(t, "POST", path, token, `{"name":"`+newName()+`","version":"1"}`, headers...)
		if !a.body.Get("status").Truth() {
			t.Errorf("registering with Content-Type %q: %v", kind, a)
		}
	}
	for _, body := range []string{"{}", "", "[", strings.Repeat("x", 3<<20)} {
		if a := h.ask(t, "GET", path, token, body, "Content-Type", "application/json"); a.status != http.StatusOK {
			t.Errorf("GET with a body of %d bytes: %v", len(body), a)
		}
	}
	for _, method := range []string{"GET", "DELETE"} {
		target := path
		if method == "DELETE" {
			target += "/" + h.registered(t, acme, token, newName(), "1").Get("id").Text()
		}
		r, err := http.NewRequestWithContext(t.Context(), method, h.base+target, struct{ *strings.Reader }{strings.NewReader("{}")})
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("authToken", token)
		r.ContentLength, r.TransferEncoding = -1, []string{"chunked"}
		if a := h.do(t, r); a.status != http.StatusOK || !strings.HasPrefix(a.text, `{"status":true`) {
			t.Errorf("%s with a chunked body: %v", method, a)
		}
	}
	for _, base := range []string{"/", "//", "///"} {
		if a := h.ask(t, "GET", h.base+base+path, token, ""); a.status != http.StatusOK {
			t.Errorf("%q after the base address: %v", base, a)
		}
	}
	if a := h.ask(t, "GET", h.server.URL+jitterbitapi.Prefix+"//jitterbit-cloud-restful-service/"+path, token, ""); a.status != http.StatusOK {
		t.Errorf("a slash after the host address: %v", a)
	}
}

func routing(t *testing.T, h *house, token string) {
	base := "/orgs/" + acme + "/connector"
	made := h.registered(t, acme, token, "validate", "1.0.0")
	pair := `{"name":"validate","key":"` + made.Get("key").Text() + `","secret":"` + made.Get("secret").Text() + `"}`
	if a := h.ask(t, "PUT", base+"/validate/securityinfo", token, pair); !a.body.Get("status").Truth() {
		t.Errorf("validate = %v", a)
	}
	for _, row := range []struct{ method, path, allow string }{
		{"GET", base + "/1/sdk/delete", "DELETE"}, {"POST", base + "/1/sdk/delete", "DELETE"}, {"PUT", base + "/1/sdk/delete", "DELETE"},
		{"DELETE", base + "/validate/securityinfo", "PUT"}, {"GET", base + "/validate/securityinfo", "PUT"},
		{"GET", base + "/1", "DELETE"}, {"PUT", base + "/1", "DELETE"}, {"DELETE", base, "POST, GET"}, {"PATCH", base, "POST, GET"}, {"PURGE", base, "POST, GET"},
		{"POST", "/user/login", "PUT"}, {"GET", "/user/login", "PUT"}, {"OPTIONS", "/user/login", "PUT"},
	} {
		a := h.ask(t, row.method, row.path, token, "")
		if a.status != http.StatusMethodNotAllowed || a.code() != "METHOD_NOT_ALLOWED" || a.header.Get("Allow") != row.allow {
			t.Errorf("%s %s = %v, Allow: %s, want %s", row.method, row.path, a, a.header.Get("Allow"), row.allow)
		}
	}
	if a := h.ask(t, "DELETE", base+"/validate", token, ""); a.body.Get("id").Text() != made.Get("id").Text() {
		t.Errorf("deleting a connector by the name validate = %v", a)
	}
}

func registerAtOnce(t *testing.T, h *house, token string) {
	h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	for _, name := range []string{"Acme Ledger", "ACME ledger"} {
		if a := h.ask(t, "POST", "/orgs/"+acme+"/connector", token, `{"name":"`+name+`","version":"1.0.0"}`); a.status != 200 || a.code() != "CONNECTOR_NAME_IN_USE" {
			t.Errorf("registering %s again = %v", name, a)
		}
	}
	h.registered(t, acme, token, "Acme Ledger", "1.0.1")

	const n = 50
	rival := h.token(t, rivals, access.Editor)
	answers := make([]answer, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			org, as := acme, token
			if i%2 == 1 { // blocks are the platform's, not an organization's
				org, as = rivals, rival
			}
			answers[i] = h.ask(t, "POST", "/orgs/"+org+"/connector", as, `{"name":"parallel `+strconv.Itoa(i)+`","version":"1.0.0"}`)
		})
	}
	all.Wait()
	seen := map[string]map[string]bool{"id": {}, "key": {}, "secret": {}, "endpointEntityId": {}}
	for i, a := range answers {
		if !a.body.Get("status").Truth() {
			t.Errorf("register %d = %v", i, a)
		}
		for name, values := range seen {
			values[a.body.Get(name).Text()] = true
		}
		block(t, a.body)
	}
	for name, values := range seen {
		if len(values) != n {
			t.Errorf("%d different values of %s for %d connectors", len(values), name, n)
		}
	}
}

// block checks the numbers of a registration and gives the number of its endpoint.
func block(t *testing.T, made wire.Value) int {
	t.Helper()
	var numbers [3]int
	for i, name := range []string{"endpointEntityId", "functionEntityStartId", "functionEntityEndId"} {
		n, err := strconv.Atoi(made.Get(name).Text())
		if err != nil {
			t.Fatalf("%s = %s", name, made.Get(name).JSON())
		}
		numbers[i] = n
	}
	if numbers[0]%100 != 1 || numbers[1] != numbers[0]+1 || numbers[2] != numbers[0]+99 {
		t.Errorf("block = %v", numbers)
	}
	return numbers[0]
}

func blocks(t *testing.T, h *house, token string) {
	seen, ids := map[int]bool{}, map[string]bool{}
	for range 5 {
		made := h.registered(t, acme, token, "Acme Ledger", "1.0.0")
		id := made.Get("id").Text()
		if first := block(t, made); seen[first] || ids[id] {
			t.Errorf("block %d or id %s was given before", first, id)
		} else {
			seen[first], ids[id] = true, true
		}
		if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id, token, ""); !a.body.Get("status").Truth() {
			t.Fatalf("delete = %v", a)
		}
	}
}

func deletes(t *testing.T, h *house, token string) {
	id := h.registered(t, acme, token, "Acme Ledger", "1.0.0").Get("id").Text()
	h.uploaded(t, acme, token, id, ledger)
	h.use(t, acme, id, "Ledger Sync")
	before := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "").text
	for _, path := range []string{"", "/sdk/delete"} {
		a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id+path, token, "")
		if a.status != 200 || a.code() != "CONNECTOR_IN_USE" || a.body.Get("errorMessage").Text() != "Connector 'Acme Ledger' ("+id+") is used by 1 project: Ledger Sync." {
			t.Errorf("delete%s of a used connector = %v", path, a)
		}
	}
	if after := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "").text; after != before {
		t.Errorf("the refused delete changed something:\n%s\n%s", before, after)
	}
	if a := h.send(t, "GET", h.ours(acme, id, "payload"), token, ""); a.text != ledger {
		t.Errorf("the refused delete changed the payload: %v", a)
	}
	h.unuse(t, acme, id, "Ledger Sync")
	for _, step := range []struct{ path, code string }{{"/sdk/delete", ""}, {"/sdk/delete", "PAYLOAD_NOT_FOUND"}, {"", ""}, {"", "CONNECTOR_NOT_FOUND"}} {
		if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id+step.path, token, ""); a.status != 200 || a.code() != step.code {
			t.Errorf("delete%s = %v, want %q", step.path, a, step.code)
		}
	}
}

func otherOrganization(t *testing.T, h *house, token string) {
	made := h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	rival := h.token(t, rivals, access.Editor)
	pair := `{"name":"Acme Ledger","key":"` + made.Get("key").Text() + `","secret":"` + made.Get("secret").Text() + `"}`
	for _, call := range [][2]string{{"GET", ""}, {"POST", ""}, {"PUT", "/validate/securityinfo"}, {"DELETE", "/" + made.Get("id").Text()}, {"DELETE", "/" + made.Get("id").Text() + "/sdk/delete"}} {
		a := h.ask(t, call[0], "/orgs/"+acme+"/connector"+call[1], rival, pair)
		if a.status != 200 || a.code() != "ORG_NOT_FOUND" {
			t.Errorf("%s %s with another organization's token = %v", call[0], call[1], a)
		}
	}
	if a := h.ask(t, "PUT", "/orgs/"+rivals+"/connector/validate/securityinfo", rival, pair); a.code() != "INVALID_CONNECTOR_SECURITY_INFO" {
		t.Errorf("another organization's pair = %v", a)
	}
	if a := h.ask(t, "DELETE", "/orgs/"+rivals+"/connector/"+made.Get("id").Text(), rival, ""); a.code() != "CONNECTOR_NOT_FOUND" {
		t.Errorf("deleting another organization's connector = %v", a)
	}
}

func oldShapes(t *testing.T, h *house, token string) {
	for _, body := range []string{`{"name":"Acme Ledger"}`, `{"name":"Other","version":null}`} {
		if a := h.ask(t, "POST", "/orgs/"+acme+"/connector", token, body); !a.body.Get("status").Truth() || a.body.Get("operation").Text() != "Register a connector" || a.body.Get("id").Text() == "" {
			t.Errorf("registering %s = %v", body, a)
		}
	}
	for _, entry := range h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "").body.Get("registeredConnectorList").Items() {
		if entry.Get("version").Text() != "1.0.0" {
			t.Errorf("version = %s", entry.JSON())
		}
	}
	h.registered(t, acme, token, "Acme Ledger", "2.0.0")
	for _, step := range []struct{ name, code string }{
		{"Acme%20Ledger", "AMBIGUOUS_CONNECTOR_NAME"}, {"Nobody", "CONNECTOR_NOT_FOUND"}, {"acme%20ledger", "CONNECTOR_NOT_FOUND"},
		{"Other", ""}, {"Other", "CONNECTOR_NOT_FOUND"}, {"a%2Fb", "CONNECTOR_NOT_FOUND"}, {"%00", "CONNECTOR_NOT_FOUND"},
	} {
		if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+step.name, token, ""); a.status != 200 || a.code() != step.code {
			t.Errorf("deleting %s = %v, want %q", step.name, a, step.code)
		}
	}
}

func ordered(t *testing.T, h *house, token string) {
	want := ""
	for range 12 { // past 9 comes 10, which sorts otherwise as text
		want += h.registered(t, acme, token, newName(), "1").Get("id").Text() + " "
	}
	got := ""
	for _, entry := range h.ask(t, "GET", "/orgs/"+acme+"/connector?sort=-name&limit=2&offset=3", token, "").body.Get("registeredConnectorList").Items() {
		got += entry.Get("id").Text() + " "
	}
	if got != want {
		t.Errorf("list = %s, want %s", got, want)
	}
}

func extras(t *testing.T, h *house, token string) {
	a := h.ask(t, "POST", "/orgs/"+acme+"/connector?dryRun=true&name=x", token, `{"description":"d","version":"1.0.0","id":7,"name":"Acme Ledger","more":{"a":[1]}}`)
	if !a.body.Get("status").Truth() {
		t.Fatalf("register = %v", a)
	}
	pair := `{"key":"` + strings.ToUpper(a.body.Get("key").Text()) + `","secret":"` + a.body.Get("secret").Text() + `","version":"9","name":" Acme Ledger "}`
	if v := h.ask(t, "PUT", "/orgs/"+acme+"/connector/validate/securityinfo", token, "\ufeff"+pair); !v.body.Get("status").Truth() {
		t.Errorf("validate = %v", v)
	}
}

func modes(t *testing.T, h *house, token string) {
	base := "/orgs/" + acme + "/connector"
	h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	h.registered(t, acme, token, "Acme Ledger", "2.0.0")
	h.use(t, acme, "1", "Ledger Sync")
	viewer := h.token(t, acme, access.Viewer)
	for _, row := range []struct {
		method, path, token, body, code string
		legacy, strict                  int
	}{
		{"PUT", "/user/login", "", `{"email":"a","password":"b"}`, "INVALID_CREDENTIALS", 200, 401},
		{"PUT", "/user/login", "", `{"email":"a"}`, "MISSING_FIELD", 200, 422},
		{"PUT", "/user/login", "", `{"email":"","password":"b"}`, "MISSING_FIELD", 200, 422},
		{"PUT", "/user/login", "", `{"email":5,"password":"b"}`, "MISSING_FIELD", 200, 422},
		{"PUT", "/user/login", "", `"a"`, "MALFORMED_JSON", 400, 400},
		{"PUT", "/user/login/tfacode", "", `{"email":"a","code":"482913","deviceId":"d"}`, "INVALID_TFA_CODE", 200, 401},
		{"PUT", "/user/login/tfacode", "", `{"email":"a","code":"482913"}`, "MISSING_FIELD", 200, 422},
		{"GET", base, "", "", "MISSING_AUTH_TOKEN", 401, 401},
		{"GET", base, " ", "", "MISSING_AUTH_TOKEN", 401, 401},
		{"GET", base, "1_5f0b6d1e-2c47-4f0a-9a53-7d1c9e8b4a10", "", "INVALID_AUTH_TOKEN", 401, 401},
		{"GET", base, "Bearer " + token, "", "INVALID_AUTH_TOKEN", 401, 401},
		{"GET", base, viewer, "", "NO_PERMISSION", 200, 403},
		{"GET", "/orgs/999999/connector", token, "", "ORG_NOT_FOUND", 200, 404},
		{"POST", base, token, "", "MALFORMED_JSON", 400, 400},
		{"POST", base, token, "[]", "MALFORMED_JSON", 400, 400},
		{"POST", base, token, `{"name":"a","name":"b"}`, "MALFORMED_JSON", 400, 400},
		{"POST", base, token, `{"name":"` + strings.Repeat("a", 64<<10) + `"}`, "BODY_TOO_LARGE", 413, 413},
		{"POST", base, token, `{}`, "MISSING_FIELD", 200, 422},
		{"POST", base, token, `{"name":null,"version":"1"}`, "MISSING_FIELD", 200, 422},
		{"POST", base, token, `{"name":"a","version":""}`, "MISSING_FIELD", 200, 422},
		{"POST", base, token, `{"name":"a/b"}`, "INVALID_CONNECTOR_NAME", 200, 422},
		{"POST", base, token, `{"name":" a"}`, "INVALID_CONNECTOR_NAME", 200, 422},
		{"POST", base, token, `{"name":7}`, "INVALID_CONNECTOR_NAME", 200, 422},
		{"POST", base, token, `{"name":"` + strings.Repeat("a", 101) + `"}`, "INVALID_CONNECTOR_NAME", 200, 422},
		{"POST", base, token, `{"name":"a","version":"1 0"}`, "INVALID_CONNECTOR_VERSION", 200, 422},
		{"POST", base, token, `{"name":"a","version":1}`, "INVALID_CONNECTOR_VERSION", 200, 422},
		{"POST", base, token, `{"name":"acme ledger"}`, "CONNECTOR_NAME_IN_USE", 200, 409},
		{"DELETE", base + "/777", token, "", "CONNECTOR_NOT_FOUND", 200, 404},
		{"DELETE", base + "/Acme%20Ledger", token, "", "AMBIGUOUS_CONNECTOR_NAME", 200, 409},
		{"DELETE", base + "/1", token, "", "CONNECTOR_IN_USE", 200, 409},
		{"DELETE", base + "/1/sdk/delete", token, "", "CONNECTOR_IN_USE", 200, 409},
		{"DELETE", base + "/2/sdk/delete", token, "", "PAYLOAD_NOT_FOUND", 200, 404},
		{"PUT", base + "/validate/securityinfo", token, `{"name":"a","key":"b","secret":"c"}`, "INVALID_CONNECTOR_SECURITY_INFO", 200, 422},
		{"PUT", base + "/validate/securityinfo", token, `{"name":"a","key":"b"}`, "MISSING_FIELD", 200, 422},
		{"GET", "/nothing", token, "", "NOT_FOUND", 404, 404},
		{"PATCH", base, token, "", "METHOD_NOT_ALLOWED", 405, 405},
	} {
		for strict, want := range map[bool]int{false: row.legacy, true: row.strict} {
			h.beStrict(t, strict)
			h.clock.pass(time.Minute) // so that the limits of log-ins do not count
			a := h.ask(t, row.method, row.path, row.token, row.body)
			if a.status != want || a.code() != row.code || a.body.Get("status").Truth() {
				t.Errorf("%s %s %.40s, strict %v = %d %s, want %d %s", row.method, row.path, row.body, strict, a.status, a.text, want, row.code)
			}
		}
	}
}
