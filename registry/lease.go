package registry

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"patchbay/connector"
)

const (
	// keepsWithin is how long the keeping of renewed tokens may take.
	keepsWithin = 5 * time.Second
	// holdsFor is how long a program has the right to renew the tokens of a connector: as long as a renewal can take. A program that dies
	// meanwhile keeps the others from it no longer than that.
	holdsFor = renewsWithin + keepsWithin
	// looksAgain is how often a program looks whether another one has renewed the tokens.
	looksAgain = 100 * time.Millisecond
)

// lease takes the right to renew the tokens of a connector, which one program on the data directory has at a time: a refresh token is good
// once. While another program has it, its outcome is waited for; where that brings good tokens they are given, and nothing is held.
func (r *Registry) lease(ctx context.Context, c connector.Connector, refused string) (tokens connector.OAuthTokens, held bool, err error) {
	ctx, stop := context.WithTimeout(ctx, holdsFor+looksAgain)
	defer stop()
	for {
		err := r.oauth.Apps.HoldRenewal(ctx, c.ID, r.renewals.holder, r.now(), holdsFor)
		if !errors.Is(err, connector.ErrConflict) {
			return tokens, err == nil, err
		}
		if err := r.renewals.pause(ctx); err != nil {
			return tokens, false, err
		}
		if _, _, tokens, err = r.consent(ctx, c); err != nil || r.good(tokens, refused) {
			return tokens, false, err
		}
	}
}

// leave gives the right to renew back after a renewal that kept nothing. Where that goes wrong, it runs out.
func (r *Registry) leave(ctx context.Context, c connector.Connector) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), keepsWithin)
	defer stop()
	if err := r.oauth.Apps.LeaveRenewal(ctx, c.ID, r.renewals.holder); err != nil {
		slog.WarnContext(ctx, "the right to renew tokens could not be given back and runs out by itself", "connector", c.ID, "error", err)
	}
}

// pause waits a moment, unless the context or the program ends.
func (r *renewals) pause(ctx context.Context) error {
	moment := time.NewTimer(looksAgain)
	defer moment.Stop()
	select {
	case <-moment.C:
		return nil
	case <-r.over:
		return context.Canceled
	case <-ctx.Done():
		return ctx.Err()
	}
}
