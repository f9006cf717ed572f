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

func (h *Handlers) live(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

func (h *Handlers) ready(c echo.Context) error {
	if err := h.reg.Ready(c.Request().Context()); err != nil {
		return c.String(http.StatusServiceUnavailable, "not ready: the store cannot be written\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

func (h *Handlers) login(c echo.Context) error {
	next := web.LocalPath(c.QueryParam("next"))
	if web.User(c) != nil {
		return web.See(c, next)
	}
	if need, err := h.reg.NeedsSetUp(c.Request().Context()); err != nil || need {
		if err != nil {
			return err
		}
		return web.See(c, "/setup")
	}
	s, err := h.shell(c, "Sign in")
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Login(views.LoginPage{Shell: s, Next: next}))
}

func (h *Handlers) signIn(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	next := web.LocalPath(value(f, "next"))
	ctx := registry.From(c.Request().Context(), c.RealIP())
	user, err := h.reg.SignIn(ctx, value(f, "username"), raw(f, "password"), c.RealIP())
	var soon *registry.TooSoon
	status, text := 0, ""
	switch {
	case errors.Is(err, registry.ErrCredentials):
		status, text = http.StatusUnprocessableEntity, "User name or password is not right."
	case errors.As(err, &soon):
		status, text = http.StatusTooManyRequests, soon.Error()
	case err != nil:
		return err
	}
	if status != 0 {
		s, err := h.shell(c, "Sign in")
		if err != nil {
			return err
		}
		s.Invalid = true
		return web.Page(c, status, views.Login(views.LoginPage{Shell: s, Username: value(f, "username"), Next: next, Problem: text}))
	}
	if err := web.SignIn(c, user); err != nil {
		return err
	}
	return web.See(c, next)
}

func (h *Handlers) signOut(c echo.Context) error {
	actor := web.Actor(c)
	if err := web.SignOut(c); err != nil {
		return err
	}
	if err := h.reg.SignedOut(registry.From(c.Request().Context(), c.RealIP()), actor); err != nil {
		return err
	}
	return web.See(c, "/login")
}

func (h *Handlers) setUp(c echo.Context) error {
	need, err := h.reg.NeedsSetUp(c.Request().Context())
	if err != nil {
		return err
	}
	if !need {
		return web.See(c, "/login")
	}
	s, err := h.shell(c, "Set up")
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.SetUp(views.SetUpPage{Shell: s, Code: c.QueryParam("code"), Username: "admin"}))
}

func (h *Handlers) setUpNow(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	ctx := registry.From(c.Request().Context(), c.RealIP())
	user, err := h.reg.SetUp(ctx, value(f, "code"), value(f, "username"), raw(f, "password"))
	if p, ok := problems(err); ok {
		s, err := h.shell(c, "Set up")
		if err != nil {
			return err
		}
		s.Invalid = true
		return web.Page(c, http.StatusUnprocessableEntity, views.SetUp(views.SetUpPage{Shell: s, Code: value(f, "code"), Username: value(f, "username"), Problems: p}))
	}
	if errors.Is(err, connector.ErrConflict) {
		return web.See(c, "/login")
	}
	if err != nil {
		return err
	}
	if err := web.SignIn(c, user); err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "You are the first admin. Next, add a workspace for each account that you look after."}); err != nil {
		return err
	}
	return web.See(c, "/workspaces")
}
