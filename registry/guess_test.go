package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

// TestTenThousandGuessesCostFewHashes is proof S11: guessing from one place, or at one name, is slowed down before anything costly.
func TestTenThousandGuessesCostFewHashes(t *testing.T) {
	const guesses, most = 10_000, 200
	for name, tt := range map[string]struct {
		user, address func(i int) string
		step          time.Duration
	}{
		"one name from one address":             {one("dana"), one("192.0.2.1"), 0},
		"one name from many addresses":          {one("dana"), many("10.0.%d.%d"), 0},
		"many names from one address":           {many("user-%d-%d"), one("192.0.2.1"), 0},
		"one name over three hours":             {one("dana"), many("10.0.%d.%d"), time.Second},
		"many names over three hours":           {many("user-%d-%d"), one("192.0.2.1"), time.Second},
		"one name in many spellings":            {func(i int) string { return "dana" + strings.Repeat(" ", i%7) }, one("192.0.2.1"), 0},
		"one long name that differs at the end": {func(i int) string { return strings.Repeat("x", 64) + fmt.Sprint(i) }, many("10.0.%d.%d"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := opened(t)
			h.user(t, "dana", access.Viewer)
			before := h.passwords.hashes.Load()
			for i := range guesses {
				_, err := h.SignIn(t.Context(), tt.user(i), fmt.Sprint("guess ", i), tt.address(i))
				var soon *registry.TooSoon
				if !errors.Is(err, registry.ErrCredentials) && !errors.As(err, &soon) {
					t.Fatalf("guess %d = %v, want a refusal", i, err)
				}
				h.clock.pass(tt.step)
			}
			if cost := h.passwords.hashes.Load() - before; cost > most {
				t.Errorf("%d guesses cost %d hashes, want at most %d", guesses, cost, most)
			}
		})
	}
}

func one(text string) func(int) string { return func(int) string { return text } }
func many(form string) func(int) string {
	return func(i int) string { return fmt.Sprintf(form, i/250, i%250) }
}

// TestWithoutTheWaitEachGuessCostsAHash shows the control switched off: once the wait is over before every guess, each one is hashed.
func TestWithoutTheWaitEachGuessCostsAHash(t *testing.T) {
	h := opened(t)
	h.user(t, "dana", access.Viewer)
	before := h.passwords.hashes.Load()
	for range 300 {
		if _, err := h.SignIn(t.Context(), "dana", "guess", "192.0.2.1"); !errors.Is(err, registry.ErrCredentials) {
			t.Fatalf("SignIn() = %v, want a refusal", err)
		}
		h.clock.pass(31 * time.Minute)
	}
	if cost := h.passwords.hashes.Load() - before; cost != 300 {
		t.Errorf("300 guesses cost %d hashes, want each one", cost)
	}
}

func TestGuessesAtOnceDoNotSlipInTogether(t *testing.T) {
	h := opened(t)
	h.user(t, "dana", access.Viewer)
	before := h.passwords.hashes.Load()
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			if _, err := h.SignIn(t.Context(), "dana", "guess", "192.0.2.1"); err == nil {
				t.Error("a guess was let in")
			}
		})
	}
	wait.Wait()
	if cost := h.passwords.hashes.Load() - before; cost > 5 {
		t.Errorf("100 guesses at once cost %d hashes, want at most the 5 that are free", cost)
	}
}

func TestWhoeverHasOneAccountCannotGuessAtOthersForEver(t *testing.T) {
	h := opened(t)
	h.user(t, "mallory", access.Viewer)
	refused := 0
	for i := range 200 {
		_, err := h.SignIn(t.Context(), fmt.Sprint("victim-", i), "Summer2026", "192.0.2.66")
		if soon := (&registry.TooSoon{}); errors.As(err, &soon) {
			refused++
			h.clock.pass(soon.Wait)
		}
		if _, err := h.SignIn(t.Context(), "mallory", "correct horse", "192.0.2.66"); err != nil {
			refused++
		}
	}
	if refused < 100 {
		t.Errorf("%d of 400 tries were refused, want most: signing in must not wipe the address clean", refused)
	}
}

func TestARightPasswordIsNotHeldAgainstAnAddress(t *testing.T) {
	h := opened(t)
	h.user(t, "dana", access.Viewer)
	for i := range 100 {
		if _, err := h.SignIn(t.Context(), "dana", "correct horse", "192.0.2.1"); err != nil {
			t.Fatalf("right sign-in %d = %v", i+1, err)
		}
	}
	for range 3 {
		if _, err := h.SignIn(t.Context(), "dana", "wrong", "192.0.2.1"); !errors.Is(err, registry.ErrCredentials) {
			t.Fatalf("a wrong one = %v", err)
		}
		if _, err := h.SignIn(t.Context(), "dana", "correct horse", "192.0.2.1"); err != nil {
			t.Fatalf("a right one after a wrong one = %v", err)
		}
	}
}

