package views

import (
	"net/url"
	"strconv"
	"time"

	"patchbay/connector"
)

// WatchPanel is how a connector is watched, and what was found day by day. POST /connectors/{id}/watch with every; POST
// /connectors/{id}/pause with for, until and reason; POST /connectors/{id}/resume.
type WatchPanel struct {
	connector.Watched
	Default  time.Duration      // between two checks where nothing else is chosen
	Days     []connector.Day    // thirty, the oldest first, each with its date
	Ends     []connector.Ending // what ends for the connector, the next end first
	Draft    PauseDraft         // what was typed
	Problems connector.Problems // of every, until and reason
}

// PauseDraft is what was typed for a pause.
type PauseDraft struct {
	What   string // workspace id, or "" for everything
	For    string // one of [PauseLengths]
	Until  string // a time by UTC, which goes before For
	Reason string
}

// PauseLengths are the lengths of a pause that a form offers, in hours; "" is until somebody resumes.
var PauseLengths = []connector.Option{{Value: "1", Label: "1 hour"}, {Value: "4", Label: "4 hours"}, {Value: "24", Label: "1 day"}, {Value: "168", Label: "1 week"}, {Value: "", Label: "Until somebody resumes"}}

// WatchPage is the watch as a whole. POST /watch/pause with what, for, until and reason; POST /watch/resume with what; POST /watch/windows
// with the fields of a [connector.WindowDraft]; POST /watch/windows/{id}/remove.
type WatchPage struct {
	Shell
	State      connector.WatchState
	Workspaces []connector.Workspace
	Vendors    connector.Catalog
	Pauses     []connector.Pause // of workspaces; the one of everything is in State
	Connectors []connector.Pause // of connectors, the newest first
	Windows    []WindowRow
	Pausing    PauseDraft
	Draft      connector.WindowDraft
	Problems   connector.Problems // of both forms; their fields have different names
}

// WindowRow is a time of maintenance, with where it stands now.
type WindowRow struct {
	connector.Window
	Holds bool
	Next  time.Time // when it begins next, or ends if it holds; zero where it never comes again
	Zoned *time.Location
}

// ExpiryPage lists what ends next, asked for with kind, workspace and after.
type ExpiryPage struct {
	Shell
	Query      connector.EndingQuery
	Page       connector.EndingPage
	Workspaces []connector.Workspace
	Vendors    connector.Catalog
}

// HistoryPage lists the runs of a connector, asked for with day, code and by.
type HistoryPage struct {
	Shell
	Connector connector.Connector
	Runs      []connector.Run // that match, newest first
	Kept      int             // how many are kept in all
	Days      []connector.Day // thirty, the oldest first, each with its date
	Day       *connector.Day  // the one that is asked for; nil for all
	Code, By  string
	Codes     []string // that the kept runs have
	People    []string // who asked for the kept runs
}

func (p HistoryPage) filtered() bool { return p.Day != nil || p.Code != "" || p.By != "" }

// nextCheck says when a connector is asked next, in a few words; "" where the panel says more.
func (w WatchPanel) nextCheck() string {
	switch {
	case !w.On:
		return "The watch does not run in this program."
	case w.Why != "":
		return w.Why
	case w.Every == connector.Never:
		return "Only when somebody validates it."
	case w.Slot.IsZero():
		return "It is planned in a moment."
	}
	return ""
}

// pausing reports whether the form of a pause was sent and has problems.
func (w WatchPanel) pausing() bool {
	return w.Problems.At("for")+w.Problems.At("until")+w.Problems.At("reason") != ""
}

// again says where a connector stands that has failed but not changed its status.
func (w WatchPanel) again(now time.Time) string {
	if w.Fails == 0 {
		return ""
	}
	text := "First failure"
	if w.Fails > 1 {
		text = strconv.Itoa(w.Fails) + " failures"
	}
	if wait := w.Due.Sub(now); wait > time.Second {
		return text + ", asking again in " + strconv.Itoa(int(wait/time.Second)) + " s. Until then the status stays as it is."
	}
	return text + ", asking again now. Until then the status stays as it is."
}

