package connector

import (
	"strconv"
	"strings"
	"time"
)

// Window is a time of maintenance in a workspace: while it lasts, the watch asks none of its connectors and statuses stay as they are.
type Window struct {
	ID        string
	Workspace string // id
	Name      string
	Days      Days   // on which it begins, every week; none for one that happens once
	From, To  int    // minutes after midnight in the zone; a To at or before From is on the next day
	Zone      string // IANA name of the time zone: "Europe/Berlin"
	Begins    time.Time
	Ends      time.Time // of one that happens once; zero for a weekly one
	Created   time.Time
	By        string
}

// Days are days of the week, one bit each: 1 is Monday, 64 is Sunday.
type Days uint8

// Weekdays are the days of the week as forms send them and people read them, Monday first.
var Weekdays = []Option{{"mon", "Monday"}, {"tue", "Tuesday"}, {"wed", "Wednesday"}, {"thu", "Thursday"}, {"fri", "Friday"}, {"sat", "Saturday"}, {"sun", "Sunday"}}

// ParseDays reads days as a form sends them; what is no day is left out.
func ParseDays(words []string) Days {
	var d Days
	for i, o := range Weekdays {
		for _, w := range words {
			if w == o.Value {
				d |= 1 << i
			}
		}
	}
	return d
}

// Has reports whether the day is among them, counted from Monday, which is 0.
func (d Days) Has(i int) bool { return d&(1<<i) != 0 }

// String names the days in a few letters: "Mon, Tue", "every day".
func (d Days) String() string {
	if d == 127 {
		return "every day"
	}
	var out []string
	for i, o := range Weekdays {
		if d.Has(i) {
			out = append(out, o.Label[:3])
		}
	}
	return strings.Join(out, ", ")
}

// Weekly reports whether it comes again every week.
func (w Window) Weekly() bool { return w.Days != 0 }

// During gives the end of the window if it holds at a time; zone is the location of w.Zone.
//
// Where the clocks change, a time of day that is missing stands for the moment of the change. Of one that comes twice, a window begins at the
// first and ends at the second. So it always holds while the clock on the wall shows a time within it, and one that lies wholly in what is
// missing does not happen on that day.
func (w Window) During(t time.Time, zone *time.Location) (ends time.Time, holds bool) {
	if !w.Weekly() {
		return w.Ends, !t.Before(w.Begins) && t.Before(w.Ends)
	}
	// One that began yesterday may reach into today, and clocks that are set back at midnight bring yesterday back.
	for ahead := -1; ahead <= 1; ahead++ {
		if begins, ends, ok := w.on(t, ahead, zone); ok && !t.Before(begins) && t.Before(ends) {
			return ends, true
		}
	}
	return time.Time{}, false
}

// Next gives the first time that it begins at or after a time; false where it never does again.
func (w Window) Next(t time.Time, zone *time.Location) (begins, ends time.Time, ok bool) {
	if !w.Weekly() {
		return w.Begins, w.Ends, !w.Begins.Before(t)
	}
	for ahead := range 16 { // the next one may be on a day on which it does not happen
		if begins, ends, ok := w.on(t, ahead, zone); ok && !begins.Before(t) {
			return begins, ends, true
		}
	}
	return begins, ends, false
}

// on gives the window that begins so many days after the day of t, if it begins on that day of the week.
func (w Window) on(t time.Time, ahead int, zone *time.Location) (begins, ends time.Time, ok bool) {
	y, m, d := t.In(zone).Date()
	day := time.Date(y, m, d+ahead, 0, 0, 0, 0, time.UTC)
	if !w.Days.Has((int(day.Weekday()) + 6) % 7) {
		return begins, ends, false
	}
	to := w.To
	if to <= w.From {
		to += 24 * 60
	}
	begins, _ = moments(day.Add(time.Duration(w.From)*time.Minute), zone)
	_, ends = moments(day.Add(time.Duration(to)*time.Minute), zone)
	return begins, ends, ends.After(begins)
}

