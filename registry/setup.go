package registry

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// setUpLife is how long a set-up code is good for.
const setUpLife = 30 * time.Minute

// setUpTries is how many wrong codes may be given before the code dies.
const setUpTries = 10

type setUpCode struct {
	mu    sync.Mutex
	code  string
	ends  time.Time
	wrong int
}

// NeedsSetUp reports whether there are no users yet.
func (r *Registry) NeedsSetUp(ctx context.Context) (bool, error) {
	users, err := r.store.Users(ctx)
	return len(users) == 0, err
}

// SetUpCode makes the one-time code that the first admin proves with that the machine is theirs. It is good for 30 minutes, one use
// and ten wrong guesses; a new one takes its place.
func (r *Registry) SetUpCode() string {
	text := rand.Text()
	r.setUp.mu.Lock()
	defer r.setUp.mu.Unlock()
	r.setUp.code, r.setUp.ends, r.setUp.wrong = text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:16], r.now().Add(setUpLife), 0
	return r.setUp.code
}

// SetUp makes the first admin. The answer is Problems for what can be mended, or [connector.ErrConflict] when somebody was first.
func (r *Registry) SetUp(ctx context.Context, code, name, password string) (access.User, error) {
	need, err := r.NeedsSetUp(ctx)
	if err != nil {
		return access.User{}, err
	}
	if !need {
		return access.User{}, connector.ErrConflict
	}
	if wrong := r.setUp.wrongWith(code, r.now()); wrong != "" {
		return access.User{}, connector.Problems{{Field: "code", Text: wrong}}
	}
	u, err := r.addUser(ctx, access.System("set-up"), name, access.Admin, password, true)
	if err == nil {
		r.setUp.mu.Lock()
		r.setUp.code = ""
		r.setUp.mu.Unlock()
	}
	return u, err
}

// FirstAdmin makes the first admin without a code, for an unattended start; with users present it does nothing.
func (r *Registry) FirstAdmin(ctx context.Context, name, password string) (made bool, err error) {
	_, err = r.addUser(ctx, access.System("set-up"), name, access.Admin, password, true)
	if errors.Is(err, connector.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

func (s *setUpCode) wrongWith(code string, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	code = strings.ToUpper(connector.Clean(code, false))
	switch {
	case code == "":
		return "Set-up code is required. The program printed it when it started."
	case s.code == "" || now.After(s.ends) || s.wrong >= setUpTries:
		return "Set-up code is no longer good. Start the program again for a new one."
	case subtle.ConstantTimeCompare([]byte(code), []byte(s.code)) != 1:
		s.wrong++
		return "Set-up code is not the one that the program printed when it started."
	}
	return ""
}
