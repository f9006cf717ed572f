package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// shelf is one in memory that several rings may share.
type shelf struct {
	mu   sync.Mutex
	ring []byte
}

func (s *shelf) open() Shelf {
	return Shelf{
		Load: func() ([]byte, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.ring, nil
		},
		Swap: func(was, is []byte) (bool, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if !bytes.Equal(was, s.ring) {
				return false, nil
			}
			s.ring = is
			return true, nil
		},
	}
}

func keyPath(t *testing.T) string { return filepath.Join(t.TempDir(), "key") }

func ringAt(t *testing.T, path string, s *shelf) *Ring {
	t.Helper()
	r, err := Open(path, s.open())
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	return r
}

func sealed(t *testing.T, r *Ring, text string, context []byte) []byte {
	t.Helper()
	out, err := r.Seal([]byte(text), context)
	if err != nil {
		t.Fatalf("Seal() = %v", err)
	}
	return out
}

func TestWhatWasSealedOpens(t *testing.T) {
	path, s := keyPath(t), &shelf{}
	r := ringAt(t, path, s)
	for _, text := range []string{"", "hunter2", strings.Repeat("long ", 100_000)} {
		box := sealed(t, r, text, Context("a"))
		if len(text) > 0 && bytes.Contains(box, []byte(text)) {
			t.Error("the sealed value holds the text")
		}
		// Another run of the program, with the same files.
		got, err := ringAt(t, path, s).Open(box, Context("a"))
		if err != nil || string(got) != text {
			t.Errorf("Open() = %.20q, %v; want %.20q", got, err, text)
		}
	}
	if bytes.Equal(sealed(t, r, "same", nil), sealed(t, r, "same", nil)) {
		t.Error("one text sealed twice gives the same bytes")
	}
}

func TestWhatWasAlteredOrMovedStaysShut(t *testing.T) {
	r := ringAt(t, keyPath(t), &shelf{})
	context := Context("secret", "w1", "token", "3")
	box := sealed(t, r, "hunter2", context)
	for i := range box {
		bent := bytes.Clone(box)
		bent[i] ^= 1
		if got, err := r.Open(bent, context); !errors.Is(err, ErrUnopened) {
			t.Fatalf("Open() with byte %d bent = %q, %v", i, got, err)
		}
	}
	for n := range len(box) {
		if got, err := r.Open(box[:n], context); !errors.Is(err, ErrUnopened) {
			t.Fatalf("Open() of the first %d bytes = %q, %v", n, got, err)
		}
	}
	for _, other := range [][]byte{
		nil, Context(), Context("secret", "w2", "token", "3"), Context("secret", "w1", "token2", "3"), Context("secret", "w1", "token", "4"),
		Context("secret", "w1", "token3"), Context("secret", "w1token", "", "3"), Context("field", "w1", "token", "3"),
	} {
		if got, err := r.Open(box, other); !errors.Is(err, ErrUnopened) {
			t.Errorf("Open() for %q = %q, %v", other, got, err)
		}
	}
}

func TestNoTwoContextsAreTheSame(t *testing.T) {
	parts := rapid.SliceOfN(rapid.StringMatching(`[a\x00]{0,3}`), 0, 4)
	rapid.Check(t, func(r *rapid.T) {
		a, b := parts.Draw(r, "a"), parts.Draw(r, "b")
		same := fmt.Sprintf("%q", a) == fmt.Sprintf("%q", b)
		if got := bytes.Equal(Context(a...), Context(b...)); got != same {
			r.Fatalf("contexts of %q and %q are equal: %v", a, b, got)
		}
	})
}

