package registry

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// The bounds of guessing: so many failures are free, then each one doubles the wait, up to the longest.
const (
	freePerName    = 5
	freePerAddress = 20
	firstWait      = time.Second
	longestWait    = 15 * time.Minute
	remembered     = 10_000 // entries; past that the oldest failures are forgotten first
)

// TooSoon is the answer to a sign-in that must wait.
type TooSoon struct{ Wait time.Duration }

// Error says how long.
func (e *TooSoon) Error() string {
	seconds := int((e.Wait + time.Second - 1) / time.Second)
	if seconds == 1 {
		return "Too many failed sign-ins. Try again in 1 second."
	}
	return fmt.Sprintf("Too many failed sign-ins. Try again in %d seconds.", seconds)
}

// throttle slows guessing down, by account and by address, in a table that cannot grow without bound.
type throttle struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[string]*failures
}

type failures struct {
	n    int
	last time.Time
	next time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, by: map[string]*failures{}}
}

func throttleKeys(name, address string) map[string]int {
	return map[string]int{"name " + strings.ToLower(shortName(name)): freePerName, "address " + address: freePerAddress}
}

func (t *throttle) wait(name, address string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, longest := t.now(), time.Duration(0)
	for key := range throttleKeys(name, address) {
		if f, ok := t.by[key]; ok {
			longest = max(longest, f.next.Sub(now))
		}
	}
	return longest
}

func (t *throttle) fail(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for key, free := range throttleKeys(name, address) {
		f, ok := t.by[key]
		if !ok || now.Sub(f.last) > 2*longestWait {
			t.forget()
			f = &failures{}
			t.by[key] = f
		}
		f.n++
		f.last = now
		if over := f.n - free; over >= 0 {
			f.next = now.Add(min(firstWait<<min(over, 20), longestWait))
		}
	}
}

// forget makes room for one more entry by dropping the one whose last failure is the longest ago.
func (t *throttle) forget() {
	if len(t.by) < remembered {
		return
	}
	oldest := ""
	for key, f := range t.by {
		if oldest == "" || f.last.Before(t.by[oldest].last) {
			oldest = key
		}
	}
	delete(t.by, oldest)
}

func (t *throttle) clear(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key := range throttleKeys(name, address) {
		delete(t.by, key)
	}
}
