package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// trustHostKey accepts the host key that the last check was shown, and asks again at once. Only the fingerprint comes from the form: it
// says which key the person compared.
func (h *Handlers) trustHostKey(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	k, err := h.reg.TrustHostKey(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), value(f, "fingerprint"))
	if p, bad := problems(err); bad {
		if err := web.Say(c, web.Flash{Kind: "bad", Text: p.Error()}); err != nil {
			return err
		}
		return web.See(c, "/connectors/"+c.Param("id")+"#check")
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "The host key of " + string(k.Origin) + " is trusted in this workspace from now on."}); err != nil {
		return err
	}
	return h.validate(c)
}

// hostKeys lists the host keys that were accepted in a workspace.
func (h *Handlers) hostKeys(c echo.Context) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	w, err := h.reg.Workspace(ctx, actor, c.Param("id"))
	if err != nil {
		return err
	}
	s, err := h.shell(c, "Host keys of "+w.Name)
	if err != nil {
		return err
	}
	page := views.HostKeysPage{Shell: s, Workspace: w}
	var ok bool
	if page.Vendor, ok = h.reg.Catalog().Vendor(w.Vendor); !ok {
		return connector.ErrNotFound
	}
	if page.Keys, err = h.reg.HostKeys(ctx, actor, w.ID); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.HostKeys(page))
}

func (h *Handlers) forgetHostKey(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	k, err := h.reg.ForgetHostKey(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), connector.Origin(value(f, "origin")))
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "The host key of " + string(k.Origin) + " is forgotten. The next check of this server asks for it again."}); err != nil {
		return err
	}
	return web.See(c, "/workspaces/"+c.Param("id")+"/host-keys")
}
