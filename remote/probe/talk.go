package probe

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"patchbay/connector"
	"patchbay/remote"
)

// talk is a conversation by HTTP with one origin. The way there is written down with its first request; each request then is one
// step of its own.
type talk struct {
	*asking
	client  *http.Client
	base    *url.URL
	origin  connector.Origin
	quietly bool // the way there is no step: another conversation of this check has shown one
	met     bool

	// head judges the header of the first answer for the step HTTP; nil takes all but a server in trouble for a good one.
	head func(*http.Response) (connector.StepState, string)
	// long hands an answer that is longer than is read over as well, cut.
	long bool
}

// reply is an answer, read whole unless it is cut.
type reply struct {
	*http.Response
	body []byte
	cut  bool
}

// judged is what a reply means: how the step went, what to note beside the status line, and the code that the check ends with, or
// "" to go on.
type judged struct {
	state  connector.StepState
	note   string
	code   string
	seen   string // for the gap in the code's sentence
	silent bool   // no step: the reply was only part of another question
}

// to begins the conversation with the server of an address; the steps are those of the way there and then the given ones. Where it
// cannot begin, the outcome says why. The caller ends it with leave.
func (a *asking) to(address string, steps ...string) (*talk, *connector.Outcome) {
	origin, ok := connector.OriginOf(address)
	base, err := url.Parse(address)
	isHTTP := strings.HasPrefix(string(origin), "http")
	if !ok || !isHTTP || err != nil || base.User != nil || base.Opaque != "" || originOf(base) != origin {
		return nil, a.ended("ADDRESS_UNCLEAR", "its host or port is not in the plainest form, or it has a user name inside")
	}
	base.Fragment, base.RawFragment, base.RawQuery = "", "", ""
	t := &talk{asking: a, client: a.probe.dialer.Client(), base: base, origin: origin, quietly: a.there != ""}
	if !t.quietly {
		a.there = string(origin)
		a.names = []string{remote.Resolve, remote.Connect, remote.TLS, remote.HTTP}
		if base.Scheme == "http" {
			a.names = []string{remote.Resolve, remote.Connect, remote.HTTP}
		}
		a.names = append(a.names, steps...)
	}
	return t, nil
}

// ended is end, for those who may also go on.
func (a *asking) ended(code, seen string) *connector.Outcome {
	out := a.end(code, seen)
	return &out
}

// leave ends the conversation and its connections.
func (t *talk) leave() { t.client.CloseIdleConnections() }

// get makes a request for what lies below the base.
func (t *talk) get(ctx context.Context, query url.Values, path ...string) (*http.Request, error) {
	return t.request(ctx, http.MethodGet, nil, query, path...)
}

