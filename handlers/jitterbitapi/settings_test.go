package jitterbitapi_test

import (
	"net/http"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
)

// set keeps settings of one organization.
func (h *house) set(t *testing.T, org string, s connector.Settings) {
	t.Helper()
	w, err := h.Workspace(t.Context(), root, h.workspaces[org])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.SetWorkspace(t.Context(), root, w.ID, w.Version, s); err != nil {
		t.Fatalf("SetWorkspace() = %v", err)
	}
}

// TestTheDoorGoesByTheSettingsAtOnce changes the settings between two requests of one log-in.
func TestTheDoorGoesByTheSettingsAtOnce(t *testing.T) {
	h := opened(t)
	ours, theirs := h.token(t, acme, access.Editor), h.token(t, rivals, access.Editor)
	missing := func(org, token string, want int) {
		t.Helper()
		if a := h.ask(t, "DELETE", "/orgs/"+org+"/connector/777", token, ""); a.status != want || a.code() != "CONNECTOR_NOT_FOUND" {
			t.Errorf("a failure in %s = %d %s, want %d", org, a.status, a.text, want)
		}
	}
	logIn := func(want int) {
		t.Helper()
		if a := h.logIn(t, "nobody@acme.example", "wrong"); a.status != want || a.code() != "INVALID_CREDENTIALS" {
			t.Errorf("a log-in that fails = %d %s, want %d", a.status, a.text, want)
		}
	}
	missing(acme, ours, 200)
	logIn(200)
	h.set(t, acme, connector.Settings{Strict: true})
	missing(acme, ours, 404)
	missing(rivals, theirs, 200)
	if a := h.ask(t, "GET", "/orgs/"+rivals+"/connector", ours, ""); a.status != http.StatusNotFound || a.code() != "ORG_NOT_FOUND" {
		t.Errorf("another organization for a strict one = %v", a)
	}
	logIn(200) // or it would tell that an organization here is strict
	h.set(t, rivals, connector.Settings{Strict: true})
	logIn(401)
	h.set(t, acme, connector.Settings{})
	missing(acme, ours, 200)
	missing(rivals, theirs, 404)
	logIn(200)
}

func TestAReservedNameIsInUse(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	register := func(name string) answer {
		return h.ask(t, "POST", "/orgs/"+acme+"/connector", token, `{"name":"`+name+`","version":"1.0.0"}`)
	}
	h.set(t, acme, connector.Settings{Strict: true, Reserved: "Salesforce\nSAP"})
	for _, name := range []string{"Salesforce", "sap"} {
		if a := register(name); a.status != http.StatusConflict || a.code() != "CONNECTOR_NAME_IN_USE" || !strings.Contains(a.text, "reserved in this organization") {
			t.Errorf("register %s = %v, want the name in use", name, a)
		}
	}
	if a := register("Acme Ledger"); a.code() != "" {
		t.Errorf("register another name = %v", a)
	}
	if a := register("acme ledger"); a.code() != "CONNECTOR_NAME_IN_USE" || !strings.Contains(a.text, "already registered") {
		t.Errorf("register it again = %v", a)
	}
	other := h.token(t, rivals, access.Editor)
	if a := h.ask(t, "POST", "/orgs/"+rivals+"/connector", other, `{"name":"SAP"}`); a.code() != "" {
		t.Errorf("the name in another organization = %v", a)
	}
}
