package registry

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// unasked are the fields of a draft that a test does not depend on, so that they may still be empty or wrong.
var unasked = []string{"name", "identifier", "description", "tags"}

// CheckDraft asks whether a draft would work, before it is kept. id is the connector that it would change, or "" for a new one. Values
// that came with the draft serve it alone and are kept nowhere; stored secrets go where they may go already and nowhere else. The answer
// is the run as begun, which only the same actor may see; Problems, [access.Denied] or *[connector.Busy] when nothing was begun.
func (r *Registry) CheckDraft(ctx context.Context, a access.Actor, id string, d connector.Draft) (connector.Run, error) {
	for _, p := range []access.Permission{access.Edit, access.Test} {
		if err := may(a, p); err != nil {
			return connector.Run{}, err
		}
	}
	var old connector.Connector
	if id != "" {
		var err error
		if old, _, err = r.changing(ctx, a, id, &d); err != nil {
			return connector.Run{}, err
		}
	}
	w, vendor, problems, err := r.settle(ctx, a, &d)
	var unsettled connector.Problems
	if errors.As(err, &unsettled) {
		return connector.Run{}, needed(unsettled)
	}
	if err != nil {
		return connector.Run{}, err
	}
	grants, made, more, err := r.references(ctx, a, w, vendor, &d)
	if err != nil {
		return connector.Run{}, err
	}
	if problems = append(needed(problems), more...); len(problems) > 0 {
		return connector.Run{}, problems
	}
	mark, err := r.markOf(ctx, old, d, grants, made)
	if err != nil {
		return connector.Run{}, err
	}
	about := asked{draft: true, typed: map[connector.SecretName]connector.Secret{}, Connector: connector.Connector{ID: id, Vendor: vendor.ID,
		Type: d.Type.Name, Workspace: w.ID, Scope: d.Scope, Identifier: d.Identifier, Name: d.Name, Spec: d.Spec, Extra: d.Extra}}
	for _, m := range made {
		about.typed[m.Secret.SecretName] = m.Value
	}
	return r.try(ctx, a, about, mark)
}

// needed leaves out the problems that do not keep a draft from being tested.
func needed(all connector.Problems) connector.Problems {
	return slices.DeleteFunc(all, func(p connector.Problem) bool { return slices.Contains(unasked, p.Field) })
}

// try begins the test of a draft. It sends secrets, so what cannot be noted in the audit log is not begun.
func (r *Registry) try(ctx context.Context, a access.Actor, about asked, mark mark) (connector.Run, error) {
	check := about.Spec.Check()
	run := connector.Run{ID: newID(), Connector: about.ID, State: connector.Running, Asked: check.Title(), By: a.Name, Began: r.now()}
	it := newJob(run, a, check)
	it.draft, it.owner = true, identity(a)
	ev := r.event(ctx, a, "draft.tested")
	ev.Object, ev.Name, ev.Workspace, ev.Detail = "draft:"+run.ID, about.Name, about.Workspace, about.Type+", "+spoken(placeOf(check))
	if about.ID != "" {
		ev.Object = "connector:" + about.ID
	}
	if _, _, err := r.jobs.claim(it); err != nil {
		return connector.Run{}, err
	}
	if err := r.store.Note(ctx, ev); err != nil {
		r.jobs.abandon(it)
		return connector.Run{}, err
	}
	r.jobs.start(it, func(work context.Context) {
		ended := r.ask(work, about, it)
		keeping, done := context.WithTimeout(context.WithoutCancel(work), 5*time.Second)
		defer done()
		answer := ev
		answer.At, answer.Action, answer.Detail = ended.Ended, "draft.answered", ev.Detail+", "+ended.Code
		if err := r.store.Note(keeping, answer); err != nil {
			slog.ErrorContext(work, "the answer to the test of a draft could not be noted", "run", run.ID, "error", err)
		}
		r.trials.keep(trial{ended, it.owner, mark})
		it.finish(ended)
	}, nil)
	return run, nil
}

// spoken names a place for people.
func spoken(place connector.Origin) string {
	if place == "" {
		return "nobody outside"
	}
	return string(place)
}

// identity tells actors apart, whatever they are called.
func identity(a access.Actor) string { return a.Kind + ":" + a.ID }

// Draft gives the test of a draft with the steps so far. ErrNotFound for anybody but who began it, and some minutes after its end.
func (r *Registry) Draft(_ context.Context, a access.Actor, runID string) (Live, error) {
	if err := may(a, access.Edit); err != nil {
		return Live{}, err
	}
	if it, ok := r.jobs.find(runID); ok && it.draft && it.owner == identity(a) {
		return it.look(), nil
	}
	if run, ok := r.trials.find(identity(a), runID); ok {
		return Live{Run: run}, nil
	}
	return Live{}, connector.ErrNotFound
}

// CancelDraft ends the test of a draft before it has an answer.
func (r *Registry) CancelDraft(ctx context.Context, a access.Actor, runID string) error {
	if _, err := r.Draft(ctx, a, runID); err != nil {
		return err
	}
	if it, ok := r.jobs.find(runID); ok {
		r.jobs.cancel(it, &cancellation{a.Name})
	}
	return nil
}

// tested gives the mark of a draft when its actor has tested one lately; else a mark that no test has.
func (r *Registry) tested(ctx context.Context, a access.Actor, old connector.Connector, d connector.Draft, grants []connector.Grant, made []connector.Made) (mark, error) {
	if !r.trials.any(identity(a)) {
		return mark{}, nil
	}
	return r.markOf(ctx, old, d, grants, made)
}

// adopt lets the passed test of exactly this draft be the newest line of the connector's history, and gives the connector with the health
// that follows from it. Where there is none, or it cannot be kept, the connector stays as it is: unverified is never wrong.
func (r *Registry) adopt(ctx context.Context, a access.Actor, c connector.Connector, m mark) connector.Connector {
	t, ok := r.trials.take(identity(a), m)
	if !ok || c.Health.Status != connector.Unverified && c.Health.Checked.After(t.run.Ended) { // an older proof does not outdo a newer one
		return c
	}
	run := t.run
	run.Connector = c.ID
	before, after := c.Health, c.Health
	err := r.store.BeginRun(ctx, run)
	if err == nil {
		before, after, err = r.keep(ctx, a, c, &run)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		slog.ErrorContext(ctx, "the test of a draft could not become the first check of its connector", "connector", c.ID, "error", err)
		return c
	}
	r.tell(c, run, before, after)
	c.Health = after
	return c
}
