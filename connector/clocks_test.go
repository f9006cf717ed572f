package connector_test

import (
	"testing"
	"time"

	"patchbay/connector"
)

// changing are zones that change their clocks in different ways: by an hour and by half of one, in both halves of the world, at one, two
// and three in the night and at midnight, over a whole day, and never.
var changing = map[string]int{"Europe/Berlin": 2026, "Europe/London": 2026, "America/New_York": 2026, "America/Santiago": 2026, "America/Havana": 2026,
	"Australia/Lord_Howe": 2026, "Pacific/Auckland": 2026, "Africa/Casablanca": 2026, "Asia/Kolkata": 2026, "Pacific/Apia": 2011, "America/St_Johns": 2008}

// walls is what the clock on the wall shows minute by minute, from one moment on; the oracle knows nothing else.
type walls struct {
	from  time.Time
	shown []time.Time      // as if in UTC
	at    map[int64][2]int // by the seconds shown, the first and the last minute
}

func watched(t *testing.T, name string, year int) walls {
	t.Helper()
	z := zone(t, name)
	w := walls{from: time.Date(year-1, 12, 29, 0, 0, 0, 0, time.UTC), at: map[int64][2]int{}}
	for at := w.from; at.Year() <= year || at.Month() == 1 && at.Day() < 5; at = at.Add(time.Minute) {
		l := at.In(z)
		shown := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
		both, ok := w.at[shown.Unix()]
		if both[1] = len(w.shown); !ok {
			both[0] = both[1]
		}
		w.at[shown.Unix()] = both
		w.shown = append(w.shown, shown)
	}
	return w
}

func (w walls) moment(minute int) time.Time { return w.from.Add(time.Duration(minute) * time.Minute) }

// first and last give the moments at which the wall shows a time; where it never does, the minute at which it jumped over it.
func (w walls) first(shown time.Time) time.Time {
	if both, ok := w.at[shown.Unix()]; ok {
		return w.moment(both[0])
	}
	return w.jump(shown)
}

func (w walls) last(shown time.Time) time.Time {
	if both, ok := w.at[shown.Unix()]; ok {
		return w.moment(both[1])
	}
	return w.jump(shown)
}

func (w walls) jump(shown time.Time) time.Time {
	for i := 1; i < len(w.shown); i++ {
		if w.shown[i-1].Before(shown) && w.shown[i].After(shown) {
			return w.moment(i)
		}
	}
	return time.Time{}
}

// TestWindowsMeetTheClockOnTheWall compares each day's window of a year, from each quarter of an hour on where the clocks change and each second hour elsewhere, with what a clock
// on the wall shows minute by minute.
func TestWindowsMeetTheClockOnTheWall(t *testing.T) {
	for name, year := range changing {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z, wall, wrong := zone(t, name), watched(t, name, year), 0
			for day := time.Date(year, 1, 2, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
				weekday := connector.Days(1 << ((int(day.Weekday()) + 6) % 7))
				step := 120
				_, before := day.AddDate(0, 0, -2).In(z).Zone()
				if _, after := day.AddDate(0, 0, 3).In(z).Zone(); before != after {
					step = 15
				}
				for from := 0; from < 24*60; from += step {
					for _, long := range []int{15, 90, 24 * 60} {
						w := connector.Window{Days: weekday, From: from, To: (from + long) % (24 * 60)}
						begins := wall.first(day.Add(time.Duration(from) * time.Minute))
						ends := wall.last(day.Add(time.Duration(from+long) * time.Minute))
						if wrong += strays(t, w, z, begins, ends); wrong > 5 {
							t.FailNow()
						}
					}
				}
			}
		})
	}
}

// strays counts in how far a window is not there from begins to ends.
func strays(t *testing.T, w connector.Window, z *time.Location, begins, ends time.Time) (wrong int) {
	t.Helper()
	for _, at := range []struct {
		t     time.Time
		holds bool
	}{{begins.Add(-time.Nanosecond), false}, {begins, true}, {ends.Add(-time.Nanosecond), true}, {ends, false}} {
		holds := at.holds && ends.After(begins)
		if until, got := w.During(at.t, z); got != holds || holds && !until.Equal(ends) {
			wrong++
			t.Errorf("%s %d to %d: During(%s) = %s, %v; want %s, %v", w.Days, w.From, w.To, at.t.In(z), until.In(z), got, ends.In(z), holds)
		}
	}
	return wrong
}

func TestAWindowAtAChangeOfClocks(t *testing.T) {
	everyDay := connector.Days(127)
	for _, tt := range []struct {
		zone         string
		from, to     int
		before       string
		begins, ends string
	}{
		{"America/New_York", 22 * 60, 2 * 60, "2026-03-07T17:00:00Z", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z"},
		{"Europe/Berlin", 60, 150, "2026-03-28T12:00:00Z", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", 150, 240, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"},
		{"Europe/Berlin", 60, 150, "2026-10-24T12:00:00Z", "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"},
		{"Europe/Berlin", 135, 165, "2026-03-28T12:00:00Z", "2026-03-30T00:15:00Z", "2026-03-30T00:45:00Z"}, // wholly missing on the 29th
	} {
		w := connector.Window{Days: everyDay, From: tt.from, To: tt.to}
		begins, ends, ok := w.Next(at(t, tt.before), zone(t, tt.zone))
		if !ok || !begins.Equal(at(t, tt.begins)) || !ends.Equal(at(t, tt.ends)) {
			t.Errorf("%s %d to %d: Next(%s) = %s, %s, %v; want %s, %s", tt.zone, tt.from, tt.to, tt.before, begins.UTC().Format(time.RFC3339), ends.UTC().Format(time.RFC3339), ok, tt.begins, tt.ends)
		}
	}
	weekly := connector.Window{Days: connector.ParseDays([]string{"sun"}), From: 135, To: 165}
	if begins, _, ok := weekly.Next(at(t, "2026-03-29T00:00:00Z"), zone(t, "Europe/Berlin")); !ok || !begins.Equal(at(t, "2026-04-05T00:15:00Z")) {
		t.Errorf("Next() of one that is wholly missing = %s, %v; want a week later", begins, ok)
	}
	weekly.From, weekly.To = 150, 180
	if begins, _, ok := weekly.Next(at(t, "2026-03-22T12:00:00Z"), zone(t, "Europe/Berlin")); !ok || !begins.Equal(at(t, "2026-04-05T00:30:00Z")) {
		t.Errorf("Next() before one that is wholly missing = %s, %v; want the week after it", begins, ok)
	}
	once := connector.WindowDraft{Repeat: "once", Begins: "2026-10-25T02:30", Ends: "2026-10-25T02:45", Zone: "Europe/Berlin"}
	if got, problems := once.Window(zone(t, once.Zone)); len(problems) > 0 || !got.Begins.Equal(at(t, "2026-10-25T00:30:00Z")) || !got.Ends.Equal(at(t, "2026-10-25T01:45:00Z")) {
		t.Errorf("Window() of times that come twice = %s to %s, %v", got.Begins, got.Ends, problems)
	}
	once.Begins, once.Ends = "2026-03-29T02:15", "2026-03-29T04:00"
	if got, problems := once.Window(zone(t, once.Zone)); len(problems) > 0 || !got.Begins.Equal(at(t, "2026-03-29T01:00:00Z")) {
		t.Errorf("Window() of a missing time = %s, %v", got.Begins, problems)
	}
}
