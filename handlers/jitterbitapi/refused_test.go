package jitterbitapi_test

import (
	"fmt"
	"strings"
	"testing"

	"patchbay/access"
)

// TestRefusedLogInsAreInTheAuditLog has a wrong password, an unknown address and an unknown token tell of themselves, and of nothing that is
// secret.
func TestRefusedLogInsAreInTheAuditLog(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	for range 7 { // the last two find the account locked
		h.logIn(t, m.Email, "canary-password")
	}
	h.logIn(t, "canary-pasted@acme.example", "canary-password")
	h.ask(t, "GET", "/orgs/"+acme+"/connector", "1_canary-token", "")
	h.ask(t, "GET", "/orgs/"+acme+"/connector", "", "")
	h.Close() // which tells what was counted since
	all, err := h.store.Events(t.Context(), access.EventQuery{Action: "credential.refused", Size: 100})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, ev := range all {
		got[ev.Name+": "+ev.Detail] = true
		if text := fmt.Sprint(ev); strings.Contains(text, "canary") || strings.Contains(text, m.Email) {
			t.Errorf("the event %+v has what was sent", ev)
		}
	}
	for _, want := range []string{"build: wrong secret", "build: locked after too many failures, 6 times", "Jitterbit Harmony: unknown key", "Jitterbit Harmony: unknown token"} {
		if !got[want] {
			t.Errorf("no event says %q: %v", want, got)
		}
	}
	if len(all) != 4 {
		t.Errorf("%d events, want 4: %v", len(all), got)
	}
}
