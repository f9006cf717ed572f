package connector_test

import (
	"testing"
	"time"

	"patchbay/connector"
)

func TestCadencesAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range append([]time.Duration{0, connector.Never}, connector.Cadences...) {
		if got, ok := connector.ParseCadence(connector.CadenceName(c)); !ok || got != c {
			t.Errorf("ParseCadence(%q) = %v, %v; want %v", connector.CadenceName(c), got, ok, c)
		}
	}
	for _, text := range []string{"2m", "10", "-1m", "1h30m", "never"} {
		if got, ok := connector.ParseCadence(text); ok {
			t.Errorf("ParseCadence(%q) = %v, want it refused", text, got)
		}
	}
	for d, want := range map[time.Duration]string{time.Minute: "every minute", 10 * time.Minute: "every 10 minutes", time.Hour: "every hour",
		24 * time.Hour: "every 24 hours", 90 * time.Second: "every 90 seconds", connector.Never: "never", 0: "never"} {
		if got := connector.CadenceText(d); got != want {
			t.Errorf("CadenceText(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestAPauseHoldsUntilItsTime(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	if (connector.Pause{Until: now}).Holds(now) || !(connector.Pause{Until: now.Add(1)}).Holds(now) || !(connector.Pause{}).Holds(now) {
		t.Error("a pause holds up to its time, and without one for ever")
	}
}

func TestAnEndHasStages(t *testing.T) {
	end := connector.Expiry{At: time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)}
	for _, tt := range []struct {
		at          string
		stage, left int
	}{
		{"2026-12-01T11:59:59Z", 0, 31}, {"2026-12-01T12:00:00Z", 30, 30}, {"2026-12-24T11:59:59Z", 30, 8}, {"2026-12-24T12:00:00Z", 7, 7},
		{"2026-12-30T11:59:59Z", 7, 2}, {"2026-12-30T12:00:00Z", 1, 1}, {"2026-12-31T11:59:59Z", 1, 1}, {"2026-12-31T12:00:00Z", 1, 0}, {"2027-01-02T12:00:00Z", 1, -2},
	} {
		now := at(t, tt.at)
		if stage, left := end.Stage(now), end.DaysLeft(now); stage != tt.stage || left != tt.left {
			t.Errorf("at %s: stage %d and %d days left, want %d and %d", tt.at, stage, left, tt.stage, tt.left)
		}
	}
}
