//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// Everything is there as well before there is anything: what each page says of nothing is looked at too. The way there is
// the one that the first admin takes.
func TestFirstAdmin(t *testing.T) {
	t.Parallel()
	c, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	v := c.visit(t, "")
	v.expect(http.StatusUnprocessableEntity)
	v.open("/")
	v.must(claim(v.Locator("h1")).ToHaveText("Set up Patchbay"))
	v.clean("/setup")
	v.fill(v.labelled("Set-up code"), "not-the-code")
	v.fill(v.labelled("Password"), "short")
	v.click(v.button("Create the admin"))
	v.must(claim(v.GetByRole("alert")).ToBeFocused())
	v.clean("/setup, refused")
	v.fill(v.labelled("Set-up code"), c.code)
	v.fill(v.labelled("Password"), password)
	v.click(v.button("Create the admin"))
	v.heading("Workspaces")
	v.says("You are the first admin. Next, add a workspace for each account that you look after.")
	for _, pattern := range pagePatterns() {
		if !strings.Contains(pattern, "/:") {
			v.whole(pattern)
		}
	}
	v.open("/connectors")
	v.must(claim(v.GetByText("No connectors yet")).ToBeVisible())
	v.open("/setup")
	v.heading("Overview")
}

// The door has two pages more: the one to sign in by, and what it says of a wrong password.
func TestDoorPages(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, "")
	v.expect(http.StatusUnprocessableEntity)
	v.open("/login")
	v.clean("/login")
	v.fill(v.labelled("User name"), "nobody")
	v.fill(v.labelled("Password"), "wrong")
	v.click(v.button("Sign in"))
	v.must(claim(v.GetByRole("alert")).ToContainText("User name or password is not right."))
	v.must(claim(v.GetByRole("alert")).ToBeFocused())
	v.clean("/login, refused")
	v.fill(v.labelled("User name"), admin)
	v.fill(v.labelled("Password"), password)
	v.click(v.button("Sign in"))
	v.heading("Overview")
}

// The dialogs and the menu are pages within pages.
func TestPaletteAndShortcuts(t *testing.T) {
	t.Parallel()
	v := use(t, dev).visit(t, admin)
	v.open("/connectors")
	v.press("?")
	v.must(claim(v.role("dialog", "Keyboard shortcuts")).ToBeVisible())
	v.clean("the shortcuts")
	v.press("Escape")
	v.press("Control+k")
	palette := v.role("dialog", "Find anything")
	v.must(claim(palette).ToBeVisible())
	v.clean("the palette")
	v.fill(palette.GetByRole("searchbox"), "invoice")
	v.must(claim(palette.GetByRole("link", playwright.LocatorGetByRoleOptions{Name: "Connector Invoice Git"})).ToBeVisible())
	v.clean("the palette with connectors")
	v.fill(palette.GetByRole("searchbox"), "nothing-is-called-so")
	v.must(claim(palette.GetByText("Nothing found.")).ToBeVisible())
	v.clean("the palette without any")
	v.press("Escape") // empties the field
	v.press("Escape")
	v.must(claim(palette).ToBeHidden())
	v.must(v.SetViewportSize(320, 800))
	v.click(v.GetByText("Menu", playwright.PageGetByTextOptions{Exact: playwright.Bool(true)}))
	v.must(claim(v.GetByRole("navigation", playwright.PageGetByRoleOptions{Name: "Main"}).GetByRole("link", playwright.LocatorGetByRoleOptions{Name: "Secrets"})).ToBeVisible())
	_, err := v.Evaluate(axe + ";0")
	v.must(err)
	v.sound("the menu at 320 px", "{}")
}
