package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/connector/jitterbit"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// strip is how many runs the detail page shows.
const strip = 48

func (h *Handlers) connector(c echo.Context) error {
	one, err := h.reg.Connector(c.Request().Context(), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	if !one.Retired.IsZero() {
		return h.showRetired(c, one)
	}
	return h.showConnector(c, http.StatusOK, one, nil)
}

// showConnector draws the page of one connector; with alters it for what was typed into one of its small forms.
func (h *Handlers) showConnector(c echo.Context, status int, one connector.Connector, with func(*views.ConnectorPage)) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, one.Name)
	if err != nil {
		return err
	}
	vendor, ok := h.reg.Catalog().Vendor(one.Vendor)
	if !ok {
		return connector.ErrNotFound
	}
	t, known := h.reg.Catalog().Type(one.Vendor, one.Type)
	page := views.ConnectorPage{Shell: s, Vendor: vendor, Type: t, Connector: one, Asks: one.Spec.Check().Title()}
	if page.Workspace, err = h.reg.Workspace(ctx, actor, one.Workspace); err != nil {
		return err
	}
	if page.History, err = h.reg.History(ctx, actor, one.ID, strip); err != nil {
		return err
	}
	// A check that ended since the connector was read is in the history already: the status above it must be the one after it.
	latest, err := h.reg.Connector(ctx, actor, one.ID)
	if err != nil {
		return err
	}
	page.Connector.Health = latest.Health
	if len(page.History) > 0 {
		page.Last = &page.History[0]
		page.Running = page.Last.State == connector.Running
		page.Waits = h.waits(c, *page.Last)
	}
	if page.Uses, err = h.reg.Uses(ctx, actor, one.ID); err != nil {
		return err
	}
	if page.Secrets, err = h.reg.SecretIDs(ctx, actor, one); err != nil {
		return err
	}
	switch last, err := h.reg.LastRequest(ctx, actor, one.ID); {
	case err == nil:
		page.Door = &last
	case !errors.Is(err, connector.ErrNotFound):
		return err
	}
	if known {
		d := one.Draft(t)
		request := vendor.Create(page.Workspace, &d)
		page.As = views.Snippets{Curl: request.Curl(h.base + vendor.Door), JSON: request.Body.Indent(), YAML: request.Body.YAML(),
			Terraform: vendor.Terraform(page.Workspace, &one)}
	}
	if _, is := one.Spec.(*jitterbit.Registration); is {
		if page.Registration, err = h.registration(c, one); err != nil {
			return err
		}
	}
	if _, is := one.Spec.(connector.Authorising); is {
		if page.Applied, err = h.applied(c, one.Workspace); err != nil {
			return err
		}
	}
	if page.Watch, err = h.watchPanel(c, one.ID); err != nil {
		return err
	}
	if with != nil {
		with(&page)
		page.Invalid = status == http.StatusUnprocessableEntity
	}
	return web.Page(c, status, views.Connector(page))
}

func (h *Handlers) showRetired(c echo.Context, one connector.Connector) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, one.Name)
	if err != nil {
		return err
	}
	page := views.RetiredPage{Shell: s, Connector: one}
	page.Vendor, _ = h.reg.Catalog().Vendor(one.Vendor)
	if page.Workspace, err = h.reg.Workspace(ctx, actor, one.Workspace); err != nil {
		return err
	}
	if page.Uses, err = h.reg.Uses(ctx, actor, one.ID); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Retired(page))
}

func (h *Handlers) confirmDelete(c echo.Context) error { return h.showDelete(c, http.StatusOK) }

func (h *Handlers) showDelete(c echo.Context, status int) error {
	one, v, _, err := h.existing(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, "Delete "+one.Name)
	if err != nil {
		return err
	}
	page := views.DeletePage{Shell: s, Vendor: v, Connector: one}
	page.Invalid = status != http.StatusOK
	if page.Workspace, err = h.reg.Workspace(ctx, actor, one.Workspace); err != nil {
		return err
	}
	if page.Uses, err = h.reg.Uses(ctx, actor, one.ID); err != nil {
		return err
	}
	return web.Page(c, status, views.Delete(page))
}

// delete puts a connector into the trash. Without a version in the form it takes the one that is there.
func (h *Handlers) delete(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	version, err := versionOf(f, "deletes")
	if err != nil {
		return err
	}
	gone, err := h.reg.Retire(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), version)
	if used(err) {
		return h.showDelete(c, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Connector “" + gone.Name + "” is in the trash.", Undo: "/connectors/" + gone.ID + "/restore"}); err != nil {
		return err
	}
	return web.See(c, "/connectors")
}

func (h *Handlers) restore(c echo.Context) error {
	back, err := h.reg.Restore(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"))
	if p, bad := problems(err); bad {
		if err := web.Say(c, web.Flash{Kind: "bad", Text: p.Error()}); err != nil {
			return err
		}
		return web.See(c, "/trash")
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Connector “" + back.Name + "” is back."}); err != nil {
		return err
	}
	return web.See(c, "/connectors/"+back.ID)
}

func (h *Handlers) confirmPurge(c echo.Context) error {
	return h.showPurge(c, http.StatusOK, "", nil)
}

func (h *Handlers) showPurge(c echo.Context, status int, typed string, p connector.Problems) error {
	one, err := h.reg.Connector(c.Request().Context(), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	if one.Retired.IsZero() {
		return connector.ErrNotFound
	}
	s, err := h.shell(c, "Delete "+one.Name+" for good")
	if err != nil {
		return err
	}
	s.Invalid = len(p) > 0
	return web.Page(c, status, views.ConfirmPurge(views.PurgePage{Shell: s, Connector: one, Typed: typed, Problems: p}))
}

func (h *Handlers) purge(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	typed := value(f, "name")
	err = h.reg.Purge(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), typed)
	if p, bad := problems(err); bad {
		return h.showPurge(c, http.StatusUnprocessableEntity, typed, p)
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Connector “" + typed + "” is gone for good."}); err != nil {
		return err
	}
	return web.See(c, "/trash")
}

func (h *Handlers) addUse(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	u := connector.Use{Kind: value(f, "kind"), Name: value(f, "name"), Where: value(f, "where")}
	err = h.reg.AddUse(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), u)
	if p, bad := problems(err); bad {
		one, err := h.reg.Connector(c.Request().Context(), web.Actor(c), c.Param("id"))
		if err != nil {
			return err
		}
		return h.showConnector(c, http.StatusUnprocessableEntity, one, func(page *views.ConnectorPage) { page.Use, page.UseProblems = u, p })
	}
	if err != nil {
		return err
	}
	return web.See(c, "/connectors/"+c.Param("id"))
}

func (h *Handlers) removeUse(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	u := connector.Use{Kind: value(f, "kind"), Name: value(f, "name"), Where: value(f, "where")}
	if err := h.reg.RemoveUse(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), u); err != nil {
		return err
	}
	return web.See(c, "/connectors/"+c.Param("id"))
}

func used(err error) bool {
	var in *registry.InUse
	return errors.As(err, &in)
}
