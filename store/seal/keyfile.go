package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

const (
	keyMark = "patchbay-key-1 " // begins a key file, so that people and programs know what it is
	keySize = 32
)

// readKey gives the key in the file. The file may be read and written by its owner only.
func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	// Windows has no such bits; what it reports for them means nothing.
	if loose := info.Mode().Perm() & 0o077; loose != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("the key file %s has mode %04o, so others may use it; set it to 0600", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	body, ok := bytes.CutPrefix(bytes.TrimSpace(text), []byte(keyMark))
	key, err := base64.StdEncoding.DecodeString(string(body))
	if !ok || err != nil || len(key) != keySize {
		return nil, fmt.Errorf("%s is not a key file of Patchbay", path)
	}
	return key, nil
}

// makeKey writes a new key file. It appears whole or not at all, and one that is there already stays: of two programs that
// start together, both go on with the same key.
func makeKey(path string) (err error) {
	key := make([]byte, keySize)
	rand.Read(key) // never fails: crypto/rand ends the program rather than give weak bytes
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, ".key-*") // mode 0600 from the start
	if err != nil {
		return fmt.Errorf("make the key file: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(temp.Name())) }()
	_, err = temp.WriteString(keyMark + base64.StdEncoding.EncodeToString(key) + "\n")
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return fmt.Errorf("make the key file: %w", err)
	}
	// A link, not a rename: a rename would replace a key that another program has just made and used.
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the key file: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes a new name in a directory outlive a power cut.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // a directory cannot be opened for that there
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync the directory of the key file: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync the directory of the key file: %w", err)
	}
	return nil
}
