package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"patchbay/connector"
	"patchbay/store/seal"
)

// sealed is one hidden value of a connector, ready to be kept.
type sealed struct {
	field   string
	version int64
	value   []byte
}

func hiddenContext(c *connector.Connector, field string, version int64) []byte {
	return seal.Context("hidden field of a connector", c.Workspace, c.ID, field, strconv.FormatInt(version, 10))
}

// sealHidden seals the hidden fields that have a value.
func (s *Store) sealHidden(c *connector.Connector) ([]sealed, error) {
	if s.shut != nil {
		return nil, s.shut
	}
	var out []sealed
	for _, f := range specFields(c.Spec) {
		secret := f.Secret()
		if secret == nil || secret.Empty() {
			continue
		}
		value, err := s.ring.Seal([]byte(secret.Reveal()), hiddenContext(c, f.Name, c.Version))
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		out = append(out, sealed{f.Name, c.Version, value})
	}
	return out, nil
}

func (t *tx) keepHidden(n int64, values []sealed) error {
	const keepSQL = `
		INSERT INTO hidden (connector, field, version, sealed)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (connector, field) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`
	for _, v := range values {
		if _, err := t.exec(keepSQL, n, v.field, v.version, v.value); err != nil {
			return err
		}
	}
	return nil
}

// dropHidden forgets values of fields that the connector's type does not have: it may have been of another type before.
func (t *tx) dropHidden(n int64, c *connector.Connector) error {
	has := map[string]bool{}
	for _, f := range specFields(c.Spec) {
		has[f.Name] = f.Kind == connector.KindSecret
	}
	var gone []string
	err := t.each(`SELECT field FROM hidden WHERE connector = $1`, []any{n}, func(rows *sql.Rows) error {
		var field string
		err := rows.Scan(&field)
		if !has[field] {
			gone = append(gone, field)
		}
		return err
	})
	for _, field := range gone {
		_, drop := t.exec(`DELETE FROM hidden WHERE connector = $1 AND field = $2`, n, field)
		err = errors.Join(err, drop)
	}
	return err
}

// OpenFields fills the hidden fields of connectors with their opened values; a field without one stays empty.
func (s *Store) OpenFields(ctx context.Context, cs ...connector.Connector) error {
	for some := range slices.Chunk(cs, atOnce) {
		if err := s.openFields(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) openFields(ctx context.Context, cs []connector.Connector) error {
	ids := make([]string, len(cs))
	for i := range cs {
		ids[i] = cs[i].ID
	}
	const hiddenSQL = `
		SELECT c.id, h.field, h.version, h.sealed
		FROM connectors AS c
		JOIN hidden AS h ON h.connector = c.n
		WHERE c.id IN (SELECT value FROM json_each($1))`
	values := map[[2]string]sealed{}
	err := s.read.each(ctx, hiddenSQL, []any{array(ids)}, func(rows *sql.Rows) error {
		var id string
		var v sealed
		err := rows.Scan(&id, &v.field, &v.version, &v.value)
		values[[2]string{id, v.field}] = v
		return err
	})
	if err != nil {
		return said("read the hidden fields of connectors", err)
	}
	for i := range cs {
		for _, f := range specFields(cs[i].Spec) {
			v, ok := values[[2]string{cs[i].ID, f.Name}]
			if !ok || f.Secret() == nil {
				continue
			}
			plain, err := s.unseal(v.value, hiddenContext(&cs[i], f.Name, v.version))
			if err != nil {
				return said("open the hidden fields of connector "+cs[i].ID, fmt.Errorf("field %s: %w", f.Name, err))
			}
			*f.Secret() = connector.NewSecret(string(plain))
		}
	}
	return nil
}

func (s *Store) unseal(value, context []byte) ([]byte, error) {
	plain, err := s.ring.Open(value, context)
	if errors.Is(err, seal.ErrUnopened) {
		return nil, fmt.Errorf("%w: %w", connector.ErrSealed, err)
	}
	return plain, err
}
