package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// kind finds vendor and type of the address.
func (h *Handlers) kind(c echo.Context) (*connector.Vendor, connector.Type, error) {
	return h.kindOf(c.Param("vendor"), c.Param("type"))
}

func (h *Handlers) kindOf(vendor, name string) (*connector.Vendor, connector.Type, error) {
	v, ok := h.reg.Catalog().Vendor(vendor)
	if !ok {
		return nil, connector.Type{}, connector.ErrNotFound
	}
	t, ok := v.Type(name)
	if !ok {
		return nil, connector.Type{}, connector.ErrNotFound
	}
	return v, t, nil
}

func (h *Handlers) newConnector(c echo.Context) error {
	v, t, err := h.kind(c)
	if err != nil {
		return err
	}
	d := connector.Draft{Type: t, Spec: t.New()}
	w, all, err := h.workspace(c, c.QueryParam("workspace"))
	if err != nil {
		return err
	}
	if own := of(all, v.ID); w.ID == "" && len(own) == 1 {
		w = own[0]
	}
	if w.Vendor == v.ID {
		d.Workspace = w.ID
	}
	return h.showForm(c, http.StatusOK, v, &d, views.FormPage{Action: "/connectors/new/" + v.ID + "/" + t.Name, Back: "/connectors/new"})
}

// create takes a filled form in. The plain address takes vendor and type as fields.
func (h *Handlers) create(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	v, t, err := h.kind(c)
	if c.Param("vendor") == "" {
		v, t, err = h.kindOf(value(f, "vendor"), value(f, "type"))
	}
	if err != nil {
		return err
	}
	d := connector.Draft{Type: t, Spec: t.New()}
	if err := h.bind(c, v, &d, f); err != nil {
		return err
	}
	made, err := h.reg.Admit(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), d)
	if p, bad := problems(err); bad {
		return h.showForm(c, http.StatusUnprocessableEntity, v, &d, views.FormPage{
			Action: "/connectors/new/" + v.ID + "/" + t.Name, Back: "/connectors/new", Problems: p})
	}
	if err != nil {
		return err
	}
	if s, is := made.Spec.(*jitterbit.Registration); is {
		return h.showRegistered(c, made, s)
	}
	text := "Connector “" + made.Name + "” was created. Validate it to see whether it works."
	if made.Health.Status == connector.Healthy {
		text = "Connector “" + made.Name + "” was created. Your test of it is its first check."
	}
	if err := web.Say(c, web.Flash{Text: text}); err != nil {
		return err
	}
	return web.See(c, "/connectors/"+made.ID)
}

func (h *Handlers) edit(c echo.Context) error {
	old, v, t, err := h.existing(c)
	if err != nil {
		return err
	}
	d := old.Draft(t)
	return h.showForm(c, http.StatusOK, v, &d, editing(old, views.FormPage{}))
}

// change takes a changed form in. After a conflict the form says, field by field, whose value stays.
func (h *Handlers) change(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	old, v, t, err := h.existing(c)
	if err != nil {
		return err
	}
	version, err := versionIn(f)
	if err != nil {
		return err
	}
	d, err := h.altered(c, old, v, t, f)
	if err != nil {
		return err
	}
	changed, err := h.reg.Change(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), old.ID, version, d)
	var conflict *registry.Conflict
	if errors.As(err, &conflict) {
		page := editing(conflict.Theirs, views.FormPage{})
		page.Conflict = differing(v, t, conflict.Theirs, &d)
		return h.showForm(c, http.StatusConflict, v, &d, page)
	}
	if p, bad := problems(err); bad {
		page := editing(old, views.FormPage{Problems: p})
		page.Version = version
		return h.showForm(c, http.StatusUnprocessableEntity, v, &d, page)
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Connector “" + changed.Name + "” was saved."}); err != nil {
		return err
	}
	return web.See(c, "/connectors/"+changed.ID)
}

// versionIn reads the version that the form of a change was made from. It is not called "version": a spec may have a field of that name.
func versionIn(f map[string][]string) (int64, error) {
	version, err := strconv.ParseInt(value(f, "revision"), 10, 64)
	if err != nil {
		return 0, echo.NewHTTPError(http.StatusBadRequest, "The form does not say which version it changes. Open it again.")
	}
	return version, nil
}

// altered gives the draft that a filled form makes of a connector.
func (h *Handlers) altered(c echo.Context, old connector.Connector, v *connector.Vendor, t connector.Type, f map[string][]string) (connector.Draft, error) {
	theirs := old.Draft(t)
	for _, field := range v.All(&theirs) {
		switch {
		case field.Fixed: // shown, but not asked for: what is kept goes back as it is
			f[field.Name] = []string{field.Value()}
		case value(f, "keep."+field.Name) == "theirs":
			f[field.Name] = []string{field.Value()}
		}
	}
	d := connector.Draft{Type: t, Workspace: old.Workspace, Identifier: old.Identifier, Extra: old.Extra, Spec: t.New()}
	err := h.bind(c, v, &d, f)
	d.Workspace = old.Workspace
	return d, err
}

