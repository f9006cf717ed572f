package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// consentLife is how long a person may take at each step of a consent.
const consentLife = 10 * time.Minute

// astray is a person who came back to a connector that waits for somebody else, or for nobody any more.
var astray = &connector.ConsentRefused{Text: "No connector waits for this authorisation: it was finished before, took too long, or a newer one was begun.",
	Next: "Open the connector, and authorise it from there."}

// notYours is a person who came back from what somebody else began.
var notYours = &connector.ConsentRefused{Text: "Somebody else began this authorisation, so nothing was changed.",
	Next: "Open the connector, and authorise it from there yourself."}

// BeginConsent notes that the actor goes to the OAuth server to let a connector in, and gives the address there. Its state belongs to that
// person and to this one consent, whatever state the vendor's own API gives away meanwhile. [ErrNoOAuthApp] without an application;
// ErrNotFound for a connector that nobody lets in.
func (r *Registry) BeginConsent(ctx context.Context, a access.Actor, id string) (address string, err error) {
	if err := may(a, access.Edit); err != nil {
		return "", err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return "", err
	}
	s, ok := c.Spec.(connector.Authorising)
	if !ok {
		return "", connector.ErrNotFound
	}
	if r.oauth.Apps == nil {
		return "", ErrNoOAuthApp
	}
	app, err := r.oauth.Apps.OAuthApp(ctx, c.Workspace)
	if errors.Is(err, connector.ErrNotFound) {
		return "", ErrNoOAuthApp
	}
	if err != nil {
		return "", err
	}
	s.Await(c.Identifier, connector.Giver{UUID: newUUID}) // in this copy of the spec only
	s.Invite(app, r.oauth.Callback)
	p := r.pending(a, c, s.State())
	p.Begun = true
	return s.Invitation(), r.oauth.Apps.BeginConsent(ctx, p, r.now(), r.connectorEvent(ctx, a, "connector.consent-begun", c))
}

func (r *Registry) pending(a access.Actor, c connector.Connector, state string) connector.PendingConsent {
	return connector.PendingConsent{ID: rand.Text(), State: stateSum(state), Connector: c.ID, Actor: whose(a), Ends: r.now().Add(consentLife)}
}

// whose names an actor by id, since a name can change hands.
func whose(a access.Actor) string { return a.Kind + ":" + a.ID }

// ReturnConsent notes what a person came back with from the OAuth server. Nothing is exchanged and no connector is changed: that takes the
// person's word, with [Registry.TakeConsent]. identifier is of the connector that the state names, where it names one. Without a code the
// answer only tells which connector it was about. *[connector.ConsentRefused] where no connector waits for the state, or where somebody
// else began it.
func (r *Registry) ReturnConsent(ctx context.Context, a access.Actor, identifier, state, code string) (connector.PendingConsent, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.PendingConsent{}, err
	}
	if r.oauth.Apps == nil {
		return connector.PendingConsent{}, astray
	}
	p, err := r.oauth.Apps.BegunConsent(ctx, stateSum(state), r.now())
	switch {
	case errors.Is(err, connector.ErrNotFound):
		return r.fromElsewhere(ctx, a, identifier, state, code)
	case err != nil:
		return p, err
	case p.Actor != whose(a):
		return connector.PendingConsent{}, notYours
	case !p.Code.Empty() || len(p.Brought.Sites) > 0:
		return connector.PendingConsent{}, astray // one state brings one code
	case code == "":
		return p, nil
	}
	p.Code, p.Ends = connector.NewSecret(code), r.now().Add(consentLife)
	return p, r.oauth.Apps.KeepConsent(ctx, p)
}

// fromElsewhere is for a consent that nobody began here: its address came from the vendor's own API, where everybody who may read the
// connector sees the state. So it tells nothing of who sends the code, and the person who brings it has to be asked.
func (r *Registry) fromElsewhere(ctx context.Context, a access.Actor, identifier, state, code string) (connector.PendingConsent, error) {
	seen, err := r.Workspaces(ctx, a)
	if err != nil {
		return connector.PendingConsent{}, err
	}
	for _, w := range seen {
		if identifier == "" {
			break
		}
		c, err := r.store.Find(ctx, w.ID, connector.Scope{}, identifier)
		if errors.Is(err, connector.ErrNotFound) {
			continue
		}
		if err != nil {
			return connector.PendingConsent{}, err
		}
		s, ok := c.Spec.(connector.Authorising)
		if !ok || !isState(s, state) {
			continue
		}
		p := r.pending(a, c, state)
		if code == "" {
			return p, nil
		}
		p.Code = connector.NewSecret(code)
		return p, r.oauth.Apps.BeginConsent(ctx, p, r.now(), r.connectorEvent(ctx, a, "connector.consent-brought", c))
	}
	return connector.PendingConsent{}, astray
}

