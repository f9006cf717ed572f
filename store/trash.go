package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
)

// Retire moves one to the trash if the stored version is c.Version-1. Its identifier is free again; its pointers stay, but
// hold no secret any more. The uses in forget are forgotten with it; one that has other uses is [connector.ErrInUse].
func (s *Store) Retire(ctx context.Context, c connector.Connector, forget []connector.Use, ev access.Event) error {
	const forgetSQL = `
		DELETE FROM uses
		WHERE kind = $1 AND name = $2 AND place = $3 AND connector = $4`
	const retireSQL = `
		UPDATE connectors
		SET trash = 1, version = $1, retired = $2, retired_by = $3
		WHERE n = $4`
	return s.change(ctx, "retire connector "+c.ID, func(t *tx) error {
		b, err := t.newest(c, 0)
		if err != nil {
			return err
		}
		for _, u := range forget {
			if _, err := t.exec(forgetSQL, u.Kind, u.Name, u.Where, b.n); err != nil {
				return err
			}
		}
		var used bool
		if err := t.one(`SELECT EXISTS (SELECT 1 FROM uses WHERE connector = $1)`, []any{b.n}, &used); err != nil {
			return err
		}
		if used {
			return fmt.Errorf("it has uses: %w", connector.ErrInUse)
		}
		if _, err := t.exec(retireSQL, c.Version, milli(c.Retired), c.RetiredBy, b.n); err != nil {
			return err
		}
		if err := errors.Join(t.count(&b.Connector, -1), t.lean(b.n, -1), t.unwatch(b.n)); err != nil {
			return err
		}
		return t.note(ev)
	})
}

// Restore takes one out of the trash. [connector.ErrTaken] says that its identifier or name was given away.
func (s *Store) Restore(ctx context.Context, c connector.Connector, ev access.Event) error {
	const restoreSQL = `
		UPDATE connectors
		SET trash = 0, version = $1, retired = 0, retired_by = '', updated = $2, updated_by = $3
		WHERE n = $4`
	return s.change(ctx, "restore connector "+c.ID, func(t *tx) error {
		b, err := t.newest(c, 1)
		if err != nil {
			return err
		}
		if _, err := t.exec(restoreSQL, c.Version, milli(c.Updated), c.UpdatedBy, b.n); err != nil {
			return err
		}
		if err := errors.Join(t.count(&b.Connector, 1), t.lean(b.n, 1), t.rewatch(b.n)); err != nil {
			return err
		}
		return t.note(ev)
	})
}

// Purge removes one from the trash with its history and sealed values.
func (s *Store) Purge(ctx context.Context, id string, ev access.Event) error {
	return s.change(ctx, "purge connector "+id, func(t *tx) error {
		var n int64
		var text string
		if err := t.one(`SELECT n, tags FROM connectors WHERE id = $1 AND trash = 1`, []any{id}, &n, &text); err != nil {
			return err
		}
		tags, err := readTags(text)
		if err != nil {
			return err
		}
		t.unindex(n)
		if err := t.untag(n, tags); err != nil {
			return err
		}
		// Hidden values, pointers, uses and runs go with it.
		if _, err := t.exec(`DELETE FROM connectors WHERE n = $1`, n); err != nil {
			return err
		}
		return t.note(ev)
	})
}

// Number gives the next of a named sequence, from start up. A number is never given twice, whatever becomes of it.
func (s *Store) Number(ctx context.Context, sequence string, start int64) (int64, error) {
	const nextSQL = `
		INSERT INTO sequences (name, last)
		VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET last = max(last + 1, excluded.last)
		RETURNING last`
	var n int64
	err := s.change(ctx, "number "+sequence, func(t *tx) error { return t.one(nextSQL, []any{sequence, start}, &n) })
	return n, err
}

// Uses lists what needs a connector, by name.
func (s *Store) Uses(ctx context.Context, id string) ([]connector.Use, error) {
	const usesSQL = `
		SELECT u.kind, u.name, u.place, u.added, u.added_by
		FROM uses AS u
		JOIN connectors AS c ON c.n = u.connector
		WHERE c.id = $1
		ORDER BY u.name, u.kind, u.place`
	var out []connector.Use
	err := s.read.each(ctx, usesSQL, []any{id}, func(rows *sql.Rows) error {
		var u connector.Use
		var added int64
		err := rows.Scan(&u.Kind, &u.Name, &u.Where, &added, &u.By)
		u.Added = fromMilli(added)
		out = append(out, u)
		return err
	})
	return out, said("read the uses of connector "+id, err)
}

// AddUse notes what needs a living connector. [connector.ErrTaken] says that it is noted already.
func (s *Store) AddUse(ctx context.Context, id string, u connector.Use, ev access.Event) error {
	const addSQL = `
		INSERT INTO uses (connector, kind, name, place, added, added_by)
		SELECT n, $1, $2, $3, $4, $5
		FROM connectors
		WHERE id = $6 AND trash = 0`
	return s.change(ctx, "add a use of connector "+id, func(t *tx) error {
		return t.noted(ev, addSQL, u.Kind, u.Name, u.Where, milli(u.Added), u.By, id)
	})
}

// RemoveUse forgets a use, found by its kind, name and place.
func (s *Store) RemoveUse(ctx context.Context, id string, u connector.Use, ev access.Event) error {
	const removeSQL = `
		DELETE FROM uses
		WHERE kind = $1 AND name = $2 AND place = $3 AND connector = (SELECT n FROM connectors WHERE id = $4)`
	return s.change(ctx, "remove a use of connector "+id, func(t *tx) error {
		return t.noted(ev, removeSQL, u.Kind, u.Name, u.Where, id)
	})
}

// noted does a write that must change something, and writes its event.
func (t *tx) noted(ev access.Event, text string, args ...any) error {
	n, err := t.exec(text, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return connector.ErrNotFound
	}
	return t.note(ev)
}
