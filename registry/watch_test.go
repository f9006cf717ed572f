package registry_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
)

// watching is a watch that runs over a house, with ticks that the test gives.
type watching struct {
	h     *house
	ticks chan time.Time
	stop  func()

	mu   sync.Mutex
	lags []time.Duration
}

// watched starts the watch of a house, and ends it with the test.
func (h *house) watched(t *testing.T, every time.Duration) *watching {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watching{h: h, ticks: make(chan time.Time)}
	var ended sync.WaitGroup
	ended.Go(func() {
		h.Watch(ctx, registry.Watching{Every: every, Ticks: w.ticks, Lag: func(d time.Duration) {
			w.mu.Lock()
			w.lags = append(w.lags, d)
			w.mu.Unlock()
		}})
	})
	w.stop = sync.OnceFunc(func() { cancel(); ended.Wait() })
	t.Cleanup(w.stop)
	w.tick()
	return w
}

// tick has the watch look for what is due. When it returns, the watch has looked.
func (w *watching) tick() {
	w.ticks <- time.Time{}
	w.ticks <- time.Time{} // is taken when the round of the first one is over
}

// pass lets time go by in steps, and gives every check that begins the time to end.
func (w *watching) pass(t *testing.T, all, step time.Duration) {
	t.Helper()
	for ; all > 0; all -= step {
		w.h.clock.pass(min(step, all))
		w.tick()
		w.quiet(t)
	}
}

// quiet waits until no check of the watch is on its way.
func (w *watching) quiet(t *testing.T) {
	t.Helper()
	w.until(t, "no check is on its way", func() bool {
		s, err := w.h.WatchState(context.Background(), admin)
		return err == nil && s.Asking == 0
	})
}

// until waits for something that is bound to happen.
func (w *watching) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// row gives how a connector is watched.
func (h *house) row(t *testing.T, id string) connector.Watch {
	t.Helper()
	w, err := h.store.Watch(t.Context(), id)
	if err != nil {
		t.Fatalf("Watch(%s) = %v", id, err)
	}
	return w
}

// runs gives the history of a connector, the oldest first.
func (h *house) runs(t *testing.T, id string) []connector.Run {
	t.Helper()
	all, err := h.History(t.Context(), admin, id, 1000)
	if err != nil {
		t.Fatalf("History(%s) = %v", id, err)
	}
	slices.Reverse(all)
	return all
}

func step(name string, s connector.StepState) connector.Step {
	return connector.Step{Name: name, State: s, Began: noon}
}

// What the other side says in these tests, as the probe would write it down.
var (
	fine     = connector.Outcome{Status: connector.Healthy, Code: "ARTIFACTORY_LISTED", Text: "It works.", Steps: []connector.Step{step("Connect", "ok"), step("TLS", "ok"), step("HTTP", "ok")}}
	inPieces = connector.Outcome{Status: connector.Failing, Code: "SERVER_ERROR", Text: "It is in trouble.", Steps: []connector.Step{step("Connect", "ok"), step("TLS", "ok"), step("HTTP", "failed")}}
	unlike   = connector.Outcome{Status: connector.Failing, Code: "GIT_AUTH_REFUSED", Text: "It refused.", Steps: []connector.Step{step("Connect", "ok"), step("TLS", "ok"), step("HTTP", "ok"), step("Authenticate", "failed")}}
	unheard  = connector.Outcome{Status: connector.Failing, Code: "CONNECT_TIMEOUT", Text: "It was not reached.", Steps: []connector.Step{step("Resolve", "ok"), step("Connect", "failed")}}
	notYet   = connector.Outcome{Status: connector.Unverified, Code: "NOT_ASKED_YET", Text: "Not yet."}
	tooOften = connector.Outcome{Status: connector.Degraded, Code: "RATE_LIMITED", Text: "Too often.", Steps: []connector.Step{step("Connect", "ok"), step("HTTP", "warn")}}
)

