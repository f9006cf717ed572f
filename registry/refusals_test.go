package registry_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/registry"
	"patchbay/store"
)

func at(address string) context.Context { return registry.From(context.Background(), address) }

// tries presents a credential from an address, in vain.
func (h *house) tries(t *testing.T, n int, key, secret, address string) {
	t.Helper()
	for range n {
		if _, _, err := h.Present(at(address), "harness", key, secret, address); !errors.Is(err, registry.ErrCredentials) {
			t.Fatalf("Present(%s) = %v, want it refused", key, err)
		}
	}
}

func TestRefusedLogInsAreNotedOnceAMinute(t *testing.T) {
	h := opened(t)
	m, err := h.Mint(t.Context(), admin, h.acme, "ci", access.Editor)
	if err != nil {
		t.Fatal(err)
	}
	noted := func() []access.Event {
		t.Helper()
		return h.events(t, "credential.refused")
	}
	h.tries(t, 500, m.Key, "canary-wrong-secret", "192.0.2.7")
	ev := noted()
	if len(ev) != 1 || ev[0].Object != "credential:"+m.ID || ev[0].Actor != "credential:ci" || ev[0].Workspace != h.acme || ev[0].Address != "192.0.2.7" || ev[0].Detail != "wrong secret" {
		t.Fatalf("events after 500 refusals at once = %+v, want the first", ev)
	}
	h.clock.pass(59 * time.Second)
	h.tries(t, 1, m.Key, "canary-wrong-secret", "198.51.100.9")
	if ev = noted(); len(ev) != 1 {
		t.Errorf("%d events within the minute, want 1", len(ev))
	}
	h.clock.pass(time.Second)
	h.tries(t, 1, m.Key, "canary-wrong-secret", "198.51.100.9")
	if ev = noted(); len(ev) != 2 || ev[0].Detail != "wrong secret, 501 times" || ev[0].Address != "198.51.100.9" {
		t.Errorf("events a minute later = %+v, want one more that counts all since", ev)
	}
	// Nobody comes any more, and what was counted is told all the same.
	h.tries(t, 3, m.Key, "canary-wrong-secret", "198.51.100.9")
	h.NoteRefusals(t.Context())
	if ev = noted(); len(ev) != 2 {
		t.Errorf("%d events before a minute is over, want 2", len(ev))
	}
	h.clock.pass(time.Minute)
	h.NoteRefusals(t.Context())
	h.NoteRefusals(t.Context())
	if ev = noted(); len(ev) != 3 || ev[0].Detail != "wrong secret, 3 times" {
		t.Errorf("events after the minute = %+v, want the three told once", ev)
	}
	h.clock.pass(time.Minute)
	h.NoteRefusals(t.Context()) // nothing more is known of it
	h.tries(t, 1, m.Key, "x", "192.0.2.7")
	if ev = noted(); len(ev) != 4 || ev[0].Detail != "wrong secret" {
		t.Errorf("a first refusal after quiet = %+v", ev[0])
	}
	if n, err := h.VerifyLog(t.Context(), admin); err != nil || n == 0 {
		t.Errorf("VerifyLog() = %d, %v", n, err)
	}
}

func TestWhatNobodyKnowsIsNotWrittenDown(t *testing.T) {
	h := opened(t)
	for i := range 300 {
		h.tries(t, 1, fmt.Sprintf("canary-pasted-secret-%d", i), "canary-secret", "192.0.2.7")
	}
	for i := range 300 { // one subscriber
		h.tries(t, 1, "k", "s", fmt.Sprintf("2001:db8:1:1::%x", i))
	}
	ev := h.events(t, "credential.refused")
	if len(ev) != 2 || ev[0].Object != "door:harness" || ev[0].Actor != "program:unknown" || ev[0].Detail != "unknown key" {
		t.Fatalf("events = %+v, want one for each of the two addresses", ev)
	}
	for _, e := range h.events(t, "") {
		if strings.Contains(fmt.Sprint(e), "canary") {
			t.Errorf("the event %+v has what was typed", e)
		}
	}
}

func TestManyAddressesCannotFloodTheAuditLog(t *testing.T) {
	h := opened(t)
	for i := range 3000 {
		h.tries(t, 1, "k", "s", fmt.Sprintf("10.%d.%d.1", i/250, i%250))
	}
	if n := len(h.events(t, "credential.refused")); n != 501 {
		t.Errorf("3000 addresses left %d events, want one for each of 500 and one for the others", n)
	}
	h.clock.pass(time.Minute)
	h.NoteRefusals(t.Context())
	ev := h.events(t, "credential.refused")
	if len(ev) != 502 || ev[0].Detail != "from many addresses, 2499 times" || ev[0].Address != "" {
		t.Errorf("a minute later there are %d events, the newest %+v", len(ev), ev[0])
	}
}

func TestWhatWasCountedIsToldAtTheEnd(t *testing.T) {
	clock := &clock{at: noon}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), catalog.All(), clock.now)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{clock: clock, store: st}
	h.Registry = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: &other{}, Passwords: &cheap{}, Now: clock.now})
	h.acme = h.workspace(t, connector.Workspace{Name: "Acme", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"})
	h.tries(t, 5, "k", "s", "192.0.2.7")
	h.Close()
	got, err := st.Events(t.Context(), access.EventQuery{Action: "credential.refused", Size: 10})
	if err != nil || len(got) != 2 || got[0].Detail != "unknown key, 4 times" {
		t.Errorf("events after Close() = %+v, %v, want the rest told", got, err)
	}
	if err := st.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

func TestARefusalThatCannotBeNotedIsARefusalAllTheSame(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	h := openedIn(t, dir, nil)
	exec(t, dir, `CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no room'); END`)
	h.tries(t, 2, "k", "s", "192.0.2.7")
	exec(t, dir, `DROP TRIGGER refuse`)
}
