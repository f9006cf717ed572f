package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

func (h *Handlers) secrets(c echo.Context) error {
	w, _, err := h.workspace(c, c.QueryParam("workspace"))
	if err != nil {
		return err
	}
	return h.showSecrets(c, http.StatusOK, views.SecretsPage{Chosen: w.ID, Text: connector.Clean(c.QueryParam("q"), false),
		Draft: views.SecretDraft{Workspace: w.ID, Scope: "account", Name: connector.Clean(c.QueryParam("name"), false), Kind: string(connector.SecretText)}})
}

func (h *Handlers) showSecrets(c echo.Context, status int, page views.SecretsPage) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, "Secrets")
	if err != nil {
		return err
	}
	page.Shell, page.Vendors = s, h.reg.Catalog()
	page.Invalid = len(page.Problems) > 0
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	if page.Secrets, err = h.reg.Secrets(ctx, actor, page.Chosen, page.Text); err != nil {
		return err
	}
	page.Empty = views.EmptyNothing
	if page.Chosen != "" || page.Text != "" {
		page.Empty = views.EmptyNoMatch
	}
	return web.Page(c, status, views.Secrets(page))
}

func (h *Handlers) keepSecret(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	w, _, err := h.workspace(c, value(f, "workspace"))
	if err != nil {
		return err
	}
	draft := views.SecretDraft{Workspace: w.ID, Scope: value(f, "scope"), Name: value(f, "name"), Kind: value(f, "kind"), Ends: value(f, "ends")}
	if draft.Kind == "" {
		draft.Kind = string(connector.SecretText)
	}
	ends, wrong := registry.EndOf(draft.Ends)
	kept := connector.NamedSecret{Kind: connector.SecretKind(draft.Kind), Ends: ends,
		SecretName: connector.SecretName{Workspace: w.ID, Scope: connector.ParseScope(draft.Scope), Name: draft.Name}}
	if err = wrong.Err(); err == nil {
		kept, err = h.reg.KeepSecret(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), kept, secretValue(f))
	}
	if p, bad := problems(err); bad {
		return h.showSecrets(c, http.StatusUnprocessableEntity, views.SecretsPage{Draft: draft, Problems: p})
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Secret " + kept.Name + " is sealed."}); err != nil {
		return err
	}
	return web.See(c, "/secrets")
}

// secretValue takes the value of a form: what pasting brought along goes, line breaks inside stay.
func secretValue(f map[string][]string) connector.Secret {
	return connector.NewSecret(connector.Clean(raw(f, "value"), true))
}

func (h *Handlers) secret(c echo.Context) error { return h.showSecret(c, http.StatusOK, nil) }

func (h *Handlers) showSecret(c echo.Context, status int, p connector.Problems) error {
	return h.showSecretWith(c, status, p, "")
}

// showSecretWith draws the page of a secret with what was typed for its end.
func (h *Handlers) showSecretWith(c echo.Context, status int, p connector.Problems, ends string) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	one, users, err := h.reg.Secret(ctx, actor, c.Param("id"))
	if err != nil {
		return err
	}
	s, err := h.shell(c, "Secret "+one.Name)
	if err != nil {
		return err
	}
	s.Invalid = len(p) > 0
	page := views.SecretPage{Shell: s, Secret: one, Users: users, Ends: ends, Problems: p}
	if page.Workspace, err = h.reg.Workspace(ctx, actor, one.Workspace); err != nil {
		return err
	}
	page.Vendor, _ = h.reg.Catalog().Vendor(page.Workspace.Vendor)
	return web.Page(c, status, views.Secret(page))
}

func (h *Handlers) replaceSecret(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	version, err := versionOf(f, "replaces")
	if err != nil {
		return err
	}
	one, err := h.reg.ReplaceSecret(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), version, secretValue(f))
	if p, bad := problems(err); bad {
		return h.showSecret(c, http.StatusUnprocessableEntity, p)
	}
	if errors.Is(err, connector.ErrConflict) {
		return h.showSecret(c, http.StatusConflict, connector.Problems{{Field: "value",
			Text: "Somebody else replaced this value after you opened the page. Type yours again to replace it once more."}})
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Secret " + one.Name + " has a new value. Validate the connectors that use it."}); err != nil {
		return err
	}
	return web.See(c, "/secrets/"+one.ID)
}

func (h *Handlers) removeSecret(c echo.Context) error {
	one, err := h.reg.RemoveSecret(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"))
	if used(err) {
		if err := web.Say(c, web.Flash{Kind: "bad", Text: err.Error()}); err != nil {
			return err
		}
		return web.See(c, "/secrets/"+c.Param("id"))
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Secret " + one.Name + " was removed."}); err != nil {
		return err
	}
	return web.See(c, "/secrets")
}
