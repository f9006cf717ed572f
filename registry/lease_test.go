package registry_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/registry"
	"patchbay/store"
)

// leased is a store that counts how often the right to renew was refused; with free it is given to everybody.
type leased struct {
	*store.Store
	refused atomic.Int64
	free    bool
	when    func() // it was refused
}

func (l *leased) HoldRenewal(ctx context.Context, id, holder string, now time.Time, while time.Duration) error {
	if l.free {
		return nil
	}
	err := l.Store.HoldRenewal(ctx, id, holder, now, while)
	if errors.Is(err, connector.ErrConflict) {
		l.refused.Add(1)
		if l.when != nil {
			l.when()
		}
	}
	return err
}

// beside gives a second program on the same data directory, with its own store, that is authorised by the same server.
func (h *renewing) beside(t *testing.T) (*renewing, *leased) {
	t.Helper()
	st, err := store.Open(t.Context(), h.store.Dir(), catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() of the same directory = %v", err)
	}
	disk := &leased{Store: st}
	two := &renewing{house: &house{store: st, clock: h.clock, passwords: h.passwords, other: &other{}, hub: h.hub}, server: h.server, desk: &desk{}, id: h.id}
	two.Registry = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: two.other, Passwords: h.passwords, Now: h.clock.now, Tickets: two.desk,
		OAuth: registry.OAuth{Apps: disk, Exchanger: &consents{}, Refresher: h.server, Callback: oauthCallback}})
	t.Cleanup(func() {
		two.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return two, disk
}

// TestTwoProgramsUseOneRenewal: the server and the command line on one data directory need a new token at the same time.
func TestTwoProgramsUseOneRenewal(t *testing.T) {
	h := renews(t)
	two, disk := h.beside(t)
	var second sync.WaitGroup
	h.server.during = func(int) error {
		second.Go(func() {
			if _, err := two.open(t); err != nil {
				t.Errorf("OpenTicket() by the other program = %v", err)
			}
		})
		for disk.refused.Load() < 2 {
			runtime.Gosched()
		}
		return nil
	}
	if code := h.code(t); code != "" {
		t.Errorf("OpenTicket() = %s", code)
	}
	second.Wait()
	if len(h.server.asked) != 1 {
		t.Errorf("the server was asked with %q, want one renewal", h.server.asked)
	}
	for _, d := range []*desk{h.desk, two.desk} {
		if len(d.tokens) != 1 || d.tokens[0] != "access 1" {
			t.Errorf("tickets were opened with %q, want the new token", d.tokens)
		}
	}
	// The right was given back: the other program renews the next one without waiting.
	h.server.during = nil
	h.over(t)
	waited := disk.refused.Load()
	if code := two.code(t); code != "" || two.desk.tokens[1] != "access 2" || disk.refused.Load() != waited {
		t.Errorf("the next renewal: %q with %v, after %d refusals", code, two.desk.tokens, disk.refused.Load()-waited)
	}
}

// TestWithoutTheLeaseTwoProgramsBurnTheConsent shows the control switched off.
func TestWithoutTheLeaseTwoProgramsBurnTheConsent(t *testing.T) {
	h := renews(t)
	two, disk := h.beside(t)
	disk.free = true
	h.server.during = func(int) error {
		if code := two.code(t); code != string(connector.ConsentGone) {
			t.Errorf("the second renewal with one refresh token: %q, want it refused", code)
		}
		return nil
	}
	if code := h.code(t); code != "" || len(h.server.asked) != 2 {
		t.Errorf("%q after %d questions, want 2", code, len(h.server.asked))
	}
}

// TestARenewalThatFailedIsLeftToOthers: nobody waits for a program that has given up.
func TestARenewalThatFailedIsLeftToOthers(t *testing.T) {
	h := renews(t)
	two, disk := h.beside(t)
	h.server.during = func(n int) error {
		if n > 1 {
			return nil
		}
		h.server.mu.Lock()
		h.server.good = "refresh" // nothing was given out
		h.server.mu.Unlock()
		return &connector.Unrenewed{Why: connector.RenewalTrouble}
	}
	if code := h.code(t); code != string(connector.RenewalTrouble) {
		t.Errorf("code = %q", code)
	}
	if code := two.code(t); code != "" || disk.refused.Load() != 0 {
		t.Errorf("the other program: %q after %d refusals, want a renewal without waiting", code, disk.refused.Load())
	}
}

func TestAProgramThatDiedKeepsOthersFromRenewingForAWhileOnly(t *testing.T) {
	h := renews(t)
	two, disk := h.beside(t)
	if err := h.store.HoldRenewal(t.Context(), h.id, "dead", h.clock.now(), 20*time.Second); err != nil {
		t.Fatal(err)
	}
	disk.when = func() { h.clock.pass(10 * time.Second) }
	if code := two.code(t); code != "" || two.desk.tokens[0] != "access 1" || disk.refused.Load() != 2 {
		t.Errorf("after a program died: %q, %v after %d refusals, want a renewal after 2", code, two.desk.tokens, disk.refused.Load())
	}
}

func TestAProgramThatEndsDoesNotWaitForARenewalElsewhere(t *testing.T) {
	h := renews(t)
	two, disk := h.beside(t)
	if err := h.store.HoldRenewal(t.Context(), h.id, "another", h.clock.now(), 20*time.Second); err != nil {
		t.Fatal(err)
	}
	var closing sync.WaitGroup
	var once sync.Once
	disk.when = func() { once.Do(func() { closing.Go(two.Close) }) }
	if _, err := two.open(t); err == nil || len(h.server.asked) != 0 {
		t.Errorf("OpenTicket() of a program that ends = %v after %d questions, want an error and none", err, len(h.server.asked))
	}
	closing.Wait()
}
