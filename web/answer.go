package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
)

// Error is what the error page says.
type Error struct {
	Status        int
	Heading, Text string
	Next          string // what to do, or ""
}

// Page renders a component and sends it. Rendering ends before the first byte leaves, so a failure is still a clean error page.
func Page(c echo.Context, status int, page templ.Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	if err := page.Render(c.Request().Context(), buf); err != nil {
		return err
	}
	return c.HTMLBlob(status, bytes.Clone(buf.Bytes()))
}

// See sends the browser to another page after a change.
func See(c echo.Context, path string) error {
	if c.Request().Header.Get("HX-Request") == "true" {
		c.Response().Header().Set("HX-Redirect", path)
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// answer turns an error into the one error page, and writes what people need not see to the log.
func answer(cfg Config, err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if errors.Is(err, errSignIn) {
		err = signInFirst(c)
		if err == nil {
			return
		}
	}
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		c.Response().Status = 499 // the browser went away: nobody is there to read an answer
		return
	}
	e := describe(err)
	var busy *connector.Busy
	if errors.As(err, &busy) {
		c.Response().Header().Set("Retry-After", strconv.FormatInt(int64((busy.After+time.Second-1)/time.Second), 10))
	}
	if e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed {
		recognise(cfg, c)
	}
	if e.Status >= http.StatusInternalServerError {
		cfg.Log.Error("request failed", "id", RequestID(c), "route", c.Path(), "error", err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if c.Request().Method == http.MethodHead {
		err = c.NoContent(e.Status)
	} else {
		err = cfg.Errors(c, e)
	}
	if err != nil && !c.Response().Committed {
		cfg.Log.Error("the error page failed", "id", RequestID(c), "error", err)
		http.Error(c.Response(), e.Heading, e.Status)
	}
}

// recognise reads the session for an address that no route has, so that the error page keeps the console around whoever is signed
// in. A session that cannot be read changes nothing but that.
func recognise(cfg Config, c echo.Context) {
	if session(c) != nil || cfg.Sessions == nil {
		return
	}
	if s, err := cfg.Sessions.Get(c.Request(), cfg.Sessions.CookieName()); err == nil {
		c.Set(sessionKey, s)
	}
}

// describe finds the words for an error.
func describe(err error) Error {
	var denied access.Denied
	var problems connector.Problems
	var tooLarge *http.MaxBytesError
	var httpErr *echo.HTTPError
	var busy *connector.Busy
	switch {
	case errors.As(err, &busy):
		return Error{http.StatusTooManyRequests, "Not begun", busy.Error(), ""}
	case errors.As(err, &denied):
		return Error{http.StatusForbidden, "Not allowed", denied.Error(), "Ask an admin for that role, or sign in as somebody who has it."}
	case errors.Is(err, connector.ErrNotFound):
		return notFound
	case errors.Is(err, connector.ErrReadOnly):
		return Error{http.StatusServiceUnavailable, "Nothing can be saved right now",
			"The store refused to write, so nothing was changed. Everything can still be read.",
			"Look at the free space and the permissions of the data directory, then try again."}
	case errors.Is(err, connector.ErrConflict):
		return Error{http.StatusConflict, "Changed in the meantime", "Somebody else changed this after you opened the page, so nothing was overwritten.",
			"Go back, reload the page and try again."}
	case errors.Is(err, connector.ErrInUse):
		return Error{http.StatusConflict, "Still in use", "Something else came to need this in the meantime, so nothing was changed.", "Go back and reload the page to see what."}
	case errors.Is(err, connector.ErrTaken):
		return Error{http.StatusConflict, "Already taken", "Somebody else took this name or identifier in the meantime, so nothing was changed.", "Go back and choose another."}
	case errors.As(err, &problems):
		return Error{http.StatusUnprocessableEntity, "Not done", problems.Error(), "Go back and correct it."}
	case errors.As(err, &tooLarge):
		return tooMuch
	case errors.As(err, &httpErr):
		return fromEcho(httpErr)
	}
	return broken
}

var (
	notFound = Error{http.StatusNotFound, "Not found", "There is nothing at this address, or it is not yours to see.",
		"Look at the address, or search for what you need."}
	tooMuch = Error{http.StatusRequestEntityTooLarge, "Too large", "The request is larger than this page takes, so it was not read.", "Go back and send less."}
	broken  = Error{http.StatusInternalServerError, "Something went wrong", "The request could not be carried out, and the reason is in the program's log.",
		"Try again. If it stays, look for the request id in the log."}
)

func fromEcho(h *echo.HTTPError) Error {
	var inner *http.MaxBytesError
	if h.Internal != nil && errors.As(h.Internal, &inner) {
		return tooMuch
	}
	text, _ := h.Message.(string)
	if text == http.StatusText(h.Code) {
		text = ""
	}
	switch h.Code {
	case http.StatusNotFound:
		return notFound
	case http.StatusMethodNotAllowed:
		return Error{h.Code, "Not possible here", "This address does not take that kind of request.", ""}
	case http.StatusRequestEntityTooLarge:
		return tooMuch
	case http.StatusInternalServerError:
		return broken
	}
	if text == "" {
		text = "The request could not be understood."
	}
	return Error{h.Code, http.StatusText(h.Code), text, ""}
}
