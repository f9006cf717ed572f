package registry

import (
	"context"
	"sync"

	"patchbay/connector"
)

// atOnce is how many checks run at the same time; more wait for their turn.
const atOnce = 8

// jobs are the checks that are on their way.
type jobs struct {
	ctx   context.Context
	stop  context.CancelFunc
	slots chan struct{}
	busy  sync.WaitGroup

	mu   sync.Mutex
	by   map[string]*job // by connector
	runs map[string]*job // by run
}

func newJobs() *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{ctx: ctx, stop: stop, slots: make(chan struct{}, atOnce), by: map[string]*job{}, runs: map[string]*job{}}
}

// job is one run while it runs.
type job struct {
	done chan struct{}

	mu  sync.Mutex
	run connector.Run
}

// claim gives the job of a connector: a new one for the run, or the one that is already on its way.
func (j *jobs) claim(connectorID string, run connector.Run) (it *job, mine bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if it, ok := j.by[connectorID]; ok {
		return it, false
	}
	it = &job{run: run, done: make(chan struct{})}
	j.by[connectorID], j.runs[run.ID] = it, it
	return it, true
}

func (j *jobs) release(it *job) {
	run := it.snapshot()
	j.mu.Lock()
	delete(j.by, run.Connector)
	delete(j.runs, run.ID)
	j.mu.Unlock()
	close(it.done)
}

// start runs the work when a slot is free. When the jobs end first it runs with a context that is over, so that it can
// note that it never came to ask.
func (j *jobs) start(it *job, work func(context.Context)) {
	j.busy.Go(func() {
		defer j.release(it)
		select {
		case j.slots <- struct{}{}:
			defer func() { <-j.slots }()
		case <-j.ctx.Done():
		}
		work(j.ctx)
	})
}

func (j *jobs) run(id string) (connector.Run, bool) {
	j.mu.Lock()
	it, ok := j.runs[id]
	j.mu.Unlock()
	if !ok {
		return connector.Run{}, false
	}
	return it.snapshot(), true
}

func (j *jobs) wait(ctx context.Context, id string) {
	j.mu.Lock()
	it, ok := j.runs[id]
	j.mu.Unlock()
	if !ok {
		return
	}
	select {
	case <-it.done:
	case <-ctx.Done():
	}
}

func (j *jobs) close() {
	j.stop()
	j.busy.Wait()
}

func (it *job) snapshot() connector.Run {
	it.mu.Lock()
	defer it.mu.Unlock()
	run := it.run
	run.Steps = append([]connector.Step(nil), run.Steps...)
	return run
}

func (it *job) step(s connector.Step) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.run.Steps = append(it.run.Steps, s)
}

func (it *job) finish(run connector.Run) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.run = run
}
