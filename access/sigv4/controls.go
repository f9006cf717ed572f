package sigv4

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// control is one thing that a signed request has to satisfy.
type control struct {
	name   string
	refuse func(*Verifier, *claim) *Error // nil when it is satisfied
}

// The controls in the order in which they are asked: first what needs no key, so that a lookup is not wasted on a request
// that is refused anyway; the replay last, so that only good requests take room.
var (
	beforeTheKey = []control{
		{"query", notInQuery}, {"window", inWindow}, {"day", sameDay}, {"region", knownRegion}, {"service", sameService},
		{"list", listInOrder}, {"coverage", covers}, {"presence", present}, {"payload", samePayload},
	}
	withTheKey = []control{{"signature", signedByKey}, {"token", sameToken}, {"end", notEnded}, {"replay", sentOnce}}
)

// nobody's key is used for an unknown access key id, so that the answer takes as long as for a known one.
var nobody = NewKey("0123456789012345678901234567890123456789")

func notInQuery(_ *Verifier, c *claim) *Error {
	if signedInQuery(c.pairs) {
		return incomplete(inQuery)
	}
	return nil
}

func inWindow(v *Verifier, c *claim) *Error {
	if c.now.Sub(c.date).Abs() <= v.skew() {
		return nil
	}
	return invalid("Signature expired or not yet good: X-Amz-Date is " + c.stamp + ", the time here is " +
		c.now.UTC().Format(stampLayout) + ", and they may differ by " + strconv.Itoa(int(v.skew().Seconds())) + " seconds at most.")
}

func sameDay(_ *Verifier, c *claim) *Error {
	if c.auth.scope.day != c.stamp[:len(dayLayout)] {
		return invalid("The date in Credential must be the date part of X-Amz-Date.")
	}
	return nil
}

func knownRegion(v *Verifier, c *claim) *Error {
	if v.Regions == nil || !v.Regions(c.auth.scope.region) {
		return invalid("Credential is scoped to a region that is not served here. Set the region that belongs to the access key.")
	}
	return nil
}

func sameService(v *Verifier, c *claim) *Error {
	if v.Service == "" || c.auth.scope.service != v.Service {
		return invalid("Credential must be scoped to the service " + v.Service + ".")
	}
	return nil
}

func listInOrder(_ *Verifier, c *claim) *Error {
	for i, name := range c.auth.signed {
		if name == "" || name != strings.ToLower(name) || i > 0 && c.auth.signed[i-1] >= name {
			return invalid("SignedHeaders must be in lower case and sorted, without repeats.")
		}
	}
	return nil
}

// covers refuses headers that mean something to the server and that anybody could have added on the way.
func covers(_ *Verifier, c *claim) *Error {
	needed := []string{hostHeader, dateHeader}
	for name := range c.values {
		if strings.HasPrefix(name, "x-amz-") {
			needed = append(needed, name)
		}
	}
	for _, name := range needed {
		if !slices.Contains(c.auth.signed, name) {
			return invalid("Host and every X-Amz header that is sent must be in SignedHeaders.")
		}
	}
	return nil
}

func present(_ *Verifier, c *claim) *Error {
	for _, name := range c.auth.signed {
		if len(c.values[name]) == 0 {
			return invalid("SignedHeaders lists a header that the request does not have. A proxy may have removed it.")
		}
	}
	return nil
}

func samePayload(_ *Verifier, c *claim) *Error {
	sent := c.values[hashHeader]
	switch {
	case len(sent) == 0 || len(sent) == 1 && sent[0] == c.bodyHash:
		return nil
	case len(sent) == 1 && (sent[0] == "UNSIGNED-PAYLOAD" || strings.HasPrefix(sent[0], "STREAMING-")):
		return invalid("The body must be signed: X-Amz-Content-Sha256 may not leave it out.")
	}
	return invalid("X-Amz-Content-Sha256 must be the SHA-256 of the body, in hex and in lower case.")
}

func signedByKey(_ *Verifier, c *claim) *Error {
	key := c.key
	if key.Empty() {
		key = nobody
	}
	queries := []string{byEscaped(c.pairs)}
	if other := byPlain(c.pairs); other != queries[0] { // both say the same, so either order will do
		queries = append(queries, other)
	}
	equal := 0
	for _, query := range queries {
		text := canonical(c.request.Method, c.path, query, c.auth.signed, c.values, c.bodyHash)
		want := signature(key, c.auth.scope, c.stamp, text)
		equal |= subtle.ConstantTimeCompare([]byte(want), []byte(c.auth.signature))
	}
	switch {
	case c.key.Empty():
		return unrecognized("The access key is not known here, or was revoked.")
	case equal != 1:
		return invalid("The signature does not match the request. Look at the secret access key, and whether a proxy changed the host or the path.")
	}
	return nil
}

func sameToken(_ *Verifier, c *claim) *Error {
	sent, token := c.values[tokenHeader], c.key.reveal().token
	if token == "" && len(sent) == 0 {
		return nil
	}
	if token == "" || len(sent) != 1 || subtle.ConstantTimeCompare([]byte(token), []byte(sent[0])) != 1 {
		return unrecognized("The session token is not the one that belongs to the access key.")
	}
	return nil
}

func notEnded(_ *Verifier, c *claim) *Error {
	if ends := c.key.reveal().ends; !ends.IsZero() && !c.now.Before(ends) {
		return expired("The session token ended at " + ends.UTC().Format(time.RFC3339) + ". Get a new one.")
	}
	return nil
}

func sentOnce(v *Verifier, c *claim) *Error {
	switch c.request.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if v.Replays == nil {
		return nil
	}
	switch v.Replays.take(c.auth.signature, c.date) {
	case repeated:
		return invalid("This signed request was received before. Sign it anew to send it again.")
	case full:
		return throttled("Too many requests that change something came in the last minutes. Try again later.")
	}
	return nil
}
