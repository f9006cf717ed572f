package sigv4

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrUnknownKey is the answer of [Verifier.Secret] for an access key id that nobody has, or that was revoked.
var ErrUnknownKey = errors.New("unknown access key id")

// Verifier decides whether a received request was signed by whom it says. Its zero value knows no keys and no regions, so it
// refuses everything. It may be used by many goroutines at once.
type Verifier struct {
	Service string                   // the one service whose signatures are good
	Regions func(region string) bool // the regions that may be signed for
	Skew    time.Duration            // how far the caller's clock may be off, to both sides; 0 is five minutes
	Now     func() time.Time         // nil is time.Now
	// Secret gives the key of an access key id. ErrUnknownKey.
	Secret func(ctx context.Context, accessKeyID string) (Key, error)
	// Replays refuses a second sending of a request that changes something; nil lets it pass.
	Replays *Replays

	off string // the control that a test leaves out to show that it is needed
}

// Identity is who signed a request, and when.
type Identity struct {
	AccessKeyID string
	Region      string
	Date        time.Time // from X-Amz-Date
	Signature   string    // hex; no two signed requests share it
}

// claim is what a request says of itself, with what it takes to judge it.
type claim struct {
	request  *http.Request
	auth     authorization
	stamp    string // X-Amz-Date
	date     time.Time
	now      time.Time
	path     string
	pairs    []pair
	values   map[string][]string
	bodyHash string
	key      Key // empty when the access key id is unknown
}

// Verify checks a request against the body that was read from it; bound the body before. The request must be as received:
// verify before a prefix is taken off the path. A refusal is an [*Error]; any other error is a failure to look up the key and
// no fault of the caller's.
func (v *Verifier) Verify(r *http.Request, body []byte) (Identity, error) {
	c, refused := read(r, body)
	if refused != nil {
		return Identity{}, refused
	}
	c.now = time.Now()
	if v.Now != nil {
		c.now = v.Now()
	}
	if refused := v.walk(beforeTheKey, c); refused != nil {
		return Identity{}, refused
	}
	if v.Secret != nil {
		key, err := v.Secret(r.Context(), c.auth.id)
		if err != nil && !errors.Is(err, ErrUnknownKey) {
			return Identity{}, fmt.Errorf("look up access key %s: %w", c.auth.id, err)
		}
		if err == nil {
			c.key = key
		}
	}
	if refused := v.walk(withTheKey, c); refused != nil {
		return Identity{}, refused
	}
	return Identity{c.auth.id, c.auth.scope.region, c.date, c.auth.signature}, nil
}

func (v *Verifier) walk(controls []control, c *claim) *Error {
	for _, control := range controls {
		if control.name == v.off {
			continue
		}
		if refused := control.refuse(v, c); refused != nil {
			return refused
		}
	}
	return nil
}

// skew is the half width of the clock window.
func (v *Verifier) skew() time.Duration {
	if v.Skew == 0 {
		return 5 * time.Minute
	}
	return v.Skew
}

// read takes a request apart. What has more than one reading is refused here: two Authorization headers, two dates.
func read(r *http.Request, body []byte) (*claim, *Error) {
	c := &claim{request: r, values: headers(r), bodyHash: hash(body)}
	var raw string
	c.path, raw = target(r)
	pairs, err := pairsOf(raw)
	if err != nil {
		return nil, invalid("The query cannot be decoded: an escape must be a percent sign and two hex digits.")
	}
	c.pairs = pairs

	sent := c.values["authorization"]
	switch {
	case len(sent) == 0 && signedInQuery(pairs):
		return nil, incomplete(inQuery)
	case len(sent) == 0:
		return nil, missing("The request is not signed. Sign it with an access key, in its Authorization header.")
	case len(sent) > 1:
		return nil, incomplete("The request must have exactly one Authorization header.")
	}
	auth, refused := parseAuthorization(sent[0])
	if refused != nil {
		return nil, refused
	}
	c.auth = auth

	dates := c.values[dateHeader]
	if len(dates) != 1 {
		return nil, incomplete("The request must have exactly one X-Amz-Date header.")
	}
	c.stamp = dates[0]
	date, ok := parseStamp(c.stamp)
	if !ok {
		return nil, incomplete("X-Amz-Date must be a time in UTC and in the form " + stampLayout + ".")
	}
	c.date = date
	return c, nil
}

const inQuery = "Sign the request in its Authorization header; a signature in the query is not accepted here."

func signedInQuery(pairs []pair) bool {
	for _, p := range pairs {
		switch strings.ToLower(p.name) {
		case "x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-signedheaders":
			return true
		}
	}
	return false
}
