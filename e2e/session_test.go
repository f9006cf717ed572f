//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// signInHere gives name and password on the sign-in page that one was sent to.
func (v *visitor) signInHere(user string) {
	v.t.Helper()
	v.must(claim(v.Locator("h1")).ToHaveText("Sign in"))
	v.fill(v.labelled("User name"), user)
	v.fill(v.labelled("Password"), password)
	v.click(v.button("Sign in"))
}

// end ends the session on the server, as its time would; the cookie stays.
func (v *visitor) end(who *client) {
	v.t.Helper()
	cookies, err := v.context.Cookies()
	v.must(err)
	who.mustPost(v.t, "/logout", nil)
	v.must(v.context.AddCookies([]playwright.OptionalCookie{cookies[0].ToOptionalCookie()}))
}

// Somebody whose session has ended signs in and is back at the same page.
func TestEndedSessionLeadsBack(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := use(t, house)
			v := c.visit(t, "", scripted(scripts))
			who := c.as(t, admin)
			v.be(who)
			v.open("/connectors?status=failing&sort=name")
			v.end(who)
			v.open("/connectors?status=failing&sort=name")
			v.signInHere(admin)
			v.at("/connectors", "status", "failing", "sort", "name")
			v.heading("Connectors")
		})
	}
}

// What is sent after the end is not carried out, and the page with the form comes back after signing in.
func TestEndedSessionRefusesForms(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	vendor, typ := catalogued(t, "harness", "ArtifactoryAnonymous")
	who := c.as(t, admin)
	path, name := c.create(t, who, vendor, typ, nil)
	v := c.visit(t, "")
	v.be(who)
	v.open(path + "/edit")
	v.fill(v.labelled("Description"), "Sent too late.")
	v.end(who)
	v.click(v.button("Save changes"))
	v.signInHere(admin)
	v.heading("Edit " + name)
	v.must(claim(v.labelled("Description")).Not().ToHaveValue("Sent too late."))
}

// A part of a page is never replaced by the sign-in page: the browser leaves for it, and comes back to the whole page.
func TestEndedSessionInAPart(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	who := c.as(t, admin)
	v := c.visit(t, "")
	v.be(who)
	v.expect(http.StatusUnauthorized)
	v.open("/connectors?sort=name")
	v.end(who)
	v.fill(v.role("searchbox", "Search connectors"), "anything")
	v.must(claim(v.Locator("h1")).ToHaveText("Sign in"))
	v.must(claim(v.Locator("#results")).ToHaveCount(0))
	if got := v.path(); !strings.HasPrefix(got, "/login?next=%2Fconnectors") {
		t.Errorf("the sign-in page is at %s, want it to lead back to the list", got)
	}
	v.signInHere(admin)
	v.at("/connectors", "sort", "name")
	v.heading("Connectors")
}

// Signing out ends the session: the page before it is not shown again.
func TestSignOut(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, admin)
	v.open("/secrets")
	v.click(v.button("Sign out"))
	v.must(claim(v.Locator("h1")).ToHaveText("Sign in"))
	_, err := v.GoBack()
	v.must(err)
	v.must(claim(v.Locator("h1")).ToHaveText("Sign in"))
	v.open("/secrets")
	v.must(claim(v.Locator("h1")).ToHaveText("Sign in"))
}

// Two minutes before a session ends the page says so, and one click keeps it.
func TestSessionWarnsBeforeItsEnd(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, admin)
	v.must(v.Clock().Install())
	v.open("/connectors")
	toast := v.GetByRole("dialog").Filter(hasText("Your session ends"))
	v.must(v.Clock().FastForward("27:00"))
	v.must(claim(toast).ToBeHidden())
	v.must(v.Clock().FastForward("01:10"))
	v.must(claim(toast).ToBeVisible())
	v.clean("the warning of the session's end")
	answered, err := v.ExpectResponse("**/account/stay", func() error { return v.button("Stay signed in").Click() })
	v.must(err)
	if answered.Status() != http.StatusOK {
		t.Errorf("POST /account/stay = %d, want 200", answered.Status())
	}
}
