package store

import (
	"context"
	"time"

	"patchbay/access"
)

// KeepSession keeps a new session, or the data and the last use of one that goes on. One that was ended stays ended,
// whatever a request that was under way still wants to keep.
func (s *Store) KeepSession(ctx context.Context, row access.Session) error {
	const keepSQL = `
		INSERT INTO sessions (hash, person, data, created, seen, ends, address, agent, over)
		VALUES ($1, nullif($2, ''), $3, $4, $5, $6, $7, $8, 0)
		ON CONFLICT (hash) DO UPDATE SET data = excluded.data, seen = max(seen, excluded.seen) WHERE over = 0`
	if row.Data == nil {
		row.Data = []byte{}
	}
	return s.change(ctx, "keep a session", func(t *tx) error {
		_, err := t.exec(keepSQL, row.Hash, row.User, row.Data, milli(row.Created), milli(row.Seen), milli(row.Ends), row.Address, row.Agent)
		return err
	})
}

// TouchSession notes the last use of a session.
func (s *Store) TouchSession(ctx context.Context, hash []byte, seen time.Time) error {
	return s.change(ctx, "note the use of a session", func(t *tx) error {
		_, err := t.exec(`UPDATE sessions SET seen = max(seen, $1) WHERE hash = $2 AND over = 0`, milli(seen), hash)
		return err
	})
}

// EndSession ends a session; one that is not there has ended already.
func (s *Store) EndSession(ctx context.Context, hash []byte) error {
	return s.change(ctx, "end a session", func(t *tx) error {
		_, err := t.exec(`UPDATE sessions SET over = 1, data = X'' WHERE hash = $1`, hash)
		return err
	})
}

// EndSessions ends all sessions of a user.
func (s *Store) EndSessions(ctx context.Context, userID string) error {
	return s.change(ctx, "end the sessions of user "+userID, func(t *tx) error { return t.endSessions(userID) })
}

func (t *tx) endSessions(user string) error {
	_, err := t.exec(`UPDATE sessions SET over = 1, data = X'' WHERE person = $1 AND over = 0`, user)
	return err
}

// SweepSessions forgets the sessions that are past their end.
func (s *Store) SweepSessions(ctx context.Context, now time.Time) error {
	return s.change(ctx, "sweep the sessions", func(t *tx) error {
		_, err := t.exec(`DELETE FROM sessions WHERE ends <= $1`, milli(now))
		return err
	})
}
