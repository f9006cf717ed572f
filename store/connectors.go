package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
)

// Connector gives one by Patchbay's id, living or retired, without its hidden values.
func (s *Store) Connector(ctx context.Context, id string) (connector.Connector, error) {
	return s.oneConnector(ctx, `SELECT `+connectorColumns+` FROM connectors WHERE id = $1`, id)
}

// Find gives a living one by the vendor's identifier in a workspace and scope.
func (s *Store) Find(ctx context.Context, workspace string, scope connector.Scope, identifier string) (connector.Connector, error) {
	const findSQL = `
		SELECT ` + connectorColumns + `
		FROM connectors
		WHERE workspace = $1 AND org = $2 AND project = $3 AND identifier = $4 AND trash = 0`
	return s.oneConnector(ctx, findSQL, workspace, scope.Org, scope.Project, identifier)
}

// Named gives the living connectors of exactly that name in a workspace, by age.
func (s *Store) Named(ctx context.Context, workspace, name string) ([]connector.Connector, error) {
	const namedSQL = `
		SELECT ` + connectorColumns + `
		FROM connectors
		WHERE workspace = $1 AND trash = 0 AND fold = $2 AND name = $3
		ORDER BY created, n`
	out, err := s.connectors(ctx, namedSQL, workspace, fold(name), name)
	return out, said("find connectors by name", err)
}

func (s *Store) connectors(ctx context.Context, text string, args ...any) (out []connector.Connector, err error) {
	err = s.read.each(ctx, text, args, func(rows *sql.Rows) error {
		r, err := s.readConnector(rows)
		out = append(out, r.Connector)
		return err
	})
	return out, err
}

func (s *Store) oneConnector(ctx context.Context, text string, args ...any) (connector.Connector, error) {
	var found row
	err := s.read.first(ctx, text, args, func(rows *sql.Rows) (err error) {
		found, err = s.readConnector(rows)
		return err
	})
	return found.Connector, said("read a connector", err)
}

// Insert keeps a new connector at version 1 with its hidden fields sealed, its pointers and the secrets made with it.
func (s *Store) Insert(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error {
	doing := "keep connector " + c.ID
	insert, err := s.inserting(c, grants, made, ev)
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, insert)
}

// inserting gives the work of [Store.Insert]; what must be sealed is sealed already.
func (s *Store) inserting(c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) (func(*tx) error, error) {
	c.Version = 1
	c.Health.Status = status(c.Health)
	kind, _ := s.catalog.Type(c.Vendor, c.Type)
	hidden, err := s.sealHidden(&c)
	if err != nil {
		return nil, err
	}
	sealed, err := s.sealMade(made)
	if err != nil {
		return nil, err
	}
	const insertSQL = `
		INSERT INTO connectors (id, trash, vendor, type, workspace, org, project, scope, identifier, name, fold, also,
			status, rank, since, checked, proven, code, summary, version, created, created_by, updated, updated_by,
			retired, retired_by, description, tags, spec, words)
		VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
			$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
			0, '', $24, $25, $26, $27)
		RETURNING n`
	h := c.Health
	words := searchWords(&c)
	args := []any{c.ID, c.Vendor, c.Type, c.Workspace, c.Scope.Org, c.Scope.Project, c.Scope.Path(), c.Identifier, c.Name, fold(c.Name), also(&c),
		string(h.Status), h.Status.Rank(), milli(h.Since), milli(h.Checked), milli(h.Proven), h.Code, h.Summary,
		c.Version, milli(c.Created), c.CreatedBy, milli(c.Updated), c.UpdatedBy, c.Description, c.Tags.Wire().JSON(), writeSpec(kind, &c), words}
	return func(t *tx) error {
		var n int64
		if err := t.one(insertSQL, args, &n); err != nil {
			return err
		}
		t.index(n, words)
		if err := errors.Join(t.tag(n, c.Tags), t.count(&c, 1), t.keepHidden(n, hidden), t.watch(n)); err != nil {
			return err
		}
		if err := errors.Join(t.keepMade(sealed), t.point(n, grants)); err != nil {
			return err
		}
		return t.note(ev)
	}, nil
}

