// Package jitterbitapi is the Harmony door: the connector registration API of Jitterbit Harmony, spoken to the letter for hosted
// workspaces. It knows the vendor's addresses, log-ins, answers and failures; what may be done, and what is right, the registry says,
// as it does for the pages.
package jitterbitapi

import (
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/registry"
)

// Prefix is where the door is, below the console's address: what follows is the vendor's own path.
const Prefix = "/api/jitterbit"

const vendorID = "jitterbit"

// Config is what a door is made from. Registry and Now are needed; what else is nil is left out.
type Config struct {
	Registry *registry.Registry
	Now      func() time.Time
	// Limit says whether a credential, by its id, may call now; when it may not, wait is how long until it may. Nil lets everybody.
	// Log-ins have limits of their own.
	Limit func(credential string) (wait time.Duration, ok bool)
	// Note is told of every request when it has been answered. It must not wait for long.
	Note func(access.Request)
}

// Door answers the vendor's API. Make one with [New].
type Door struct {
	Config
	reg                 *registry.Registry
	addresses, accounts *window
}

// New makes a door.
func New(c Config) *Door {
	return &Door{
		Config: c, reg: c.Registry,
		addresses: newWindow(logInsPerAddress, time.Minute, c.Now),
		accounts:  newWindow(failuresPerAccount, 15*time.Minute, c.Now),
	}
}

// Mount puts the door behind a front door. Every method and every path below [Prefix] comes here, and what the front door itself
// refuses there gets the vendor's form too, so that no answer is ever a page.
func (d *Door) Mount(e *echo.Echo) {
	e.RouteNotFound(Prefix, d.serve)
	e.RouteNotFound(Prefix+"/*", d.serve)
	others := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		path := c.Request().URL.Path
		if path != Prefix && !strings.HasPrefix(path, Prefix+"/") {
			others(err, c)
			return
		}
		if !c.Response().Committed {
			d.finish(c, newCall(c), func(*call) (reply, error) { return reply{}, atTheFrontDoor(err) })
		}
	}
}

// serve answers one request.
func (d *Door) serve(e echo.Context) error {
	d.finish(e, newCall(e), d.carryOut)
	return nil
}

// finish sends what do gives, or the failure that it became, and notes the request. Nothing is written before the answer is
// complete, so whatever goes wrong still has the vendor's form.
func (d *Door) finish(e echo.Context, c *call, do func(*call) (reply, error)) {
	began := d.Now()
	out := d.answer(c, do)
	if c.request.Context().Err() != nil {
		out.status = statusGone // nobody is there to read an answer
		e.Response().Status = out.status
	} else {
		out.send(c)
	}
	if d.Note != nil {
		d.Note(access.Request{
			At: began, Vendor: vendorID, Workspace: c.workspace.ID, Method: c.request.Method, Path: c.request.URL.EscapedPath(),
			Operation: c.op.Name, Credential: c.credential.Name, Status: out.status, Took: d.Now().Sub(began), Connector: c.about,
			ID: c.id, Address: c.address,
		})
	}
}

// statusGone stands in the request log for a client that went away before it was answered.
const statusGone = 499

// answer does the work; a panic is one more thing that can go wrong.
func (d *Door) answer(c *call, do func(*call) (reply, error)) (out reply) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(c.ctx, "panic at the Harmony door", "id", c.id, "operation", c.op.Name, "panic", p, "stack", string(debug.Stack()))
			out = d.failed(c, unforeseen(c))
		}
	}()
	out, err := do(c)
	if err != nil {
		return d.failed(c, d.explain(c, err))
	}
	return out
}

// carryOut finds the operation, asks who calls and whether they may, and does it.
func (d *Door) carryOut(c *call) (reply, error) {
	if err := c.route(); err != nil {
		return reply{}, err
	}
	if c.op.Needs != "" {
		if err := d.admit(c); err != nil {
			return reply{}, err
		}
	}
	return c.op.do(d, c)
}

// admit finds out who calls from the token, and holds the organization of the path against the token's own. Another organization
// answers exactly as one that is not there.
func (d *Door) admit(c *call) error {
	token := strings.TrimSpace(c.request.Header.Get("authToken"))
	if token == "" {
		return refuse(missingAuthToken, "Send the token of a log-in in the header authToken.")
	}
	var err error
	c.credential, c.workspace, err = d.reg.LoggedIn(c.ctx, token, c.address)
	switch {
	case errors.Is(err, registry.ErrCredentials):
		return refuse(invalidAuthToken, "The authToken is not known here, or its credential was revoked. Log in again.")
	case errors.Is(err, registry.ErrExpired):
		return refuse(sessionExpired, "The session is over. Log in again.")
	case err != nil:
		return err
	}
	c.actor = c.credential.Actor()
	if d.Limit != nil {
		if wait, ok := d.Limit(c.credential.ID); !ok {
			return tooSoon(rateLimited, wait, "This token has made too many calls.")
		}
	}
	switch org := c.params["orgId"]; {
	case org != c.workspace.Account:
		return refuse(orgNotFound, "Organization "+shorten(org, 40)+" does not exist or you are not a member.")
	case c.workspace.Remote:
		return refuse(orgNotFound, "Organization "+shorten(org, 40)+" is not hosted here. Call Jitterbit itself.")
	case !c.actor.May(c.op.Needs):
		return refuse(noPermission, c.op.does+" needs the role "+string(access.Needs(c.op.Needs))+" or more.")
	}
	return nil
}
