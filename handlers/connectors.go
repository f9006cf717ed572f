package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/views"
	"patchbay/web"
)

// few is how many rows a short list on a page has.
const few = 8

func (h *Handlers) overview(c echo.Context) error {
	s, err := h.shell(c, "Overview")
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), web.Actor(c)
	page := views.OverviewPage{Shell: s, Vendors: h.reg.Catalog()}
	if page.Counts, err = h.reg.Counts(ctx, actor); err != nil {
		return err
	}
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	worst, err := h.reg.List(ctx, actor, connector.Query{Sort: connector.SortWorst, Size: few})
	if err != nil {
		return err
	}
	for _, one := range worst.Connectors {
		if one.Health.Status.Rank() <= connector.Waiting.Rank() {
			page.Red = append(page.Red, one)
		}
	}
	changed, err := h.reg.List(ctx, actor, connector.Query{Sort: connector.SortUpdated, Size: few})
	if err != nil {
		return err
	}
	page.Changed = changed.Connectors
	if page.Watch, err = h.reg.WatchState(ctx, actor); err != nil {
		return err
	}
	if page.Ending, err = h.reg.EndingSoon(ctx, actor); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Overview(page))
}

// query reads the state of a list from the URL. What makes no sense is left out rather than refused: the address may be an old one.
func (h *Handlers) query(c echo.Context) (connector.Query, []connector.Workspace, error) {
	get := func(name string) string { return connector.Clean(c.QueryParam(name), false) }
	q := connector.Query{Text: get("q"), Vendor: get("vendor"), Type: get("type"), Tag: get("tag"), After: get("after"), Sort: get("sort")}
	if status := connector.Status(get("status")); slices.Contains(connector.Statuses, status) {
		q.Status = status
	}
	if !slices.Contains([]string{connector.SortWorst, connector.SortName, connector.SortUpdated, connector.SortCreated}, q.Sort) {
		q.Sort = connector.SortWorst
	}
	if size, err := strconv.Atoi(get("size")); err == nil && size > 0 && size <= 200 {
		q.Size = size
	}
	if scope := get("scope"); scope != "" {
		s := connector.ParseScope(scope)
		q.Scope = &s
	}
	w, all, err := h.workspace(c, get("workspace"))
	if err != nil {
		return q, nil, err
	}
	if q.Workspace = w.ID; w.ID == "" {
		q.Workspace = get("workspace")
	}
	return q, all, nil
}

func filtered(q connector.Query) bool {
	return q.Text != "" || q.Vendor != "" || q.Type != "" || q.Workspace != "" || q.Status != "" || q.Tag != "" || q.Scope != nil || q.After != ""
}

func (h *Handlers) connectors(c echo.Context) error {
	q, workspaces, err := h.query(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), web.Actor(c)
	page := views.ListPage{Query: q, Vendors: h.reg.Catalog(), Workspaces: workspaces, Empty: views.EmptyNothing}
	if filtered(q) {
		page.Empty = views.EmptyNoMatch
	}
	if page.Page, err = h.list(c, &page.Query); err != nil {
		return err
	}
	if page.Counts, err = h.reg.Counts(ctx, actor); err != nil {
		return err
	}
	if page.Shell, err = h.shell(c, "Connectors"); err != nil {
		return err
	}
	if web.Partial(c) {
		c.Response().Header().Set("HX-Push-Url", string(views.ListURL(page.Query))) // one address for one state of the list
		return web.Page(c, http.StatusOK, views.Results(page))
	}
	return web.Page(c, http.StatusOK, views.Connectors(page))
}

// list gives the page that a query asks for. A cursor of another order, or of an older release, begins at the first page.
func (h *Handlers) list(c echo.Context, q *connector.Query) (connector.Page, error) {
	ctx, actor := c.Request().Context(), web.Actor(c)
	page, err := h.reg.List(ctx, actor, *q)
	if _, bad := problems(err); bad && q.After != "" {
		q.After = ""
		return h.reg.List(ctx, actor, *q)
	}
	return page, err
}

func (h *Handlers) choose(c echo.Context) error {
	s, err := h.shell(c, "New connector")
	if err != nil {
		return err
	}
	workspaces, err := h.reg.Workspaces(c.Request().Context(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.ChooseType(views.ChoosePage{Shell: s, Vendors: h.reg.Catalog(), Workspaces: workspaces}))
}

func (h *Handlers) trash(c echo.Context) error {
	s, err := h.shell(c, "Trash")
	if err != nil {
		return err
	}
	q, workspaces, err := h.query(c)
	if err != nil {
		return err
	}
	q.Retired, q.Sort = true, connector.SortUpdated
	page := views.TrashPage{Shell: s, Query: q, Vendors: h.reg.Catalog(), Workspaces: workspaces}
	if page.Page, err = h.list(c, &page.Query); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Trash(page))
}

// palette finds pages, types and connectors by what was typed.
func (h *Handlers) palette(c echo.Context) error {
	text := connector.Clean(c.QueryParam("q"), false)
	actor := web.Actor(c)
	var items []views.PaletteItem
	add := func(kind, label, note, href string) {
		if text == "" || strings.Contains(strings.ToLower(label+" "+note), strings.ToLower(text)) {
			items = append(items, views.PaletteItem{Kind: kind, Text: label, Note: note, Href: href})
		}
	}
	if text != "" {
		found, err := h.reg.List(c.Request().Context(), actor, connector.Query{Text: text, Size: few})
		if err != nil {
			return err
		}
		for _, one := range found.Connectors {
			items = append(items, views.PaletteItem{Kind: "Connector", Text: one.Name, Note: one.Type + " · " + one.Health.Status.Label(), Href: "/connectors/" + one.ID})
		}
	}
	for _, p := range []struct {
		label, href string
		needs       access.Permission
	}{
		{"Overview", "/", access.View}, {"Connectors", "/connectors", access.View}, {"Failing connectors", "/connectors?status=failing", access.View},
		{"Secrets", "/secrets", access.View}, {"Expiry", "/expiry", access.View}, {"Watch", "/watch", access.View}, {"Workspaces", "/workspaces", access.View}, {"Trash", "/trash", access.View},
		{"Users", "/users", access.ManageUsers}, {"Audit log", "/audit", access.ReadAudit}, {"Your account", "/account", access.View}, {"Reference", "/reference", access.View},
		{"What a check may answer", "/reference/codes", access.View},
	} {
		if actor.May(p.needs) {
			add("Page", p.label, "", p.href)
		}
	}
	for _, v := range h.reg.Catalog() {
		for _, t := range v.Types {
			if text != "" && actor.May(access.Edit) {
				add("Create", "New "+t.Title, v.Short+" "+t.Name, "/connectors/new/"+v.ID+"/"+t.Name)
			}
			if text != "" {
				add("Reference", t.Title, v.Short+" "+t.Name, "/reference/"+v.ID+"/"+t.Name)
			}
		}
	}
	if len(items) > 3*few {
		items = items[:3*few]
	}
	return web.Page(c, http.StatusOK, views.PaletteItems(items))
}
