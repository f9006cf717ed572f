// Package password hashes and verifies the passwords of users with argon2id.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a hash, after OWASP's advice of 2024: 19 MiB, two passes, one lane.
const (
	memory  = 19 * 1024 // KiB
	passes  = 2
	lanes   = 1
	keyLen  = 32
	saltLen = 16
)

// ErrForm is a stored text that is not a PHC string of argon2id.
var ErrForm = errors.New("not an argon2id hash")

// Hasher hashes at most two passwords at once, so that sign-ins cannot eat the memory.
type Hasher struct{ slots chan struct{} }

// New makes a hasher.
func New() *Hasher { return &Hasher{slots: make(chan struct{}, 2)} }

// Hash gives the PHC string of a password: "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLen)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	key, err := h.key(ctx, password, salt, passes, memory, lanes, keyLen)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
		enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// Verify reports whether the password belongs to the PHC string. An empty string stands for a user who does not exist: it
// costs as much as any other and is never right. ErrForm is for a stored text that is damaged.
func (h *Hasher) Verify(ctx context.Context, password, phc string) (bool, error) {
	if phc == "" {
		_, err := h.key(ctx, password, make([]byte, saltLen), passes, memory, lanes, keyLen)
		return false, err
	}
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false, ErrForm
	}
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m > 1<<20 || t > 64 || t == 0 || p == 0 {
		return false, ErrForm
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, ErrForm
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false, ErrForm
	}
	got, err := h.key(ctx, password, salt, t, m, p, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func (h *Hasher) key(ctx context.Context, password string, salt []byte, t, m uint32, p uint8, n uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a turn to hash: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, t, m, p, n), nil
}
