package store

import (
	"context"
	"database/sql"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
	"patchbay/store/seal"
)

const oauthAppColumns = `workspace, authorise, token, api, client, version, set_at, set_by`

func readOAuthApp(from scanner, more ...any) (a connector.OAuthApp, err error) {
	var set int64
	err = from.Scan(append([]any{&a.Workspace, &a.AuthoriseURL, &a.TokenURL, &a.API, &a.ClientID, &a.Version, &set, &a.SetBy}, more...)...)
	a.Set = fromMilli(set)
	return a, err
}

// oauthAppContext binds a client secret to the client and to the one address that it may go to.
func oauthAppContext(a connector.OAuthApp) []byte {
	return seal.Context("OAuth application of a workspace", a.Workspace, a.ClientID, a.TokenURL)
}

// OAuthApp gives the application of a workspace without its secret.
func (s *Store) OAuthApp(ctx context.Context, workspace string) (found connector.OAuthApp, err error) {
	const text = `SELECT ` + oauthAppColumns + ` FROM oauth_apps WHERE workspace = $1`
	err = s.read.first(ctx, text, []any{workspace}, func(rows *sql.Rows) error {
		found, err = readOAuthApp(rows)
		return err
	})
	return found, said("read the OAuth application of "+workspace, err)
}

// OpenOAuthApp gives the application with its secret opened.
func (s *Store) OpenOAuthApp(ctx context.Context, workspace string) (found connector.OAuthApp, secret connector.Secret, err error) {
	doing := "open the OAuth application of " + workspace
	var value []byte
	const text = `SELECT ` + oauthAppColumns + `, sealed FROM oauth_apps WHERE workspace = $1`
	err = s.read.first(ctx, text, []any{workspace}, func(rows *sql.Rows) error {
		found, err = readOAuthApp(rows, &value)
		return err
	})
	if err != nil {
		return found, secret, said(doing, err)
	}
	plain, err := s.unseal(value, oauthAppContext(found))
	if err != nil {
		return connector.OAuthApp{}, secret, said(doing, err)
	}
	return found, connector.NewSecret(string(plain)), nil
}

// KeepOAuthApp keeps a new application (version 1) or a changed one (version one more than stored). An empty secret leaves the one
// that is there, which only the same client at the same token address can open.
func (s *Store) KeepOAuthApp(ctx context.Context, a connector.OAuthApp, secret connector.Secret, ev access.Event) error {
	doing := "keep the OAuth application of " + a.Workspace
	if s.shut != nil {
		return said(doing, s.shut)
	}
	var value any // NULL leaves what is there
	if !secret.Empty() {
		sealed, err := s.ring.Seal([]byte(secret.Reveal()), oauthAppContext(a))
		if err != nil {
			return said(doing, err)
		}
		value = sealed
	}
	const insertSQL = `
		INSERT INTO oauth_apps (workspace, authorise, token, api, client, version, set_at, set_by, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`
	const updateSQL = `
		UPDATE oauth_apps
		SET authorise = $2, token = $3, api = $4, client = $5, version = $6, set_at = $7, set_by = $8, sealed = coalesce($9, sealed)
		WHERE workspace = $1 AND version = $6 - 1 AND ($9 IS NOT NULL OR token = $3 AND client = $5)`
	return s.change(ctx, doing, func(t *tx) error {
		text := updateSQL
		if a.Version == 1 {
			text = insertSQL
		}
		n, err := t.exec(text, a.Workspace, a.AuthoriseURL, a.TokenURL, a.API, a.ClientID, a.Version, milli(a.Set), a.SetBy, value)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("version %d: %w", a.Version, connector.ErrConflict)
		}
		return t.note(ev)
	})
}

// RemoveOAuthApp forgets the application with its secret.
func (s *Store) RemoveOAuthApp(ctx context.Context, workspace string, ev access.Event) error {
	return s.change(ctx, "remove the OAuth application of "+workspace, func(t *tx) error {
		n, err := t.exec(`DELETE FROM oauth_apps WHERE workspace = $1`, workspace)
		if err != nil {
			return err
		}
		if n == 0 {
			return connector.ErrNotFound
		}
		return t.note(ev)
	})
}

func oauthTokensContext(connectorID string) []byte {
	return seal.Context("OAuth tokens of a connector", connectorID)
}

const keepTokensSQL = `
	INSERT INTO oauth_tokens (connector, sealed, expires)
	VALUES ($1, $2, $3)
	ON CONFLICT (connector) DO UPDATE SET sealed = excluded.sealed, expires = excluded.expires`

// sealTokens seals tokens for one connector.
func (s *Store) sealTokens(connectorID string, tokens connector.OAuthTokens) ([]byte, error) {
	if s.shut != nil {
		return nil, s.shut
	}
	return s.ring.Seal([]byte(writeTokens(tokens).JSON()), oauthTokensContext(connectorID))
}

func writeTokens(t connector.OAuthTokens) wire.Value {
	return wire.Obj(wire.M("access", wire.Text(t.Access.Reveal())), wire.M("refresh", wire.Text(t.Refresh.Reveal())),
		wire.M("client", wire.Text(t.Client)), wire.M("server", wire.Text(string(t.Server))), wire.M("api", wire.Text(string(t.API))))
}

func readTokens(v wire.Value, expires int64) connector.OAuthTokens {
	return connector.OAuthTokens{Access: connector.NewSecret(v.Get("access").Text()), Refresh: connector.NewSecret(v.Get("refresh").Text()),
		Expires: fromMilli(expires), Client: v.Get("client").Text(), Server: connector.Origin(v.Get("server").Text()), API: connector.Origin(v.Get("api").Text())}
}

// KeepOAuthTokens keeps tokens for a connector, in place of whatever was there.
func (s *Store) KeepOAuthTokens(ctx context.Context, connectorID string, tokens connector.OAuthTokens, ev access.Event) error {
	doing := "keep the OAuth tokens of " + connectorID
	value, err := s.sealTokens(connectorID, tokens)
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, func(t *tx) error { return t.noted(ev, keepTokensSQL, connectorID, value, milli(tokens.Expires)) })
}

// KeepAuthorised keeps a connector that a consent has changed, as [Store.Update] does, together with the tokens that the consent brought.
// Every consent for it that was on its way is forgotten.
func (s *Store) KeepAuthorised(ctx context.Context, c connector.Connector, grants []connector.Grant, tokens connector.OAuthTokens, ev access.Event) error {
	doing := "keep the authorisation of connector " + c.ID
	value, err := s.sealTokens(c.ID, tokens)
	if err != nil {
		return said(doing, err)
	}
	update, err := s.updating(c, grants, nil, ev)
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, func(t *tx) error {
		if err := update(t); err != nil {
			return err
		}
		if _, err := t.exec(keepTokensSQL, c.ID, value, milli(tokens.Expires)); err != nil {
			return err
		}
		_, err := t.exec(`DELETE FROM consents WHERE connector = $1`, c.ID)
		return err
	})
}

// OAuthTokens gives the tokens of a connector, opened.
func (s *Store) OAuthTokens(ctx context.Context, connectorID string) (connector.OAuthTokens, error) {
	doing := "open the OAuth tokens of " + connectorID
	var value []byte
	var expires int64
	err := s.read.one(ctx, `SELECT sealed, expires FROM oauth_tokens WHERE connector = $1`, []any{connectorID}, &value, &expires)
	if err != nil {
		return connector.OAuthTokens{}, said(doing, err)
	}
	kept, err := s.unsealTokens(connectorID, value)
	if err != nil {
		return connector.OAuthTokens{}, said(doing, err)
	}
	return readTokens(kept, expires), nil
}
