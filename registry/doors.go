package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Doors keeps what the vendor doors need.
type Doors interface {
	// Credentials lists those of one workspace, or of all when it is "", revoked ones too, by workspace and name.
	Credentials(ctx context.Context, workspace string) ([]access.Credential, error)
	// CredentialByKey gives one that is good, with its sealed secret opened if it has one. ErrNotFound, ErrSealed.
	CredentialByKey(ctx context.Context, vendor, key string) (access.Credential, connector.Secret, error)
	// AddCredential keeps a new one; sealed is empty where the hash will do. ErrTaken for a name that a good one of the workspace has.
	AddCredential(ctx context.Context, c access.Credential, sealed connector.Secret, ev access.Event) error
	// RevokeCredential ends one and its tokens. ErrNotFound.
	RevokeCredential(ctx context.Context, id string, at time.Time, ev access.Event) error
	// UsedCredential notes the last use, at most once a minute; no event.
	UsedCredential(ctx context.Context, id string, at time.Time, from string) error

	// KeepToken keeps a log-in. Token gives one with its credential, if that is good; ErrNotFound. TouchToken notes its use.
	KeepToken(ctx context.Context, t access.Token) error
	Token(ctx context.Context, hash []byte) (access.Token, access.Credential, error)
	TouchToken(ctx context.Context, hash []byte, seen time.Time) error

	// Reply gives a stored answer; ErrNotFound. KeepReply keeps one in place of an older one to the same call, and forgets those older
	// than a day; ErrConflict when the one that is there is to other parameters. InsertOnce keeps a connector, as Insert does, and the
	// answer to the call that made it, in one transaction; ErrConflict when there is an answer already.
	Reply(ctx context.Context, workspace, operation, token string) (access.Reply, error)
	KeepReply(ctx context.Context, reply access.Reply) error
	InsertOnce(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, reply access.Reply, ev access.Event) error

	// NoteRequest adds a line to the request log, which keeps the newest 90,000 with a credential and the newest 10,000 without, so that
	// what strangers send pushes no other line out. Requests gives one page, newest first.
	NoteRequest(ctx context.Context, line access.Request) error
	Requests(ctx context.Context, q access.RequestQuery) ([]access.Request, error)
	// RequestCredentials lists the names of the credentials in it, of one workspace or of all when it is "", at most n.
	RequestCredentials(ctx context.Context, workspace string, n int) ([]string, error)
	// LastRequest gives the newest line about a connector. ErrNotFound.
	LastRequest(ctx context.Context, connectorID string) (access.Request, error)

	// Pick lists connectors for a vendor door, by number of page; total is how many match in all.
	Pick(ctx context.Context, p connector.Pick) (found []connector.Connector, total int, err error)

	// KeepPayload keeps the payload of a Harmony connector by its number, which outlives the registration. Payload gives it;
	// ErrNotFound. RemovePayload forgets it; ErrNotFound.
	KeepPayload(ctx context.Context, workspace, number, text string, ev access.Event) error
	Payload(ctx context.Context, workspace, number string) (text string, err error)
	RemovePayload(ctx context.Context, workspace, number string, ev access.Event) error
}

// How long a log-in at the Harmony door lives without a call, and in all.
const (
	TokenIdle = 14400 * time.Second
	tokenLife = 12 * time.Hour
)

// LogIn begins a log-in at the Harmony door: the token is "1_" and a UUID.
func (r *Registry) LogIn(ctx context.Context, c access.Credential) (string, error) {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	text := hex.EncodeToString(b[:])
	token := "1_" + text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
	sum := sha256.Sum256([]byte(token))
	now := r.now()
	return token, r.doors.KeepToken(ctx, access.Token{Hash: sum[:], Credential: c.ID, Created: now, Seen: now, Ends: now.Add(tokenLife)})
}

// ErrExpired is a token whose time is over.
var ErrExpired = errors.New("the log-in has expired")

// LoggedIn gives the credential and workspace behind a token: [ErrCredentials] for an unknown one, [ErrExpired] for one that is too old.
func (r *Registry) LoggedIn(ctx context.Context, token, address string) (access.Credential, connector.Workspace, error) {
	sum := sha256.Sum256([]byte(token))
	t, c, err := r.doors.Token(ctx, sum[:])
	now := r.now()
	switch {
	case errors.Is(err, connector.ErrNotFound):
		r.refused(ctx, "jitterbit", access.Credential{}, "unknown token")
		return c, connector.Workspace{}, ErrCredentials
	case err != nil:
		return c, connector.Workspace{}, err
	case now.After(t.Ends) || now.Sub(t.Seen) > TokenIdle:
		return c, connector.Workspace{}, ErrExpired
	}
	if now.Sub(t.Seen) > time.Minute {
		if err := r.doors.TouchToken(ctx, t.Hash, now); err != nil && !errors.Is(err, connector.ErrReadOnly) {
			return c, connector.Workspace{}, err
		}
	}
	return r.present(ctx, c, address)
}

