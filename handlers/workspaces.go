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

func (h *Handlers) workspaces(c echo.Context) error {
	return h.showWorkspaces(c, http.StatusOK, views.WorkspacesPage{Draft: connector.Workspace{Vendor: c.QueryParam("vendor")}})
}

func (h *Handlers) showWorkspaces(c echo.Context, status int, page views.WorkspacesPage) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, "Workspaces")
	if err != nil {
		return err
	}
	page.Shell, page.Vendors = s, h.reg.Catalog()
	page.Invalid = len(page.Problems) > 0 || page.Wrong != ""
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	if page.Counts, err = h.reg.Counts(ctx, actor); err != nil {
		return err
	}
	return web.Page(c, status, views.Workspaces(page))
}

func (h *Handlers) addWorkspace(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	draft := connector.Workspace{Name: value(f, "name"), Vendor: value(f, "vendor"), Account: value(f, "account"), Region: value(f, "region")}
	w, err := h.reg.AddWorkspace(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), draft)
	if p, bad := problems(err); bad {
		return h.showWorkspaces(c, http.StatusUnprocessableEntity, views.WorkspacesPage{Draft: draft, Problems: p})
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Workspace “" + w.Name + "” is open. You can create connectors in it now."}); err != nil {
		return err
	}
	return web.See(c, "/workspaces")
}

func (h *Handlers) renameWorkspace(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(value(f, "version"), 10, 64)
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, "The form does not say which version it changes. Open it again.")
	}
	w, err := h.reg.RenameWorkspace(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), version, value(f, "name"))
	if p, bad := problems(err); bad {
		return h.showWorkspaces(c, http.StatusUnprocessableEntity, views.WorkspacesPage{Renaming: c.Param("id"), Wrong: p.Error(), Typed: value(f, "name")})
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "The workspace is now called “" + w.Name + "”."}); err != nil {
		return err
	}
	return web.See(c, "/workspaces")
}

func (h *Handlers) removeWorkspace(c echo.Context) error {
	w, err := h.reg.RemoveWorkspace(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"))
	flash := web.Flash{Text: "Workspace “" + w.Name + "” was removed."}
	switch {
	case used(err):
		flash = web.Flash{Kind: "bad", Text: err.Error()}
	case err != nil:
		return err
	}
	if err := web.Say(c, flash); err != nil {
		return err
	}
	return web.See(c, "/workspaces")
}
