package registry

import (
	"context"
	"errors"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Live is a run as it stands.
type Live struct {
	connector.Run
	Waits bool            // for its turn
	More  <-chan struct{} // closed when there is more to see; nil when nobody here will know: the run is over, or another program has it
}

// adrift is how long after its beginning a run that nobody has on his hands can still be one of another program.
const adrift = 15 * time.Minute

// Live gives one run of a connector with the steps so far, and a way to hear of more.
func (r *Registry) Live(ctx context.Context, a access.Actor, connectorID, runID string) (Live, error) {
	if _, err := r.Connector(ctx, a, connectorID); err != nil {
		return Live{}, err
	}
	if it, ok := r.jobs.find(runID); ok && !it.draft && it.about == connectorID {
		return it.look(), nil
	}
	run, err := r.store.Run(ctx, runID)
	if errors.Is(err, connector.ErrNotFound) || err == nil && run.Connector != connectorID {
		return Live{}, connector.ErrNotFound
	}
	return Live{Run: r.settled(run)}, err
}

// look gives the job's run as it stands.
func (it *job) look() Live {
	run, waits, more := it.live()
	if !run.Ended.IsZero() {
		more = nil
	}
	return Live{run, waits, more}
}

// settled takes a run that was begun too long ago to be on its way anywhere for what it is: its result could not be kept.
func (r *Registry) settled(run connector.Run) connector.Run {
	if run.State == connector.Running && r.now().Sub(run.Began) > adrift {
		run.State = connector.Interrupted
	}
	return run
}

// Run gives one run with the steps so far.
func (r *Registry) Run(ctx context.Context, a access.Actor, connectorID, runID string) (connector.Run, error) {
	live, err := r.Live(ctx, a, connectorID, runID)
	return live.Run, err
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
		runs[i] = r.settled(runs[i])
	}
	return runs, err
}

// Cancel ends a check before it has an answer: the run is kept as cancelled, and the connector's health stays as it is. One that is over
// stays as it ended. It answers at once; [Registry.Wait] waits for the end.
func (r *Registry) Cancel(ctx context.Context, a access.Actor, connectorID, runID string) error {
	if err := may(a, access.Test); err != nil {
		return err
	}
	if _, err := r.Live(ctx, a, connectorID, runID); err != nil {
		return err
	}
	if it, ok := r.jobs.find(runID); ok {
		r.jobs.cancel(it, &cancellation{a.Name})
	}
	return nil
}
