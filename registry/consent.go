package registry

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync/atomic"

	"patchbay/access"
	"patchbay/connector"
)

// Exchange turns the code of a person's consent into a lasting authorisation at the OAuth server of the workspace. The tokens wait in the
// context, which must come from [From]: the [Registry.Authorise] that follows in the same context keeps them with its connector.
// [ErrNoOAuthApp] without an application; *[connector.ConsentRefused] where the other side says no.
func (r *Registry) Exchange(ctx context.Context, workspace, code string) (site, address string, err error) {
	brought, ok := ctx.Value(consentKey{}).(*atomic.Pointer[connector.OAuthTokens])
	if !ok {
		return "", "", errors.New("exchange a code: the context cannot hold what it brings")
	}
	if r.oauth.Apps == nil {
		return "", "", ErrNoOAuthApp
	}
	app, secret, err := r.oauth.Apps.OpenOAuthApp(ctx, workspace)
	if errors.Is(err, connector.ErrNotFound) {
		return "", "", ErrNoOAuthApp
	}
	if err != nil {
		return "", "", err
	}
	got, err := r.oauth.Exchanger.Exchange(ctx, app, secret, r.oauth.Callback, code)
	if err != nil {
		return "", "", err
	}
	brought.Store(&got.Tokens)
	return got.Site, got.Address, nil
}

type consentKey struct{}

// keepBrought keeps the tokens that an exchange in this context brought, once.
func (r *Registry) keepBrought(ctx context.Context, a access.Actor, c connector.Connector) error {
	brought, ok := ctx.Value(consentKey{}).(*atomic.Pointer[connector.OAuthTokens])
	if !ok {
		return nil
	}
	tokens := brought.Swap(nil)
	if tokens == nil {
		return nil
	}
	return r.oauth.Apps.KeepOAuthTokens(ctx, c.ID, *tokens, r.connectorEvent(ctx, a, "connector.tokens-kept", c))
}

// Consent finishes an authorisation with what the person came back with: it exchanges the code, keeps the tokens, and notes the site in
// the connector of that identifier, which must be waiting for the state. ErrNotFound when it waits for another one or for none, word for word
// the same whichever it is.
func (r *Registry) Consent(ctx context.Context, a access.Actor, workspace, identifier, state, code string) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	c, err := r.Find(ctx, a, workspace, connector.Scope{}, identifier)
	if err != nil {
		return connector.Connector{}, err
	}
	waiting, ok := c.Spec.(connector.Authorising)
	if !ok || waiting.State() == "" || subtle.ConstantTimeCompare([]byte(waiting.State()), []byte(state)) != 1 {
		return connector.Connector{}, fmt.Errorf("find who waits for a state: %w", connector.ErrNotFound)
	}
	site, address, err := r.Exchange(ctx, workspace, code)
	if err != nil {
		return c, err
	}
	return r.Authorise(ctx, a, c.ID, c.Version, func(s connector.Spec) {
		if s, ok := s.(connector.Authorising); ok {
			s.Authorise(site, address)
		}
	})
}

// Reauthorise makes a new state for a connector that a person is to let in again. What it has stays until then. A connector that is
// waiting already gets a new state too, so an address that went astray is worth nothing any more.
func (r *Registry) Reauthorise(ctx context.Context, a access.Actor, id string) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return connector.Connector{}, err
	}
	s, ok := c.Spec.(connector.Authorising)
	if !ok {
		return connector.Connector{}, connector.ErrNotFound
	}
	s.Await(c.Identifier, connector.Giver{UUID: newUUID})
	c.Version, c.Updated, c.UpdatedBy = c.Version+1, r.now(), a.Name
	refs, err := r.grants(ctx, a, c)
	if err != nil {
		return connector.Connector{}, err
	}
	if err := r.store.Update(ctx, c, refs, nil, r.connectorEvent(ctx, a, "connector.reauthorised", c)); err != nil {
		return connector.Connector{}, err
	}
	return c, r.invite(ctx, &c)
}

// grants works out the references of a connector as it is kept.
func (r *Registry) grants(ctx context.Context, a access.Actor, c connector.Connector) ([]connector.Grant, error) {
	t, _ := r.catalog.Type(c.Vendor, c.Type)
	d := c.Draft(t)
	w, vendor, problems, err := r.settle(ctx, a, &d)
	if err != nil {
		return nil, err
	}
	refs, _, more, err := r.references(ctx, a, w, vendor, &d)
	if err != nil {
		return nil, err
	}
	return refs, append(problems, more...).Err()
}
