package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

const userColumns = `u.id, u.name, u.role, u.disabled, u.created, u.last_seen, u.theme, u.shortcuts, u.version`

// userScan gives the places to read the columns of a user into, and what to do once they are read.
func userScan(u *access.User) (into []any, then func()) {
	created, seen := new(int64), new(int64)
	return []any{&u.ID, &u.Name, &u.Role, &u.Disabled, created, seen, &u.Theme, &u.Keys, &u.Version},
		func() { u.Created, u.LastSeen = fromMilli(*created), fromMilli(*seen) }
}

// Users lists all by name.
func (s *Store) Users(ctx context.Context) ([]access.User, error) {
	var out []access.User
	err := s.read.each(ctx, `SELECT `+userColumns+` FROM users AS u ORDER BY u.fold`, nil, func(rows *sql.Rows) error {
		var u access.User
		into, then := userScan(&u)
		err := rows.Scan(into...)
		then()
		out = append(out, u)
		return err
	})
	return out, said("list the users", err)
}

// User gives one by id.
func (s *Store) User(ctx context.Context, id string) (access.User, error) {
	var u access.User
	into, then := userScan(&u)
	err := s.read.one(ctx, `SELECT `+userColumns+` FROM users AS u WHERE u.id = $1`, []any{id}, into...)
	then()
	return u, said("read user "+id, err)
}

// UserNamed gives one by name, without regard to case, with the hash of the password.
func (s *Store) UserNamed(ctx context.Context, name string) (access.User, string, error) {
	var u access.User
	var hash string
	into, then := userScan(&u)
	err := s.read.one(ctx, `SELECT `+userColumns+`, u.hash FROM users AS u WHERE u.fold = $1`, []any{fold(name)}, append(into, &hash)...)
	then()
	return u, hash, said("read a user by name", err)
}

// AddUser keeps a new one. With onlyFirst it is [connector.ErrConflict] unless there are no users yet.
func (s *Store) AddUser(ctx context.Context, u access.User, hash string, onlyFirst bool, ev access.Event) error {
	const addSQL = `
		INSERT INTO users (id, name, fold, role, disabled, hash, created, last_seen, theme, shortcuts, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	return s.change(ctx, "add user "+u.Name, func(t *tx) error {
		if onlyFirst {
			var some bool
			if err := t.one(`SELECT EXISTS (SELECT 1 FROM users)`, nil, &some); err != nil {
				return err
			}
			if some {
				return fmt.Errorf("there are users already: %w", connector.ErrConflict)
			}
		}
		return t.noted(ev, addSQL, u.ID, u.Name, fold(u.Name), string(u.Role), flag(u.Disabled), hash, milli(u.Created), milli(u.LastSeen), u.Theme,
			flag(u.Keys), max(u.Version, 1))
	})
}

// UpdateUser keeps role and disabled if the stored version is u.Version-1, and ends the user's sessions. It is
// [connector.ErrInUse] when it would leave no admin who can sign in.
func (s *Store) UpdateUser(ctx context.Context, u access.User, ev access.Event) error {
	const updateSQL = `
		UPDATE users
		SET role = $1, disabled = $2, version = $3
		WHERE id = $4`
	const adminsSQL = `SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled = 0)`
	return s.change(ctx, "change user "+u.ID, func(t *tx) error {
		if err := t.expect(`SELECT version FROM users WHERE id = $1`, u.ID, u.Version-1); err != nil {
			return err
		}
		var before, after bool
		if err := t.one(adminsSQL, nil, &before); err != nil {
			return err
		}
		if _, err := t.exec(updateSQL, string(u.Role), flag(u.Disabled), u.Version, u.ID); err != nil {
			return err
		}
		if err := t.one(adminsSQL, nil, &after); err != nil {
			return err
		}
		if before && !after {
			return fmt.Errorf("it is the last admin who can sign in: %w", connector.ErrInUse)
		}
		if err := t.endSessions(u.ID); err != nil {
			return err
		}
		return t.note(ev)
	})
}

// SetPassword keeps a new hash and ends the user's sessions.
func (s *Store) SetPassword(ctx context.Context, id, hash string, ev access.Event) error {
	return s.change(ctx, "set the password of user "+id, func(t *tx) error {
		if err := t.noted(ev, `UPDATE users SET hash = $1 WHERE id = $2`, hash, id); err != nil {
			return err
		}
		return t.endSessions(id)
	})
}

// SetPreferences keeps theme and shortcuts, without an event.
func (s *Store) SetPreferences(ctx context.Context, u access.User) error {
	return s.change(ctx, "keep the preferences of user "+u.ID, func(t *tx) error {
		n, err := t.exec(`UPDATE users SET theme = $1, shortcuts = $2 WHERE id = $3`, u.Theme, flag(u.Keys), u.ID)
		if err == nil && n == 0 {
			err = connector.ErrNotFound
		}
		return err
	})
}

// SignedIn notes the time of a sign-in, with its event.
func (s *Store) SignedIn(ctx context.Context, id string, at time.Time, ev access.Event) error {
	return s.change(ctx, "note the sign-in of user "+id, func(t *tx) error {
		return t.noted(ev, `UPDATE users SET last_seen = $1 WHERE id = $2`, milli(at), id)
	})
}

// Session gives a session that goes on, with its user. It is [connector.ErrNotFound] when it was ended, is past its end, or
// its user may not sign in any more.
func (s *Store) Session(ctx context.Context, hash []byte) (access.Session, access.User, error) {
	const sessionSQL = `
		SELECT s.hash, s.person, s.data, s.created, s.seen, s.ends, s.address, s.agent, ` + userColumns + `
		FROM sessions AS s
		JOIN users AS u ON u.id = s.person
		WHERE s.hash = $1 AND s.over = 0 AND s.ends > $2 AND u.disabled = 0`
	const nobodySQL = `
		SELECT hash, data, created, seen, ends, address, agent
		FROM sessions
		WHERE hash = $1 AND over = 0 AND ends > $2 AND person IS NULL`
	var row access.Session
	var u access.User
	var created, seen, ends int64
	into, then := userScan(&u)
	args := []any{hash, milli(s.now())}
	err := s.read.one(ctx, sessionSQL, args, append([]any{&row.Hash, &row.User, &row.Data, &created, &seen, &ends, &row.Address, &row.Agent}, into...)...)
	if errors.Is(err, sql.ErrNoRows) {
		err = s.read.one(ctx, nobodySQL, args, &row.Hash, &row.Data, &created, &seen, &ends, &row.Address, &row.Agent)
	}
	then()
	row.Created, row.Seen, row.Ends = fromMilli(created), fromMilli(seen), fromMilli(ends)
	return row, u, said("read a session", err)
}
