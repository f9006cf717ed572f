package jitterbitapi

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestAWindowSlides(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w := newWindow(2, time.Minute, func() time.Time { return now })
	for _, step := range []struct {
		pass, want time.Duration
	}{{0, 0}, {40 * time.Second, 0}, {0, 20 * time.Second}, {19 * time.Second, time.Second}, {time.Second, 0}, {0, 40 * time.Second}, {40 * time.Second, 0}} {
		now = now.Add(step.pass)
		if got := w.try("a"); got != step.want {
			t.Errorf("try() at %s = %s, want %s", now.Format(time.TimeOnly), got, step.want)
		}
	}
	if got := w.try("b"); got != 0 {
		t.Errorf("try() of another key = %s", got)
	}
	w.forget("a")
	if got := w.try("a"); got != 0 {
		t.Errorf("try() of a forgotten key = %s", got)
	}
}

func TestAWindowIsBounded(t *testing.T) {
	w := newWindow(1, time.Minute, func() time.Time { return time.Unix(0, 0) })
	for i := range 3 * remembered {
		w.try(strconv.Itoa(i))
		w.try("busy" + strings.Repeat("!", 1000))
	}
	if len(w.by) != remembered || w.order.Len() != remembered {
		t.Errorf("%d keys and %d entries are remembered, want %d", len(w.by), w.order.Len(), remembered)
	}
	for key := range w.by {
		if len(key) > longestKey+len("…") {
			t.Errorf("a key of %d bytes is kept", len(key))
		}
	}
}

func TestANetworkIsAnAddressOrTheOnesBesideIt(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.7": "192.0.2.7", "2001:db8::7": "2001:db8::/64", "2001:db8::ffff:8": "2001:db8::/64",
		"::ffff:192.0.2.7": "::ffff:192.0.2.7", "": "", "nonsense": "nonsense"} {
		if got := network(in); got != want {
			t.Errorf("network(%q) = %q, want %q", in, got, want)
		}
	}
}
