package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"patchbay/connector"
)

// usersNamed is how many of the connectors that need a thing are named with it.
const usersNamed = 3

// end is a place in the list of what ends: by time, then by kind, then by key, which is the name, or the id of a kept secret.
type end struct {
	at        int64
	kind, key string
}

func (e end) cursor() string { return strconv.FormatInt(e.at, 10) + "|" + e.kind + "|" + e.key }

func parseEnd(cursor string) (end, error) {
	at, rest, _ := strings.Cut(cursor, "|")
	kind, key, ok := strings.Cut(rest, "|")
	ms, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return end{}, connector.Problems{{Field: "after", Text: "After must be the mark that the page before ended with."}}
	}
	return end{ms, kind, key}, nil
}

func (e end) compare(other end) int {
	return cmp.Or(cmp.Compare(e.at, other.at), cmp.Compare(e.kind, other.kind), cmp.Compare(e.key, other.key))
}

// ending is one row of the list.
type ending struct {
	end
	connector.Ending
}

// Endings gives one page of what ends, the next end first; what has ended already comes before that.
func (s *Store) Endings(ctx context.Context, q connector.EndingQuery) (connector.EndingPage, error) {
	const doing = "list what ends"
	var page connector.EndingPage
	var after end
	if q.After != "" {
		var err error
		if after, err = parseEnd(q.After); err != nil {
			return page, err
		}
	}
	most := size(q.Size, slices.Max(connector.PageSizes))
	var all []ending
	for _, part := range endingParts(q) {
		text, args := part.page(q, after, most+1)
		err := s.read.each(ctx, text, args, func(rows *sql.Rows) error {
			var e ending
			err := rows.Scan(&e.at, &e.kind, &e.key, &e.Name, &e.Users, &e.Workspace)
			e.At, e.Kind = fromMilli(e.at), connector.ExpiryKind(e.kind)
			if e.Kind == connector.KeptSecret {
				e.Secret = e.key
			}
			all = append(all, e)
			return err
		})
		if err != nil {
			return page, said(doing, err)
		}
	}
	slices.SortFunc(all, func(a, b ending) int { return a.compare(b.end) })
	if len(all) > most {
		all = all[:most]
		page.Next = all[most-1].cursor()
	}
	for _, e := range all {
		var err error
		if e.Connectors, err = s.needing(ctx, q, e.end); err != nil {
			return page, said(doing, err)
		}
		page.Endings = append(page.Endings, e.Ending)
	}
	return page, nil
}

// EndingsMost is how far [Store.CountEndings] counts.
const EndingsMost = 100

// CountEndings tells how many things end before a time or have ended, and stops at [EndingsMost]. With workspaces that are not nil only
// what those need counts. It goes from thing to thing, however many connectors need one.
func (s *Store) CountEndings(ctx context.Context, before time.Time, workspaces []string) (int, error) {
	const doing = "count what ends"
	q := connector.EndingQuery{Before: before, Workspaces: workspaces}
	const nextSQL = `
		SELECT at, kind, name
		FROM expiries
		WHERE at >= $1 AND (at, kind, name) > ($1, $2, $3) AND at < $4
		ORDER BY at, kind, name
		LIMIT 1`
	n := 0
	for last := (end{}); n < EndingsMost; {
		err := s.read.one(ctx, nextSQL, []any{last.at, last.kind, last.key, milli(before)}, &last.at, &last.kind, &last.key)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return 0, said(doing, err)
		}
		users, err := s.needing(ctx, q, last)
		if err != nil {
			return 0, said(doing, err)
		}
		n += min(len(users), 1)
	}
	text, args := endingParts(connector.EndingQuery{Kind: connector.KeptSecret})[0].page(q, end{}, EndingsMost)
	noted := 0
	if err := s.read.one(ctx, `SELECT count(*) FROM (`+text+`) AS found`, args, &noted); err != nil {
		return 0, said(doing, err)
	}
	return min(n+noted, EndingsMost), nil
}

