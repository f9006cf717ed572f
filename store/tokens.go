package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
)

// RenewOAuthTokens keeps what a renewal brought for a connector, if the refresh token that it began with is still the one that is kept, else
// [connector.ErrConflict]: what a person's new consent brought is never overwritten by a renewal of the old one.
func (s *Store) RenewOAuthTokens(ctx context.Context, connectorID string, had connector.Secret, tokens connector.OAuthTokens, ev access.Event) error {
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
		return t.noted(ev, keepTokensSQL, connectorID, value, milli(tokens.Expires))
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
