package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"patchbay/connector"
)

// List gives one page of connectors. It never counts and never sorts more than a few rows: it walks along the index that fits
// the narrowest filter and the order, or looks at the few connectors that a search or a tag leaves.
func (s *Store) List(ctx context.Context, q connector.Query) (connector.Page, error) {
	const doing = "list the connectors"
	p, err := s.plan(ctx, q)
	if err != nil || p == nil {
		return connector.Page{}, said(doing, err)
	}
	var page connector.Page
	var last row
	err = s.read.each(ctx, p.text(), p.args, func(rows *sql.Rows) error {
		if len(page.Connectors) == p.size {
			page.Next = p.order.cursor(last)
			return nil
		}
		r, err := s.readConnector(rows)
		last = r
		page.Connectors = append(page.Connectors, r.Connector)
		return err
	})
	return page, said(doing, err)
}

// plan is how a list is read.
type plan struct {
	order order
	size  int
	index string   // to walk along; "" where candidates are looked at
	where []string // conditions that the index knows
	look  []string // conditions that need a look at the connector itself
	args  []any
}

// text reads one row more than the page has, to know whether there is a next one.
func (p *plan) text() string {
	return p.read(connectorColumns, p.size+1, append(slices.Clone(p.where), p.look...)...)
}

func (p *plan) read(columns string, limit int, where ...string) string {
	how := "NOT INDEXED"
	if p.index != "" {
		how = "INDEXED BY " + p.index
	}
	return `
		SELECT ` + columns + `
		FROM connectors ` + how + `
		WHERE ` + strings.Join(where, ` AND `) + `
		ORDER BY ` + p.order.by + fmt.Sprintf(`
		LIMIT %d`, limit)
}

// holds keeps an argument and gives its placeholder.
func (p *plan) holds(arg any) string {
	p.args = append(p.args, arg)
	return fmt.Sprintf("$%d", len(p.args))
}

func (p *plan) and(clause string, arg any) {
	p.where = append(p.where, fmt.Sprintf(clause, p.holds(arg)))
}

// size is a page's size: the default for none, and never more than most.
func size(asked, most int) int {
	if asked <= 0 {
		return connector.PageSizes[0]
	}
	return min(asked, most)
}

// plan decides how a list is read; it is nil when nothing can be in it.
func (s *Store) plan(ctx context.Context, q connector.Query) (*plan, error) {
	if q.Sort == "" {
		q.Sort = connector.SortWorst
	}
	o, ok := orders[q.Sort]
	if !ok {
		return nil, connector.Problems{{Field: "sort", Text: "Sort must be status, name, -updated or -created."}}
	}
	if q.Workspace != "" && q.Workspaces != nil && !slices.Contains(q.Workspaces, q.Workspace) || q.Workspaces != nil && len(q.Workspaces) == 0 {
		return nil, nil
	}
	if q.Workspace == "" && len(q.Workspaces) == 1 {
		q.Workspace = q.Workspaces[0]
	}
	if q.Status != "" && o.name == connector.SortWorst {
		// With one status the rest is by name, and a cursor that repeats the status would not be used to find the place.
		o.by, o.after = orders[connector.SortName].by, orders[connector.SortName].after
	}
	if some, err := s.some(ctx, q); err != nil || !some {
		return nil, err
	}
	p := &plan{order: o, size: size(q.Size, slices.Max(connector.PageSizes))}
	p.and("trash = %s", flag(q.Retired))
	p.filter(q)
	if q.After != "" {
		c, err := o.parse(q.After)
		if err != nil {
			return nil, err
		}
		after := o.after
		for _, v := range []struct {
			name string
			is   any
		}{{"{number}", c.number}, {"{fold}", c.fold}, {"{n}", c.n}} {
			if strings.Contains(after, v.name) {
				after = strings.ReplaceAll(after, v.name, p.holds(v.is))
			}
		}
		p.where = append(p.where, after)
	}
	return p, s.narrow(ctx, p, q)
}

// some is false when the counts already tell that no connector has all that is asked. Else a list of filters that exclude each
// other would walk to the end of its index to find that out.
func (s *Store) some(ctx context.Context, q connector.Query) (some bool, err error) {
	if q.Retired || q.Vendor+q.Type+q.Workspace+string(q.Status) == "" {
		return true, nil
	}
	const someSQL = `
		SELECT EXISTS (
			SELECT 1
			FROM counts
			WHERE ($1 = '' OR vendor = $1) AND ($2 = '' OR type = $2) AND ($3 = '' OR workspace = $3) AND ($4 = '' OR status = $4))`
	err = s.read.one(ctx, someSQL, []any{q.Vendor, q.Type, q.Workspace, string(q.Status)}, &some)
	return some, err
}

