package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// with opens a store and sets a pragma on its writing connection.
func with(t *testing.T, pragma string) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "data"), nil, time.Now)
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	if _, err := s.write.conn.ExecContext(context.Background(), pragma); err != nil {
		t.Fatalf("%s: %v", pragma, err)
	}
	return s
}

func TestAFullDiskIsSaid(t *testing.T) {
	ctx := context.Background()
	s := with(t, "PRAGMA max_page_count = 1")
	ev := access.Event{At: time.Now(), Action: "x"}
	var err error
	notes := int64(0)
	for range 1000 {
		if err = s.Note(ctx, access.Event{At: ev.At, Action: "x", Detail: strings.Repeat("long ", 500)}); err != nil {
			break
		}
		notes++
	}
	if !errors.Is(err, connector.ErrReadOnly) || !strings.Contains(err.Error(), "the disk is full") {
		t.Fatalf("Note() on a full disk = %v, want it to say so", err)
	}
	if n, err := s.VerifyLog(ctx); n != notes || err != nil {
		t.Errorf("VerifyLog() on a full disk = %d, %v; want %d", n, err, notes)
	}
	// With room again, writing goes on.
	if _, err := s.write.conn.ExecContext(ctx, "PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if err := s.Note(ctx, ev); err != nil {
		t.Errorf("Note() with room again = %v", err)
	}
}

func TestAReadOnlyDatabaseIsSaid(t *testing.T) {
	s := with(t, "PRAGMA query_only = 1")
	err := s.Ready(context.Background())
	if !errors.Is(err, connector.ErrReadOnly) || !strings.Contains(err.Error(), "the database is read-only") {
		t.Errorf("Ready() = %v, want it to say that the database is read-only", err)
	}
}

func TestALockedDatabaseIsSaid(t *testing.T) {
	s := with(t, "PRAGMA busy_timeout = 20")
	ctx := context.Background()
	other, err := pool(filepath.Join(s.dir, databaseName), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	err = s.Ready(ctx)
	if !errors.Is(err, connector.ErrReadOnly) || !strings.Contains(err.Error(), "another program") {
		t.Errorf("Ready() = %v, want it to say that another program holds the lock", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(ctx); err != nil {
		t.Errorf("Ready() without the lock = %v", err)
	}
}

func TestAPurgeLeavesNothingInTheSearchIndex(t *testing.T) {
	ctx := context.Background()
	s := with(t, "PRAGMA user_version = 0")
	if err := s.AddWorkspace(ctx, connector.Workspace{ID: "w", Vendor: "v", Name: "w", Account: "a"}, access.Event{}); err != nil {
		t.Fatal(err)
	}
	c := connector.Connector{ID: "c", Vendor: "v", Type: "t", Workspace: "w", Identifier: "i", Name: "Payments", Spec: &connector.Opaque{}, Version: 1}
	lines := func() (n int) {
		t.Helper()
		if err := s.read.one(ctx, `SELECT count(*) FROM search WHERE search MATCH '"pay"'`, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := s.Insert(ctx, c, nil, nil, access.Event{}); err != nil {
		t.Fatal(err)
	}
	if n := lines(); n != 1 {
		t.Fatalf("the index has %d lines, want 1", n)
	}
	c.Version = 2
	if err := errors.Join(s.Retire(ctx, c, nil, access.Event{}), s.Purge(ctx, "c", access.Event{})); err != nil {
		t.Fatal(err)
	}
	if n := lines(); n != 0 {
		t.Errorf("after Purge the index has %d lines, want none", n)
	}
}
