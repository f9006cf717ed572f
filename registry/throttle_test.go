package registry

import (
	"fmt"
	"testing"
	"time"
)

func TestTheTableOfGuessesIsBounded(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	table := newThrottle(func() time.Time { return now })
	for range freePerName {
		table.try("dana", "192.0.2.1")
	}
	if _, wait := table.try("dana", "192.0.2.1"); wait == 0 {
		t.Fatal("the sixth try need not wait")
	}
	for i := range remembered + 500 {
		now = now.Add(time.Millisecond)
		table.try(fmt.Sprint("name ", i), fmt.Sprint("address ", i))
	}
	if len(table.by) != remembered || table.order.Len() != remembered {
		t.Errorf("the table has %d entries in an order of %d, want %d", len(table.by), table.order.Len(), remembered)
	}
}

func TestTheLongestWaitIsAQuarterOfAnHour(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	table := newThrottle(func() time.Time { return now })
	longest := time.Duration(0)
	for range 50 {
		_, wait := table.try("dana", "192.0.2.1")
		longest = max(longest, wait)
		now = now.Add(wait)
	}
	if longest != longestWait {
		t.Errorf("the longest wait is %s, want %s", longest, longestWait)
	}
	now = now.Add(2*longestWait + time.Second)
	if _, wait := table.try("dana", "192.0.2.1"); wait != 0 {
		t.Errorf("after half an hour of quiet the wait is %s, want none", wait)
	}
}
