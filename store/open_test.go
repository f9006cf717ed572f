package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/store"
	"patchbay/store/storetest"
)

func TestOpenMakesAPrivateDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := open(t, dir, storetest.Clock())
	for name, want := range map[string]fs.FileMode{".": 0o700, "patchbay.db": 0o600, "patchbay.db-wal": 0o600, "patchbay.db-shm": 0o600, "patchbay.key": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o, want %04o", name, got, want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 2 {
		t.Errorf("after Close there are %v, %v; want the database and the key file", names, err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, storetest.Clock())
	defer s.Close()
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("a directory of mode 0755 has %v after Open, %v; want 0700", info.Mode().Perm(), err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  error
		says  string
	}{
		{"a missing key file", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "patchbay.key")) }, connector.ErrSealed, "is missing"},
		{"another key file", func(t *testing.T, dir string) {
			other := filepath.Join(t.TempDir(), "other")
			if err := open(t, other, storetest.Clock()).Close(); err != nil {
				t.Fatal(err)
			}
			move(t, filepath.Join(other, "patchbay.key"), filepath.Join(dir, "patchbay.key"))
		}, connector.ErrSealed, "no key opens it"},
		{"a key file that others may read", func(t *testing.T, dir string) { chmod(t, filepath.Join(dir, "patchbay.key"), 0o640) }, nil, "set it to 0600"},
		{"a newer database", func(t *testing.T, dir string) {
			exec(t, dir, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
		}, nil, "newer release"},
		{"a file that is no database", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "patchbay.db"), []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, nil, "not a database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := open(t, dir, storetest.Clock()).Close(); err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, dir)
			s, err := store.Open(context.Background(), dir, storetest.Catalog(), storetest.Clock())
			if err == nil {
				s.Close()
				t.Fatal("Open = nil, want an error")
			}
			if tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Open = %v, want %v, saying %q", err, tt.want, tt.says)
			}
		})
	}
}

func TestManyOpenAnEmptyDirectoryTogether(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var wait sync.WaitGroup
	stores := make([]*store.Store, 4)
	for i := range stores {
		wait.Go(func() {
			s, err := store.Open(context.Background(), dir, storetest.Catalog(), storetest.Clock())
			if err != nil {
				t.Errorf("Open together with others = %v", err)
				return
			}
			stores[i] = s
		})
	}
	wait.Wait()
	for _, s := range stores {
		if s != nil {
			defer s.Close()
		}
	}
	if t.Failed() {
		return
	}
	// All of them took the same key.
	ctx := context.Background()
	addWorkspaces(t, stores[0])
	for i, s := range stores {
		c := storetest.NewRegistration(i, "hunter2")
		if err := s.Insert(ctx, c, nil, nil, storetest.Event("x")); err != nil {
			t.Fatal(err)
		}
		for j, other := range stores {
			got, err := other.Connector(ctx, c.ID)
			if err == nil {
				err = other.OpenFields(ctx, got)
			}
			if err != nil || got.Spec.(*storetest.Registration).Secret.Reveal() != "hunter2" {
				t.Errorf("store %d opens what store %d sealed: %v", j, i, err)
			}
		}
	}
}

func TestOneClaimsTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, second := open(t, dir, storetest.Clock()), open(t, dir, storetest.Clock())
	defer second.Close()
	for range 2 {
		if err := first.Claim(); err != nil {
			t.Fatalf("Claim() = %v", err)
		}
	}
	err := second.Claim()
	if !errors.Is(err, connector.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("Claim() beside a claim = %v, want it to name %s", err, dir)
	}
	if err := second.Ready(context.Background()); err != nil {
		t.Errorf("Ready() beside a claim = %v, want none", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Claim(); err != nil {
		t.Errorf("Claim() after the other closed = %v", err)
	}
}

func TestKeyFileElsewhere(t *testing.T) {
	dir, key := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "key")
	s := open(t, dir, storetest.Clock(), store.KeyFile(key))
	defer s.Close()
	if _, err := os.Stat(key); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "patchbay.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the data directory has a key file too: %v", err)
	}
}

func TestRotateKeyKeepsWhatWasSealed(t *testing.T) {
	s := opened(t)
	ctx := context.Background()
	beside := open(t, s.Dir(), storetest.Clock())
	defer beside.Close()
	keep := func(s *store.Store, name string) {
		t.Helper()
		if err := s.KeepSecret(ctx, storetest.NewSecret(name), connector.NewSecret("value of "+name), storetest.Event("secret.created")); err != nil {
			t.Fatal(err)
		}
	}
	keep(s, "before")
	if err := s.RotateKey(ctx, storetest.Event("key.rotated")); err != nil {
		t.Fatalf("RotateKey() = %v", err)
	}
	keep(s, "after")
	keep(beside, "beside")
	for _, s := range []*store.Store{s, beside} {
		for _, name := range []string{"before", "after", "beside"} {
			if _, err := s.OpenSecret(ctx, storetest.NewSecret(name).SecretName); err != nil {
				t.Errorf("OpenSecret(%s) = %v", name, err)
			}
		}
	}
}

func TestNothingWorksAfterClose(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := open(t, filepath.Join(t.TempDir(), "data"), storetest.Clock())
	addWorkspaces(t, s)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatalf("Close() = %v", err)
		}
	}
	if err := s.Note(context.Background(), access.Event{}); err == nil {
		t.Error("Note() after Close = nil, want an error")
	}
	if _, err := s.Workspaces(context.Background()); err == nil {
		t.Error("Workspaces() after Close = nil, want an error")
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, name string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}
