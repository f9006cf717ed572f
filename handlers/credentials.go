package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

func (h *Handlers) credentials(c echo.Context) error {
	return h.showCredentials(c, http.StatusOK, views.CredentialsPage{Workspace: c.QueryParam("workspace"), Role: access.Viewer})
}

func (h *Handlers) showCredentials(c echo.Context, status int, page views.CredentialsPage) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, "Credentials")
	if err != nil {
		return err
	}
	page.Shell, page.Vendors, page.Base = s, h.reg.Catalog(), h.base
	page.Invalid = len(page.Problems) > 0
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	if page.Credentials, err = h.reg.Credentials(ctx, actor, ""); err != nil {
		return err
	}
	return web.Page(c, status, views.Credentials(page))
}

// mint makes a credential and shows it, this one time.
func (h *Handlers) mint(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	w, _, err := h.workspace(c, value(f, "workspace"))
	if err != nil {
		return err
	}
	name, role := value(f, "name"), access.Role(value(f, "role"))
	m, err := h.reg.Mint(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), w.ID, name, role)
	if p, bad := problems(err); bad {
		return h.showCredentials(c, http.StatusUnprocessableEntity, views.CredentialsPage{Workspace: w.ID, Name: name, Role: role, Problems: p})
	}
	if err != nil {
		return err
	}
	s, err := h.shell(c, m.Name+" is minted")
	if err != nil {
		return err
	}
	page := views.MintedPage{Shell: s, Name: m.Name, Workspace: w}
	if v, ok := h.reg.Catalog().Vendor(w.Vendor); ok {
		page.Door = h.base + v.Door
	}
	page.Parts, page.Example = h.parts(m, w, page.Door)
	return web.Page(c, http.StatusOK, views.Minted(page))
}

// parts gives what the vendor's clients ask for, and a first call to try.
func (h *Handlers) parts(m registry.Minted, w connector.Workspace, door string) ([]views.FactText, string) {
	switch w.Vendor {
	case "harness":
		return []views.FactText{{Name: "API key", Text: m.APIKey.Reveal()}, {Name: "Account id", Text: w.Account}},
			"curl --header 'x-api-key: '\"$HARNESS_API_KEY\" '" + door + "/v1/connectors'\n"
	case "securityhub":
		return []views.FactText{{Name: "Access key id", Text: m.AccessKeyID}, {Name: "Secret access key", Text: m.SecretAccessKey.Reveal()}, {Name: "Region", Text: w.Region}},
			"AWS_ENDPOINT_URL_SECURITYHUB='" + door + "' AWS_REGION=" + w.Region + " aws securityhub list-connectors-v2\n"
	}
	return []views.FactText{{Name: "E-mail", Text: m.Email}, {Name: "Password", Text: m.Password.Reveal()}, {Name: "Organisation id", Text: w.Account}},
		"curl --request PUT --header 'Content-Type: application/json' \\\n  --data-raw '{\"email\": \"" + m.Email + "\", \"password\": \"'\"$HARMONY_PASSWORD\"'\"}' \\\n  '" +
			door + "/jitterbit-cloud-restful-service/user/login'\n"
}

func (h *Handlers) revoke(c echo.Context) error {
	gone, err := h.reg.Revoke(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Credential " + gone.Name + " is revoked. Programs that use it are refused from now on."}); err != nil {
		return err
	}
	return web.See(c, "/credentials")
}
