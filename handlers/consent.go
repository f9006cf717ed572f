package handlers

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// OAuthCallback is where a person comes back from the OAuth server, below the console's address.
const OAuthCallback = "/oauth/jira/callback"

// oauthCallback finishes an authorisation: on success it leads to the connector, so that the code leaves the address bar. What came in the
// query is never shown again.
func (h *Handlers) oauthCallback(c echo.Context) error {
	ctx, actor := registry.From(c.Request().Context(), c.RealIP()), web.Actor(c)
	state, code := c.QueryParam("state"), c.QueryParam("code")
	w, identifier, err := h.waiting(c, state)
	if err != nil {
		return err
	}
	refusal := c.QueryParam("error")
	switch {
	case identifier == "":
		return h.notAuthorised(c, http.StatusNotFound, astray, "")
	case refusal == "access_denied":
		return h.notAuthorised(c, http.StatusUnprocessableEntity, &connector.ConsentRefused{Text: "The consent was declined, so nothing was changed.",
			Next: "Open the connector and authorise it again when you want to."}, "")
	case refusal != "":
		return h.notAuthorised(c, http.StatusUnprocessableEntity, &connector.ConsentRefused{Text: "The OAuth server refused to ask for consent, so nothing was changed.",
			Next: "Ask an admin whether the application there has this console's callback URL and the rights that are asked for."}, "")
	case code == "":
		return h.notAuthorised(c, http.StatusUnprocessableEntity, &connector.ConsentRefused{Text: "The OAuth server sent no code along, so nothing was changed.",
			Next: "Open the connector and authorise it again."}, "")
	}
	kept, err := h.reg.Consent(ctx, actor, w.ID, identifier, state, code)
	var refused *connector.ConsentRefused
	switch {
	case errors.Is(err, connector.ErrNotFound):
		return h.notAuthorised(c, http.StatusNotFound, astray, "")
	case errors.Is(err, registry.ErrNoOAuthApp):
		return h.notAuthorised(c, http.StatusUnprocessableEntity, &connector.ConsentRefused{Text: "The workspace has no OAuth application any more, so nothing was changed.",
			Next: "Ask an admin to set it, then authorise again."}, "")
	case errors.As(err, &refused):
		return h.notAuthorised(c, http.StatusUnprocessableEntity, refused, kept.ID)
	case err != nil:
		return err
	}
	text := "“" + kept.Name + "” is authorised."
	if kept.Health.Status == connector.Waiting {
		text += " Its project key is still to be filled in."
	} else if _, err := h.reg.Check(ctx, actor, kept.ID); err != nil {
		slog.WarnContext(ctx, "a connector could not be checked after it was authorised", "connector", kept.ID, "error", err)
	}
	if err := web.Say(c, web.Flash{Text: text}); err != nil {
		return err
	}
	return web.See(c, "/connectors/"+kept.ID)
}

var astray = &connector.ConsentRefused{Text: "No connector waits for this authorisation: it was finished before, or a newer one was begun.",
	Next: "Open the connector, and authorise it from there."}

// waiting finds the workspace with the connector that a state names; the identifier is "" where there is none. Whether the connector waits
// for exactly this state is asked later.
func (h *Handlers) waiting(c echo.Context, state string) (connector.Workspace, string, error) {
	identifier := securityhub.StateFor(state)
	if identifier == "" {
		return connector.Workspace{}, "", nil
	}
	ctx, actor := c.Request().Context(), web.Actor(c)
	all, err := h.reg.Workspaces(ctx, actor)
	if err != nil {
		return connector.Workspace{}, "", err
	}
	for _, w := range of(all, "securityhub") {
		_, err := h.reg.Find(ctx, actor, w.ID, connector.Scope{}, identifier)
		if err == nil {
			return w, identifier, nil
		}
		if !errors.Is(err, connector.ErrNotFound) {
			return w, "", err
		}
	}
	return connector.Workspace{}, "", nil
}

// notAuthorised says why, and leads to the connector where it is known.
func (h *Handlers) notAuthorised(c echo.Context, status int, why *connector.ConsentRefused, id string) error {
	s, err := h.shell(c, "Not authorised")
	if err != nil {
		return err
	}
	s.Path = "/connectors" // the page's own address has the code in it
	page := views.ErrorPage{Shell: s, Status: status, Heading: "Not authorised", Text: why.Text, Next: why.Next, Back: "/connectors", BackText: "Back to the connectors"}
	if id != "" {
		page.Back, page.BackText = "/connectors/"+id, "Back to the connector"
	}
	return web.Page(c, status, views.Error(page))
}
