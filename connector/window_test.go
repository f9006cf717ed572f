package connector_test

import (
	"testing"
	"time"

	"patchbay/connector"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestAWindowHoldsByTheClockOnTheWall(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	night := connector.Window{Days: connector.ParseDays([]string{"sat"}), From: 22 * 60, To: 4 * 60}
	noon := connector.Window{Days: connector.ParseDays([]string{"mon", "wed"}), From: 12 * 60, To: 13 * 60}
	whole := connector.Window{Days: connector.ParseDays([]string{"sun"}), From: 0, To: 0}
	once := connector.Window{Begins: at(t, "2026-11-30T22:00:00Z"), Ends: at(t, "2026-12-01T02:00:00Z")}
	for _, tt := range []struct {
		name string
		w    connector.Window
		at   string
		ends string // "" when it does not hold
	}{
		{"just before", noon, "2026-11-23T10:59:59Z", ""},
		{"its first moment", noon, "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"},
		{"its last moment", noon, "2026-11-23T11:59:59Z", "2026-11-23T12:00:00Z"},
		{"just after", noon, "2026-11-23T12:00:00Z", ""},
		{"on another day", noon, "2026-11-24T11:30:00Z", ""},
		{"on its second day", noon, "2026-11-25T11:30:00Z", "2026-11-25T12:00:00Z"},
		{"in summer it is an hour earlier by UTC", noon, "2026-07-06T10:30:00Z", "2026-07-06T11:00:00Z"},
		{"before midnight", night, "2026-11-28T22:30:00Z", "2026-11-29T03:00:00Z"},
		{"after midnight, on the day after", night, "2026-11-29T02:59:59Z", "2026-11-29T03:00:00Z"},
		{"the day after, over", night, "2026-11-29T03:00:00Z", ""},
		{"a night too early", night, "2026-11-28T02:00:00Z", ""},
		{"the night that loses an hour", night, "2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"},
		{"the night that gains an hour", night, "2026-10-25T02:30:00Z", "2026-10-25T03:00:00Z"},
		{"a whole day", whole, "2026-11-28T23:00:00Z", "2026-11-29T23:00:00Z"},
		{"a whole day, over", whole, "2026-11-29T23:00:00Z", ""},
		{"once, before", once, "2026-11-30T21:59:59Z", ""},
		{"once", once, "2026-11-30T22:00:00Z", "2026-12-01T02:00:00Z"},
		{"once, over", once, "2026-12-01T02:00:00Z", ""},
	} {
		ends, holds := tt.w.During(at(t, tt.at), berlin)
		if holds != (tt.ends != "") || holds && !ends.Equal(at(t, tt.ends)) {
			t.Errorf("%s: During(%s) = %s, %v; want %q", tt.name, tt.at, ends.UTC().Format(time.RFC3339), holds, tt.ends)
		}
	}
}

func TestTheNextWindowIsFound(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	weekly := connector.Window{Days: connector.ParseDays([]string{"sun"}), From: 3 * 60, To: 5 * 60}
	for _, tt := range []struct{ from, want string }{
		{"2026-11-22T01:59:59Z", "2026-11-22T02:00:00Z"}, // Sunday, just before
		{"2026-11-22T02:00:01Z", "2026-11-29T02:00:00Z"}, // and just after
		{"2026-11-26T12:00:00Z", "2026-11-29T02:00:00Z"},
	} {
		if begins, _, ok := weekly.Next(at(t, tt.from), berlin); !ok || !begins.Equal(at(t, tt.want)) {
			t.Errorf("Next(%s) = %s, %v; want %s", tt.from, begins.UTC().Format(time.RFC3339), ok, tt.want)
		}
	}
	once := connector.Window{Begins: at(t, "2026-11-30T22:00:00Z"), Ends: at(t, "2026-12-01T02:00:00Z")}
	if _, _, ok := once.Next(at(t, "2026-12-02T00:00:00Z"), berlin); ok {
		t.Error("a window that was once has a next time, want none")
	}
}

func TestAWindowIsReadFromAForm(t *testing.T) {
	good := connector.WindowDraft{Name: "Patch night", Repeat: "weekly", Days: []string{"sat", "sun"}, From: "22:00", To: "2:30", Zone: "Europe/Berlin"}
	if problems := connector.Validate(good.Fields()); len(problems) > 0 {
		t.Fatalf("Validate(%+v) = %v, want no problems", good, problems)
	}
	got, problems := good.Window(zone(t, good.Zone))
	if len(problems) > 0 || got.Days.String() != "Sat, Sun" || got.From != 22*60 || got.To != 150 || !got.Weekly() {
		t.Errorf("Window() = %+v, %v", got, problems)
	}
	single := connector.WindowDraft{Name: "Move", Repeat: "once", Begins: "2026-11-30T22:00", Ends: "2026-12-01T02:00", Zone: "Europe/Berlin"}
	if problems := connector.Validate(single.Fields()); len(problems) > 0 {
		t.Fatalf("Validate(%+v) = %v, want no problems", single, problems)
	}
	got, problems = single.Window(zone(t, single.Zone))
	if len(problems) > 0 || got.Weekly() || !got.Begins.Equal(at(t, "2026-11-30T21:00:00Z")) || !got.Ends.Equal(at(t, "2026-12-01T01:00:00Z")) {
		t.Errorf("Window() = %+v, %v", got, problems)
	}
	single.Ends = single.Begins
	if _, problems := single.Window(time.UTC); problems.At("ends") == "" {
		t.Errorf("Window() that ends when it begins has problems %v, want one at ends", problems)
	}
	for field, spoil := range map[string]func(d *connector.WindowDraft){
		"name":   func(d *connector.WindowDraft) { d.Name = "" },
		"repeat": func(d *connector.WindowDraft) { d.Repeat = "yearly" },
		"days":   func(d *connector.WindowDraft) { d.Days = nil },
		"from":   func(d *connector.WindowDraft) { d.From = "24:00" },
		"to":     func(d *connector.WindowDraft) { d.To = "noon" },
		"zone":   func(d *connector.WindowDraft) { d.Zone = "../../etc/passwd" },
		"begins": func(d *connector.WindowDraft) { d.Repeat, d.Begins, d.Ends = "once", "tomorrow", "2026-12-01T02:00" },
		"ends":   func(d *connector.WindowDraft) { d.Repeat, d.Begins, d.Ends = "once", "2026-12-01T02:00", "" },
	} {
		d := good
		spoil(&d)
		if problems := connector.Validate(d.Fields()); len(problems) == 0 || problems[0].Field != field {
			t.Errorf("Validate(%+v) = %v, want a problem at %s", d, problems, field)
		}
	}
	if got := connector.Days(127).String(); got != "every day" {
		t.Errorf("Days(127) = %q", got)
	}
}
