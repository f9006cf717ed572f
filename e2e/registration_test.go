//go:build e2e

package e2e

import (
	"testing"

	"github.com/playwright-community/playwright-go"
)

// A registration answers for its pair and for a payload, with scripts and without, and never shows its secret again.
func TestRegistrationTriesThingsOut(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := use(t, house).visit(t, admin, scripted(scripts))
			vendor, typ := catalogued(t, "jitterbit", "Registration")
			form := filledIn(vendor, typ, exampleWith(unique()))
			v.open("/connectors/new/jitterbit/Registration")
			v.fillForm(vendor, typ, form)
			v.click(v.button("Create connector"))
			v.heading(form["name"] + " is registered")
			if scripts {
				v.clean("the page with the new pair")
			}
			key, err := v.Locator("#new-key").TextContent()
			v.must(err)
			secret, err := v.Locator("#new-secret").TextContent()
			v.must(err)
			v.click(v.link("Go to the connector"))
			v.secrets = []string{secret}
			v.heading(form["name"])
			for _, try := range []struct{ secret, says string }{
				{secret, "Key and secret belong to “" + form["name"] + "”."},
				{"11111111-2222-4333-8444-555555555555", "Name, key and secret do not belong together."},
			} {
				v.fill(v.labelled("Key"), key)
				v.fill(v.labelled("Secret"), try.secret)
				v.click(v.button("Check the pair"))
				v.must(claim(v.Locator("#pair-answer")).ToContainText(try.says))
				v.keepsSecrets()
			}
			v.fill(v.labelled("adapter.json"), `{"name": "Another name"`)
			if scripts { // the rules in the browser answer before anything is sent
				v.must(claim(v.Locator("#payload-answer")).ToContainText("Line 1"))
				v.clean("the answer to a payload")
			}
			v.click(v.button("Check the payload"))
			v.must(claim(v.Locator("#payload-answer")).ToContainText("The payload has to be corrected."))
			v.must(claim(v.labelled("adapter.json")).ToHaveValue(`{"name": "Another name"`))
		})
	}
}

// A credential for programs is shown once, and revoked by one click.
func TestCredentialIsShownOnce(t *testing.T) {
	for vendor, part := range map[string]string{"harness": "API key", "securityhub": "Secret access key", "jitterbit": "Password"} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			c := use(t, house)
			v := c.visit(t, admin)
			name := "terraform-" + unique()
			v.open("/credentials")
			_, err := v.labelled("Workspace").SelectOption(playwright.SelectOptionValues{Values: &[]string{c.workspaces[vendor]}})
			v.must(err)
			v.fill(v.labelled("Name"), name)
			v.click(v.button("Mint credential"))
			v.heading(name + " is minted")
			secret, err := v.Locator("dt", playwright.PageLocatorOptions{HasText: part}).Locator("xpath=following-sibling::dd[1]//code").First().TextContent()
			v.must(err)
			if len(secret) < 16 {
				t.Fatalf("%s is %q, want a secret", part, secret)
			}
			v.clean("the page with the new credential")
			v.click(v.link("Done"))
			v.secrets = []string{secret}
			v.heading("Credentials")
			v.open("/audit")
			v.open("/requests")
			v.open("/credentials")
			v.click(v.button("Revoke " + name))
			v.must(claim(v.Locator("[data-flash] p")).ToContainText("Credential " + name + " is revoked."))
			v.must(claim(v.button("Revoke " + name)).ToHaveCount(0))
		})
	}
}
