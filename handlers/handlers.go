// Package handlers listens to people: it takes a request apart, asks the registry, and shows what came of it.
package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// Handlers answers the console's pages. Make one with [New].
type Handlers struct {
	reg   *registry.Registry
	base  string // address under which the console is reached: "https://patchbay.example.com"
	now   func() time.Time
	codes []views.Code
	doors []views.Door

	streams *streams
}

// New makes the handlers. base is the console's address without a slash at its end; codes explain what a check may answer.
func New(reg *registry.Registry, base string, codes []views.Code, now func() time.Time) *Handlers {
	return &Handlers{reg: reg, base: base, now: now, codes: codes, streams: newStreams()}
}

// Explain gives the compatibility page what the vendor doors answer. Call it before the first request.
func (h *Handlers) Explain(doors []views.Door) { h.doors = doors }

// shell gives what the page has around its content.
func (h *Handlers) shell(c echo.Context, title string) (views.Shell, error) {
	s := views.Shell{Title: title, Path: c.Request().URL.RequestURI(), User: web.User(c), Now: h.now(), Request: web.RequestID(c), SessionEnds: web.SessionEnds(c)}
	if s.User == nil {
		return s, nil
	}
	counts, err := h.reg.Counts(c.Request().Context(), web.Actor(c))
	if err != nil {
		return s, err
	}
	s.Nav.Connectors = counts.Total()
	s.Nav.Failing = counts.Of(func(n connector.Count) bool { return n.Status == connector.Failing })
	s.Flash, err = web.Said(c)
	if errors.Is(err, connector.ErrReadOnly) {
		err = nil // the message stays for the next page, which is better than no page at all
	}
	return s, err
}

// Error draws the error page; it is the front door's last word.
func (h *Handlers) Error(c echo.Context, e web.Error) error {
	s := views.Shell{Title: e.Heading, Path: "/", User: web.User(c), Now: h.now(), Request: web.RequestID(c), SessionEnds: web.SessionEnds(c)}
	page := views.ErrorPage{Shell: s, Status: e.Status, Heading: e.Heading, Text: e.Text, Next: e.Next}
	if back := web.CameFrom(c); back != "/" && c.Request().Method != http.MethodGet {
		page.Back, page.BackText = back, "Back to the page before"
	}
	return web.Page(c, e.Status, views.Error(page))
}

// problems takes the problems out of an error: ok tells that there is nothing else in it.
func problems(err error) (p connector.Problems, ok bool) {
	return p, errors.As(err, &p)
}

// workspace finds one of the actor's workspaces by id or, as people write it into addresses, by name.
func (h *Handlers) workspace(c echo.Context, text string) (connector.Workspace, []connector.Workspace, error) {
	all, err := h.reg.Workspaces(c.Request().Context(), web.Actor(c))
	if err != nil {
		return connector.Workspace{}, nil, err
	}
	for _, w := range all {
		if w.ID == text {
			return w, all, nil
		}
	}
	for _, w := range all {
		if w.Name == text && text != "" {
			return w, all, nil
		}
	}
	return connector.Workspace{}, all, nil
}

// of keeps the workspaces of one vendor.
func of(all []connector.Workspace, vendor string) []connector.Workspace {
	var out []connector.Workspace
	for _, w := range all {
		if w.Vendor == vendor {
			out = append(out, w)
		}
	}
	return out
}

// form gives the fields that were posted, and only those: a query cannot stand in for them.
func form(c echo.Context) (map[string][]string, error) {
	if err := c.Request().ParseForm(); err != nil {
		return nil, echo.NewHTTPError(http.StatusBadRequest, "The form could not be read.").SetInternal(err)
	}
	return c.Request().PostForm, nil
}

// versionOf reads the version that a form was made from; 0, for whatever is there, when it does not say.
func versionOf(form map[string][]string, does string) (int64, error) {
	text := value(form, "version")
	if text == "" {
		return 0, nil
	}
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil || version < 1 {
		return 0, echo.NewHTTPError(http.StatusBadRequest, "The form does not say which version it "+does+". Open it again.")
	}
	return version, nil
}

// value gives one posted field, cleaned.
func value(form map[string][]string, name string) string {
	if v := form[name]; len(v) > 0 {
		return connector.Clean(v[0], false)
	}
	return ""
}

// raw gives one posted field as it came, for passwords.
func raw(form map[string][]string, name string) string {
	if v := form[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
