package sigv4

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestReplaysForgetByTimeOnly(t *testing.T) {
	now := testTime
	r := NewReplays(5*time.Minute, 1000, func() time.Time { return now })
	early, late := hash([]byte("early")), hash([]byte("late"))
	if r.Seen(early, testTime.Add(-5*time.Minute)) || r.Seen(late, testTime.Add(5*time.Minute)) {
		t.Fatal("a new signature at the border of the window is taken for a replay")
	}
	// Walk the clock past both: a signature is either remembered or too old, at every second.
	for ; !now.After(testTime.Add(12 * time.Minute)); now = now.Add(time.Second) {
		if !r.Seen(early, testTime.Add(-5*time.Minute)) || !r.Seen(late, testTime.Add(5*time.Minute)) {
			t.Fatalf("a signature was forgotten at %s", now)
		}
	}
	if got := r.Len(); got != 0 {
		t.Errorf("Len = %d after the window, want 0", got)
	}
	now = testTime
	if !r.Seen(early, testTime.Add(-5*time.Minute)) || !r.Seen(late, testTime) {
		t.Error("setting the clock back brings dropped signatures in again")
	}
}

func TestReplaysWhenFullRefuse(t *testing.T) {
	now := testTime
	r := NewReplays(time.Minute, 3, func() time.Time { return now })
	sign := func(i int) string { return hash([]byte(strconv.Itoa(i))) }
	for i := range 3 {
		if r.Seen(sign(i), now) {
			t.Fatalf("signature %d is refused", i)
		}
	}
	if r.take(sign(3), now) != full || r.take(sign(0), now) != repeated || r.Len() != 3 {
		t.Errorf("a full table takes more or forgets; Len = %d", r.Len())
	}
	r.Forget(sign(9), now)
	r.Forget("nonsense", now)
	if r.Forget(sign(1), now); r.Len() != 2 || r.Seen(sign(3), now) {
		t.Errorf("there is no room after one was taken out; Len = %d", r.Len())
	}
	now = now.Add(3 * time.Minute)
	if r.Seen(sign(4), now) || r.Len() != 1 {
		t.Errorf("there is no room after the window; Len = %d", r.Len())
	}
	for _, bad := range []string{"", "abc", sign(5) + "0", "zz" + sign(5)[2:]} {
		if !r.Seen(bad, now) {
			t.Errorf("Seen(%q) lets what is no signature pass", bad)
		}
	}
}

func TestReplaysLetEachPassOnce(t *testing.T) {
	const senders, signatures = 8, 500
	r := NewReplays(time.Minute, signatures, func() time.Time { return testTime })
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for i := range signatures {
				if !r.Seen(hash([]byte(strconv.Itoa(i))), testTime.Add(time.Duration(i%50)*time.Second)) {
					passed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got := passed.Load(); got != signatures {
		t.Errorf("%d passed, want each of the %d once", got, signatures)
	}
}
