package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/store/seal"
)

const credentialColumns = `c.id, c.workspace, c.vendor, c.name, c.role, c.key, c.hash, c.created, c.created_by, c.used, c.used_from, c.revoked`

func readCredential(from scanner, more ...any) (access.Credential, error) {
	var c access.Credential
	var created, used, revoked int64
	err := from.Scan(append([]any{&c.ID, &c.Workspace, &c.Vendor, &c.Name, &c.Role, &c.Key, &c.Hash, &created, &c.CreatedBy, &used, &c.UsedFrom, &revoked}, more...)...)
	c.Created, c.Used, c.Revoked = fromMilli(created), fromMilli(used), fromMilli(revoked)
	return c, err
}

func credentialContext(c access.Credential) []byte {
	return seal.Context("credential of a workspace", c.Workspace, c.ID, c.Key)
}

// Credentials lists those of one workspace, or of all when it is "", revoked ones too, by workspace and name.
func (s *Store) Credentials(ctx context.Context, workspace string) ([]access.Credential, error) {
	const listSQL = `
		SELECT ` + credentialColumns + `
		FROM credentials AS c
		WHERE $1 = '' OR c.workspace = $1
		ORDER BY c.workspace, c.revoked > 0, c.name, c.created`
	var out []access.Credential
	err := s.read.each(ctx, listSQL, []any{workspace}, func(rows *sql.Rows) error {
		c, err := readCredential(rows)
		out = append(out, c)
		return err
	})
	return out, said("list the credentials", err)
}

// CredentialByKey gives one that is good, with its sealed secret opened if it has one.
func (s *Store) CredentialByKey(ctx context.Context, vendor, key string) (access.Credential, connector.Secret, error) {
	const keySQL = `SELECT ` + credentialColumns + `, c.sealed FROM credentials AS c WHERE c.vendor = $1 AND c.key = $2 AND c.revoked = 0`
	const doing = "read a credential"
	var found access.Credential
	var value []byte
	err := s.read.first(ctx, keySQL, []any{vendor, key}, func(rows *sql.Rows) (err error) {
		found, err = readCredential(rows, &value)
		return err
	})
	if err != nil || len(value) == 0 {
		return found, connector.Secret{}, said(doing, err)
	}
	plain, err := s.unseal(value, credentialContext(found))
	return found, connector.NewSecret(string(plain)), said(doing, err)
}

// AddCredential keeps a new one; sealed is empty where the hash will do. A name that a good one of the workspace has is taken.
func (s *Store) AddCredential(ctx context.Context, c access.Credential, sealed connector.Secret, ev access.Event) error {
	doing := "keep credential " + c.ID
	if s.shut != nil {
		return said(doing, s.shut)
	}
	value, hash := []byte{}, c.Hash
	if hash == nil {
		hash = []byte{}
	}
	if !sealed.Empty() {
		var err error
		if value, err = s.ring.Seal([]byte(sealed.Reveal()), credentialContext(c)); err != nil {
			return said(doing, err)
		}
	}
	const insertSQL = `
		INSERT INTO credentials (id, workspace, vendor, name, role, key, hash, sealed, created, created_by, used, used_from, revoked)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '', 0)`
	return s.change(ctx, doing, func(t *tx) error {
		if _, err := t.exec(insertSQL, c.ID, c.Workspace, c.Vendor, c.Name, string(c.Role), c.Key, hash, value, milli(c.Created), c.CreatedBy); err != nil {
			return err
		}
		return t.note(ev)
	})
}

// RevokeCredential ends one and its tokens; its secret is forgotten.
func (s *Store) RevokeCredential(ctx context.Context, id string, at time.Time, ev access.Event) error {
	return s.change(ctx, "revoke credential "+id, func(t *tx) error {
		n, err := t.exec(`UPDATE credentials SET revoked = $1, hash = X'', sealed = X'' WHERE id = $2 AND revoked = 0`, milli(at), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return connector.ErrNotFound
		}
		if _, err := t.exec(`DELETE FROM tokens WHERE credential = $1`, id); err != nil {
			return err
		}
		return t.note(ev)
	})
}

// everyUse is how far apart two noted uses of a credential are at least: a busy program must not cost a write for each call.
const everyUse = time.Minute

// UsedCredential notes the last use.
func (s *Store) UsedCredential(ctx context.Context, id string, at time.Time, from string) error {
	const doing = "note the use of a credential"
	last := int64(0)
	if err := s.read.one(ctx, `SELECT used FROM credentials WHERE id = $1`, []any{id}, &last); err != nil {
		return said(doing, err)
	}
	if milli(at)-last < everyUse.Milliseconds() {
		return nil
	}
	return s.change(ctx, doing, func(t *tx) error {
		_, err := t.exec(`UPDATE credentials SET used = max(used, $1), used_from = $2 WHERE id = $3`, milli(at), from, id)
		return err
	})
}

