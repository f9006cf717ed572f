package probe

import (
	"io"
	"mime"
	"net/http"

	"patchbay/remote"
)

// verdict reads the header of an answer: "" when it is a list of refs, else the code that stands for it.
func (g *gitAsking) verdict(res *http.Response) string {
	switch res.StatusCode {
	case http.StatusOK:
		if mediaType(res) == advertised {
			return ""
		}
		return "GIT_NOT_A_REPOSITORY"
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return "REDIRECTED"
	case http.StatusUnauthorized:
		return "GIT_AUTH_REFUSED"
	case http.StatusForbidden:
		return "GIT_FORBIDDEN"
	case http.StatusNotFound:
		return "GIT_NOT_FOUND"
	}
	return "HTTP_UNEXPECTED"
}

// asks tells whether credentials may change the answer: some servers say "not found" to strangers instead of asking who they are.
func asks(res *http.Response) bool {
	return res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusNotFound
}

// seen is what an answer showed, for the codes whose sentence has room for it.
func (g *gitAsking) seen(res *http.Response, code string) string {
	switch code {
	case "REDIRECTED":
		return g.leadsTo(res)
	case "HTTP_UNEXPECTED":
		text := res.Status
		if kind := res.Header.Get("Content-Type"); kind != "" {
			text += ", " + remote.Excerpt(g.hide.in(kind), 60)
		}
		if start := remote.Excerpt(g.first(res.Body), firstBytes); start != "" {
			text += ", \"" + start + "\""
		}
		return text
	}
	return ""
}

// leadsTo names where a redirect leads: the origin, and the path only where it is the same one. A query may hold a token.
func (a *asking) leadsTo(res *http.Response) string {
	at, err := res.Location()
	if err != nil {
		return "an address that cannot be read"
	}
	origin := originOf(at)
	switch {
	case origin == "":
		return "an address that cannot be read plainly"
	case string(origin) == a.there:
		return remote.Excerpt(a.there+a.hide.in(at.EscapedPath()), firstBytes)
	}
	return remote.Excerpt(a.hide.in(string(origin)), firstBytes)
}

// first reads the start of a body; an error only means that there is less of it to show.
func (g *gitAsking) first(body io.Reader) string {
	const most = 4 << 10
	b, err := io.ReadAll(io.LimitReader(body, most))
	if err != nil || len(b) == most {
		return g.hide.start(string(b))
	}
	return g.hide.in(string(b))
}

func mediaType(res *http.Response) string {
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

func listed(count, head string) string {
	if count == "1" {
		count += " ref"
	} else {
		count += " refs"
	}
	if head == "" {
		return count + ", no HEAD"
	}
	return count + ", HEAD is " + head
}
