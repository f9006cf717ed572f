package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"

	"patchbay/connector"
)

// Pick lists connectors for a vendor door, by number of page; total is how many match in all. Page and total are of one moment. The
// order of a list is remembered from call to call, so the last page costs what the first one does; see [rolls].
func (s *Store) Pick(ctx context.Context, p connector.Pick) (found []connector.Connector, total int, err error) {
	const doing = "pick connectors"
	k, err := s.picking(p)
	if err != nil {
		return nil, 0, err
	}
	from := p.Page * p.Size
	if k.once {
		err = s.read.view(ctx, func(v *view) error {
			numbers, err := k.numbers(v, nil)
			if err != nil {
				return err
			}
			total = len(numbers)
			found, err = s.numbered(v, k, stretch(numbers, from, p.Size))
			return err
		})
		return found, total, said(doing, err)
	}
	r := s.rolls.of(k.key())
	if err := r.take(ctx); err != nil {
		return nil, 0, said(doing, err)
	}
	give := sync.OnceFunc(r.give)
	defer give()
	// The view begins while nobody else has the roll, so it never sees less than what the roll knows.
	err = s.read.view(ctx, func(v *view) error {
		if err := r.update(v, k, s.rolls.mendable); err != nil {
			return err
		}
		total = len(r.numbers)
		numbers := slices.Clone(stretch(r.numbers, from, p.Size))
		s.rolls.weigh(r)
		give()
		found, err = s.numbered(v, k, numbers)
		return err
	})
	return found, total, said(doing, err)
}

// stretch is a part of a list; a size of 0 is all of it.
func stretch(numbers []int64, from, size int) []int64 {
	if size <= 0 {
		return numbers
	}
	from = min(max(from, 0), len(numbers))
	return numbers[from:min(from+size, len(numbers))]
}

// atOnce is how many connectors one statement reads by their numbers.
const atOnce = 1000

// numbered reads connectors by their numbers, which stand in the order of the list.
func (s *Store) numbered(v *view, k *picking, numbers []int64) (found []connector.Connector, err error) {
	text := `
		SELECT ` + connectorColumns + `
		FROM connectors
		WHERE n IN (SELECT value FROM json_each($1))
		ORDER BY ` + k.order.by("")
	for part := range slices.Chunk(numbers, atOnce) {
		err := v.each(text, []any{array(part)}, func(rows *sql.Rows) error {
			r, err := s.readConnector(rows)
			found = append(found, r.Connector)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// pickOrder is one way to sort a vendor's own list; the number makes each of them total.
type pickOrder struct {
	by    func(table string) string
	first string // condition for connector a to stand before connector b
	index string // to walk along
}

func pickBy(column, index string) [2]pickOrder {
	at := func(table string) string { return strings.ReplaceAll(column, "{}", table) }
	order := func(way, less string) pickOrder {
		return pickOrder{
			by:    func(table string) string { return at(table) + way + ", " + table + "n" + way },
			first: "(" + at("a.") + ", a.n) " + less + " (" + at("b.") + ", b.n)",
			index: index,
		}
	}
	return [2]pickOrder{order("", "<"), order(" DESC", ">")}
}

// pickOrders are the orders upwards and downwards.
var pickOrders = map[string][2]pickOrder{
	"updated":    pickBy("{}updated", "connectors_by_updated"),
	"created":    pickBy("{}created", "connectors_by_created"),
	"name":       pickBy("{}fold", "connectors_by_name"),
	"identifier": pickBy("{}identifier", "connectors_identifier"),
	"number":     pickBy("CAST({}identifier AS INTEGER)", "connectors_identifier"),
}

func pickOrderOf(sort string) (pickOrder, error) {
	if sort == "" {
		sort = connector.SortUpdated
	}
	column, down := strings.CutPrefix(sort, "-")
	both, ok := pickOrders[column]
	if !ok {
		return pickOrder{}, connector.Problems{{Field: "sort", Text: "Sort must be name, identifier, created or updated."}}
	}
	if down {
		return both[1], nil
	}
	return both[0], nil
}
