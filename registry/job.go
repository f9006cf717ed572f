package registry

import (
	"context"
	"sync"

	"patchbay/access"
	"patchbay/connector"
)

// job is one run on its way. What stands above mu does not change once the job is claimed, but for watch, which the jobs guard.
type job struct {
	id    string // of the run
	about string // id of the connector; "" for the draft of a new one
	draft bool   // of no connector that is kept, or a ticket: the check of a connector is something else
	watch bool   // nobody waits for it
	owner string // of a draft: the actor who alone may see it
	payer string
	host  string

	ctx    context.Context
	cancel context.CancelCauseFunc
	work   func(context.Context)
	after  func()
	done   chan struct{} // closed when nothing will happen any more

	mu      sync.Mutex
	run     connector.Run
	waits   bool          // for its turn
	changed chan struct{} // closed, and replaced, when there is more to see
}

// newJob makes the job for a run that is about to begin.
func newJob(run connector.Run, by access.Actor, check connector.Check) *job {
	return &job{id: run.ID, about: run.Connector, run: run, payer: payer(by), host: hostOf(placeOf(check)), waits: true, done: make(chan struct{}), changed: make(chan struct{})}
}

func (it *job) snapshot() connector.Run {
	run, _, _ := it.live()
	return run
}

// live gives the run as it stands, whether it still waits for its turn, and a channel that is closed when there is more to see.
func (it *job) live() (run connector.Run, waits bool, more <-chan struct{}) {
	it.mu.Lock()
	defer it.mu.Unlock()
	run = it.run
	run.Steps = append([]connector.Step(nil), run.Steps...)
	return run, it.waits, it.changed
}

func (it *job) step(s connector.Step) {
	it.change(func() {
		if it.run.Ended.IsZero() { // what an asker says after its answer is not part of it
			it.run.Steps = append(it.run.Steps, s)
		}
	})
}

func (it *job) turn() { it.change(func() { it.waits = false }) }

func (it *job) finish(run connector.Run) {
	it.change(func() { it.run, it.waits = run, false })
}

func (it *job) end() { close(it.done) }

func (it *job) change(what func()) {
	it.mu.Lock()
	defer it.mu.Unlock()
	what()
	close(it.changed)
	it.changed = make(chan struct{})
}
