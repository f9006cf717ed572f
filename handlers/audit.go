package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/views"
	"patchbay/web"
)

// eventsAPage is how many audit events a page has.
const eventsAPage = 100

func problemAt(field, text string) connector.Problem {
	return connector.Problem{Field: field, Text: text}
}

func (h *Handlers) audit(c echo.Context) error { return h.showAudit(c, nil) }

func (h *Handlers) showAudit(c echo.Context, verdict *views.Verdict) error {
	s, err := h.shell(c, "Audit log")
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), web.Actor(c)
	get := func(name string) string { return connector.Clean(c.QueryParam(name), false) }
	q := access.EventQuery{Actor: get("actor"), Action: get("action"), Object: get("object"), Workspace: get("workspace"), Size: eventsAPage + 1}
	if before, err := strconv.ParseInt(get("before"), 10, 64); err == nil && before > 0 {
		q.Before = before
	}
	page := views.AuditPage{Shell: s, Verdict: verdict}
	if page.Events, err = h.reg.Events(ctx, actor, q); err != nil {
		return err
	}
	if len(page.Events) > eventsAPage {
		page.Events = page.Events[:eventsAPage]
		page.Older = page.Events[eventsAPage-1].Seq
	}
	q.Size = eventsAPage
	page.Query = q
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Audit(page))
}

func (h *Handlers) verifyAudit(c echo.Context) error {
	ctx := c.Request().Context()
	n, err := h.reg.VerifyLog(ctx, web.Actor(c))
	var denied access.Denied
	if errors.As(err, &denied) || errors.Is(err, connector.ErrReadOnly) || ctx.Err() != nil {
		return err // the log was not walked, which is no verdict on it
	}
	if err != nil {
		return h.showAudit(c, &views.Verdict{Text: "The log does not fit together: " + err.Error() + "."})
	}
	return h.showAudit(c, &views.Verdict{OK: true, Text: fmt.Sprintf("All %d events fit together: none was altered, removed or put in between.", n)})
}
