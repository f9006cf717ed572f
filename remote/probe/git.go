package probe

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"patchbay/connector"
	"patchbay/remote"
)

// The list of refs is asked for by hand, as two small requests through our own client, and not by go-git's HTTP transport. That one
// sends credentials at once, so one never learns whether the server would have answered anybody; it takes any content type;
// it cannot be given a client for one call without installing it for the whole process; and it gives no way to look at the
// origin right before a secret is sent. Its framing of lines is used, its `file` and `ssh` transports are not even linked.

const (
	agent      = "git/2.0 (Patchbay)" // some servers speak the smart protocol only with what calls itself git
	advertised = "application/x-git-upload-pack-advertisement"
	result     = "application/x-git-upload-pack-result"
	firstBytes = 120 // characters of an unexpected answer that are shown
)

const (
	authenticate = "Authenticate"
	use          = "Use"
)

// gitAsking is the question for the refs of one repository.
type gitAsking struct {
	*asking
	q      connector.ListRefs
	base   *url.URL
	client *http.Client
}

func (a *asking) listRefs(ctx context.Context, q connector.ListRefs) connector.Outcome {
	a.who = who(q)
	origin, ok := connector.OriginOf(q.URL)
	base, err := url.Parse(q.URL)
	if ok && strings.HasPrefix(string(origin), "ssh:") {
		return a.listRefsSSH(ctx, q)
	}
	a.names = []string{remote.Resolve, remote.Connect, remote.TLS, remote.HTTP, authenticate, use}
	if strings.HasPrefix(string(origin), "http:") {
		a.names = []string{remote.Resolve, remote.Connect, remote.HTTP, authenticate, use}
	}
	if !ok || err != nil || base.User != nil || base.Opaque != "" || originOf(base) != origin {
		return a.end("ADDRESS_UNCLEAR", "its host or port is not in the plainest form, or it has a user name inside")
	}
	base.Fragment, base.RawFragment = "", ""
	a.there = string(origin)
	g := &gitAsking{asking: a, q: q, base: base, client: a.probe.dialer.Client()}
	defer g.client.CloseIdleConnections()
	return g.ask(ctx)
}

// ask goes as a Git client does: first without credentials, then with them.
func (g *gitAsking) ask(ctx context.Context) connector.Outcome {
	req, err := g.request(ctx)
	if err != nil {
		return g.end("ADDRESS_UNCLEAR", reason(err))
	}
	g.hideCredentials()
	trace := g.probe.dialer.Trace(g.step)
	trace.Hide = g.hide.in
	res, err := trace.Do(g.client, req, g.judgeAnonymous)
	g.saw(trace.Certificates(), req.URL.Hostname())
	if err != nil {
		return g.failed(ctx, err, trace.Reached())
	}
	defer res.Body.Close()
	if code := g.verdict(res); code != "" && !asks(res) {
		return g.end(code, g.seen(res, code))
	}
	if !g.hasCredentials() {
		return g.anonymous(ctx, res)
	}
	_ = res.Body.Close() // unread: waiting for its end could use up the time
	return g.authenticated(ctx, res)
}

// judgeAnonymous takes an answer that asks for credentials for a good one, and what no Git server says for a failure.
func (g *gitAsking) judgeAnonymous(res *http.Response) (connector.StepState, string) {
	if g.verdict(res) == "" {
		return connector.StepOK, ", answers everybody"
	}
	if asks(res) {
		note := ""
		if wants := res.Header.Values("WWW-Authenticate"); len(wants) > 0 {
			note = ", asks for " + remote.Excerpt(strings.Join(wants, ", "), 80)
		}
		return connector.StepOK, note
	}
	return connector.StepFailed, ", " + remote.Excerpt(res.Header.Get("Content-Type"), 60)
}

// anonymous ends a check of a connector that has no credentials.
func (g *gitAsking) anonymous(ctx context.Context, res *http.Response) connector.Outcome {
	began := g.probe.now()
	if code := g.verdict(res); code != "" {
		if code == "GIT_AUTH_REFUSED" {
			code = "GIT_AUTH_NEEDED"
		}
		g.since(began, authenticate, connector.StepFailed, "the connector has no credentials")
		return g.end(code, "")
	}
	g.since(began, authenticate, connector.StepSkipped, "not asked for")
	return g.use(ctx, res, "GIT_REFS_LISTED")
}

