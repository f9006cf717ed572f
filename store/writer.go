package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
)

// writer is the one connection that writes. Whoever comes first leads: it begins a transaction, does its own work and that
// of everybody who queued meanwhile, each in a savepoint, and commits once. Each job fails alone, but for what ends the
// whole transaction: a full disk, say, which then all of them are told.
type writer struct {
	db   *sql.DB
	turn chan struct{} // holds one word while somebody leads
	shut chan struct{} // closed when nothing is written any more

	mu      sync.Mutex
	waiting []*job

	// Of the leader only:
	conn  *sql.Conn
	ready map[string]*sql.Stmt
}

type job struct {
	work  func(*tx) error
	err   error
	panic any
	done  chan struct{}
}

// together is how many jobs share a transaction at most, so that the first never waits long for the last.
const together = 64

func newWriter(db *sql.DB) *writer {
	return &writer{db: db, turn: make(chan struct{}, 1), shut: make(chan struct{}), ready: map[string]*sql.Stmt{}}
}

// do has the work done in a transaction that is on the disk when do returns nil. A context that ends while the work waits
// takes it back; once it has begun it is finished, since an interrupted statement would undo what others did.
func (w *writer) do(ctx context.Context, work func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{work: work, done: make(chan struct{})}
	w.mu.Lock()
	w.waiting = append(w.waiting, j)
	w.mu.Unlock()
	select {
	case <-j.done:
	case w.turn <- struct{}{}:
		w.lead(j)
	case <-ctx.Done():
		if w.withdraw(j) {
			return ctx.Err()
		}
		<-j.done
	case <-w.shut:
		if w.withdraw(j) {
			return errClosed
		}
		<-j.done
	}
	if j.panic != nil {
		panic(j.panic)
	}
	return j.err
}

var errClosed = errors.New("the store is closed")

func (w *writer) withdraw(j *job) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, other := range w.waiting {
		if other == j {
			w.waiting = append(w.waiting[:i:i], w.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// lead works until its own job is done, and gives the turn back.
func (w *writer) lead(own *job) {
	defer func() { <-w.turn }()
	for {
		select {
		case <-own.done:
			return
		default:
		}
		w.mu.Lock()
		n := min(len(w.waiting), together)
		batch := w.waiting[:n:n]
		w.waiting = w.waiting[n:]
		w.mu.Unlock()
		err := w.run(batch)
		for _, j := range batch {
			if j.err == nil {
				j.err = err
			}
			close(j.done)
		}
	}
}

// run does the jobs in one transaction and gives the error that ended it for all.
func (w *writer) run(batch []*job) error {
	if w.conn == nil {
		conn, err := w.db.Conn(context.Background())
		if err != nil {
			return err
		}
		w.conn = conn
	}
	t := &tx{w: w}
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
			err = errors.Join(err, w.drop())
		}
		return err
	}
	for _, j := range batch {
		if err := t.do(j, len(batch) == 1); err != nil {
			return errors.Join(err, w.rollback(t))
		}
	}
	if err := t.finish(); err != nil {
		return errors.Join(err, w.rollback(t))
	}
	if _, err := t.exec("COMMIT"); err != nil {
		return errors.Join(err, w.rollback(t))
	}
	return nil
}

// do does one job, in a savepoint where it is not alone. What it gives back is the end of the whole transaction.
func (t *tx) do(j *job, alone bool) error {
	before := *t
	if !alone {
		if _, err := t.exec("SAVEPOINT job"); err != nil {
			return err
		}
	}
	func() {
		defer func() { j.panic = recover() }()
		j.err = j.work(t)
	}()
	failed := j.err != nil || j.panic != nil
	switch {
	case alone && failed:
		return errUndone
	case alone:
		return nil
	case failed:
		*t = before
		if _, err := t.exec("ROLLBACK TO job"); err != nil {
			// The database has ended the transaction by itself, for the reason that the job was told.
			return errors.Join(j.err, err)
		}
	}
	_, err := t.exec("RELEASE job")
	return err
}

// errUndone ends the transaction of a job that failed alone. The job has its own error.
var errUndone = errors.New("undone")

// rollback leaves no transaction behind. Where that cannot be said for sure, the connection goes.
func (w *writer) rollback(t *tx) error {
	if _, err := t.exec("ROLLBACK"); err != nil {
		return w.drop()
	}
	return nil
}

func (w *writer) drop() error {
	var problems []error
	for text, s := range w.ready {
		problems = append(problems, s.Close())
		delete(w.ready, text)
	}
	if w.conn != nil {
		// Told that the connection is bad, database/sql closes it instead of keeping it for the next.
		if err := w.conn.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
			problems = append(problems, err)
		}
		w.conn = nil
	}
	return errors.Join(problems...)
}

func (w *writer) close() error {
	w.turn <- struct{}{} // never given back: nothing is written after this
	close(w.shut)
	var problems []error
	for _, s := range w.ready {
		problems = append(problems, s.Close())
	}
	if w.conn != nil {
		problems = append(problems, w.conn.Close())
	}
	return errors.Join(append(problems, w.db.Close())...)
}

// tx is the transaction of a batch of jobs. Its statements stay prepared from one transaction to the next.
type tx struct {
	w *writer
	// The end of the audit log, read by the first job that needs it and written once for all of them.
	seq  int64
	hash []byte
	know bool // seq and hash are known
	// What is written to the search index. It comes last, since the index writes all that it has gathered at every savepoint.
	search []entry
}

func (t *tx) statement(text string) (*sql.Stmt, error) {
	if s, ok := t.w.ready[text]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(context.Background(), text)
	if err == nil {
		t.w.ready[text] = s
	}
	return s, err
}

// exec gives the number of rows that it changed.
func (t *tx) exec(text string, args ...any) (int64, error) {
	s, err := t.statement(text)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// one reads the first row; none is sql.ErrNoRows.
func (t *tx) one(text string, args []any, into ...any) error {
	s, err := t.statement(text)
	if err != nil {
		return err
	}
	return s.QueryRowContext(context.Background(), args...).Scan(into...)
}

// each calls row for every row.
func (t *tx) each(text string, args []any, row func(*sql.Rows) error) error {
	s, err := t.statement(text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	return walk(rows, row)
}

func walk(rows *sql.Rows, row func(*sql.Rows) error) error {
	for rows.Next() {
		if err := row(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// change does a write in one transaction with its audit event, and names what was being done when it fails.
func (s *Store) change(ctx context.Context, doing string, work func(*tx) error) error {
	if s.shut != nil {
		return fmt.Errorf("%s: %w", doing, s.shut)
	}
	return said(doing, s.write.do(ctx, work))
}
