package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Shelf is where the encrypted ring lies between two runs of the program. Several programs may share one.
type Shelf struct {
	// Load gives the ring, or nil when there is none yet.
	Load func() ([]byte, error)
	// Swap puts is in the place of was, durably, and reports false when something other than was lies there now.
	// A nil was means that nothing lies there.
	Swap func(was, is []byte) (bool, error)
}

// Ring seals and opens values. It may be used by many goroutines at once.
type Ring struct {
	shelf Shelf
	wrap  tink.AEAD // of the key file

	mu     sync.RWMutex
	kept   []byte // the encrypted ring that keys and handle were read from
	handle *keyset.Handle
	keys   tink.AEAD
}

var ringContext = Context("patchbay key ring")

// Open reads the key file at path and the ring on the shelf. Where neither is there it makes both; a ring without its key
// file is an error that wraps [ErrUnopened], as is a key file that does not fit.
func Open(path string, shelf Shelf) (*Ring, error) {
	kept, err := shelf.Load()
	if err != nil {
		return nil, fmt.Errorf("read the key ring: %w", err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if kept != nil {
			return nil, fmt.Errorf("the key file %s is missing, and without it nothing that was sealed can be read; "+
				"put it back from where you keep it: %w", path, ErrUnopened)
		}
		if err := makeKey(path); err != nil {
			return nil, err
		}
	}
	key, err := readKey(path)
	if err != nil {
		return nil, err
	}
	wrap, err := subtle.NewAESGCM(key)
	if err != nil {
		return nil, fmt.Errorf("use the key file: %w", err)
	}
	r := &Ring{shelf: shelf, wrap: wrap}
	if kept == nil {
		if kept, err = r.start(); err != nil {
			return nil, err
		}
	}
	if err := r.take(kept); err != nil {
		return nil, fmt.Errorf("the key file %s: %w", path, err)
	}
	return r, nil
}

// start puts a first ring on the shelf, or gives the one that another program put there meanwhile.
func (r *Ring) start() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	fresh, err := r.encrypt(handle)
	if err != nil {
		return nil, err
	}
	first, err := r.shelf.Swap(nil, fresh)
	if err != nil {
		return nil, fmt.Errorf("keep the key ring: %w", err)
	}
	if first {
		return fresh, nil
	}
	kept, err := r.shelf.Load()
	if err != nil {
		return nil, fmt.Errorf("read the key ring: %w", err)
	}
	return kept, nil
}

func (r *Ring) encrypt(handle *keyset.Handle) ([]byte, error) {
	var out bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&out), r.wrap, ringContext); err != nil {
		return nil, fmt.Errorf("encrypt the key ring: %w", err)
	}
	return out.Bytes(), nil
}

// take makes an encrypted ring the one in use.
func (r *Ring) take(kept []byte) error {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(kept)), r.wrap, ringContext)
	if err != nil {
		return fmt.Errorf("open the key ring (%v): %w", err, ErrUnopened)
	}
	keys, err := aead.New(handle)
	if err != nil {
		return fmt.Errorf("use the key ring: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept, r.handle, r.keys = kept, handle, keys
	return nil
}

// Seal encrypts a value for one context, with the newest key.
func (r *Ring) Seal(plain, context []byte) ([]byte, error) {
	r.mu.RLock()
	keys := r.keys
	r.mu.RUnlock()
	sealed, err := keys.Encrypt(plain, context)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open gives back what was sealed for the same context. The error wraps [ErrUnopened] when that is not possible.
func (r *Ring) Open(sealed, context []byte) ([]byte, error) {
	r.mu.RLock()
	keys := r.keys
	r.mu.RUnlock()
	plain, err := keys.Decrypt(sealed, context)
	if err == nil {
		return plain, nil
	}
	// Another program may have rotated the ring since it was read.
	changed, reload := r.refresh()
	if reload != nil {
		return nil, reload
	}
	if changed {
		r.mu.RLock()
		keys = r.keys
		r.mu.RUnlock()
		if plain, err = keys.Decrypt(sealed, context); err == nil {
			return plain, nil
		}
	}
	return nil, ErrUnopened
}

// refresh takes the ring from the shelf again and reports whether it was another one.
func (r *Ring) refresh() (bool, error) {
	kept, err := r.shelf.Load()
	if err != nil {
		return false, fmt.Errorf("read the key ring: %w", err)
	}
	r.mu.RLock()
	same := bytes.Equal(kept, r.kept)
	r.mu.RUnlock()
	if same {
		return false, nil
	}
	return true, r.take(kept)
}

// Rotate adds a key that seals from now on. The others stay and open what they sealed.
func (r *Ring) Rotate() error {
	for {
		if _, err := r.refresh(); err != nil {
			return err
		}
		r.mu.RLock()
		was, handle := r.kept, r.handle
		r.mu.RUnlock()
		manager := keyset.NewManagerFromHandle(handle)
		id, err := manager.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
		if err := manager.SetPrimary(id); err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
		next, err := manager.Handle()
		if err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
		is, err := r.encrypt(next)
		if err != nil {
			return err
		}
		swapped, err := r.shelf.Swap(was, is)
		if err != nil {
			return fmt.Errorf("keep the key ring: %w", err)
		}
		if swapped {
			return r.take(is)
		}
	}
}

// Keys tells how many keys the ring holds.
func (r *Ring) Keys() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.handle.Len()
}
