package connector_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchbay/connector"
)

func TestADayCountsWhatWasFound(t *testing.T) {
	var d connector.Day
	for _, s := range []connector.Status{connector.Unverified, connector.Healthy, connector.Healthy, connector.Degraded, connector.Failing, connector.Healthy, connector.Waiting} {
		d.Add(s, 10*time.Millisecond, s == connector.Failing)
	}
	if d.Checks != 7 || d.OK != 3 || d.Degraded != 1 || d.Failed != 1 || d.Other != 2 || d.Flips != 1 || d.Took != 70*time.Millisecond {
		t.Errorf("the day = %+v", d)
	}
	if d.Worst != connector.Failing || d.Verdicts() != 5 || d.Share() != 600 {
		t.Errorf("worst %s, %d verdicts, share %d; want failing, 5, 600", d.Worst, d.Verdicts(), d.Share())
	}
	var quiet connector.Day
	quiet.Add(connector.Unverified, 0, false)
	if quiet.Share() != -1 || quiet.Worst != connector.Unverified {
		t.Errorf("a day without a verdict has share %d and worst %s", quiet.Share(), quiet.Worst)
	}
	quiet.Add(connector.Healthy, 0, false)
	if quiet.Worst != connector.Healthy || quiet.Share() != 1000 {
		t.Errorf("a day with one verdict has share %d and worst %s, want that verdict", quiet.Share(), quiet.Worst)
	}
	all := connector.Sum([]connector.Day{d, quiet})
	if all.Checks != 9 || all.Share() != 4*1000/6 || all.Worst != connector.Failing {
		t.Errorf("both together = %+v", all)
	}
}

func TestTheDayIsByUTC(t *testing.T) {
	east := time.FixedZone("east", 5*60*60)
	got := connector.DayOf(time.Date(2026, 11, 22, 2, 0, 0, 0, east))
	if want := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("DayOf() = %s, want %s", got, want)
	}
}

// The middle duration is known to a tenth, however many there are and however they are spread; and nothing is lost on the way to the store.
func TestTheMiddleDurationIsKnownToATenth(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(int64(2*time.Millisecond), int64(time.Minute)), 1, 60).Draw(r, "durations")
		var s connector.Spread
		for _, d := range all {
			s.Add(time.Duration(d))
		}
		sorted := append([]int64(nil), all...)
		for i := range sorted {
			for j := i; j > 0 && sorted[j] < sorted[j-1]; j-- {
				sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
			}
		}
		want := float64(sorted[(len(sorted)-1)/2])
		if got := float64(s.Median()); got < want*0.9 || got > want*1.1 {
			r.Fatalf("Median() = %v, want %v within a tenth", time.Duration(got), time.Duration(want))
		}
		if again := connector.ParseSpread(s.String()); again != s {
			r.Fatalf("ParseSpread(%q) = %v, want %v", s.String(), again, s)
		}
	})
	var none connector.Spread
	if none.Median() != 0 || none.String() != "" {
		t.Errorf("without durations Median() = %v and String() = %q", none.Median(), none.String())
	}
	none.Add(time.Hour)
	if got := none.Median(); got < time.Minute {
		t.Errorf("an hour counts as %v, want the longest size", got)
	}
	if got := connector.ParseSpread("3:x 99:1 :: 5:2"); got.String() != "5:2" {
		t.Errorf("ParseSpread() of odd text = %q, want what makes sense", got.String())
	}
}
