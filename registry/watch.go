package registry

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Watches keeps when connectors are asked, and what keeps them from it.
type Watches interface {
	// Watch tells how a connector is watched. ErrNotFound.
	Watch(ctx context.Context, connectorID string) (connector.Watch, error)
	// SetWatch gives a living connector another cadence and has it planned anew. ErrNotFound.
	SetWatch(ctx context.Context, connectorID string, every time.Duration, ev access.Event) error
	// Due gives at most n that are to be asked or planned at or before now, the longest-waiting first. What is yet to be planned has neither
	// slot nor due time.
	Due(ctx context.Context, now time.Time, n int) ([]connector.Watch, error)
	// Plan keeps slots, due times and failures in one transaction. kept tells of each whether it was: not one whose cadence was changed
	// since, that is not watched any more or that is gone.
	Plan(ctx context.Context, all []connector.Watch) (kept []bool, err error)
	// Replan has those planned anew that have no cadence of their own and are due only after a time; it tells how many.
	Replan(ctx context.Context, after time.Time) (int, error)
	// Pauses gives the pauses of everything and of workspaces, those that are over among them; PausedConnectors those of living
	// connectors, the newest first.
	Pauses(ctx context.Context) ([]connector.Pause, error)
	PausedConnectors(ctx context.Context, n int) ([]connector.Pause, error)
	// Pause keeps a pause in place of the one that was there; Resume takes it away. ErrNotFound.
	Pause(ctx context.Context, p connector.Pause, ev access.Event) error
	Resume(ctx context.Context, workspace, connectorID string, ev access.Event) error
	// Windows lists the times of maintenance; Window gives one. ErrNotFound.
	Windows(ctx context.Context) ([]connector.Window, error)
	Window(ctx context.Context, id string) (connector.Window, error)
	// AddWindow keeps a new one: ErrInUse when the workspace has as many as it may. RemoveWindow forgets one: ErrNotFound.
	AddWindow(ctx context.Context, w connector.Window, ev access.Event) error
	RemoveWindow(ctx context.Context, id string, ev access.Event) error
	// Days gives what was found from one day on, the oldest first, without days on which nothing was checked.
	Days(ctx context.Context, connectorID string, from time.Time) ([]connector.Day, error)
}

// watcher is who asks for the watch. The runs say By "watch".
var watcher = access.System("watch")

// Watching is how the watch runs. Every and Ticks are needed.
type Watching struct {
	Every time.Duration       // between two checks of a connector for which nothing else is chosen
	Ticks <-chan time.Time    // at each the watch looks for what is due; what the clock says counts, not what comes here
	Lag   func(time.Duration) // told of each check how long after its planned time it begins; may be nil
}

const (
	dueAtOnce  = 256             // rows that are read at once
	readyMost  = 1024            // checks that wait in memory, so that one host with many does not hide the rest
	readyThere = 64              // of those, for one host
	standBack  = time.Minute     // how long a check waits whose host has as many
	slept      = 2 * time.Minute // a longer time between two ticks is one in which the machine slept
	keepWithin = 5 * time.Second // for a write that must not be cut off
)

// Watch asks connectors on their schedule until the context ends, and then waits for the checks that it began to be on their way; they
// end by themselves, or with [Registry.Close]. Only one may run.
func (r *Registry) Watch(ctx context.Context, with Watching) {
	w := r.watch
	w.mu.Lock()
	w.with, w.on = with, true
	w.mu.Unlock()
	w.trouble(ctx, w.begin(ctx))
	for {
		select {
		case <-ctx.Done():
			w.starts.Wait()
			w.giveBack(context.WithoutCancel(ctx))
			w.mu.Lock()
			w.on = false
			w.mu.Unlock()
			return
		case <-with.Ticks:
			w.trouble(ctx, w.round(ctx))
		case <-w.landed:
			w.trouble(ctx, w.refill(ctx))
		}
	}
}

// watch is the state of the watch. One goroutine decides; every check that it begins has one more while it begins.
type watch struct {
	reg    *Registry
	net    network
	landed chan struct{} // has one word after a check has ended
	starts sync.WaitGroup

	mu     sync.Mutex
	on     bool
	with   Watching
	ready  []turn
	flying map[string]*turn // by connector
	hosts  map[string]int   // of those that fly
	lag    time.Duration

	// Of the loop alone:
	resumed time.Time // what was due then was missed
	ticked  time.Time
	warned  time.Time
	more    bool // there is more that is due than was read
	said    string
}

// turn is one check that is due.
type turn struct {
	connector.Watch           // as it was planned when the turn was taken
	planned         time.Time // when the check should begin
	every           time.Duration
	host            string
	held            bool // it failed, and the status stays until it was asked again
}

func newWatch(r *Registry) *watch {
	return &watch{reg: r, landed: make(chan struct{}, 1), flying: map[string]*turn{}, hosts: map[string]int{}}
}

// begin takes the watch up: whatever was due before was missed.
func (w *watch) begin(ctx context.Context) error {
	now := w.reg.now()
	w.resumed, w.ticked, w.more = now, now, true
	_, err := w.reg.store.Replan(ctx, now.Add(max(w.with.Every, mostSpread)))
	return err
}