// needing gives the first living connectors that need a thing, of those that the list is about.
func (s *Store) needing(ctx context.Context, q connector.EndingQuery, e end) ([]connector.Connector, error) {
	t := asking{}
	t.add(`SELECT ` + connectorColumns + ` FROM connectors WHERE trash = 0`)
	if e.kind == string(connector.KeptSecret) {
		t.add(` AND n IN (SELECT connector FROM pointers WHERE secret = %s)`, e.key)
	} else {
		t.add(` AND n IN (SELECT connector FROM expiries WHERE at = %s AND kind = %s AND name = %s)`, e.at, e.kind, e.key)
	}
	t.workspaces("workspace", q)
	t.add(fmt.Sprintf(` ORDER BY n LIMIT %d`, usersNamed))
	return s.connectors(ctx, t.String(), t.args...)
}

// endingPart is one of the two tables that the list is read from.
type endingPart struct {
	columns, from, index, join string
	at, kind, key              string // the columns of the place in the list
	order, group               string
	within                     string // the column of the workspace
	tie                        string // says which rows a connector needs
}

// endingParts gives the tables that can have something of the query.
func endingParts(q connector.EndingQuery) []endingPart {
	const kept = `'` + string(connector.KeptSecret) + `'`
	seen := endingPart{columns: `e.at, e.kind, e.name AS key, e.name, count(*), ''`, from: `expiries AS e`, join: ` JOIN connectors AS c ON c.n = e.connector AND c.trash = 0`,
		index: "expiries_at", at: "e.at", kind: "e.kind", key: "e.name", order: "e.at, e.kind, e.name", group: ` GROUP BY e.at, e.kind, e.name`, within: "c.workspace", tie: "c.id = %s"}
	noted := endingPart{columns: `s.ends, ` + kept + `, s.id, s.name, s.uses, s.workspace`, from: `secrets AS s`,
		index: "secrets_ends", at: "s.ends", kind: kept, key: "s.id", order: "s.ends, s.id", within: "s.workspace",
		tie: "s.id IN (SELECT p.secret FROM pointers AS p JOIN connectors AS c ON c.n = p.connector WHERE c.id = %s)"}
	if q.Connector != "" { // one connector has few
		seen.index, noted.index = "", ""
	}
	switch q.Kind {
	case "":
		return []endingPart{seen, noted}
	case connector.KeptSecret:
		return []endingPart{noted}
	}
	return []endingPart{seen}
}

func (p endingPart) page(q connector.EndingQuery, after end, n int) (string, []any) {
	t := asking{}
	t.add(`SELECT ` + p.columns + ` FROM ` + p.from)
	if p.index != "" {
		t.add(` INDEXED BY ` + p.index)
	}
	t.add(p.join)
	// The first condition says nothing that the second does not; it is what finds the place in an index.
	t.add(` WHERE `+p.at+` > 0 AND `+p.at+` >= %s AND (`+p.at+`, `+p.kind+`, `+p.key+`) > (%s, %s, %s)`, after.at, after.at, after.kind, after.key)
	if q.Kind != "" && q.Kind != connector.KeptSecret {
		// Made a text of its own, the kind does not look settled to the planner, which would sort then.
		t.add(` AND `+p.kind+` || '' = %s`, string(q.Kind))
	}
	if !q.Before.IsZero() {
		t.add(` AND `+p.at+` < %s`, milli(q.Before))
	}
	if q.Connector != "" {
		t.add(` AND `+p.tie, q.Connector)
	}
	t.workspaces(p.within, q)
	t.add(p.group + fmt.Sprintf(` ORDER BY %s LIMIT %d`, p.order, n))
	return t.String(), t.args
}

// asking is a text of SQL in the making, with its arguments.
type asking struct {
	strings.Builder
	args []any
}

// add adds to the text; each %s becomes the placeholder of an argument.
func (t *asking) add(text string, args ...any) {
	holders := make([]any, len(args))
	for i, a := range args {
		t.args = append(t.args, a)
		holders[i] = fmt.Sprintf("$%d", len(t.args))
	}
	if len(args) > 0 {
		text = fmt.Sprintf(text, holders...)
	}
	t.WriteString(text)
}

// workspaces keeps to those that are asked for and may be seen.
func (t *asking) workspaces(column string, q connector.EndingQuery) {
	if q.Workspace != "" {
		t.add(` AND `+column+` = %s`, q.Workspace)
	}
	if q.Workspaces != nil {
		t.add(` AND ` + column + ` IN (''`)
		for _, w := range q.Workspaces {
			t.add(`, %s`, w)
		}
		t.add(`)`)
	}
}