// post makes a request that sends a form.
func (t *talk) post(ctx context.Context, form url.Values, path ...string) (*http.Request, error) {
	req, err := t.request(ctx, http.MethodPost, strings.NewReader(form.Encode()), nil, path...)
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

func (t *talk) request(ctx context.Context, method string, body io.Reader, query url.Values, path ...string) (*http.Request, error) {
	at := t.base.JoinPath(path...)
	at.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "Patchbay")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// ask sends a request and reads the answer whole; judge says what it means. The outcome is nil where the check goes on.
func (t *talk) ask(ctx context.Context, req *http.Request, step string, judge func(reply) judged) (reply, *connector.Outcome) {
	began, first := t.probe.now(), !t.met && !t.quietly
	t.met = true
	told := t.step
	if !first {
		told = nil
	}
	trace := t.probe.dialer.Trace(told)
	trace.Hide = t.hide.in
	head := t.head
	if head == nil {
		head = func(res *http.Response) (connector.StepState, string) { return stateOf(res), t.typeNote(res) }
	}
	res, err := trace.Do(t.client, req, head)
	t.saw(trace.Certificates(), req.URL.Hostname())
	if err != nil {
		return reply{}, t.broke(ctx, err, trace, step, began, first)
	}
	if first {
		began = t.probe.now()
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read to its end, or of no more use
	cut := t.long && errors.Is(err, remote.ErrTooLarge)
	if err != nil && !cut {
		t.since(began, step, connector.StepFailed, res.Status+", "+reason(err))
		out := t.failedAt(ctx, err, step, t.origin)
		return reply{}, &out
	}
	r := reply{res, body, cut}
	j := judge(r)
	if !j.silent {
		t.since(began, step, j.state, res.Status+j.note)
	}
	if j.code == "" {
		return r, nil
	}
	out := t.endAt(t.origin, j.code, j.seen)
	return r, &out
}

// glance sends a request whose answer can only give a hint: it is no step, and where it fails there is no hint.
func (t *talk) glance(req *http.Request) (reply, bool) {
	res, err := t.client.Do(req)
	if err != nil {
		return reply{}, false
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read to its end, or of no more use
	return reply{res, body, false}, err == nil
}

// endAt is end for a code that is about this server, where a check asks more than one.
func (a *asking) endAt(origin connector.Origin, code, seen string) connector.Outcome {
	before := a.there
	a.there = string(origin)
	defer func() { a.there = before }()
	return a.end(code, seen)
}

func (a *asking) failedAt(ctx context.Context, err error, reached string, origin connector.Origin) connector.Outcome {
	before := a.there
	a.there = string(origin)
	defer func() { a.there = before }()
	return a.failed(ctx, err, reached)
}

// unsent is the outcome where a request was not sent, since a secret may not go there or is missing.
func (t *talk) unsent(step string, err error) *connector.Outcome {
	t.since(t.probe.now(), step, connector.StepFailed, err.Error()+", nothing was sent")
	before := t.there
	t.there = string(t.origin)
	defer func() { t.there = before }()
	out := t.unsigned(err)
	return &out
}

// stateOf is how the step HTTP went: an answer came, which is good, or the server itself says that it is in trouble.
func stateOf(res *http.Response) connector.StepState {
	if res.StatusCode >= http.StatusInternalServerError {
		return connector.StepFailed
	}
	return connector.StepOK
}

func (t *talk) typeNote(res *http.Response) string {
	if kind := res.Header.Get("Content-Type"); kind != "" {
		return ", " + remote.Excerpt(t.hide.in(kind), 60)
	}
	return ""
}

// wants notes what a server asks for that would like to know who we are.
func (t *talk) wants(res *http.Response) string {
	if asks := res.Header.Values("WWW-Authenticate"); len(asks) > 0 {
		return ", asks for " + remote.Excerpt(t.hide.in(strings.Join(asks, ", ")), 80)
	}
	return ""
}

// json reads the body into v; it is false for anything that is not one JSON value.
func (r reply) json(v any) bool {
	return json.Unmarshal(r.body, v) == nil
}

// isPage reports whether the answer is a page for people, whatever its type says.
func (r reply) isPage() bool {
	start := strings.ToLower(strings.TrimSpace(string(r.body[:min(len(r.body), 256)])))
	return mediaType(r.Response) == "text/html" || strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// odd judges an answer that the kind of check has no meaning for: a redirect, a page, a server in trouble, anything else.
func (t *talk) odd(r reply) judged {
	switch {
	case r.StatusCode >= 300 && r.StatusCode < 400 && r.Header.Get("Location") != "":
		return judged{state: connector.StepFailed, code: "REDIRECTED", seen: t.leadsTo(r.Response)}
	case r.StatusCode == http.StatusTooManyRequests:
		return judged{state: connector.StepFailed, code: "RATE_LIMITED", seen: t.shown(r)}
	case r.isPage() && r.StatusCode < 500:
		return judged{state: connector.StepFailed, note: t.typeNote(r.Response), code: "PAGE_INSTEAD", seen: t.shown(r)}
	case r.StatusCode >= 500:
		return judged{state: connector.StepFailed, note: t.typeNote(r.Response), code: "SERVER_ERROR", seen: t.shown(r)}
	case r.StatusCode < 300 && len(r.body) == 0:
		return judged{state: connector.StepFailed, note: ", nothing in it", code: "EMPTY_ANSWER", seen: t.shown(r)}
	}
	return judged{state: connector.StepFailed, note: t.typeNote(r.Response), code: "HTTP_UNEXPECTED", seen: t.shown(r)}
}

// shown says what an answer looked like: status, type and first bytes.
func (t *talk) shown(r reply) string { return r.Status + t.typeNote(r.Response) + t.begins(r) }

// begins notes the first bytes of an answer.
func (t *talk) begins(r reply) string {
	const most = 16 << 10
	start := ""
	if r.cut || len(r.body) > most {
		start = t.hide.start(string(r.body[:min(len(r.body), most)]))
	} else {
		start = t.hide.in(string(r.body))
	}
	if start = remote.Excerpt(start, firstBytes); start == "" {
		return ""
	}
	return ", \"" + start + "\""
}

// broke ends a check whose request brought an error instead of an answer.
func (t *talk) broke(ctx context.Context, err error, trace *remote.Trace, step string, began time.Time, first bool) *connector.Outcome {
	reached := trace.Reached()
	if !first {
		steps := trace.Steps()
		t.since(began, step, connector.StepFailed, string(t.origin)+": "+steps[len(steps)-1].Evidence)
		if t.met && reached == remote.Resolve && !t.quietly { // the name was found a moment ago: no time was left to begin
			reached = step
		}
	}
	out := t.failedAt(ctx, err, reached, t.origin)
	return &out
}
