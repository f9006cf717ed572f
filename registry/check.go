package registry

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// deadline is how long a check may take in all, its secrets and its history included; the asker's own is shorter.
const deadline = 15 * time.Second

// Check asks whether the connector works. It answers at once with the run as begun; the asking goes on behind it and
// ends by itself, by the deadline at the latest. A connector that is being checked already gives the run that is on its way.
func (r *Registry) Check(ctx context.Context, a access.Actor, id string) (connector.Run, error) {
	if err := may(a, access.Test); err != nil {
		return connector.Run{}, err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return connector.Run{}, err
	}
	run := connector.Run{ID: newID(), Connector: c.ID, State: connector.Running, Asked: c.Spec.Check().Title(), By: a.Name, Began: r.now()}
	job, mine := r.jobs.claim(c.ID, run)
	if !mine {
		return job.snapshot(), nil
	}
	if err := r.store.BeginRun(ctx, run); err != nil {
		r.jobs.release(job)
		return connector.Run{}, err
	}
	r.jobs.start(job, func(work context.Context) { r.ask(work, a, c, job) })
	return run, nil
}

// ask does the asking and keeps what came of it.
func (r *Registry) ask(ctx context.Context, a access.Actor, c connector.Connector, job *job) {
	asking, stop := context.WithTimeout(ctx, deadline)
	defer stop()
	out := r.outcome(asking, a, c, job.step)
	run := job.snapshot()
	run.State, run.Ended, run.Outcome = connector.Done, r.now(), out
	if ctx.Err() != nil { // the program is stopping, which says nothing of the other side
		run.State = connector.Interrupted
	}

	// The run is kept even when the program is stopping, so the context of the asking must not cut it off.
	keeping, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	if err := r.keep(keeping, a, c, &run); err != nil {
		slog.ErrorContext(ctx, "the result of a check could not be kept", "connector", c.ID, "run", run.ID, "error", err)
		run.State, run.Outcome = connector.Interrupted, notKept
	}
	job.finish(run)
}

// keep writes the run down, and the connector's health where the run is a verdict on the connector as it is now.
func (r *Registry) keep(ctx context.Context, a access.Actor, c connector.Connector, run *connector.Run) error {
	latest, err := r.store.Connector(ctx, c.ID)
	switch {
	case errors.Is(err, connector.ErrNotFound): // purged while it was asked: its history went with it
		return nil
	case err != nil:
		return err
	case latest.Version != c.Version:
		run.Status = connector.Unverified
		run.Text += " The connector was changed while it was asked, so its status stays as it was."
		return r.store.EndRun(ctx, *run, latest.Health, access.Event{})
	case run.State == connector.Interrupted:
		return r.store.EndRun(ctx, *run, latest.Health, access.Event{})
	}
	h, ev := r.flip(ctx, a, latest, *run)
	defer r.wake()
	return r.store.EndRun(ctx, *run, h, ev)
}

// flip works out the health after a run, and the audit event when the status is another one than before.
func (r *Registry) flip(ctx context.Context, a access.Actor, c connector.Connector, run connector.Run) (connector.Health, access.Event) {
	h := c.Health
	h.Checked, h.Code, h.Summary = run.Ended, run.Code, run.Text
	if run.Status == connector.Healthy {
		h.Proven = run.Ended
	}
	if h.Status == run.Status {
		return h, access.Event{}
	}
	ev := r.connectorEvent(ctx, a, flipped, c)
	ev.Detail = flip(h.Status, run.Status, run.Code)
	h.Status, h.Since = run.Status, run.Ended
	return h, ev
}

// outcome asks, and answers in words even where the asker comes to grief over what the other side sent.
func (r *Registry) outcome(ctx context.Context, a access.Actor, c connector.Connector, step func(connector.Step)) (out connector.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "a check panicked", "connector", c.ID, "panic", p, "stack", string(debug.Stack()))
			out = broken
		}
	}()
	check := c.Spec.Check()
	if _, ok := check.(connector.HarmonyPair); ok {
		return r.askPair(ctx, c)
	}
	if s, ok := c.Spec.(connector.Starting); ok {
		if status, why := s.Start(); status == connector.Waiting {
			return needsAPerson(status, why)
		}
	}
	vendor, ok := r.catalog.Vendor(c.Vendor)
	if !ok {
		return unknownVendor(c.Vendor)
	}
	q := connector.Question{Check: check, Secrets: map[string]connector.Opened{}, Step: step}
	for _, s := range check.Sends() {
		scope, name, wrong := vendor.Resolve(c.Scope, s.Ref)
		if wrong != "" {
			return secretUnreachable(s.Ref, wrong)
		}
		opened, err := r.store.OpenSecret(ctx, connector.SecretName{Workspace: c.Workspace, Scope: scope, Name: name})
		if err != nil {
			return secretOutcome(s.Ref, err)
		}
		q.Secrets[s.Field] = opened
	}
	return r.asker.Ask(ctx, q)
}

// Run gives one run with the steps so far.
func (r *Registry) Run(ctx context.Context, a access.Actor, connectorID, runID string) (connector.Run, error) {
	if _, err := r.Connector(ctx, a, connectorID); err != nil {
		return connector.Run{}, err
	}
	if live, ok := r.jobs.run(runID); ok && live.Connector == connectorID {
		return live, nil
	}
	run, err := r.store.Run(ctx, runID)
	if errors.Is(err, connector.ErrNotFound) || err == nil && run.Connector != connectorID {
		return connector.Run{}, connector.ErrNotFound
	}
	return run, err
}

// Wait waits until a run has ended or the context is done, whichever is first.
func (r *Registry) Wait(ctx context.Context, runID string) { r.jobs.wait(ctx, runID) }

// History gives the newest n runs of a connector, newest first.
func (r *Registry) History(ctx context.Context, a access.Actor, connectorID string, n int) ([]connector.Run, error) {
	if _, err := r.Connector(ctx, a, connectorID); err != nil {
		return nil, err
	}
	runs, err := r.store.History(ctx, connectorID, n)
	for i := range runs {
		if live, ok := r.jobs.run(runs[i].ID); ok {
			runs[i] = live
		}
	}
	return runs, err
}

// Recover marks what was running when the program last stopped as interrupted. Call it once, before serving.
func (r *Registry) Recover(ctx context.Context) (int, error) { return r.store.Interrupt(ctx, r.now()) }

// Close ends what is running and waits for it.
func (r *Registry) Close() { r.jobs.close() }
