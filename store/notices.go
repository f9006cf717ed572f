package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// noticesKept is how many notices of a channel are kept; past it the oldest that are finished go.
const noticesKept = 1000

const noticeColumns = `id, channel, kind, pair, connector, subject, said, body, at, state, open, tries, next`

func readNotice(from scanner, more ...any) (n connector.Notice, err error) {
	var at, next int64
	err = from.Scan(append([]any{&n.ID, &n.Channel, &n.Kind, &n.Pair, &n.Connector, &n.Subject, &n.Text, &n.Body, &at, &n.State, &n.Open, &n.Tries, &next}, more...)...)
	n.At, n.Next = fromMilli(at), fromMilli(next)
	return n, err
}

func (s *Store) listNotices(ctx context.Context, doing, rest string, args ...any) (out []connector.Notice, err error) {
	err = s.read.each(ctx, `SELECT `+noticeColumns+` FROM notices `+rest, args, func(rows *sql.Rows) error {
		n, err := readNotice(rows)
		out = append(out, n)
		return err
	})
	return out, said(doing, err)
}

// Unheard gives the events of the actions after those already heard, oldest first, the number of the last heard and that of the last event that was
// looked at.
func (s *Store) Unheard(ctx context.Context, actions []string, n int) (heard, last int64, out []access.Event, err error) {
	const doing = "read what happened"
	if err := s.read.one(ctx, `SELECT heard.seq, log_head.seq FROM heard, log_head`, nil, &heard, &last); err != nil {
		return 0, 0, nil, said(doing, err)
	}
	args, marks := []any{heard, n, last}, []string{}
	for _, a := range actions {
		args = append(args, a)
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	// The plus keeps the index of actions out: along the number there is hardly anything to read, along an action everything.
	text := `SELECT ` + eventColumns + ` FROM events WHERE seq > $1 AND seq <= $3 AND +action IN (` + strings.Join(marks, ", ") + `) ORDER BY seq LIMIT $2`
	err = s.read.each(ctx, text, args, func(rows *sql.Rows) error {
		ev, err := readEvent(rows)
		out = append(out, ev)
		return err
	})
	return heard, last, out, said(doing, err)
}

// Hear keeps what events lead to and moves the mark, in one transaction.
func (s *Store) Hear(ctx context.Context, heard, upTo int64, raised, settled []connector.Notice) error {
	return s.change(ctx, "keep what channels are told", func(t *tx) error {
		n, err := t.exec(`UPDATE heard SET seq = $1 WHERE seq = $2`, upTo, heard)
		if err != nil {
			return err
		}
		if n == 0 {
			return connector.ErrConflict
		}
		for _, one := range append(raised, settled...) {
			if err := t.keepNotice(one, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepNotice keeps one for the first time or anew. Whether it is open is the hearing's to say: a delivery that began before knows it no more.
func (t *tx) keepNotice(n connector.Notice, openToo bool) error {
	const keepSQL = `
		INSERT INTO notices (` + noticeColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (id) DO UPDATE
		SET state = excluded.state, open = CASE WHEN $14 THEN excluded.open ELSE open END, tries = excluded.tries, next = excluded.next`
	const boundSQL = `
		DELETE FROM notices
		WHERE channel = $1 AND open = 0
			AND n <= (SELECT n FROM notices WHERE channel = $1 ORDER BY n DESC LIMIT 1 OFFSET $2)`
	_, err := t.exec(keepSQL, n.ID, n.Channel, string(n.Kind), n.Pair, n.Connector, n.Subject, n.Text, n.Body, milli(n.At), string(n.State), n.Open, n.Tries, milli(n.Next), openToo)
	if err != nil {
		return err
	}
	_, err = t.exec(boundSQL, n.Channel, noticesKept)
	return err
}

// KeepNotices keeps notices anew, and a delivery of each if there is one. What belongs to a channel that is gone is dropped with it.
func (s *Store) KeepNotices(ctx context.Context, all []connector.Notice, d *connector.Delivery, ev access.Event) error {
	const deliverySQL = `
		INSERT INTO deliveries (notice, at, micros, sent, said)
		SELECT n, $2, $3, $4, $5
		FROM notices
		WHERE id = $1`
	return s.change(ctx, "keep notices", func(t *tx) error {
		for _, one := range all {
			var there int
			if err := t.one(`SELECT count(*) FROM channels WHERE id = $1`, []any{one.Channel}, &there); err != nil {
				return err
			}
			if there == 0 {
				continue
			}
			if err := t.keepNotice(one, false); err != nil {
				return err
			}
			if d == nil {
				continue
			}
			if _, err := t.exec(deliverySQL, one.ID, milli(d.At), d.Took.Microseconds(), d.Sent, d.Said); err != nil {
				return err
			}
		}
		if ev.Action == "" {
			return nil
		}
		return t.note(ev)
	})
}

// OpenNotices gives the failures of a connector that have not ended.
func (s *Store) OpenNotices(ctx context.Context, connectorID string) ([]connector.Notice, error) {
	return s.listNotices(ctx, "read the open notices", `WHERE connector = $1 AND open = 1 ORDER BY n`, connectorID)
}

// DueChannels gives the channels, but for paused ones, for which something is due.
func (s *Store) DueChannels(ctx context.Context, now time.Time) (out []string, err error) {
	const dueSQL = `
		SELECT id
		FROM channels AS c
		WHERE paused = 0 AND EXISTS (SELECT 1 FROM notices WHERE channel = c.id AND state = 'waiting' AND next <= $1)
		ORDER BY id`
	err = s.read.each(ctx, dueSQL, []any{milli(now)}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, said("read which channels are due", err)
}

// DueNotices gives what is due for a channel, the longest waiting first.
func (s *Store) DueNotices(ctx context.Context, channel string, now time.Time, n int) ([]connector.Notice, error) {
	return s.listNotices(ctx, "read the notices that are due", `WHERE channel = $1 AND state = 'waiting' AND next <= $2 ORDER BY next, n LIMIT $3`, channel, milli(now), n)
}

// PutOff has all that waits for a channel wait until a time at least.
func (s *Store) PutOff(ctx context.Context, channel string, until time.Time) error {
	return s.change(ctx, "put the notices of a channel off", func(t *tx) error {
		_, err := t.exec(`UPDATE notices SET next = $1 WHERE channel = $2 AND state = 'waiting' AND next < $1`, milli(until), channel)
		return err
	})
}

// NoticesOf gives the newest of a channel, newest first.
func (s *Store) NoticesOf(ctx context.Context, channel string, n int) ([]connector.Notice, error) {
	return s.listNotices(ctx, "read the notices of channel "+channel, `WHERE channel = $1 ORDER BY n DESC LIMIT $2`, channel, n)
}

// Notice gives one with its deliveries.
func (s *Store) Notice(ctx context.Context, id string) (found connector.Notice, log []connector.Delivery, err error) {
	doing := "read notice " + id
	var row int64
	err = s.read.first(ctx, `SELECT `+noticeColumns+`, n FROM notices WHERE id = $1`, []any{id}, func(rows *sql.Rows) error {
		found, err = readNotice(rows, &row)
		return err
	})
	if err != nil {
		return found, nil, said(doing, err)
	}
	err = s.read.each(ctx, `SELECT at, micros, sent, said FROM deliveries WHERE notice = $1 ORDER BY n`, []any{row}, func(rows *sql.Rows) error {
		var d connector.Delivery
		var at, micros int64
		err := rows.Scan(&at, &micros, &d.Sent, &d.Said)
		d.At, d.Took = fromMilli(at), time.Duration(micros)*time.Microsecond
		log = append(log, d)
		return err
	})
	return found, log, said(doing, err)
}
