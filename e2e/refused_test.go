//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// What goes wrong has a page as good as the others.
func TestErrorPages(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	v := c.visit(t, admin)
	v.expect(http.StatusNotFound)
	for _, path := range []string{"/nowhere", "/connectors/0000", "/reference/harness/Nothing", "/connectors/new/nobody/GitHttp", "/secrets/none"} {
		if got := v.open(path).Status(); got != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, got)
		}
		v.heading("Not found")
	}
	v.clean("the page for what is not there")
	v = c.visit(t, c.addUser(t, "viewer"))
	v.expect(http.StatusForbidden)
	if got := v.open("/users").Status(); got != http.StatusForbidden {
		t.Errorf("GET /users = %d, want 403", got)
	}
	v.heading("Not allowed")
	v.clean("the page for what is not allowed")
}

// refusals are forms that are sent as they should not be, each with the button that sends it and what the page says of it.
var refusals = []struct {
	path, button string
	fill         map[string]string
	says         []string
}{
	{"/secrets", "Add secret", map[string]string{"Name": "9 lives"}, []string{"Name", "Value"}},
	{"/workspaces", "Add workspace", map[string]string{"Name": ""}, []string{"Name"}},
	{"/users", "Add user", map[string]string{"User name": "", "Password": "short"}, []string{"User name", "Password"}},
	{"/account", "Change password", map[string]string{"Current password": "not it", "New password": "short"}, []string{"password"}},
}

// A refused form is as sound as a fresh one, with its summary on top and its sentences at the fields.
func TestRefusedForms(t *testing.T) {
	for _, r := range refusals {
		t.Run(r.path, func(t *testing.T) {
			t.Parallel()
			c := use(t, house)
			v := c.visit(t, c.addUser(t, "admin"))
			v.expect(http.StatusUnprocessableEntity)
			v.open(r.path)
			for label, text := range r.fill {
				v.fill(v.labelled(label), text)
			}
			v.click(v.button(r.button))
			v.must(claim(v.GetByRole("alert")).ToBeFocused())
			links := v.GetByRole("alert").GetByRole("link")
			n, err := links.Count()
			v.must(err)
			if n == 0 {
				t.Fatal("the summary has no link to a field")
			}
			for i := range n {
				v.leadsToItsField(links.Nth(i))
			}
			v.clean(fmt.Sprintf("%s, refused", r.path))
		})
	}
}

// leadsToItsField follows a line of the summary: the field says the same, and gets the focus.
func (v *visitor) leadsToItsField(line playwright.Locator) {
	v.t.Helper()
	text, err := line.TextContent()
	v.must(err)
	href, err := line.GetAttribute("href")
	v.must(err)
	v.click(line)
	v.must(claim(v.Locator(href)).ToBeFocused())
	v.must(claim(v.Locator(href)).ToHaveAttribute("aria-invalid", "true"))
	v.must(claim(v.Locator(href + "-error")).ToHaveText(text))
}
