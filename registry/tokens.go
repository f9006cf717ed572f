package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Refresher renews the tokens of a consent at the OAuth server of an application. Each secret comes with the origin that it may go to. What goes
// wrong is an *[connector.Unrenewed].
type Refresher interface {
	Refresh(ctx context.Context, app connector.OAuthApp, secret, refresh connector.Opened) (connector.OAuthTokens, error)
}

const (
	// almostOver is how long before its end an access token is renewed: a question must not outlive it.
	almostOver = time.Minute
	// renewsWithin is how long a renewal may take, its keeping included. Nobody who waits for it cuts it short: its answer brings the only
	// refresh token that is good from then on.
	renewsWithin = 15 * time.Second
)

// consented finds out whether a connector that a person lets in has what a question needs; where not, the outcome says why.
func (r *Registry) consented(ctx context.Context, c connector.Connector) (connector.Bearers, *connector.Outcome) {
	if r.oauth.Apps == nil {
		return nil, instead(consentOutcome(ErrNoOAuthApp))
	}
	if _, _, _, err := r.consent(ctx, c); err != nil {
		return nil, instead(consentOutcome(err))
	}
	given := "" // to this question
	return func(until connector.Until, again bool) (connector.Bearer, error) {
		refused := ""
		if again {
			refused = given
		}
		app, tokens, renewed, err := r.bearer(ctx, until, c, refused)
		if err != nil {
			return connector.Bearer{}, unrenewed(ctx, c, tokens.Server, err)
		}
		given = tokens.Access.Reveal()
		b := connector.Bearer{API: app.API, Token: connector.NewOpened(tokens.Access, tokens.API), Ends: tokens.Expires, Lasting: !tokens.Refresh.Empty()}
		if renewed {
			b.Renewed = tokens.Server
		}
		return b, nil
	}, nil
}

// unrenewed is why there is no token, in the form in which askers know it. What is wrong with the store is for the log.
func unrenewed(ctx context.Context, c connector.Connector, server connector.Origin, err error) error {
	var no *connector.Unrenewed
	switch {
	case errors.As(err, &no), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return &connector.Unrenewed{Why: connector.RenewalUnanswered, Server: server, Seen: "no answer in time"}
	}
	slog.ErrorContext(ctx, "the tokens of a connector could not be had", "connector", c.ID, "error", err)
	return &connector.Unrenewed{Why: connector.TokensUnreadable, Server: server}
}

// The reasons for which a consent cannot be used.
var (
	errNoTokens         = errors.New("no tokens are kept for the connector")
	errOtherApplication = errors.New("the tokens were given to another application")
)

// consent opens what belongs to a person's consent: the application, its secret, and the tokens, which must be its own.
func (r *Registry) consent(ctx context.Context, c connector.Connector) (connector.OAuthApp, connector.Secret, connector.OAuthTokens, error) {
	app, secret, err := r.oauth.Apps.OpenOAuthApp(ctx, c.Workspace)
	if errors.Is(err, connector.ErrNotFound) {
		err = ErrNoOAuthApp
	}
	if err != nil {
		return app, secret, connector.OAuthTokens{}, err
	}
	tokens, err := r.oauth.Apps.OAuthTokens(ctx, c.ID)
	switch {
	case errors.Is(err, connector.ErrNotFound):
		err = errNoTokens
	case err == nil && !app.Owns(tokens):
		err = errOtherApplication
	}
	return app, secret, tokens, err
}

// bearer gives tokens that are good for a question, and tells whether they were renewed for it.
func (r *Registry) bearer(ctx context.Context, until connector.Until, c connector.Connector, refused string) (app connector.OAuthApp, tokens connector.OAuthTokens, renewed bool, err error) {
	app, _, tokens, err = r.consent(ctx, c)
	server := tokens.Server
	for try := 0; err == nil && !r.good(tokens, refused); try++ {
		if try == 2 { // two renewals brought one that is over already, or the very one that was refused
			return app, tokens, true, &connector.Unrenewed{Why: connector.RenewalUnusable, Server: server, Seen: "a token that is over already"}
		}
		renewed = true
		if tokens.Refresh.Empty() || r.oauth.Refresher == nil {
			return app, tokens, true, &connector.Unrenewed{Why: connector.ConsentEnded, Server: server}
		}
		tokens, err = r.renewals.join(ctx, until, c.ID, func(ctx context.Context) (connector.OAuthTokens, error) { return r.renew(ctx, c, refused) })
		tokens.Server = server // also of none
	}
	return app, tokens, renewed, err
}

// good reports whether an access token can be used now. One whose end nobody said is good until it is refused.
func (r *Registry) good(t connector.OAuthTokens, refused string) bool {
	return t.Access.Reveal() != refused && (t.Expires.IsZero() || r.now().Add(almostOver).Before(t.Expires))
}

