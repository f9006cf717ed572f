package registry

import (
	"context"
	"errors"
	"slices"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// WatchState tells how the watch is doing as a whole.
func (r *Registry) WatchState(ctx context.Context, a access.Actor) (connector.WatchState, error) {
	if err := may(a, access.View); err != nil {
		return connector.WatchState{}, err
	}
	q, err := r.quiet(ctx, r.now())
	if err != nil {
		return connector.WatchState{}, err
	}
	w := r.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	return connector.WatchState{On: w.on, Every: w.with.Every, Offline: w.net.offline(), Pause: q.all, Lag: w.lag, Asking: len(w.flying) + len(w.ready)}, nil
}

// Watched tells how a connector is watched, and what keeps it from being asked now.
func (r *Registry) Watched(ctx context.Context, a access.Actor, id string) (connector.Watched, error) {
	c, err := r.living(ctx, a, id)
	if err != nil {
		return connector.Watched{}, err
	}
	row, err := r.store.Watch(ctx, id)
	if err != nil {
		return connector.Watched{}, err
	}
	q, err := r.quiet(ctx, r.now())
	if err != nil {
		return connector.Watched{}, err
	}
	r.watch.mu.Lock()
	on, otherwise := r.watch.on, r.watch.with.Every
	r.watch.mu.Unlock()
	out := connector.Watched{Watch: row, On: on, Cadence: cadenceOf(c.Spec.Check(), row.Every, otherwise), Why: unwatched(c), Held: q.pause(c, row.Pause)}
	if w, ok := q.windows[c.Workspace]; ok {
		out.Window, out.WindowEnds = &w.window, w.ends
	}
	return out, nil
}

// SetWatch gives a connector another time between two checks: one of [connector.Cadences], 0 for the program's own, or [connector.Never].
func (r *Registry) SetWatch(ctx context.Context, a access.Actor, id string, every time.Duration) error {
	if err := may(a, access.Edit); err != nil {
		return err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return err
	}
	if every != 0 && every != connector.Never && !slices.Contains(connector.Cadences, every) {
		return connector.Problems{{Field: "every", Text: "Watched must be one of the choices in the list."}}
	}
	ev := r.connectorEvent(ctx, a, "watch.set", c)
	ev.Detail = connector.CadenceText(every)
	if every == 0 {
		ev.Detail = "as the program is told"
	}
	return r.store.SetWatch(ctx, id, every, ev)
}

// PauseConnector keeps the watch from asking a connector until a time, or until somebody resumes when that is zero.
func (r *Registry) PauseConnector(ctx context.Context, a access.Actor, id string, until time.Time, reason string) error {
	if err := may(a, access.Edit); err != nil {
		return err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return err
	}
	return r.pause(ctx, r.connectorEvent(ctx, a, "watch.paused", c), connector.Pause{Connector: c.ID, Until: until, Reason: reason, By: a.Name})
}

// ResumeConnector ends the pause of a connector. ErrNotFound without one.
func (r *Registry) ResumeConnector(ctx context.Context, a access.Actor, id string) error {
	if err := may(a, access.Edit); err != nil {
		return err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return err
	}
	return r.store.Resume(ctx, "", id, r.connectorEvent(ctx, a, "watch.resumed", c))
}

// PauseWatch keeps the watch from asking in a workspace, or anywhere when workspace is "", until a time, or until somebody resumes when
// that is zero.
func (r *Registry) PauseWatch(ctx context.Context, a access.Actor, workspace string, until time.Time, reason string) error {
	ev, err := r.watchEvent(ctx, a, "watch.paused", workspace)
	if err != nil {
		return err
	}
	return r.pause(ctx, ev, connector.Pause{Workspace: workspace, Until: until, Reason: reason, By: a.Name})
}

// ResumeWatch ends the pause of a workspace, or the one of everything when workspace is "". ErrNotFound without one.
func (r *Registry) ResumeWatch(ctx context.Context, a access.Actor, workspace string) error {
	ev, err := r.watchEvent(ctx, a, "watch.resumed", workspace)
	if err != nil {
		return err
	}
	return r.store.Resume(ctx, workspace, "", ev)
}

// watchEvent begins the event of a change that concerns a workspace or everything, if the actor may make it.
func (r *Registry) watchEvent(ctx context.Context, a access.Actor, action, workspace string) (access.Event, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return access.Event{}, err
	}
	if workspace == "" {
		ev := r.event(ctx, a, action)
		ev.Object = "watch:all"
		return ev, nil
	}
	w, err := r.visible(ctx, a, workspace)
	return r.workspaceEvent(ctx, a, action, w), err
}

