package registry_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
)

// doorVerbs are the verbs that the vendor doors need besides.
var doorVerbs = []verb{
	{"Mint", access.ManageWorkspaces, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Mint(t.Context(), a, id, h.unique("ci"), access.Viewer)
		return err
	}},
	{"Credentials", access.ManageWorkspaces, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Credentials(t.Context(), a, id)
		return err
	}},
	{"Revoke", access.ManageWorkspaces, aCredential, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Revoke(t.Context(), a, id)
		return err
	}},
	{"Find", access.View, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		workspace, identifier := "nothing-has-this-id", "nothing"
		if c, err := h.Connector(t.Context(), admin, id); err == nil {
			workspace, identifier = c.Workspace, c.Identifier
		}
		_, err := h.Find(t.Context(), a, workspace, connector.Scope{}, identifier)
		return err
	}},
	{"AdmitOnce", access.Edit, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		call := registry.Call{Workspace: id, Operation: "Create", Token: h.unique("token")}
		_, _, err := h.AdmitOnce(t.Context(), a, h.git(id), call, func(connector.Connector) string { return "made" })
		return err
	}},
	{"Pick", access.View, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, _, err := h.Pick(t.Context(), a, connector.Pick{Workspace: id, Size: 10})
		return err
	}},
	{"OpenPair", access.KeepSecrets, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		c := h.kept(t, h.git(h.acme))
		c.Workspace = id
		return h.OpenPair(t.Context(), a, []connector.Connector{c})
	}},
	{"Requests", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Requests(t.Context(), a, access.RequestQuery{})
		return err
	}},
	{"RequestCredentials", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.RequestCredentials(t.Context(), a)
		return err
	}},
	{"LastRequest", access.View, aConnectorThatAProgramUsed, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.LastRequest(t.Context(), a, id)
		return err
	}},
	{"Payload", access.View, aPayload, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Payload(t.Context(), a, id, payloadNumber)
		return err
	}},
	{"KeepPayload", access.Edit, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.KeepPayload(t.Context(), a, id, payloadNumber, "{}")
	}},
	{"RemovePayload", access.Edit, aPayload, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.RemovePayload(t.Context(), a, id, payloadNumber)
	}},
}

// consentVerbs are the verbs for connectors that a person lets in.
var consentVerbs = []verb{
	{"TakesOAuthApp", access.View, theHub, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.TakesOAuthApp(t.Context(), a, id)
		return err
	}},
	{"OAuthApp", access.View, anApp, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.OAuthApp(t.Context(), a, id)
		return err
	}},
	{"RemoveOAuthApp", access.ManageWorkspaces, anApp, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.RemoveOAuthApp(t.Context(), a, id)
	}},
	{"SetOAuthApp", access.ManageWorkspaces, theHub, func(t *testing.T, h *house, a access.Actor, id string) error {
		app := h.app()
		app.Workspace = id
		_, err := h.SetOAuthApp(t.Context(), a, app, connector.NewSecret("some value"))
		return err
	}},
	{"BeginConsent", access.Edit, anInvited, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.BeginConsent(t.Context(), a, id)
		return err
	}},
	{"ReturnConsent", access.Edit, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		if !a.May(access.Edit) {
			_, err := h.ReturnConsent(t.Context(), a, "nothing", "nothing", "good")
			return err
		}
		_, err := h.ReturnConsent(t.Context(), a, "", h.goes(t, a, anInvited(t, h, "")), "good")
		return err
	}},
	{"PendingConsent", access.Edit, anInvited, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.PendingConsent(t.Context(), a, id, h.back(t, a, id))
		return err
	}},
	{"TakeConsent", access.Edit, anInvited, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.TakeConsent(t.Context(), a, id, h.back(t, a, id), "")
		return err
	}},
	{"Consent", access.Edit, anInvited, func(t *testing.T, h *house, a access.Actor, id string) error {
		workspace, identifier, state := "nothing-has-this-id", "nothing", "nothing"
		if c, err := h.Connector(t.Context(), admin, id); err == nil {
			workspace, identifier, state = c.Workspace, c.Identifier, c.Spec.(connector.Authorising).State()
		}
		_, err := h.Consent(t.Context(), a, workspace, identifier, state, "good")
		return err
	}},
}

// theHub is a workspace whose connectors a person lets in, whichever was asked for.
func theHub(_ *testing.T, h *house, _ string) string { return h.hub }