// authenticated asks again with credentials; before is the answer without them.
func (g *gitAsking) authenticated(ctx context.Context, before *http.Response) connector.Outcome {
	began := g.probe.now()
	req, err := g.request(ctx)
	if err == nil {
		err = g.sign(req)
	}
	if err != nil {
		g.since(began, authenticate, connector.StepFailed, err.Error()+", nothing was sent")
		return g.unsigned(err)
	}
	trace := g.probe.dialer.Trace(nil)
	trace.Hide = g.hide.in
	res, err := trace.Do(g.client, req, nil)
	if err != nil {
		steps := trace.Steps()
		g.since(began, authenticate, connector.StepFailed, steps[len(steps)-1].Evidence)
		reached := trace.Reached()
		if reached == remote.Resolve { // the name was found a moment ago: no time was left to begin
			reached = authenticate
		}
		return g.failed(ctx, err, reached)
	}
	defer res.Body.Close()

	code := g.verdict(res)
	state, note := connector.StepOK, " as "+g.who
	switch {
	case code == "GIT_AUTH_REFUSED" || code == "REDIRECTED" || code == "HTTP_UNEXPECTED":
		state = connector.StepFailed
	case before.StatusCode != http.StatusUnauthorized:
		state, note = connector.StepWarn, ", the server never asked for credentials"
	}
	g.since(began, authenticate, state, res.Status+note)
	switch {
	case code != "" && state == connector.StepFailed:
		return g.end(code, g.seen(res, code))
	case code != "":
		g.since(g.probe.now(), use, connector.StepFailed, res.Status+", "+res.Header.Get("Content-Type"))
		return g.end(code, g.seen(res, code))
	case before.StatusCode == http.StatusOK:
		return g.use(ctx, res, "GIT_ANONYMOUS")
	}
	return g.use(ctx, res, "GIT_REFS_LISTED")
}

// use reads the refs, the proof that the repository is there and readable, and ends with the code if they are whole.
func (g *gitAsking) use(ctx context.Context, res *http.Response, code string) connector.Outcome {
	began := g.probe.now()
	found, err := readAdvertised(res.Body)
	if errors.Is(err, remote.ErrTooLarge) && found.count > 0 {
		return g.useHead(ctx, began, found.count, code, res.Request.Header.Get("Authorization") != "")
	}
	if err != nil {
		g.since(began, use, connector.StepFailed, reason(err))
		return g.failed(ctx, err, use)
	}
	g.since(began, use, connector.StepOK, listed(strconv.Itoa(found.count), found.head))
	return g.end(code, "")
}

// useHead asks a repository with thousands of refs for HEAD alone, which version 2 of the protocol can. A list that goes on for
// ever could be a hostile server's; a whole short answer is proof.
func (g *gitAsking) useHead(ctx context.Context, began time.Time, many int, code string, signed bool) connector.Outcome {
	head, err := g.head(ctx, signed)
	if err != nil {
		g.since(began, use, connector.StepWarn, "more than "+strconv.Itoa(many)+" refs, and no shorter answer: "+reason(err))
		return g.end("GIT_REFS_UNFINISHED", "")
	}
	g.since(began, use, connector.StepOK, listed("more than "+strconv.Itoa(many), head))
	return g.end(code, "")
}

func (g *gitAsking) head(ctx context.Context, signed bool) (string, error) {
	at := g.base.JoinPath("git-upload-pack")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), strings.NewReader(headQuestion()))
	if err != nil {
		return "", err
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Content-Type", "application/x-git-upload-pack-request")
	req.Header.Set("Accept", result)
	req.Header.Set("Git-Protocol", "version=2")
	if signed {
		if err := g.sign(req); err != nil {
			return "", err
		}
	}
	res, err := g.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || mediaType(res) != result {
		return "", errNotRefs
	}
	return readHead(res.Body)
}

func (g *gitAsking) request(ctx context.Context) (*http.Request, error) {
	at := g.base.JoinPath("info", "refs")
	query := at.Query()
	query.Set("service", "git-upload-pack")
	at.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", "*/*")
	req.Header.Set("Pragma", "no-cache")
	return req, nil
}
