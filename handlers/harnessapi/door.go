// Package harnessapi is the Harness door: it speaks the vendor's own connector API, the v1 one and the older one below /ng/api, for
// whatever talks to Harness today. It knows the vendor's addresses, credentials, answers and errors; what may be done, and what is
// right, the registry says, as it does for the pages.
package harnessapi

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/registry"
)

// Door is where the API is served, below the console's base URL: what follows is the vendor's own path.
const Door = "/api/harness"

// vendorID is the vendor's name in the catalog.
const vendorID = "harness"

// Config is what a door is made from. Registry, Now and Log are needed.
type Config struct {
	Registry *registry.Registry
	Now      func() time.Time
	Log      *slog.Logger
	// Limit says whether a credential, by its id, may call now; when it may not, wait is how long until it may. Nil lets everybody.
	Limit func(credential string) (wait time.Duration, ok bool)
	// Note is told of each request after its answer. Nil tells nobody.
	Note func(access.Request)
}

// API answers the requests at the door. Make one with [New].
type API struct {
	reg   *registry.Registry
	now   func() time.Time
	log   *slog.Logger
	limit func(string) (time.Duration, bool)
	note  func(access.Request)
}

// New makes the door.
func New(cfg Config) *API {
	a := &API{reg: cfg.Registry, now: cfg.Now, log: cfg.Log, limit: cfg.Limit, note: cfg.Note}
	if a.limit == nil {
		a.limit = func(string) (time.Duration, bool) { return 0, true }
	}
	if a.note == nil {
		a.note = func(access.Request) {}
	}
	return a
}

// Mount puts the door into the front door, for every method and every path below [Door]: what the vendor does not know is refused here,
// in the vendor's own shape.
func (a *API) Mount(e *echo.Echo) {
	do := echo.WrapHandler(a)
	for _, path := range []string{Door, Door + "/*"} {
		e.Any(path, do)
		e.RouteNotFound(path, do) // methods that Echo has no name for
	}
	others := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if path := c.Request().URL.Path; path != Door && !strings.HasPrefix(path, Door+"/") || c.Response().Committed {
			others(err, c)
			return
		}
		a.refuseInFront(c, err)
	}
}

// refuseInFront puts what the front door refuses into the vendor's shape: a page of another site, or a host that is not the console's.
func (a *API) refuseInFront(e echo.Context, err error) {
	c := newCall(e.Response(), e.Request())
	no := refuse(unforeseen, unforeseenText)
	var refused *echo.HTTPError
	switch errRoute := c.route(); {
	case errors.As(errRoute, &no): // the call is none of the vendor's, and that is said first
	case errors.As(err, &refused) && refused.Code < http.StatusInternalServerError:
		text, said := refused.Message.(string)
		if !said {
			text = http.StatusText(refused.Code) + "."
		}
		no = refuse(denied, text)
	}
	no.reply(c).send(e.Response())
}

// ServeHTTP implements [http.Handler].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := a.now()
	c := newCall(w, r)
	out := a.reply(c)
	if r.Context().Err() != nil {
		out.status = statusGone // nobody is there to read an answer
	} else {
		out.send(w)
	}
	a.note(access.Request{
		At: began, Vendor: vendorID, Workspace: c.workspace.ID, Method: r.Method, Path: r.URL.EscapedPath(), Operation: c.operation.ID,
		Credential: c.credential.Name, Status: out.status, Took: a.now().Sub(began), Connector: c.about,
		ID: requestID(w), Address: c.address,
	})
}

// statusGone stands in the request log for a client that went away before it was answered.
const statusGone = 499

// requestID is the id that the front door has given the request.
func requestID(w http.ResponseWriter) string { return w.Header().Get("X-Request-Id") }

// reply answers a call. Whatever goes wrong on the way, even in the program itself, comes out in the vendor's shape.
func (a *API) reply(c *call) (out reply) {
	defer func() {
		if p := recover(); p != nil {
			a.log.Error("panic at the Harness door", "id", requestID(c.w), "operation", c.operation.ID, "panic", p, "stack", string(debug.Stack()))
			out = refuse(unforeseen, unforeseenText).reply(c)
		}
	}()
	out, err := a.carryOut(c)
	if err == nil {
		return out
	}
	no := a.refusal(err)
	if no.kind == unforeseen {
		a.log.Error("request at the Harness door failed", "id", requestID(c.w), "operation", c.operation.ID, "error", err)
	}
	return no.reply(c)
}

// carryOut finds the operation, asks who calls, and does it.
func (a *API) carryOut(c *call) (reply, error) {
	if err := c.route(); err != nil {
		return reply{}, err
	}
	if err := a.authenticate(c); err != nil {
		return reply{}, err
	}
	if _, ok := a.limit(c.credential.ID); !ok {
		// The vendor sends no Retry-After, and its clients wait by their own rules.
		return reply{}, refuse(tooMany, "Too many requests with this API key. Wait a little, then send the request again.")
	}
	return c.operation.do(a, c)
}

// addressOf is the network address that the request came from.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
