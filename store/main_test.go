package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"patchbay/store"
	"patchbay/store/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if large.s != nil {
		dir := large.s.Dir()
		if err := errors.Join(large.s.Close(), os.RemoveAll(dir)); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

func largeDir() (string, error) { return os.MkdirTemp("", "patchbay-bench-") }

// open opens a store with the suite's catalog.
func open(t testing.TB, dir string, now func() time.Time, with ...store.Option) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dir, storetest.Catalog(), now, with...)
	if err != nil {
		t.Fatalf("Open(%s) = %v", dir, err)
	}
	return s
}

// opened opens a store in a directory of the test's own, with workspaces, and closes it at the end.
func opened(t testing.TB) *store.Store {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "data"), storetest.Clock())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	addWorkspaces(t, s)
	return s
}

func addWorkspaces(t testing.TB, s storetest.Store) {
	t.Helper()
	for _, w := range storetest.Workspaces() {
		if err := s.AddWorkspace(context.Background(), w, storetest.Event("workspace.added")); err != nil {
			t.Fatalf("AddWorkspace(%s) = %v", w.ID, err)
		}
	}
}

// exec changes the database from outside.
func exec(t testing.TB, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "patchbay.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// lockDown takes the right to write from everything in a directory until the test ends.
func lockDown(t testing.TB, dir string) {
	t.Helper()
	set := func(forFiles, forDir fs.FileMode) {
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if err := os.Chmod(name, forFiles); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(dir, forDir); err != nil {
			t.Fatal(err)
		}
	}
	set(0o400, 0o500)
	t.Cleanup(func() { set(0o600, 0o700) })
}

// triggers gives the database's triggers, by name.
func triggers(t testing.TB, dir string) map[string]string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "patchbay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		out[name] = text
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
