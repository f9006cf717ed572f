package probe

import (
	"context"

	"patchbay/connector"
)

func (a *asking) readServiceNow(ctx context.Context, q connector.ReadServiceNow) connector.Outcome {
	return a.end("NOT_ASKED_YET", "")
}