// PendingConsent gives a consent of the actor's own that waits for a word or for the choice of a site, without code and tokens. ErrNotFound
// for another person's, for one that is over, and for one that nothing came back for yet.
func (r *Registry) PendingConsent(ctx context.Context, a access.Actor, connectorID, id string) (connector.PendingConsent, error) {
	_, p, err := r.ownConsent(ctx, a, connectorID, id)
	p.Code, p.Brought.Tokens = connector.Secret{}, connector.OAuthTokens{}
	return p, err
}

func (r *Registry) ownConsent(ctx context.Context, a access.Actor, connectorID, id string) (connector.Connector, connector.PendingConsent, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, connector.PendingConsent{}, err
	}
	c, err := r.living(ctx, a, connectorID)
	if err != nil {
		return connector.Connector{}, connector.PendingConsent{}, err
	}
	if r.oauth.Apps == nil {
		return c, connector.PendingConsent{}, connector.ErrNotFound
	}
	p, err := r.oauth.Apps.Consent(ctx, id, r.now())
	if err == nil && (p.Actor != whose(a) || p.Connector != c.ID || p.Code.Empty() && len(p.Brought.Sites) == 0) {
		err = connector.ErrNotFound
	}
	if err != nil {
		return c, connector.PendingConsent{}, err
	}
	return c, p, nil
}

// ErrManySites is a consent for several sites of which one has to be chosen; what it brought waits for that.
var ErrManySites = errors.New("the consent covers several sites, and one of them has to be chosen")

// TakeConsent finishes a consent of the actor's own: it exchanges the code, unless that was done, and keeps tokens and site with the
// connector. site is the id of the one that the person chose, "" where there is one only. [ErrManySites] asks for a choice;
// *[connector.ConsentRefused] tells that the other side did not take the code.
func (r *Registry) TakeConsent(ctx context.Context, a access.Actor, connectorID, id, site string) (connector.Connector, error) {
	c, p, err := r.ownConsent(ctx, a, connectorID, id)
	if err != nil {
		return c, err
	}
	// What was begun here may take its connector's place in any state of that; what came from elsewhere needs the state to stand still.
	waits := func(s connector.Authorising) bool {
		return p.Begun || s.State() != "" && bytes.Equal(stateSum(s.State()), p.State)
	}
	if err := r.authorisable(ctx, a, c, waits); err != nil {
		return c, err
	}
	apps := r.oauth.Apps
	// Somebody else may have finished a step since it was read above, with another click say, so it is read anew with the hold.
	if p, err = apps.HoldConsent(ctx, p.ID); err != nil {
		return c, err
	}
	if len(p.Brought.Sites) == 0 {
		if p.Brought, err = r.exchange(ctx, c.Workspace, p.Code.Reveal()); err != nil {
			return c, errors.Join(err, r.unfinished(context.WithoutCancel(ctx), p, err))
		}
		p.Code, p.Ends = connector.Secret{}, r.now().Add(consentLife)
	}
	ctx = context.WithoutCancel(ctx) // the code is used up, so what it brought must not be lost with the browser
	chosen, ok := p.Brought.Chosen(site)
	switch {
	case ok:
		kept, err := r.authorise(ctx, a, c, p.Brought.Tokens, chosen, waits)
		if err != nil { // what the code brought stays, so that the person can try again
			err = errors.Join(err, apps.KeepConsent(ctx, p))
		}
		return kept, err
	case site == "":
		err = ErrManySites
	default:
		err = connector.Problems{{Field: "site", Text: "Site must be one of the sites in the list."}}
	}
	return c, errors.Join(err, apps.KeepConsent(ctx, p))
}

// unfinished gives a consent back whose code was not exchanged, so that it can be tried again; one whose code was refused is over.
func (r *Registry) unfinished(ctx context.Context, p connector.PendingConsent, why error) error {
	var refused *connector.ConsentRefused
	if errors.As(why, &refused) && refused.Code {
		return r.oauth.Apps.DropConsent(ctx, p.ID)
	}
	p.Brought = connector.Consent{}
	return r.oauth.Apps.KeepConsent(ctx, p)
}