// renew gets new tokens and keeps them before anybody uses them. It is called once at a time for each connector, and waits for other programs
// on the same data directory that renew its tokens.
func (r *Registry) renew(ctx context.Context, c connector.Connector, refused string) (_ connector.OAuthTokens, err error) {
	theirs, held, err := r.lease(ctx, c, refused)
	if !held {
		return theirs, err
	}
	kept := false
	defer func() {
		if !kept { // else it was given back with the keeping
			r.leave(ctx, c)
		}
	}()
	ctx, stop := context.WithTimeout(ctx, renewsWithin)
	defer stop()
	app, secret, had, err := r.consent(ctx, c)
	if err != nil || r.good(had, refused) { // somebody else was quicker
		return had, err
	}
	if had.Refresh.Empty() || r.oauth.Refresher == nil {
		return had, &connector.Unrenewed{Why: connector.ConsentEnded, Server: had.Server}
	}
	got, waiting := r.renewals.unkept(c.ID, had)
	if !waiting {
		client := connector.NewOpened(secret, app.Own(connector.OAuthTokens{}).Server)
		if got, err = r.oauth.Refresher.Refresh(ctx, app, client, connector.NewOpened(had.Refresh, had.Server)); err != nil {
			var no *connector.Unrenewed
			if errors.As(err, &no) && no.Why == connector.ConsentGone {
				return r.meanwhile(ctx, c, had, refused, err)
			}
			return had, err
		}
		if got.Refresh.Empty() {
			got.Refresh = had.Refresh
		}
		got = app.Own(got)
	}
	keeping, done := context.WithTimeout(context.WithoutCancel(ctx), keepsWithin)
	defer done()
	err = r.oauth.Apps.RenewOAuthTokens(keeping, c.ID, r.renewals.holder, had.Refresh, got, r.connectorEvent(keeping, access.System("oauth"), "connector.tokens-renewed", c))
	notKept := &connector.Unrenewed{Why: connector.RenewalNotKept, Server: had.Server}
	switch {
	case err == nil:
		kept = true
		return got, nil
	case errors.Is(err, connector.ErrConflict): // a person has consented anew meanwhile, and that is what counts
		return r.meanwhile(keeping, c, had, refused, notKept)
	}
	slog.ErrorContext(ctx, "renewed tokens could not be kept", "connector", c.ID, "error", err)
	if !errors.Is(err, connector.ErrNotFound) { // the connector is gone, and nobody will ask for them again
		r.renewals.hold(c.ID, had, got)
	}
	return had, notKept
}

// meanwhile looks, after a renewal went wrong, whether somebody else has put good tokens in place of those that it began with: another program
// on the same data directory, or a person. Else the error stands.
func (r *Registry) meanwhile(ctx context.Context, c connector.Connector, had connector.OAuthTokens, refused string, why error) (connector.OAuthTokens, error) {
	_, _, now, err := r.consent(ctx, c)
	if err != nil {
		return had, errors.Join(why, err)
	}
	if now.Refresh.Reveal() == had.Refresh.Reveal() || !r.good(now, refused) {
		return had, why
	}
	return now, nil
}

// renewals are the renewals that are on their way, one for each connector.
type renewals struct {
	busy   sync.WaitGroup
	holder string        // of the right to renew, for this program
	over   chan struct{} // closed when nothing more is waited for

	mu      sync.Mutex
	closed  bool
	by      map[string]*renewal
	waiting map[string]unkept
}

type renewal struct {
	done   chan struct{}
	tokens connector.OAuthTokens
	err    error
}

// unkept are tokens that came and could not be kept yet. They are good only as long as those are kept that they were made from.
type unkept struct{ from, tokens connector.OAuthTokens }

func newRenewals() *renewals {
	return &renewals{holder: newID(), over: make(chan struct{}), by: map[string]*renewal{}, waiting: map[string]unkept{}}
}

// join begins a renewal, or waits for the one that is on its way. What until says, and a context that ends, end the waiting alone.
func (r *renewals) join(ctx context.Context, until connector.Until, id string, renew func(context.Context) (connector.OAuthTokens, error)) (connector.OAuthTokens, error) {
	r.mu.Lock()
	it, ok := r.by[id]
	switch {
	case ok:
	case r.closed:
		r.mu.Unlock()
		return connector.OAuthTokens{}, context.Canceled
	default:
		it = &renewal{done: make(chan struct{})}
		r.by[id] = it
		working := context.WithoutCancel(ctx)
		r.busy.Go(func() { r.carryOut(working, id, it, renew) })
	}
	r.mu.Unlock()
	select {
	case <-it.done:
		return it.tokens, it.err
	case <-until.Done():
		return connector.OAuthTokens{}, until.Err()
	case <-ctx.Done():
		return connector.OAuthTokens{}, ctx.Err()
	}
}

func (r *renewals) carryOut(ctx context.Context, id string, it *renewal, renew func(context.Context) (connector.OAuthTokens, error)) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "a renewal of tokens panicked", "connector", id, "panic", p, "stack", string(debug.Stack()))
			it.err = fmt.Errorf("renew the tokens of %s: it broke off", id)
		}
		r.mu.Lock()
		delete(r.by, id)
		r.mu.Unlock()
		close(it.done)
	}()
	it.tokens, it.err = renew(ctx)
}

// hold remembers tokens that could not be kept.
func (r *renewals) hold(id string, from, tokens connector.OAuthTokens) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting[id] = unkept{from, tokens}
}

// unkept gives back the tokens that were made from those that are kept, once.
func (r *renewals) unkept(id string, kept connector.OAuthTokens) (connector.OAuthTokens, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u, ok := r.waiting[id]
	delete(r.waiting, id)
	return u.tokens, ok && u.from.Refresh.Reveal() == kept.Refresh.Reveal()
}

// close waits for what is on its way and begins nothing more.
func (r *renewals) close() {
	r.mu.Lock()
	if !r.closed {
		close(r.over)
	}
	r.closed = true
	r.mu.Unlock()
	r.busy.Wait()
}
