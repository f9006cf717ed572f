package probe

import (
	"context"

	"patchbay/connector"
)

func (a *asking) readAppDynamics(ctx context.Context, q connector.ReadAppDynamics) connector.Outcome {
	return a.end("NOT_ASKED_YET", "")
}