// Update keeps a changed connector if the stored version is c.Version-1. Hidden fields that are empty keep their sealed
// values. A health that was found by a check since c was read stays, unless c says that nothing is proven any more.
func (s *Store) Update(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error {
	doing := "change connector " + c.ID
	update, err := s.updating(c, grants, made, ev)
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, update)
}

// updating gives the work of [Store.Update]; what must be sealed is sealed already.
func (s *Store) updating(c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) (func(*tx) error, error) {
	c.Health.Status = status(c.Health)
	kind, _ := s.catalog.Type(c.Vendor, c.Type)
	hidden, err := s.sealHidden(&c)
	if err != nil {
		return nil, err
	}
	sealed, err := s.sealMade(made)
	if err != nil {
		return nil, err
	}
	words, spec := searchWords(&c), writeSpec(kind, &c)
	const updateSQL = `
		UPDATE connectors
		SET type = $1, org = $2, project = $3, scope = $4, identifier = $5, name = $6, fold = $7, also = $8,
			status = $9, rank = $10, since = $11, checked = $12, proven = $13, code = $14, summary = $15,
			version = $16, updated = $17, updated_by = $18, description = $19, tags = $20, spec = $21, words = $22
		WHERE n = $23`
	return func(t *tx) error {
		before, err := t.newest(c, 0)
		if err != nil {
			return err
		}
		c := c
		if c.Health.Status != connector.Unverified && before.Health.Checked.After(c.Health.Checked) {
			c.Health = before.Health
		}
		h := c.Health
		if _, err := t.exec(updateSQL, c.Type, c.Scope.Org, c.Scope.Project, c.Scope.Path(), c.Identifier, c.Name, fold(c.Name), also(&c),
			string(h.Status), h.Status.Rank(), milli(h.Since), milli(h.Checked), milli(h.Proven), h.Code, h.Summary,
			c.Version, milli(c.Updated), c.UpdatedBy, c.Description, c.Tags.Wire().JSON(), spec, words, before.n); err != nil {
			return err
		}
		c.Vendor, c.Workspace = before.Vendor, before.Workspace
		if before.words != words {
			t.unindex(before.n)
			t.index(before.n, words)
		}
		if err := errors.Join(t.untag(before.n, before.Tags), t.tag(before.n, c.Tags), t.count(&before.Connector, -1), t.count(&c, 1),
			t.dropHidden(before.n, &c), t.keepHidden(before.n, hidden)); err != nil {
			return err
		}
		if err := errors.Join(t.keepMade(sealed), t.unpoint(before.n), t.point(before.n, grants)); err != nil {
			return err
		}
		return t.note(ev)
	}, nil
}

// stored is what a write has to know of the connector that it changes.
type stored struct {
	connector.Connector // only vendor, type, workspace, tags and health
	n                   int64
	words               string
}

// newest gives the stored connector that c comes after. It must be where c is: trash is 1 in the trash, 0 elsewhere.
func (t *tx) newest(c connector.Connector, trash int) (stored, error) {
	var b stored
	var at int
	var version, since, checked, proven int64
	var tags string
	const newestSQL = `
		SELECT n, trash, version, vendor, type, workspace, tags, words, status, since, checked, proven, code, summary
		FROM connectors
		WHERE id = $1`
	h := &b.Health
	err := t.one(newestSQL, []any{c.ID}, &b.n, &at, &version, &b.Vendor, &b.Type, &b.Workspace, &tags, &b.words,
		&h.Status, &since, &checked, &proven, &h.Code, &h.Summary)
	if err != nil {
		return b, err
	}
	if at != trash || version != c.Version-1 {
		return b, fmt.Errorf("version %d: %w", c.Version, connector.ErrConflict)
	}
	h.Since, h.Checked, h.Proven = fromMilli(since), fromMilli(checked), fromMilli(proven)
	b.Tags, err = readTags(tags)
	return b, err
}
