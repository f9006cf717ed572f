//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers"
)

// notPages are the addresses that answer a GET with something else than a page of its own.
var notPages = map[string]string{
	"/livez":                   "plain text, for machines",
	"/readyz":                  "plain text, for machines",
	"/palette":                 "a part of the palette, which TestPaletteAndShortcuts opens",
	"/connectors/:id/validate": "leads to the connector",
	"/login":                   "shown to nobody who is signed in; TestDoorPages has it",
	"/setup":                   "shown while nobody can sign in; TestFirstAdmin has it",
}

// samples are the addresses behind each pattern, in a console full of samples.
type samples map[string][]string

// sampled finds an address, or several, for every pattern of the route table.
func sampled(t *testing.T, c *console) samples {
	t.Helper()
	one := c.as(t, admin)
	all := one.links(t, "/connectors?size=200", connectorPath)
	retired := retire(t, one)
	out := samples{
		"/":                         {"/"},
		"/connectors":               {"/connectors", "/connectors?q=nothing-is-called-so", "/connectors?status=failing&sort=name&size=25"},
		"/connectors/new":           {"/connectors/new"},
		"/connectors/:id/purge":     {retired + "/purge"},
		"/connectors/:id/runs/:run": {},
		"/trash":                    {"/trash"},
		"/secrets":                  {"/secrets", "/secrets?q=nothing-is-called-so"},
		"/secrets/:id":              one.links(t, "/secrets", `/secrets/[0-9a-z-]{16,}`)[:3],
		"/workspaces":               {"/workspaces"},
		"/users":                    {"/users"},
		"/account":                  {"/account"},
		"/audit":                    {"/audit", "/audit?actor=nobody"},
		"/reference":                {"/reference"},
		"/reference/codes":          {"/reference/codes"},
		"/connectors/:id":           append(slices.Clone(all), retired),
	}
	for _, v := range catalog.All() {
		for _, typ := range v.Types {
			out["/connectors/new/:vendor/:type"] = append(out["/connectors/new/:vendor/:type"], "/connectors/new/"+v.ID+"/"+typ.Name)
			out["/reference/:vendor/:type"] = append(out["/reference/:vendor/:type"], "/reference/"+v.ID+"/"+typ.Name)
		}
	}
	shown := map[string]bool{} // one connector of each type is enough for the form that changes it
	for _, path := range all {
		page := one.mustGet(t, path)
		for _, typ := range one.links(t, path, `/reference/[a-z]+/[A-Za-z]+`) {
			if !shown[typ] {
				shown[typ] = true
				out["/connectors/:id/edit"] = append(out["/connectors/:id/edit"], path+"/edit")
			}
		}
		if runs := one.links(t, path, path+`/runs/[0-9a-z-]+`); len(runs) > 0 {
			out["/connectors/:id/runs/:run"] = append(out["/connectors/:id/runs/:run"], runs[0])
		}
		if strings.Contains(page, "checkout-deploy") { // one that is used, and so has a longer question
			out["/connectors/:id/delete"] = append(out["/connectors/:id/delete"], path+"/delete")
			out["/connectors/:id/history"] = append(out["/connectors/:id/history"], path+"/history")
		}
	}
	out["/connectors/:id/delete"] = append(out["/connectors/:id/delete"], all[len(all)-1]+"/delete")
	return out
}

// retire puts a connector of its own into the trash.
func retire(t *testing.T, one *client) string {
	t.Helper()
	vendor, typ := catalogued(t, "harness", "ArtifactoryAnonymous")
	form := url.Values{"workspace": {"Acme"}}
	word := unique()
	for name, value := range filledIn(vendor, typ, func(f connector.Field) string { return exampleOf(f, word) }) {
		form.Set(name, value)
	}
	path := one.mustPost(t, "/connectors/new/harness/ArtifactoryAnonymous", form)
	one.mustPost(t, path+"/delete", nil)
	return path
}

func catalogued(t *testing.T, vendor, name string) (*connector.Vendor, connector.Type) {
	t.Helper()
	v, _ := catalog.All().Vendor(vendor)
	typ, ok := catalog.All().Type(vendor, name)
	if !ok {
		t.Fatalf("the catalog has no %s/%s", vendor, name)
	}
	return v, typ
}

// pagePatterns are the patterns of all routes that answer with a page.
func pagePatterns() []string {
	var out []string
	for _, r := range handlers.New(nil, "", nil, nil).Routes() {
		if _, not := notPages[r.Path]; r.Method == http.MethodGet && !not {
			out = append(out, r.Path)
		}
	}
	return out
}

// Every page is there, full of samples, and nothing is wrong with it in either theme and at any width.
func TestEveryPageFull(t *testing.T) {
	c := use(t, dev)
	all := sampled(t, c)
	for _, pattern := range pagePatterns() {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			if len(all[pattern]) == 0 {
				t.Fatal("this route has no sample; give it one, so that its page is looked at")
			}
			v := c.visit(t, admin)
			for _, path := range all[pattern] {
				v.whole(path)
			}
		})
	}
	for pattern := range all {
		if !slices.Contains(pagePatterns(), pattern) {
			t.Errorf("there are samples for %s, and no such route", pattern)
		}
	}
}

// whole opens a page and looks at all of it.
func (v *visitor) whole(path string) {
	v.t.Helper()
	if got := v.open(path).Status(); got != http.StatusOK {
		v.t.Fatalf("GET %s = %d, want 200", path, got)
	}
	v.must(claim(v.Locator("h1")).ToHaveCount(1))
	v.clean(path)
}

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
	v.must(v.Keyboard().Press("?"))
	v.must(claim(v.role("dialog", "Keyboard shortcuts")).ToBeVisible())
	v.clean("the shortcuts")
	v.must(v.Keyboard().Press("Escape"))
	v.must(v.Keyboard().Press("Control+k"))
	palette := v.role("dialog", "Find anything")
	v.must(claim(palette).ToBeVisible())
	v.clean("the palette")
	v.fill(palette.GetByRole("searchbox"), "git")
	v.must(claim(palette.GetByRole("link", playwright.LocatorGetByRoleOptions{Name: "Checkout Git"})).ToBeVisible())
	v.clean("the palette with connectors")
	v.fill(palette.GetByRole("searchbox"), "nothing-is-called-so")
	v.must(claim(palette.GetByText("Nothing found.")).ToBeVisible())
	v.clean("the palette without any")
	v.must(v.Keyboard().Press("Escape"))
	v.must(v.SetViewportSize(320, 800))
	v.click(v.GetByText("Menu", playwright.PageGetByTextOptions{Exact: playwright.Bool(true)}))
	v.must(claim(v.GetByRole("navigation", playwright.PageGetByRoleOptions{Name: "Main"}).GetByRole("link", playwright.LocatorGetByRoleOptions{Name: "Secrets"})).ToBeVisible())
	_, err := v.Evaluate(axe + ";0")
	v.must(err)
	v.sound("the menu at 320 px")
}

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
