package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
	"patchbay/store/seal"
)

const channelColumns = `id, name, kind, place, tells, coalesce(workspace, ''), paused, version, created, created_by`

func readChannel(from scanner, more ...any) (c connector.Channel, err error) {
	var created int64
	err = from.Scan(append([]any{&c.ID, &c.Name, &c.Kind, &c.Place, &c.Tells, &c.Workspace, &c.Paused, &c.Version, &created, &c.CreatedBy}, more...)...)
	c.Created = fromMilli(created)
	return c, err
}

func channelContext(id string) []byte { return seal.Context("address and key of a channel", id) }

// Channels lists all channels by name.
func (s *Store) Channels(ctx context.Context) (out []connector.Channel, err error) {
	err = s.read.each(ctx, `SELECT `+channelColumns+` FROM channels ORDER BY fold`, nil, func(rows *sql.Rows) error {
		c, err := readChannel(rows)
		out = append(out, c)
		return err
	})
	return out, said("list the channels", err)
}

// Channel gives one, without its address.
func (s *Store) Channel(ctx context.Context, id string) (found connector.Channel, err error) {
	err = s.read.first(ctx, `SELECT `+channelColumns+` FROM channels WHERE id = $1`, []any{id}, func(rows *sql.Rows) error {
		found, err = readChannel(rows)
		return err
	})
	return found, said("read channel "+id, err)
}

// OpenChannel gives one with its address and its key.
func (s *Store) OpenChannel(ctx context.Context, id string) (found connector.Channel, address, key connector.Secret, err error) {
	doing := "open channel " + id
	var value []byte
	err = s.read.first(ctx, `SELECT `+channelColumns+`, sealed FROM channels WHERE id = $1`, []any{id}, func(rows *sql.Rows) error {
		found, err = readChannel(rows, &value)
		return err
	})
	if err != nil {
		return found, address, key, said(doing, err)
	}
	address, key, err = s.openPlace(id, value)
	return found, address, key, said(doing, err)
}

func (s *Store) openPlace(id string, value []byte) (address, key connector.Secret, err error) {
	plain, err := s.unseal(value, channelContext(id))
	if err != nil {
		return address, key, err
	}
	kept, err := wire.Parse(string(plain))
	if err != nil {
		return address, key, err
	}
	return connector.NewSecret(kept.Get("address").Text()), connector.NewSecret(kept.Get("key").Text()), nil
}

// KeepChannel keeps a new channel (version 1) or a changed one (one more than stored). Empty secrets leave what is there. What waits for one that
// is paused is withdrawn.
func (s *Store) KeepChannel(ctx context.Context, c connector.Channel, address, key connector.Secret, ev access.Event) error {
	doing := "keep channel " + c.ID
	if s.shut != nil {
		return said(doing, s.shut)
	}
	if c.Version > 1 && (!address.Empty() || !key.Empty()) {
		_, hadAddress, hadKey, err := s.OpenChannel(ctx, c.ID)
		if err != nil {
			return err
		}
		if address.Empty() {
			address = hadAddress
		}
		if key.Empty() {
			key = hadKey
		}
	}
	var value any // NULL leaves what is there
	if !address.Empty() {
		sealed, err := s.ring.Seal([]byte(wire.Obj(wire.M("address", wire.Text(address.Reveal())), wire.M("key", wire.Text(key.Reveal()))).JSON()), channelContext(c.ID))
		if err != nil {
			return said(doing, err)
		}
		value = sealed
	}
	var workspace any
	if c.Workspace != "" {
		workspace = c.Workspace
	}
	const insertSQL = `
		INSERT INTO channels (id, name, fold, kind, place, tells, workspace, paused, version, sealed, created, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	const updateSQL = `
		UPDATE channels
		SET name = $2, fold = $3, kind = $4, place = $5, tells = $6, workspace = $7, paused = $8, version = $9, sealed = coalesce($10, sealed)
		WHERE id = $1 AND version = $9 - 1`
	return s.change(ctx, doing, func(t *tx) error {
		args := []any{c.ID, c.Name, strings.ToLower(c.Name), string(c.Kind), c.Place, string(c.Tells), workspace, c.Paused, c.Version, value}
		text := updateSQL
		if c.Version == 1 {
			text, args = insertSQL, append(args, milli(c.Created), c.CreatedBy)
		}
		n, err := t.exec(text, args...)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("version %d: %w", c.Version, connector.ErrConflict)
		}
		if c.Paused {
			if _, err := t.exec(`UPDATE notices SET state = 'withdrawn', next = 0 WHERE channel = $1 AND state = 'waiting'`, c.ID); err != nil {
				return err
			}
		}
		return t.note(ev)
	})
}

// RemoveChannel forgets one with its notices.
func (s *Store) RemoveChannel(ctx context.Context, id string, ev access.Event) error {
	return s.change(ctx, "remove channel "+id, func(t *tx) error {
		n, err := t.exec(`DELETE FROM channels WHERE id = $1`, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return connector.ErrNotFound
		}
		return t.note(ev)
	})
}
