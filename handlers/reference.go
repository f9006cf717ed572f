package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/views"
	"patchbay/web"
)

func (h *Handlers) reference(c echo.Context) error {
	s, err := h.shell(c, "Reference")
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.ReferenceIndex(views.ReferencePage{Shell: s, Vendors: h.reg.Catalog()}))
}

// referenceType draws a type from its own declarations, with its examples filled in, so the page cannot age.
func (h *Handlers) referenceType(c echo.Context) error {
	v, t, err := h.kind(c)
	if err != nil {
		return err
	}
	s, err := h.shell(c, t.Title)
	if err != nil {
		return err
	}
	d := connector.Draft{Type: t, Spec: t.New()}
	values := map[string][]string{}
	for _, f := range v.All(&d) {
		switch {
		case f.Kind == connector.KindFlag: // as a fresh one has it
			values[f.Name] = []string{f.Value()}
		case f.Required || f.Kind == connector.KindRef:
			values[f.Name] = []string{f.Example}
		}
	}
	connector.Bind(v.All(&d), values)
	check := d.Spec.Check()
	request := v.Create(connector.Workspace{Vendor: v.ID, Name: "Example", Account: "ACCOUNT", Region: "eu-west-1"}, &d)
	page := views.TypePage{Shell: s, Vendor: v, Type: t, Envelope: v.Fields(&d), Spec: d.Spec.Fields(), Asks: check.Title(), Sends: check.Sends(),
		Example: views.Snippets{Request: request.HTTP(), Curl: request.Curl(h.base + v.Door), JSON: request.Body.Indent(), YAML: request.Body.YAML()}}
	return web.Page(c, http.StatusOK, views.TypeReference(page))
}

func (h *Handlers) referenceCodes(c echo.Context) error {
	s, err := h.shell(c, "What a check may answer")
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Codes(views.CodesPage{Shell: s, Codes: h.codes}))
}

func (h *Handlers) compatibility(c echo.Context) error {
	s, err := h.shell(c, "Compatibility")
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Compatibility(views.CompatibilityPage{Shell: s, Doors: h.doors}))
}
