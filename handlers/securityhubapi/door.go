// Package securityhubapi is the vendor door of Security Hub: the ConnectorV2 API of AWS, spoken to the letter for hosted
// workspaces. It verifies signatures, reads requests into drafts, calls the registry's verbs, and answers in AWS's own words.
package securityhubapi

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/registry"
)

// Prefix is where the door is, below the console's address. Clients sign it with the rest of the path.
const Prefix = "/api/securityhub"

// Config is what a door is made from. Registry and Now are needed; what else is nil is left out.
type Config struct {
	Registry *registry.Registry
	Now      func() time.Time
	// Limit says whether a credential, by its id, may call now; when it may not, wait is how long until it may. Nil lets everybody.
	Limit func(credential string) (wait time.Duration, ok bool)
	// Most is how many connectors a workspace may have; 0 is any number.
	Most func(connector.Workspace) int
	// Note is told of every request when it has been answered. It must not wait for long.
	Note func(access.Request)
	// Patience is how long a create or update waits for the check of the new settings before it answers; 0 is three seconds.
	Patience time.Duration
}

// Door answers the vendor's API. Make one with [New]; it is an [http.Handler] for everything below [Prefix].
type Door struct {
	Config
	reg      *registry.Registry
	verifier *sigv4.Verifier
	turns    turns
}

const (
	skew = 5 * time.Minute
	// mostReplays is how many signatures are remembered, at about 50 bytes each; past it, changes are put off.
	mostReplays = 200_000
	bodyLimit   = 1 << 20
)

// New makes a door.
func New(c Config) *Door {
	if c.Patience == 0 {
		c.Patience = 3 * time.Second
	}
	d := &Door{Config: c, reg: c.Registry, turns: turns{at: map[string]*turn{}}}
	d.verifier = &sigv4.Verifier{
		Service: "securityhub", Skew: skew, Now: c.Now, Replays: sigv4.NewReplays(skew, mostReplays, c.Now),
		// Which region is right depends on the workspace, which is known once the signature is verified.
		Regions: func(region string) bool { return region != "" },
		Secret:  d.signingKey,
	}
	return d
}

// Mount puts the door behind a front door. Every method comes here, so that no answer is ever a page.
func (d *Door) Mount(e *echo.Echo) {
	e.RouteNotFound(Prefix, echo.WrapHandler(d))
	e.RouteNotFound(Prefix+"/*", echo.WrapHandler(d))
	others := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if path := c.Request().URL.Path; path != Prefix && !strings.HasPrefix(path, Prefix+"/") || c.Response().Committed {
			others(err, c)
			return
		}
		d.serve(c.Response(), c.Request(), err)
	}
}

// inFront puts what the front door refuses into the vendor's form: a page of another site, or a host that is not the console's.
func inFront(op *operation, err error) *fault {
	var refused *echo.HTTPError
	if !errors.As(err, &refused) || refused.Code >= http.StatusInternalServerError {
		return op.internal("Something went wrong here, and the log says what. Try again.")
	}
	text, said := refused.Message.(string)
	if !said {
		text = http.StatusText(refused.Code) + "."
	}
	return &fault{name: "AccessDeniedException", status: http.StatusForbidden, message: text}
}

// call is one request on its way through the door.
type call struct {
	context.Context
	op         *operation
	label      string // what stands in the path for {ConnectorId+} or {ResourceArn}, unescaped
	request    *http.Request
	body       []byte
	identity   sigv4.Identity
	actor      access.Actor
	credential access.Credential
	workspace  connector.Workspace
	connector  string // id of the connector that the request turned out to be about
	began      time.Time
	id         string
	address    string
}

// ServeHTTP implements [http.Handler]. Nothing is written before the answer is complete, so whatever goes wrong still has
// the vendor's form.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.serve(w, r, nil) }

// serve answers a request, or says in the vendor's form that the front door has refused it already.
func (d *Door) serve(w http.ResponseWriter, r *http.Request, refused error) {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	c := &call{Context: registry.From(r.Context(), address), request: r, began: d.Now(), id: newID(), address: address}
	c.op, c.label = route(r)

	h := w.Header()
	h.Set("x-amzn-RequestId", c.id)
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// Clients correct their clocks by this header, so it must tell the time that their signatures are judged by.
	h.Set("Date", c.began.UTC().Format(http.TimeFormat))

	status, reply := http.StatusOK, ""
	if body, failed := d.answer(w, c, refused); failed != nil {
		status, reply = failed.status, failed.body()
		h.Set("x-amzn-ErrorType", failed.name)
		if failed.wait > 0 {
			h.Set("Retry-After", strconv.FormatInt(int64((failed.wait+time.Second-1)/time.Second), 10))
			h.Set("x-amz-retry-after", strconv.FormatInt(failed.wait.Milliseconds(), 10))
		}
	} else {
		reply = body
	}
	h.Set("Content-Length", strconv.Itoa(len(reply)))
	d.note(c, status) // first, so that whoever has the answer finds the line
	w.WriteHeader(status)
	if _, err := w.Write([]byte(reply)); err != nil {
		slog.DebugContext(c, "the answer did not arrive", "id", c.id, "error", err)
	}
}

// answer gives the body of a success, or what went wrong; a panic is one more thing that went wrong.
func (d *Door) answer(w http.ResponseWriter, c *call, refused error) (body string, failed *fault) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(c, "panic", "id", c.id, "operation", c.op.Name, "panic", p, "stack", string(debug.Stack()))
			body, failed = "", c.op.internal("Something went wrong here, and the log says what. Try again.")
		}
	}()
	if refused != nil {
		return "", inFront(c.op, refused)
	}
	err := d.admit(w, c)
	if err == nil {
		body, err = c.op.do(d, c)
	}
	if err == nil {
		return body, nil
	}
	return "", d.fault(c, err)
}

// note tells the request log what happened.
func (d *Door) note(c *call, status int) {
	if d.Note == nil {
		return
	}
	d.Note(access.Request{
		At: c.began, Vendor: vendorID, Workspace: c.workspace.ID, Method: c.request.Method, Path: c.request.URL.EscapedPath(), Operation: c.op.Name,
		Credential: c.credential.Name, Status: status, Took: d.Now().Sub(c.began), Connector: c.connector, ID: c.id, Address: c.address,
	})
}

const vendorID = "securityhub"

// newID gives a random UUID, version 4: clients of the vendor expect the ids of requests to look so.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
