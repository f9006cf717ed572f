package store

import (
	"context"
	"time"

	"patchbay/connector"
)

// ExplainDue gives how the database finds what is due, a line for each step.
func (s *Store) ExplainDue(ctx context.Context) ([]string, error) {
	return s.explain(ctx, dueSQL, []any{milli(time.Now()), 10})
}

// ExplainEndings gives how the database reads a list of what ends, one for each of its tables.
func (s *Store) ExplainEndings(ctx context.Context, q connector.EndingQuery) (all [][]string, err error) {
	for _, part := range endingParts(q) {
		text, args := part.page(q, end{1, "server certificate", "x"}, 50)
		steps, err := s.explain(ctx, text, args)
		if err != nil {
			return nil, err
		}
		all = append(all, steps)
	}
	return all, nil
}
