package store

import (
	"context"
	"database/sql"
	"errors"

	"patchbay/access"
	"patchbay/store/seal"
)

// shelf keeps the key ring as a row of the database, so that a backup of the database has it and a value never comes to the
// disk before the key that sealed it.
func (s *Store) shelf(ctx context.Context) seal.Shelf {
	ctx = context.WithoutCancel(ctx) // it outlives the opening
	return seal.Shelf{
		Load: func() ([]byte, error) {
			var ring []byte
			err := s.read.one(ctx, `SELECT ring FROM keyring`, nil, &ring)
			if errors.Is(err, sql.ErrNoRows) {
				return nil, nil
			}
			return ring, said("read the key ring", err)
		},
		Swap: func(was, is []byte) (bool, error) {
			text, args := `UPDATE keyring SET ring = $1 WHERE ring = $2`, []any{is, was}
			if was == nil {
				text, args = `INSERT INTO keyring (one, ring) VALUES (1, $1) ON CONFLICT DO NOTHING`, []any{is}
			}
			var changed int64
			err := s.change(ctx, "keep the key ring", func(t *tx) (err error) {
				changed, err = t.exec(text, args...)
				return err
			})
			return changed == 1, err
		},
	}
}

// RotateKey adds a key that seals everything from now on. What was sealed before stays readable.
func (s *Store) RotateKey(ctx context.Context, ev access.Event) error {
	if err := s.Note(ctx, ev); err != nil {
		return err
	}
	return said("rotate the key", s.ring.Rotate())
}