func TestTheWaitIsSaidAndEnds(t *testing.T) {
	h := opened(t)
	h.user(t, "dana", access.Viewer)
	for range 5 {
		if _, err := h.SignIn(t.Context(), "dana", "wrong", "192.0.2.1"); !errors.Is(err, registry.ErrCredentials) {
			t.Fatalf("SignIn() = %v", err)
		}
	}
	_, err := h.SignIn(t.Context(), "dana", "correct horse", "192.0.2.9")
	soon := &registry.TooSoon{}
	if !errors.As(err, &soon) || soon.Wait != time.Second || err.Error() != "Too many failed sign-ins. Try again in 1 second." {
		t.Fatalf("the sixth try = %v, want to wait a second, from wherever it comes", err)
	}
	h.clock.pass(time.Second)
	if _, err := h.SignIn(t.Context(), "dana", "correct horse", "192.0.2.9"); err != nil {
		t.Errorf("SignIn() after the wait = %v", err)
	}
	if text := (&registry.TooSoon{Wait: 90 * time.Second}).Error(); !strings.Contains(text, "90 seconds") {
		t.Errorf("a long wait reads %q", text)
	}
}

// TestNobodyLearnsWhoIsThere: the same error, the same cost and the same trace for a user who is there and one who is not.
func TestNobodyLearnsWhoIsThere(t *testing.T) {
	h := opened(t)
	h.user(t, "dana", access.Viewer)
	stopped := h.user(t, "stopped", access.Viewer)
	if _, err := h.ChangeUser(t.Context(), admin, stopped.ID, 1, access.Viewer, true); err != nil {
		t.Fatal(err)
	}
	type trace struct {
		error  string
		hashes int64
		events int
	}
	var want []trace
	for i, name := range []string{"dana", "nobody", "stopped", "", "'; DROP TABLE users; --"} {
		var got []trace
		for n := range 8 { // past the free ones, so that waits are compared too
			hashes, events := h.passwords.hashes.Load(), len(h.events(t, ""))
			_, err := h.SignIn(t.Context(), name, "wrong", fmt.Sprintf("10.%d.0.%d", i, n))
			got = append(got, trace{err.Error(), h.passwords.hashes.Load() - hashes, len(h.events(t, "")) - events})
		}
		if want == nil {
			want = got
			if got[0].hashes != 1 || got[7].hashes != 0 {
				t.Fatalf("traces of dana = %+v, want a hash at first and none at last", got)
			}
			continue
		}
		for n := range got {
			if got[n] != want[n] {
				t.Errorf("try %d as %q leaves %+v, as a user who is there %+v", n+1, name, got[n], want[n])
			}
		}
	}
}

func TestTheSetUpCodeWorksOnce(t *testing.T) {
	h := opened(t)
	if need, err := h.NeedsSetUp(t.Context()); err != nil || !need {
		t.Fatalf("NeedsSetUp() = %v, %v, want true", need, err)
	}
	code := h.SetUpCode()
	_, err := h.SetUp(t.Context(), code, "root", "short")
	problemAt(t, err, "password") // and the code lives on
	u, err := h.SetUp(t.Context(), " "+strings.ToLower(code)+" ", "root", "correct horse")
	if err != nil || u.Role != access.Admin {
		t.Fatalf("SetUp() = %+v, %v, want an admin", u, err)
	}
	if _, err := h.SetUp(t.Context(), code, "second", "correct horse"); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("SetUp() with users = %v, want a conflict", err)
	}
	if made, err := h.FirstAdmin(t.Context(), "third", "correct horse"); made || err != nil {
		t.Errorf("FirstAdmin() with users = %v, %v, want nothing done", made, err)
	}
	if got := h.events(t, "user.added"); len(got) != 1 || got[0].Actor != "system:set-up" {
		t.Errorf("events = %v, want the one admin", got)
	}
}

func TestTheSetUpCodeDies(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(h *house) (code string)
		good  bool
	}{
		"never, within 30 minutes": {func(h *house) string { c := h.SetUpCode(); h.clock.pass(30 * time.Minute); return c }, true},
		"after 30 minutes": {func(h *house) string {
			c := h.SetUpCode()
			h.clock.pass(30*time.Minute + time.Millisecond)
			return c
		}, false},
		"when a new one is made": {func(h *house) string { c := h.SetUpCode(); h.SetUpCode(); return c }, false},
		"before there is one":    {func(*house) string { return "ABCD-EFGH-IJKL-MNOP" }, false},
		"not after nine guesses": {func(h *house) string { return guessed(t, h, 9) }, true},
		"after ten guesses":      {func(h *house) string { return guessed(t, h, 10) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := opened(t)
			before := h.passwords.hashes.Load()
			code := tt.spoil(h)
			_, err := h.SetUp(t.Context(), code, "root", "correct horse")
			if tt.good != (err == nil) {
				t.Fatalf("SetUp() = %v, want it good: %v", err, tt.good)
			}
			if !tt.good {
				problemAt(t, err, "code")
				if h.passwords.hashes.Load() != before {
					t.Error("a bad code cost a hash")
				}
			}
		})
	}
}

// guessed makes a code, guesses so often, and gives the right one.
func guessed(t *testing.T, h *house, times int) string {
	code := h.SetUpCode()
	for range times {
		_, err := h.SetUp(t.Context(), "WRON-GWRO-NGWR-ONGW", "root", "correct horse")
		problemAt(t, err, "code")
	}
	return code
}