// moments gives the first and the last moment at which the clocks in a zone show what wall shows in UTC. They differ where the clocks are set
// back; where they are set forward over it, both are the moment of the change.
func moments(wall time.Time, zone *time.Location) (first, last time.Time) {
	shows := func(t time.Time) time.Time { // as if it were in UTC
		_, offset := t.In(zone).Zone()
		return t.Add(time.Duration(offset) * time.Second)
	}
	y, m, d := wall.Date()
	guess := time.Date(y, m, d, wall.Hour(), wall.Minute(), 0, 0, zone) // on either side of a change
	begins, ends := guess.ZoneBounds()
	near := []time.Time{guess}
	if !begins.IsZero() {
		near = append(near, begins.Add(-time.Second))
	}
	if !ends.IsZero() {
		near = append(near, ends)
	}
	for _, n := range near {
		t := wall.Add(n.UTC().Sub(shows(n).UTC())) // by the offset that holds there
		if !shows(t).Equal(wall) {
			continue
		}
		if first.IsZero() || t.Before(first) {
			first = t
		}
		if last.IsZero() || t.After(last) {
			last = t
		}
	}
	switch {
	case !first.IsZero():
		return first.In(zone), last.In(zone)
	case shows(guess).After(wall):
		return begins, begins
	}
	return ends, ends
}

// WindowDraft is a window as a form sends it.
type WindowDraft struct {
	Workspace, Name, Repeat string // Repeat is "weekly" or "once"
	Days                    []string
	From, To                string // "22:00"
	Begins, Ends            string // "2026-11-30T22:00"
	Zone                    string
}

// Fields declares the members with their rules.
func (w *WindowDraft) Fields() []Field {
	const weekly, once = "weekly", "once"
	return []Field{
		Text(&w.Name, "name", "Name").Must(Longest(80)),
		Choice(&w.Repeat, "repeat", "Repeats", weekly+": on some days of the week", once+": at one time").Must(),
		List(&w.Days, "days", "Days").Must(weekday).When(&w.Repeat, weekly),
		Text(&w.From, "from", "From").Must(clockTime).When(&w.Repeat, weekly),
		Text(&w.To, "to", "To").Must(clockTime).When(&w.Repeat, weekly),
		Text(&w.Begins, "begins", "Begins").Must(wallTime).When(&w.Repeat, once),
		Text(&w.Ends, "ends", "Ends").Must(wallTime).When(&w.Repeat, once),
		Text(&w.Zone, "zone", "Time zone").Must(zoneName),
	}
}

// Window gives the window that the draft stands for, which must have no problems but perhaps those that it gives; zone is the location
// of w.Zone.
func (w *WindowDraft) Window(zone *time.Location) (Window, Problems) {
	out := Window{Workspace: w.Workspace, Name: w.Name, Zone: w.Zone}
	if w.Repeat == "weekly" {
		out.Days = ParseDays(w.Days)
		out.From, out.To = minutes(w.From), minutes(w.To)
		return out, nil
	}
	// Both were looked at by wallTime.
	begins, _ := time.Parse(wallLayout, w.Begins)
	ends, _ := time.Parse(wallLayout, w.Ends)
	out.Begins, _ = moments(begins, zone)
	_, out.Ends = moments(ends, zone)
	out.Begins, out.Ends = out.Begins.UTC(), out.Ends.UTC()
	if !out.Ends.After(out.Begins) {
		return out, Problems{{"ends", "Ends must be after the beginning."}}
	}
	return out, nil
}

const wallLayout = "2006-01-02T15:04"

func weekday(v string) string {
	if ParseDays([]string{v}) == 0 {
		return "is no day of the week: mon, tue, wed, thu, fri, sat or sun."
	}
	return ""
}

func clockTime(v string) string {
	if minutes(v) < 0 {
		return "must be a time of day such as 22:00."
	}
	return ""
}

// minutes reads a time of day as minutes after midnight; -1 for none.
func minutes(v string) int {
	h, m, ok := strings.Cut(v, ":")
	hours, errH := strconv.Atoi(h)
	mins, errM := strconv.Atoi(m)
	if !ok || errH != nil || errM != nil || len(h) > 2 || len(m) != 2 || hours < 0 || hours > 23 || mins < 0 || mins > 59 {
		return -1
	}
	return hours*60 + mins
}

func wallTime(v string) string {
	if _, err := time.Parse(wallLayout, v); err != nil {
		return "must be a date and time such as 2026-11-30T22:00."
	}
	return ""
}

// zoneName looks at the spelling only; whether there is such a zone is for who has the table of zones.
func zoneName(v string) string {
	if strings.Trim(v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/") != "" || v == "Local" || strings.HasPrefix(v, "/") || len(v) > 64 {
		return "must be a time zone such as Europe/Berlin or UTC."
	}
	return ""
}
