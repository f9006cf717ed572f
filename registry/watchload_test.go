package registry_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchbay/connector"
	"patchbay/registry"
)

// Whatever time does and however long the other side takes, no check begins before its planned time, no connector is asked twice at once,
// and every slot lies a whole number of cadences after the first one.
func TestTheScheduleKeepsItsPromises(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{AtOnce: 4})
	rapid.Check(t, func(r *rapid.T) {
		var mu sync.Mutex
		var wrong []string
		at, gates := map[string]int{}, map[string]chan struct{}{}
		h.other.will(func(ctx context.Context, q connector.Question) connector.Outcome {
			url := q.Check.(connector.ReadArtifactory).URL
			mu.Lock()
			if at[url]++; at[url] > 1 {
				wrong = append(wrong, url+" is asked twice at once")
			}
			gate := gates[url]
			mu.Unlock()
			defer func() { mu.Lock(); at[url]--; mu.Unlock() }()
			if gate != nil {
				select {
				case <-gate:
				case <-ctx.Done():
				}
			}
			return fine
		})
		type one struct {
			id, url string
			every   time.Duration
			first   time.Time
		}
		all := make([]*one, rapid.IntRange(1, 6).Draw(r, "connectors"))
		for i := range all {
			c := h.at(t, fmt.Sprintf("host%d.example.com", rapid.IntRange(0, 2).Draw(r, "host")))
			all[i] = &one{id: c.ID, url: c.Spec.Check().(connector.ReadArtifactory).URL, every: rapid.SampledFrom(connector.Cadences[:4]).Draw(r, "every")}
			if err := h.SetWatch(t.Context(), editor, c.ID, all[i].every); err != nil {
				r.Fatal(err)
			}
		}
		w := h.watched(t, 10*time.Minute)
		for _, o := range all {
			o.first = h.row(t, o.id).Slot
		}
		release := func() {
			mu.Lock()
			defer mu.Unlock()
			for url, gate := range gates {
				close(gate)
				delete(gates, url)
			}
		}
		for range rapid.IntRange(5, 40).Draw(r, "ticks") {
			if rapid.IntRange(0, 3).Draw(r, "hang") == 0 {
				mu.Lock()
				if url := all[rapid.IntRange(0, len(all)-1).Draw(r, "which")].url; gates[url] == nil {
					gates[url] = make(chan struct{})
				}
				mu.Unlock()
			}
			h.clock.pass(time.Duration(rapid.Int64Range(1, int64(100*time.Second)).Draw(r, "step")))
			w.tick()
			if rapid.Bool().Draw(r, "release") {
				release()
				w.quiet(t)
			}
			for _, o := range all {
				row := h.row(t, o.id)
				if off := row.Slot.Sub(o.first); off < 0 || off%o.every != 0 {
					r.Fatalf("a slot of one that is asked every %s lies %s after the first", o.every, off)
				}
				if row.Slot.Sub(h.clock.now()) > o.every {
					r.Fatalf("the next slot of one that is asked every %s is %s away", o.every, row.Slot.Sub(h.clock.now()))
				}
			}
		}
		release()
		w.quiet(t)
		w.stop()
		for _, o := range all {
			slots := map[time.Duration]bool{}
			for _, run := range h.runs(t, o.id) {
				slot := run.Began.Sub(o.first) / o.every
				if run.Began.Before(o.first) || slots[slot] {
					r.Fatalf("a check began at %s, in a slot that was used or before the first, %s", run.Began, o.first)
				}
				slots[slot] = true
			}
			if h.retire(t, o.id); len(wrong) > 0 {
				r.Fatal(strings.Join(wrong, "; "))
			}
		}
		for _, lag := range w.lags {
			if lag < 0 {
				r.Fatalf("a check began %s before its planned time", -lag)
			}
		}
	})
}

