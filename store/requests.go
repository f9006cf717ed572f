package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"patchbay/access"
)

// How many lines the request log has at most, of each kind: what strangers send must not push out what programs did.
const (
	namedKept   = 90_000
	unnamedKept = 10_000
)

const requestColumns = `seq, at, vendor, workspace, method, path, operation, credential, status, micros, connector, id, address`

func readRequest(from scanner) (access.Request, error) {
	var r access.Request
	var at, micros int64
	err := from.Scan(&r.Seq, &at, &r.Vendor, &r.Workspace, &r.Method, &r.Path, &r.Operation, &r.Credential, &r.Status, &micros, &r.Connector, &r.ID, &r.Address)
	r.At, r.Took = fromMilli(at), time.Duration(micros)*time.Microsecond
	return r, err
}

// NoteRequest adds a line to the request log; past the bound of those with a credential, or of those without, the oldest of them goes. Each
// line has its place among its own kind, so that neither the newest nor what has to go is ever counted out.
func (s *Store) NoteRequest(ctx context.Context, line access.Request) error {
	const insertSQL = `
		INSERT INTO requests (at, vendor, workspace, method, path, operation, credential, status, micros, connector, id, address, place)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, coalesce((SELECT max(place) FROM requests WHERE `
	const placeSQL = `), 0) + 1)
		RETURNING place`
	kind, most := `credential <> ''`, int64(namedKept)
	if line.Credential == "" {
		kind, most = `credential = ''`, unnamedKept
	}
	return s.change(ctx, "note a request", func(t *tx) error {
		var place int64
		if err := t.one(insertSQL+kind+placeSQL, []any{milli(line.At), line.Vendor, line.Workspace, line.Method, line.Path, line.Operation, line.Credential,
			line.Status, line.Took.Microseconds(), line.Connector, line.ID, line.Address}, &place); err != nil {
			return err
		}
		_, err := t.exec(`DELETE FROM requests WHERE `+kind+` AND place <= $1`, place-most)
		return err
	})
}

// Requests gives one page of the request log, newest first.
func (s *Store) Requests(ctx context.Context, q access.RequestQuery) ([]access.Request, error) {
	text := strings.Builder{}
	text.WriteString(`SELECT ` + requestColumns + ` FROM requests WHERE TRUE`)
	var args []any
	also := func(clause string, arg any) {
		args = append(args, arg)
		fmt.Fprintf(&text, clause, len(args))
	}
	for _, f := range []struct{ column, value string }{
		{"vendor", q.Vendor}, {"workspace", q.Workspace}, {"method", q.Method}, {"operation", q.Operation},
	} {
		if f.value != "" {
			also(` AND `+f.column+` = $%d`, f.value)
		}
	}
	for _, f := range []struct{ column, value string }{{"credential", q.Credential}, {"connector", q.Connector}} {
		if f.value != "" { // the indexes of these leave the empty ones out, and want to hear that none is asked for
			also(` AND `+f.column+` = $%d AND `+f.column+` <> ''`, f.value)
		}
	}
	if q.Path != "" {
		also(` AND instr(path, $%d) > 0`, q.Path)
	}
	switch {
	case q.Status >= 100:
		also(` AND status = $%d`, q.Status)
	case q.Status > 0:
		also(` AND status / 100 = $%d`, q.Status)
	}
	if q.Before > 0 {
		also(` AND seq < $%d`, q.Before)
	}
	fmt.Fprintf(&text, ` ORDER BY seq DESC LIMIT %d`, size(q.Size, 1000))
	var out []access.Request
	err := s.read.each(ctx, text.String(), args, func(rows *sql.Rows) error {
		one, err := readRequest(rows)
		out = append(out, one)
		return err
	})
	return out, said("list the requests", err)
}

// RequestCredentials lists the names of the credentials that are in the request log, of one workspace or of all when it is "", at most n.
func (s *Store) RequestCredentials(ctx context.Context, workspace string, n int) ([]string, error) {
	// Each step looks the next name up in the index, so a busy credential costs no more than an idle one.
	const allSQL = `
		WITH RECURSIVE names (name) AS (
			SELECT min(credential) FROM requests WHERE credential <> ''
			UNION ALL
			SELECT (SELECT min(credential) FROM requests WHERE credential > names.name AND credential <> '')
			FROM names
			WHERE names.name IS NOT NULL)
		SELECT name FROM names WHERE name IS NOT NULL LIMIT $1`
	const ofOneSQL = `SELECT DISTINCT credential FROM requests WHERE workspace = $2 AND credential <> '' ORDER BY credential LIMIT $1`
	text, args := allSQL, []any{n}
	if workspace != "" {
		text, args = ofOneSQL, []any{n, workspace}
	}
	var out []string
	err := s.read.each(ctx, text, args, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		out = append(out, name)
		return err
	})
	return out, said("list the credentials of the request log", err)
}

// LastRequest gives the newest line about a connector.
func (s *Store) LastRequest(ctx context.Context, connectorID string) (found access.Request, err error) {
	const lastSQL = `
		SELECT ` + requestColumns + `
		FROM requests INDEXED BY requests_connector
		WHERE connector = $1 AND connector <> ''
		ORDER BY seq DESC
		LIMIT 1`
	err = s.read.first(ctx, lastSQL, []any{connectorID}, func(rows *sql.Rows) error {
		found, err = readRequest(rows)
		return err
	})
	return found, said("find the last request", err)
}
