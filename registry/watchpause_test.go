package registry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

func TestAPauseKeepsTheWatchAway(t *testing.T) {
	until := noon.Add(40*time.Minute + 30*time.Second) // between two ticks, or one slot before it would be asked at its end
	for name, tt := range map[string]struct {
		pause, resume func(h *house, t *testing.T, id string, until time.Time) error
		others        bool // the pause keeps it from others too
	}{
		"a connector": {
			func(h *house, t *testing.T, id string, until time.Time) error {
				return h.PauseConnector(t.Context(), editor, id, until, "Known, being mended.")
			},
			func(h *house, t *testing.T, id string, _ time.Time) error {
				return h.ResumeConnector(t.Context(), editor, id)
			}, false,
		},
		"a workspace": {
			func(h *house, t *testing.T, _ string, until time.Time) error {
				return h.PauseWatch(t.Context(), admin, h.acme, until, "The account moves.")
			},
			func(h *house, t *testing.T, _ string, _ time.Time) error {
				return h.ResumeWatch(t.Context(), admin, h.acme)
			}, false,
		},
		"everything": {
			func(h *house, t *testing.T, _ string, until time.Time) error {
				return h.PauseWatch(t.Context(), admin, "", until, "The data centre moves.")
			},
			func(h *house, t *testing.T, _ string, _ time.Time) error {
				return h.ResumeWatch(t.Context(), admin, "")
			}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := opened(t)
			h.other.says(fine)
			id, other := h.kept(t, h.git(h.acme)).ID, h.kept(t, h.git(h.rival)).ID
			w := h.watched(t, 10*time.Minute)
			w.pass(t, 10*time.Minute, time.Minute)
			if err := tt.pause(h, t, id, until); err != nil {
				t.Fatalf("pause = %v", err)
			}
			h.other.says(inPieces)
			w.pass(t, 20*time.Minute, time.Minute)
			if n := len(h.runs(t, id)); n != 1 || h.now(t, id).Health.Status != connector.Healthy {
				t.Errorf("paused, it was asked %d times more and is %s; want neither asked nor changed", n-1, h.now(t, id).Health.Status)
			}
			if n := len(h.runs(t, other)); tt.others != (n == 1) {
				t.Errorf("another one has %d runs", n)
			}
			state, err := h.Watched(t.Context(), viewer, id)
			if err != nil || state.Held == nil || !state.Held.Until.Equal(until) || state.Held.Reason == "" {
				t.Errorf("Watched() = %+v, %v; want what holds it, until when and why", state, err)
			}
			// A person is not kept from asking.
			if run := h.checked(t, id); run.Code != inPieces.Code || h.now(t, id).Health.Status != connector.Failing {
				t.Errorf("a person's check = %+v, want it done", run)
			}
			h.other.says(fine)
			// It ends by itself.
			w.pass(t, 20*time.Minute, time.Minute)
			if n := len(h.runs(t, id)); n != 3 || h.now(t, id).Health.Status != connector.Healthy {
				t.Errorf("after its time it has %d runs, want one more", n)
			}
			// And by hand, when nothing is said of a time.
			if err := tt.pause(h, t, id, time.Time{}); err != nil {
				t.Fatal(err)
			}
			w.pass(t, 4*time.Hour, 100*time.Second)
			if n := len(h.runs(t, id)); n != 3 {
				t.Errorf("paused for hours without an end it was asked %d times", n-3)
			}
			if err := tt.resume(h, t, id, until); err != nil {
				t.Fatal(err)
			}
			w.pass(t, 10*time.Minute, time.Minute)
			if n := len(h.runs(t, id)); n != 4 {
				t.Errorf("resumed, it has %d runs, want one more", n)
			}
			if err := tt.resume(h, t, id, until); !errors.Is(err, connector.ErrNotFound) {
				t.Errorf("resume again = %v, want %v", err, connector.ErrNotFound)
			}
			if paused, resumed := h.events(t, "watch.paused"), h.events(t, "watch.resumed"); len(paused) != 2 || len(resumed) != 1 || !strings.Contains(paused[1].Detail, "2026-11-22T12:40:30Z: ") {
				t.Errorf("events = %+v and %+v, want each with its time and its reason", paused, resumed)
			}
		})
	}
}

