package securityhubapi

import (
	"context"
	"errors"
	"sync"
	"time"
)

// The bounds of waiting for another call with the same token. A client that tries again by itself does so three or four times, so more than these
// are nobody's patience.
const (
	mostWithToken = 8 // that wait for one call
	mostWaiting   = 64
	turnPatience  = 30 * time.Second
)

// errCrowded is a call for which there is no place to wait, or that has waited too long.
var errCrowded = errors.New("too many calls wait for each other")

// turns lets one call at a time go on for each key.
type turns struct {
	mu      sync.Mutex
	at      map[string]*turn
	waiting int // in all
}

type turn struct {
	free chan struct{} // holds a word while nobody has the turn
	with int           // how many have it or wait for it
}

// take waits for the turn and gives what ends it, and whether there was a wait. It is the context's error when that ends first, and errCrowded
// when too many wait already or the wait is too long; then there is nothing to end.
func (t *turns) take(ctx context.Context, key string) (end func(), waited bool, err error) {
	t.mu.Lock()
	mine := t.at[key]
	if mine == nil {
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.at[key] = mine
	}
	if waited = mine.with > 0; waited && (mine.with > mostWithToken || t.waiting >= mostWaiting) {
		t.mu.Unlock()
		return nil, false, errCrowded
	}
	mine.with++
	if waited {
		t.waiting++
	}
	t.mu.Unlock()

	patient, stop := context.WithTimeoutCause(ctx, turnPatience, errCrowded)
	defer stop()
	select {
	case <-mine.free:
	case <-patient.Done():
		err = context.Cause(patient)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if waited {
		t.waiting--
	}
	if err != nil {
		t.leave(key, mine)
		return nil, waited, err
	}
	return func() {
		mine.free <- struct{}{}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.leave(key, mine)
	}, waited, nil
}

// leave forgets a turn that nobody has or waits for any more. Hold mu.
func (t *turns) leave(key string, of *turn) {
	if of.with--; of.with == 0 {
		delete(t.at, key)
	}
}
