package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// daysShown is how many days a strip has.
const daysShown = 30

func (h *Handlers) watching(c echo.Context) error {
	return h.showWatching(c, http.StatusOK, views.WatchPage{
		Pausing: views.PauseDraft{For: "4"}, Draft: connector.WindowDraft{Repeat: "weekly", From: "22:00", To: "02:00", Zone: "UTC"}})
}

func (h *Handlers) showWatching(c echo.Context, status int, page views.WatchPage) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, "Watch")
	if err != nil {
		return err
	}
	page.Shell, page.Vendors = s, h.reg.Catalog()
	page.Invalid = len(page.Problems) > 0
	if page.State, err = h.reg.WatchState(ctx, actor); err != nil {
		return err
	}
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	wide, single, err := h.reg.Pauses(ctx, actor)
	if err != nil {
		return err
	}
	page.Pauses = slices.DeleteFunc(wide, func(p connector.Pause) bool { return p.Workspace == "" })
	page.Connectors = single
	windows, err := h.reg.Windows(ctx, actor)
	if err != nil {
		return err
	}
	for _, w := range windows {
		page.Windows = append(page.Windows, windowRow(w, page.Now))
	}
	return web.Page(c, status, views.Watching(page))
}

// windowRow tells where a time of maintenance stands.
func windowRow(w connector.Window, now time.Time) views.WindowRow {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil { // the table of zones has lost it; the watch takes UTC then, too
		zone = time.UTC
	}
	row := views.WindowRow{Window: w, Zoned: zone}
	if row.Next, row.Holds = w.During(now, zone); !row.Holds {
		if begins, _, ok := w.Next(now, zone); ok {
			row.Next = begins
		} else {
			row.Next = time.Time{}
		}
	}
	return row
}

// pauseDraft reads the form of a pause. The time is zero for one that lasts until somebody resumes.
func (h *Handlers) pauseDraft(f map[string][]string) (views.PauseDraft, time.Time, connector.Problems) {
	d := views.PauseDraft{What: value(f, "what"), For: value(f, "for"), Until: value(f, "until"), Reason: value(f, "reason")}
	if d.Until != "" {
		until, err := time.Parse("2006-01-02T15:04", d.Until)
		if err != nil {
			return d, until, connector.Problems{{Field: "until", Text: "Or until must be a date and time such as 2026-11-30T22:00, by UTC, or nothing."}}
		}
		return d, until, nil
	}
	if d.For == "" {
		return d, time.Time{}, nil
	}
	hours, err := strconv.Atoi(d.For)
	if err != nil || !slices.ContainsFunc(views.PauseLengths, func(o connector.Option) bool { return o.Value == d.For }) {
		return d, time.Time{}, connector.Problems{{Field: "for", Text: "Pause for must be one of the lengths in the list."}}
	}
	return d, h.now().Add(time.Duration(hours) * time.Hour), nil
}

func (h *Handlers) pauseWatch(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	draft, until, wrong := h.pauseDraft(f)
	if len(wrong) == 0 {
		err = h.reg.PauseWatch(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), draft.What, until, draft.Reason)
	}
	if p, bad := problems(err); bad || len(wrong) > 0 {
		return h.showWatching(c, http.StatusUnprocessableEntity, views.WatchPage{Pausing: draft, Problems: append(wrong, p...),
			Draft: connector.WindowDraft{Repeat: "weekly", From: "22:00", To: "02:00", Zone: "UTC"}})
	}
	if err != nil {
		return err
	}
	return h.saidWatch(c, "The watch is paused there. Validating by hand works all the same.", "/watch")
}

func (h *Handlers) resumeWatch(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	err = h.reg.ResumeWatch(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), value(f, "what"))
	return h.resumed(c, err, "/watch")
}

// resumed answers a resumption. One that somebody else was quicker with is as good.
func (h *Handlers) resumed(c echo.Context, err error, next string) error {
	text := "The watch goes on."
	if errors.Is(err, connector.ErrNotFound) {
		text, err = "It is not paused any more.", nil
	}
	if err != nil {
		return err
	}
	return h.saidWatch(c, text, next)
}

func (h *Handlers) saidWatch(c echo.Context, text, next string) error {
	if err := web.Say(c, web.Flash{Text: text}); err != nil {
		return err
	}
	return web.See(c, next)
}

