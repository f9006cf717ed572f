package harnessapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"patchbay/access"
)

// TestRefusedKeysAreInTheAuditLog has each way of a wrong API key tell of itself, and of nothing that is secret.
func TestRefusedKeysAreInTheAuditLog(t *testing.T) {
	h := opened(t)
	parts := strings.Split(h.keys[access.Viewer], ".")
	for _, tt := range []struct{ key, account, object, why string }{
		{strings.Join([]string{"sat", account, parts[2], "canary-secret"}, "."), "", "viewer", "wrong secret"},
		{strings.Join([]string{"sat", account, "canary-id", "canary-secret"}, "."), "", "Harness", "unknown key"},
		{"canary-secret", "", "Harness", "not an API key"},
		{h.keys[access.Editor], rival, "editor", "another account"},
		{"", account, "", ""}, // no key is no try
	} {
		before := len(refusals(t, h))
		for range 20 {
			if got := h.ask(t, http.MethodGet, "/v1/connectors/x", "", "x-api-key", tt.key, "Harness-Account", tt.account); got.status != http.StatusUnauthorized {
				t.Fatalf("with %q the answer = %d, want 401", tt.key, got.status)
			}
		}
		all := refusals(t, h)
		switch fresh := len(all) - before; {
		case tt.why == "" && fresh == 0, tt.why == "not an API key" && fresh == 0: // the address has its line of this minute already
		case tt.why == "" || fresh != 1 || all[0].Detail != tt.why || all[0].Name != tt.object:
			t.Errorf("with %q there are %d events, the newest %+v, want one with %q", tt.key, fresh, all[0], tt.why)
		}
	}
	for _, ev := range refusals(t, h) {
		if text := fmt.Sprint(ev); strings.Contains(text, "canary") || strings.Contains(text, parts[3]) {
			t.Errorf("the event %+v has what was sent", ev)
		}
	}
}

func refusals(t *testing.T, h *house) []access.Event {
	t.Helper()
	all, err := h.Events(t.Context(), access.System("test"), access.EventQuery{Action: "credential.refused", Size: 100})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
