package harnessapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/handlers/harnessapi"
)

// needs is the least role for each operation. A new operation without a row here fails the test.
var needs = map[string]access.Role{
	"create": access.Editor, "get": access.Viewer, "update": access.Editor, "delete": access.Editor, "test": access.Tester,
	"createConnector": access.Editor, "updateConnector": access.Editor, "getConnectorList": access.Viewer, "getConnectorListV2": access.Viewer,
	"getTestConnectionResult": access.Tester, "getTestGitRepoConnectionResult": access.Tester, "validateTheIdentifierIsUnique": access.Viewer,
	"getConnectorCatalogue": access.Viewer, "getConnectorStatistics": access.Viewer, "listConnectorByFQN": access.Viewer,
	"getAllAllowedFieldValues": access.Viewer, "getConnector": access.Viewer, "deleteConnector": access.Editor,
}

// concrete makes a request of an operation: for a connector that is there, or for a new one.
func concrete(o harnessapi.Operation) (path, body string) {
	path = strings.NewReplacer("{org}", "retail", "{project}", "checkout", "{connector}", "there").Replace(o.Path)
	scope := []string{}
	if strings.Contains(o.Path, "{org}") {
		scope = append(scope, `"org":"retail"`)
	}
	if strings.Contains(o.Path, "{project}") {
		scope = append(scope, `"project":"checkout"`)
	}
	identifier := "there"
	if strings.HasPrefix(o.ID, "create") {
		identifier = "fresh"
	}
	git := `"spec":{"type":"GitHttp","url":"https://g.test/a.git","connection_type":"Repo","username":"u","password_ref":"account.git_token"}`
	body = `{"connector":{"name":"There","identifier":"` + identifier + `",` + strings.Join(append(scope, git), ",") + `}}`
	if legacy := strings.HasPrefix(o.Path, "/ng"); legacy {
		path += "?accountIdentifier=" + account + "&identifier=there&connectorType=Git"
		body = `{"connector":{"name":"There","identifier":"` + identifier + `","type":"Git","spec":{"url":"https://g.test/a.git","connectionType":"Repo","type":"Http",
			"spec":{"username":"u","passwordRef":"account.git_token"}}}}`
	}
	switch {
	case o.ID == "getConnectorListV2":
		body = `{"filterType":"Connector"}`
	case o.ID == "listConnectorByFQN":
		body = `["` + account + `/there"]`
	case o.Method == http.MethodGet || o.Method == http.MethodDelete || strings.Contains(o.Path, "test"):
		body = ""
	}
	return path, body
}

// furnish makes the connector "there" in every scope of the workspace.
func furnish(t *testing.T, h *house) {
	t.Helper()
	for _, o := range harnessapi.Operations() {
		if strings.HasPrefix(o.ID, "create-") {
			path, body := concrete(o)
			h.created(t, path, strings.Replace(body, "fresh", "there", 1))
		}
	}
}

func TestAccessMatrix(t *testing.T) {
	for _, o := range harnessapi.Operations() {
		kind, _, _ := strings.Cut(o.ID, "-")
		least, known := needs[kind]
		if !known {
			t.Errorf("operation %s has no row in the access matrix", o.ID)
			continue
		}
		t.Run(o.ID+" "+o.Method+" "+o.Path, func(t *testing.T) {
			h := opened(t)
			furnish(t, h)
			path, body := concrete(o)
			if got := h.ask(t, o.Method, path, body, "x-api-key", ""); got.status != http.StatusUnauthorized {
				t.Errorf("nobody: %d %s, want 401", got.status, got.text)
			}
			// The rival's key names another account: for the older API that is 401 at once, for v1 its own workspace is empty.
			their := h.ask(t, o.Method, path, body, "x-api-key", h.theirs)
			if strings.Contains(their.text, "g.test") && !strings.HasPrefix(o.ID, "create") {
				t.Errorf("the rival sees what is ours: %s", their.text)
			}
			if strings.HasPrefix(o.Path, "/ng") && their.status != http.StatusUnauthorized && o.ID != "getAllAllowedFieldValues" {
				t.Errorf("the rival: %d %s, want 401", their.status, their.text)
			}
			for _, role := range access.Roles {
				may := slices.Index(access.Roles, role) >= slices.Index(access.Roles, least)
				got := h.ask(t, o.Method, path, body, "x-api-key", h.keys[role])
				switch {
				case !may && got.status != http.StatusForbidden:
					t.Errorf("%s: %d %s, want 403", role, got.status, got.text)
				case may && role == least && got.status/100 != 2:
					t.Errorf("%s: %d %s, want success", role, got.status, got.text)
				case may && (got.status == http.StatusForbidden || got.status == http.StatusUnauthorized):
					t.Errorf("%s: %d %s, and that role may", role, got.status, got.text)
				}
			}
		})
	}
}

// Whatever the rival asks about a connector of ours is answered word for word as if it were not there.
func TestAnotherWorkspaceAnswersAsUnknown(t *testing.T) {
	h := opened(t)
	furnish(t, h)
	for _, o := range harnessapi.Operations() {
		if !strings.Contains(o.Path, "{connector}") {
			continue
		}
		path, body := concrete(o)
		path = strings.Replace(path, account, rival, 1)
		unknown := strings.NewReplacer("there", "never")
		headers := []string{"x-api-key", h.theirs, "X-requestId", "same"}
		ours := h.ask(t, o.Method, path, body, headers...)
		never := h.ask(t, o.Method, unknown.Replace(path), unknown.Replace(body), headers...)
		if ours.status != never.status || ours.text != strings.ReplaceAll(never.text, "never", "there") {
			t.Errorf("%s %s: %d %s\nunknown: %d %s", o.Method, path, ours.status, ours.text, never.status, never.text)
		}
		if ours.status/100 == 2 {
			t.Errorf("%s %s of another workspace succeeds", o.Method, path)
		}
	}
	for _, at := range []connector.Scope{{}, {Org: "retail"}, {Org: "retail", Project: "checkout"}} {
		if one, err := h.Find(t.Context(), admin, h.acme, at, "there"); err != nil || one.Version != 1 {
			t.Errorf("the connector at %s is %+v, %v: the rival touched it", at, one, err)
		}
	}
}
