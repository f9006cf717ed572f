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
// When too much is on its way, the answer is *[connector.Busy].
func (r *Registry) Check(ctx context.Context, a access.Actor, id string) (connector.Run, error) {
	if err := may(a, access.Test); err != nil {
		return connector.Run{}, err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return connector.Run{}, err
	}
	return r.begin(ctx, a, c, time.Time{})
}

// begin starts the check of a connector, or gives the one that is on its way, and asks nobody's leave: that is for whoever calls it.
// planned is when the watch meant to ask; such a check stands back behind those of people, for whom planned is zero.
func (r *Registry) begin(ctx context.Context, by access.Actor, c connector.Connector, planned time.Time) (connector.Run, error) {
	check := c.Spec.Check()
	run := connector.Run{ID: newID(), Connector: c.ID, State: connector.Running, Asked: check.Title(), By: by.Name, Planned: planned, Began: r.now()}
	it := newJob(run, by, check)
	it.watch = !planned.IsZero()
	it, mine, err := r.jobs.claim(it)
	if err != nil {
		return connector.Run{}, err
	}
	if !mine {
		return it.snapshot(), nil
	}
	if err := r.store.BeginRun(ctx, run); err != nil {
		r.jobs.abandon(it)
		return connector.Run{}, err
	}
	var ended connector.Run
	before, after := c.Health, c.Health
	r.jobs.start(it, func(work context.Context) {
		// Its turn may have been long in coming, so it is asked as it is now.
		if latest, err := r.store.Connector(work, c.ID); err == nil && latest.Retired.IsZero() {
			c = latest
		}
		ended = r.ask(work, asked{Connector: c}, it)
		// The run is kept even when the program is stopping, so the context of the asking must not cut it off.
		keeping, done := context.WithTimeout(context.WithoutCancel(work), 5*time.Second)
		defer done()
		var err error
		if before, after, err = r.keep(keeping, by, c, &ended); err != nil {
			slog.ErrorContext(work, "the result of a check could not be kept", "connector", c.ID, "run", run.ID, "error", err)
			ended.State, ended.Outcome = connector.Interrupted, notKept
		}
		it.finish(ended)
	}, func() { r.tell(c, ended, before, after) })
	return run, nil
}

// finished is what is told of each check that has ended: the connector as it was asked, the run as it was kept, and the connector's health
// before and after it, which are the same where the run is no verdict. It is called once for each run, before Wait returns, and must not
// wait for the run itself; it may begin another check.
type finished func(ctx context.Context, c connector.Connector, run connector.Run, before, after connector.Health)

func (r *Registry) tell(c connector.Connector, run connector.Run, before, after connector.Health) {
	for _, hear := range r.finished {
		hear(r.jobs.ctx, c, run, before, after)
	}
}

// ask does the asking and gives the run with what came of it.
func (r *Registry) ask(ctx context.Context, about asked, it *job) connector.Run {
	var out connector.Outcome
	if ctx.Err() == nil {
		asking, stop := context.WithTimeout(ctx, deadline)
		out = r.outcome(asking, about, it.step)
		stop()
	}
	run := it.snapshot()
	run.State, run.Ended, run.Outcome = connector.Done, r.now(), out
	var cancel *cancellation
	switch why := context.Cause(ctx); {
	case why == nil:
	case errors.As(why, &cancel):
		run.State, run.Outcome = connector.Cancelled, cancelled(cancel.by, out.Steps)
	default: // the program is stopping, which says nothing of the other side
		run.State = connector.Interrupted
	}
	return run
}

// judgings is how often a verdict is worked out where other checks of the same connector are quicker again and again.
const judgings = 5

// keep writes the run down, and the connector's health where the run is a verdict on the connector as it is now. Another program on the same
// data directory may have checked the connector meanwhile: then what it has found is what the verdict starts from.
func (r *Registry) keep(ctx context.Context, a access.Actor, c connector.Connector, run *connector.Run) (before, after connector.Health, err error) {
	found, down := run.Outcome, false
	why := " Other checks changed its status again and again meanwhile, so it stays as they left it."
	var latest connector.Connector
	for try := range judgings {
		latest, err = r.store.Connector(ctx, c.ID)
		switch {
		case errors.Is(err, connector.ErrNotFound): // purged while it was asked: its history went with it
			return c.Health, c.Health, nil
		case err != nil:
			return c.Health, c.Health, err
		case run.State != connector.Done:
			return latest.Health, latest.Health, r.store.EndRun(ctx, *run, 0, connector.Health{}, connector.Health{}, access.Event{})
		}
		run.Outcome = found
		if latest.Version != c.Version {
			why = " The connector was changed while it was asked, so its status stays as it was."
			break
		}
		if try == 0 {
			down = r.overhear(ctx, latest, *run)
		}
		h, ev := r.verdict(ctx, a, latest, run, down)
		if err = r.store.EndRun(ctx, *run, c.Version, latest.Health, h, ev); !errors.Is(err, connector.ErrConflict) {
			return latest.Health, h, err
		}
		run.Outcome = found
	}
	r.watch.hold(*run, false)
	run.Status = connector.Unverified
	run.Text += why
	return latest.Health, latest.Health, r.store.EndRun(ctx, *run, 0, connector.Health{}, connector.Health{}, access.Event{})
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
func (r *Registry) outcome(ctx context.Context, about asked, step func(connector.Step)) (out connector.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "a check panicked", "connector", about.ID, "panic", p, "stack", string(debug.Stack()))
			out = broken
		}
	}()
	check := about.Spec.Check()
	if _, ok := check.(connector.HarmonyPair); ok {
		if about.draft {
			return pairNotGiven
		}
		return r.askPair(ctx, about.Connector)
	}
	if s, ok := about.Spec.(connector.Starting); ok {
		if status, why := s.Start(); status == connector.Waiting {
			return needsAPerson(status, why)
		}
	}
	q, known := r.question(ctx, about, check, step)
	if known != nil {
		return *known
	}
	return r.asker.Ask(ctx, q)
}

// Recover marks what was running when the program last stopped as interrupted. Call it once, before serving.
func (r *Registry) Recover(ctx context.Context) (int, error) { return r.store.Interrupt(ctx, r.now()) }

// Close ends what is running and waits for it.
func (r *Registry) Close() {
	r.jobs.close()
	r.renewals.close()
	r.noteAllRefused()
}
