//go:build e2e

package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// A channel is added, tested, its notice looked at and sent again, changed and removed, with scripts and without.
func TestAChannelFromBeginningToEnd(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := use(t, dev)
			v := c.visit(t, admin, scripted(scripts))
			called := "Pager " + unique()
			v.open("/notices")
			v.fill(v.labelled("Name"), called)
			v.expect(http.StatusUnprocessableEntity)
			v.fill(v.labelled("Address"), "nobody")
			v.click(v.button("Add channel"))
			v.must(claim(v.role("alert", "")).ToContainText("Address must"))
			v.must(claim(v.labelled("Name")).ToHaveValue(called))
			v.fill(v.labelled("Address"), "http://127.0.0.1:9/T0K3N")
			v.click(v.button("Add channel"))
			v.heading(called)
			key, err := v.Locator("#new-key").TextContent()
			v.must(err)
			if !strings.HasPrefix(key, "whsec_") {
				t.Errorf("the signing key is %q, want one of the specification's form", key)
			}
			v.click(v.role("navigation", "Breadcrumb").GetByRole("link", playwright.LocatorGetByRoleOptions{Name: "Notices"}))
			v.click(v.Locator("main").GetByRole("link", playwright.LocatorGetByRoleOptions{Name: called}))
			v.must(claim(v.Locator("#new-key")).ToHaveCount(0))
			v.click(v.button("Send a test"))
			v.heading("A test of the channel " + called)
			for range 50 { // until the try is over, which the page does not tell by itself
				tried, err := v.Locator("main ol").GetByText("Not taken").Count()
				v.must(err)
				if tried > 0 {
					break
				}
				_, err = v.Reload()
				v.must(err)
			}
			v.must(claim(v.Locator("main ol").GetByText("Not taken").First()).ToBeVisible())
			if text, err := v.Locator("main").TextContent(); err != nil || strings.Contains(text, "T0K3N") {
				t.Errorf("the page shows the address: %v\n%s", err, text)
			}
			v.click(v.role("navigation", "Breadcrumb").GetByRole("link", playwright.LocatorGetByRoleOptions{Name: called}))
			v.fill(v.labelled("Name"), called+" two")
			v.click(v.button("Save channel"))
			v.heading(called + " two")
			v.click(v.button("Remove channel"))
			v.heading("Notices")
			v.must(claim(v.Locator("main").GetByText(regexp.MustCompile("Channel .* is removed"))).ToBeVisible())
			v.must(claim(v.Locator("main").GetByRole("link", playwright.LocatorGetByRoleOptions{Name: called})).ToHaveCount(0))
		})
	}
}
