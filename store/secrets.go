package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/store/seal"
)

const (
	secretColumns = `s.id, s.workspace, s.org, s.project, s.name, s.kind, s.version, s.uses, s.set_at, s.set_by, s.created, s.ends,
		(SELECT group_concat(origin, ' ') FROM (SELECT origin FROM secret_origins WHERE secret = s.id ORDER BY origin))`
	secretSQL   = `SELECT ` + secretColumns + ` FROM secrets AS s`
	secretNamed = ` WHERE s.workspace = $1 AND s.org = $2 AND s.project = $3 AND s.name = $4`
)

// readSecret reads the columns of a secret, and what comes after them into more.
func readSecret(from scanner, more ...any) (connector.NamedSecret, error) {
	var s connector.NamedSecret
	var set, created, ends int64
	var origins sql.NullString
	err := from.Scan(append([]any{&s.ID, &s.Workspace, &s.Scope.Org, &s.Scope.Project, &s.Name, &s.Kind, &s.Version, &s.UsedBy, &set, &s.SetBy,
		&created, &ends, &origins}, more...)...)
	s.Set, s.Created, s.Ends = fromMilli(set), fromMilli(created), fromMilli(ends)
	for o := range strings.FieldsSeq(origins.String) {
		s.Origins = append(s.Origins, connector.Origin(o))
	}
	return s, err
}

// Secrets lists those of one workspace, or of all when workspace is "", by scope and name; text filters names.
func (s *Store) Secrets(ctx context.Context, workspace, text string) ([]connector.NamedSecret, error) {
	const listSQL = secretSQL + `
		WHERE ($1 = '' OR s.workspace = $1) AND instr(lower(s.name), lower($2)) > 0
		ORDER BY s.workspace, s.org, s.project, s.name`
	var out []connector.NamedSecret
	err := s.read.each(ctx, listSQL, []any{workspace, text}, func(rows *sql.Rows) error {
		one, err := readSecret(rows)
		out = append(out, one)
		return err
	})
	return out, said("list the secrets", err)
}

// Secret gives one by its id.
func (s *Store) Secret(ctx context.Context, id string) (connector.NamedSecret, error) {
	return s.oneSecret(ctx, secretSQL+` WHERE s.id = $1`, id)
}

// SecretNamed gives one by where it lives.
func (s *Store) SecretNamed(ctx context.Context, name connector.SecretName) (connector.NamedSecret, error) {
	return s.oneSecret(ctx, secretSQL+secretNamed, nameArgs(name)...)
}

func (s *Store) oneSecret(ctx context.Context, text string, args ...any) (found connector.NamedSecret, err error) {
	err = s.read.first(ctx, text, args, func(rows *sql.Rows) error {
		found, err = readSecret(rows)
		return err
	})
	return found, said("read a secret", err)
}

func nameArgs(name connector.SecretName) []any {
	return []any{name.Workspace, name.Scope.Org, name.Scope.Project, name.Name}
}

func secretContext(id string, name connector.SecretName, version int64) []byte {
	return seal.Context("secret of a workspace", name.Workspace, name.Scope.Org, name.Scope.Project, name.Name, id, strconv.FormatInt(version, 10))
}

// OpenSecret gives the value with the origins that it may go to.
func (s *Store) OpenSecret(ctx context.Context, name connector.SecretName) (connector.Opened, error) {
	doing := "open the secret " + name.Name
	var found connector.NamedSecret
	var value []byte
	// One statement, so that a value never comes with the origins of an older one.
	err := s.read.first(ctx, `SELECT `+secretColumns+`, s.sealed FROM secrets AS s`+secretNamed, nameArgs(name), func(rows *sql.Rows) (err error) {
		found, err = readSecret(rows, &value)
		return err
	})
	if err != nil {
		return connector.Opened{}, said(doing, err)
	}
	plain, err := s.unseal(value, secretContext(found.ID, found.SecretName, found.Version))
	if err != nil {
		return connector.Opened{}, said(doing, err)
	}
	return connector.NewOpened(connector.NewSecret(string(plain)), found.Origins...), nil
}

