package store

import (
	"context"
	"database/sql"
	"errors"

	"patchbay/connector"
)

// LookAt sets how many candidates a list looks at one by one, and how long the walk is that tries whether a page fills soon.
func (s *Store) LookAt(few, nearby int) { s.few, s.nearby = few, nearby }

// Explain gives how the database reads a list, a line for each step.
func (s *Store) Explain(ctx context.Context, q connector.Query) (index string, steps []string, err error) {
	p, err := s.plan(ctx, q)
	if err != nil {
		return "", nil, err
	}
	if p == nil {
		return "", nil, errors.New("nothing can be in the list")
	}
	err = s.read.each(ctx, "EXPLAIN QUERY PLAN "+p.text(), p.args, func(rows *sql.Rows) error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		steps = append(steps, detail)
		return err
	})
	return p.index, steps, err
}
