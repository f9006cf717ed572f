package securityhubapi

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
)

// taken takes a turn that is free.
func (t *turns) taken(tb testing.TB, key string) (end func()) {
	tb.Helper()
	end, waited, err := t.take(tb.Context(), key)
	if err != nil || waited {
		tb.Fatalf("take(%s) = waited %v, %v, want a free turn", key, waited, err)
	}
	return end
}

func TestATurnIsForgottenWhenItEnds(t *testing.T) {
	turns := turns{at: map[string]*turn{}}
	turns.taken(t, "a")()
	end := turns.taken(t, "b")
	if len(turns.at) != 1 {
		t.Errorf("%d turns are kept, want the one that is taken", len(turns.at))
	}
	end()
	if len(turns.at) != 0 {
		t.Errorf("%d turns are kept, want none", len(turns.at))
	}
}

func TestWhoeverLeavesNoLongerWaitsForATurn(t *testing.T) {
	turns := turns{at: map[string]*turn{}}
	end := turns.taken(t, "a")
	ctx, leaves := context.WithCancel(t.Context())
	leaves()
	if _, waited, err := turns.take(ctx, "a"); !errors.Is(err, context.Canceled) || !waited {
		t.Errorf("take() by somebody who leaves = waited %v, %v, want %v", waited, err, context.Canceled)
	}
	if turns.waiting != 0 || turns.at["a"].with != 1 {
		t.Errorf("after it %d wait and %d are there, want none and one", turns.waiting, turns.at["a"].with)
	}
	end()
	turns.taken(t, "a")()
	if len(turns.at) != 0 {
		t.Errorf("%d turns are kept, want none", len(turns.at))
	}
}

func TestFewWaitForATurn(t *testing.T) {
	turns := turns{at: map[string]*turn{}}
	full := func(key string) bool {
		ctx, leaves := context.WithCancel(t.Context())
		leaves()
		_, _, err := turns.take(ctx, key)
		return errors.Is(err, errCrowded)
	}
	end := turns.taken(t, "a")
	var all sync.WaitGroup
	wait := func(key string, n int) {
		for range n {
			all.Go(func() {
				end, waited, err := turns.take(t.Context(), key)
				if err != nil || !waited {
					t.Errorf("take(%s) = waited %v, %v, want it in the end", key, waited, err)
					return
				}
				end()
			})
		}
	}
	there := func(n int) {
		for {
			turns.mu.Lock()
			is := turns.waiting
			turns.mu.Unlock()
			if is == n {
				return
			}
			runtime.Gosched()
		}
	}
	wait("a", mostWithToken-1)
	there(mostWithToken - 1)
	if full("a") {
		t.Error("one place less than there are is full")
	}
	wait("a", 1)
	there(mostWithToken)
	if !full("a") {
		t.Error("there is room for more than wait at most")
	}
	ends := []func(){end}
	for n := mostWithToken; n < mostWaiting; n += mostWithToken {
		key := string(rune('b' + n/mostWithToken))
		ends = append(ends, turns.taken(t, key))
		wait(key, mostWithToken)
		there(n + mostWithToken)
	}
	last := turns.taken(t, "last") // who need not wait is never too many
	if !full("last") {
		t.Error("there is room for more than wait at most for all tokens together")
	}
	last()
	for _, end := range ends {
		end()
	}
	all.Wait()
	if len(turns.at) != 0 || turns.waiting != 0 {
		t.Errorf("%d turns are kept and %d wait, want none", len(turns.at), turns.waiting)
	}
}
