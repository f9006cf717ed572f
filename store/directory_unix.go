//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// mayWrite tells whether the file's owner may write it and this process can. The mode counts for the superuser too: a
// database that somebody marked as read-only stays as it is.
func mayWrite(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fs.ErrPermission
	}
	const forWriting = 2 // W_OK
	return syscall.Access(name, forWriting)
}

// lock takes the directory for one process; free gives it back. taken reports that another one has it. The lock goes
// with the process, however it ends.
func lock(dir string) (free func() error, taken bool, err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, false, err
	}
	err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return d.Close, false, nil
	}
	return nil, errors.Is(err, syscall.EWOULDBLOCK), errors.Join(err, d.Close())
}
