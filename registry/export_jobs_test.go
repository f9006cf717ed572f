package registry

import (
	"context"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Planned starts a check as the watch does.
func Planned(ctx context.Context, r *Registry, c connector.Connector, planned time.Time) (connector.Run, error) {
	return r.begin(ctx, access.System("watch"), c, planned)
}

// OnFinished has every check that ends told to hear.
func OnFinished(r *Registry, hear func(c connector.Connector, run connector.Run, before, after connector.Health)) {
	r.finished = append(r.finished, func(_ context.Context, c connector.Connector, run connector.Run, before, after connector.Health) {
		hear(c, run, before, after)
	})
}

// HostOf gives the host that a check is counted for.
func HostOf(c connector.Check) string { return hostOf(placeOf(c)) }

// Waiting tells how many jobs wait for their turn.
func Waiting(r *Registry) int {
	r.jobs.mu.Lock()
	defer r.jobs.mu.Unlock()
	return len(r.jobs.waiting)
}
