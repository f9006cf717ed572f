//go:build e2e

package e2e

import (
	"testing"

	"github.com/playwright-community/playwright-go"
)

// The first Tab of every page leads to the link that skips what all pages share.
func TestSkipLink(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := use(t, house).visit(t, admin, scripted(scripts))
			v.open("/connectors")
			v.press("Tab")
			v.must(claim(v.link("Skip to the content")).ToBeFocused())
			v.must(claim(v.link("Skip to the content")).ToBeInViewport())
			v.press("Enter")
			v.must(claim(v.Locator("main")).ToBeFocused())
		})
	}
}

func TestSingleKeys(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	v := c.visit(t, admin)
	v.open("/")
	v.press("g", "c")
	v.heading("Connectors")
	v.press("/")
	v.must(claim(v.role("searchbox", "Search connectors")).ToBeFocused())
	v.press("?", "c", "g", "s") // they are letters of a search now
	v.must(claim(v.role("searchbox", "Search connectors")).ToHaveValue("?cgs"))
	v.must(claim(v.role("dialog", "Keyboard shortcuts")).ToBeHidden())
	v.heading("Connectors")
	v.must(v.role("searchbox", "Search connectors").Blur())
	v.press("g", "s")
	v.heading("Secrets")
	v.press("/")
	v.must(claim(v.role("searchbox", "Search secrets")).ToBeFocused())
	v.must(v.role("searchbox", "Search secrets").Blur())
	v.press("c")
	v.heading("New connector")
	v.press("g", "a")
	v.heading("Audit")
	v.press("g", "o")
	v.heading("Overview")
	shortcuts := v.role("dialog", "Keyboard shortcuts")
	v.press("?")
	v.must(claim(shortcuts).ToBeVisible())
	v.press("c") // nothing behind a dialog acts
	v.must(claim(shortcuts).ToBeVisible())
	v.press("Escape")
	v.must(claim(shortcuts).ToBeHidden())
	v.heading("Overview")
	vendor, typ := catalogued(t, "securityhub", "JiraCloud")
	path, _ := c.create(t, c.as(t, admin), vendor, typ, nil)
	v.open(path)
	v.press("t")
	v.must(claim(v.Locator("#verdict")).ToContainText("A person has to authorise the connector"))
}

// Whoever does not want single keys has none; the palette stays.
func TestSingleKeysOff(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	v := c.visit(t, c.addUser(t, "viewer"))
	v.open("/account")
	v.must(v.labelled("Single-key shortcuts").Uncheck())
	v.click(v.role("region", "Keyboard").GetByRole("button", playwright.LocatorGetByRoleOptions{Name: "Save"}))
	v.must(claim(v.labelled("Single-key shortcuts")).Not().ToBeChecked())
	v.open("/")
	v.press("g", "c", "/", "?", "c")
	v.press("Control+k")
	v.must(claim(v.role("dialog", "Find anything")).ToBeVisible())
	v.must(claim(v.role("dialog", "Keyboard shortcuts")).ToBeHidden())
	v.press("Escape")
	v.heading("Overview")
}

// The palette finds a connector by a part of its name, and Enter opens it; the arrows choose another.
func TestPaletteByKeyboard(t *testing.T) {
	t.Parallel()
	v := use(t, dev).visit(t, admin)
	v.open("/reference")
	palette := v.role("dialog", "Find anything")
	find := func(text, link string) {
		v.press("Control+k")
		v.must(claim(palette.GetByRole("searchbox")).ToBeFocused())
		v.must(v.Keyboard().Type(text))
		v.must(claim(palette.GetByRole("link", playwright.LocatorGetByRoleOptions{Name: link}).First()).ToBeVisible())
		v.must(claim(palette.GetByRole("link").First()).ToContainText(text))
	}
	find("Invoice Git", "Invoice Git")
	v.press("Enter")
	v.heading("Invoice Git")
	find("ServiceNow", "New ServiceNow")
	v.must(palette.GetByRole("link").Filter(hasText("Create")).Focus())
	v.press("Enter")
	v.heading("New connector: ServiceNow")
	v.press("Control+k", "ArrowDown", "ArrowDown")
	v.must(claim(palette.GetByRole("link").Nth(1)).ToBeFocused())
	v.press("ArrowUp", "ArrowUp")
	v.must(claim(palette.GetByRole("searchbox")).ToBeFocused())
	v.press("Escape")
	v.must(claim(palette).ToBeHidden())
}

// In the field of a form the palette still opens, and closing it gives the field back.
func TestPaletteGivesTheFocusBack(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, admin)
	v.open("/connectors/new/harness/GitHttp")
	v.click(v.labelled("User name"))
	v.press("c", "?", "Control+k")
	v.must(claim(v.role("dialog", "Find anything")).ToBeVisible())
	v.press("Escape")
	v.must(claim(v.labelled("User name")).ToBeFocused())
	v.must(claim(v.labelled("User name")).ToHaveValue("c?"))
}

// What is copied is what stands there, and it is said that it was.
func TestCopyButtons(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	vendor, typ := catalogued(t, "harness", "GitHttp")
	v := c.visit(t, admin)
	path, _ := c.create(t, c.as(t, admin), vendor, typ, map[string]string{"identifier": "copied_" + unique()})
	v.secrets = []string{"value of password_ref"}
	v.open(path)
	identifier, err := v.Locator(".ident code").TextContent()
	v.must(err)
	v.copies(v.button("Copy identifier"), identifier)
	v.click(v.GetByRole("radio", playwright.PageGetByRoleOptions{Name: "Terraform"}))
	terraform, err := v.role("region", "Terraform").TextContent()
	v.must(err)
	v.copies(v.button("Copy Terraform"), terraform)
}

func (v *visitor) copies(button playwright.Locator, want string) {
	v.t.Helper()
	v.click(button)
	v.must(claim(v.Locator("#announce")).ToHaveText("Copied."))
	got, err := v.Evaluate(`() => navigator.clipboard.readText()`)
	v.must(err)
	if got != want || want == "" {
		v.t.Errorf("copied %q, want %q", got, want)
	}
}
