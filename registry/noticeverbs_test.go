package registry_test

import (
	"testing"

	"patchbay/access"
	"patchbay/connector"
)

func aChannel(t *testing.T, h *house, _ string) string {
	return h.channel(t, connector.Channel{Name: h.unique("channel"), Kind: connector.Webhook}).ID
}

// aNotice gives the id of a test that a new channel was sent.
func aNotice(t *testing.T, h *house, workspace string) string {
	t.Helper()
	n, err := h.TestChannel(t.Context(), admin, aChannel(t, h, workspace))
	if err != nil {
		t.Fatalf("TestChannel() = %v", err)
	}
	return n.ID
}

var noticeVerbs = []verb{
	{"Channels", access.ManageWorkspaces, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Channels(t.Context(), a)
		return err
	}},
	{"Channel", access.ManageWorkspaces, aChannel, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, _, err := h.Channel(t.Context(), a, id)
		return err
	}},
	{"AddChannel", access.ManageWorkspaces, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, _, err := h.AddChannel(t.Context(), a, connector.Channel{Name: h.unique("channel"), Kind: connector.Webhook, Tells: connector.TellFailures},
			"https://hooks.example.com/x")
		return err
	}},
	{"ChangeChannel", access.ManageWorkspaces, aChannel, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.ChangeChannel(t.Context(), a, id, 1, connector.Channel{Name: h.unique("channel"), Kind: connector.Webhook, Tells: connector.TellChanges}, "")
		return err
	}},
	{"RemoveChannel", access.ManageWorkspaces, aChannel, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.RemoveChannel(t.Context(), a, id)
		return err
	}},
	{"TestChannel", access.ManageWorkspaces, aChannel, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.TestChannel(t.Context(), a, id)
		return err
	}},
	{"Notice", access.ManageWorkspaces, aNotice, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, _, err := h.Notice(t.Context(), a, id)
		return err
	}},
	{"Redeliver", access.ManageWorkspaces, aNotice, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.Redeliver(t.Context(), a, id)
		return err
	}},
}
