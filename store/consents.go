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
	"patchbay/store/seal"
)

// consentContext binds what a consent holds to its row and to everything that says whose it is.
func consentContext(p connector.PendingConsent) []byte {
	return seal.Context("consent of a person", p.ID, p.Connector, p.Actor)
}

// sealConsent seals what a person brought; nothing is an empty value.
func (s *Store) sealConsent(p connector.PendingConsent) ([]byte, error) {
	if s.shut != nil {
		return nil, s.shut
	}
	if p.Code.Empty() && len(p.Brought.Sites) == 0 {
		return []byte{}, nil
	}
	sites := make([]wire.Value, len(p.Brought.Sites))
	for i, site := range p.Brought.Sites {
		sites[i] = wire.Obj(wire.M("id", wire.Text(site.ID)), wire.M("name", wire.Text(site.Name)), wire.M("address", wire.Text(site.Address)))
	}
	text := wire.Obj(wire.M("code", wire.Text(p.Code.Reveal())), wire.M("tokens", writeTokens(p.Brought.Tokens)),
		wire.M("expires", wire.Int(milli(p.Brought.Tokens.Expires))), wire.M("sites", wire.List(sites...))).JSON()
	return s.ring.Seal([]byte(text), consentContext(p))
}

func (s *Store) openConsent(p *connector.PendingConsent, value []byte) error {
	if len(value) == 0 {
		return nil
	}
	plain, err := s.unseal(value, consentContext(*p))
	if err != nil {
		return err
	}
	kept, err := wire.Parse(string(plain))
	if err != nil {
		return err
	}
	expires, _ := kept.Get("expires").Int()
	p.Code = connector.NewSecret(kept.Get("code").Text())
	p.Brought.Tokens = readTokens(kept.Get("tokens"), expires)
	for _, site := range kept.Get("sites").Items() {
		p.Brought.Sites = append(p.Brought.Sites, connector.Site{ID: site.Get("id").Text(), Name: site.Get("name").Text(), Address: site.Get("address").Text()})
	}
	return nil
}

// BeginConsent keeps a new consent in place of the one that the same person had for the same connector. Those that are over go.
func (s *Store) BeginConsent(ctx context.Context, p connector.PendingConsent, now time.Time, ev access.Event) error {
	const doing = "begin a consent"
	value, err := s.sealConsent(p)
	if err != nil {
		return said(doing, err)
	}
	const insertSQL = `
		INSERT INTO consents (id, state, connector, actor, begun, held, sealed, ends)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7)`
	return s.change(ctx, doing, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM consents WHERE ends <= $1`, milli(now)); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM consents WHERE connector = $1 AND actor = $2 AND begun = $3`, p.Connector, p.Actor, flag(p.Begun)); err != nil {
			return err
		}
		if _, err := t.exec(insertSQL, p.ID, p.State, p.Connector, p.Actor, flag(p.Begun), value, milli(p.Ends)); err != nil {
			return err
		}
		return t.note(ev)
	})
}

const consentColumns = `id, state, connector, actor, begun, ends, sealed`

// Consent gives one by its id, opened; one that is over is [connector.ErrNotFound].
func (s *Store) Consent(ctx context.Context, id string, now time.Time) (connector.PendingConsent, error) {
	return s.consent(ctx, `SELECT `+consentColumns+` FROM consents WHERE id = $1 AND ends > $2`, id, milli(now))
}

// BegunConsent gives the one that a person began with a state, opened; one that is over is [connector.ErrNotFound].
func (s *Store) BegunConsent(ctx context.Context, state []byte, now time.Time) (connector.PendingConsent, error) {
	return s.consent(ctx, `SELECT `+consentColumns+` FROM consents WHERE state = $1 AND begun = 1 AND ends > $2`, state, milli(now))
}

func (s *Store) consent(ctx context.Context, text string, args ...any) (p connector.PendingConsent, err error) {
	const doing = "read a consent"
	var value []byte
	var ends int64
	if err := s.read.first(ctx, text, args, func(rows *sql.Rows) error {
		return rows.Scan(&p.ID, &p.State, &p.Connector, &p.Actor, &p.Begun, &ends, &value)
	}); err != nil {
		return p, said(doing, err)
	}
	p.Ends = fromMilli(ends)
	return p, said(doing, s.openConsent(&p, value))
}

// HoldConsent takes a consent for whoever finishes it, and gives it as it is then, opened; nobody else gets it until [Store.KeepConsent] gives
// it back. [connector.ErrConflict] while it is held, and once it is gone.
func (s *Store) HoldConsent(ctx context.Context, id string) (p connector.PendingConsent, err error) {
	const holdSQL = `
		UPDATE consents
		SET held = 1
		WHERE id = $1 AND held = 0
		RETURNING ` + consentColumns
	err = s.change(ctx, "hold a consent", func(t *tx) error {
		var value []byte
		var ends int64
		err := t.one(holdSQL, []any{id}, &p.ID, &p.State, &p.Connector, &p.Actor, &p.Begun, &ends, &value)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("it is being finished: %w", connector.ErrConflict)
		}
		if err != nil {
			return err
		}
		p.Ends = fromMilli(ends)
		return s.openConsent(&p, value) // what cannot be opened is not held
	})
	if err != nil {
		return connector.PendingConsent{}, err
	}
	return p, nil
}

// KeepConsent keeps what a consent holds now, and until when.
func (s *Store) KeepConsent(ctx context.Context, p connector.PendingConsent) error {
	const doing = "keep a consent"
	value, err := s.sealConsent(p)
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, func(t *tx) error {
		n, err := t.exec(`UPDATE consents SET held = 0, sealed = $1, ends = $2 WHERE id = $3`, value, milli(p.Ends), p.ID)
		if err == nil && n == 0 {
			err = connector.ErrNotFound
		}
		return err
	})
}

// DropConsent forgets a consent with all that it holds. One that is gone already is no error.
func (s *Store) DropConsent(ctx context.Context, id string) error {
	return s.change(ctx, "drop a consent", func(t *tx) error {
		_, err := t.exec(`DELETE FROM consents WHERE id = $1`, id)
		return err
	})
}

// SweepConsents forgets those that are over.
func (s *Store) SweepConsents(ctx context.Context, now time.Time) error {
	return s.change(ctx, "sweep out old consents", func(t *tx) error {
		_, err := t.exec(`DELETE FROM consents WHERE ends <= $1`, milli(now))
		return err
	})
}