// longestReason is how long the reason of a pause may be.
const longestReason = 200

func (r *Registry) pause(ctx context.Context, ev access.Event, p connector.Pause) error {
	p.Since, p.Reason = r.now(), connector.Clean(p.Reason, false)
	problems := connector.Validate([]connector.Field{connector.Text(&p.Reason, "reason", "Reason").Must(connector.Longest(longestReason))})
	if !p.Holds(p.Since) {
		problems = append(problems, connector.Problem{Field: "until", Text: "Until must lie in the future."})
	}
	if len(problems) > 0 {
		return problems
	}
	ev.Detail = "until resumed: " + p.Reason
	if !p.Until.IsZero() {
		ev.Detail = "until " + p.Until.UTC().Format(time.RFC3339) + ": " + p.Reason
	}
	return r.store.Pause(ctx, p, ev)
}

// pausedShown is how many paused connectors are listed.
const pausedShown = 100

// Pauses gives the pauses that hold now: of everything and of workspaces, and of connectors, the newest first, at most a hundred.
func (r *Registry) Pauses(ctx context.Context, a access.Actor) (wide, connectors []connector.Pause, err error) {
	if err := may(a, access.View); err != nil {
		return nil, nil, err
	}
	if wide, err = r.store.Pauses(ctx); err != nil {
		return nil, nil, err
	}
	if connectors, err = r.store.PausedConnectors(ctx, pausedShown); err != nil {
		return nil, nil, err
	}
	now := r.now()
	over := func(p connector.Pause) bool { return !p.Holds(now) || p.Workspace != "" && !a.Sees(p.Workspace) }
	return slices.DeleteFunc(wide, over), slices.DeleteFunc(connectors, over), nil
}

// Windows lists the times of maintenance of the workspaces that the actor sees.
func (r *Registry) Windows(ctx context.Context, a access.Actor) ([]connector.Window, error) {
	if err := may(a, access.View); err != nil {
		return nil, err
	}
	all, err := r.store.Windows(ctx)
	return slices.DeleteFunc(all, func(w connector.Window) bool { return !a.Sees(w.Workspace) }), err
}

// AddWindow keeps a time of maintenance of a workspace.
func (r *Registry) AddWindow(ctx context.Context, a access.Actor, d connector.WindowDraft) (connector.Window, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return connector.Window{}, err
	}
	w, err := r.visible(ctx, a, d.Workspace)
	if errors.Is(err, connector.ErrNotFound) {
		return connector.Window{}, connector.Problems{{Field: "workspace", Text: "Workspace must be one of the workspaces in the list."}}
	}
	if err != nil {
		return connector.Window{}, err
	}
	problems := connector.Validate(d.Fields())
	zone, err := time.LoadLocation(d.Zone)
	if err != nil && problems.At("zone") == "" {
		problems = append(problems, connector.Problem{Field: "zone", Text: "Time zone " + d.Zone + " is not known. Use a name such as Europe/Berlin or UTC."})
	}
	if len(problems) > 0 {
		return connector.Window{}, problems
	}
	window, problems := d.Window(zone)
	if len(problems) > 0 {
		return window, problems
	}
	window.ID, window.Created, window.By = newID(), r.now(), a.Name
	ev := r.workspaceEvent(ctx, a, "maintenance.added", w)
	ev.Detail = window.Name
	err = r.store.AddWindow(ctx, window, ev)
	return window, problem(err, connector.ErrInUse, "", "Workspace “"+w.Name+"” has as many times of maintenance as it may have. Remove one first.")
}

// RemoveWindow forgets a time of maintenance.
func (r *Registry) RemoveWindow(ctx context.Context, a access.Actor, id string) (connector.Window, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return connector.Window{}, err
	}
	window, err := r.store.Window(ctx, id)
	if err != nil {
		return window, err
	}
	w, err := r.visible(ctx, a, window.Workspace)
	if err != nil {
		return window, err
	}
	ev := r.workspaceEvent(ctx, a, "maintenance.removed", w)
	ev.Detail = window.Name
	return window, r.store.RemoveWindow(ctx, id, ev)
}

// Days gives what the checks of a connector found from one day on, the oldest first. Days on which nothing was checked are left out.
func (r *Registry) Days(ctx context.Context, a access.Actor, id string, from time.Time) ([]connector.Day, error) {
	if _, err := r.Connector(ctx, a, id); err != nil {
		return nil, err
	}
	return r.store.Days(ctx, id, from)
}
