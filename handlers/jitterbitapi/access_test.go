package jitterbitapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/handlers/jitterbitapi"
)

// scene is a connector with a payload, on which every operation can be tried.
type scene struct {
	*house
	id, pair string
}

func (h *house) scene(t *testing.T) scene {
	t.Helper()
	token := h.token(t, acme, access.Editor)
	h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	list := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "").body.Get("registeredConnectorList").Items()
	made := list[len(list)-1]
	id := made.Get("id").Text()
	h.uploaded(t, acme, token, id, ledger)
	return scene{h, id, `{"name":"Acme Ledger","key":"` + made.Get("key").Text() + `","secret":"` + made.Get("secret").Text() + `"}`}
}

// end takes the scene away again.
func (s scene) end(t *testing.T) {
	t.Helper()
	if c, err := s.Find(t.Context(), root, s.workspaces[acme], connector.Scope{}, s.id); err == nil {
		if _, err := s.Retire(t.Context(), root, c.ID, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// try carries an operation out in an organization.
func (s scene) try(t *testing.T, op jitterbitapi.Operation, org, token string) answer {
	t.Helper()
	path := strings.NewReplacer("{orgId}", org, "{connectorId}", s.id).Replace(op.Path)
	body := map[string]string{"Register a connector": `{"name":"` + newName() + `"}`, "Validate a connector key and secret": s.pair,
		"Upload a connector payload": ledger}[op.Name]
	return s.send(t, op.Method, s.server.URL+jitterbitapi.Prefix+path, token, body)
}

// codeOf gives what an answer says: the code of a failure, or "" for a success, a payload or a manifest.
func codeOf(a answer) string {
	_, rest, _ := strings.Cut(a.text, `"errorCode":"`)
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

// least is each operation that asks for a token, and the least role that may.
var least = map[string]access.Role{
	"Register a connector": access.Editor, "List registered connectors": access.Editor, "Validate a connector key and secret": access.Tester,
	"Delete a connector registration": access.Editor, "Delete a connector payload": access.Editor,
	"Upload a connector payload": access.Editor, "Download a connector payload": access.Viewer, "Write a connector manifest": access.Viewer,
}

// guarded are the operations that ask for a token; one without a row in least fails.
func guarded(t *testing.T) []jitterbitapi.Operation {
	t.Helper()
	var out []jitterbitapi.Operation
	for _, op := range jitterbitapi.Operations() {
		if op.Name == "User login" {
			continue
		}
		if _, known := least[op.Name]; !known {
			t.Errorf("nobody says who may call %s", op.Name)
		}
		out = append(out, op)
	}
	return out
}

func TestEveryOperationAsksForItsRole(t *testing.T) {
	h := opened(t)
	tokens := map[access.Role]string{}
	for _, role := range access.Roles {
		tokens[role] = h.token(t, acme, role)
	}
	rival := h.token(t, rivals, access.Admin)
	for _, op := range guarded(t) {
		own := strings.HasPrefix(op.Path, "/api/v1/")
		status := func(legacy, strict int) int {
			if own {
				return strict
			}
			return legacy
		}
		type row struct {
			name, token, code string
			status            int
		}
		rows := []row{
			{"nobody", "", "MISSING_AUTH_TOKEN", 401},
			{"a stranger", "1_00000000-0000-4000-8000-000000000000", "INVALID_AUTH_TOKEN", 401},
			{"an admin of another organization", rival, "ORG_NOT_FOUND", status(200, 404)},
		}
		for i, role := range access.Roles {
			r := row{string(role), tokens[role], "", 200}
			if i < slices.Index(access.Roles, least[op.Name]) {
				r.code, r.status = "NO_PERMISSION", status(200, 403)
			}
			rows = append(rows, r)
		}
		for _, r := range rows {
			s := h.scene(t)
			a := s.try(t, op, acme, r.token)
			if a.status != r.status || codeOf(a) != r.code {
				t.Errorf("%s by %s = %d %s, want %d %s", op.Name, r.name, a.status, a.text, r.status, r.code)
			}
			if r.code != "" && (strings.Contains(a.text, s.pair[len(s.pair)-20:len(s.pair)-2]) || strings.Contains(a.text, "Ledger")) {
				t.Errorf("%s tells %s of the connector: %s", op.Name, r.name, a.text)
			}
			if r.code == "NO_PERMISSION" && !strings.Contains(a.text, "the role "+string(least[op.Name])+" or more.") {
				t.Errorf("%s does not name the role that it takes: %s", op.Name, a.text)
			}
			s.end(t)
		}
	}
}

// TestAnotherOrganizationLooksExactlyLikeNone crosses the two organizations: in the path, and by the id of a connector.
func TestAnotherOrganizationLooksExactlyLikeNone(t *testing.T) {
	h := opened(t)
	rival := h.token(t, rivals, access.Admin)
	if _, err := h.store.Number(t.Context(), "jitterbit.connector", 70707); err != nil { // an id that is no part of another number
		t.Fatal(err)
	}
	s := h.scene(t)
	unknown := s
	unknown.id = "99"
	for _, op := range guarded(t) {
		there, nowhere := s.try(t, op, acme, rival), s.try(t, op, "999999", rival)
		if there.status != nowhere.status || strings.ReplaceAll(there.text, acme, "999999") != nowhere.text || codeOf(there) != "ORG_NOT_FOUND" {
			t.Errorf("%s in another organization:\n%v\n%v", op.Name, there, nowhere)
		}
		if !strings.Contains(op.Path, "{connectorId}") {
			continue
		}
		there, nowhere = s.try(t, op, rivals, rival), unknown.try(t, op, rivals, rival)
		if there.status != nowhere.status || strings.ReplaceAll(there.text, s.id, "99") != nowhere.text || codeOf(there) == "" {
			t.Errorf("%s of another organization's connector:\n%v\n%v", op.Name, there, nowhere)
		}
	}
	token := h.token(t, acme, access.Editor)
	if a := s.send(t, "GET", h.ours(acme, s.id, "payload"), token, ""); a.text != ledger {
		t.Errorf("the payload after all that = %v", a)
	}
	if a := h.ask(t, "GET", "/orgs/"+rivals+"/connector", rival, ""); len(a.body.Get("registeredConnectorList").Items()) != 0 {
		t.Errorf("the other organization lists %v", a)
	}
}

func TestWhatTheFrontDoorRefusesHasTheVendorsFormToo(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	a := h.ask(t, "PUT", "/user/login", "", `{}`, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if a.status != http.StatusForbidden || a.code() != "REQUEST_REFUSED" {
		t.Errorf("a page of another site = %v", a)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", h.base+"/orgs/"+acme+"/connector", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	if a := h.do(t, r); a.status != http.StatusMisdirectedRequest || codeOf(a) != "REQUEST_REFUSED" || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("another host = %v", a)
	}
	if a := h.ask(t, "GET", h.server.URL+"/api/%6Aitterbit/jitterbit-cloud-restful-service/orgs/"+acme+"/connector", token, ""); a.status != http.StatusNotFound || a.code() != "NOT_FOUND" {
		t.Errorf("a path that is written in another way = %v", a)
	}
	if a := h.send(t, "GET", h.server.URL+"/api/jitterbitten", token, ""); a.status != http.StatusNotFound || !strings.HasPrefix(a.text, "<!doctype html>") {
		t.Errorf("a neighbour's path = %v", a)
	}
}

func TestAPanicIsAnsweredInTheVendorsForm(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	h.limitedBy(func(string) (time.Duration, bool) { panic("hunter2") })
	a := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "")
	if a.status != http.StatusInternalServerError || a.code() != "INTERNAL_ERROR" || strings.Contains(a.text, "hunter2") ||
		!strings.Contains(a.text, a.header.Get("X-Request-Id")) || a.header.Get("X-Request-Id") == "" {
		t.Errorf("a panic = %v", a)
	}
	if line := h.last(t); line.Status != 500 || line.Operation != "List registered connectors" {
		t.Errorf("the line of a panic = %+v", line)
	}
}
