package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// sawEnds keeps what a check saw the end of. A check that went all the way takes away what it did not see any more.
func (t *tx) sawEnds(n int64, r connector.Run) error {
	for _, e := range r.Expires {
		if err := t.expires(n, e, r.Ended); err != nil {
			return err
		}
	}
	if r.Status != connector.Healthy {
		return nil
	}
	const goneSQL = `
		DELETE FROM expiries
		WHERE connector = $1 AND seen < $2`
	_, err := t.exec(goneSQL, n, milli(r.Ended))
	return err
}

// expires keeps one end. Another end than before is a new one, of which nobody was warned.
func (t *tx) expires(n int64, e connector.Expiry, seen time.Time) error {
	if e.At.IsZero() || e.Kind == "" {
		return nil
	}
	const seenSQL = `
		INSERT INTO expiries (connector, kind, name, at, seen, warned)
		VALUES ($1, $2, $3, $4, $5, 0)
		ON CONFLICT (connector, kind, name) DO UPDATE SET seen = excluded.seen, at = excluded.at,
			warned = CASE WHEN expiries.at = excluded.at THEN expiries.warned ELSE 0 END`
	_, err := t.exec(seenSQL, n, string(e.Kind), e.Name, milli(e.At), milli(seen))
	return err
}

// NoteEnd keeps when a secret ends, as a person knows it; the zero time forgets it.
func (s *Store) NoteEnd(ctx context.Context, secretID string, ends time.Time, ev access.Event) error {
	return s.change(ctx, "note the end of secret "+secretID, func(t *tx) error {
		return t.noted(ev, `UPDATE secrets SET ends = $1, warned = 0 WHERE id = $2`, milli(ends), secretID)
	})
}

// Warnings gives what ends after now and at or before until, the next end first, once for each workspace that needs it.
func (s *Store) Warnings(ctx context.Context, now, until time.Time) ([]connector.Warning, error) {
	const seenSQL = `
		SELECT e.at, e.kind, e.name, c.workspace, coalesce(min(nullif(e.warned, 0)), 0), min(c.id), count(*), ''
		FROM expiries AS e
		JOIN connectors AS c ON c.n = e.connector
		WHERE e.at > $1 AND e.at <= $2 AND c.trash = 0
		GROUP BY e.at, e.kind, e.name, c.workspace
		ORDER BY e.at, e.kind, e.name, c.workspace`
	const notedSQL = `
		SELECT s.ends, '` + string(connector.KeptSecret) + `', s.name, s.workspace, s.warned, '', s.uses, s.id
		FROM secrets AS s
		WHERE s.ends > 0 AND s.ends > $1 AND s.ends <= $2
		ORDER BY s.ends, s.id`
	var out []connector.Warning
	for _, text := range []string{seenSQL, notedSQL} {
		err := s.read.each(ctx, text, []any{milli(now), milli(until)}, func(rows *sql.Rows) error {
			var w connector.Warning
			var at int64
			err := rows.Scan(&at, &w.Kind, &w.Expiry.Name, &w.Workspace, &w.Warned, &w.Connector, &w.Users, &w.Secret)
			w.At = fromMilli(at)
			out = append(out, w)
			return err
		})
		if err != nil {
			return nil, said("read what ends soon", err)
		}
	}
	return out, nil
}

// Warned keeps that a warning was given, with its event. [connector.ErrConflict] when that one, or a later one, was given already.
func (s *Store) Warned(ctx context.Context, w connector.Warning, ev access.Event) error {
	const seenSQL = `
		UPDATE expiries
		SET warned = $1
		WHERE at = $2 AND kind = $3 AND name = $4 AND (warned = 0 OR warned > $1)
			AND connector IN (SELECT n FROM connectors WHERE workspace = $5)`
	const notedSQL = `
		UPDATE secrets
		SET warned = $1
		WHERE ends = $2 AND id = $3 AND (warned = 0 OR warned > $1)`
	text, args := seenSQL, []any{w.Days, milli(w.At), string(w.Kind), w.Expiry.Name, w.Workspace}
	if w.Secret != "" {
		text, args = notedSQL, []any{w.Days, milli(w.At), w.Secret}
	}
	return s.change(ctx, "warn of "+w.Expiry.Name, func(t *tx) error {
		err := t.noted(ev, text, args...)
		if errors.Is(err, connector.ErrNotFound) {
			return fmt.Errorf("%d days before: %w", w.Days, connector.ErrConflict)
		}
		return err
	})
}
