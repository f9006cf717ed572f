package connector

import (
	"strconv"
	"strings"
	"time"
)

// Never is the time between two checks of a connector that is not watched.
const Never time.Duration = -1

// Cadences are the times between two checks that a person may choose. Besides them there is 0, the program's own, and [Never].
var Cadences = []time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// Watch is how a connector is watched: asked again and again, from planned time to planned time.
type Watch struct {
	Connector string        // id
	Every     time.Duration // one of Cadences, 0 for the program's own, or Never
	Slot      time.Time     // planned time of the next regular check; zero while none is planned
	Due       time.Time     // when it is asked next: the slot, or a second question before it; zero for never
	Fails     int           // failed checks in a row that have not changed the status, since it is asked again first
	Pause     *Pause        // of this connector alone; nil for none
}

// ParseCadence reads what a form sends: "" for the program's own, "off", or one of the [Cadences] as [CadenceName] writes it.
func ParseCadence(text string) (time.Duration, bool) {
	switch text {
	case "":
		return 0, true
	case "off":
		return Never, true
	}
	for _, c := range Cadences {
		if CadenceName(c) == text {
			return c, true
		}
	}
	return 0, false
}

// CadenceName writes a time between two checks in whole hours, minutes or seconds, as forms and addresses have it: "10m"; "" for the
// program's own and "off" for [Never].
func CadenceName(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < 0:
		return "off"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return strconv.Itoa(int(d/time.Second)) + "s"
}

// CadenceText says it to people: "every 10 minutes", "every hour", "never".
func CadenceText(d time.Duration) string {
	if d <= 0 {
		return "never"
	}
	name := CadenceName(d)
	unit := map[byte]string{'h': "hour", 'm': "minute", 's': "second"}[name[len(name)-1]]
	if n := strings.TrimRight(name, "hms"); n != "1" {
		return "every " + n + " " + unit + "s"
	}
	return "every " + unit
}

// Pause keeps the watch from asking: one connector, all of a workspace, or all there is. Whoever validates by hand is not kept from it.
type Pause struct {
	Workspace string    // id, or "" for all
	Connector string    // id, or "" for all of the workspace
	Name      string    // of the connector
	Since     time.Time //
	Until     time.Time // zero: until somebody resumes
	Reason    string
	By        string
}

// Holds reports whether the pause is still on.
func (p Pause) Holds(now time.Time) bool { return p.Until.IsZero() || now.Before(p.Until) }

// WatchState is what is known of the watch as a whole.
type WatchState struct {
	On      bool          // it runs in this program
	Every   time.Duration // between two checks where nothing else is chosen
	Offline time.Time     // since when our own network is taken to be down; zero while it is not
	Pause   *Pause        // of everything; nil for none
	Lag     time.Duration // how long after its planned time the last check began
	Asking  int           // checks of the watch that are on their way
}

// Watched is how a connector is watched, with all that keeps it from being asked.
type Watched struct {
	Watch
	On         bool          // the watch runs in this program
	Cadence    time.Duration // between two checks as it is now: no faster than the question allows
	Why        string        // why the watch does not ask it at all, or ""
	Held       *Pause        // the pause that holds now, whatever it is of; nil for none
	Window     *Window       // the time of maintenance that holds now; nil for none
	WindowEnds time.Time
}
