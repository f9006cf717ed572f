package handlers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

func (h *Handlers) settings(c echo.Context) error {
	return h.showSettings(c, http.StatusOK, nil)
}

// showSettings draws the settings of a workspace; with alters the page for what was typed into its form.
func (h *Handlers) showSettings(c echo.Context, status int, with func(*views.SettingsPage)) error {
	w, err := h.reg.Workspace(c.Request().Context(), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	vendor, ok := h.reg.Catalog().Vendor(w.Vendor)
	if !ok || !vendor.Settings {
		return connector.ErrNotFound
	}
	s, err := h.shell(c, "Settings of "+w.Name)
	if err != nil {
		return err
	}
	page := views.SettingsPage{Shell: s, Vendor: vendor, Workspace: w, Settings: w.Settings, Version: w.Version}
	if with != nil {
		with(&page)
		page.Invalid = len(page.Problems) > 0
	}
	return web.Page(c, status, views.Settings(page))
}

func (h *Handlers) set(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(value(f, "version"), 10, 64)
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, "The form does not say which version it changes. Open it again.")
	}
	typed := connector.Settings{Strict: value(f, "failures") == "strict", Reserved: connector.Clean(raw(f, "reserved"), true)}
	refused := func(p connector.Problems) error {
		return h.showSettings(c, http.StatusUnprocessableEntity, func(page *views.SettingsPage) {
			page.Settings, page.Version, page.Problems = typed, version, p
		})
	}
	if failures := value(f, "failures"); failures != "strict" && failures != "legacy" {
		return refused(connector.Problems{{Field: "failures", Text: "Failures must be legacy or strict. Choose one."}})
	}
	w, err := h.reg.SetWorkspace(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), version, typed)
	if p, bad := problems(err); bad {
		return refused(p)
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "The settings of “" + w.Name + "” are saved. Its door goes by them from now on."}); err != nil {
		return err
	}
	return web.See(c, "/workspaces/"+w.ID+"/settings")
}
