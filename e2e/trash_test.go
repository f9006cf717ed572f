//go:build e2e

package e2e

import (
	"net/http"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// Only what cannot be taken back asks for the name, and takes no other.
func TestPurgeAsksForTheName(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := use(t, house)
			by := c.as(t, admin)
			vendor, typ := catalogued(t, "harness", "GitHttp")
			path, title := c.create(t, by, vendor, typ, nil)
			by.mustPost(t, path+"/delete", nil)
			v := c.visit(t, admin, scripted(scripts))
			v.expect(http.StatusUnprocessableEntity)
			v.expect(http.StatusNotFound)
			v.open("/trash")
			v.click(v.link("Delete for good: " + title))
			v.heading("Delete " + title + " for good?")
			v.fill(v.labelled("Name of the connector"), "Another")
			v.click(v.button("Delete for good"))
			v.must(claim(v.GetByRole("alert")).ToBeFocused())
			v.leadsToItsField(v.GetByRole("alert").GetByRole("link"))
			v.must(claim(v.labelled("Name of the connector")).ToHaveValue("Another"))
			if scripts {
				v.clean("the refused purge")
			}
			v.fill(v.labelled("Name of the connector"), title)
			v.click(v.button("Delete for good"))
			v.heading("Trash")
			v.says("Connector “" + title + "” is gone for good.")
			v.must(claim(v.link(title)).ToHaveCount(0))
			v.open(path)
			v.heading("Not found")
		})
	}
}

// Whoever deletes is told what needs the connector.
func TestUsesAreNamedBeforeDeleting(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := use(t, house)
			vendor, typ := catalogued(t, "harness", "GitHttp")
			path, title := c.create(t, c.as(t, admin), vendor, typ, nil)
			v := c.visit(t, admin, scripted(scripts))
			v.expect(http.StatusUnprocessableEntity)
			v.open(path)
			v.click(v.GetByText("Note one more"))
			v.click(v.button("Note it"))
			v.must(claim(v.GetByRole("alert")).ToBeFocused())
			for i := range 2 {
				v.leadsToItsField(v.GetByRole("alert").GetByRole("link").Nth(i))
			}
			if scripts {
				v.clean("the refused use")
			}
			v.fill(v.labelled("What it is"), "pipeline")
			v.fill(v.labelled("Its name"), "deploy-shop")
			v.fill(v.labelled("Where"), "retail / shop")
			v.click(v.button("Note it"))
			v.must(claim(v.GetByRole("region", playwright.PageGetByRoleOptions{Name: "Used by"})).ToContainText("deploy-shop"))
			v.click(v.link("Delete"))
			v.heading("Delete " + title + "?")
			v.must(claim(v.GetByRole("note")).ToContainText("pipeline deploy-shop in retail / shop"))
			v.click(v.link("Keep it"))
			v.click(v.button("Forget pipeline deploy-shop"))
			v.must(claim(v.Locator("main")).Not().ToContainText("deploy-shop"))
			v.click(v.link("Delete"))
			v.click(v.button("Delete connector"))
			v.says("Connector “" + title + "” is in the trash.")
		})
	}
}
