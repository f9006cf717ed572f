package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"patchbay/connector"
)

// SecretUsers lists the living connectors that point at a secret, at most n, the oldest first.
func (s *Store) SecretUsers(ctx context.Context, id string, n int) ([]connector.Connector, error) {
	const usersSQL = `
		SELECT ` + connectorColumns + `
		FROM connectors
		WHERE trash = 0 AND n IN (SELECT connector FROM pointers WHERE secret = $1)
		ORDER BY n
		LIMIT $2`
	out, err := s.connectors(ctx, usersSQL, id, n)
	return out, said("list the users of a secret", err)
}

// unpoint takes away the pointers of a living connector.
func (t *tx) unpoint(n int64) error {
	if err := t.lean(n, -1); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM pointers WHERE connector = $1`, n)
	return err
}

// point notes the pointers of a living connector that has none yet, and allows each secret its new origin.
func (t *tx) point(n int64, grants []connector.Grant) error {
	if len(grants) == 0 {
		return nil
	}
	for _, g := range grants {
		var secret string
		name := g.Secret
		err := t.one(`SELECT id FROM secrets WHERE workspace = $1 AND org = $2 AND project = $3 AND name = $4`,
			nameArgs(name), &secret)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("secret %s: %w", name.Name, connector.ErrNotFound)
		}
		if err != nil {
			return err
		}
		const pointSQL = `
			INSERT INTO pointers (connector, field, secret)
			VALUES ($1, $2, $3)
			ON CONFLICT (connector, field) DO UPDATE SET secret = excluded.secret`
		if _, err := t.exec(pointSQL, n, g.Field, secret); err != nil {
			return err
		}
		if err := t.allow(secret, g.To); err != nil {
			return err
		}
	}
	return t.lean(n, 1)
}

// lean adds a connector to the users of each secret that it points at, or takes it away with -1. However many of its fields
// point at one secret, it is one user.
func (t *tx) lean(n int64, by int) error {
	const leanSQL = `
		UPDATE secrets
		SET uses = uses + $1
		WHERE id IN (SELECT secret FROM pointers WHERE connector = $2)`
	_, err := t.exec(leanSQL, by, n)
	return err
}