func TestAnotherKeyFileOpensNothing(t *testing.T) {
	path, other, s := keyPath(t), keyPath(t), &shelf{}
	ringAt(t, path, s)
	ringAt(t, other, &shelf{})
	if _, err := Open(other, s.open()); !errors.Is(err, ErrUnopened) || !strings.Contains(err.Error(), other) {
		t.Errorf("Open() with another key file = %v, want it to name %s", err, other)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := Open(missing, s.open()); !errors.Is(err, ErrUnopened) || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("Open() without the key file = %v, want it to say so", err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Error("Open() makes a key file for a ring that it cannot open")
	}
	s.ring[len(s.ring)/2] ^= 1
	if _, err := Open(path, s.open()); !errors.Is(err, ErrUnopened) {
		t.Errorf("Open() of a bent ring = %v", err)
	}
}

func TestTheKeyFileIsItsOwnersAlone(t *testing.T) {
	path, s := keyPath(t), &shelf{}
	ringAt(t, path, s)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file has mode %v, %v; want 0600", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the key file there is %v, %v", left, err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, s.open()); err == nil || !strings.Contains(err.Error(), "set it to 0600") {
			t.Errorf("Open() with a key file of mode %04o = %v, want a refusal", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	ringAt(t, path, s)
	for _, text := range []string{"", "patchbay-key-1", "patchbay-key-1 c2hvcnQ=", strings.Repeat("x", 60)} {
		bad := keyPath(t)
		if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(bad, (&shelf{}).open()); err == nil || !strings.Contains(err.Error(), "not a key file") {
			t.Errorf("Open() with the key file %q = %v, want a refusal", text, err)
		}
	}
}

func TestRotateKeepsOldKeys(t *testing.T) {
	path, s := keyPath(t), &shelf{}
	r, beside := ringAt(t, path, s), ringAt(t, path, s)
	old := sealed(t, r, "old", nil)
	for range 3 {
		if err := r.Rotate(); err != nil {
			t.Fatalf("Rotate() = %v", err)
		}
	}
	if r.Keys() != 4 {
		t.Errorf("the ring holds %d keys, want 4", r.Keys())
	}
	fresh := sealed(t, r, "fresh", nil)
	if bytes.Equal(old[:5], fresh[:5]) {
		t.Error("the old key still seals: both values name the same key")
	}
	// A program that has the ring from before opens both, and what it seals opens here.
	for name, ring := range map[string]*Ring{"this": r, "beside": beside, "a new one": ringAt(t, path, s)} {
		for _, box := range [][]byte{old, fresh, sealed(t, beside, "beside", nil)} {
			if _, err := ring.Open(box, nil); err != nil {
				t.Errorf("Open() by %s = %v", name, err)
			}
		}
	}
}

func TestManyRotateAndSealTogether(t *testing.T) {
	path, s := keyPath(t), &shelf{}
	rings := make([]*Ring, 4)
	var wait sync.WaitGroup
	var mu sync.Mutex
	var boxes [][]byte
	for i := range rings {
		wait.Go(func() {
			r, err := Open(path, s.open())
			if err != nil {
				t.Errorf("Open() together with others = %v", err)
				return
			}
			rings[i] = r
			for range 5 {
				if err := r.Rotate(); err != nil {
					t.Errorf("Rotate() = %v", err)
				}
				box, err := r.Seal([]byte("x"), nil)
				if err != nil {
					t.Errorf("Seal() = %v", err)
				}
				mu.Lock()
				boxes = append(boxes, box)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if t.Failed() {
		return
	}
	for _, r := range rings {
		for _, box := range boxes {
			if _, err := r.Open(box, nil); err != nil {
				t.Fatalf("Open() of what another sealed = %v", err)
			}
		}
	}
	if got := ringAt(t, path, s).Keys(); got != 21 {
		t.Errorf("the ring holds %d keys, want 1 + 4 * 5", got)
	}
}

func TestAShelfThatFailsIsTold(t *testing.T) {
	broken := errors.New("broken")
	load := Shelf{Load: func() ([]byte, error) { return nil, broken }}
	if _, err := Open(keyPath(t), load); !errors.Is(err, broken) {
		t.Errorf("Open() = %v, want %v", err, broken)
	}
	swap := Shelf{Load: func() ([]byte, error) { return nil, nil }, Swap: func(_, _ []byte) (bool, error) { return false, broken }}
	if _, err := Open(keyPath(t), swap); !errors.Is(err, broken) {
		t.Errorf("Open() = %v, want %v", err, broken)
	}
}
