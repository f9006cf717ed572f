package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
)

// hostKey is how the host key that a run saw is kept with it.
type hostKey struct {
	Origin      string `json:"origin"`
	Algorithm   string `json:"algorithm"`
	Fingerprint string `json:"fingerprint"`
	Key         string `json:"key"`
}

func writeHostKey(k *connector.HostKey) (string, error) {
	if k == nil {
		return "", nil
	}
	text, err := json.Marshal(hostKey{string(k.Origin), k.Algorithm, k.Fingerprint, k.Key})
	if err != nil {
		return "", fmt.Errorf("write the host key: %w", err)
	}
	return string(text), nil
}

func readHostKey(text string) (*connector.HostKey, error) {
	var kept hostKey
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, fmt.Errorf("read the host key: %w", err)
	}
	return &connector.HostKey{Origin: connector.Origin(kept.Origin), Algorithm: kept.Algorithm, Fingerprint: kept.Fingerprint, Key: kept.Key}, nil
}

// HostKeys lists the host keys that were accepted in a workspace, by origin. With an origin that is not "" only that server's.
func (s *Store) HostKeys(ctx context.Context, workspace string, origin connector.Origin) ([]connector.TrustedKey, error) {
	const text = `
		SELECT workspace, origin, algorithm, fingerprint, key, accepted, accepted_by
		FROM host_keys
		WHERE workspace = $1 AND ($2 = '' OR origin = $2)
		ORDER BY origin`
	var out []connector.TrustedKey
	err := s.read.each(ctx, text, []any{workspace, string(origin)}, func(rows *sql.Rows) error {
		var k connector.TrustedKey
		var at int64
		err := rows.Scan(&k.Workspace, &k.Origin, &k.Algorithm, &k.Fingerprint, &k.Key, &at, &k.By)
		k.At = fromMilli(at)
		out = append(out, k)
		return err
	})
	return out, said("list the host keys of workspace "+workspace, err)
}

// TrustHostKey keeps a host key in place of what was accepted for its workspace and origin before.
func (s *Store) TrustHostKey(ctx context.Context, k connector.TrustedKey, ev access.Event) error {
	const keepSQL = `
		INSERT INTO host_keys (workspace, origin, algorithm, fingerprint, key, accepted, accepted_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (workspace, origin) DO UPDATE
		SET algorithm = excluded.algorithm, fingerprint = excluded.fingerprint, key = excluded.key,
			accepted = excluded.accepted, accepted_by = excluded.accepted_by`
	return s.change(ctx, "trust the host key of "+string(k.Origin), func(t *tx) error {
		return t.noted(ev, keepSQL, k.Workspace, string(k.Origin), k.Algorithm, k.Fingerprint, k.Key, milli(k.At), k.By)
	})
}

// ForgetHostKey forgets the host key of a server in a workspace.
func (s *Store) ForgetHostKey(ctx context.Context, workspace string, origin connector.Origin, ev access.Event) error {
	return s.change(ctx, "forget the host key of "+string(origin), func(t *tx) error {
		n, err := t.exec(`DELETE FROM host_keys WHERE workspace = $1 AND origin = $2`, workspace, string(origin))
		if err != nil {
			return err
		}
		if n == 0 {
			return connector.ErrNotFound
		}
		return t.note(ev)
	})
}
