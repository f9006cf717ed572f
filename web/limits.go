package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits is how often each of many callers may call: a bucket for each, in a table that cannot grow without bound.
type Limits struct {
	every rate.Limit
	burst int
	now   func() time.Time

	mu sync.Mutex
	by map[string]*bucket
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

// mostBuckets is how many callers are remembered; past that the one that has been quiet the longest is forgotten.
const mostBuckets = 10_000

// NewLimits lets each caller call so often in a span of time, and burst times at once.
func NewLimits(calls int, per time.Duration, burst int, now func() time.Time) *Limits {
	return &Limits{every: rate.Limit(float64(calls) / per.Seconds()), burst: burst, now: now, by: map[string]*bucket{}}
}

// Allow tells whether the caller may call now, and if not, how long until it may.
func (l *Limits) Allow(caller string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b, known := l.by[caller]
	if !known {
		l.forget()
		b = &bucket{Limiter: rate.NewLimiter(l.every, l.burst)}
		l.by[caller] = b
	}
	b.used = now
	r := b.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (l *Limits) forget() {
	if len(l.by) < mostBuckets {
		return
	}
	oldest := ""
	for caller, b := range l.by {
		if oldest == "" || b.used.Before(l.by[oldest].used) {
			oldest = caller
		}
	}
	delete(l.by, oldest)
}