// filter adds the plain filters.
func (p *plan) filter(q connector.Query) {
	if q.Vendor != "" {
		p.and("vendor = %s", q.Vendor)
	}
	if q.Status != "" {
		p.and("rank = %s", q.Status.Rank())
	}
	if q.Type != "" {
		p.and("type = %s", q.Type)
	}
	switch {
	case q.Workspace != "":
		p.and("workspace = %s", q.Workspace)
	case q.Workspaces != nil:
		p.and("workspace IN (SELECT value FROM json_each(%s))", array(q.Workspaces))
	}
	if q.Scope != nil {
		p.and("scope = %s", q.Scope.Path())
	}
}

// narrow chooses how the list is read. Where a filter, a search or a tag leaves few connectors, those are looked at. Else the
// list walks along the index of its order and soon meets enough of them; a search or a tag that does not show up soon is
// first read from its own index as a whole.
func (s *Store) narrow(ctx context.Context, p *plan, q connector.Query) error {
	p.index = "connectors_by_" + p.order.end
	if q.Status != "" && p.order.name == connector.SortName {
		p.index = "connectors_by_status" // with one status, the rest of it is by name
	}
	words := needles(q.Text)
	trash := strconv.Itoa(flag(q.Retired))
	const (
		matching = `SELECT rowid FROM search WHERE search MATCH %s`
		tagged   = `SELECT connector FROM tags WHERE tag = %s`
	)
	for _, by := range []struct {
		asked bool
		text  string
		arg   any
	}{
		{len(words) > 0, matching, match(words)},
		{q.Tag != "", tagged, q.Tag},
		{q.Scope != nil && q.Scope.Org != "", `SELECT n FROM connectors INDEXED BY connectors_scope WHERE scope = %s`, scopePath(q)},
		{q.Status != "", `SELECT n FROM connectors INDEXED BY connectors_by_status WHERE trash = ` + trash + ` AND rank = %s`, q.Status.Rank()},
		{q.Type != "", `SELECT n FROM connectors INDEXED BY connectors_type WHERE type = %s`, q.Type},
		{q.Workspace != "", `SELECT n FROM connectors INDEXED BY connectors_workspace WHERE workspace = %s`, q.Workspace},
	} {
		if !by.asked {
			continue
		}
		found, ok, err := s.candidates(ctx, fmt.Sprintf(by.text, "$1")+` LIMIT $2`, by.arg)
		if err != nil {
			return err
		}
		if ok {
			p.index = ""
			p.and("n IN (SELECT value FROM json_each(%s))", array(found))
			break
		}
	}
	for _, w := range words {
		p.look = append(p.look, "instr(words, "+p.holds(w)+") > 0")
	}
	if q.Tag != "" {
		p.look = append(p.look, "EXISTS (SELECT 1 FROM tags WHERE tag = "+p.holds(q.Tag)+" AND connector = n)")
	}
	if p.index == "" || len(p.look) == 0 {
		return nil
	}
	near, err := s.near(ctx, p)
	if err != nil || near {
		return err
	}
	if len(words) > 0 {
		p.and("n IN ("+matching+")", match(words))
	}
	if q.Tag != "" {
		p.and("n IN ("+tagged+")", q.Tag)
	}
	return nil
}

// nearby is how many connectors are looked at to learn whether a walk meets enough of them soon.
const nearby = 300

// near reports whether the page is full after a short walk.
func (s *Store) near(ctx context.Context, p *plan) (bool, error) {
	text := `SELECT count(*) FROM (` + p.read("n, words", s.nearby, p.where...) + `) WHERE ` + strings.Join(p.look, ` AND `)
	met := 0
	err := s.read.one(ctx, text, p.args, &met)
	return met > p.size, err
}

func scopePath(q connector.Query) string {
	if q.Scope == nil {
		return ""
	}
	return q.Scope.Path()
}

// array gives a list as one argument, so that the text of a statement does not grow with it.
func array[T any](list []T) string {
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	if list == nil {
		return "[]"
	}
	return string(text)
}
