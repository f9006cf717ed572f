package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// reader is the pool of connections that read. Each text is prepared once for each connection and then kept.
type reader struct {
	db *sql.DB

	mu    sync.RWMutex
	ready map[string]*sql.Stmt
}

// texts is how many prepared texts are kept. The lists have a few hundred forms at most; this is a bound, not a cache policy.
const texts = 1000

func newReader(db *sql.DB) *reader { return &reader{db: db, ready: map[string]*sql.Stmt{}} }

func (r *reader) statement(ctx context.Context, text string) (s *sql.Stmt, done func() error, err error) {
	keep := func() error { return nil }
	r.mu.RLock()
	s, ok := r.ready[text]
	r.mu.RUnlock()
	if ok {
		return s, keep, nil
	}
	if s, err = r.db.PrepareContext(ctx, text); err != nil {
		return nil, nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.ready[text]; ok || len(r.ready) >= texts {
		return s, s.Close, nil
	}
	r.ready[text] = s
	return s, keep, nil
}

// one reads the first row; none is sql.ErrNoRows.
func (r *reader) one(ctx context.Context, text string, args []any, into ...any) error {
	s, done, err := r.statement(ctx, text)
	if err != nil {
		return err
	}
	return errors.Join(s.QueryRowContext(ctx, args...).Scan(into...), done())
}

// each calls row for every row.
func (r *reader) each(ctx context.Context, text string, args []any, row func(*sql.Rows) error) error {
	s, done, err := r.statement(ctx, text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return errors.Join(err, done())
	}
	return errors.Join(walk(rows, row), done())
}

// first calls row for the first row; none is sql.ErrNoRows.
func (r *reader) first(ctx context.Context, text string, args []any, row func(*sql.Rows) error) error {
	none := true
	err := r.each(ctx, text, args, func(rows *sql.Rows) error {
		if !none {
			return nil
		}
		none = false
		return row(rows)
	})
	if err == nil && none {
		return sql.ErrNoRows
	}
	return err
}

func (r *reader) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var problems []error
	for _, s := range r.ready {
		problems = append(problems, s.Close())
	}
	return errors.Join(append(problems, r.db.Close())...)
}
