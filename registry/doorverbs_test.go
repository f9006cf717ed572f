package registry_test

import (
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
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
	if all, err := h.Requests(t.Context(), viewer, access.RequestQuery{}); err != nil || len(all) != 2 {
		t.Errorf("Requests() of all = %v, %v, want both", all, err)
	}
}
