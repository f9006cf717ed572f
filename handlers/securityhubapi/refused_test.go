package securityhubapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

// TestRefusedSignaturesAreInTheAuditLog has a wrong secret, an unknown access key and a signature for another region tell of themselves.
func TestRefusedSignaturesAreInTheAuditLog(t *testing.T) {
	h := opened(t)
	wrong, unknownKey := h.keys[access.Editor], h.keys[access.Editor]
	wrong.SecretAccessKey = connector.NewSecret("canary-secret")
	unknownKey.AccessKeyID = "AKIACANARYCANARYCANA"
	for _, tt := range []struct {
		key  registry.Minted
		name string
		why  string
	}{{wrong, "key of editor", "wrong or late signature"}, {unknownKey, "AWS Security Hub", "unknown access key"}} {
		for range 10 {
			if got := h.do(t, h.signed(t, tt.key, get, "/connectorsv2", "")); got.status != http.StatusForbidden {
				t.Fatalf("answer = %d %s, want 403", got.status, got.text)
			}
		}
		all := signatureRefusals(t, h)
		if all[0].Name != tt.name || all[0].Detail != tt.why || all[0].Address == "" {
			t.Errorf("the newest event = %+v, want %q of %q", all[0], tt.why, tt.name)
		}
	}
	if got := h.do(t, h.unsigned(t)); got.status != http.StatusForbidden {
		t.Errorf("without a signature = %d", got.status)
	}
	all := signatureRefusals(t, h)
	if len(all) != 2 {
		t.Errorf("%d events, want one for each key", len(all))
	}
	for _, ev := range all {
		if text := fmt.Sprint(ev); strings.Contains(strings.ToLower(text), "canary") {
			t.Errorf("the event %+v has what was sent", ev)
		}
	}
}

func (h *house) unsigned(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), get, h.url+"/connectorsv2", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func signatureRefusals(t *testing.T, h *house) []access.Event {
	t.Helper()
	all, err := h.Events(t.Context(), admin, access.EventQuery{Action: "credential.refused", Size: 100})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
