//go:build e2e

package e2e

import (
	"net/url"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// The state of the list is in its address, so Back brings the list as it was.
func TestBackRestoresTheList(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := use(t, dev).visit(t, admin, scripted(scripts))
			v.open("/connectors")
			v.click(v.Locator("main").GetByRole("navigation", playwright.LocatorGetByRoleOptions{Name: "Filters"}).
				GetByRole("link", playwright.LocatorGetByRoleOptions{Name: "Harness"}))
			v.at("/connectors", "vendor", "harness")
			_, err := v.labelled("Order").SelectOption(playwright.SelectOptionValues{Labels: &[]string{"Name"}})
			v.must(err)
			_, err = v.labelled("Type").SelectOption(playwright.SelectOptionValues{Labels: &[]string{"Git over HTTP"}})
			v.must(err)
			v.fill(v.role("searchbox", "Search connectors"), "git")
			if !scripts {
				v.click(v.button("Apply"))
			}
			v.at("/connectors", "vendor", "harness", "type", "GitHttp", "sort", "name", "q", "git")
			names := v.names()
			if len(names) < 3 {
				t.Fatalf("the list has %q, want at least three", names)
			}
			v.click(v.link(names[1]))
			v.heading(names[1])
			_, err = v.GoBack()
			v.must(err)
			v.at("/connectors", "vendor", "harness", "type", "GitHttp", "sort", "name", "q", "git")
			v.must(claim(v.link(names[1])).ToBeVisible())
			v.must(claim(v.role("searchbox", "Search connectors")).ToHaveValue("git"))
			v.must(claim(v.labelled("Type")).ToHaveValue("GitHttp"))
			v.must(claim(v.labelled("Order")).ToHaveValue("name"))
			v.must(claim(v.Locator("main th[scope=row] a")).ToHaveText(names))
			_, err = v.Reload()
			v.must(err)
			v.must(claim(v.Locator("main th[scope=row] a")).ToHaveText(names))
			v.click(v.link("Clear"))
			v.must(claim(v.role("searchbox", "Search connectors")).ToHaveValue(""))
			_, err = v.GoBack()
			v.must(err)
			v.must(claim(v.Locator("main th[scope=row] a")).ToHaveText(names))
		})
	}
}

// Leaving the search box for a result asks for nothing: the row would be drawn anew between press and release, and the click lost.
func TestAPressOnAResultLeavesItWhereItIs(t *testing.T) {
	t.Parallel()
	v := use(t, dev).visit(t, admin, scripted(true))
	v.open("/connectors")
	v.fill(v.role("searchbox", "Search connectors"), "public_docs")
	v.must(claim(v.role("region", "Results").GetByText("1 connector shown.")).ToBeVisible())
	row := v.link("Public docs")
	box, err := row.BoundingBox()
	v.must(err)
	v.must(v.Mouse().Move(box.X+box.Width/2, box.Y+box.Height/2))
	asked := 0
	v.OnRequest(func(playwright.Request) { asked++ })
	v.must(v.Mouse().Down())
	left, err := v.Evaluate(`() => document.activeElement.id !== "search"`)
	v.must(err)
	if left != true {
		t.Error("the press leaves the search box its focus, so the test could not fail")
	}
	if asked != 0 {
		t.Errorf("the press asks for %d pages, want none", asked)
	}
	v.must(v.Mouse().Up())
	v.heading("Public docs")
}

// at waits for an address, whatever else its query has.
func (v *visitor) at(path string, query ...string) {
	v.t.Helper()
	v.must(v.WaitForURL(func(text string) bool {
		u, err := url.Parse(text)
		if err != nil || u.Path != path {
			return false
		}
		for i := 0; i < len(query); i += 2 {
			if u.Query().Get(query[i]) != query[i+1] {
				return false
			}
		}
		return true
	}, playwright.PageWaitForURLOptions{WaitUntil: playwright.WaitUntilStateCommit}))
}

// names are the connectors of the list, in their order.
func (v *visitor) names() []string {
	v.t.Helper()
	names, err := v.Locator("main th[scope=row] a").AllInnerTexts()
	v.must(err)
	return names
}

// The pages of a list lead on and back to the first, and no connector is left out or comes twice.
func TestPagesOfTheList(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	by := c.as(t, admin)
	vendor, typ := catalogued(t, "harness", "ArtifactoryAnonymous")
	tag := "pages:" + unique()
	const size, all = 25, 27
	for range all {
		c.create(t, by, vendor, typ, map[string]string{"tags": tag})
	}
	v := c.visit(t, admin)
	v.open("/connectors?size=25&sort=name&tag=" + url.QueryEscape(tag))
	first := v.names()
	v.click(v.link("Next page"))
	v.must(claim(v.GetByText("2 connectors shown.")).ToBeVisible())
	seen := map[string]bool{}
	for _, name := range append(first, v.names()...) {
		seen[name] = true
	}
	if len(first) != size || len(seen) != all {
		t.Errorf("the first page has %d connectors and both have %d, want %d and %d", len(first), len(seen), size, all)
	}
	v.click(v.link("First page"))
	v.must(claim(v.Locator("main th[scope=row] a")).ToHaveText(first))
}
