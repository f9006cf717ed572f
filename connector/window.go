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

// During gives the end of the window if it holds at a time; zone is the location of w.Zone. A day that has an hour more or less is as
// long as the clocks on the wall say.
func (w Window) During(t time.Time, zone *time.Location) (ends time.Time, holds bool) {
	if !w.Weekly() {
		return w.Ends, !t.Before(w.Begins) && t.Before(w.Ends)
	}
	for _, back := range []int{0, 1} { // one that began yesterday may reach into today
		if begins, ends, ok := w.on(t, -back, zone); ok && !t.Before(begins) && t.Before(ends) {
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
	for ahead := range 9 {
		if begins, ends, ok := w.on(t, ahead, zone); ok && !begins.Before(t) {
			return begins, ends, true
		}
	}
	return begins, ends, false
}

// on gives the window that begins so many days after the day of t, if it begins on that day of the week.
func (w Window) on(t time.Time, ahead int, zone *time.Location) (begins, ends time.Time, ok bool) {
	y, m, d := t.In(zone).Date()
	day := time.Date(y, m, d+ahead, 12, 0, 0, 0, zone) // noon is there on every day
	if !w.Days.Has((int(day.Weekday()) + 6) % 7) {
		return begins, ends, false
	}
	y, m, d = day.Date()
	begins = time.Date(y, m, d, 0, w.From, 0, 0, zone)
	if w.To <= w.From {
		d++
	}
	ends = time.Date(y, m, d, 0, w.To, 0, 0, zone)
	return begins, ends, ends.After(begins)
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
	out.Begins, _ = time.ParseInLocation(wallLayout, w.Begins, zone)
	out.Ends, _ = time.ParseInLocation(wallLayout, w.Ends, zone)
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
