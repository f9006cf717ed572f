package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// mayWrite tells whether the file is marked as read-only.
func mayWrite(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() && info.Mode().Perm()&0o200 == 0 {
		return fs.ErrPermission
	}
	return nil
}

// lock takes the directory for one process; free gives it back. taken reports that another one has it. The lock is a file
// that nobody else can open meanwhile, and goes with the process, however it ends.
func lock(dir string) (free func() error, taken bool, err error) {
	name, err := syscall.UTF16PtrFromString(filepath.Join(dir, "serve.lock"))
	if err != nil {
		return nil, false, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	const sharing = syscall.Errno(32) // ERROR_SHARING_VIOLATION
	if err != nil {
		return nil, errors.Is(err, sharing), err
	}
	return func() error { return syscall.CloseHandle(h) }, false, nil
}
