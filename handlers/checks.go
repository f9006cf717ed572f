package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// patience is how long the answer to "Validate" waits for a quick check to end, so that most people see the result on the next page at
// once. The check itself goes on behind the request either way.
const patience = 1200 * time.Millisecond

// validate begins a check. With scripts the panel comes back at once and keeps itself up; without, the next page waits a little for it.
func (h *Handlers) validate(c echo.Context) error {
	ctx, id := registry.From(c.Request().Context(), c.RealIP()), c.Param("id")
	run, err := h.reg.Check(ctx, web.Actor(c), id)
	if web.Partial(c) {
		if status, why := notBegun(c, err); why != "" {
			return h.showCheck(c, status, id, why)
		}
		if errors.Is(err, connector.ErrNotFound) {
			return web.See(c, "/connectors/"+id) // which says what there is instead
		}
		if err == nil {
			return h.showCheck(c, http.StatusOK, id, "")
		}
	}
	if err != nil {
		return err
	}
	waiting, done := context.WithTimeout(ctx, patience)
	defer done()
	h.reg.Wait(waiting, run.ID)
	return web.See(c, "/connectors/"+run.Connector+"#check")
}

// notBegun says why nothing was begun, where that is for people; why is "" for any other error and for none.
func notBegun(c echo.Context, err error) (status int, why string) {
	var busy *connector.Busy
	switch {
	case errors.As(err, &busy):
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((busy.After+time.Second-1)/time.Second)))
		return http.StatusTooManyRequests, busy.Text
	case errors.Is(err, connector.ErrReadOnly):
		return http.StatusServiceUnavailable, "The store refuses to write, so nothing is asked: what is asked must be noted. " +
			"Look at the free space and the permissions of the data directory, then try again."
	}
	return 0, ""
}

// showCheck answers with the panel of the newest check alone.
func (h *Handlers) showCheck(c echo.Context, status int, id, refused string) error {
	page, err := h.checkPage(c, id)
	if err != nil {
		return err
	}
	panel := views.CheckPanel{Now: page.Now, Connector: page.Connector, Run: page.Last, Waits: page.Waits, Asks: page.Asks,
		May: page.May(access.Test), Trusts: page.May(access.Edit), Refused: refused}
	return web.Page(c, status, views.Check(panel))
}

// checkPage gives what the page of a connector shows of its checks, and nothing else of the page.
func (h *Handlers) checkPage(c echo.Context, id string) (views.ConnectorPage, error) {
	ctx, actor := c.Request().Context(), web.Actor(c)
	page := views.ConnectorPage{Shell: views.Shell{User: web.User(c), Now: h.now()}}
	var err error
	if page.Connector, err = h.reg.Connector(ctx, actor, id); err != nil {
		return page, err
	}
	page.Asks = page.Connector.Spec.Check().Title()
	if page.History, err = h.reg.History(ctx, actor, id, strip); err != nil {
		return page, err
	}
	if len(page.History) > 0 {
		page.Last = &page.History[0]
		page.Waits = h.waits(c, *page.Last)
	}
	return page, nil
}

// waits tells whether a run waits for its turn.
func (h *Handlers) waits(c echo.Context, run connector.Run) bool {
	if run.State != connector.Running {
		return false
	}
	live, err := h.reg.Live(c.Request().Context(), web.Actor(c), run.Connector, run.ID)
	return err == nil && live.Waits // whoever cannot tell says that it runs, as its state does
}

// checkEvents keeps a page up with a check until its end.
func (h *Handlers) checkEvents(c echo.Context) error {
	actor := web.Actor(c)
	look := func(ctx context.Context) (registry.Live, error) {
		return h.reg.Live(ctx, actor, c.Param("id"), c.Param("run"))
	}
	return h.follow(c, look, func(live registry.Live) (web.Component, error) {
		switch {
		case live.Ended.IsZero():
			return views.LiveSteps(live.Steps, live.Waits), nil
		case c.QueryParam("alone") != "":
			return views.RunOver(live.Run), nil
		}
		page, err := h.checkPage(c, live.Connector)
		return views.LiveEnd(page), err
	})
}

// cancelCheck ends a check before it has an answer.
func (h *Handlers) cancelCheck(c echo.Context) error {
	ctx, id, run := c.Request().Context(), c.Param("id"), c.Param("run")
	if err := h.reg.Cancel(ctx, web.Actor(c), id, run); err != nil {
		return err
	}
	return h.cancelled(c, run, "/connectors/"+id+"#check")
}

// cancelled answers whoever cancelled a run: the stream tells the page of the end, or the next page does.
func (h *Handlers) cancelled(c echo.Context, run, next string) error {
	if web.Partial(c) {
		return c.NoContent(http.StatusNoContent)
	}
	waiting, done := context.WithTimeout(c.Request().Context(), patience)
	defer done()
	h.reg.Wait(waiting, run)
	return web.See(c, next)
}

// validateAgain is where one lands who signed in again on the way to a check: nothing is asked by a mere link.
func (h *Handlers) validateAgain(c echo.Context) error {
	return web.See(c, "/connectors/"+c.Param("id"))
}

// run shows one run.
func (h *Handlers) run(c echo.Context) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	live, err := h.reg.Live(ctx, actor, c.Param("id"), c.Param("run"))
	if err != nil {
		return err
	}
	one, err := h.reg.Connector(ctx, actor, live.Connector)
	if err != nil {
		return err
	}
	s, err := h.shell(c, "Check of "+one.Name)
	if err != nil {
		return err
	}
	s.Running = live.State == connector.Running
	return web.Page(c, http.StatusOK, views.Run(views.RunPage{Shell: s, Connector: one, Run: live.Run, Waits: live.Waits}))
}
