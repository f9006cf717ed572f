package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// unplanned is the due time of what the watch has yet to plan: long ago, so that it comes first, and no time that was ever planned.
const unplanned = 1

const watchSQL = `
	SELECT c.id, w.every, w.slot, w.due, w.fails, c.workspace, p.since, p.until, p.reason, p.paused_by
	FROM watches AS w
	JOIN connectors AS c ON c.n = w.connector
	LEFT JOIN pauses AS p ON p.connector = w.connector AND p.workspace IS NULL`

const dueSQL = watchSQL + `
	WHERE w.due > 0 AND w.due <= $1
	ORDER BY w.due, w.connector
	LIMIT $2`

func readWatch(from scanner) (connector.Watch, error) {
	var w connector.Watch
	var every, slot, due int64
	var since, until sql.NullInt64
	var workspace string
	var reason, by sql.NullString
	err := from.Scan(&w.Connector, &every, &slot, &due, &w.Fails, &workspace, &since, &until, &reason, &by)
	w.Every, w.Slot = time.Duration(every)*time.Millisecond, fromMilli(slot)
	if every < 0 {
		w.Every = connector.Never
	}
	if due > unplanned {
		w.Due = fromMilli(due)
	}
	if since.Valid {
		w.Pause = &connector.Pause{Workspace: workspace, Connector: w.Connector, Since: fromMilli(since.Int64), Until: fromMilli(until.Int64), Reason: reason.String, By: by.String}
	}
	return w, err
}

// cadence is a time between two checks as it is stored.
func cadence(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return d.Milliseconds()
}

// Watch tells how a connector is watched.
func (s *Store) Watch(ctx context.Context, id string) (found connector.Watch, err error) {
	err = s.read.first(ctx, watchSQL+` WHERE c.id = $1`, []any{id}, func(rows *sql.Rows) error {
		found, err = readWatch(rows)
		return err
	})
	return found, said("read the watch of connector "+id, err)
}

// Due gives at most n of those that are to be asked or planned at or before now, the longest-waiting first. What is yet to be planned
// has neither slot nor due time.
func (s *Store) Due(ctx context.Context, now time.Time, n int) ([]connector.Watch, error) {
	var out []connector.Watch
	err := s.read.each(ctx, dueSQL, []any{milli(now), n}, func(rows *sql.Rows) error {
		w, err := readWatch(rows)
		out = append(out, w)
		return err
	})
	return out, said("read what is due", err)
}

// Plan keeps slots, due times and failures, in one transaction, and tells of each whether it was kept. A connector whose cadence was changed
// since, that is not watched any more or that is gone keeps what it has.
func (s *Store) Plan(ctx context.Context, all []connector.Watch) ([]bool, error) {
	const planSQL = `
		UPDATE watches
		SET slot = $1, due = $2, fails = $3
		WHERE connector = (SELECT n FROM connectors WHERE id = $4) AND every = $5 AND due > 0`
	kept := make([]bool, len(all))
	err := s.change(ctx, fmt.Sprintf("plan %d checks", len(all)), func(t *tx) error {
		for i, w := range all {
			n, err := t.exec(planSQL, milli(w.Slot), milli(w.Due), w.Fails, w.Connector, cadence(w.Every))
			if err != nil {
				return err
			}
			kept[i] = n > 0
		}
		return nil
	})
	return kept, err
}

// Replan has those planned anew that have no cadence of their own and are due only after a time; it tells how many.
func (s *Store) Replan(ctx context.Context, after time.Time) (int, error) {
	const replanSQL = `
		UPDATE watches
		SET slot = 0, due = $1, fails = 0
		WHERE every = 0 AND due > $2`
	var n int64
	err := s.change(ctx, "plan checks anew", func(t *tx) (err error) {
		n, err = t.exec(replanSQL, unplanned, milli(after))
		return err
	})
	return int(n), err
}

// SetWatch gives a living connector another cadence; it is planned anew.
func (s *Store) SetWatch(ctx context.Context, id string, every time.Duration, ev access.Event) error {
	const setSQL = `
		UPDATE watches
		SET every = $1, slot = 0, due = $2, fails = 0
		WHERE connector = (SELECT n FROM connectors WHERE id = $3 AND trash = 0)`
	due := unplanned
	if every < 0 {
		due = 0
	}
	return s.change(ctx, "watch connector "+id, func(t *tx) error {
		return t.noted(ev, setSQL, cadence(every), due, id)
	})
}

// watch begins the watch of a new connector.
func (t *tx) watch(n int64) error {
	_, err := t.exec(`INSERT INTO watches (connector, every, slot, due, fails) VALUES ($1, 0, 0, $2, 0)`, n, unplanned)
	return err
}

// unwatch ends the watch of a connector that goes to the trash; its cadence stays.
func (t *tx) unwatch(n int64) error {
	_, err := t.exec(`UPDATE watches SET slot = 0, due = 0, fails = 0 WHERE connector = $1`, n)
	return err
}

// rewatch takes the watch up again when a connector comes out of the trash.
func (t *tx) rewatch(n int64) error {
	_, err := t.exec(`UPDATE watches SET due = $1 WHERE connector = $2 AND every >= 0`, unplanned, n)
	return err
}
