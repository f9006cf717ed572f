package store

import (
	"context"
	"database/sql"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
)

// Pauses gives the pauses of everything and of workspaces; those that are over are among them until they are replaced or resumed.
func (s *Store) Pauses(ctx context.Context) ([]connector.Pause, error) {
	const pausesSQL = `
		SELECT coalesce(workspace, ''), '', '', since, until, reason, paused_by
		FROM pauses
		WHERE connector IS NULL
		ORDER BY workspace`
	return s.pauses(ctx, pausesSQL)
}

// PausedConnectors gives the pauses of single living connectors, the newest first, at most n.
func (s *Store) PausedConnectors(ctx context.Context, n int) ([]connector.Pause, error) {
	const pausesSQL = `
		SELECT c.workspace, c.id, c.name, p.since, p.until, p.reason, p.paused_by
		FROM pauses AS p
		JOIN connectors AS c ON c.n = p.connector
		WHERE c.trash = 0
		ORDER BY p.since DESC, c.n
		LIMIT $1`
	return s.pauses(ctx, pausesSQL, n)
}

func (s *Store) pauses(ctx context.Context, text string, args ...any) ([]connector.Pause, error) {
	var out []connector.Pause
	err := s.read.each(ctx, text, args, func(rows *sql.Rows) error {
		var p connector.Pause
		var since, until int64
		err := rows.Scan(&p.Workspace, &p.Connector, &p.Name, &since, &until, &p.Reason, &p.By)
		p.Since, p.Until = fromMilli(since), fromMilli(until)
		out = append(out, p)
		return err
	})
	return out, said("list the pauses", err)
}

// Pause keeps a pause in place of the one that was there.
func (s *Store) Pause(ctx context.Context, p connector.Pause, ev access.Event) error {
	const pauseSQL = `
		INSERT INTO pauses (workspace, connector, since, until, reason, paused_by)
		VALUES ($1, $2, $3, $4, $5, $6)`
	return s.change(ctx, "pause the watch", func(t *tx) error {
		if _, err := t.unpause(p.Workspace, p.Connector); err != nil {
			return err
		}
		var workspace, of any
		switch {
		case p.Connector != "":
			var n int64
			if err := t.one(`SELECT n FROM connectors WHERE id = $1 AND trash = 0`, []any{p.Connector}, &n); err != nil {
				return err
			}
			of = n
		case p.Workspace != "":
			workspace = p.Workspace
		}
		return t.noted(ev, pauseSQL, workspace, of, milli(p.Since), milli(p.Until), p.Reason, p.By)
	})
}

// Resume takes a pause away: of a connector, else of a workspace, else of everything.
func (s *Store) Resume(ctx context.Context, workspace, connectorID string, ev access.Event) error {
	return s.change(ctx, "resume the watch", func(t *tx) error {
		n, err := t.unpause(workspace, connectorID)
		if err != nil {
			return err
		}
		if n == 0 {
			return connector.ErrNotFound
		}
		return t.note(ev)
	})
}

func (t *tx) unpause(workspace, connectorID string) (int64, error) {
	switch {
	case connectorID != "":
		return t.exec(`DELETE FROM pauses WHERE connector = (SELECT n FROM connectors WHERE id = $1)`, connectorID)
	case workspace != "":
		return t.exec(`DELETE FROM pauses WHERE connector IS NULL AND workspace = $1`, workspace)
	}
	return t.exec(`DELETE FROM pauses WHERE connector IS NULL AND workspace IS NULL`)
}

const windowSQL = `
	SELECT id, workspace, name, days, begin_at, end_at, zone, begins, ends, created, created_by
	FROM windows`

func readWindow(from scanner) (w connector.Window, err error) {
	var begins, ends, created int64
	err = from.Scan(&w.ID, &w.Workspace, &w.Name, &w.Days, &w.From, &w.To, &w.Zone, &begins, &ends, &created, &w.By)
	w.Begins, w.Ends, w.Created = fromMilli(begins), fromMilli(ends), fromMilli(created)
	return w, err
}

// Windows lists the times of maintenance of all workspaces, by workspace and name.
func (s *Store) Windows(ctx context.Context) ([]connector.Window, error) {
	var out []connector.Window
	err := s.read.each(ctx, windowSQL+` ORDER BY workspace, name, id`, nil, func(rows *sql.Rows) error {
		w, err := readWindow(rows)
		out = append(out, w)
		return err
	})
	return out, said("list the times of maintenance", err)
}

// Window gives one.
func (s *Store) Window(ctx context.Context, id string) (found connector.Window, err error) {
	err = s.read.first(ctx, windowSQL+` WHERE id = $1`, []any{id}, func(rows *sql.Rows) error {
		found, err = readWindow(rows)
		return err
	})
	return found, said("read a time of maintenance", err)
}

// windowsMost is how many times of maintenance a workspace may have.
const windowsMost = 50

// AddWindow keeps a new one. [connector.ErrInUse] when the workspace has as many as it may.
func (s *Store) AddWindow(ctx context.Context, w connector.Window, ev access.Event) error {
	const addSQL = `
		INSERT INTO windows (id, workspace, name, days, begin_at, end_at, zone, begins, ends, created, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	return s.change(ctx, "add a time of maintenance", func(t *tx) error {
		var n int
		if err := t.one(`SELECT count(*) FROM windows WHERE workspace = $1`, []any{w.Workspace}, &n); err != nil {
			return err
		}
		if n >= windowsMost {
			return fmt.Errorf("the workspace has %d: %w", n, connector.ErrInUse)
		}
		return t.noted(ev, addSQL, w.ID, w.Workspace, w.Name, int(w.Days), w.From, w.To, w.Zone, milli(w.Begins), milli(w.Ends), milli(w.Created), w.By)
	})
}

// RemoveWindow forgets one.
func (s *Store) RemoveWindow(ctx context.Context, id string, ev access.Event) error {
	return s.change(ctx, "remove a time of maintenance", func(t *tx) error {
		return t.noted(ev, `DELETE FROM windows WHERE id = $1`, id)
	})
}