func editing(old connector.Connector, page views.FormPage) views.FormPage {
	page.Action, page.Back = "/connectors/"+old.ID+"/edit", "/connectors/"+old.ID
	page.ID, page.Version, page.Called = old.ID, old.Version, old.Name
	return page
}

func (h *Handlers) existing(c echo.Context) (connector.Connector, *connector.Vendor, connector.Type, error) {
	old, err := h.reg.Connector(c.Request().Context(), web.Actor(c), c.Param("id"))
	if err != nil {
		return old, nil, connector.Type{}, err
	}
	if !old.Retired.IsZero() {
		return old, nil, connector.Type{}, connector.ErrNotFound
	}
	v, t, err := h.kindOf(old.Vendor, old.Type)
	return old, v, t, err
}

// bind takes the posted fields into the draft.
func (h *Handlers) bind(c echo.Context, v *connector.Vendor, d *connector.Draft, f map[string][]string) error {
	w, _, err := h.workspace(c, value(f, "workspace"))
	if err != nil {
		return err
	}
	d.Workspace = w.ID
	connector.Bind(v.All(d), f)
	if v.ID == harness.Vendor().ID && d.Identifier == "" {
		d.Identifier = harness.IdentifierFrom(d.Name)
	}
	d.NewSecrets = map[string]connector.Secret{}
	for _, field := range d.Spec.Fields() {
		if typed := connector.Clean(raw(f, field.Name+".value"), true); field.Kind == connector.KindRef && typed != "" {
			d.NewSecrets[field.Name] = connector.NewSecret(typed)
		}
	}
	return nil
}

// showForm fills in what every form needs beside its fields.
func (h *Handlers) showForm(c echo.Context, status int, v *connector.Vendor, d *connector.Draft, page views.FormPage) error {
	title := "New connector: " + d.Type.Title
	if page.ID != "" {
		title = "Edit " + page.Called
	}
	s, err := h.shell(c, title)
	if err != nil {
		return err
	}
	s.Rules, s.Invalid = true, len(page.Problems) > 0 || page.Conflict != nil
	w, all, err := h.workspace(c, d.Workspace)
	if err != nil {
		return err
	}
	page.Shell, page.Vendor, page.Type, page.Draft, page.Workspaces = s, v, d.Type, d, of(all, v.ID)
	if d.Name != "" { // an untouched form needs no advice yet
		page.Advice = v.Advise(d)
	}
	if page.References, err = h.refs(c, v, d, page.Workspaces); err != nil {
		return err
	}
	if page.Test == nil && testable(d) {
		page.Test = h.untested(d)
	}
	request := v.Create(w, d)
	page.As = views.Snippets{Request: request.HTTP(), Curl: request.Curl(h.base + v.Door), JSON: request.Body.Indent(), YAML: request.Body.YAML()}
	return web.Page(c, status, views.Form(page))
}

// mostReferences bounds how many secrets a form offers; more are found by typing.
const mostReferences = 200

// refs lists the secrets that the draft could point at, as its spec would write them.
func (h *Handlers) refs(c echo.Context, v *connector.Vendor, d *connector.Draft, workspaces []connector.Workspace) ([]views.Reference, error) {
	if v.Reference == nil {
		return nil, nil
	}
	var out []views.Reference
	for _, w := range workspaces {
		if d.Workspace != "" && w.ID != d.Workspace {
			continue
		}
		secrets, err := h.reg.Secrets(c.Request().Context(), web.Actor(c), w.ID, "")
		if err != nil {
			return nil, err
		}
		for _, secret := range secrets {
			text := v.Reference(d.Scope, secret.SecretName)
			if text == "" && unplaced(d) {
				text = v.Reference(secret.Scope, secret.SecretName)
			}
			if text != "" && len(out) < mostReferences {
				out = append(out, views.Reference{Text: text, Note: w.Name + " · " + string(secret.Kind)})
			}
		}
	}
	return out, nil
}

// unplaced tells that the draft does not say yet where it will live, so that secrets of every scope may come to fit.
func unplaced(d *connector.Draft) bool { return d.Scope == (connector.Scope{}) && d.Identifier == "" }

// differing lists the fields in which what was sent differs from what is kept now.
func differing(v *connector.Vendor, t connector.Type, theirs connector.Connector, mine *connector.Draft) *views.Conflict {
	out := &views.Conflict{By: theirs.UpdatedBy, At: theirs.Updated}
	kept := theirs.Draft(t)
	for _, b := range v.All(&kept) {
		for _, m := range v.All(mine) {
			if m.Name == b.Name && !m.Given && m.Kind != connector.KindSecret && m.Value() != b.Value() {
				out.Rows = append(out.Rows, views.Difference{Name: m.Name, Label: m.Label, Mine: m.Value(), Theirs: b.Value(), Keep: "mine"})
			}
		}
	}
	return out
}
