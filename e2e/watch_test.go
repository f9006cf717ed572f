//go:build e2e

package e2e

import (
	"net/http"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// watched is serve --dev with the watch.
var watched = sync.OnceValues(func() (*console, error) {
	return start([]string{"PATCHBAY_DEV_PASSWORD=" + password, "PATCHBAY_NO_WATCH=false"}, "--dev", "--watch-interval", "24h")
})

// A person changes how a connector is watched, pauses it and resumes it, with scripts and without.
func TestTheWatchOfAConnector(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := use(t, house)
			vendor, typ := catalogued(t, "harness", "GitHttp")
			path, _ := c.create(t, c.as(t, admin), vendor, typ, nil)
			v := c.visit(t, admin, scripted(scripts))
			v.expect(http.StatusUnprocessableEntity)
			v.open(path)
			more := v.GetByText("Change how it is watched")
			v.click(more)
			v.click(v.button("Pause the watch"))
			v.must(claim(v.GetByRole("alert")).ToBeFocused())
			v.leadsToItsField(v.GetByRole("alert").GetByRole("link"))
			if scripts {
				v.clean("the refused pause")
			}
			v.fill(v.labelled("Reason"), "Being mended.")
			v.click(v.button("Pause the watch"))
			v.says("The watch leaves this connector alone. Validating by hand works all the same.")
			v.must(claim(v.GetByText("This connector is paused")).ToBeVisible())
			if scripts {
				v.clean("a paused connector")
			}
			v.click(v.GetByText("Change how it is watched"))
			v.click(v.button("Resume the watch"))
			v.says("The watch goes on.")
			v.must(claim(v.GetByText("This connector is paused")).ToHaveCount(0))
			v.click(v.GetByText("Change how it is watched"))
			_, err := v.labelled("Watched").SelectOption(playwright.SelectOptionValues{Labels: playwright.StringSlice("Every hour")})
			v.must(err)
			v.click(v.Locator("#watch").GetByRole("button", playwright.LocatorGetByRoleOptions{Name: "Save"}))
			v.says("From now on it is watched as you said.")
			v.must(claim(v.labelled("Watched")).ToHaveValue("1h"))
		})
	}
}

// An admin pauses everything and notes maintenance; everybody sees it. Nothing is wrong with the pages in any of these states.
func TestTheWatchAsAWhole(t *testing.T) {
	t.Parallel()
	c := use(t, watched)
	v := c.visit(t, admin)
	v.expect(http.StatusUnprocessableEntity)
	v.open("/watch")
	v.must(claim(v.GetByText("Running")).ToBeVisible())
	v.clean("the watch")
	v.click(v.button("Note it"))
	v.must(claim(v.GetByRole("alert")).ToBeFocused())
	v.clean("the refused maintenance")
	v.fill(v.labelled("Name"), "Patch week")
	for _, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		v.must(v.labelled(day).Check())
	}
	v.fill(v.labelled("From"), "00:00")
	v.fill(v.labelled("To"), "00:00")
	v.click(v.button("Note it"))
	v.says("Maintenance “Patch week” is noted.")
	v.fill(v.labelled("Reason"), "The data centre moves.")
	v.click(v.button("Pause the watch"))
	v.says("The watch is paused there. Validating by hand works all the same.")
	v.clean("the watch, paused, in maintenance")
	v.open("/")
	v.must(claim(v.GetByText("The watch is paused everywhere")).ToBeVisible())
	v.clean("the overview while the watch is paused")
	v.open("/watch")
	v.click(v.button("Resume Everything"))
	v.says("The watch goes on.")
	one := c.as(t, admin).links(t, "/connectors?q=Checkout", connectorPath)[0]
	v.open(one)
	v.must(claim(v.GetByText("Maintenance of Acme:")).ToBeVisible())
	v.clean("a connector in maintenance")
	v.click(v.GetByText("As a table"))
	v.clean("the days as a table")
	v.open(one + "/history?by=nobody")
	v.must(claim(v.GetByText("No check matches")).ToBeVisible())
	v.clean("a history without a match")
}

// The end of a secret is noted, and then stands in the list of what ends.
func TestTheEndOfASecretIsNoted(t *testing.T) {
	t.Parallel()
	c := use(t, watched)
	v := c.visit(t, admin)
	v.open("/secrets?q=azure_client_secret")
	v.click(v.link("azure_client_secret"))
	v.fill(v.labelled("Ends on"), "2035-03-31")
	v.click(v.button("Note the end"))
	v.says("azure_client_secret ends on 31 March 2035. You are warned before.")
	v.clean("a secret that ends")
	v.open("/expiry?kind=secret")
	v.must(claim(v.link("azure_client_secret")).ToBeVisible())
	v.must(claim(v.link("Azure landing zone")).ToBeVisible())
	v.clean("what ends")
}
