package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"patchbay/connector"
)

// judgeHead judges the first answer, which a stranger got, for the step HTTP: being asked who we are is a good one.
func (l *listing) judgeHead(res *http.Response) (connector.StepState, string) {
	switch {
	case wantsToKnow(res):
		return connector.StepOK, l.wants(res)
	case l.isLost(reply{Response: res}) && l.given:
		return connector.StepWarn, l.typeNote(res)
	case res.StatusCode < 300 && !l.isLost(reply{Response: res}):
		return connector.StepOK, l.typeNote(res)
	}
	return connector.StepFailed, l.typeNote(res)
}

// judgeSigned judges what we got with our credentials, as far as it says who we are and what we may do.
func (l *listing) judgeSigned(r reply, step string) judged {
	code, seen := l.refusal(r)
	switch {
	case r.StatusCode == http.StatusUnauthorized && code == "":
		code = l.kind + "_AUTH_REFUSED"
	case r.StatusCode == http.StatusForbidden && code == "" && step == authorise:
		code = l.kind + "_FORBIDDEN"
	}
	if seen == "" {
		seen = l.shown(r)
	}
	got := l.read(r)
	switch {
	case code != "":
		return judged{state: connector.StepFailed, note: l.begins(r), code: code, seen: seen}
	case r.StatusCode == http.StatusForbidden:
		return judged{state: connector.StepOK, note: " as " + l.who}
	case got.is && step == authorise && len(got.names) == 0:
		return judged{state: connector.StepWarn, note: ", the list of " + l.many + " is empty"}
	case got.is && !l.differs(got):
		return judged{state: connector.StepWarn, note: " as " + l.who + ", who is shown no more than strangers are"}
	case got.is, r.StatusCode == http.StatusOK && !r.isPage() && len(r.body) > 0:
		return judged{state: connector.StepOK, note: " as " + l.who}
	}
	return judged{state: connector.StepWarn, note: ", which says nothing of who we are"}
}

// misfit judges an answer that is neither the list nor a question who we are.
func (l *listing) misfit(r reply) judged {
	code, seen := l.refusal(r)
	if seen == "" {
		seen = l.shown(r)
	}
	switch {
	case code != "":
	case r.StatusCode == http.StatusNotFound:
		code = l.kind + "_NOT_FOUND"
	case r.StatusCode == http.StatusServiceUnavailable:
		code = l.kind + "_NOT_READY"
	case r.cut && !r.isPage():
		code = "TOO_LARGE"
	case r.StatusCode == http.StatusOK && len(r.body) > 0 && !r.isPage():
		code = l.kind + "_NOT_A_LIST"
	default:
		return l.odd(r)
	}
	return judged{code: code, seen: seen}
}

// wantsToKnow tells whether a server asks who we are, or does not let strangers in.
func wantsToKnow(res *http.Response) bool {
	return res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden
}

// isLost tells whether an answer says that the address leads somewhere else: nothing is there, a redirect, a page.
func (l *listing) isLost(r reply) bool {
	switch {
	case r.StatusCode == http.StatusNotFound:
		return true
	case r.StatusCode >= 300 && r.StatusCode < 400:
		return r.Header.Get("Location") != ""
	}
	return r.StatusCode < 300 && r.isPage()
}

// elsewhere looks whether the list is at another path of the same server, since addresses are often copied with a part too few or too
// many; "" where it is not, or where the answer gives no reason to look. No secret is sent there.
func (l *listing) elsewhere(ctx context.Context, r reply) string {
	if to, err := r.Location(); l.guarded || !l.isLost(r) || err == nil && originOf(to) != l.origin {
		return ""
	}
	for _, at := range homes(l.base, l.home) {
		there := *l.talk
		there.base = at
		req, err := there.get(ctx, l.query, l.path...)
		if err != nil {
			continue
		}
		r, ok := there.glance(req)
		if ok && (r.StatusCode == http.StatusUnauthorized || l.read(r).is) {
			return at.String()
		}
	}
	return ""
}

// homes are the other addresses that could have been meant: an address that ends in the usual last part is tried without it, one that
// goes on behind it is cut there, and any other gets it put on.
func homes(base *url.URL, last string) []*url.URL {
	path := strings.TrimRight("/"+strings.Trim(base.EscapedPath(), "/"), "/")
	candidates := []string{path + "/" + last}
	if before, behind, found := strings.Cut(path+"/", "/"+last+"/"); found {
		candidates = []string{before}
		if behind != "" {
			candidates = []string{before + "/" + last, before}
		}
	} else if path != "" {
		candidates = append(candidates, "/"+last)
	}
	out := make([]*url.URL, len(candidates))
	for i, c := range candidates {
		at := *base
		at.Path, at.RawPath = "", ""
		out[i] = at.JoinPath(c)
	}
	return out
}

// listOf reads a list of T, each of which must pass; is tells whether it is one. Of an answer that is cut, the items before the cut
// are given, and it is not whole.
func listOf[T any](r reply, pass func(T) bool) (items []T, whole, is bool) {
	if r.StatusCode != http.StatusOK || r.isPage() {
		return nil, false, false
	}
	d := json.NewDecoder(bytes.NewReader(r.body))
	if start, err := d.Token(); err != nil || start != json.Delim('[') {
		return nil, false, false
	}
	for d.More() {
		var item T
		err := d.Decode(&item)
		if r.cut && len(items) > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
			return items, false, true
		}
		if err != nil || !pass(item) {
			return nil, false, false
		}
		items = append(items, item)
	}
	if _, err := d.Token(); err != nil { // the bracket at the end
		return items, false, r.cut && len(items) > 0
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false, false
	}
	return items, true, true
}
