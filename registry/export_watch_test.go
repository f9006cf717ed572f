package registry

import (
	"context"

	"patchbay/connector"
)

// OnWarned has hear told of each warning.
func OnWarned(r *Registry, hear func(connector.Warning)) {
	r.warned = append(r.warned, func(_ context.Context, w connector.Warning) { hear(w) })
}
