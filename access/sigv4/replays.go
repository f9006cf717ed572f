package sigv4

import (
	"encoding/hex"
	"sync"
	"time"
)

// Replays remembers the signatures of requests that changed something, for as long as their dates are good, so that none is
// accepted twice. A client that tries again signs anew, with a new attempt number or date; two equal requests without such
// a number in the same second have the same signature and are a replay.
//
// It lives in memory and begins empty: what was seen before a restart is not known. It never forgets to make room: when it
// is full, or the clock was set back, it refuses. It may be used by many goroutines at once.
type Replays struct {
	window time.Duration
	most   int
	now    func() time.Time

	mu      sync.Mutex
	latest  time.Time // of the clock: when it is set back, what was dropped stays refused
	minutes map[int64]map[mark]struct{}
	count   int
}

// mark is the first half of a signature: enough that no two meet, at half the memory.
type mark [16]byte

type seen int

const (
	fresh seen = iota
	repeated
	full
)

// NewReplays makes a table for at most so many signatures (about 30 bytes each) whose dates are within the window
// around now. Give it the verifier's skew, and now as there.
func NewReplays(window time.Duration, most int, now func() time.Time) *Replays {
	return &Replays{window: window, most: most, now: now, minutes: map[int64]map[mark]struct{}{}}
}

// Seen notes a signature with the date of its request, and reports whether the request must be refused: the signature was
// there already, its date is outside the window, or there is no room.
func (r *Replays) Seen(signature string, at time.Time) bool { return r.take(signature, at) != fresh }

// Forget takes a signature out again, for a request that was refused before it changed anything (a rate limit): the same
// one may then be sent again.
func (r *Replays) Forget(signature string, at time.Time) {
	m, ok := markOf(signature)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	minute := r.minutes[minuteOf(at)]
	if _, is := minute[m]; is {
		delete(minute, m)
		r.count--
	}
}

// Len is how many signatures are remembered.
func (r *Replays) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

func (r *Replays) take(signature string, at time.Time) seen {
	m, ok := markOf(signature)
	if !ok {
		return repeated
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); now.After(r.latest) {
		r.latest = now
		r.drop()
	}
	if r.latest.Sub(at).Abs() > r.window {
		return repeated // it may have been seen and dropped
	}
	minute := r.minutes[minuteOf(at)]
	if _, is := minute[m]; is {
		return repeated
	}
	if r.count >= r.most {
		return full
	}
	if minute == nil {
		minute = map[mark]struct{}{}
		r.minutes[minuteOf(at)] = minute
	}
	minute[m] = struct{}{}
	r.count++
	return fresh
}

// drop forgets the minutes whose every date is too old to be accepted again.
func (r *Replays) drop() {
	for minute, marks := range r.minutes {
		if end := time.Unix((minute+1)*60, 0); r.latest.Sub(end) >= r.window {
			r.count -= len(marks)
			delete(r.minutes, minute)
		}
	}
}

func minuteOf(at time.Time) int64 { return at.Unix() / 60 }

func markOf(signature string) (m mark, ok bool) {
	if len(signature) != 64 {
		return m, false
	}
	_, err := hex.Decode(m[:], []byte(signature[:2*len(m)]))
	return m, err == nil
}
