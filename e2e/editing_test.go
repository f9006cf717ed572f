//go:build e2e

package e2e

import (
	"net/http"
	"slices"
	"testing"

	"github.com/playwright-community/playwright-go"

	"patchbay/connector"
	"patchbay/connector/catalog"
)

// A double click is one wish.
func TestDoubleClickMakesOneConnector(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	v := c.visit(t, admin)
	for _, kind := range [][2]string{{"harness", "AzureInheritFromDelegateSystemAssignedManagedIdentity"}, {"jitterbit", "Registration"}} {
		vendor, typ := catalogued(t, kind[0], kind[1])
		word := unique()
		form := filledIn(vendor, typ, exampleWith(word))
		v.open("/connectors/new/" + vendor.ID + "/" + typ.Name)
		v.fillForm(vendor, typ, form)
		sent := v.requests()
		v.must(v.button("Create connector").Dblclick())
		v.must(claim(v.Locator("h1")).ToContainText(form["name"]))
		v.must(claim(v.GetByRole("alert")).ToHaveCount(0))
		if n := sent(); n > 2 { // the form, and the page that it leads to
			t.Errorf("%s: the double click sent %d requests", typ.Name, n)
		}
		v.open("/connectors?q=" + word)
		v.must(claim(v.GetByText("1 connector shown.")).ToBeVisible())
	}
}

// Without scripts the second click may reach the server; it finds the identifier taken and makes nothing.
func TestDoubleClickWithoutScripts(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, admin, noScripts)
	v.expect(http.StatusUnprocessableEntity)
	vendor, typ := catalogued(t, "harness", "AzureInheritFromDelegateSystemAssignedManagedIdentity")
	word := unique()
	v.open("/connectors/new/" + vendor.ID + "/" + typ.Name)
	v.fillForm(vendor, typ, filledIn(vendor, typ, exampleWith(word)))
	v.must(v.button("Create connector").Dblclick())
	v.must(claim(v.Locator("h1")).ToBeVisible())
	v.open("/connectors?q=" + word)
	v.must(claim(v.GetByText("1 connector shown.")).ToBeVisible())
}

// Two people edit one connector. The second to save sees what differs and chooses; nothing is lost silently.
func TestTwoEditors(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := use(t, house)
			vendor, typ := catalogued(t, "harness", "GitHttp")
			dana := c.addUser(t, "editor")
			path, title := c.create(t, c.as(t, admin), vendor, typ, nil)
			mine, theirs := c.visit(t, admin, scripted(scripts)), c.visit(t, dana, scripted(scripts))
			mine.expect(http.StatusConflict)
			mine.open(path + "/edit")
			theirs.open(path + "/edit")
			theirs.fill(theirs.labelled("Description"), "What Dana wrote.")
			theirs.fill(theirs.labelled("Default branch"), "danas")
			theirs.click(theirs.button("Save changes"))
			theirs.heading(title)
			mine.fill(mine.labelled("Description"), "What I wrote.")
			mine.fill(mine.labelled("Default branch"), "mine")
			mine.fill(mine.labelled("User name"), "also-mine")
			mine.click(mine.button("Save changes"))
			conflict := mine.role("region", dana+" changed this connector just now")
			mine.must(claim(conflict).ToBeVisible())
			mine.must(claim(conflict.GetByRole("row")).ToHaveCount(4)) // the heads, and three fields
			mine.must(claim(conflict.GetByRole("row").Filter(hasText("What Dana wrote."))).ToContainText("What I wrote."))
			mine.must(claim(mine.role("radio", "Description: mine")).ToBeChecked())
			mine.must(mine.role("radio", "Description: theirs").Check())
			if scripts {
				mine.clean("the conflict")
			}
			mine.click(mine.button("Save changes"))
			mine.heading(title)
			main := mine.Locator("main")
			mine.must(claim(main).ToContainText("What Dana wrote."))
			mine.must(claim(main).Not().ToContainText("What I wrote."))
			facts := mine.role("region", "Facts")
			mine.must(claim(facts).ToContainText("also-mine"))
			mine.must(claim(facts.GetByText("mine", playwright.LocatorGetByTextOptions{Exact: playwright.Bool(true)})).ToBeVisible())
		})
	}
}

// A form that was changed is not left without a question, and the question comes once.
func TestUnsavedFormAsksOnce(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, admin)
	asked := make(chan string, 4)
	v.OnDialog(func(d playwright.Dialog) {
		asked <- d.Type()
		go func() { // the page waits for the answer, and the driver for this function
			if err := d.Dismiss(); err != nil {
				v.complain("the question could not be answered: " + err.Error())
			}
		}()
	})
	v.open("/connectors/new/harness/GitHttp")
	v.click(v.link("Cancel"))
	v.heading("New connector") // nothing was typed: nothing is asked
	v.open("/connectors/new/harness/GitHttp")
	v.click(v.labelled("Name"))
	v.must(v.Keyboard().Type("Half a name"))
	//lint:ignore SA1019 the click must not wait for a navigation that the question holds up
	v.must(v.link("Cancel").Click(playwright.LocatorClickOptions{NoWaitAfter: playwright.Bool(true)}))
	if got := <-asked; got != "beforeunload" {
		t.Errorf("the page asked by %q, want beforeunload", got)
	}
	v.heading("New connector: Git over HTTP")
	v.must(claim(v.labelled("Name")).ToHaveValue("Half a name"))
	v.click(v.link("Cancel"))
	v.heading("New connector")
	if len(asked) > 0 {
		t.Error("the page asked a second time")
	}
}

// A field with a condition is there while the condition holds, with scripts and without.
func TestConditionsShowAndHide(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := use(t, house).visit(t, admin, scripted(scripts))
			conditions := 0
			for _, vendor := range catalog.All() {
				for _, typ := range vendor.Types {
					all := vendor.All(&connector.Draft{Type: typ, Spec: typ.New()})
					for _, f := range all {
						if on, among := f.Condition(all); on != "" {
							conditions++
							v.open("/connectors/new/" + vendor.ID + "/" + typ.Name)
							v.depends(f, fresh(vendor, typ, on), among)
						}
					}
				}
			}
			if conditions == 0 {
				t.Error("no type has a condition")
			}
		})
	}
}

// depends chooses each value in turn: the field is there for those that are among.
func (v *visitor) depends(f, on connector.Field, among []string) {
	v.t.Helper()
	for _, o := range on.Choices {
		v.enter(on, o.Value)
		if slices.Contains(among, o.Value) {
			v.must(claim(v.labelled(f.Label)).ToBeVisible())
		} else {
			v.must(claim(v.labelled(f.Label)).ToBeHidden())
		}
	}
}
