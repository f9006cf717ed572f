package probe

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"patchbay/connector"
	"patchbay/remote"
)

// A controller is asked for its applications, as its vendor's own test does: by Basic with "user@account", or with a token that an
// API client gets with "client@account" and its secret.

// controller is the question for the applications of one controller.
type controller struct {
	*listing
	q connector.ReadAppDynamics
}

func (a *asking) readAppDynamics(ctx context.Context, q connector.ReadAppDynamics) connector.Outcome {
	account := " of account " + remote.Excerpt(q.Account, 60)
	isClient := isGiven(q.Client) || isGiven(q.Secret)
	a.who = whoIs(q.User, q.Password) + account
	if isClient {
		a.who = "the API client " + remote.Excerpt(q.Client.Text, 60) + account
	}
	t, out := a.to(q.Controller, authenticate, authorise, use)
	if out != nil {
		return *out
	}
	defer t.leave()
	c := &controller{q: q, listing: &listing{talk: t, kind: "APPD", home: "controller", path: []string{"rest", "applications"}, query: url.Values{"output": {"JSON"}},
		one: "application", many: "applications", given: true, read: readApplications, single: isApplication}}
	c.refusal = c.refused
	a.hideBasic(t.origin, q.User, "@"+q.Account, q.Password)
	if secret, err := a.value(q.Secret, t.origin, ""); err == nil {
		a.hide.add(secret) // a draft's secret is no reference
	}
	if _, out = c.stranger(ctx); out != nil {
		return *out
	}
	if isClient {
		return c.byToken(ctx)
	}
	if !isGiven(q.Password) {
		return *c.unsent(authenticate, &unsent{"the password", "SECRET_MISSING"})
	}
	return c.signed(ctx, authenticate, func(req *http.Request) error { return a.signBasic(req, q.User, "@"+q.Account, q.Password) })
}

// byToken gets a token for the API client and asks with it.
func (c *controller) byToken(ctx context.Context) connector.Outcome {
	secret, err := c.value(c.q.Secret, originOf(c.base), "the client secret")
	if err == nil && secret == "" {
		err = &unsent{"the client secret", "SECRET_MISSING"}
	}
	var req *http.Request
	if err == nil {
		req, err = c.post(ctx, url.Values{"grant_type": {"client_credentials"}, "client_id": {c.q.Client.Text + "@" + c.q.Account}, "client_secret": {secret}},
			"api", "oauth", "access_token")
	}
	if err != nil {
		return *c.unsent(authenticate, err)
	}
	var token string
	r, out := c.ask(ctx, req, authenticate, func(r reply) (j judged) {
		token, j = c.judgeToken(r)
		return j
	})
	if out != nil {
		if r.Response != nil { // no token service may only mean a wrong path
			if strayed := c.strayed(ctx, r); strayed != nil {
				return *strayed
			}
		}
		return *out
	}
	c.refusal = refusedToken
	c.public = things{} // a token is proof enough of who we are, whatever strangers are shown
	return c.signed(ctx, authorise, func(req *http.Request) error {
		if originOf(req.URL) != c.origin {
			return &unsent{"the token", "SECRET_NOT_ALLOWED_HERE"}
		}
		req.Header.Set("Authorization", "Bearer "+token)
		return nil
	})
}

// judgeToken judges the answer of the token service, and gives the token where there is one.
func (c *controller) judgeToken(r reply) (string, judged) {
	var granted struct {
		AccessToken string      `json:"access_token"`
		ExpiresIn   json.Number `json:"expires_in"`
	}
	failed := judged{state: connector.StepFailed, note: c.begins(r), seen: c.shown(r)}
	if r.StatusCode < 300 {
		switch {
		case r.isPage(), len(r.body) == 0:
			return "", c.odd(r)
		case !r.json(&granted), !isToken(granted.AccessToken):
			failed.code = "APPD_TOKEN_MISSING"
			failed.note = ", no token in it" // and nothing of it is shown: it may hold one in a form that is not known
			failed.seen = r.Status + c.typeNote(r.Response)
			return "", failed
		}
		c.hide.add(granted.AccessToken)
		note := " as " + c.who + ", a token"
		if granted.ExpiresIn != "" {
			note += " for " + granted.ExpiresIn.String() + " s"
		}
		return granted.AccessToken, judged{state: connector.StepOK, note: note}
	}
	switch r.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		failed.code = "APPD_CLIENT_REFUSED"
		if code, seen := c.account(); code != "" {
			failed.code, failed.seen = code, seen
		}
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnsupportedMediaType:
		failed.code = "APPD_NO_TOKENS"
	case http.StatusServiceUnavailable:
		failed.code = "APPD_NOT_READY"
	default:
		return "", c.odd(r)
	}
	return "", failed
}

// refused is what a controller means by not taking a user.
func (c *controller) refused(r reply) (code, seen string) {
	if r.StatusCode != http.StatusUnauthorized {
		return "", ""
	}
	return c.account()
}

// account looks for the reason why a name was refused, since a controller gives none: the account is there twice, or is not the one
// that the address is of.
func (c *controller) account() (code, seen string) {
	name := c.q.User.Text + c.q.Client.Text
	host, hosted := strings.CutSuffix(strings.ToLower(c.base.Hostname()), ".saas.appdynamics.com")
	switch {
	case strings.HasSuffix(strings.ToLower(name), "@"+strings.ToLower(c.q.Account)):
		return "APPD_ACCOUNT_TWICE", name + "@" + c.q.Account
	case hosted && host != strings.ToLower(c.q.Account):
		return "APPD_ACCOUNT_DIFFERS", host
	}
	return "", ""
}

// refusedToken is what a controller means by not taking the token that it gave a moment ago.
func refusedToken(r reply) (code, seen string) {
	if r.StatusCode == http.StatusUnauthorized {
		return "APPD_TOKEN_REFUSED", ""
	}
	return "", ""
}

// application is one line of the list.
type application struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func isNamed(x application) bool { return x.ID > 0 && x.Name != "" }

func readApplications(r reply) things {
	items, whole, is := listOf(r, isNamed)
	found := things{is: is, whole: whole}
	for _, x := range items {
		found.names = append(found.names, strconv.FormatInt(x.ID, 10))
	}
	return found
}

// isApplication tells whether an answer is the list of the one application of this number.
func isApplication(r reply, id string) bool {
	items, whole, _ := listOf(r, isNamed)
	return whole && len(items) == 1 && strconv.FormatInt(items[0].ID, 10) == id
}
