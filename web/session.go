package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/gob"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"patchbay/access"
	"patchbay/connector"
)

// How long a session lives without a request, and how long in all; the server decides, not the cookie.
const (
	idleLife     = 30 * time.Minute
	absoluteLife = 12 * time.Hour
	// touchEvery keeps a session's last use fresh without a write for each request.
	touchEvery = time.Minute
)

// SessionKeeper keeps sessions as rows. Session answers connector.ErrNotFound for a hash that it does not know or whose user may
// not sign in any more.
type SessionKeeper interface {
	Session(ctx context.Context, hash []byte) (access.Session, access.User, error)
	KeepSession(ctx context.Context, s access.Session) error
	TouchSession(ctx context.Context, hash []byte, seen time.Time) error
	EndSession(ctx context.Context, hash []byte) error
}

// Sessions is a store for gorilla/sessions over rows: the cookie is 256 random bits, and the database knows only their SHA-256, so a
// stolen database opens no session and a session ends when its row does.
type Sessions struct {
	keeper SessionKeeper
	secure bool
	now    func() time.Time
}

// NewSessions makes the store; secure is for a console that is reached by https.
func NewSessions(k SessionKeeper, secure bool, now func() time.Time) *Sessions {
	return &Sessions{keeper: k, secure: secure, now: now}
}

const (
	rowValue   = "row"
	userValue  = "user"
	flashValue = "flash"
)

// CookieName is the cookie's name. The prefix makes browsers refuse the cookie from anywhere but this host by https.
func (s *Sessions) CookieName() string {
	if s.secure {
		return "__Host-patchbay"
	}
	return "patchbay"
}

// Get implements sessions.Store.
func (s *Sessions) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New implements sessions.Store: the session of the request's cookie, or an empty one. A value that the server did not give out is never taken on.
func (s *Sessions) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options = &sessions.Options{Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode, MaxAge: int(absoluteLife / time.Second)}
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil //nolint:nilerr // no cookie: nobody is signed in
	}
	row, user, err := s.keeper.Session(r.Context(), hashOf(cookie.Value))
	now := s.now()
	switch {
	case errors.Is(err, connector.ErrNotFound):
		return session, nil
	case err != nil:
		return session, fmt.Errorf("read the session: %w", err)
	case now.After(row.Ends) || now.Sub(row.Seen) > idleLife:
		// Where the store cannot be written the row stays, and is refused here each time it comes.
		if err := s.keeper.EndSession(r.Context(), row.Hash); err != nil && !errors.Is(err, connector.ErrReadOnly) {
			return session, fmt.Errorf("end the session: %w", err)
		}
		return session, nil
	}
	if now.Sub(row.Seen) > touchEvery {
		// A store that cannot be written still lets people read: the session then lives on from its last kept use.
		if err := s.keeper.TouchSession(r.Context(), row.Hash, now); err == nil {
			row.Seen = now
		} else if !errors.Is(err, connector.ErrReadOnly) {
			return session, fmt.Errorf("note the session's use: %w", err)
		}
	}
	session.ID, session.IsNew = cookie.Value, false
	session.Values[rowValue] = row
	if user.ID != "" { // a session without a user is nobody's, not that of a user without a name
		session.Values[userValue] = user
	}
	if len(row.Data) > 0 {
		var flash Flash
		if err := gob.NewDecoder(bytes.NewReader(row.Data)).Decode(&flash); err == nil {
			session.Values[flashValue] = flash
		}
	}
	return session, nil
}

// Save implements sessions.Store: it keeps what was put into a session that exists. A session begins with [Sessions.Begin] only.
func (s *Sessions) Save(r *http.Request, _ http.ResponseWriter, session *sessions.Session) error {
	row, ok := session.Values[rowValue].(access.Session)
	if !ok {
		return nil
	}
	row.Data = nil
	if flash, ok := session.Values[flashValue].(Flash); ok {
		var data bytes.Buffer
		if err := gob.NewEncoder(&data).Encode(flash); err != nil {
			return fmt.Errorf("write the session: %w", err)
		}
		row.Data = data.Bytes()
	}
	return s.keeper.KeepSession(r.Context(), row)
}

// Begin starts a session for a user with a new value, and ends the one that the request came with: whoever knew the value from
// before the sign-in has nothing.
func (s *Sessions) Begin(w http.ResponseWriter, r *http.Request, user access.User, address string) error {
	session, err := s.Get(r, s.CookieName())
	if err != nil {
		return err
	}
	if old, ok := session.Values[rowValue].(access.Session); ok {
		if err := s.keeper.EndSession(r.Context(), old.Hash); err != nil {
			return err
		}
	}
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return fmt.Errorf("make a session: %w", err)
	}
	session.ID = base64.RawURLEncoding.EncodeToString(secret[:])
	now := s.now()
	row := access.Session{Hash: hashOf(session.ID), User: user.ID, Created: now, Seen: now, Ends: now.Add(absoluteLife),
		Address: address, Agent: shorten(r.UserAgent(), 200)}
	session.Values[rowValue], session.Values[userValue], session.IsNew = row, user, false
	if err := s.keeper.KeepSession(r.Context(), row); err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

// End signs out: the row goes, and the cookie with it.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	session, err := s.Get(r, s.CookieName())
	if err != nil {
		return err
	}
	if row, ok := session.Values[rowValue].(access.Session); ok {
		if err := s.keeper.EndSession(r.Context(), row.Hash); err != nil {
			return err
		}
	}
	gone := *session.Options
	gone.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(session.Name(), "", &gone))
	return nil
}

// ends tells when a session ends if nothing is done.
func ends(row access.Session) time.Time {
	if idle := row.Seen.Add(idleLife); idle.Before(row.Ends) {
		return idle
	}
	return row.Ends
}

func hashOf(value string) []byte {
	sum := sha256.Sum256([]byte(value))
	return sum[:]
}

func shorten(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
