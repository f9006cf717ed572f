package registry

import (
	"container/list"
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
	remembered     = 10_000 // entries; past that the longest quiet are forgotten first
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

	mu    sync.Mutex
	by    map[string]*list.Element // of *failures
	order list.List                // the longest quiet in front
}

type failures struct {
	key  string
	n    int
	last time.Time
	next time.Time // before this nothing is tried
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, by: map[string]*list.Element{}}
}

// try begins one try, or tells how long to wait before it. A try counts as failed from here on, until right takes that back: so
// many tries at once cannot all slip in before the first has ended.
func (t *throttle) try(name, address string) (right func(), wait time.Duration) {
	byName, byAddress := "name "+strings.ToLower(shortName(name)), "address "+address
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for _, key := range []string{byName, byAddress} {
		if at, ok := t.by[key]; ok {
			wait = max(wait, at.Value.(*failures).next.Sub(now))
		}
	}
	if wait > 0 {
		return nil, wait
	}
	t.fail(byName, freePerName, now)
	at := t.fail(byAddress, freePerAddress, now)
	n := at.n
	return func() { t.right(byName, at, n) }, 0
}

// fail notes one failure of a key.
func (t *throttle) fail(key string, free int, now time.Time) *failures {
	at, ok := t.by[key]
	if ok && now.Sub(at.Value.(*failures).last) > 2*longestWait {
		t.forget(at)
		ok = false
	}
	if !ok {
		if len(t.by) >= remembered {
			t.forget(t.order.Front())
		}
		at = t.order.PushBack(&failures{key: key})
		t.by[key] = at
	}
	t.order.MoveToBack(at)
	f := at.Value.(*failures)
	f.n++
	f.last = now
	if over := f.n - free; over >= 0 {
		f.next = now.Add(min(firstWait<<min(over, 20), longestWait))
	}
	return f
}

// right takes back the nth failure of an address. The name begins anew; the address does not, or whoever has one account could
// guess at all others for ever by signing in between.
func (t *throttle) right(byName string, at *failures, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if name, ok := t.by[byName]; ok {
		t.forget(name)
	}
	if at.n == n { // nobody failed since: what this try was to wait for is over
		at.next = time.Time{}
	}
	at.n--
}

func (t *throttle) forget(at *list.Element) {
	delete(t.by, at.Value.(*failures).key)
	t.order.Remove(at)
}
