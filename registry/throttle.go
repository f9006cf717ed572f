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
	return map[string]int{nameKey(name): freePerName, addressPrefix + address: freePerAddress}
}

const addressPrefix = "address "

func nameKey(name string) string { return "name " + strings.ToLower(shortName(name)) }

// try begins one try, or tells how long to wait before it. A try counts as failed from here on, until right takes that back: so
// many tries at once cannot all slip in before the first has ended.
func (t *throttle) try(name, address string) (right func(), wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, keys := t.now(), throttleKeys(name, address)
	for key := range keys {
		if f, ok := t.by[key]; ok {
			wait = max(wait, f.next.Sub(now))
		}
	}
	if wait > 0 {
		return nil, wait
	}
	for key, free := range keys {
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
	at := t.by[addressPrefix+address]
	n := at.n
	return func() { t.right(name, at, n) }, 0
}

// right takes back the nth failure of an address. The name begins anew; the address does not, or whoever has one account could
// guess at all others for ever by signing in between.
func (t *throttle) right(name string, at *failures, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, nameKey(name))
	if at.n == n { // nobody failed since: what this try was to wait for is over
		at.next = time.Time{}
	}
	at.n--
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
