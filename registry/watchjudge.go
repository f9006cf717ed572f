package registry

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// overhear learns from a run about our own network, and reports whether it is down. It is called once for each run.
func (r *Registry) overhear(ctx context.Context, c connector.Connector, run connector.Run) bool {
	down, news := r.watch.net.hear(hostOf(placeOf(c.Spec.Check())), c.ID, works(c), wayOf(run.Outcome), run.Ended)
	if news {
		r.noteNetwork(ctx, down)
	}
	return down
}

func works(c connector.Connector) bool {
	return c.Health.Status == connector.Healthy || c.Health.Status == connector.Degraded
}

// verdict works out the connector's health after a run and the audit event of a flip. Not every outcome is a verdict: while our own network
// is down nobody is to blame, one that worked is asked again before its status changes, and what an older check found never outdoes what a
// newer one did. It may be called again for one run, as it came, when another check was quicker.
func (r *Registry) verdict(ctx context.Context, a access.Actor, c connector.Connector, run *connector.Run, down bool) (connector.Health, access.Event) {
	r.watch.hold(*run, false)
	// A last check that is still to come is that of a clock which has been set back since, and says nothing of the order.
	if checked := c.Health.Checked; checked.After(run.Ended) && !checked.After(r.now()) {
		run.Text += " A check that ended later is known already, so the status stays as that one left it."
		return c.Health, access.Event{}
	}
	host, way := hostOf(placeOf(c.Spec.Check())), wayOf(run.Outcome)
	if down && way == lost {
		run.Outcome = ownNetwork(run.Outcome)
		return c.Health, access.Event{}
	}
	if works(c) && run.Status == connector.Failing && r.watch.holds(ctx, c, *run, host, way) {
		r.watch.hold(*run, true)
		run.Text += " It worked before, so it is asked again before its status changes."
		h := c.Health
		h.Checked = run.Ended
		return h, access.Event{}
	}
	return r.flip(ctx, a, c, *run)
}

// holds reports whether the status of a connector that worked stays as it is for now, because the watch asks again. That is done only where
// somebody was asked: what is missing on our side is still missing half a minute later.
func (w *watch) holds(ctx context.Context, c connector.Connector, run connector.Run, host string, way way) bool {
	asked := slices.ContainsFunc(run.Steps, func(s connector.Step) bool { return s.State != connector.StepSkipped })
	if run.Planned.IsZero() || !asked {
		return false
	}
	w.mu.Lock()
	t := w.flying[c.ID]
	w.mu.Unlock()
	switch {
	case t == nil || t.Fails > len(retries):
		return false
	case t.Fails == len(retries):
		// The last time. Whoever was not reached gets the benefit of the doubt once, when our own network has not shown that it works.
		if way != lost {
			return false
		}
		others := w.net.doubt(host, run.Ended)
		if len(others) == 0 {
			return false
		}
		if err := w.soon(ctx, w.reg.now(), others...); err != nil {
			slog.WarnContext(ctx, "no second opinion could be asked for", "connector", c.ID, "error", err)
			return false
		}
	}
	return true
}

// hold notes whether the status of a connector stays as it is for now, for what is planned after its run.
func (w *watch) hold(run connector.Run, held bool) {
	if run.Planned.IsZero() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.flying[run.Connector]; t != nil {
		t.held = held
	}
}

// noteNetwork logs that our own network went or came back.
func (r *Registry) noteNetwork(ctx context.Context, down bool) {
	ev := r.event(ctx, watcher, "watch.online")
	ev.Detail = "somebody was reached again"
	if down {
		ev.Action, ev.Detail = "watch.offline", "many hosts began to fail on the way at once"
	}
	ev.Object = "watch:network"
	slog.WarnContext(ctx, "our own network", "down", down)
	if err := r.store.Note(ctx, ev); err != nil {
		slog.ErrorContext(ctx, "the state of our own network could not be noted", "error", err)
	}
}

func ownNetwork(out connector.Outcome) connector.Outcome {
	cause := "Checks towards many hosts began to fail on the way at once."
	if out.Text != "" {
		cause += " This one ended so: " + out.Text
	}
	return connector.Outcome{Status: connector.Unverified, Code: "OWN_NETWORK",
		Text:  "Our own network seems to be down, so this says nothing of the connector and its status stays as it was.",
		Cause: cause,
		Next:  "Check the network and the name server of the machine that Patchbay runs on. Checks count again as soon as anybody is reached.",
		Steps: out.Steps, Expires: out.Expires}
}

// quiet is what keeps the watch from asking at one moment.
type quiet struct {
	now        time.Time
	all        *connector.Pause
	workspaces map[string]*connector.Pause
	windows    map[string]open
}

// open is a time of maintenance that holds.
type open struct {
	window connector.Window
	ends   time.Time
}

// quiet reads what keeps the watch from asking now.
func (r *Registry) quiet(ctx context.Context, now time.Time) (quiet, error) {
	q := quiet{now: now, workspaces: map[string]*connector.Pause{}, windows: map[string]open{}}
	pauses, err := r.store.Pauses(ctx)
	if err != nil {
		return q, err
	}
	for _, p := range pauses {
		switch {
		case !p.Holds(now):
		case p.Workspace == "":
			q.all = &p
		default:
			q.workspaces[p.Workspace] = &p
		}
	}
	windows, err := r.store.Windows(ctx)
	if err != nil {
		return q, err
	}
	for _, w := range windows {
		if ends, holds := w.During(now, zoneOf(w.Zone)); holds && ends.After(q.windows[w.Workspace].ends) {
			q.windows[w.Workspace] = open{w, ends}
		}
	}
	return q, nil
}

// pause gives the pause that holds for a connector, the widest first; own is the connector's.
func (q quiet) pause(c connector.Connector, own *connector.Pause) *connector.Pause {
	switch {
	case q.all != nil:
		return q.all
	case q.workspaces[c.Workspace] != nil:
		return q.workspaces[c.Workspace]
	case own != nil && own.Holds(q.now):
		return own
	}
	return nil
}

func (q quiet) holds(c connector.Connector, own *connector.Pause) bool {
	_, maintained := q.windows[c.Workspace]
	return maintained || q.pause(c, own) != nil
}

// zoneOf gives the time zone of a name that was looked at when it was saved. Where the table of zones has lost it since, UTC is better
// than nothing.
func zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}
