package store

import (
	"context"
	"database/sql"
	"errors"
	"testing"

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
	steps, err = s.explain(ctx, p.text(), p.args)
	return p.index, steps, err
}

func (s *Store) explain(ctx context.Context, text string, args []any) (steps []string, err error) {
	err = s.read.each(ctx, "EXPLAIN QUERY PLAN "+text, args, func(rows *sql.Rows) error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		steps = append(steps, detail)
		return err
	})
	return steps, err
}

// Remember sets how many bytes of lists are remembered, and after how many moves a list is mended at most.
func (s *Store) Remember(most, mendable int) { s.rolls.most, s.rolls.mendable = most, mendable }

// Forget forgets all lists.
func (s *Store) Forget() { s.rolls = newRolls() }

// Remembered tells how many lists are remembered, how many bytes were noted for them, and how many they take.
func (s *Store) Remembered() (lists, held, sum int) {
	s.rolls.mu.Lock()
	defer s.rolls.mu.Unlock()
	for _, e := range s.rolls.by {
		sum += e.Value.(*roll).weighs()
	}
	return len(s.rolls.by), s.rolls.held, sum
}

// Moves tells how many moves of connectors are noted.
func (s *Store) Moves(t testing.TB) (n int) {
	t.Helper()
	if err := s.read.one(context.Background(), `SELECT count(*) FROM moves`, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// ExplainPick gives how the database reads a vendor's own list for the first time, a line for each step.
func (s *Store) ExplainPick(ctx context.Context, p connector.Pick) (steps []string, err error) {
	k, err := s.picking(p)
	if err != nil {
		return nil, err
	}
	text, args := k.text(nil)
	return s.explain(ctx, text, args)
}
