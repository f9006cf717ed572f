package registry

import (
	"context"
	"errors"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// OAuthApps keeps the OAuth applications of workspaces, and what people's consents brought.
type OAuthApps interface {
	// OAuthApp gives the application of a workspace; OpenOAuthApp its secret too. ErrNotFound, ErrSealed.
	OAuthApp(ctx context.Context, workspace string) (connector.OAuthApp, error)
	OpenOAuthApp(ctx context.Context, workspace string) (connector.OAuthApp, connector.Secret, error)
	// KeepOAuthApp keeps one if the stored version is a.Version-1, none being 0. ErrConflict. An empty secret leaves the one that
	// is there.
	KeepOAuthApp(ctx context.Context, a connector.OAuthApp, secret connector.Secret, ev access.Event) error
	// RemoveOAuthApp forgets it. ErrNotFound.
	RemoveOAuthApp(ctx context.Context, workspace string, ev access.Event) error
	// OAuthTokens gives the tokens of a connector. ErrNotFound, ErrSealed.
	OAuthTokens(ctx context.Context, connectorID string) (connector.OAuthTokens, error)
	// HoldRenewal takes the right to renew the tokens of a connector for a holder and a while; ErrConflict while another one has it,
	// ErrNotFound. LeaveRenewal gives it back. Neither has an event: nothing has been renewed.
	HoldRenewal(ctx context.Context, connectorID, holder string, now time.Time, while time.Duration) error
	LeaveRenewal(ctx context.Context, connectorID, holder string) error
	// RenewOAuthTokens keeps what a renewal brought if the refresh token that it began with is still the one that is kept, and gives the
	// holder's right back in the same transaction. ErrConflict, ErrNotFound.
	RenewOAuthTokens(ctx context.Context, connectorID, holder string, had connector.Secret, t connector.OAuthTokens, ev access.Event) error
	// KeepAuthorised keeps a connector that a consent has changed, as Update does, and the tokens that the consent brought, in one
	// transaction; every consent for it that was on its way is forgotten. ErrConflict.
	KeepAuthorised(ctx context.Context, c connector.Connector, grants []connector.Grant, t connector.OAuthTokens, ev access.Event) error
	PendingConsents
}

// PendingConsents keeps the consents of people that are on their way, sealed and for a short while.
type PendingConsents interface {
	// BeginConsent keeps a new one in place of the one that the same person had for the same connector. Those that are over go.
	BeginConsent(ctx context.Context, p connector.PendingConsent, now time.Time, ev access.Event) error
	// Consent gives one by its id, BegunConsent the one that a person began with a state. ErrNotFound, also for one that is over; ErrSealed.
	Consent(ctx context.Context, id string, now time.Time) (connector.PendingConsent, error)
	BegunConsent(ctx context.Context, state []byte, now time.Time) (connector.PendingConsent, error)
	// HoldConsent takes one for whoever finishes it, and gives it as it is then; ErrConflict while it is held, ErrSealed. KeepConsent keeps
	// what it holds now and gives it back; ErrNotFound. Neither has an event: nothing has been let in yet.
	HoldConsent(ctx context.Context, id string) (connector.PendingConsent, error)
	KeepConsent(ctx context.Context, p connector.PendingConsent) error
	// DropConsent forgets one.
	DropConsent(ctx context.Context, id string) error
}

// Exchanger exchanges the code of a person's consent at the OAuth server of an application. What it is told no to is a
// *[connector.ConsentRefused].
type Exchanger interface {
	Exchange(ctx context.Context, app connector.OAuthApp, secret connector.Secret, callback, code string) (connector.Consent, error)
}

// OAuth is what a registry needs for connectors that a person lets in. All members but Refresher are needed; without one
// a consent ends with its access token.
type OAuth struct {
	Apps      OAuthApps
	Exchanger Exchanger
	Refresher Refresher
	Callback  string // address of the page to which a person comes back from the OAuth server
}

// ErrNoOAuthApp is a consent in a workspace that has no application.
var ErrNoOAuthApp = errors.New("no OAuth application is set for the workspace")

// longestClientSecret is far more than any server gives out.
const longestClientSecret = 4096

// OAuthCallback gives the address that an application must have registered at its server.
func (r *Registry) OAuthCallback() string { return r.oauth.Callback }

// OAuthApp gives the OAuth application of a workspace, without its secret. ErrNotFound where none is set, and for a workspace whose
// vendor has no connectors that a person lets in.
func (r *Registry) OAuthApp(ctx context.Context, a access.Actor, workspace string) (connector.OAuthApp, error) {
	if _, err := r.TakesOAuthApp(ctx, a, workspace); err != nil {
		return connector.OAuthApp{}, err
	}
	return r.oauth.Apps.OAuthApp(ctx, workspace)
}

// TakesOAuthApp gives a workspace that may have an OAuth application; ErrNotFound for every other.
func (r *Registry) TakesOAuthApp(ctx context.Context, a access.Actor, workspace string) (connector.Workspace, error) {
	w, err := r.visible(ctx, a, workspace)
	if err != nil {
		return w, err
	}
	if vendor, ok := r.catalog.Vendor(w.Vendor); ok && r.oauth.Apps != nil {
		for _, t := range vendor.Types {
			if _, ok := t.New().(connector.Authorising); ok {
				return w, nil
			}
		}
	}
	return connector.Workspace{}, connector.ErrNotFound
}

// SetOAuthApp keeps the application of a workspace. app.Version is the one that the person saw, 0 for none. An empty secret keeps the
// one that is there, as long as it stays with the client and the address that it was given for.
func (r *Registry) SetOAuthApp(ctx context.Context, a access.Actor, app connector.OAuthApp, secret connector.Secret) (connector.OAuthApp, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return app, err
	}
	w, err := r.TakesOAuthApp(ctx, a, app.Workspace)
	if err != nil {
		return app, err
	}
	had, err := r.oauth.Apps.OAuthApp(ctx, w.ID)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return app, err
	}
	for _, f := range app.Fields() {
		connector.Bind([]connector.Field{f}, map[string][]string{f.Name: {f.Value()}})
	}
	problems := connector.Validate(app.Fields())
	switch {
	case len(secret.Reveal()) > longestClientSecret:
		problems = append(problems, connector.Problem{Field: "client_secret", Text: "Client secret must have at most 4096 characters."})
	case !secret.Empty():
	case had.Version == 0:
		problems = append(problems, connector.Problem{Field: "client_secret", Text: "Client secret is required."})
	case !had.SameKeeper(app):
		problems = append(problems, connector.Problem{Field: "client_secret",
			Text: "Client secret must be given again, since the one that is kept belongs to another client id or token URL."})
	}
	if len(problems) > 0 {
		return app, problems
	}
	if app.Version != had.Version {
		return app, connector.ErrConflict
	}
	app.Version, app.Set, app.SetBy = had.Version+1, r.now(), a.Name
	ev := r.workspaceEvent(ctx, a, "oauth.set", w)
	ev.Detail = differences(had.Fields(), app.Fields())
	if !secret.Empty() {
		ev.Detail += ", client_secret"
	}
	return app, r.oauth.Apps.KeepOAuthApp(ctx, app, secret, ev)
}

// RemoveOAuthApp forgets the application of a workspace and its secret. Connectors that are authorised stay so.
func (r *Registry) RemoveOAuthApp(ctx context.Context, a access.Actor, workspace string) error {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return err
	}
	w, err := r.TakesOAuthApp(ctx, a, workspace)
	if err != nil {
		return err
	}
	return r.oauth.Apps.RemoveOAuthApp(ctx, w.ID, r.workspaceEvent(ctx, a, "oauth.removed", w))
}

// invite fills the address in at which a person lets a connector in: the application may have changed since the state was made.
func (r *Registry) invite(ctx context.Context, c *connector.Connector) error {
	s, ok := c.Spec.(connector.Authorising)
	if !ok || s.State() == "" || r.oauth.Apps == nil {
		return nil
	}
	app, err := r.oauth.Apps.OAuthApp(ctx, c.Workspace)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return err
	}
	s.Invite(app, r.oauth.Callback)
	return nil
}