// KeepSecret creates a secret (version 1) or replaces the value (version one more than stored). Origins are added to those
// that it has, never taken away.
func (s *Store) KeepSecret(ctx context.Context, secret connector.NamedSecret, value connector.Secret, ev access.Event) error {
	doing := "keep the secret " + secret.Name
	if s.shut != nil {
		return said(doing, s.shut)
	}
	made, err := s.sealMade([]connector.Made{{Secret: secret, Value: value}})
	if err != nil {
		return said(doing, err)
	}
	return s.change(ctx, doing, func(t *tx) error {
		if secret.Version == 1 {
			err = t.keepMade(made)
		} else {
			err = t.replace(made[0])
		}
		if err != nil {
			return err
		}
		return t.note(ev)
	})
}

// sealedSecret is a secret whose value is ready to be kept.
type sealedSecret struct {
	connector.NamedSecret
	value []byte
}

func (s *Store) sealMade(made []connector.Made) ([]sealedSecret, error) {
	out := make([]sealedSecret, len(made))
	for i, m := range made {
		if m.Secret.Version == 0 {
			m.Secret.Version = 1
		}
		value, err := s.ring.Seal([]byte(m.Value.Reveal()), secretContext(m.Secret.ID, m.Secret.SecretName, m.Secret.Version))
		if err != nil {
			return nil, fmt.Errorf("secret %s: %w", m.Secret.Name, err)
		}
		out[i] = sealedSecret{m.Secret, value}
	}
	return out, nil
}

func (t *tx) keepMade(made []sealedSecret) error {
	const insertSQL = `
		INSERT INTO secrets (id, workspace, org, project, name, kind, version, uses, set_at, set_by, created, sealed, ends)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)`
	for _, s := range made {
		if _, err := t.exec(insertSQL, s.ID, s.Workspace, s.Scope.Org, s.Scope.Project, s.Name, string(s.Kind), s.Version, milli(s.Set), s.SetBy,
			milli(s.Created), s.value, milli(s.Ends)); err != nil {
			return said("secret "+s.Name, err)
		}
		if err := t.allow(s.ID, s.Origins...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) replace(s sealedSecret) error {
	// The value was sealed for a name, so the name must be the stored one.
	const replaceSQL = `
		UPDATE secrets
		SET kind = $1, version = $2, set_at = $3, set_by = $4, sealed = $5, ends = $6, warned = 0
		WHERE id = $7 AND version = $8 AND workspace = $9 AND org = $10 AND project = $11 AND name = $12`
	n, err := t.exec(replaceSQL, string(s.Kind), s.Version, milli(s.Set), s.SetBy, s.value, milli(s.Ends), s.ID, s.Version-1,
		s.Workspace, s.Scope.Org, s.Scope.Project, s.Name)
	if err != nil {
		return err
	}
	if n == 0 {
		if err := t.one(`SELECT id FROM secrets WHERE id = $1`, []any{s.ID}, &s.ID); err != nil {
			return err
		}
		return fmt.Errorf("version %d: %w", s.Version, connector.ErrConflict)
	}
	return t.allow(s.ID, s.Origins...)
}

func (t *tx) allow(secret string, to ...connector.Origin) error {
	for _, o := range to {
		if o == "" {
			continue
		}
		if _, err := t.exec(`INSERT INTO secret_origins (secret, origin) VALUES ($1, $2) ON CONFLICT DO NOTHING`, secret, string(o)); err != nil {
			return err
		}
	}
	return nil
}

// RemoveSecret forgets one that no living connector points at. Retired ones may: when one of them comes back, its reference
// names a secret that is not there.
func (s *Store) RemoveSecret(ctx context.Context, id string, ev access.Event) error {
	return s.change(ctx, "remove the secret "+id, func(t *tx) error {
		uses := 0
		if err := t.one(`SELECT uses FROM secrets WHERE id = $1`, []any{id}, &uses); err != nil {
			return err
		}
		if uses > 0 {
			return fmt.Errorf("%d connectors point at it: %w", uses, connector.ErrInUse)
		}
		return t.noted(ev, `DELETE FROM secrets WHERE id = $1`, id)
	})
}
