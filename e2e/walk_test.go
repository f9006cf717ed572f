//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"patchbay/connector"
)

// Each type is walked through its whole life by somebody who only knows the words on the pages.
func TestEveryTypeLivesAndReturns(t *testing.T) {
	eachType(t, func(t *testing.T, vendor *connector.Vendor, typ connector.Type) {
		for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := &walk{visitor: use(t, house).visit(t, admin, scripted(scripts)), vendor: vendor, typ: typ, scripts: scripts, word: unique()}
				w.create()
				w.find()
				w.validate()
				w.edit()
				w.deleteAndUndo()
				w.deleteAndTakeBack()
			})
		}
	})
}

// walk is one type's way through the pages.
type walk struct {
	*visitor
	vendor  *connector.Vendor
	typ     connector.Type
	scripts bool
	word    string
	name    string
}

// create fills the form in with the examples. With scripts the secrets come with the connector, without they are added first.
func (w *walk) create() {
	form := filledIn(w.vendor, w.typ, exampleWith(w.word))
	w.name = form["name"]
	canary := "canary-" + w.word + "-4fd1c0"
	if !w.scripts {
		for _, f := range w.typ.New().Fields() {
			if f.Kind == connector.KindRef {
				w.addSecret(form[f.Name], canary)
			}
		}
	}
	w.open("/")
	w.click(w.link("New connector").First())
	w.heading("New connector")
	w.click(w.GetByRole("link").Filter(playwright.LocatorFilterOptions{Has: w.GetByText(w.typ.Name, playwright.PageGetByTextOptions{Exact: playwright.Bool(true)})}))
	w.heading("New connector: " + w.typ.Title)
	w.fillForm(w.vendor, w.typ, form)
	if w.scripts {
		for _, f := range w.typ.New().Fields() {
			if f.Kind == connector.KindRef {
				w.newValue(f, canary)
			}
		}
	}
	w.click(w.button("Create connector"))
	w.secrets = append(w.secrets, canary)
	if w.typ.Name == "Registration" {
		w.registered()
		return
	}
	w.heading(w.name)
	w.says("Connector “" + w.name + "” was created. Validate it to see whether it works.")
}

// addSecret adds one on the page for secrets.
func (w *walk) addSecret(ref, value string) {
	w.t.Helper()
	scope, name, wrong := w.vendor.Resolve(connector.Scope{}, ref)
	if wrong != "" {
		w.t.Fatalf("Resolve(%q) says the reference %s", ref, wrong)
	}
	w.open("/secrets?workspace=" + w.console.workspaces[w.vendor.ID])
	add := w.GetByRole("region", playwright.PageGetByRoleOptions{Name: "Add a secret"})
	w.fill(add.GetByLabel("Scope"), scope.String())
	w.fill(add.GetByLabel("Name"), name)
	w.fill(add.GetByLabel("Value"), value)
	w.click(w.button("Add secret"))
	w.says("Secret " + name + " is sealed.")
}

// registered reads the secret from the one page that shows it, and from then on no page may.
func (w *walk) registered() {
	w.heading(w.name + " is registered")
	secret, err := w.Locator("#new-secret").TextContent()
	w.must(err)
	if !connector.IsUUID(secret) {
		w.t.Errorf("the page shows the secret %q, want a UUID", secret)
	}
	manifest, err := w.Locator("#manifest-lines").TextContent()
	w.must(err)
	if !strings.Contains(strings.NewReplacer("\r\n ", "", "\n ", "").Replace(manifest), secret) {
		w.t.Errorf("the manifest has no secret:\n%s", manifest)
	}
	w.secrets = append(w.secrets, secret)
	w.click(w.link("Go to the connector"))
	w.heading(w.name)
	w.open("/audit")
	w.open("/secrets")
	w.open("/reference/" + w.vendor.ID + "/" + w.typ.Name)
}

// find looks for the connector in the list and opens it.
func (w *walk) find() {
	w.click(w.GetByRole("navigation", playwright.PageGetByRoleOptions{Name: "Main"}).GetByRole("link", playwright.LocatorGetByRoleOptions{Name: regexp.MustCompile("^Connectors")}))
	w.heading("Connectors")
	w.fill(w.role("searchbox", "Search connectors"), w.word)
	if !w.scripts {
		w.click(w.button("Apply"))
	}
	results := w.role("region", "Results")
	w.must(claim(results.GetByText("1 connector shown.")).ToBeVisible())
	w.must(claim(results.GetByRole("row").Filter(hasText(w.name))).ToHaveCount(1))
	w.keepsSecrets()
	w.click(w.link(w.name))
	w.heading(w.name)
}

// validate asks, and waits for the verdict: green only where something was proven.
func (w *walk) validate() {
	w.click(w.button("Validate"))
	w.must(claim(w.Locator("#check[data-over]")).ToBeVisible())
	w.must(claim(w.Locator("#verdict")).ToContainText("Code"))
	w.must(claim(w.Locator("#check .foot")).ToContainText("asked by " + admin))
	verdict := w.Locator("#check-name")
	w.must(claim(verdict).ToHaveText(regexp.MustCompile(w.expected())))
	w.keepsSecrets()
}

// expected is what a check can find out about an example: only a registry of our own can say yes.
func (w *walk) expected() string {
	spec := w.typ.New()
	if s, ok := spec.(connector.Starting); ok {
		if status, _ := s.Start(); status == connector.Waiting {
			return "^Waiting"
		}
	}
	if _, ours := spec.Check().(connector.HarmonyPair); ours {
		return "^Healthy"
	}
	return "^(Failing|Unverified)"
}

// edit changes the description.
func (w *walk) edit() {
	changed := "Changed by " + w.word + "."
	w.click(w.link("Edit"))
	w.heading("Edit " + w.name)
	w.fill(w.labelled("Description"), changed)
	w.click(w.button("Save changes"))
	w.heading(w.name)
	w.says("Connector “" + w.name + "” was saved.")
	w.must(claim(w.GetByRole("main").GetByText(changed, playwright.LocatorGetByTextOptions{Exact: playwright.Bool(true)})).ToBeVisible())
}

// delete goes through the page that asks, and lands in the list.
func (w *walk) delete() {
	w.click(w.link("Delete"))
	w.heading("Delete " + w.name + "?")
	w.click(w.button("Delete connector"))
	w.heading("Connectors")
	w.says("Connector “" + w.name + "” is in the trash.")
	w.must(claim(w.link(w.name)).ToHaveCount(0))
}

func (w *walk) deleteAndUndo() {
	w.delete()
	w.click(w.button("Undo"))
	w.heading(w.name)
	w.says("Connector “" + w.name + "” is back.")
}

func (w *walk) deleteAndTakeBack() {
	w.delete()
	w.click(w.GetByRole("main").GetByRole("link", playwright.LocatorGetByRoleOptions{Name: "Trash", Exact: playwright.Bool(true)}))
	w.heading("Trash")
	w.click(w.link(w.name))
	w.heading(w.name + " is in the trash")
	w.open("/trash")
	w.click(w.button("Take it back: " + w.name))
	w.heading(w.name)
	w.says("Connector “" + w.name + "” is back.")
}
