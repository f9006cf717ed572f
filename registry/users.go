package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"patchbay/access"
	"patchbay/connector"
)

// ErrCredentials is a sign-in that is not right. It does not say whether the user or the password is wrong.
var ErrCredentials = errors.New("the user name or the password is not right")

// The bounds of a password, in characters; no other rule is asked, since length is what helps.
const (
	shortestPassword = 8
	longestPassword  = 256
)

// SignIn verifies a name and a password. The answer is the user, [ErrCredentials], or *[TooSoon] before anything was hashed.
func (r *Registry) SignIn(ctx context.Context, name, password, address string) (access.User, error) {
	u, err := r.authenticate(ctx, connector.Clean(name, false), password, address)
	if err != nil {
		return access.User{}, err
	}
	u.LastSeen = r.now()
	return u, r.store.SignedIn(ctx, u.ID, u.LastSeen, r.userEvent(ctx, u.Actor(), "user.signed-in", u))
}

func (r *Registry) authenticate(ctx context.Context, name, password, address string) (access.User, error) {
	right, wait := r.throttle.try(name, address)
	if wait > 0 {
		return access.User{}, &TooSoon{wait}
	}
	u, hash, err := r.store.UserNamed(ctx, name)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return access.User{}, err
	}
	// A user who does not exist has the empty hash, which costs the same and is never right.
	ok, err := r.passwords.Verify(ctx, password, hash)
	if err != nil {
		return access.User{}, fmt.Errorf("verify a password: %w", err)
	}
	if !ok || u.Disabled {
		ev := r.userEvent(ctx, access.Actor{Kind: "user", Name: shortName(name)}, "user.refused", u)
		return access.User{}, errors.Join(ErrCredentials, r.store.Note(ctx, ev))
	}
	right()
	return u, nil
}

// shortName bounds what somebody typed as a name before it goes into the log.
func shortName(name string) string {
	if r := []rune(name); len(r) > 64 {
		return string(r[:64])
	}
	return name
}

// SignedOut notes that a user signed out.
func (r *Registry) SignedOut(ctx context.Context, a access.Actor) error {
	ev := r.event(ctx, a, "user.signed-out")
	ev.Object, ev.Name = "user:"+a.ID, a.Name
	return r.store.Note(ctx, ev)
}

// Users lists all users.
func (r *Registry) Users(ctx context.Context, a access.Actor) ([]access.User, error) {
	if err := may(a, access.ManageUsers); err != nil {
		return nil, err
	}
	return r.store.Users(ctx)
}

// AddUser lets a person in.
func (r *Registry) AddUser(ctx context.Context, a access.Actor, name string, role access.Role, password string) (access.User, error) {
	if err := may(a, access.ManageUsers); err != nil {
		return access.User{}, err
	}
	return r.addUser(ctx, a, name, role, password, false)
}

func (r *Registry) addUser(ctx context.Context, a access.Actor, name string, role access.Role, password string, first bool) (access.User, error) {
	u := access.User{ID: newID(), Name: connector.Clean(name, false), Role: role, Created: r.now(), Keys: true, Version: 1}
	problems := connector.Validate([]connector.Field{connector.Text(&u.Name, "username", "User name").
		Must(connector.Longest(64), connector.Spelled("a0", "a0._-@+", "must be letters, digits and . _ - @ +, beginning with a letter or digit."))})
	if _, ok := access.ParseRole(string(role)); !ok {
		problems = append(problems, connector.Problem{Field: "role", Text: "Role must be viewer, tester, editor or admin."})
	}
	problems = append(problems, passwordProblems(u.Name, password, "password")...)
	if len(problems) > 0 {
		return u, problems
	}
	hash, err := r.passwords.Hash(ctx, password)
	if err != nil {
		return u, fmt.Errorf("hash the password: %w", err)
	}
	ev := r.userEvent(ctx, a, "user.added", u)
	ev.Detail = string(role)
	err = r.store.AddUser(ctx, u, hash, first, ev)
	return u, problem(err, connector.ErrTaken, "username", "User name “"+u.Name+"” is already taken. Choose another.")
}