// retire puts a connector out of the way of the next round.
func (h *house) retire(t *testing.T, id string) {
	t.Helper()
	if _, err := h.Retire(t.Context(), admin, id, 0); err != nil {
		t.Fatal(err)
	}
}

// One host that does not answer and has hundreds of connectors keeps neither the other hosts nor a person waiting.
func TestAHostThatHangsHoldsNobodyUp(t *testing.T) {
	h := opened(t)
	leave := make(chan struct{})
	h.other.will(func(ctx context.Context, q connector.Question) connector.Outcome {
		if strings.Contains(q.Check.(connector.ReadArtifactory).URL, "hangs") {
			select {
			case <-leave:
			case <-ctx.Done():
			}
		}
		return fine
	})
	var there []string
	for range 100 {
		there = append(there, h.at(t, "hangs.example.com").ID)
	}
	var others []string
	for i := range 20 {
		others = append(others, h.at(t, fmt.Sprintf("other%d.example.com", i)).ID)
	}
	w := h.watched(t, time.Minute)
	for range 12 {
		h.clock.pass(10 * time.Second)
		w.tick()
	}
	asked := func(ids []string) (n int) {
		for _, id := range ids {
			for _, r := range h.runs(t, id) {
				if r.State == connector.Done {
					n++
				}
			}
		}
		return n
	}
	w.until(t, "the other hosts are asked", func() bool { return asked(others) >= len(others) })
	if run := h.checked(t, others[0]); run.Status != connector.Healthy {
		t.Errorf("a person's check = %+v, want it done", run)
	}
	if n := asked(there); n != 0 {
		t.Errorf("%d of the host that hangs have an answer", n)
	}
	close(leave)
	for range 60 {
		h.clock.pass(10 * time.Second)
		w.tick()
		w.quiet(t)
	}
	for _, id := range there {
		if len(h.runs(t, id)) == 0 {
			t.Errorf("%s was never asked in ten minutes", id)
		}
	}
}

func TestWhatCannotBePlannedIsNotAsked(t *testing.T) {
	h := opened(t)
	h.other.says(fine)
	id := h.kept(t, h.git(h.acme)).ID
	w := h.watched(t, 10*time.Minute)
	exec(t, h.store.Dir(), `CREATE TRIGGER full BEFORE UPDATE ON watches BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	w.pass(t, 30*time.Minute, time.Minute)
	if n := h.other.times(); n != 0 {
		t.Errorf("asked %d times though no plan could be kept, want never", n)
	}
	exec(t, h.store.Dir(), `DROP TRIGGER full`)
	w.pass(t, time.Minute, time.Minute)
	if n := len(h.runs(t, id)); n != 1 {
		t.Errorf("%d checks once there is room again, want the one that is due", n)
	}
}

func TestWhatWasTakenIsGivenBackWhenTheProgramStops(t *testing.T) {
	h := opened(t)
	leave := make(chan struct{})
	h.other.will(func(ctx context.Context, _ connector.Question) connector.Outcome {
		select {
		case <-leave:
		case <-ctx.Done():
		}
		return fine
	})
	h.limited(registry.Limits{AtOnce: 1, PerHost: 1})
	var ids []string
	for range 10 {
		ids = append(ids, h.at(t, "one.example.com").ID)
	}
	w := h.watched(t, 10*time.Minute)
	for range 10 {
		h.clock.pass(time.Minute)
		w.tick()
	}
	w.stop()
	close(leave)
	h.Close()
	due, err := h.store.Due(t.Context(), h.clock.now(), 100)
	if err != nil || len(due) != 8 {
		t.Errorf("%d of ten are due when the program stopped, %v; want those that had not begun", len(due), err)
	}
	h.limited(registry.Limits{})
	h.other.says(fine)
	w = h.watched(t, 10*time.Minute)
	w.pass(t, 10*time.Minute, time.Minute)
	for _, id := range ids {
		if len(h.runs(t, id)) == 0 {
			t.Errorf("%s was never asked", id)
		}
	}
}