// anApp gives the same with an application set.
func anApp(t *testing.T, h *house, _ string) string {
	app := h.app()
	if had, err := h.OAuthApp(t.Context(), admin, h.hub); err == nil {
		app.Version = had.Version
	}
	if _, err := h.SetOAuthApp(t.Context(), admin, app, connector.NewSecret("some value")); err != nil {
		t.Fatalf("SetOAuthApp() = %v", err)
	}
	return h.hub
}

func aJira(t *testing.T, h *house, _ string) string {
	return h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: h.unique("Findings "), Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}}).ID
}

func anInvited(t *testing.T, h *house, _ string) string {
	anApp(t, h, "")
	return aJira(t, h, "")
}

// goes begins a consent and gives its state.
func (h *house) goes(t *testing.T, a access.Actor, id string) string {
	t.Helper()
	address, err := h.BeginConsent(t.Context(), a, id)
	if err != nil {
		t.Fatalf("BeginConsent(%s) = %v", id, err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("state") == "" {
		t.Fatalf("BeginConsent(%s) = %s, which has no state", id, address)
	}
	return u.Query().Get("state")
}

// back is a person who came back with a good code: it gives the id of the consent, or of none for whoever may not begin one there.
func (h *house) back(t *testing.T, a access.Actor, id string) string {
	t.Helper()
	if c, err := h.Connector(t.Context(), a, id); err != nil || !a.May(access.Edit) || c.Vendor != "securityhub" {
		return "nothing-has-this-id"
	}
	p, err := h.ReturnConsent(t.Context(), a, "", h.goes(t, a, id), "good")
	if err != nil {
		t.Fatalf("ReturnConsent() = %v", err)
	}
	return p.ID
}

const payloadNumber = "77"

func aCredential(t *testing.T, h *house, workspace string) string {
	m, err := h.Mint(t.Context(), admin, workspace, h.unique("ci"), access.Viewer)
	if err != nil {
		t.Fatalf("Mint() = %v", err)
	}
	return m.ID
}

func aPayload(t *testing.T, h *house, workspace string) string {
	if err := h.KeepPayload(t.Context(), admin, workspace, payloadNumber, "{}"); err != nil {
		t.Fatalf("KeepPayload() = %v", err)
	}
	return workspace
}

func aConnectorThatAProgramUsed(t *testing.T, h *house, workspace string) string {
	id := aConnector(t, h, workspace)
	if err := h.store.NoteRequest(t.Context(), access.Request{At: noon, Vendor: "harness", Workspace: workspace, Method: "GET", Path: "/", Status: 200,
		Took: time.Millisecond, Connector: id, ID: h.unique("request")}); err != nil {
		t.Fatalf("NoteRequest() = %v", err)
	}
	return id
}

func TestALimitedProgramSeesTheRequestsOfItsWorkspaceOnly(t *testing.T) {
	h := opened(t)
	aConnectorThatAProgramUsed(t, h, h.acme)
	aConnectorThatAProgramUsed(t, h, h.rival)
	limited := access.Actor{Kind: "credential", ID: "k1", Name: "ci", Role: access.Admin, Workspace: h.acme}
	for _, q := range []access.RequestQuery{{}, {Workspace: h.rival}} {
		got, err := h.Requests(t.Context(), limited, q)
		if err != nil {
			t.Fatalf("Requests(%+v) = %v", q, err)
		}
		for _, line := range got {
			if line.Workspace != h.acme {
				t.Errorf("Requests(%+v) shows a line of another workspace", q)
			}
		}
	}
	for name, workspace := range map[string]string{"ours": h.acme, "theirs": h.rival} {
		if err := h.store.NoteRequest(t.Context(), access.Request{At: noon, Vendor: "harness", Workspace: workspace, Method: "GET", Path: "/", Status: 200, Credential: name, ID: name}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := h.RequestCredentials(t.Context(), limited); err != nil || !slices.Equal(got, []string{"ours"}) {
		t.Errorf("RequestCredentials() = %v, %v, want those of the own workspace", got, err)
	}
	if got, err := h.RequestCredentials(t.Context(), viewer); err != nil || !slices.Equal(got, []string{"ours", "theirs"}) {
		t.Errorf("RequestCredentials() of all = %v, %v, want both", got, err)
	}
	if all, err := h.Requests(t.Context(), viewer, access.RequestQuery{}); err != nil || len(all) != 4 {
		t.Errorf("Requests() of all = %v, %v, want both", all, err)
	}
}
