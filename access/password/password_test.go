package password_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"patchbay/access/password"
)

func TestAPasswordFitsItsOwnHashOnly(t *testing.T) {
	h, ctx := password.New(), context.Background()
	phc, err := h.Hash(ctx, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("Hash = %q, want the parameters in front", phc)
	}
	for _, tt := range []struct {
		password, phc string
		want          bool
		err           error
	}{
		{"correct horse", phc, true, nil},
		{"Correct horse", phc, false, nil},
		{"", phc, false, nil},
		{"correct horse", "", false, nil},
		{"correct horse", "$argon2i$v=19$m=1,t=1,p=1$AA$AA", false, password.ErrForm},
		{"correct horse", "$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA", false, password.ErrForm},
		{"correct horse", strings.TrimSuffix(phc, phc[len(phc)-3:]) + "!!!", false, password.ErrForm},
	} {
		got, err := h.Verify(ctx, tt.password, tt.phc)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("Verify(%q, %q) = %v, %v, want %v, %v", tt.password, tt.phc, got, err, tt.want, tt.err)
		}
	}
}

func TestTwoHashesOfOnePasswordDiffer(t *testing.T) {
	h, ctx := password.New(), context.Background()
	a, errA := h.Hash(ctx, "same")
	b, errB := h.Hash(ctx, "same")
	if errA != nil || errB != nil || a == b {
		t.Errorf("Hash twice = %q, %q (%v, %v), want two different ones", a, b, errA, errB)
	}
}
