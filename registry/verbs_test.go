package registry_test

import (
	"testing"

	"patchbay/access"
	"patchbay/connector"
)

// verb is one thing that somebody may ask of the registry.
type verb struct {
	name  string
	needs access.Permission
	// where makes, as an admin, what the verb is about in a workspace, and gives its id; nil when it is about nothing of its own.
	where func(t *testing.T, h *house, workspace string) string
	do    func(t *testing.T, h *house, a access.Actor, id string) error
}

func aConnector(t *testing.T, h *house, workspace string) string {
	return h.kept(t, h.git(workspace)).ID
}

func aRetired(t *testing.T, h *house, workspace string) string {
	return h.retired(t, h.git(workspace)).ID
}

func aSecret(t *testing.T, h *house, workspace string) string {
	return h.secret(t, workspace, h.unique("token"), "some value")
}

func theWorkspace(_ *testing.T, _ *house, workspace string) string { return workspace }

func anEmptyWorkspace(t *testing.T, h *house, _ string) string {
	name := h.unique("Empty")
	return h.workspace(t, connector.Workspace{Name: name, Vendor: "harness", Account: name})
}

func aUser(t *testing.T, h *house, _ string) string {
	return h.user(t, h.unique("user"), access.Viewer).ID
}

// use is what needs a connector in these tests.
var use = connector.Use{Kind: "pipeline", Name: "deploy", Where: "acme"}

// verbs is every verb that asks who is asking.
var verbs = []verb{
	{"Connector", access.View, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Connector(t.Context(), a, id)
		return err
	}},
	{"List", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.List(t.Context(), a, connector.Query{})
		return err
	}},
	{"Counts", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Counts(t.Context(), a)
		return err
	}},
	{"OpenTicket", access.Edit, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.OpenTicket(t.Context(), a, id, connector.NewTicket{Title: "Finding"})
		return err
	}},
	{"Uses", access.View, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Uses(t.Context(), a, id)
		return err
	}},
	{"History", access.View, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.History(t.Context(), a, id, 10)
		return err
	}},
	{"Run", access.View, aRun, func(t *testing.T, h *house, a access.Actor, id string) error {
		of, run := splitRun(id)
		_, err := h.Run(t.Context(), a, of, run)
		return err
	}},
	{"Check", access.Test, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		run, err := h.Check(t.Context(), a, id)
		h.Wait(t.Context(), run.ID)
		return err
	}},
	{"ValidatePair", access.Test, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.ValidatePair(t.Context(), a, id, "Ledger", "key", connector.NewSecret("secret"))
		return err
	}},
	{"Admit", access.Edit, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Admit(t.Context(), a, h.git(id))
		return err
	}},
	{"Change", access.Edit, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		d := h.git(h.acme)
		if c, err := h.Connector(t.Context(), admin, id); err == nil {
			d.Identifier = c.Identifier
		}
		_, err := h.Change(t.Context(), a, id, 1, d)
		return err
	}},
	{"Retire", access.Edit, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Retire(t.Context(), a, id, 0)
		return err
	}},
	{"RetireByForce", access.Edit, aUsed, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.RetireByForce(t.Context(), a, id, 0)
		return err
	}},
	{"Restore", access.Edit, aRetired, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Restore(t.Context(), a, id)
		return err
	}},
	{"AddUse", access.Edit, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.AddUse(t.Context(), a, id, use)
	}},
	{"RemoveUse", access.Edit, aUsed, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.RemoveUse(t.Context(), a, id, use)
	}},
	{"Purge", access.Purge, aRetired, func(t *testing.T, h *house, a access.Actor, id string) error {
		name := "anything"
		if c, err := h.Connector(t.Context(), admin, id); err == nil {
			name = c.Name
		}
		return h.Purge(t.Context(), a, id, name)
	}},
	{"Secrets", access.View, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Secrets(t.Context(), a, id, "")
		return err
	}},
	{"Secret", access.View, aSecret, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, _, err := h.Secret(t.Context(), a, id)
		return err
	}},
	{"SecretIDs", access.View, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		c := h.kept(t, h.git(h.acme))
		c.Workspace = id
		_, err := h.SecretIDs(t.Context(), a, c)
		return err
	}},
	{"KeepSecret", access.KeepSecrets, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.KeepSecret(t.Context(), a, connector.NamedSecret{Kind: connector.SecretText,
			SecretName: connector.SecretName{Workspace: id, Name: h.unique("kept")}}, connector.NewSecret("some value"))
		return err
	}},
	{"ReplaceSecret", access.KeepSecrets, aSecret, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.ReplaceSecret(t.Context(), a, id, 1, connector.NewSecret("another value"))
		return err
	}},
	{"RemoveSecret", access.KeepSecrets, aSecret, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.RemoveSecret(t.Context(), a, id)
		return err
	}},
	{"Workspaces", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Workspaces(t.Context(), a)
		return err
	}},
	{"Workspace", access.View, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Workspace(t.Context(), a, id)
		return err
	}},
	{"AddWorkspace", access.ManageWorkspaces, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		name := h.unique("New")
		_, err := h.AddWorkspace(t.Context(), a, connector.Workspace{Name: name, Vendor: "harness", Account: name})
		return err
	}},
	{"SetWorkspace", access.ManageWorkspaces, theHarmony, func(t *testing.T, h *house, a access.Actor, id string) error {
		version := int64(0)
		if w, err := h.Workspace(t.Context(), admin, id); err == nil {
			version = w.Version
		}
		_, err := h.SetWorkspace(t.Context(), a, id, version, connector.Settings{Strict: true})
		return err
	}},
	{"RenameWorkspace", access.ManageWorkspaces, anEmptyWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.RenameWorkspace(t.Context(), a, id, 1, h.unique("Renamed"))
		return err
	}},
	{"RemoveWorkspace", access.ManageWorkspaces, anEmptyWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.RemoveWorkspace(t.Context(), a, id)
		return err
	}},
	{"Users", access.ManageUsers, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Users(t.Context(), a)
		return err
	}},
	{"AddUser", access.ManageUsers, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.AddUser(t.Context(), a, h.unique("new"), access.Viewer, "correct horse")
		return err
	}},
	{"ChangeUser", access.ManageUsers, aUser, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.ChangeUser(t.Context(), a, id, 1, access.Tester, false)
		return err
	}},
	{"SetPassword", access.ManageUsers, aUser, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.SetPassword(t.Context(), a, id, "", "battery staple", "192.0.2.1")
	}},
	{"Events", access.ReadAudit, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Events(t.Context(), a, access.EventQuery{})
		return err
	}},
	{"VerifyLog", access.ReadAudit, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.VerifyLog(t.Context(), a)
		return err
	}},
}

func aUsed(t *testing.T, h *house, workspace string) string {
	id := aConnector(t, h, workspace)
	if err := h.AddUse(t.Context(), admin, id, use); err != nil {
		t.Fatalf("AddUse() = %v", err)
	}
	return id
}

// aRun gives a connector and a run of it, joined by a slash.
func aRun(t *testing.T, h *house, workspace string) string {
	id := aConnector(t, h, workspace)
	return id + "/" + h.checked(t, id).ID
}

// theHarmony is a workspace that has settings, whichever was asked for.
func theHarmony(_ *testing.T, h *house, _ string) string { return h.harmony }
