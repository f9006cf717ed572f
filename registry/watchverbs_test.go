package registry_test

import (
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// watchVerbs is every verb of the watch, and of what ends, that asks who is asking.
var watchVerbs = []verb{
	{"WatchState", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.WatchState(t.Context(), a)
		return err
	}},
	{"Watched", access.View, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Watched(t.Context(), a, id)
		return err
	}},
	{"SetWatch", access.Edit, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.SetWatch(t.Context(), a, id, time.Hour)
	}},
	{"PauseConnector", access.Edit, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.PauseConnector(t.Context(), a, id, time.Time{}, "Being mended.")
	}},
	{"ResumeConnector", access.Edit, aPaused, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.ResumeConnector(t.Context(), a, id)
	}},
	{"PauseWatch", access.ManageWorkspaces, anEmptyWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.PauseWatch(t.Context(), a, id, time.Time{}, "Being moved.")
	}},
	{"ResumeWatch", access.ManageWorkspaces, aPausedWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		return h.ResumeWatch(t.Context(), a, id)
	}},
	{"Pauses", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, _, err := h.Pauses(t.Context(), a)
		return err
	}},
	{"Windows", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Windows(t.Context(), a)
		return err
	}},
	{"AddWindow", access.ManageWorkspaces, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.AddWindow(t.Context(), a, aWindowOf(id))
		return err
	}},
	{"RemoveWindow", access.ManageWorkspaces, aWindow, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.RemoveWindow(t.Context(), a, id)
		return err
	}},
	{"Days", access.View, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Days(t.Context(), a, id, noon)
		return err
	}},
	{"Endings", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Endings(t.Context(), a, connector.EndingQuery{})
		return err
	}},
	{"EndingSoon", access.View, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.EndingSoon(t.Context(), a)
		return err
	}},
	{"ConnectorEndings", access.View, aConnector, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.ConnectorEndings(t.Context(), a, id)
		return err
	}},
	{"NoteEnd", access.KeepSecrets, aSecret, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.NoteEnd(t.Context(), a, id, "2027-01-31")
		return err
	}},
}

func aPaused(t *testing.T, h *house, workspace string) string {
	id := aConnector(t, h, workspace)
	if err := h.PauseConnector(t.Context(), admin, id, time.Time{}, "Being mended."); err != nil {
		t.Fatalf("PauseConnector() = %v", err)
	}
	return id
}

func aPausedWorkspace(t *testing.T, h *house, workspace string) string {
	id := anEmptyWorkspace(t, h, workspace)
	if err := h.PauseWatch(t.Context(), admin, id, time.Time{}, "Being moved."); err != nil {
		t.Fatalf("PauseWatch() = %v", err)
	}
	return id
}

func aWindowOf(workspace string) connector.WindowDraft {
	return connector.WindowDraft{Workspace: workspace, Name: "Patch night", Repeat: "weekly", Days: []string{"sun"}, From: "22:00", To: "02:00", Zone: "UTC"}
}

func aWindow(t *testing.T, h *house, workspace string) string {
	w, err := h.AddWindow(t.Context(), admin, aWindowOf(workspace))
	if err != nil {
		t.Fatalf("AddWindow() = %v", err)
	}
	return w.ID
}
