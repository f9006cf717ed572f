package probe

import (
	"context"

	"patchbay/connector"
)

func (a *asking) listRefsSSH(ctx context.Context, q connector.ListRefs) connector.Outcome {
	return a.end("NOT_ASKED_YET", "")
}
