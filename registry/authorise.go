package registry

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"

	"patchbay/access"
	"patchbay/connector"
)

// exchange turns the code of a person's consent into tokens and sites at the OAuth server of the workspace. [ErrNoOAuthApp] without an
// application; *[connector.ConsentRefused] where the other side says no.
func (r *Registry) exchange(ctx context.Context, workspace, code string) (connector.Consent, error) {
	if r.oauth.Apps == nil {
		return connector.Consent{}, ErrNoOAuthApp
	}
	app, secret, err := r.oauth.Apps.OpenOAuthApp(ctx, workspace)
	if errors.Is(err, connector.ErrNotFound) {
		return connector.Consent{}, ErrNoOAuthApp
	}
	if err != nil {
		return connector.Consent{}, err
	}
	got, err := r.oauth.Exchanger.Exchange(ctx, app, secret, r.oauth.Callback, code)
	got.Tokens = app.Own(got.Tokens)
	return got, err
}

// Consent finishes an authorisation for a program that brings code and state itself, as the vendors' own APIs have it. The connector of
// that identifier must wait for the state: ErrNotFound when it waits for another one or for none, word for word the same whichever it is.
// A consent for several sites is a *[connector.ConsentRefused], since a program cannot be asked which one is meant.
func (r *Registry) Consent(ctx context.Context, a access.Actor, workspace, identifier, state, code string) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	c, err := r.Find(ctx, a, workspace, connector.Scope{}, identifier)
	if err != nil {
		return connector.Connector{}, err
	}
	waits := func(s connector.Authorising) bool { return isState(s, state) }
	if err := r.authorisable(ctx, a, c, waits); err != nil {
		return connector.Connector{}, err
	}
	got, err := r.exchange(ctx, workspace, code)
	if err != nil {
		return c, err
	}
	site, ok := got.Chosen("")
	if !ok {
		return c, &connector.ConsentRefused{Text: "The consent covers more than one site, and a connector is for one.",
			Next: "Authorise on the connector's page of the console, where one of them can be chosen, or take the other sites back at the vendor and consent again."}
	}
	return r.authorise(ctx, a, c, got.Tokens, site, waits)
}

// authorisable asks, before anything is exchanged, whether the connector could be kept afterwards. waits tells whether it waits for this consent.
func (r *Registry) authorisable(ctx context.Context, a access.Actor, c connector.Connector, waits func(connector.Authorising) bool) error {
	if s, ok := c.Spec.(connector.Authorising); !ok || !waits(s) {
		return fmt.Errorf("find who waits for a consent: %w", connector.ErrNotFound)
	}
	_, err := r.grants(ctx, a, c)
	return err
}

// attempts is how often something is kept anew that somebody else has crossed at the same moment. The code of a consent is good for once, so
// what it brought must not be lost.
const attempts = 5

// authorise keeps tokens and site with their connector, in one transaction. Where the connector waited for a person, its status is worked out
// anew.
func (r *Registry) authorise(ctx context.Context, a access.Actor, c connector.Connector, tokens connector.OAuthTokens, site connector.Site,
	waits func(connector.Authorising) bool) (connector.Connector, error) {
	for try := 1; ; try++ {
		s, ok := c.Spec.(connector.Authorising)
		if !ok || !waits(s) {
			return connector.Connector{}, fmt.Errorf("find who waits for a consent: %w", connector.ErrNotFound)
		}
		s.Authorise(site.ID, site.Address)
		refs, err := r.grants(ctx, a, c)
		if err != nil {
			return connector.Connector{}, err
		}
		c.Version, c.Updated, c.UpdatedBy = c.Version+1, r.now(), a.Name
		if s, ok := c.Spec.(connector.Starting); ok {
			status, summary := s.Start()
			if status != c.Health.Status {
				c.Health.Since = c.Updated
			}
			c.Health.Status, c.Health.Summary, c.Health.Code = status, summary, ""
		}
		ev := r.connectorEvent(ctx, a, "connector.authorised", c)
		ev.Detail = site.Address
		err = r.oauth.Apps.KeepAuthorised(ctx, c, refs, tokens, ev)
		if !errors.Is(err, connector.ErrConflict) || try == attempts {
			return c, err
		}
		if c, err = r.living(ctx, a, c.ID); err != nil {
			return connector.Connector{}, err
		}
	}
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

// isState compares in constant time. A connector that waits for nobody has no state, and nothing is that.
func isState(s connector.Authorising, state string) bool {
	return s.State() != "" && subtle.ConstantTimeCompare([]byte(s.State()), []byte(state)) == 1
}

func stateSum(state string) []byte {
	sum := sha256.Sum256([]byte(state))
	return sum[:]
}
