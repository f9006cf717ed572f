//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"patchbay/connector"
)

// Where the rules cannot be loaded the form still works: the server alone judges, and what it answers is as sound.
func TestFormWithoutTheRules(t *testing.T) {
	for vendor, name := range map[string]string{"harness": "AzureClientSecretKey", "securityhub": "ServiceNow", "jitterbit": "Registration"} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			v := use(t, house).visit(t, admin)
			v.withoutRules()
			v.expect(http.StatusUnprocessableEntity)
			vendor, typ := catalogued(t, vendor, name)
			form := filledIn(vendor, typ, exampleWith(unique()))
			wrong := wrongForms(vendor, typ)[0]
			v.open("/connectors/new/" + vendor.ID + "/" + typ.Name)
			v.fillForm(vendor, typ, wrong)
			v.click(v.button("Create connector"))
			v.refused(vendor, typ, wrong)
			v.clean("the refused form")
			v.fillForm(vendor, typ, form)
			for _, f := range typ.New().Fields() {
				if f.Kind == connector.KindRef {
					v.newValue(f, "a value")
				}
			}
			v.click(v.button("Create connector"))
			v.must(claim(v.Locator("h1")).ToContainText(form["name"]))
			v.must(claim(v.GetByRole("alert")).ToHaveCount(0))
		})
	}
}

// What only the registry knows is said by the server: a reference to a secret that is not there, and an identifier that
// another connector has. Nothing typed is lost.
func TestServerKnowsWhatTheBrowserCannot(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	vendor, typ := catalogued(t, "harness", "GitHttp")
	taken := "taken_" + unique()
	c.create(t, c.as(t, admin), vendor, typ, map[string]string{"identifier": taken})
	v := c.visit(t, admin)
	v.expect(http.StatusUnprocessableEntity)
	form := filledIn(vendor, typ, exampleWith(unique()))
	v.open("/connectors/new/harness/GitHttp")
	v.fillForm(vendor, typ, form)
	v.click(v.button("Create connector"))
	v.summary(connector.Problems{{Field: "password_ref", Text: "Password names the secret " + form["password_ref"] +
		", which workspace Acme Harness does not have. Create it first, or type its value here."}})
	v.must(claim(v.message("password_ref")).ToBeVisible())
	v.clean("the form with a missing secret")
	v.fill(v.labelled("Password"), fresh(vendor, typ, "password_ref").Example)
	v.must(claim(v.message("password_ref")).ToBeHidden())
	v.fill(v.labelled("Identifier"), taken)
	v.click(v.button("Create connector"))
	v.summary(connector.Problems{{Field: "identifier", Text: "Identifier " + taken + " is already taken in account. Choose another."}})
	v.must(claim(v.labelled("Name")).ToHaveValue(form["name"]))
	v.fill(v.labelled("Identifier"), form["identifier"])
	v.fill(v.labelled("Default branch"), " \u200bma\u2060in\u00a0 ") // as text comes from a chat
	v.click(v.button("Create connector"))
	v.heading(form["name"])
	v.must(claim(v.role("region", "Facts").GetByText("main").First()).ToBeVisible())
	v.must(claim(v.Locator("dt", pageHasText("Default branch")).Locator("xpath=following-sibling::dd[1]")).ToHaveText("main"))
}

// A choice that is not offered cannot be made in a browser; who sends it all the same is told what is offered.
func TestChoicesThatAreNotOffered(t *testing.T) {
	c := use(t, house)
	by := c.as(t, admin)
	eachType(t, func(t *testing.T, vendor *connector.Vendor, typ connector.Type) {
		form := filledIn(vendor, typ, exampleWith(unique()))
		for name := range form {
			if fresh(vendor, typ, name).Kind != connector.KindChoice {
				continue
			}
			sent := url.Values{"workspace": {c.workspaces[vendor.ID]}}
			for n, value := range form {
				sent.Set(n, value)
			}
			sent.Set(name, "SOMETHING_ELSE")
			form[name] = "SOMETHING_ELSE"
			a, err := by.post("/connectors/new/"+vendor.ID+"/"+typ.Name, sent)
			if err != nil || a.Status != http.StatusUnprocessableEntity {
				t.Fatalf("POST with %s = SOMETHING_ELSE = %d, %v, want 422", name, a.Status, err)
			}
			want := wrongWith(vendor, typ, form).At(name)
			if want == "" || !strings.Contains(problemsOf(a.Body), want) {
				t.Errorf("the summary says %q, want %q in it", problemsOf(a.Body), want)
			}
		}
	})
}