func TestAPauseSaysWhyAndUntilWhen(t *testing.T) {
	h := opened(t)
	id := aConnector(t, h, h.acme)
	for field, err := range map[string]error{
		"reason": h.PauseConnector(t.Context(), editor, id, time.Time{}, "  "),
		"until":  h.PauseConnector(t.Context(), editor, id, noon, "Late."),
	} {
		var p connector.Problems
		if !errors.As(err, &p) || p.At(field) == "" {
			t.Errorf("a pause without a good %s = %v, want a problem there", field, err)
		}
	}
	if err := h.SetWatch(t.Context(), editor, id, 2*time.Minute); err == nil {
		t.Error("SetWatch() of a time that is not offered = nil, want a problem")
	}
}

func TestPausesAreListedForWhoMaySeeThem(t *testing.T) {
	h := opened(t)
	mine, theirs := aConnector(t, h, h.acme), aConnector(t, h, h.rival)
	for _, err := range []error{
		h.PauseConnector(t.Context(), editor, mine, time.Time{}, "mine"), h.PauseConnector(t.Context(), editor, theirs, time.Time{}, "theirs"),
		h.PauseWatch(t.Context(), admin, h.rival, time.Time{}, "theirs"), h.PauseWatch(t.Context(), admin, "", noon.Add(time.Minute), "short"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	limited := access.Actor{Kind: "credential", ID: "k1", Name: "ci", Role: access.Admin, Workspace: h.acme}
	wide, single, err := h.Pauses(t.Context(), limited)
	if err != nil || len(wide) != 1 || wide[0].Workspace != "" || len(single) != 1 || single[0].Connector != mine {
		t.Errorf("Pauses() = %+v, %+v, %v; want the one of everything and the own connector's", wide, single, err)
	}
	h.clock.pass(time.Minute)
	if wide, single, err = h.Pauses(t.Context(), admin); err != nil || len(wide) != 1 || wide[0].Workspace != h.rival || len(single) != 2 {
		t.Errorf("Pauses() = %+v, %+v, %v; want none that is over", wide, single, err)
	}
}

func TestATimeOfMaintenanceKeepsTheWatchAway(t *testing.T) {
	h := opened(t)
	h.other.says(fine)
	id, other := h.kept(t, h.git(h.acme)).ID, h.kept(t, h.git(h.rival)).ID
	w := h.watched(t, 10*time.Minute)
	w.pass(t, 10*time.Minute, time.Minute)
	// It is Sunday, 13:10 in Berlin.
	night := connector.WindowDraft{Workspace: h.acme, Name: "Patch night", Repeat: "weekly", Days: []string{"sun"}, From: "14:00", To: "15:00", Zone: "Europe/Berlin"}
	window, err := h.AddWindow(t.Context(), admin, night)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(t, 50*time.Minute, time.Minute)
	before := len(h.runs(t, id))
	h.other.says(inPieces)
	w.pass(t, time.Hour-time.Minute, time.Minute)
	if n := len(h.runs(t, id)); n != before || h.now(t, id).Health.Status != connector.Healthy {
		t.Errorf("in the window it was asked %d times and is %s, want neither", n-before, h.now(t, id).Health.Status)
	}
	if h.now(t, other).Health.Status != connector.Failing {
		t.Error("another workspace was kept from it too")
	}
	state, err := h.Watched(t.Context(), viewer, id)
	if err != nil || state.Window == nil || state.Window.Name != "Patch night" || !state.WindowEnds.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("Watched() = %+v, %v; want the window and its end", state, err)
	}
	w.pass(t, 15*time.Minute, time.Minute)
	if h.now(t, id).Health.Status != connector.Failing {
		t.Error("after the window it was not asked again")
	}
	if _, err := h.RemoveWindow(t.Context(), admin, window.ID); err != nil {
		t.Fatal(err)
	}
	if added, removed := h.events(t, "maintenance.added"), h.events(t, "maintenance.removed"); len(added) != 1 || len(removed) != 1 || added[0].Detail != "Patch night" {
		t.Errorf("events = %+v, %+v", added, removed)
	}
	for field, spoil := range map[string]func(*connector.WindowDraft){
		"workspace": func(d *connector.WindowDraft) { d.Workspace = "nowhere" },
		"name":      func(d *connector.WindowDraft) { d.Name = "" },
		"zone":      func(d *connector.WindowDraft) { d.Zone = "Europe/Atlantis" },
		"ends": func(d *connector.WindowDraft) {
			d.Repeat, d.Begins, d.Ends = "once", "2026-11-30T22:00", "2026-11-30T21:00"
		},
	} {
		d := night
		spoil(&d)
		var p connector.Problems
		if _, err := h.AddWindow(t.Context(), admin, d); !errors.As(err, &p) || p.At(field) == "" {
			t.Errorf("AddWindow(%+v) = %v, want a problem at %s", d, err, field)
		}
	}
}
