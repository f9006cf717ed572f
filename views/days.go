package views

import (
	"strconv"
	"time"

	"patchbay/connector"
)

// The mark of a day is a bar that is filled from below with what was healthy, then degraded, then failing. A cross says that something
// failed, a dash that something was degraded, an outline that no check had a verdict, a dot that there was none: the shape says as much as
// the colour does.
const (
	barTop  = 1
	barTall = 18
)

// part is one piece of a bar.
type part struct {
	tone    string
	y, tall string
}

// parts gives the pieces of a day's bar, from below. What is there at all is tall enough to be seen.
func parts(d connector.Day) []part {
	all := d.Verdicts()
	if all == 0 {
		return nil
	}
	counts := []struct {
		n    int
		tone string
	}{{d.Failed, "bad"}, {d.Degraded, "warn"}, {d.OK, "ok"}}
	var out []part
	y, rest := barTop, barTall
	for i, c := range counts {
		if c.n == 0 {
			continue
		}
		tall := max(4, barTall*c.n/all)
		below := 0
		for _, more := range counts[i+1:] {
			if more.n > 0 {
				below += 4
			}
		}
		tall = min(tall, rest-below)
		if below == 0 {
			tall = rest
		}
		out = append(out, part{c.tone, strconv.Itoa(y), strconv.Itoa(tall)})
		y, rest = y+tall, rest-tall
	}
	return out
}

// dayText says what was found on a day, with its date.
func dayText(d connector.Day) string { return day(d.Date) + ": " + found(d) }

// found says what was found on a day.
func found(d connector.Day) string {
	switch {
	case d.Checks == 0:
		return "no checks"
	case d.Verdicts() == 0:
		return plural(d.Checks, "check", "checks") + ", none with a verdict"
	case d.OK == d.Checks:
		return plural(d.Checks, "check", "checks") + ", all healthy"
	}
	text := plural(d.Checks, "check", "checks")
	for _, c := range []struct {
		n    int
		word string
	}{{d.OK, "healthy"}, {d.Degraded, "degraded"}, {d.Failed, "failing"}, {d.Other, "without a verdict"}} {
		if c.n > 0 {
			text += ", " + group(c.n) + " " + c.word
		}
	}
	return text
}

// totals says in one line what was found in all days: "99.2 % of 4,211 checks over 30 days, median 180 ms".
func totals(days []connector.Day) string {
	all := connector.Sum(days)
	if all.Verdicts() == 0 {
		return ""
	}
	text := percent(all.Share()) + " of " + plural(all.Verdicts(), "check", "checks")
	if len(days) > 1 {
		text += " over " + strconv.Itoa(len(days)) + " days"
	}
	text += " healthy"
	if median := all.Spread.Median(); median > 0 {
		text += ", median about " + millis(round(median))
	}
	return text
}

// percent writes tenths of a percent; 100 % is said of all only, since a share is rounded down.
func percent(tenths int) string {
	if tenths%10 == 0 {
		return strconv.Itoa(tenths/10) + " %"
	}
	return strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10) + " %"
}

// round keeps two figures: more than that is not known.
func round(d time.Duration) time.Duration {
	unit := time.Millisecond
	for d/unit >= 100 {
		unit *= 10
	}
	return (d + unit/2) / unit * unit
}

// average is how long a check of the day lasted.
func average(d connector.Day) string {
	if d.Checks == 0 {
		return ""
	}
	return millis(d.Took / time.Duration(d.Checks))
}