func TestNewConnectorsAreSpreadOverTheirInterval(t *testing.T) {
	h := opened(t)
	var ids []string
	for range 60 {
		ids = append(ids, h.kept(t, h.git(h.acme)).ID)
	}
	w := h.watched(t, 10*time.Minute)
	minutes, slots := map[int]int{}, map[string]time.Time{}
	for _, id := range ids {
		w := h.row(t, id)
		if !w.Slot.After(noon) || w.Slot.After(noon.Add(10*time.Minute)) || !w.Due.Equal(w.Slot) {
			t.Errorf("%s is planned for %s and due %s, want one time within ten minutes", id, w.Slot, w.Due)
		}
		minutes[int(w.Slot.Sub(noon)/(time.Minute*2))]++
		slots[id] = w.Slot
	}
	for m := range 5 {
		if minutes[m] == 0 || minutes[m] > 30 {
			t.Errorf("two minutes of ten have %d of 60 connectors, want them spread: %v", minutes[m], minutes)
		}
	}
	if n := h.other.times(); n != 0 {
		t.Errorf("%d were asked at once, want none before its time", n)
	}
	// The place in the interval comes from the id, so it is the same when the plan is made again.
	for _, id := range ids[:5] {
		if err := h.SetWatch(t.Context(), editor, id, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	w.tick()
	for _, id := range ids[:5] {
		if got := h.row(t, id).Slot; !got.Equal(slots[id]) {
			t.Errorf("%s is planned for %s now and was for %s, want the same", id, got, slots[id])
		}
	}
}

func TestTheWatchAsksFromPlannedTimeToPlannedTime(t *testing.T) {
	h := opened(t)
	h.other.says(fine)
	id := h.kept(t, h.git(h.acme)).ID
	w := h.watched(t, 10*time.Minute)
	first := h.row(t, id).Slot
	w.pass(t, time.Hour, 37*time.Second) // the ticks never meet the slots
	runs := h.runs(t, id)
	if len(runs) != 6 {
		t.Fatalf("%d checks in an hour, want 6", len(runs))
	}
	for i, r := range runs {
		planned := first.Add(time.Duration(i) * 10 * time.Minute)
		if late := r.Began.Sub(planned); late < 0 || late >= 37*time.Second {
			t.Errorf("check %d began %s after its planned time, want at the next tick", i+1, late)
		}
		if r.By != "watch" || r.Status != connector.Healthy {
			t.Errorf("check %d = %+v, want a healthy one by watch", i+1, r)
		}
	}
	if got := h.row(t, id); !got.Slot.Equal(first.Add(time.Hour)) || !got.Due.Equal(got.Slot) {
		t.Errorf("after an hour it is planned for %s, want %s to the second", got.Slot, first.Add(time.Hour))
	}
	if len(w.lags) != 6 || slices.Min(w.lags) < 0 || slices.Max(w.lags) >= 37*time.Second {
		t.Errorf("the lags were told as %v, want six below 37 s", w.lags)
	}
	if ev := h.events(t, "connector.flipped"); len(ev) != 1 || ev[0].Actor != "system:watch" {
		t.Errorf("flips = %+v, want the first one, by the watch", ev)
	}
}

func TestWhatWasMissedIsSkippedAndSpread(t *testing.T) {
	h := opened(t)
	h.other.says(fine)
	var ids []string
	for range 40 {
		ids = append(ids, h.kept(t, h.git(h.acme)).ID)
	}
	w := h.watched(t, 10*time.Minute)
	w.pass(t, 10*time.Minute, time.Minute)
	asked := h.other.times()
	if asked != 40 {
		t.Fatalf("%d were asked in ten minutes, want all 40", asked)
	}
	w.stop()
	h.clock.pass(5 * time.Hour)
	from := h.clock.now()
	w = h.watched(t, 10*time.Minute)
	if n := h.other.times() - asked; n != 0 {
		t.Errorf("%d were asked at the start, want none", n)
	}
	thirds := map[int]int{}
	for _, id := range ids {
		thirds[int(h.row(t, id).Slot.Sub(from)/(200*time.Second))]++
	}
	if len(thirds) != 3 || thirds[0] > 25 || thirds[1] > 25 || thirds[2] > 25 {
		t.Errorf("the thirds of the interval have %v, want 40 spread over them", thirds)
	}
	w.pass(t, 10*time.Minute, time.Minute)
	if n := h.other.times() - asked; n != 40 {
		t.Errorf("%d were asked in the ten minutes after the start, want each once", n)
	}

	// A machine that slept is like one that stopped.
	asked = h.other.times()
	h.clock.pass(3 * time.Hour)
	w.tick()
	if n := h.other.times() - asked; n != 0 {
		t.Errorf("%d were asked when the machine woke, want none at once", n)
	}
	w.pass(t, 10*time.Minute, time.Minute)
	if n := h.other.times() - asked; n != 40 {
		t.Errorf("%d were asked in the ten minutes after it woke, want each once", n)
	}
}

func TestOneThatWorkedIsAskedAgainBeforeItTurnsRed(t *testing.T) {
	h := opened(t)
	h.other.says(fine)
	id := h.kept(t, h.git(h.acme)).ID
	w := h.watched(t, 10*time.Minute)
	w.pass(t, 10*time.Minute, time.Second)
	h.other.says(inPieces)
	slot := h.row(t, id).Slot

	w.pass(t, slot.Sub(h.clock.now()), time.Second)
	one := h.now(t, id)
	if one.Health.Status != connector.Healthy || !one.Health.Checked.Equal(h.clock.now()) || h.row(t, id).Fails != 1 {
		t.Fatalf("after the first failure %+v and %+v, want it healthy still and one failure noted", one.Health, h.row(t, id))
	}
	w.pass(t, time.Minute, time.Second)
	runs := h.runs(t, id)
	if len(runs) != 4 {
		t.Fatalf("runs = %+v, want one that worked and three that did not", runs)
	}
	wait := func(i int) time.Duration { return runs[i].Began.Sub(runs[i-1].Ended) }
	if wait(2) < 10*time.Second || wait(2) > 13*time.Second || wait(3) < 30*time.Second || wait(3) > 37*time.Second {
		t.Errorf("it was asked again after %s and after %s, want 10 s and 30 s and a fifth at most", wait(2), wait(3))
	}
	for i, r := range runs[1:] {
		again := strings.Contains(r.Text, "asked again")
		if r.Status != connector.Failing || again != (i < 2) || (r.Was == connector.Healthy) != (i == 2) {
			t.Errorf("attempt %d = %+v, want it kept as it was, the third as the one that changed the status", i+1, r)
		}
	}
	if got := h.now(t, id).Health; got.Status != connector.Failing || !got.Since.Equal(runs[3].Ended) {
		t.Errorf("health = %+v, want failing since the third attempt", got)
	}
	flips := h.events(t, "connector.flipped")
	if len(flips) != 2 || flips[0].Detail != "healthy → failing (SERVER_ERROR)" {
		t.Errorf("flips = %+v, want one to failing", flips)
	}
	if row := h.row(t, id); row.Fails != 0 || !row.Due.Equal(slot.Add(10*time.Minute)) {
		t.Errorf("row = %+v, want the next slot as if nothing had been", row)
	}

	// Failing, it is asked once each slot, and recovery shows at once.
	w.pass(t, 10*time.Minute, time.Second)
	if n := len(h.runs(t, id)); n != 5 {
		t.Errorf("%d runs, want one more only", n)
	}
	h.other.says(fine)
	w.pass(t, 10*time.Minute, time.Second)
	if got := h.now(t, id).Health; got.Status != connector.Healthy || len(h.runs(t, id)) != 6 {
		t.Errorf("health = %+v after %d runs, want healthy at the first check that worked", got, len(h.runs(t, id)))
	}

	// One failure that passes leaves the status alone, and the next one counts from one again.
	for range 2 {
		h.other.says(inPieces)
		w.pass(t, h.row(t, id).Slot.Sub(h.clock.now()), time.Second)
		h.other.says(fine)
		w.pass(t, time.Minute, time.Second)
		if row := h.row(t, id); row.Fails != 0 || h.now(t, id).Health.Status != connector.Healthy {
			t.Errorf("after a failure that passed: %+v, %s", row, h.now(t, id).Health.Status)
		}
	}
	if n := len(h.events(t, "connector.flipped")); n != 3 {
		t.Errorf("%d flips, want none for failures that passed", n-3)
	}
}

func TestAPersonsCheckIsAVerdictAtOnce(t *testing.T) {
	h := opened(t)
	h.other.says(fine)
	id := h.kept(t, h.git(h.acme)).ID
	w := h.watched(t, 10*time.Minute)
	w.pass(t, 10*time.Minute, time.Minute)
	h.other.says(inPieces)
	if run := h.checked(t, id); strings.Contains(run.Text, "asked again") || run.Was != "" && run.Was != connector.Healthy {
		t.Errorf("run = %+v, want a plain verdict", run)
	}
	if got := h.now(t, id).Health.Status; got != connector.Failing {
		t.Errorf("status = %s after a person asked, want failing", got)
	}
}

func TestWhatIsMissingOnOurSideIsNotAskedAgain(t *testing.T) {
	h := opened(t)
	h.other.says(fine)
	h.secret(t, h.acme, "token", "x")
	id := h.kept(t, h.login(h.acme, here, "account.token")).ID
	w := h.watched(t, 10*time.Minute)
	w.pass(t, 10*time.Minute, time.Minute)
	exec(t, h.store.Dir(), `UPDATE secrets SET sealed = X'00'`)
	w.pass(t, 10*time.Minute, time.Minute)
	if got := h.now(t, id).Health; got.Status != connector.Failing || got.Code != "SECRET_SEALED" || len(h.runs(t, id)) != 2 {
		t.Errorf("health = %+v after %d runs, want failing at the first", got, len(h.runs(t, id)))
	}
}

func TestSomeOutcomesSlowTheWatchDown(t *testing.T) {
	for name, tt := range map[string]struct {
		out   connector.Outcome
		pause time.Duration // from one question to the next
	}{
		"a refused password":                {unlike, 30 * time.Minute},
		"what cannot be asked yet":          {notYet, 6 * time.Hour},
		"trouble of the other side's own":   {inPieces, 10 * time.Minute},
		"a limit of the other side's":       {tooOften, 10 * time.Minute},
		"a failure before anybody answered": {unheard, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			h := opened(t)
			h.other.says(tt.out)
			id := h.kept(t, h.git(h.acme)).ID
			w := h.watched(t, 10*time.Minute)
			first := h.row(t, id).Slot
			w.pass(t, 10*time.Minute, time.Minute)
			if got := h.row(t, id).Due; got.Before(first.Add(tt.pause)) || got.After(first.Add(tt.pause+10*time.Minute)) || got.Sub(first)%(10*time.Minute) != 0 {
				t.Errorf("asked at %s, it is asked next at %s, want the first slot after %s", first, got, tt.pause)
			}
		})
	}
}

func TestWhatSaysNothingIsNotWatched(t *testing.T) {
	h := opened(t)
	jira := h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Findings", Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}}).ID
	off := h.kept(t, h.git(h.acme)).ID
	if err := h.SetWatch(t.Context(), editor, off, connector.Never); err != nil {
		t.Fatal(err)
	}
	gone := h.retired(t, h.git(h.acme)).ID
	pair := h.kept(t, registration(h.harmony, "Ledger", "1.0")).ID
	w := h.watched(t, 10*time.Minute)
	w.pass(t, 3*time.Hour, 100*time.Second)
	for _, id := range []string{jira, off, gone} {
		if n := len(h.runs(t, id)); n != 0 {
			t.Errorf("%s was asked %d times, want never", id, n)
		}
	}
	if n := len(h.runs(t, pair)); n != 3 {
		t.Errorf("the own registry was asked %d times in three hours, want once an hour", n)
	}
	if got, err := h.Watched(t.Context(), viewer, jira); err != nil || !strings.Contains(got.Why, "waits for a person") {
		t.Errorf("Watched() = %+v, %v; want why it is not asked", got, err)
	}
	if got, err := h.Watched(t.Context(), viewer, pair); err != nil || got.Cadence != time.Hour || !got.On {
		t.Errorf("Watched() = %+v, %v; want every hour", got, err)
	}
}
