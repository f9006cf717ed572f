package store

import (
	"context"
	"database/sql"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
)

const workspaceColumns = `id, vendor, name, account, region, remote, created, version, strict, reserved`

func readWorkspace(from scanner) (w connector.Workspace, err error) {
	var created int64
	err = from.Scan(&w.ID, &w.Vendor, &w.Name, &w.Account, &w.Region, &w.Remote, &created, &w.Version, &w.Strict, &w.Reserved)
	w.Created = fromMilli(created)
	return w, err
}

// Workspaces lists all by vendor and name.
func (s *Store) Workspaces(ctx context.Context) ([]connector.Workspace, error) {
	var out []connector.Workspace
	err := s.read.each(ctx, `SELECT `+workspaceColumns+` FROM workspaces ORDER BY vendor, fold`, nil, func(rows *sql.Rows) error {
		w, err := readWorkspace(rows)
		out = append(out, w)
		return err
	})
	return out, said("list the workspaces", err)
}

// Workspace gives one by its id.
func (s *Store) Workspace(ctx context.Context, id string) (found connector.Workspace, err error) {
	err = s.read.first(ctx, `SELECT `+workspaceColumns+` FROM workspaces WHERE id = $1`, []any{id}, func(rows *sql.Rows) error {
		found, err = readWorkspace(rows)
		return err
	})
	return found, said("read workspace "+id, err)
}

// AddWorkspace keeps a new one. Its name is taken without regard to case; vendor, account and region are taken together.
func (s *Store) AddWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error {
	const addSQL = `
		INSERT INTO workspaces (id, vendor, name, fold, account, region, remote, created, version, strict, reserved)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	return s.change(ctx, "add workspace "+w.Name, func(t *tx) error {
		return t.noted(ev, addSQL, w.ID, w.Vendor, w.Name, fold(w.Name), w.Account, w.Region, flag(w.Remote), milli(w.Created), max(w.Version, 1),
			flag(w.Strict), w.Reserved)
	})
}

// RenameWorkspace changes the name if the stored version is w.Version-1.
func (s *Store) RenameWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error {
	const renameSQL = `
		UPDATE workspaces
		SET name = $1, fold = $2, version = $3
		WHERE id = $4`
	return s.change(ctx, "rename workspace "+w.ID, func(t *tx) error {
		if err := t.expect(`SELECT version FROM workspaces WHERE id = $1`, w.ID, w.Version-1); err != nil {
			return err
		}
		return t.noted(ev, renameSQL, w.Name, fold(w.Name), w.Version, w.ID)
	})
}

// SetWorkspace keeps the settings if the stored version is w.Version-1.
func (s *Store) SetWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error {
	const setSQL = `
		UPDATE workspaces
		SET strict = $1, reserved = $2, version = $3
		WHERE id = $4`
	return s.change(ctx, "set workspace "+w.ID, func(t *tx) error {
		if err := t.expect(`SELECT version FROM workspaces WHERE id = $1`, w.ID, w.Version-1); err != nil {
			return err
		}
		return t.noted(ev, setSQL, flag(w.Strict), w.Reserved, w.Version, w.ID)
	})
}

// RemoveWorkspace forgets an empty one.
func (s *Store) RemoveWorkspace(ctx context.Context, id string, ev access.Event) error {
	const neededSQL = `
		SELECT EXISTS (SELECT 1 FROM connectors WHERE workspace = $1), EXISTS (SELECT 1 FROM secrets WHERE workspace = $1)`
	return s.change(ctx, "remove workspace "+id, func(t *tx) error {
		var connectors, secrets bool
		if err := t.one(neededSQL, []any{id}, &connectors, &secrets); err != nil {
			return err
		}
		switch {
		case connectors:
			return fmt.Errorf("it has connectors: %w", connector.ErrInUse)
		case secrets:
			return fmt.Errorf("it has secrets: %w", connector.ErrInUse)
		}
		return t.noted(ev, `DELETE FROM workspaces WHERE id = $1`, id)
	})
}

// expect is nil when the version that the text reads is the wanted one.
func (t *tx) expect(text, id string, want int64) error {
	var have int64
	if err := t.one(text, []any{id}, &have); err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("version %d: %w", want+1, connector.ErrConflict)
	}
	return nil
}

// flag is how a yes or no is stored.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
