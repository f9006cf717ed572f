package handlers

import (
	"context"
	"net/http"
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

// historyLength is how many runs the history page shows.
const historyLength = 200

func (h *Handlers) validate(c echo.Context) error {
	ctx := registry.From(c.Request().Context(), c.RealIP())
	run, err := h.reg.Check(ctx, web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	waiting, done := context.WithTimeout(ctx, patience)
	defer done()
	h.reg.Wait(waiting, run.ID)
	return web.See(c, "/connectors/"+run.Connector+"#check")
}

// validateAgain is where one lands who signed in again on the way to a check: nothing is asked by a mere link.
func (h *Handlers) validateAgain(c echo.Context) error {
	return web.See(c, "/connectors/"+c.Param("id"))
}

func (h *Handlers) history(c echo.Context) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	one, err := h.reg.Connector(ctx, actor, c.Param("id"))
	if err != nil {
		return err
	}
	s, err := h.shell(c, "History of "+one.Name)
	if err != nil {
		return err
	}
	page := views.HistoryPage{Shell: s, Connector: one}
	if page.Runs, err = h.reg.History(ctx, actor, one.ID, historyLength); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.History(page))
}

// run shows one run; a partial request gets the panel that draws itself anew until the run is over.
func (h *Handlers) run(c echo.Context) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	run, err := h.reg.Run(ctx, actor, c.Param("id"), c.Param("run"))
	if err != nil {
		return err
	}
	one, err := h.reg.Connector(ctx, actor, run.Connector)
	if err != nil {
		return err
	}
	if web.Partial(c) {
		return web.Page(c, http.StatusOK, views.Check(views.CheckPanel{Now: h.now(), Connector: one, Run: &run,
			Asks: one.Spec.Check().Title(), May: actor.May(access.Test)}))
	}
	s, err := h.shell(c, "Check of "+one.Name)
	if err != nil {
		return err
	}
	s.Running = run.State == connector.Running
	return web.Page(c, http.StatusOK, views.Run(views.RunPage{Shell: s, Connector: one, Run: run}))
}
