package store

import (
	"context"
	"database/sql"

	"patchbay/connector"
)

// Counts gives the facets of the living connectors.
func (s *Store) Counts(ctx context.Context) (connector.Counts, error) {
	const countsSQL = `
		SELECT workspace, vendor, type, status, n
		FROM counts`
	var out connector.Counts
	err := s.read.each(ctx, countsSQL, nil, func(rows *sql.Rows) error {
		var c connector.Count
		err := rows.Scan(&c.Workspace, &c.Vendor, &c.Type, &c.Status, &c.N)
		out = append(out, c)
		return err
	})
	return out, said("read the counts", err)
}

// count adds a living connector to its facet, or takes it away with -1. A facet that nobody shares any more goes.
func (t *tx) count(c *connector.Connector, by int) error {
	args := []any{c.Workspace, c.Vendor, c.Type, string(status(c.Health))}
	if by > 0 {
		const moreSQL = `
			INSERT INTO counts (workspace, vendor, type, status, n)
			VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (workspace, vendor, type, status) DO UPDATE SET n = n + 1`
		_, err := t.exec(moreSQL, args...)
		return err
	}
	const fewerSQL = `
		UPDATE counts
		SET n = n - 1
		WHERE workspace = $1 AND vendor = $2 AND type = $3 AND status = $4
		RETURNING n`
	left := 0
	if err := t.one(fewerSQL, args, &left); err != nil || left > 0 {
		return err
	}
	_, err := t.exec(`DELETE FROM counts WHERE workspace = $1 AND vendor = $2 AND type = $3 AND status = $4`, args...)
	return err
}
