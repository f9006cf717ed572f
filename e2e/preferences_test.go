//go:build e2e

package e2e

import (
	"testing"

	"github.com/playwright-community/playwright-go"
)

// The theme is chosen on the server and works without scripts. What was chosen looks as what the system would have given.
func TestThemes(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	v := c.visit(t, c.addUser(t, "viewer"), noScripts)
	v.open("/connectors?status=failing")
	light := v.background()
	v.must(v.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: playwright.ColorSchemeDark}))
	dark := v.background()
	if light == dark {
		t.Fatalf("both themes have the background %s", light)
	}
	for _, step := range []struct{ button, looks string }{
		{"Light theme", light},
		{"Dark theme", dark},
		{"Theme of the system", dark},
	} {
		v.click(v.button(step.button))
		v.must(claim(v.button(step.button)).ToHaveAttribute("aria-pressed", "true"))
		if got := v.background(); got != step.looks {
			t.Errorf("%s has the background %s, want %s", step.button, got, step.looks)
		}
		if got := v.path(); got != "/connectors?status=failing" {
			t.Errorf("%s leads to %s, want the page that one was on", step.button, got)
		}
	}
	v.must(v.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: playwright.ColorSchemeLight}))
	if got := v.background(); got != light {
		t.Errorf("the theme of a light system has the background %s, want %s", got, light)
	}
}

// The same is chosen on the page of one's account.
func TestThemeOnTheAccountPage(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	v := c.visit(t, c.addUser(t, "viewer"))
	v.open("/account")
	v.must(v.role("radio", "Dark theme").Check())
	v.click(v.button("Set theme"))
	v.must(claim(v.role("radio", "Dark theme")).ToBeChecked())
	v.must(claim(v.button("Dark theme")).ToHaveAttribute("aria-pressed", "true"))
}

func (v *visitor) background() string {
	v.t.Helper()
	got, err := v.Evaluate(`() => getComputedStyle(document.body).backgroundColor`)
	v.must(err)
	text, _ := got.(string)
	return text
}
