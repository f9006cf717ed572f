package registry

import (
	"context"
	"errors"
	"slices"
	"sync"

	"patchbay/connector"
)

// jobs are the checks that are on their way: those that run, and those that wait for their turn. People come before the watch, and
// among people whoever has the least running.
type jobs struct {
	ctx    context.Context
	stop   context.CancelCauseFunc
	limits Limits
	busy   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	by      map[string]*job // by connector
	runs    map[string]*job // by run
	payers  map[string]int  // running and waiting, by who pays
	waiting []*job          // in the order in which they came
	queued  int             // waiting, and claimed but not started yet
	running []*job
}

// errStopping is why checks end before they have an answer when the program stops.
var errStopping = errors.New("the program stops")

// cancellation is why one check ends before it has an answer.
type cancellation struct{ by string }

// Error implements error.
func (c *cancellation) Error() string { return "cancelled by " + c.by }

func newJobs(l Limits) *jobs {
	ctx, stop := context.WithCancelCause(context.Background())
	return &jobs{ctx: ctx, stop: stop, limits: l.or(defaultLimits), by: map[string]*job{}, runs: map[string]*job{}, payers: map[string]int{}}
}

// claim gives the job for a run: a new one, or the one that is on its way for the same connector already. It is *[connector.Busy] when
// no more is taken. A new one ends with start or abandon.
func (j *jobs) claim(it *job) (job *job, mine bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if other, ok := j.by[it.about]; ok && !it.draft {
		if other.watch && !it.watch { // now a person waits for it
			other.watch = false
			j.dispatch()
		}
		return other, false, nil
	}
	most := j.limits.Waiting
	if it.watch {
		most = watchMay(most)
	}
	switch {
	case j.closed:
		return nil, false, stopping
	case it.payer != "" && j.payers[it.payer] >= j.limits.PerUser:
		return nil, false, tooManyOfOne(j.limits.PerUser)
	case j.queued >= most:
		return nil, false, tooManyWait
	}
	it.ctx, it.cancel = context.WithCancelCause(j.ctx)
	if !it.draft {
		j.by[it.about] = it
	}
	j.runs[it.id] = it
	j.payers[it.payer]++
	j.queued++
	j.busy.Add(1)
	return it, true, nil
}

// abandon takes a claim back.
func (j *jobs) abandon(it *job) {
	j.mu.Lock()
	j.queued--
	j.forget(it)
	j.mu.Unlock()
	it.end()
	j.busy.Done()
}

// start has the work done when its turn comes. When it is cancelled first, or the program stops, the work is done at once with a context
// that is over, so that it can note that it never came to ask. Then after is called, which no longer holds a place of its own.
func (j *jobs) start(it *job, work func(context.Context), after func()) {
	it.work, it.after = work, after
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = append(j.waiting, it)
	j.dispatch()
}

// dispatch starts whatever may run now. Hold mu.
func (j *jobs) dispatch() {
	for {
		i := j.next()
		if i < 0 {
			return
		}
		it := j.waiting[i]
		j.waiting = slices.Delete(j.waiting, i, i+1)
		j.queued--
		if it.ctx.Err() == nil { // what is over takes no place
			j.running = append(j.running, it)
			it.turn()
		}
		go j.carryOut(it)
	}
}

// next chooses who waits no longer; -1 for nobody. Hold mu.
func (j *jobs) next() int {
	best, least := -1, 0
	for i, it := range j.waiting {
		if it.ctx.Err() != nil {
			return i
		}
		if !j.hasRoom(it) {
			continue
		}
		of := 0
		for _, r := range j.running {
			if r.payer == it.payer {
				of++
			}
		}
		if best < 0 || j.waiting[best].watch && !it.watch || j.waiting[best].watch == it.watch && !it.watch && of < least {
			best, least = i, of
		}
	}
	return best
}

func (j *jobs) hasRoom(it *job) bool {
	all, there, watch, watchThere := len(j.running), 0, 0, 0
	for _, r := range j.running {
		same := it.host != "" && r.host == it.host
		if same {
			there++
		}
		if r.watch {
			watch++
		}
		if same && r.watch {
			watchThere++
		}
	}
	if it.watch && (watch >= watchMay(j.limits.AtOnce) || watchThere >= watchMay(j.limits.PerHost)) {
		return false
	}
	return all < j.limits.AtOnce && there < j.limits.PerHost
}

func (j *jobs) carryOut(it *job) {
	defer j.busy.Done()
	it.work(it.ctx)
	j.mu.Lock()
	if i := slices.Index(j.running, it); i >= 0 {
		j.running = slices.Delete(j.running, i, i+1)
	}
	j.forget(it)
	j.dispatch()
	j.mu.Unlock()
	if it.after != nil {
		it.after()
	}
	it.end()
}

// forget takes a job off the tables. Hold mu.
func (j *jobs) forget(it *job) {
	if j.by[it.about] == it {
		delete(j.by, it.about)
	}
	delete(j.runs, it.id)
	if j.payers[it.payer]--; j.payers[it.payer] == 0 {
		delete(j.payers, it.payer)
	}
	it.cancel(nil)
}

// cancel ends a job; one that waits ends at once.
func (j *jobs) cancel(it *job, why error) {
	it.cancel(why)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.dispatch()
}

// find gives the job of a run while it is on its way.
func (j *jobs) find(id string) (*job, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	it, ok := j.runs[id]
	return it, ok
}

func (j *jobs) run(id string) (connector.Run, bool) {
	if it, ok := j.find(id); ok {
		return it.snapshot(), true
	}
	return connector.Run{}, false
}

func (j *jobs) wait(ctx context.Context, id string) {
	it, ok := j.find(id)
	if !ok {
		return
	}
	select {
	case <-it.done:
	case <-ctx.Done():
	}
}

func (j *jobs) close() {
	j.mu.Lock()
	j.closed = true
	j.stop(errStopping)
	j.dispatch()
	j.mu.Unlock()
	j.busy.Wait()
}