// KeepToken keeps a log-in, and forgets those that are past their end.
func (s *Store) KeepToken(ctx context.Context, token access.Token) error {
	return s.change(ctx, "keep a log-in", func(t *tx) error {
		if _, err := t.exec(`DELETE FROM tokens WHERE ends <= $1`, milli(token.Created)); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO tokens (hash, credential, created, seen, ends) VALUES ($1, $2, $3, $4, $5)`,
			token.Hash, token.Credential, milli(token.Created), milli(token.Seen), milli(token.Ends))
		return err
	})
}

// Token gives a log-in with its credential, if that is good.
func (s *Store) Token(ctx context.Context, hash []byte) (access.Token, access.Credential, error) {
	const tokenSQL = `
		SELECT ` + credentialColumns + `, t.created, t.seen, t.ends
		FROM tokens AS t
		JOIN credentials AS c ON c.id = t.credential
		WHERE t.hash = $1 AND c.revoked = 0`
	found := access.Token{Hash: hash}
	var c access.Credential
	err := s.read.first(ctx, tokenSQL, []any{hash}, func(rows *sql.Rows) (err error) {
		var created, seen, ends int64
		c, err = readCredential(rows, &created, &seen, &ends)
		found.Credential, found.Created, found.Seen, found.Ends = c.ID, fromMilli(created), fromMilli(seen), fromMilli(ends)
		return err
	})
	return found, c, said("read a log-in", err)
}

// TouchToken notes the use of a log-in.
func (s *Store) TouchToken(ctx context.Context, hash []byte, seen time.Time) error {
	return s.change(ctx, "note the use of a log-in", func(t *tx) error {
		_, err := t.exec(`UPDATE tokens SET seen = max(seen, $1) WHERE hash = $2`, milli(seen), hash)
		return err
	})
}

// replyLife is how long an answer is kept for a call that comes again.
const replyLife = 24 * time.Hour

// Reply gives a stored answer.
func (s *Store) Reply(ctx context.Context, workspace, operation, token string) (access.Reply, error) {
	const replySQL = `SELECT asked, body, at FROM replies WHERE workspace = $1 AND operation = $2 AND token = $3`
	found := access.Reply{Workspace: workspace, Operation: operation, Token: token}
	var at int64
	err := s.read.one(ctx, replySQL, []any{workspace, operation, token}, &found.Asked, &found.Body, &at)
	found.At = fromMilli(at)
	return found, said("read a stored answer", err)
}

// KeepReply keeps an answer in place of an older one to the same call, and forgets those of yesterday.
func (s *Store) KeepReply(ctx context.Context, reply access.Reply) error {
	return s.change(ctx, "keep an answer", func(t *tx) error {
		return t.reply(reply, `
			INSERT INTO replies (workspace, operation, token, asked, body, at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (workspace, operation, token) DO UPDATE SET body = excluded.body WHERE asked = excluded.asked`)
	})
}

// InsertOnce keeps a connector, as [Store.Insert] does, with the answer to the call that made it. Where there is an answer already, nothing is
// kept.
func (s *Store) InsertOnce(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, reply access.Reply, ev access.Event) error {
	doing := "keep connector " + c.ID + " and the answer to its call"
	insert, err := s.inserting(c, grants, made, ev)
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, func(t *tx) error {
		if err := t.reply(reply, `
			INSERT INTO replies (workspace, operation, token, asked, body, at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (workspace, operation, token) DO NOTHING`); err != nil {
			return err
		}
		return insert(t)
	})
}

// reply writes an answer; [connector.ErrConflict] when that writes nothing.
func (t *tx) reply(reply access.Reply, text string) error {
	if _, err := t.exec(`DELETE FROM replies WHERE at < $1`, milli(reply.At.Add(-replyLife))); err != nil {
		return err
	}
	n, err := t.exec(text, reply.Workspace, reply.Operation, reply.Token, reply.Asked, reply.Body, milli(reply.At))
	if err == nil && n == 0 {
		err = fmt.Errorf("the call has an answer already: %w", connector.ErrConflict)
	}
	return err
}

// KeepPayload keeps the payload of a Harmony connector by its number.
func (s *Store) KeepPayload(ctx context.Context, workspace, number, text string, ev access.Event) error {
	const keepSQL = `
		INSERT INTO payloads (workspace, number, text)
		VALUES ($1, $2, $3)
		ON CONFLICT (workspace, number) DO UPDATE SET text = excluded.text`
	return s.change(ctx, "keep payload "+number, func(t *tx) error {
		if _, err := t.exec(keepSQL, workspace, number, text); err != nil {
			return err
		}
		return t.note(ev)
	})
}

// Payload gives it.
func (s *Store) Payload(ctx context.Context, workspace, number string) (text string, err error) {
	err = s.read.one(ctx, `SELECT text FROM payloads WHERE workspace = $1 AND number = $2`, []any{workspace, number}, &text)
	return text, said("read payload "+number, err)
}

// RemovePayload forgets it.
func (s *Store) RemovePayload(ctx context.Context, workspace, number string, ev access.Event) error {
	return s.change(ctx, "remove payload "+number, func(t *tx) error {
		n, err := t.exec(`DELETE FROM payloads WHERE workspace = $1 AND number = $2`, workspace, number)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("payload %s: %w", number, connector.ErrNotFound)
		}
		return t.note(ev)
	})
}
