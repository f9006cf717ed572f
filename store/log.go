package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"patchbay/access"
)

const eventColumns = `seq, at, actor, action, object, name, workspace, detail, address, hash`

// note writes an audit event at the end of the log, in the transaction of the change that it tells of.
func (t *tx) note(ev access.Event) error {
	if !t.know {
		if err := t.one(`SELECT seq, hash FROM log_head`, nil, &t.seq, &t.hash); err != nil {
			return fmt.Errorf("read the end of the audit log: %w", err)
		}
		t.know = true
	}
	ev.Seq = t.seq + 1
	ev.Hash = ev.Chain(t.hash)
	const insertSQL = `
		INSERT INTO events (` + eventColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	if _, err := t.exec(insertSQL, ev.Seq, ev.At.UnixMilli(), ev.Actor, ev.Action, ev.Object, ev.Name, ev.Workspace, ev.Detail,
		ev.Address, ev.Hash); err != nil {
		return fmt.Errorf("write the audit event: %w", err)
	}
	t.seq, t.hash = ev.Seq, ev.Hash
	return nil
}

// finish writes what the jobs have left for the end.
func (t *tx) finish() error {
	if t.know {
		if _, err := t.exec(`UPDATE log_head SET seq = $1, hash = $2`, t.seq, t.hash); err != nil {
			return fmt.Errorf("write the end of the audit log: %w", err)
		}
	}
	for _, e := range t.search {
		text, args := `INSERT INTO search (rowid, words) VALUES ($1, $2)`, []any{e.n, e.words}
		if e.words == "" {
			text, args = `DELETE FROM search WHERE rowid = $1`, args[:1]
		}
		if _, err := t.exec(text, args...); err != nil {
			return fmt.Errorf("write the search index: %w", err)
		}
	}
	return nil
}

// Note writes one event that comes without another change: a refused sign-in, say.
func (s *Store) Note(ctx context.Context, ev access.Event) error {
	return s.change(ctx, "note an event", func(t *tx) error { return t.note(ev) })
}

// Events gives one page of the audit log, newest first.
func (s *Store) Events(ctx context.Context, q access.EventQuery) ([]access.Event, error) {
	text := strings.Builder{}
	text.WriteString(`SELECT ` + eventColumns + ` FROM events WHERE TRUE`)
	var args []any
	also := func(clause string, arg any) {
		args = append(args, arg)
		fmt.Fprintf(&text, clause, len(args))
	}
	for _, f := range []struct{ column, value string }{
		{"object", q.Object}, {"actor", q.Actor}, {"action", q.Action}, {"workspace", q.Workspace},
	} {
		if f.value != "" {
			also(` AND `+f.column+` = $%d`, f.value)
		}
	}
	if q.Before > 0 {
		also(` AND seq < $%d`, q.Before)
	}
	also(` ORDER BY seq DESC LIMIT $%d`, size(q.Size, 1000))
	var out []access.Event
	err := s.read.each(ctx, text.String(), args, func(rows *sql.Rows) error {
		ev, err := readEvent(rows)
		out = append(out, ev)
		return err
	})
	return out, said("read the audit log", err)
}

func readEvent(rows *sql.Rows) (ev access.Event, err error) {
	var ms int64
	err = rows.Scan(&ev.Seq, &ms, &ev.Actor, &ev.Action, &ev.Object, &ev.Name, &ev.Workspace, &ev.Detail, &ev.Address, &ev.Hash)
	ev.At = time.UnixMilli(ms).UTC()
	return ev, err
}

// VerifyLog walks the whole chain and gives the number of events, or an error that names the first one that was altered,
// moved or taken away.
func (s *Store) VerifyLog(ctx context.Context) (int64, error) {
	// One statement sees one state of the database, so the end and the events belong together.
	const verifySQL = `
		SELECT h.seq, h.hash, e.*
		FROM log_head AS h
		LEFT JOIN (SELECT ` + eventColumns + ` FROM events) AS e ON TRUE
		ORDER BY e.seq`
	var last, end access.Event
	rows := 0
	err := s.read.each(ctx, verifySQL, nil, func(r *sql.Rows) error {
		rows++
		var ev access.Event
		var seq, ms sql.NullInt64
		var text [7]sql.NullString
		if err := r.Scan(&end.Seq, &end.Hash, &seq, &ms, &text[0], &text[1], &text[2], &text[3], &text[4], &text[5], &text[6], &ev.Hash); err != nil {
			return err
		}
		if !seq.Valid {
			return nil // there are no events
		}
		ev.Seq, ev.At = seq.Int64, time.UnixMilli(ms.Int64)
		for i, into := range []*string{&ev.Actor, &ev.Action, &ev.Object, &ev.Name, &ev.Workspace, &ev.Detail, &ev.Address} {
			*into = text[i].String
		}
		switch {
		case ev.Seq != last.Seq+1:
			return fmt.Errorf("event %d is missing", last.Seq+1)
		case !bytes.Equal(ev.Hash, ev.Chain(last.Hash)):
			return fmt.Errorf("event %d was altered", ev.Seq)
		}
		last = ev
		return nil
	})
	switch {
	case err != nil:
	case rows == 0:
		err = errors.New("the note of the last event is missing")
	case last.Seq < end.Seq:
		err = fmt.Errorf("event %d is missing: the log ends too early", last.Seq+1)
	case last.Seq > end.Seq || !bytes.Equal(last.Hash, end.Hash):
		err = fmt.Errorf("event %d is not the one that was written last", last.Seq)
	}
	return last.Seq, said("verify the audit log", err)
}