// round is what a tick does.
func (w *watch) round(ctx context.Context) error {
	now := w.reg.now()
	if now.Sub(w.ticked) > slept {
		w.resumed = now
	}
	w.ticked, w.more = now, true
	var problems []error
	if id := w.net.canary(now); id != "" {
		problems = append(problems, w.soon(ctx, now, id))
	}
	if now.Sub(w.warned) >= warnEvery {
		w.warned = now
		problems = append(problems, w.reg.warn(ctx))
	}
	return errors.Join(append(problems, w.refill(ctx))...)
}

// refill begins checks as long as there is room, and reads what is due as long as there is little in hand.
func (w *watch) refill(ctx context.Context) error {
	for {
		w.fill(ctx)
		w.mu.Lock()
		enough := len(w.ready) >= readyMost-dueAtOnce
		w.mu.Unlock()
		if enough || !w.more || ctx.Err() != nil {
			return nil
		}
		if err := w.take(ctx); err != nil {
			w.more = false // not again before the next tick
			return err
		}
	}
}

// most is how many checks of the watch may be on their way: twice as many as may run, so that the next one is there when one ends.
func (w *watch) most() int { return 2 * watchMay(w.reg.jobs.limits.AtOnce) }

// fill begins checks as long as there is room.
func (w *watch) fill(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	there := 2 * watchMay(w.reg.jobs.limits.PerHost)
	kept := w.ready[:0]
	for i := range w.ready {
		t := w.ready[i]
		if len(w.flying) >= w.most() || t.host != "" && w.hosts[t.host] >= there || ctx.Err() != nil {
			kept = append(kept, t)
			continue
		}
		w.flying[t.Connector] = &t
		w.hosts[t.host]++
		w.starts.Go(func() { w.start(ctx, &t) })
	}
	w.ready = kept
}

// start begins one check. What cannot begin now stands back.
func (w *watch) start(ctx context.Context, t *turn) {
	c, err := w.reg.store.Connector(ctx, t.Connector)
	if err == nil && !c.Retired.IsZero() {
		err = connector.ErrNotFound
	}
	if err == nil {
		var run connector.Run
		if run, err = w.reg.begin(ctx, watcher, c, t.planned); err == nil && !run.Planned.IsZero() {
			late := run.Began.Sub(t.planned)
			w.mu.Lock()
			w.lag = late
			w.mu.Unlock()
			if w.with.Lag != nil {
				w.with.Lag(late)
			}
			return // and it lands when it has ended
		}
	}
	w.drop(t)
	var busy *connector.Busy
	switch {
	case err == nil, errors.Is(err, connector.ErrNotFound): // a person asks it already, or it is gone
		return
	case !errors.As(err, &busy) && ctx.Err() == nil:
		slog.WarnContext(ctx, "a check of the watch could not begin", "connector", t.Connector, "error", err)
	}
	keeping, done := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer done()
	back := t.Watch
	back.Due = earlier(back.Due, w.reg.now().Add(standBack+dice(standBack, t.Connector)))
	if _, err := w.reg.store.Plan(keeping, []connector.Watch{back}); err != nil {
		slog.WarnContext(ctx, "a check of the watch could not be put off", "connector", t.Connector, "error", err)
	}
}

// drop takes a check off the table of those that fly.
func (w *watch) drop(t *turn) {
	w.mu.Lock()
	if w.flying[t.Connector] == t {
		delete(w.flying, t.Connector)
		if w.hosts[t.host]--; w.hosts[t.host] == 0 {
			delete(w.hosts, t.host)
		}
	}
	w.mu.Unlock()
	select {
	case w.landed <- struct{}{}:
	default: // the loop has been told already
	}
}

// land is told of each check that has ended, and plans what follows from one of the watch.
func (w *watch) land(ctx context.Context, c connector.Connector, run connector.Run, _, _ connector.Health) {
	w.mu.Lock()
	t := w.flying[c.ID]
	w.mu.Unlock()
	if t == nil || run.Planned.IsZero() {
		return
	}
	defer w.drop(t)
	after, changed := follow(*t, run)
	if !changed {
		return
	}
	keeping, done := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer done()
	if _, err := w.reg.store.Plan(keeping, []connector.Watch{after}); err != nil {
		slog.WarnContext(ctx, "what follows from a check could not be planned", "connector", c.ID, "error", err)
	}
}

// giveBack makes due again what was taken and has not begun.
func (w *watch) giveBack(ctx context.Context) {
	w.mu.Lock()
	var back []connector.Watch
	for _, t := range w.ready {
		t.Due = t.planned
		back = append(back, t.Watch)
	}
	w.ready = nil
	w.mu.Unlock()
	if len(back) == 0 {
		return
	}
	keeping, done := context.WithTimeout(ctx, keepWithin)
	defer done()
	if _, err := w.reg.store.Plan(keeping, back); err != nil {
		slog.WarnContext(ctx, "checks that were due could not be given back", "checks", len(back), "error", err)
	}
}

// trouble logs an error once, not at every tick that it stays.
func (w *watch) trouble(ctx context.Context, err error) {
	text := ""
	if err != nil && ctx.Err() == nil {
		text = err.Error()
	}
	switch {
	case text == w.said:
	case text == "":
		slog.InfoContext(ctx, "the watch goes on")
	default:
		slog.ErrorContext(ctx, "the watch cannot go on", "error", err)
	}
	w.said = text
}
