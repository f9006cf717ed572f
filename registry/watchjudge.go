package registry

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// verdict works out the connector's health after a run and the audit event of a flip. Not every outcome is a verdict: while our own network
// is down nobody is to blame, and one that worked is asked again before its status changes.
func (r *Registry) verdict(ctx context.Context, a access.Actor, c connector.Connector, run *connector.Run) (connector.Health, access.Event) {
	worked := c.Health.Status == connector.Healthy || c.Health.Status == connector.Degraded
	host, way := hostOf(placeOf(c.Spec.Check())), wayOf(run.Outcome)
	down, news := r.watch.net.hear(host, c.ID, worked, way, run.Ended)
	if news {
		r.noteNetwork(ctx, down)
	}
	if down && way == lost {
		run.Outcome = ownNetwork(run.Outcome)
		return c.Health, access.Event{}
	}
	if worked && run.Status == connector.Failing && r.watch.holds(ctx, c, *run, host, way) {
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
	t.held = true
	return true
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
		Next:  "Check the network and the name server of the machine that Patchbay runs on. The watch goes on by itself as soon as anybody is reached.",
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
