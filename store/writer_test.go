package store

import (
	"context"
	"errors"
	"sync"
	"testing"

	"patchbay/access"
	"patchbay/connector"
)

// batched has jobs wait behind one that is working, so that they share the next transaction.
func batched(t *testing.T, s *Store, jobs ...func(*tx) error) []error {
	t.Helper()
	begun, goOn := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := s.write.do(context.Background(), func(*tx) error {
			close(begun)
			<-goOn
			return nil
		}); err != nil {
			t.Errorf("the first job = %v", err)
		}
	})
	<-begun
	errs := make([]error, len(jobs))
	for i, work := range jobs {
		wait.Go(func() { errs[i] = s.write.do(context.Background(), work) })
		for { // until it waits
			s.write.mu.Lock()
			n := len(s.write.waiting)
			s.write.mu.Unlock()
			if n == i+1 {
				break
			}
		}
	}
	close(goOn)
	wait.Wait()
	return errs
}

func number(name string) func(*tx) error {
	return func(t *tx) error {
		_, err := t.exec(`INSERT INTO sequences (name, last) VALUES ($1, 1)`, name)
		return err
	}
}

func TestJobsOfABatchFailAlone(t *testing.T) {
	s := with(t, "PRAGMA user_version = 0")
	odd := errors.New("odd")
	errs := batched(t, s, number("a"), number("a"), func(t *tx) error { return errors.Join(number("b")(t), odd) }, number("c"))
	if errs[0] != nil || errs[3] != nil {
		t.Errorf("good jobs = %v, %v; want none", errs[0], errs[3])
	}
	if err := said("x", errs[1]); !errors.Is(err, connector.ErrTaken) {
		t.Errorf("a job that collides = %v, want taken", err)
	}
	if !errors.Is(errs[2], odd) {
		t.Errorf("a job that gives up = %v, want %v", errs[2], odd)
	}
	kept := 0
	if err := s.read.one(context.Background(), `SELECT count(*) FROM sequences WHERE name IN ('a', 'c')`, nil, &kept); err != nil || kept != 2 {
		t.Errorf("%d rows are kept, %v; want a and c", kept, err)
	}
	if err := s.read.one(context.Background(), `SELECT count(*) FROM sequences`, nil, &kept); err != nil || kept != 2 {
		t.Errorf("%d rows are kept in all, %v; want 2", kept, err)
	}
}

func TestAJobThatFailsTakesItsEventAlong(t *testing.T) {
	s := with(t, "PRAGMA user_version = 0")
	event := func(t *tx) error { return t.note(access.Event{Action: "x"}) }
	errs := batched(t, s, event, func(t *tx) error {
		t.index(7, "payments")
		return errors.Join(event(t), errors.New("too late"))
	}, event)
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("jobs = %v; want only the second to fail", errs)
	}
	if n, err := s.VerifyLog(context.Background()); n != 2 || err != nil {
		t.Errorf("VerifyLog() = %d, %v; want 2", n, err)
	}
	found := 1
	if err := s.read.one(context.Background(), `SELECT count(*) FROM search WHERE search MATCH '"pay"'`, nil, &found); err != nil || found != 0 {
		t.Errorf("the search index has %d lines, %v; want none", found, err)
	}
}

func TestWhatEndsTheTransactionIsToldToAll(t *testing.T) {
	s := with(t, "PRAGMA user_version = 0")
	errs := batched(t, s, number("a"), func(t *tx) error {
		_, err := t.exec("ROLLBACK") // as the database does by itself when the disk is full
		return errors.Join(err, errors.New("the end"))
	}, number("c"))
	for i, err := range errs {
		if err == nil {
			t.Errorf("job %d of a lost transaction = nil, want an error", i)
		}
	}
	kept := 1
	if err := s.read.one(context.Background(), `SELECT count(*) FROM sequences`, nil, &kept); err != nil || kept != 0 {
		t.Errorf("%d rows are kept, %v; want none", kept, err)
	}
	if err := s.write.do(context.Background(), number("d")); err != nil {
		t.Errorf("the next job = %v", err)
	}
}

func TestAPanicStaysWithItsJob(t *testing.T) {
	s := with(t, "PRAGMA user_version = 0")
	panics := func(work func()) (got any) {
		defer func() { got = recover() }()
		work()
		return nil
	}
	if got := panics(func() { _ = s.write.do(context.Background(), func(*tx) error { panic("oh") }) }); got != "oh" {
		t.Errorf("a panic alone comes back as %v, want oh", got)
	}
	errs := batched(t, s, number("a"))
	if errs[0] != nil {
		t.Errorf("a job after a panic = %v", errs[0])
	}
}

func TestAJobThatWaitsCanBeTakenBack(t *testing.T) {
	s := with(t, "PRAGMA user_version = 0")
	ctx, cancel := context.WithCancel(context.Background())
	begun, goOn := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := s.write.do(context.Background(), func(*tx) error {
			close(begun)
			<-goOn
			return nil
		}); err != nil {
			t.Errorf("the first job = %v", err)
		}
	})
	<-begun
	var err error
	ran, back := false, make(chan struct{})
	go func() {
		defer close(back)
		err = s.write.do(ctx, func(*tx) error { ran = true; return nil })
	}()
	cancel()
	<-back
	close(goOn)
	wait.Wait()
	if !errors.Is(err, context.Canceled) || ran {
		t.Errorf("a job taken back = %v, ran %v; want canceled", err, ran)
	}
}
