package registry

import (
	"context"
	"log/slog"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

// HostKeys keeps the host keys that people accepted, by workspace and origin.
type HostKeys interface {
	// HostKeys lists those of a workspace by origin; with an origin that is not "" only that server's.
	HostKeys(ctx context.Context, workspace string, origin connector.Origin) ([]connector.TrustedKey, error)
	// TrustHostKey keeps one in place of what was accepted for its workspace and origin before. ErrNotFound for no workspace.
	TrustHostKey(ctx context.Context, k connector.TrustedKey, ev access.Event) error
	// ForgetHostKey forgets the one of a server. ErrNotFound.
	ForgetHostKey(ctx context.Context, workspace string, origin connector.Origin, ev access.Event) error
}

// The codes of the checks that ended because of a host key: nobody accepted one, or another one was accepted.
const (
	hostKeyNew     = "SSH_HOST_KEY_NEW"
	hostKeyChanged = "SSH_HOST_KEY_CHANGED"
)

// lately is how many runs are looked at for the newest that has ended.
const lately = 5

// HostKeys lists the host keys that were accepted in a workspace, by origin.
func (r *Registry) HostKeys(ctx context.Context, a access.Actor, workspace string) ([]connector.TrustedKey, error) {
	if _, err := r.visible(ctx, a, workspace); err != nil {
		return nil, err
	}
	return r.store.HostKeys(ctx, workspace, "")
}

// TrustHostKey accepts the host key that a connector's newest check was shown, for the connector's workspace and the server that showed
// it. fingerprint is what the person compared; the key itself comes from the run, so nobody can bring one along. Problems when the two do
// not fit together any more.
func (r *Registry) TrustHostKey(ctx context.Context, a access.Actor, connectorID, fingerprint string) (connector.TrustedKey, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.TrustedKey{}, err
	}
	c, err := r.living(ctx, a, connectorID)
	if err != nil {
		return connector.TrustedKey{}, err
	}
	runs, err := r.store.History(ctx, c.ID, lately)
	if err != nil {
		return connector.TrustedKey{}, err
	}
	shown := shownKey(runs)
	switch {
	case shown == nil:
		return connector.TrustedKey{}, keyProblem("No key waits to be trusted: the last check of this connector did not end because of one. Validate it again.")
	case shown.Fingerprint != fingerprint:
		return connector.TrustedKey{}, keyProblem("The server has shown another key since, so nothing was trusted. Compare the one that is shown now.")
	case shown.Origin != placeOf(c.Spec.Check()):
		return connector.TrustedKey{}, keyProblem("The connector leads to another server now than the one that showed this key, so nothing was trusted. Validate it again.")
	}
	before, err := r.store.HostKeys(ctx, c.Workspace, shown.Origin)
	if err != nil {
		return connector.TrustedKey{}, err
	}
	k := connector.TrustedKey{HostKey: *shown, Workspace: c.Workspace, By: a.Name, At: r.now()}
	ev := r.hostKeyEvent(ctx, a, "hostkey.trusted", k)
	for _, old := range before {
		ev.Detail += ", in place of " + old.Algorithm + " " + old.Fingerprint
	}
	return k, r.store.TrustHostKey(ctx, k, ev)
}

// shownKey gives the host key because of which the newest run that is over ended, or nil.
func shownKey(newestFirst []connector.Run) *connector.HostKey {
	for _, run := range newestFirst {
		switch {
		case run.State != connector.Done:
			continue
		case run.Code == hostKeyNew || run.Code == hostKeyChanged:
			return run.HostKey
		}
		return nil
	}
	return nil
}

func keyProblem(text string) error {
	return connector.Problems{{Field: "fingerprint", Text: text}}
}

// ForgetHostKey forgets the host key that was accepted for a server in a workspace: its next check asks a person again.
func (r *Registry) ForgetHostKey(ctx context.Context, a access.Actor, workspace string, origin connector.Origin) (connector.TrustedKey, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.TrustedKey{}, err
	}
	if _, err := r.visible(ctx, a, workspace); err != nil {
		return connector.TrustedKey{}, err
	}
	if origin == "" {
		return connector.TrustedKey{}, connector.ErrNotFound
	}
	kept, err := r.store.HostKeys(ctx, workspace, origin)
	if err != nil {
		return connector.TrustedKey{}, err
	}
	if len(kept) == 0 {
		return connector.TrustedKey{}, connector.ErrNotFound
	}
	return kept[0], r.store.ForgetHostKey(ctx, workspace, origin, r.hostKeyEvent(ctx, a, "hostkey.forgotten", kept[0]))
}

func (r *Registry) hostKeyEvent(ctx context.Context, a access.Actor, action string, k connector.TrustedKey) access.Event {
	ev := r.event(ctx, a, action)
	ev.Object, ev.Name, ev.Workspace = "hostkey:"+string(k.Origin), strings.TrimPrefix(string(k.Origin), "ssh://"), k.Workspace
	ev.Detail = k.Algorithm + " " + k.Fingerprint
	return ev
}

// accepted gives the host keys that a check over SSH may take for those of its server: the workspace's own, and none where they cannot
// be read. Then nobody is asked, since a key that cannot be compared might be anybody's.
func (r *Registry) accepted(ctx context.Context, workspace string, check connector.Check) ([]connector.HostKey, *connector.Outcome) {
	to := placeOf(check)
	if !strings.HasPrefix(string(to), "ssh://") {
		return nil, nil
	}
	kept, err := r.store.HostKeys(ctx, workspace, to)
	if err != nil {
		slog.ErrorContext(ctx, "the accepted host keys could not be read", "workspace", workspace, "error", err)
		return nil, instead(connector.Outcome{Status: connector.Unverified, Code: "STORE_UNREADABLE",
			Text: "The host keys that were accepted could not be read from the store, so nobody was asked.", Next: "Look at the program's log, then validate again."})
	}
	out := make([]connector.HostKey, len(kept))
	for i, k := range kept {
		out[i] = k.HostKey
	}
	return out, nil
}
