package handlers

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/views"
	"patchbay/web"
)

// historyLength is how many runs are kept, and looked through, of one connector.
const historyLength = 200

// history lists the runs of a connector, of a day, with a code or by somebody.
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
	page := views.HistoryPage{Shell: s, Connector: one, Code: connector.Clean(c.QueryParam("code"), false), By: connector.Clean(c.QueryParam("by"), false)}
	if page.Days, err = h.days(c, one.ID); err != nil {
		return err
	}
	if date, err := time.Parse(time.DateOnly, c.QueryParam("day")); err == nil {
		if page.Day, err = h.day(c, one.ID, date); err != nil {
			return err
		}
	}
	all, err := h.reg.History(ctx, actor, one.ID, historyLength)
	if err != nil {
		return err
	}
	page.Kept = len(all)
	for _, r := range all {
		page.Codes, page.People = append(page.Codes, r.Code), append(page.People, r.By)
		if (page.Day == nil || connector.DayOf(endOf(r)).Equal(page.Day.Date)) && (page.Code == "" || r.Code == page.Code) && (page.By == "" || r.By == page.By) {
			page.Runs = append(page.Runs, r)
		}
	}
	page.Codes, page.People = choices(page.Codes), choices(page.People)
	return web.Page(c, http.StatusOK, views.History(page))
}

// endOf is when a run ended; one that is on its way counts as of when it began.
func endOf(r connector.Run) time.Time {
	if r.Ended.IsZero() {
		return r.Began
	}
	return r.Ended
}

// day gives one day of a connector, also one on which nothing was checked.
func (h *Handlers) day(c echo.Context, id string, date time.Time) (*connector.Day, error) {
	kept, err := h.reg.Days(c.Request().Context(), web.Actor(c), id, date)
	if err != nil {
		return nil, err
	}
	for _, d := range kept {
		if d.Date.Equal(date) {
			return &d, nil
		}
	}
	return &connector.Day{Date: date}, nil
}

// choices sorts words and drops doubles and empty ones.
func choices(words []string) []string {
	words = connector.Unique(words)
	slices.Sort(words)
	return words
}
