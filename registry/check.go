package registry

import (
	"context"
	"errors"
	"fmt"
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

	// The outcome is kept even when the program is stopping, so the context of the asking must not cut it off.
	keeping, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	if latest, err := r.store.Connector(keeping, c.ID); err == nil {
		if latest.Version != c.Version {
			run.Text += " The connector was changed while it was asked, so its status stays as it was."
			run.Status = connector.Unverified
		}
		c.Health = latest.Health
	}
	h, ev := r.flip(keeping, a, c, run)
	if err := r.store.EndRun(keeping, run, h, ev); err != nil {
		run.State = connector.Interrupted
		run.Outcome = connector.Outcome{Status: connector.Unverified, Code: "NOT_KEPT", Text: "The result could not be kept.",
			Cause: "The store refused to write.", Next: "Look at the program's log and at the free space of its disk."}
	}
	job.finish(run)
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
	ev := r.connectorEvent(ctx, a, "connector.flipped", c)
	ev.Detail = fmt.Sprintf("%s → %s (%s)", h.Status, run.Status, run.Code)
	h.Status, h.Since = run.Status, run.Ended
	return h, ev
}

func (r *Registry) outcome(ctx context.Context, a access.Actor, c connector.Connector, step func(connector.Step)) connector.Outcome {
	check := c.Spec.Check()
	if _, ok := check.(connector.HarmonyPair); ok {
		return r.askPair(ctx, c)
	}
	if s, ok := c.Spec.(connector.Starting); ok {
		if status, why := s.Start(); status == connector.Waiting {
			return connector.Outcome{Status: status, Code: "NEEDS_A_PERSON", Text: why, Cause: "Nothing can be asked before that."}
		}
	}
	vendor, ok := r.catalog.Vendor(c.Vendor)
	if !ok {
		return connector.Outcome{Status: connector.Unverified, Code: "UNKNOWN_VENDOR", Text: "This release does not know the vendor " + c.Vendor + "."}
	}
	q := connector.Question{Check: check, Secrets: map[string]connector.Opened{}, Step: step}
	for _, s := range check.Sends() {
		scope, name, wrong := vendor.Resolve(c.Scope, s.Ref)
		if wrong != "" {
			return connector.Outcome{Status: connector.Failing, Code: "SECRET_UNREACHABLE", Text: "The reference " + s.Ref + " " + wrong,
				Next: "Edit the connector and choose a secret that it can reach."}
		}
		opened, err := r.store.OpenSecret(ctx, connector.SecretName{Workspace: c.Workspace, Scope: scope, Name: name})
		if err != nil {
			return secretOutcome(s.Ref, err)
		}
		q.Secrets[s.Field] = opened
	}
	return r.asker.Ask(ctx, q)
}

func secretOutcome(ref string, err error) connector.Outcome {
	switch {
	case errors.Is(err, connector.ErrNotFound):
		return connector.Outcome{Status: connector.Failing, Code: "SECRET_MISSING", Text: "The workspace has no secret " + ref + " any more.",
			Cause: "It was removed after the connector was saved.", Next: "Create it again on the Secrets page, or point the connector at another one."}
	case errors.Is(err, connector.ErrSealed):
		return connector.Outcome{Status: connector.Failing, Code: "SECRET_SEALED", Text: "The secret " + ref + " cannot be opened.",
			Cause: "The key file is another one than when the secret was set, or its row is damaged.",
			Next:  "Bring back the key file that belongs to this data directory, or set the secret anew."}
	}
	return connector.Outcome{Status: connector.Unverified, Code: "STORE_UNREADABLE", Text: "The secret " + ref + " could not be read from the store.",
		Next: "Look at the program's log, then validate again."}
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
	if err == nil && run.Connector != connectorID {
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
