package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"patchbay/connector"
)

// pickOrders are the orders of a vendor's own list; n makes each of them total.
var pickOrders = map[string]string{
	"": "updated DESC, n DESC", "-updated": "updated DESC, n DESC", "updated": "updated, n",
	"created": "created, n", "-created": "created DESC, n DESC",
	"name": "fold, n", "-name": "fold DESC, n DESC",
	"identifier": "identifier, n", "-identifier": "identifier DESC, n DESC",
	"number": "CAST(identifier AS INTEGER), n",
}

// Pick lists connectors for a vendor door, by number of page; total is how many match in all. Vendors count, so this does too; the
// page itself is found from the numbers alone, before any connector is read.
func (s *Store) Pick(ctx context.Context, p connector.Pick) (found []connector.Connector, total int, err error) {
	const doing = "pick connectors"
	order, ok := pickOrders[p.Sort]
	if !ok {
		return nil, 0, connector.Problems{{Field: "sort", Text: "Sort must be name, identifier, created or updated."}}
	}
	where, args := pickWhere(p)
	if err := s.read.one(ctx, `SELECT count(*) FROM connectors WHERE `+where, args, &total); err != nil {
		return nil, 0, said(doing, err)
	}
	text := fmt.Sprintf(`
		SELECT `+connectorColumns+`
		FROM connectors
		WHERE n IN (SELECT n FROM connectors WHERE %s ORDER BY %s LIMIT %d OFFSET %d)
		ORDER BY %s`, where, order, p.Size, p.Page*p.Size, order)
	err = s.read.each(ctx, text, args, func(rows *sql.Rows) error {
		r, err := s.readConnector(rows)
		found = append(found, r.Connector)
		return err
	})
	return found, total, said(doing, err)
}

func pickWhere(p connector.Pick) (string, []any) {
	var args []any
	where := []string{"trash = 0"}
	and := func(clause string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(clause, "{}", fmt.Sprintf("$%d", len(args))))
	}
	and("workspace = {}", p.Workspace)
	if p.Scopes != nil {
		paths := make([]string, len(p.Scopes))
		for i, scope := range p.Scopes {
			paths[i] = scope.Path()
		}
		and("scope IN (SELECT value FROM json_each({}))", array(paths))
	}
	statuses := make([]int, len(p.Statuses))
	for i, status := range p.Statuses {
		statuses[i] = status.Rank()
	}
	if len(statuses) > 0 {
		and("rank IN (SELECT value FROM json_each({}))", array(statuses))
	}
	for _, f := range []struct {
		column string
		among  []string
	}{{"identifier", p.Identifiers}, {"name", p.Names}, {"type", p.Types}} {
		if len(f.among) > 0 {
			and(f.column+" IN (SELECT value FROM json_each({}))", array(f.among))
		}
	}
	if p.Text != "" {
		and("(instr(fold, {}) > 0 OR instr(lower(identifier), {}) > 0 OR instr(lower(description), {}) > 0)", fold(p.Text))
		args = append(args, p.Text)
		last := len(where) - 1
		where[last] = strings.TrimSuffix(where[last], ")") + fmt.Sprintf(" OR n IN (SELECT connector FROM tags WHERE tag = $%d))", len(args))
	}
	for _, tag := range p.Tags {
		and("n IN (SELECT connector FROM tags WHERE tag = {})", tag.String())
	}
	return strings.Join(where, " AND "), args
}
