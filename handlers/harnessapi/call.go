package harnessapi

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
	"patchbay/registry"
)

// bodyLimit is the most that the body of a request may hold.
const bodyLimit = 1 << 20

// call is one request while it is answered.
type call struct {
	w         http.ResponseWriter
	r         *http.Request
	ctx       context.Context
	query     url.Values
	address   string
	legacy    bool // the call is one of the older API
	operation operation
	params    map[string]string // the variable parts of the path
	about     string            // id of the connector that it was about

	credential access.Credential
	workspace  connector.Workspace
	actor      access.Actor

	correlation string
}

func newCall(w http.ResponseWriter, r *http.Request) *call {
	address := addressOf(r)
	return &call{w: w, r: r, ctx: registry.From(r.Context(), address), query: r.URL.Query(), address: address}
}

// correlationID is by which the older API tells its answers apart: what the client sent, or a random one.
func (c *call) correlationID() string {
	if c.correlation == "" {
		c.correlation = c.r.Header.Get("X-requestId")
	}
	if c.correlation == "" || len(c.correlation) > 128 {
		c.correlation = newUUID()
	}
	return c.correlation
}

// newUUID gives a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// body reads the JSON that the client sent.
func (c *call) body() (wire.Value, error) {
	if wrong := c.mediaType(); wrong != "" {
		return wire.Value{}, refuse(mediaType, wrong)
	}
	text, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, bodyLimit))
	var tooMuch *http.MaxBytesError
	switch {
	case errors.As(err, &tooMuch):
		return wire.Value{}, refuse(tooLarge, "The body of the request is larger than 1 MiB. Send less.")
	case err != nil:
		return wire.Value{}, unreadable("The body of the request could not be read to its end.", "")
	}
	v, err := wire.Parse(string(text))
	if err != nil {
		return wire.Value{}, unreadable("The body of the request is not JSON as it should be.", err.Error())
	}
	return v, nil
}

// sent tells whether the request has a body at all.
func (c *call) sent() bool { return c.r.ContentLength != 0 && c.r.Body != http.NoBody }

// mediaType says what is wrong with the kind of body, or "".
func (c *call) mediaType() string {
	h := c.r.Header
	if packed := h.Get("Content-Encoding"); packed != "" && packed != "identity" {
		return "The body must come unpacked, without Content-Encoding."
	}
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if h.Get("Content-Type") != "" && (err != nil || kind != "application/json") {
		return "The body must be JSON: send it with Content-Type: application/json."
	}
	return ""
}

// reply is an answer on its way out.
type reply struct {
	status int
	header map[string]string
	body   wire.Value
}

func ok(body wire.Value) reply { return reply{status: http.StatusOK, body: body} }

// send writes the answer. An error of the network here has nobody left to be told to.
func (out reply) send(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	for name, value := range out.header {
		h.Set(name, value)
	}
	w.WriteHeader(out.status)
	io.WriteString(w, out.body.JSON()) //nolint:errcheck // see above
}

// enveloped is a success of the older API.
func (c *call) enveloped(data wire.Value) reply {
	return ok(wire.Obj(
		wire.M("status", wire.Text("SUCCESS")),
		wire.M("data", data),
		wire.M("metaData", wire.Value{}),
		wire.M("correlationId", wire.Text(c.correlationID())),
	))
}

// scope gives the org and project of the path at v1, and of the query at the older API.
func (c *call) scope() (connector.Scope, error) {
	if !c.legacy {
		return connector.Scope{Org: c.params["org"], Project: c.params["project"]}, nil
	}
	return c.scopeFrom("orgIdentifier", "projectIdentifier")
}

// scopeFrom reads a scope from two parameters of the query.
func (c *call) scopeFrom(org, project string) (connector.Scope, error) {
	s := connector.Scope{Org: c.query.Get(org), Project: c.query.Get(project)}
	switch {
	case s.Project != "" && s.Org == "":
		return s, refuse(badFields, "", fault{org, "is required when a project is given"})
	case strings.Contains(s.Org, "/"): // a scope's path has one slash, and it is between the two
		return s, refuse(badFields, "", fault{org, "must not contain a slash"})
	case strings.Contains(s.Project, "/"):
		return s, refuse(badFields, "", fault{project, "must not contain a slash"})
	}
	return s, nil
}
