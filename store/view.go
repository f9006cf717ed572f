package store

import (
	"context"
	"database/sql"
	"errors"
)

// view is one moment of the database: whatever others write meanwhile is not seen through it.
type view struct {
	ctx   context.Context
	r     *reader
	tx    *sql.Tx
	ready map[string]*sql.Stmt
	fresh []string // texts that the reader had not prepared yet
}

// view has a look at one moment.
func (r *reader) view(ctx context.Context, look func(*view) error) error {
	// One that only reads begins without asking for the lock of those that write.
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	v := &view{ctx: ctx, r: r, tx: tx, ready: map[string]*sql.Stmt{}}
	err = look(v)
	// There is nothing to commit. A context that ended has rolled back already.
	if end := tx.Rollback(); !errors.Is(end, sql.ErrTxDone) {
		err = errors.Join(err, end)
	}
	if err != nil {
		return err
	}
	// Preparing for good takes a connection of its own, which one that has a view open must not wait for.
	for _, text := range v.fresh {
		_, done, err := r.statement(ctx, text)
		if err != nil {
			return err
		}
		if err := done(); err != nil {
			return err
		}
	}
	return nil
}

// statement gives a statement that is good until the view ends.
func (v *view) statement(text string) (*sql.Stmt, error) {
	if s, ok := v.ready[text]; ok {
		return s, nil
	}
	v.r.mu.RLock()
	s, ok := v.r.ready[text]
	v.r.mu.RUnlock()
	if ok {
		s = v.tx.StmtContext(v.ctx, s)
	} else {
		var err error
		if s, err = v.tx.PrepareContext(v.ctx, text); err != nil {
			return nil, err
		}
		v.fresh = append(v.fresh, text)
	}
	v.ready[text] = s
	return s, nil
}

// one reads the first row; none is sql.ErrNoRows.
func (v *view) one(text string, args []any, into ...any) error {
	s, err := v.statement(text)
	if err != nil {
		return err
	}
	return s.QueryRowContext(v.ctx, args...).Scan(into...)
}

// each calls row for every row.
func (v *view) each(text string, args []any, row func(*sql.Rows) error) error {
	s, err := v.statement(text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(v.ctx, args...)
	if err != nil {
		return err
	}
	return walk(rows, row)
}
