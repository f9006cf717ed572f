package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

func (h *Handlers) oauthApp(c echo.Context) error {
	app, err := h.reg.OAuthApp(c.Request().Context(), web.Actor(c), c.Param("id"))
	if errors.Is(err, connector.ErrNotFound) { // none yet, or no such workspace, which the page finds out
		app, err = securityhub.Atlassian(), nil
	}
	if err != nil {
		return err
	}
	return h.showOAuthApp(c, http.StatusOK, views.OAuthPage{App: app, Kept: app.Version > 0})
}

func (h *Handlers) showOAuthApp(c echo.Context, status int, page views.OAuthPage) error {
	w, err := h.reg.TakesOAuthApp(c.Request().Context(), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	s, err := h.shell(c, "OAuth application of "+w.Name)
	if err != nil {
		return err
	}
	page.Shell, page.Workspace, page.Callback = s, w, h.reg.OAuthCallback()
	page.Vendor, _ = h.reg.Catalog().Vendor(w.Vendor)
	page.Invalid = len(page.Problems) > 0
	return web.Page(c, status, views.OAuth(page))
}

func (h *Handlers) setOAuthApp(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	app := connector.OAuthApp{Workspace: c.Param("id")}
	connector.Bind(app.Fields(), f)
	if app.Version, err = strconv.ParseInt(value(f, "version"), 10, 64); err != nil || app.Version < 0 {
		return echo.NewHTTPError(http.StatusBadRequest, "The form does not say which version it changes. Open it again.")
	}
	page := views.OAuthPage{App: app, Kept: app.Version > 0, Replace: value(f, "client_secret.state") == "replace"}
	secret := connector.NewSecret(value(f, "client_secret"))
	switch {
	case page.Kept && !page.Replace:
		secret = connector.Secret{}
	case page.Kept && secret.Empty():
		page.Problems = connector.Problems{{Field: "client_secret", Text: "Client secret is required when it is to be replaced. Give the new value, or keep the one that is set."}}
		return h.showOAuthApp(c, http.StatusUnprocessableEntity, page)
	}
	kept, err := h.reg.SetOAuthApp(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), app, secret)
	if p, bad := problems(err); bad {
		page.App, page.Problems = kept, p
		return h.showOAuthApp(c, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "The OAuth application is saved. Connectors of the workspace can be authorised now."}); err != nil {
		return err
	}
	return web.See(c, "/workspaces/"+c.Param("id")+"/oauth")
}

func (h *Handlers) removeOAuthApp(c echo.Context) error {
	if err := h.reg.RemoveOAuthApp(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id")); err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "The OAuth application was removed, and its client secret is gone."}); err != nil {
		return err
	}
	return web.See(c, "/workspaces")
}

// applied reports whether a workspace has an OAuth application.
func (h *Handlers) applied(c echo.Context, workspace string) (bool, error) {
	switch _, err := h.reg.OAuthApp(c.Request().Context(), web.Actor(c), workspace); {
	case errors.Is(err, connector.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, nil
}
