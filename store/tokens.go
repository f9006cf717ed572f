package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
)

// RenewOAuthTokens keeps what a renewal brought for a connector, if the refresh token that it began with is still the one that is kept, else
// [connector.ErrConflict]: what a person's new consent brought is never overwritten by a renewal of the old one. The holder's right to renew
// them ends with it.
func (s *Store) RenewOAuthTokens(ctx context.Context, connectorID, holder string, had connector.Secret, tokens connector.OAuthTokens, ev access.Event) error {
	doing := "keep the renewed OAuth tokens of " + connectorID
	value, err := s.sealTokens(connectorID, tokens)
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, func(t *tx) error {
		var sealed []byte
		err := t.one(`SELECT sealed FROM oauth_tokens WHERE connector = $1`, []any{connectorID}, &sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return connector.ErrNotFound
		}
		if err != nil {
			return err
		}
		kept, err := s.unsealTokens(connectorID, sealed)
		if err != nil {
			return err
		}
		if kept.Get("refresh").Text() != had.Reveal() {
			return fmt.Errorf("other tokens are kept by now: %w", connector.ErrConflict)
		}
		if _, err := t.exec(leaveRenewalSQL, connectorID, holder); err != nil {
			return err
		}
		return t.noted(ev, keepTokensSQL, connectorID, value, milli(tokens.Expires))
	})
}

const leaveRenewalSQL = `DELETE FROM renewals WHERE connector = $1 AND holder = $2`

// HoldRenewal takes the right to renew the tokens of a connector for a while from now on; [connector.ErrConflict] while another holder has it,
// [connector.ErrNotFound] for a connector that is gone. One that is never given back runs out.
func (s *Store) HoldRenewal(ctx context.Context, connectorID, holder string, now time.Time, while time.Duration) error {
	// What would run out later than anybody could have asked for was taken before the clock was set back. Twice the while leaves room for
	// clocks that were read in another order than the rows were written.
	const holdSQL = `
		INSERT INTO renewals (connector, holder, ends)
		VALUES ($1, $2, $3)
		ON CONFLICT (connector) DO UPDATE SET holder = excluded.holder, ends = excluded.ends
		WHERE holder = excluded.holder OR ends <= $4 OR ends > $5`
	return s.change(ctx, "hold the renewal of the OAuth tokens of "+connectorID, func(t *tx) error {
		n, err := t.exec(holdSQL, connectorID, holder, milli(now.Add(while)), milli(now), milli(now.Add(2*while)))
		if err == nil && n == 0 {
			err = fmt.Errorf("another program renews them: %w", connector.ErrConflict)
		}
		return err
	})
}

// LeaveRenewal gives the right to renew back. One that is held no more is no error.
func (s *Store) LeaveRenewal(ctx context.Context, connectorID, holder string) error {
	return s.change(ctx, "leave the renewal of the OAuth tokens of "+connectorID, func(t *tx) error {
		_, err := t.exec(leaveRenewalSQL, connectorID, holder)
		return err
	})
}

// unsealTokens opens the tokens of a connector.
func (s *Store) unsealTokens(connectorID string, sealed []byte) (wire.Value, error) {
	plain, err := s.unseal(sealed, oauthTokensContext(connectorID))
	if err != nil {
		return wire.Value{}, err
	}
	return wire.Parse(string(plain))
}