// cadences are the choices of the form.
func (w WatchPanel) cadences() []connector.Option {
	out := []connector.Option{{Value: "", Label: "As usual, " + connector.CadenceText(w.Default)}}
	if w.Default == 0 {
		out[0].Label = "As the program is told"
	}
	for _, c := range connector.Cadences {
		out = append(out, connector.Option{Value: connector.CadenceName(c), Label: upperFirst(connector.CadenceText(c))})
	}
	return append(out, connector.Option{Value: "off", Label: "Not watched"})
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// held says what keeps the watch from asking, whole.
func held(p connector.Pause, all []connector.Workspace) string {
	switch {
	case p.Connector != "":
		return "This connector is paused"
	case p.Workspace != "":
		if w, ok := workspaceOf(all, p.Workspace); ok {
			return "Workspace " + w.Name + " is paused"
		}
		return "Its workspace is paused"
	}
	return "The watch is paused everywhere"
}

// weekTimes writes when a window holds: "Sat, Sun 22:00 to 04:00".
func weekTimes(w connector.Window) string {
	return w.Days.String() + ", " + wall(w.From) + " to " + wall(w.To)
}

func wall(minutes int) string {
	two := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	return two(minutes/60) + ":" + two(minutes%60)
}

// expiryURL gives the address of a list of what ends.
func expiryURL(q connector.EndingQuery) string {
	v := url.Values{}
	for name, value := range map[string]string{"kind": string(q.Kind), "workspace": q.Workspace, "after": q.After} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/expiry"
	}
	return "/expiry?" + v.Encode()
}

// historyURL gives the address of a history; date, code and by may be empty.
func historyURL(id string, date time.Time, code, by string) string {
	v := url.Values{}
	for name, value := range map[string]string{"code": code, "by": by} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if !date.IsZero() {
		v.Set("day", date.Format(time.DateOnly))
	}
	if len(v) == 0 {
		return connectorURL(id, "history")
	}
	return connectorURL(id, "history") + "?" + v.Encode()
}

// left says how near an end is: "in 12 days", "tomorrow", "ended 3 days ago".
func left(e connector.Expiry, now time.Time) string {
	switch days := e.DaysLeft(now); {
	case days > 1:
		return "in " + plural(days, "day", "days")
	case !e.At.After(now) && days > -1:
		return "ended today"
	case days == 1:
		return "within a day"
	default:
		return "ended " + plural(-days, "day", "days") + " ago"
	}
}

// endTone and endIcon give an end its colour and icon.
func endTone(e connector.Expiry, now time.Time) string {
	switch {
	case !e.At.After(now):
		return "bad"
	case e.Stage(now) != 0:
		return "warn"
	}
	return "idle"
}

func endIcon(e connector.Expiry, now time.Time) string {
	if tone := endTone(e, now); tone != "idle" {
		return tone
	}
	return "wait"
}

// day is a date as people read it.
func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// clock is a time as one reads it on the day itself: the hour, and the date where it is another day.
func clock(now, t time.Time) string {
	if connector.DayOf(now).Equal(connector.DayOf(t)) {
		return t.UTC().Format("15:04 MST")
	}
	return t.UTC().Format("2 Jan, 15:04 MST")
}

// local is a time by the clocks where the window is.
func (w WindowRow) local(t time.Time) string { return t.In(w.Zoned).Format("2 Jan 2006, 15:04") }

// ahead says when something is to happen: "now", "within a minute", "in 5 min".
func ahead(now, t time.Time) string {
	switch d := t.Sub(now); {
	case d <= 0:
		return "now"
	case d < time.Minute:
		return "within a minute"
	}
	return relative(now, t)
}

// ending counts what ends soon; the count stops at a hundred.
func (p OverviewPage) ending() string {
	if p.Ending >= 100 {
		return "100 things and more end within 30 days"
	}
	return plural(p.Ending, "thing ends", "things end") + " within 30 days"
}