func (h *Handlers) addWindow(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	draft := connector.WindowDraft{Workspace: value(f, "workspace"), Name: value(f, "name"), Repeat: value(f, "repeat"), Days: connector.Unique(f["days"]),
		From: value(f, "from"), To: value(f, "to"), Begins: value(f, "begins"), Ends: value(f, "ends"), Zone: value(f, "zone")}
	w, err := h.reg.AddWindow(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), draft)
	if p, bad := problems(err); bad {
		return h.showWatching(c, http.StatusUnprocessableEntity, views.WatchPage{Draft: draft, Problems: p, Pausing: views.PauseDraft{For: "4"}})
	}
	if err != nil {
		return err
	}
	return h.saidWatch(c, "Maintenance “"+w.Name+"” is noted.", "/watch")
}

func (h *Handlers) removeWindow(c echo.Context) error {
	w, err := h.reg.RemoveWindow(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	return h.saidWatch(c, "Maintenance “"+w.Name+"” was removed.", "/watch")
}

// watchPanel gives what the page of a living connector shows of its watch.
func (h *Handlers) watchPanel(c echo.Context, id string) (views.WatchPanel, error) {
	ctx, actor := c.Request().Context(), web.Actor(c)
	panel := views.WatchPanel{Draft: views.PauseDraft{For: "4"}}
	var err error
	if panel.Watched, err = h.reg.Watched(ctx, actor, id); err != nil {
		return panel, err
	}
	state, err := h.reg.WatchState(ctx, actor)
	if err != nil {
		return panel, err
	}
	panel.Default = state.Every
	if panel.Days, err = h.days(c, id); err != nil {
		return panel, err
	}
	panel.Ends, err = h.reg.ConnectorEndings(ctx, actor, id)
	return panel, err
}

// days gives the last days of a connector, the oldest first, also those on which nothing was checked.
func (h *Handlers) days(c echo.Context, id string) ([]connector.Day, error) {
	today := connector.DayOf(h.now())
	kept, err := h.reg.Days(c.Request().Context(), web.Actor(c), id, today.AddDate(0, 0, 1-daysShown))
	if err != nil {
		return nil, err
	}
	out := make([]connector.Day, daysShown)
	for i := range out {
		out[i].Date = today.AddDate(0, 0, i+1-daysShown)
		for _, d := range kept {
			if d.Date.Equal(out[i].Date) {
				out[i] = d
			}
		}
	}
	return out, nil
}

func (h *Handlers) setWatch(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	every, ok := connector.ParseCadence(value(f, "every"))
	if !ok {
		every = time.Nanosecond // none of the choices, as the registry will say
	}
	err = h.reg.SetWatch(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), every)
	return h.watchChanged(c, err, views.PauseDraft{For: "4"}, "From now on it is watched as you said.")
}

func (h *Handlers) pauseConnector(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	draft, until, wrong := h.pauseDraft(f)
	err = wrong.Err()
	if err == nil {
		err = h.reg.PauseConnector(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), until, draft.Reason)
	}
	return h.watchChanged(c, err, draft, "The watch leaves this connector alone. Validating by hand works all the same.")
}

func (h *Handlers) resumeConnector(c echo.Context) error {
	err := h.reg.ResumeConnector(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"))
	if errors.Is(err, connector.ErrNotFound) {
		if _, gone := h.reg.Connector(c.Request().Context(), web.Actor(c), c.Param("id")); gone != nil {
			return gone
		}
	}
	return h.resumed(c, err, "/connectors/"+c.Param("id")+"#watch")
}

// watchChanged answers a change of how a connector is watched: with its page and the problems, or with the next page.
func (h *Handlers) watchChanged(c echo.Context, err error, draft views.PauseDraft, text string) error {
	p, bad := problems(err)
	if err != nil && !bad {
		return err
	}
	if !bad {
		return h.saidWatch(c, text, "/connectors/"+c.Param("id")+"#watch")
	}
	one, err := h.reg.Connector(c.Request().Context(), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	if !one.Retired.IsZero() {
		return connector.ErrNotFound
	}
	return h.showConnector(c, http.StatusUnprocessableEntity, one, func(page *views.ConnectorPage) { page.Watch.Draft, page.Watch.Problems = draft, p })
}
