package handlers

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// expiry lists what ends next. What makes no sense in the address is left out rather than refused: it may be an old one.
func (h *Handlers) expiry(c echo.Context) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, "Expiry")
	if err != nil {
		return err
	}
	page := views.ExpiryPage{Shell: s, Vendors: h.reg.Catalog()}
	w, all, err := h.workspace(c, connector.Clean(c.QueryParam("workspace"), false))
	if err != nil {
		return err
	}
	page.Workspaces = all
	page.Query = connector.EndingQuery{Workspace: w.ID, After: c.QueryParam("after")}
	kind := c.QueryParam("kind")
	if slices.ContainsFunc(connector.ExpiryKinds, func(o connector.Option) bool { return o.Value == kind }) {
		page.Query.Kind = connector.ExpiryKind(kind)
	}
	page.Page, err = h.reg.Endings(ctx, actor, page.Query)
	if _, bad := problems(err); bad {
		page.Query.After = ""
		page.Page, err = h.reg.Endings(ctx, actor, page.Query)
	}
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Expiry(page))
}

// noteEnd keeps on which day a secret ends.
func (h *Handlers) noteEnd(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	typed := value(f, "ends")
	s, err := h.reg.NoteEnd(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), typed)
	if p, bad := problems(err); bad {
		return h.showSecretWith(c, http.StatusUnprocessableEntity, p, typed)
	}
	if err != nil {
		return err
	}
	text := "Nothing is noted of an end of " + s.Name + " any more."
	if !s.Ends.IsZero() {
		text = s.Name + " ends on " + s.Ends.Format("2 January 2006") + ". You are warned before."
	}
	if err := web.Say(c, web.Flash{Text: text}); err != nil {
		return err
	}
	return web.See(c, "/secrets/"+s.ID)
}
