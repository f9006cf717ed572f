package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// OAuthCallback is where a person comes back from the OAuth server, below the console's address.
const OAuthCallback = "/oauth/jira/callback"

// authorise notes who goes to the OAuth server, and sends the browser there. The content security policy lets no form lead to another
// site, not even by a redirect, so it is the page that goes on.
func (h *Handlers) authorise(c echo.Context) error {
	ctx, actor, id := registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id")
	address, err := h.reg.BeginConsent(ctx, actor, id)
	if errors.Is(err, registry.ErrNoOAuthApp) {
		return h.sayAt(c, noApplication, "/connectors/"+id)
	}
	if err != nil {
		return err
	}
	one, err := h.reg.Connector(ctx, actor, id)
	if err != nil {
		return err
	}
	s, err := h.shell(c, "On the way to authorise "+one.Name)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Refresh", "0; url="+address)
	return web.Page(c, http.StatusOK, views.Leaving(views.LeavingPage{Shell: s, Connector: one, Address: address}))
}

const noApplication = "The workspace has no OAuth application, so nothing was changed. Ask an admin to set it, then authorise again."

// oauthCallback takes down what a person came back with, and leads on at once: an address with a code in it stays neither in the history of
// the browser nor in any page. Nothing is changed before the person says so on the page that comes next.
func (h *Handlers) oauthCallback(c echo.Context) error {
	actor := web.Actor(c)
	state, code, refusal := c.QueryParam("state"), c.QueryParam("code"), c.QueryParam("error")
	if refusal != "" {
		code = ""
	}
	if web.User(c) == nil { // whose consent it is cannot be told, so the code is left to end by itself
		return web.See(c, "/login?next=%2Fconnectors")
	}
	p, err := h.reg.ReturnConsent(registry.From(c.Request().Context(), c.RealIP()), actor, securityhub.StateFor(state), state, code)
	var refused *connector.ConsentRefused
	var denied access.Denied
	switch {
	case errors.As(err, &refused), errors.As(err, &denied):
		return h.sayAt(c, err.Error(), "/connectors")
	case err != nil:
		return err
	case refusal == "access_denied":
		return h.sayAt(c, "The consent was declined, so nothing was changed. Authorise again when you want to.", "/connectors/"+p.Connector)
	case refusal != "":
		return h.sayAt(c, "The OAuth server refused to ask for consent, so nothing was changed. Ask an admin whether the application there has this console's "+
			"callback URL and the rights that are asked for.", "/connectors/"+p.Connector)
	case code == "":
		return h.sayAt(c, "The OAuth server sent no code along, so nothing was changed. Authorise again.", "/connectors/"+p.Connector)
	}
	return web.See(c, consentURL(p.Connector, p.ID))
}

func consentURL(connectorID, id string) string {
	return "/connectors/" + connectorID + "/authorise/" + id
}

// consent asks the person whether what came back is to be taken, or for which of several sites it is.
func (h *Handlers) consent(c echo.Context) error { return h.showConsent(c, http.StatusOK, nil) }

func (h *Handlers) showConsent(c echo.Context, status int, p connector.Problems) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	one, err := h.reg.Connector(ctx, actor, c.Param("id"))
	if err != nil {
		return err
	}
	pending, err := h.reg.PendingConsent(ctx, actor, one.ID, c.Param("consent"))
	if errors.Is(err, connector.ErrNotFound) {
		return h.sayAt(c, over, "/connectors/"+one.ID)
	}
	if err != nil {
		return err
	}
	title := "Authorise " + one.Name
	if len(pending.Brought.Sites) > 1 {
		title = "Choose the site of " + one.Name
	}
	s, err := h.shell(c, title)
	if err != nil {
		return err
	}
	s.Invalid = len(p) > 0
	page := views.ConsentPage{Shell: s, Connector: one, Consent: pending, Problems: p}
	page.Vendor, _ = h.reg.Catalog().Vendor(one.Vendor)
	if page.Workspace, err = h.reg.Workspace(ctx, actor, one.Workspace); err != nil {
		return err
	}
	return web.Page(c, status, views.Consent(page))
}

const over = "This authorisation is over: it was finished before, took too long, or a newer one was begun. Authorise again if you need to."

// takeConsent is the person's word.
func (h *Handlers) takeConsent(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	ctx, actor := registry.From(c.Request().Context(), c.RealIP()), web.Actor(c)
	one, err := h.reg.Connector(ctx, actor, c.Param("id"))
	if err != nil {
		return err
	}
	path, site := "/connectors/"+one.ID, value(f, "site")
	if pending, err := h.reg.PendingConsent(ctx, actor, one.ID, c.Param("consent")); err == nil && len(pending.Brought.Sites) > 1 && site == "" {
		return h.showConsent(c, http.StatusUnprocessableEntity, connector.Problems{{Field: "site", Text: "Site is required. Choose the one that the connector is for."}})
	}
	kept, err := h.reg.TakeConsent(ctx, actor, one.ID, c.Param("consent"), site)
	var refused *connector.ConsentRefused
	if p, bad := problems(err); bad && p.At("site") != "" {
		return h.showConsent(c, http.StatusUnprocessableEntity, p)
	}
	switch {
	case errors.Is(err, registry.ErrManySites):
		return web.See(c, consentURL(one.ID, c.Param("consent")))
	case errors.Is(err, connector.ErrNotFound):
		return h.sayAt(c, over, path)
	case errors.Is(err, connector.ErrConflict):
		return h.sayAt(c, "This authorisation is being finished at this moment. Reload the page to see how it ended.", path)
	case errors.Is(err, registry.ErrNoOAuthApp):
		return h.sayAt(c, noApplication, path)
	case errors.As(err, &refused) && refused.Code:
		return h.sayAt(c, refused.Error(), path)
	case errors.As(err, &refused): // the code is good still
		return h.sayAt(c, refused.Error(), consentURL(one.ID, c.Param("consent")))
	case err != nil:
		return err
	}
	return h.authorised(ctx, c, kept)
}

// authorised says so and has the connector checked, as far as it can be.
func (h *Handlers) authorised(ctx context.Context, c echo.Context, kept connector.Connector) error {
	text := "“" + kept.Name + "” is authorised."
	if kept.Health.Status == connector.Waiting {
		text += " Its project key is still to be filled in."
	} else if _, err := h.reg.Check(ctx, web.Actor(c), kept.ID); err != nil {
		slog.WarnContext(ctx, "a connector could not be checked after it was authorised", "connector", kept.ID, "error", err)
	}
	if err := web.Say(c, web.Flash{Text: text}); err != nil {
		return err
	}
	return web.See(c, "/connectors/"+kept.ID)
}

// sayAt says on the page of that path that something was not done.
func (h *Handlers) sayAt(c echo.Context, text, path string) error {
	if err := web.Say(c, web.Flash{Kind: "bad", Text: text}); err != nil {
		return err
	}
	return web.See(c, path)
}
