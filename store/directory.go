package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// The names of the files in the data directory.
const (
	databaseName = "patchbay.db"
	keyName      = "patchbay.key"
)

// prepare makes the data directory, or takes away from others what they may do in one that is there. It reports whether
// the directory and the database in it may be written; one that may not is left as it is.
func prepare(dir string) (writable bool, why error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, nil, fmt.Errorf("make the data directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return false, nil, fmt.Errorf("look at the data directory: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		if err := os.Chmod(dir, mode&^0o077); err != nil && mode&0o007 != 0 {
			return false, nil, fmt.Errorf("the data directory %s has mode %04o, so every user of the machine may look into it; set it to 0700: %w",
				dir, mode, err)
		}
	}
	path := filepath.Join(dir, databaseName)
	for _, name := range []string{dir, path} {
		why := mayWrite(name)
		if why != nil && !errors.Is(why, fs.ErrNotExist) {
			return false, fmt.Errorf("%s may not be written: %w", name, why), nil
		}
	}
	return true, nil, create(dir, path)
}

// create makes an empty database file that only its owner may read, unless there is one. SQLite's own would be readable by
// all, and gives its mode on to the files beside it.
func create(dir, path string) (err error) {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	temp, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("make the database file: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(temp.Name())) }()
	if err := temp.Close(); err != nil {
		return fmt.Errorf("make the database file: %w", err)
	}
	// A link to a closed file: opening and closing the database itself would drop the locks that this process holds on it.
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the database file: %w", err)
	}
	return nil
}

// syncDir makes new names in a directory outlive a power cut.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // a directory cannot be opened for that there
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync the data directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync the data directory: %w", err)
	}
	return nil
}
