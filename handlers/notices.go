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

func (h *Handlers) notices(c echo.Context) error {
	return h.showNotices(c, http.StatusOK, views.NoticesPage{Draft: connector.Channel{Kind: connector.Webhook, Tells: connector.TellFailures}})
}

func (h *Handlers) showNotices(c echo.Context, status int, page views.NoticesPage) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	s, err := h.shell(c, "Notices")
	if err != nil {
		return err
	}
	page.Shell, page.Mail = s, h.reg.SendsBy(connector.Mail)
	page.Invalid = len(page.Problems) > 0
	if page.Channels, err = h.reg.Channels(ctx, actor); err != nil {
		return err
	}
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	return web.Page(c, status, views.Notices(page))
}

// addChannel shows the signing key of a new webhook in its answer: this one time, so it does not lead on to another page.
func (h *Handlers) addChannel(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	draft, address := channelFrom(f), value(f, "address")
	made, key, err := h.reg.AddChannel(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), draft, address)
	if p, bad := problems(err); bad {
		return h.showNotices(c, http.StatusUnprocessableEntity, views.NoticesPage{Draft: draft, Address: address, Problems: p})
	}
	if err != nil {
		return err
	}
	return h.showChannel(c, http.StatusOK, made.ID, views.ChannelPage{Key: key.Reveal()})
}

func channelFrom(f map[string][]string) connector.Channel {
	return connector.Channel{Name: value(f, "name"), Kind: connector.ChannelKind(value(f, "kind")), Tells: connector.Tells(value(f, "tells")),
		Workspace: value(f, "workspace"), Paused: value(f, "paused") == "true"}
}

func (h *Handlers) channel(c echo.Context) error {
	return h.showChannel(c, http.StatusOK, c.Param("id"), views.ChannelPage{})
}

func (h *Handlers) showChannel(c echo.Context, status int, id string, page views.ChannelPage) error {
	ctx, actor := c.Request().Context(), web.Actor(c)
	kept, told, err := h.reg.Channel(ctx, actor, id)
	if err != nil {
		return err
	}
	if page.Channel.ID == "" {
		page.Channel = kept
	}
	page.Notices = told
	s, err := h.shell(c, kept.Name)
	if err != nil {
		return err
	}
	page.Shell = s
	page.Invalid = len(page.Problems) > 0
	if page.Workspaces, err = h.reg.Workspaces(ctx, actor); err != nil {
		return err
	}
	return web.Page(c, status, views.Channel(page))
}

func (h *Handlers) changeChannel(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	version, err := versionOf(f, "changes")
	if err != nil {
		return err
	}
	typed := channelFrom(f)
	changed, err := h.reg.ChangeChannel(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"), version, typed, value(f, "address"))
	flash := web.Flash{Text: "Channel “" + changed.Name + "” is changed."}
	p, bad := problems(err)
	switch {
	case bad:
		return h.showChannel(c, http.StatusUnprocessableEntity, changed.ID, views.ChannelPage{Channel: changed, Problems: p})
	case errors.Is(err, connector.ErrConflict):
		flash = web.Flash{Kind: "bad", Text: "Somebody changed this channel in the meantime. This is what is there now."}
	case err != nil:
		return err
	}
	if err := web.Say(c, flash); err != nil {
		return err
	}
	return web.See(c, "/notices/"+c.Param("id"))
}

func (h *Handlers) testChannel(c echo.Context) error {
	ctx := registry.From(c.Request().Context(), c.RealIP())
	n, err := h.reg.TestChannel(ctx, web.Actor(c), c.Param("id"))
	if _, bad := problems(err); bad {
		return h.notSent(c, err)
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "A test is on its way. What became of it stands below once it was tried."}); err != nil {
		return err
	}
	return web.See(c, "/notices/"+n.Channel+"/log/"+n.ID)
}

// notSent says on the channel's page why nothing was sent.
func (h *Handlers) notSent(c echo.Context, why error) error {
	if err := web.Say(c, web.Flash{Kind: "bad", Text: why.Error()}); err != nil {
		return err
	}
	return web.See(c, "/notices/"+c.Param("id"))
}

func (h *Handlers) removeChannel(c echo.Context) error {
	gone, err := h.reg.RemoveChannel(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), c.Param("id"))
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "Channel “" + gone.Name + "” is removed."}); err != nil {
		return err
	}
	return web.See(c, "/notices")
}

// noticeOf gives a notice of the channel in the address; one of another channel is not there.
func (h *Handlers) noticeOf(c echo.Context) (connector.Notice, []connector.Delivery, error) {
	n, log, err := h.reg.Notice(c.Request().Context(), web.Actor(c), c.Param("notice"))
	if err == nil && n.Channel != c.Param("id") {
		err = connector.ErrNotFound
	}
	return n, log, err
}

func (h *Handlers) notice(c echo.Context) error {
	n, log, err := h.noticeOf(c)
	if err != nil {
		return err
	}
	channel, _, err := h.reg.Channel(c.Request().Context(), web.Actor(c), n.Channel)
	if err != nil {
		return err
	}
	s, err := h.shell(c, n.Subject)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Notice(views.NoticePage{Shell: s, Channel: channel, Notice: n, Deliveries: log}))
}

func (h *Handlers) redeliver(c echo.Context) error {
	n, _, err := h.noticeOf(c)
	if err != nil {
		return err
	}
	_, err = h.reg.Redeliver(registry.From(c.Request().Context(), c.RealIP()), web.Actor(c), n.ID)
	if _, bad := problems(err); bad {
		return h.notSent(c, err)
	}
	if err != nil {
		return err
	}
	if err := web.Say(c, web.Flash{Text: "It is on its way once more."}); err != nil {
		return err
	}
	return web.See(c, "/notices/"+n.Channel+"/log/"+n.ID)
}
