package handlers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/connector/jitterbit"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// registration gives what a Jitterbit registration has besides its fields. The secret is not among it: it was shown once.
func (h *Handlers) registration(c echo.Context, one connector.Connector) (*views.Registration, error) {
	s, ok := one.Spec.(*jitterbit.Registration)
	if !ok {
		return nil, connector.ErrNotFound
	}
	return &views.Registration{Manifest: jitterbit.Manifest(s, jitterbit.Build{}), Key: s.Key, SecretSet: s.Key != ""}, nil
}

// showRegistered answers a registration with its pair, as the vendor's own API does, this one time.
func (h *Handlers) showRegistered(c echo.Context, made connector.Connector, s *jitterbit.Registration) error {
	shell, err := h.shell(c, made.Name+" is registered")
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Registered(views.RegisteredPage{Shell: shell, Connector: made, Key: s.Key,
		Secret: s.Secret.Reveal(), Manifest: jitterbit.Manifest(s, jitterbit.Build{})}))
}

func (h *Handlers) mine(c echo.Context) (connector.Connector, error) {
	one, err := h.reg.Connector(c.Request().Context(), web.Actor(c), c.Param("id"))
	if err != nil {
		return one, err
	}
	if _, is := one.Spec.(*jitterbit.Registration); !is || !one.Retired.IsZero() {
		return one, connector.ErrNotFound
	}
	return one, nil
}

// pair asks whether a typed key and secret belong to the registration, as an agent would ask.
func (h *Handlers) pair(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	one, err := h.mine(c)
	if err != nil {
		return err
	}
	key := value(f, "key")
	ok, err := h.reg.ValidatePair(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), one.Workspace, one.Name, key, connector.NewSecret(value(f, "secret")))
	if err != nil {
		return err
	}
	verdict := views.Verdict{OK: ok, Text: "Key and secret belong to “" + one.Name + "”."}
	if !ok {
		verdict.Text = "Name, key and secret do not belong together. Compare them with the manifest that was built."
	}
	return h.showConnector(c, http.StatusOK, one, func(page *views.ConnectorPage) {
		page.Registration.Pair, page.Registration.TypedKey = &verdict, key
	})
}

// payload looks at a pasted adapter.json; nothing of it is kept.
func (h *Handlers) payload(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	one, err := h.mine(c)
	if err != nil {
		return err
	}
	text := raw(f, "payload")
	verdict := views.Verdict{OK: true, Text: "Nothing is wrong with the payload."}
	for _, finding := range jitterbit.CheckPayload(text, one.Name) {
		if finding.Severity == jitterbit.Error {
			verdict.OK, verdict.Text = false, "The payload has to be corrected."
		} else if verdict.OK {
			verdict.Text = "The payload works; there is something worth a look."
		}
		line := finding.Text
		if finding.Line > 0 {
			line = "Line " + strconv.Itoa(finding.Line) + ": " + line
		}
		verdict.Findings = append(verdict.Findings, line)
	}
	return h.showConnector(c, http.StatusOK, one, func(page *views.ConnectorPage) {
		page.Registration.Payload, page.Registration.Verdict = text, &verdict
	})
}
