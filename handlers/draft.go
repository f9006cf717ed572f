package handlers

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// draftPatience is how long the answer to a test waits for its end, where no script would bring it in later: a little more than a test
// takes whose turn comes at once.
const draftPatience = 16 * time.Second

// testable tells whether a draft of the type can be tested before it is kept. A registration cannot: its pair comes when it is registered.
func testable(d *connector.Draft) bool {
	_, pair := d.Spec.Check().(connector.HarmonyPair)
	return !pair
}

// untested is the panel of a form before its first test.
func (h *Handlers) untested(d *connector.Draft) *views.DraftPanel {
	panel := &views.DraftPanel{Now: h.now()}
	check := d.Spec.Check()
	if _, nothing := check.(connector.Nothing); !nothing {
		panel.Asks = check.Title()
	}
	return panel
}

// testAgain is where one lands who opens the address of a test by itself: nothing is asked by a mere link.
func (h *Handlers) testAgain(c echo.Context) error {
	return web.See(c, web.LocalPath(strings.TrimSuffix(c.Request().URL.EscapedPath(), "/test")))
}

// testNew tests what the form of a new connector holds.
func (h *Handlers) testNew(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	v, t, err := h.kind(c)
	if err != nil {
		return err
	}
	d := connector.Draft{Type: t, Spec: t.New()}
	if err := h.bind(c, v, &d, f); err != nil {
		return err
	}
	h.supersede(c, f)
	return h.test(c, v, &d, views.FormPage{Action: "/connectors/new/" + v.ID + "/" + t.Name, Back: "/connectors/new"})
}

// testChange tests what the form of a change holds.
func (h *Handlers) testChange(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	old, v, t, err := h.existing(c)
	if err != nil {
		return err
	}
	page := editing(old, views.FormPage{})
	if page.Version, err = versionIn(f); err != nil {
		return err
	}
	d, err := h.altered(c, old, v, t, f)
	if err != nil {
		return err
	}
	h.supersede(c, f)
	return h.test(c, v, &d, page)
}

// supersede ends the test that the form has on its way: the next one is about what the form holds now.
func (h *Handlers) supersede(c echo.Context, f map[string][]string) {
	run := value(f, "test.run")
	if run == "" || h.reg.CancelDraft(c.Request().Context(), web.Actor(c), run) != nil {
		return // there is none, or it is nobody's any more
	}
	waiting, done := context.WithTimeout(c.Request().Context(), patience)
	defer done()
	h.reg.Wait(waiting, run)
}

// test begins the test of a draft. With scripts the panel beside the form comes back at once and keeps itself up, and the form stays as it
// is; without, the form comes back with the result and everything that was typed but the values of secrets.
func (h *Handlers) test(c echo.Context, v *connector.Vendor, d *connector.Draft, page views.FormPage) error {
	ctx, actor := registry.From(c.Request().Context(), c.RealIP()), web.Actor(c)
	panel, status := h.untested(d), http.StatusOK
	run, err := h.reg.CheckDraft(ctx, actor, page.ID, *d)
	refused, why := notBegun(c, err)
	wrong, bad := problems(err)
	switch {
	case why != "":
		status, panel.Refused = refused, why
	case bad:
		status, panel.Problems = http.StatusUnprocessableEntity, wrong
	case err != nil:
		return err
	default:
		if !web.Partial(c) {
			waiting, done := context.WithTimeout(ctx, draftPatience)
			defer done()
			h.reg.Wait(waiting, run.ID)
		}
		live, err := h.reg.Draft(ctx, actor, run.ID)
		if err != nil {
			return err
		}
		panel.Run, panel.Waits = &live.Run, live.Waits
	}
	if web.Partial(c) {
		return web.Page(c, status, views.Draft(*panel))
	}
	panel.Retype = len(d.NewSecrets) > 0
	page.Problems, panel.Problems = panel.Problems, nil // a whole page says them as it does when the form is sent
	page.Test = panel
	return h.showForm(c, status, v, d, page)
}

// draft shows the test of a draft by itself.
func (h *Handlers) draft(c echo.Context) error {
	live, err := h.reg.Draft(c.Request().Context(), web.Actor(c), c.Param("run"))
	if err != nil {
		return err
	}
	s, err := h.shell(c, "Test of a draft")
	if err != nil {
		return err
	}
	s.Running = live.State == connector.Running
	return web.Page(c, http.StatusOK, views.Tested(views.TestedPage{Shell: s, Test: views.DraftPanel{Now: h.now(), Run: &live.Run, Waits: live.Waits, Alone: true}}))
}

// draftEvents keeps a page up with the test of a draft until its end.
func (h *Handlers) draftEvents(c echo.Context) error {
	actor := web.Actor(c)
	look := func(ctx context.Context) (registry.Live, error) { return h.reg.Draft(ctx, actor, c.Param("run")) }
	return h.follow(c, look, func(live registry.Live) (web.Component, error) {
		if live.Ended.IsZero() {
			return views.LiveSteps(live.Steps, live.Waits), nil
		}
		return views.Draft(views.DraftPanel{Now: h.now(), Run: &live.Run}), nil
	})
}

// cancelDraft ends the test of a draft before it has an answer.
func (h *Handlers) cancelDraft(c echo.Context) error {
	run := c.Param("run")
	if err := h.reg.CancelDraft(c.Request().Context(), web.Actor(c), run); err != nil {
		return err
	}
	return h.cancelled(c, run, "/drafts/"+run)
}
