package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

func (h *Handlers) users(c echo.Context) error {
	return h.showUsers(c, http.StatusOK, views.UsersPage{Role: access.Viewer})
}

func (h *Handlers) showUsers(c echo.Context, status int, page views.UsersPage) error {
	s, err := h.shell(c, "Users")
	if err != nil {
		return err
	}
	page.Shell = s
	page.Invalid = len(page.Problems) > 0 || page.Wrong != ""
	if page.Users, err = h.reg.Users(c.Request().Context(), web.Actor(c)); err != nil {
		return err
	}
	return web.Page(c, status, views.Users(page))
}

func (h *Handlers) addUser(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	name, role := value(f, "username"), access.Role(value(f, "role"))
	u, err := h.reg.AddUser(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), name, role, raw(f, "password"))
	if p, bad := problems(err); bad {
		return h.showUsers(c, http.StatusUnprocessableEntity, views.UsersPage{Name: name, Role: role, Problems: p})
	}
	if err != nil {
		return err
	}
	return h.saidUsers(c, "User "+u.Name+" may sign in now.")
}

func (h *Handlers) saidUsers(c echo.Context, text string) error {
	if err := web.Say(c, web.Flash{Text: text}); err != nil {
		return err
	}
	return web.See(c, "/users")
}

func (h *Handlers) changeRole(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	return h.changeUser(c, f, func(u access.User) (access.Role, bool) { return access.Role(value(f, "role")), u.Disabled })
}

func (h *Handlers) disableUser(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	return h.changeUser(c, f, func(u access.User) (access.Role, bool) { return u.Role, true })
}

func (h *Handlers) enableUser(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	return h.changeUser(c, f, func(u access.User) (access.Role, bool) { return u.Role, false })
}

func (h *Handlers) changeUser(c echo.Context, f map[string][]string, to func(access.User) (access.Role, bool)) error {
	version, err := strconv.ParseInt(value(f, "version"), 10, 64)
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, "The form does not say which version it changes. Open it again.")
	}
	ctx := registry.From(c.Request().Context(), c.RealIP())
	all, err := h.reg.Users(ctx, web.Actor(c))
	if err != nil {
		return err
	}
	for _, u := range all {
		if u.ID != c.Param("id") {
			continue
		}
		role, disabled := to(u)
		u, err := h.reg.ChangeUser(ctx, web.Actor(c), u.ID, version, role, disabled)
		if p, bad := problems(err); bad {
			if err := web.Say(c, web.Flash{Kind: "bad", Text: p.Error()}); err != nil {
				return err
			}
			return web.See(c, "/users")
		}
		if err != nil {
			return err
		}
		text := "User " + u.Name + " is " + string(u.Role) + " now and has to sign in again."
		if u.Disabled {
			text = "User " + u.Name + " may not sign in any more."
		}
		if u.ID == web.Actor(c).ID { // the own session has ended with the change
			return web.See(c, "/login")
		}
		return h.saidUsers(c, text)
	}
	return echo.ErrNotFound
}

func (h *Handlers) setPassword(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	id := c.Param("id")
	if id == web.Actor(c).ID { // one's own password is changed by saying the old one
		return web.See(c, "/account")
	}
	err = h.reg.SetPassword(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), id, "", raw(f, "password"), c.RealIP())
	if p, bad := problems(err); bad {
		return h.showUsers(c, http.StatusUnprocessableEntity, views.UsersPage{Role: access.Viewer, Changing: id, Wrong: p.Error()})
	}
	if err != nil {
		return err
	}
	return h.saidUsers(c, "The password is set, and the user's sessions have ended.")
}

func (h *Handlers) account(c echo.Context) error {
	s, err := h.shell(c, "Your account")
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Account(views.AccountPage{Shell: s}))
}

func (h *Handlers) ownPassword(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	user := web.User(c)
	err = h.reg.SetPassword(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), user.ID, raw(f, "current"), raw(f, "password"), c.RealIP())
	var soon *registry.TooSoon
	p, bad := problems(err)
	if errors.As(err, &soon) {
		p, bad = append(p, problemAt("current", soon.Error())), true
	}
	if bad {
		s, err := h.shell(c, "Your account")
		if err != nil {
			return err
		}
		s.Invalid = true
		return web.Page(c, http.StatusUnprocessableEntity, views.Account(views.AccountPage{Shell: s, Problems: p}))
	}
	if err != nil {
		return err
	}
	// All sessions of the user have ended; this one begins anew.
	if err := web.SignIn(c, *user); err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Your password is set. Your other sessions have ended."}); err != nil {
		return err
	}
	return web.See(c, "/account")
}

func (h *Handlers) theme(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	user := *web.User(c)
	user.Theme = value(f, "theme")
	if err := h.reg.SetPreferences(c.Request().Context(), user); err != nil {
		return err
	}
	return web.See(c, web.CameFrom(c))
}

func (h *Handlers) keys(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	user := *web.User(c)
	user.Keys = value(f, "keys") != "" && value(f, "keys") != "off"
	if err := h.reg.SetPreferences(c.Request().Context(), user); err != nil {
		return err
	}
	return web.See(c, "/account")
}

// stay answers the time at which the session ends now, in milliseconds since 1970.
func (h *Handlers) stay(c echo.Context) error {
	ends, err := web.Stay(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int64{"ends": ends.UnixMilli()})
}