// Find gives a living connector by the vendor's own identifier.
func (r *Registry) Find(ctx context.Context, a access.Actor, workspace string, scope connector.Scope, identifier string) (connector.Connector, error) {
	if _, err := r.visible(ctx, a, workspace); err != nil {
		return connector.Connector{}, err
	}
	c, err := r.store.Find(ctx, workspace, scope, identifier)
	if err != nil {
		return c, err
	}
	return c, r.invite(ctx, &c)
}

// Pick lists connectors for a vendor door.
func (r *Registry) Pick(ctx context.Context, a access.Actor, p connector.Pick) ([]connector.Connector, int, error) {
	if _, err := r.visible(ctx, a, p.Workspace); err != nil {
		return nil, 0, err
	}
	return r.doors.Pick(ctx, p)
}

// OpenPair fills the secrets of Harmony registrations in, for the one wire contract that answers them; the reading is audited.
func (r *Registry) OpenPair(ctx context.Context, a access.Actor, found []connector.Connector) error {
	if err := may(a, access.KeepSecrets); err != nil {
		return err
	}
	if len(found) == 0 {
		return nil
	}
	for _, c := range found {
		if !a.Sees(c.Workspace) {
			return connector.ErrNotFound
		}
	}
	if err := r.store.OpenFields(ctx, found...); err != nil {
		return err
	}
	ev := r.event(ctx, a, "registration.secrets-listed")
	ev.Object, ev.Workspace = "workspace:"+found[0].Workspace, found[0].Workspace
	return r.store.Note(ctx, ev)
}

// Requests gives one page of the request log, newest first.
func (r *Registry) Requests(ctx context.Context, a access.Actor, q access.RequestQuery) ([]access.Request, error) {
	if err := may(a, access.View); err != nil {
		return nil, err
	}
	if a.Workspace != "" {
		q.Workspace = a.Workspace
	}
	return r.doors.Requests(ctx, q)
}

// mostNames is how many credentials the request log offers to choose from.
const mostNames = 500

// RequestCredentials lists the names of the credentials in the request log that the actor sees.
func (r *Registry) RequestCredentials(ctx context.Context, a access.Actor) ([]string, error) {
	if err := may(a, access.View); err != nil {
		return nil, err
	}
	return r.doors.RequestCredentials(ctx, a.Workspace, mostNames)
}

// LastRequest gives who used a connector last through a door; ErrNotFound when nobody has.
func (r *Registry) LastRequest(ctx context.Context, a access.Actor, connectorID string) (access.Request, error) {
	if _, err := r.Connector(ctx, a, connectorID); err != nil {
		return access.Request{}, err
	}
	return r.doors.LastRequest(ctx, connectorID)
}

// Payload gives the payload of a Harmony connector by its number.
func (r *Registry) Payload(ctx context.Context, a access.Actor, workspace, number string) (string, error) {
	if _, err := r.visible(ctx, a, workspace); err != nil {
		return "", err
	}
	return r.doors.Payload(ctx, workspace, number)
}

// KeepPayload keeps it.
func (r *Registry) KeepPayload(ctx context.Context, a access.Actor, workspace, number, text string) error {
	if err := may(a, access.Edit); err != nil {
		return err
	}
	if _, err := r.visible(ctx, a, workspace); err != nil {
		return err
	}
	return r.doors.KeepPayload(ctx, workspace, number, text, r.payloadEvent(ctx, a, "payload.kept", workspace, number))
}

// RemovePayload forgets it. One whose connector is in use is refused with *[InUse].
func (r *Registry) RemovePayload(ctx context.Context, a access.Actor, workspace, number string) error {
	if err := may(a, access.Edit); err != nil {
		return err
	}
	if _, err := r.visible(ctx, a, workspace); err != nil {
		return err
	}
	switch c, err := r.store.Find(ctx, workspace, connector.Scope{}, number); {
	case err == nil:
		uses, err := r.store.Uses(ctx, c.ID)
		if err != nil {
			return err
		}
		if len(uses) > 0 {
			return &InUse{What: "Connector “" + c.Name + "”", By: useNames(uses)}
		}
	case !errors.Is(err, connector.ErrNotFound): // a payload outlives its registration
		return err
	}
	return r.doors.RemovePayload(ctx, workspace, number, r.payloadEvent(ctx, a, "payload.removed", workspace, number))
}

func (r *Registry) payloadEvent(ctx context.Context, a access.Actor, action, workspace, number string) access.Event {
	ev := r.event(ctx, a, action)
	ev.Object, ev.Name, ev.Workspace = "payload:"+number, number, workspace
	return ev
}
