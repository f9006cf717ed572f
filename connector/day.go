package connector

import (
	"strconv"
	"strings"
	"time"
)

// Day is what the checks of one connector found on one day. Attempts count one by one; interrupted checks do not count.
type Day struct {
	Date     time.Time // midnight, UTC
	Checks   int       // that ended with an answer
	OK       int       // healthy
	Degraded int       //
	Failed   int       // failing
	Other    int       // waiting or unverified: no verdict
	Flips    int       // times that the connector's status changed
	Worst    Status    // of the checks with a verdict, else of all; "" without any
	Took     time.Duration
	Longest  time.Duration
	Spread   Spread
}

// DayOf gives the midnight that begins the day of a time, by UTC.
func DayOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Add counts one more check.
func (d *Day) Add(s Status, took time.Duration, flipped bool) {
	d.Checks++
	switch s {
	case Healthy:
		d.OK++
	case Degraded:
		d.Degraded++
	case Failing:
		d.Failed++
	default:
		d.Other++
	}
	if flipped {
		d.Flips++
	}
	d.Worst = worse(d.Worst, s)
	d.Took += took
	d.Longest = max(d.Longest, took)
	d.Spread.Add(took)
}

// Sum adds days up; Date is the first one's.
func Sum(days []Day) Day {
	var all Day
	for i, d := range days {
		if i == 0 || d.Date.Before(all.Date) {
			all.Date = d.Date
		}
		all.Checks, all.OK, all.Degraded, all.Failed, all.Other = all.Checks+d.Checks, all.OK+d.OK, all.Degraded+d.Degraded, all.Failed+d.Failed, all.Other+d.Other
		all.Flips, all.Took, all.Longest = all.Flips+d.Flips, all.Took+d.Took, max(all.Longest, d.Longest)
		if d.Worst != "" {
			all.Worst = worse(all.Worst, d.Worst)
		}
		for b, n := range d.Spread {
			all.Spread[b] += n
		}
	}
	return all
}

// Verdicts is how many checks said something: healthy, degraded or failing.
func (d Day) Verdicts() int { return d.OK + d.Degraded + d.Failed }

// Share is the part of the verdicts that was healthy, in tenths of a percent, rounded down so that 1000 means all; -1 without verdicts.
func (d Day) Share() int {
	if d.Verdicts() == 0 {
		return -1
	}
	return d.OK * 1000 / d.Verdicts()
}

// worse gives the worse of two statuses; one without a verdict counts only while there is no other.
func worse(a, b Status) Status {
	verdict := func(s Status) bool { return s == Healthy || s == Degraded || s == Failing }
	switch {
	case a == "" || verdict(b) && !verdict(a):
		return b
	case verdict(a) && !verdict(b):
		return a
	case b.Rank() < a.Rank():
		return b
	}
	return a
}

// Spread counts durations by size. Each size is 2 to the power of a quarter above the one before, from a millisecond up, so that the
// middle one is known to a tenth without keeping every duration.
type Spread [68]uint32

// quarters are 2 to the powers of 0, 1/4, 1/2 and 3/4, in millionths.
var quarters = [4]int64{1_000_000, 1_189_207, 1_414_214, 1_681_793}

// bound gives the upper end of a size.
func bound(i int) time.Duration {
	i++
	return time.Duration(quarters[i%4] << (i / 4)) // millionths of a millisecond are nanoseconds
}

// Add counts one duration. What is longer than two minutes counts as that.
func (s *Spread) Add(d time.Duration) {
	for i := range s {
		if d <= bound(i) || i == len(s)-1 {
			s[i]++
			return
		}
	}
}

// Median gives the duration that half of the counted ones do not exceed, known to a tenth; 0 for none.
func (s *Spread) Median() time.Duration {
	var all, sum uint64
	for _, n := range s {
		all += uint64(n)
	}
	for i, n := range s {
		if sum += uint64(n); n > 0 && 2*sum >= all {
			return bound(i) * 917 / 1000 // the middle of the size, on a scale of powers
		}
	}
	return 0
}

// String writes the sizes that are not empty, as "29:3 31:120".
func (s *Spread) String() string {
	var out strings.Builder
	for i, n := range s {
		if n == 0 {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(strconv.Itoa(i) + ":" + strconv.FormatUint(uint64(n), 10))
	}
	return out.String()
}

// ParseSpread reads what String wrote; what it does not know is left out.
func ParseSpread(text string) Spread {
	var s Spread
	for word := range strings.FieldsSeq(text) {
		size, count, _ := strings.Cut(word, ":")
		i, err := strconv.Atoi(size)
		n, errN := strconv.ParseUint(count, 10, 32)
		if err == nil && errN == nil && i >= 0 && i < len(s) {
			s[i] = uint32(n)
		}
	}
	return s
}
