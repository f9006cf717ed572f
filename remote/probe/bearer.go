package probe

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"patchbay/connector"
	"patchbay/remote"
)

// token gets the access token of a person's consent, which may mean that it is renewed first: that is the step Authenticate. again says that
// the one before was refused. The outcome is nil where there is a token.
func (a *asking) token(ctx context.Context, again bool) (connector.Bearer, *connector.Outcome) {
	began := a.probe.now()
	b, err := a.bearers(ctx, again)
	if err != nil {
		return b, a.tokenless(ctx, began, err)
	}
	a.since(began, authenticate, connector.StepOK, a.come(b))
	if origin, ok := connector.OriginOf(b.API); ok && !b.Lasting && !b.Ends.IsZero() {
		a.expires = append(a.expires, connector.Expiry{Kind: connector.AccessToken, Name: string(origin), At: b.Ends})
	}
	return b, nil
}

// come says how a token was come by and how long it is good.
func (a *asking) come(b connector.Bearer) string {
	lasts := ", good until it is refused"
	if !b.Ends.IsZero() {
		lasts = ", good for " + inMinutes(b.Ends.Sub(a.probe.now()))
	}
	if b.Renewed != "" {
		return string(b.Renewed) + " renewed the access token" + lasts + ", and it was kept before it is used"
	}
	if !b.Lasting {
		lasts += ", and nothing renews it"
	}
	return "the access token that is kept" + lasts
}

// inMinutes is how long something is good still, as people say it.
func inMinutes(d time.Duration) string {
	switch n := int(d / time.Minute); {
	case n < 1:
		return "less than a minute"
	case n == 1:
		return "a minute"
	default:
		return strconv.Itoa(n) + " minutes"
	}
}

// tokenless is the outcome where there is no token to ask with.
func (a *asking) tokenless(ctx context.Context, began time.Time, err error) *connector.Outcome {
	var no *connector.Unrenewed
	if !errors.As(err, &no) {
		a.since(began, authenticate, connector.StepFailed, reason(err)+", nothing was sent")
		out := a.failed(ctx, err, authenticate)
		return &out
	}
	seen := no.Seen
	if seen == "" && no.Err != nil {
		seen = reason(no.Err)
		if no.Reached == remote.TLS { // what the certificate says is the server's word, which has seen both secrets
			seen = "its certificate or its encryption cannot be trusted"
		}
	}
	evidence := string(no.Server)
	if seen != "" {
		evidence += ": " + seen
	}
	a.since(began, authenticate, connector.StepFailed, evidence)
	switch {
	case no.Why == connector.RenewalUnreached && no.Reached == "" && ctx.Err() == nil:
		out := a.endAt(no.Server, "SECRET_NOT_ALLOWED_HERE", "the OAuth application")
		return &out
	case no.Why == connector.RenewalUnreached:
		out := a.failedAt(ctx, err, no.Reached, no.Server)
		return &out
	case no.Why == connector.RenewalBusy || no.Why == connector.RenewalTrouble || no.Why == connector.RenewalElsewhere:
		out := a.endAt(no.Server, string(no.Why), seen)
		return &out
	}
	out := a.endAt(no.Server, "JIRA_"+string(no.Why), seen)
	return &out
}

// sign puts the token on a request if it may go to the origin of this very request, looked at right before it is sent.
func (j *jiraAsking) sign(req *http.Request) error {
	text, ok := j.bearer.Token.For(originOf(req.URL))
	if !ok {
		return &unsent{"the API of the OAuth application", "SECRET_NOT_ALLOWED_HERE"}
	}
	j.hide.add(text)
	req.Header.Set("Authorization", "Bearer "+text)
	return nil
}
