package web_test

import (
	"fmt"
	"testing"
	"time"

	"patchbay/web"
)

func TestACallerMayBurstThenHasToWait(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := web.NewLimits(10, time.Second, 3, func() time.Time { return now })
	for i := range 3 {
		if wait, ok := l.Allow("a"); !ok || wait != 0 {
			t.Fatalf("Allow %d = %v, %v, want at once", i, wait, ok)
		}
	}
	if wait, ok := l.Allow("a"); ok || wait != 100*time.Millisecond {
		t.Errorf("Allow past the burst = %v, %v, want 100ms, false", wait, ok)
	}
	if _, ok := l.Allow("b"); !ok {
		t.Error("another caller is held up too")
	}
	now = now.Add(100 * time.Millisecond)
	if _, ok := l.Allow("a"); !ok {
		t.Error("the wait is over and the caller is still held up")
	}
}

func TestManyCallersDoNotFillTheMemory(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := web.NewLimits(1, time.Minute, 1, func() time.Time { now = now.Add(time.Millisecond); return now })
	l.Allow("first")
	for i := range 10_000 {
		l.Allow(fmt.Sprint(i))
	}
	if _, ok := l.Allow("first"); !ok {
		t.Error("the caller that was quiet the longest is still remembered")
	}
	if _, ok := l.Allow("9999"); ok {
		t.Error("a caller from just now is forgotten")
	}
}