func passwordProblems(name, password, field string) connector.Problems {
	n := utf8.RuneCountInString(password)
	text := ""
	switch {
	case n == 0:
		text = "Password is required."
	case n < shortestPassword:
		text = fmt.Sprintf("Password must have at least %d characters.", shortestPassword)
	case n > longestPassword:
		text = fmt.Sprintf("Password must have at most %d characters.", longestPassword)
	case strings.EqualFold(password, name):
		text = "Password must not be the user name."
	default:
		return nil
	}
	return connector.Problems{{Field: field, Text: text}}
}

// ChangeUser sets role and whether the user may sign in; the user's sessions end. The last admin who can sign in stays one.
func (r *Registry) ChangeUser(ctx context.Context, a access.Actor, id string, version int64, role access.Role, disabled bool) (access.User, error) {
	if err := may(a, access.ManageUsers); err != nil {
		return access.User{}, err
	}
	u, err := r.store.User(ctx, id)
	if err != nil {
		return u, err
	}
	if _, ok := access.ParseRole(string(role)); !ok {
		return u, connector.Problems{{Field: "role", Text: "Role must be viewer, tester, editor or admin."}}
	}
	u.Role, u.Disabled, u.Version = role, disabled, version+1
	ev := r.userEvent(ctx, a, "user.changed", u)
	ev.Detail = string(role)
	if disabled {
		ev.Detail += ", disabled"
	}
	err = r.store.UpdateUser(ctx, u, ev)
	return u, problem(err, connector.ErrInUse, "role", "Somebody must stay admin: "+u.Name+" is the last admin who can sign in.")
}

// SetPassword gives a user a new password; the user's sessions end. A person sets the own one by saying the old one too.
func (r *Registry) SetPassword(ctx context.Context, a access.Actor, id, old, password, address string) error {
	own := a.Kind == "user" && a.ID == id
	if err := may(a, access.ManageUsers); err != nil && !own {
		return err
	}
	u, err := r.store.User(ctx, id)
	if err != nil {
		return err
	}
	if own {
		if _, err := r.authenticate(ctx, u.Name, old, address); errors.Is(err, ErrCredentials) {
			return connector.Problems{{Field: "current", Text: "Current password is not right."}}
		} else if err != nil {
			return err
		}
	}
	if problems := passwordProblems(u.Name, password, "password"); len(problems) > 0 {
		return problems
	}
	hash, err := r.passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	return r.store.SetPassword(ctx, id, hash, r.userEvent(ctx, a, "user.password-set", u))
}

// SetPreferences keeps the theme ("light", "dark" or "") and whether single-key shortcuts are on.
func (r *Registry) SetPreferences(ctx context.Context, u access.User) error {
	if u.Theme != "light" && u.Theme != "dark" {
		u.Theme = ""
	}
	return r.store.SetPreferences(ctx, u)
}

func (r *Registry) userEvent(ctx context.Context, a access.Actor, action string, u access.User) access.Event {
	ev := r.event(ctx, a, action)
	ev.Object, ev.Name = "user:"+u.ID, u.Name
	return ev
}

// Events gives one page of the audit log, newest first.
func (r *Registry) Events(ctx context.Context, a access.Actor, q access.EventQuery) ([]access.Event, error) {
	if err := may(a, access.ReadAudit); err != nil {
		return nil, err
	}
	return r.store.Events(ctx, q)
}

// VerifyLog walks the audit log's chain and gives the number of events; the error names the first that does not fit.
func (r *Registry) VerifyLog(ctx context.Context, a access.Actor) (int64, error) {
	if err := may(a, access.ReadAudit); err != nil {
		return 0, err
	}
	return r.store.VerifyLog(ctx)
}
