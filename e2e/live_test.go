//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// shop is an Artifactory that answers nobody before it is opened.
type shop struct {
	URL  string
	open func()
}

// shut starts one; it opens with the end of the test at the latest.
func shut(t *testing.T) *shop {
	t.Helper()
	gate := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-gate:
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `[{"key": "libs-release", "type": "LOCAL", "url": "http://shop.test/libs-release", "packageType": "Maven"}]`)
	}))
	open := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(func() { open(); server.Close() })
	return &shop{server.URL + "/artifactory", open}
}

// fillArtifactory fills the form for an anonymous Artifactory in and gives the connector's name.
func (v *visitor) fillArtifactory(address string) (name string) {
	v.t.Helper()
	vendor, kind := catalogued(v.t, "harness", "ArtifactoryAnonymous")
	form := filledIn(vendor, kind, exampleWith(unique()))
	form["url"] = address
	v.open("/connectors/new/" + vendor.ID + "/" + kind.Name)
	v.fillForm(vendor, kind, form)
	return form["name"]
}

// kept makes a connector that asks there.
func (v *visitor) kept(address string) (name string) {
	v.t.Helper()
	name = v.fillArtifactory(address)
	v.click(v.button("Create connector"))
	v.heading(name)
	return name
}

// stepping expects a check on its way that has connected and waits for an answer.
func (v *visitor) stepping() {
	v.t.Helper()
	steps := v.role("list", "Steps of the check")
	v.must(claim(steps).ToContainText("Connect"))
	v.must(claim(steps).ToContainText("waiting for the next step"))
	v.must(claim(v.Locator("#check")).ToHaveAttribute("aria-busy", "true"))
}

// focused expects the focus on a part of the page.
func (v *visitor) focused(l playwright.Locator) {
	v.t.Helper()
	v.must(claim(l).ToBeFocused())
}

// U20, U9, U10: the steps come in while the check runs, the focus stays, a page that is loaded anew goes on where it was, and at the
// end everything on the page that the check has changed is right, and read out.
func TestCheckIsFollowedLive(t *testing.T) {
	t.Parallel()
	there := shut(t)
	v := use(t, dev).visit(t, admin)
	v.kept(there.URL)
	v.must(claim(v.Locator("#recent").GetByText("No check was kept yet.")).ToBeVisible())
	v.click(v.button("Validate"))
	v.stepping()
	v.focused(v.button("Validate"))
	v.clean("a check on its way")
	_, err := v.Reload()
	v.must(err)
	v.stepping()
	v.click(v.button("Validate")) // which joins the check that is on its way
	v.stepping()
	there.open()
	v.must(claim(v.Locator("#check[data-over]")).ToBeVisible())
	v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Healthy")))
	v.must(claim(v.role("list", "Steps of the check")).ToContainText("1 repository"))
	v.must(claim(v.Locator("#check")).Not().ToHaveAttribute("aria-busy", "true"))
	v.must(claim(v.role("list", "Last checks, oldest first").GetByRole("listitem")).ToHaveCount(1))
	v.must(claim(v.Locator("#recent")).ToContainText("1 of 1 healthy"))
	v.must(claim(v.Locator("#proven")).ToContainText("just now"))
	v.must(claim(v.Locator("#announce")).ToHaveText(regexp.MustCompile(`^Healthy\. .*listed 1 repository\.$`)))
	v.focused(v.button("Validate"))
	v.clean("a check that has just ended")
}

// A check is cancelled from the page with the keyboard; nothing is known from it, and the focus has somewhere to be.
func TestCheckIsCancelled(t *testing.T) {
	for _, scripts := range []bool{true, false} {
		t.Run(map[bool]string{true: "with scripts", false: "without"}[scripts], func(t *testing.T) {
			t.Parallel()
			v := use(t, dev).visit(t, admin, scripted(scripts))
			v.kept(shut(t).URL)
			v.click(v.button("Validate"))
			v.stepping()
			v.must(v.button("Cancel check").Focus())
			v.press("Enter")
			v.must(claim(v.Locator("#verdict")).ToContainText("cancelled by admin"))
			v.must(claim(v.link("CANCELLED")).ToBeVisible())
			v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Unverified")))
			v.must(claim(v.role("list", "Last checks, oldest first")).ToContainText("Cancelled"))
			if scripts {
				v.must(claim(v.Locator("#announce")).ToHaveText(regexp.MustCompile(`^Cancelled\. The check was cancelled by admin`)))
				v.focused(v.Locator("#check"))
			}
		})
	}
}

// The run's own page is kept up too.
func TestRunIsFollowedOnItsOwnPage(t *testing.T) {
	t.Parallel()
	there := shut(t)
	v := use(t, dev).visit(t, admin)
	name := v.kept(there.URL)
	v.click(v.button("Validate"))
	v.stepping()
	v.click(v.link("This run"))
	v.heading("Check of " + name)
	v.stepping()
	there.open()
	v.must(claim(v.role("region", "Healthy List the repositories of the Artifactory")).ToContainText("in 6 steps"))
}

// A draft is tested beside its form, with a value that was typed in; nothing of the form is lost, and what was proven is the first check.
func TestDraftIsTestedBesideItsForm(t *testing.T) {
	t.Parallel()
	there := shut(t)
	v := use(t, dev).visit(t, admin)
	v.open("/connectors/new/harness/ArtifactoryAnonymous")
	v.expect(http.StatusUnprocessableEntity)
	v.click(v.button("Test these changes"))
	panel := v.Locator("#check")
	v.must(claim(panel).ToContainText("The test was not begun."))
	v.must(claim(v.Locator("#announce")).ToContainText("The test was not begun."))
	v.clean("a test with problems")
	v.click(panel.GetByRole("link").First())
	v.focused(v.labelled("Artifactory URL"))

	name := v.fillArtifactory(there.URL)
	v.click(v.button("Test these changes"))
	v.stepping()
	v.focused(v.button("Test these changes"))
	v.clean("a draft that is being tested")
	// Tested again, the form is what counts: the panel follows the second test, and the first is over.
	v.fill(v.labelled("Artifactory URL"), "http://127.0.0.1:1/artifactory")
	v.click(v.button("Test these changes"))
	v.must(claim(panel).ToContainText("CONNECT_REFUSED"))
	v.fill(v.labelled("Artifactory URL"), there.URL)
	v.click(v.button("Test these changes"))
	v.stepping()
	v.click(v.button("Cancel test"))
	v.must(claim(panel).ToContainText("cancelled by admin"))
	v.must(claim(v.labelled("Name")).ToHaveValue(name))
	there.open()
	v.click(v.button("Test these changes"))
	v.must(claim(panel).ToContainText("this test is its first check"))
	v.must(claim(v.Locator("#announce")).ToHaveText(regexp.MustCompile(`^Healthy\. `)))
	v.clean("a draft that passed")
	v.click(v.button("Create connector"))
	v.heading(name)
	v.says("Connector “" + name + "” was created. Your test of it is its first check.")
	v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Healthy")))
	v.must(claim(v.Locator("#recent")).ToContainText("1 of 1 healthy"))

	// A change that does not work may be tested, and kept; it then counts as unverified.
	v.click(v.link("Edit"))
	v.fill(v.labelled("Artifactory URL"), "http://127.0.0.1:1/artifactory")
	v.click(v.button("Test these changes"))
	v.must(claim(panel).ToContainText("CONNECT_REFUSED"))
	v.must(claim(panel).ToContainText("it then counts as unverified"))
	v.click(v.button("Save changes"))
	v.heading(name)
	v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Unverified")))
	v.must(claim(v.Locator("#recent")).ToContainText("1 of 1 healthy"))
}

// Without scripts the form comes back with the result and everything but the typed value of the secret; typed again, it is what was proven.
func TestDraftIsTestedWithoutScripts(t *testing.T) {
	t.Parallel()
	there := shut(t)
	there.open()
	v := use(t, dev).visit(t, admin, noScripts)
	const typed = "a value typed for a test"
	v.secrets = []string{typed}
	vendor, kind := catalogued(t, "harness", "Artifactory")
	form := filledIn(vendor, kind, exampleWith(unique()))
	form["url"] = there.URL
	v.open("/connectors/new/" + vendor.ID + "/" + kind.Name)
	v.fillForm(vendor, kind, form)
	v.newValue(fresh(vendor, kind, "password_ref"), typed)
	v.click(v.button("Test these changes"))
	panel := v.Locator("#check")
	v.must(claim(panel).ToContainText("Code"))
	v.must(claim(panel).ToContainText("Type them again before you save."))
	v.keepsSecrets()
	v.must(claim(v.labelled("Name")).ToHaveValue(form["name"]))
	v.must(claim(v.labelled("Artifactory URL")).ToHaveValue(there.URL))
	v.newValue(fresh(vendor, kind, "password_ref"), typed)
	v.click(v.button("Create connector"))
	v.heading(form["name"])
	v.keepsSecrets()
}

// A check that runs is looked at again by a page without scripts, until it is over.
func TestCheckIsFollowedWithoutScripts(t *testing.T) {
	t.Parallel()
	there := shut(t)
	v := use(t, dev).visit(t, admin, noScripts)
	v.kept(there.URL)
	v.click(v.button("Validate"))
	v.stepping()
	there.open()
	v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Healthy")))
	v.must(claim(v.Locator("#recent")).ToContainText("1 of 1 healthy"))
}

// draftTest tests a draft at an address where nobody listens, and gives the run.
func (c *client) draftTest(t *testing.T) string {
	t.Helper()
	vendor, kind := catalogued(t, "harness", "ArtifactoryAnonymous")
	sent := url.Values{"workspace": {"Acme"}}
	for name, value := range filledIn(vendor, kind, exampleWith(unique())) {
		sent.Set(name, value)
	}
	sent.Set("url", "http://127.0.0.1:1/artifactory")
	a, err := c.post("/connectors/new/harness/ArtifactoryAnonymous/test", sent)
	if err != nil {
		t.Fatal(err)
	}
	run := regexp.MustCompile(`data-run="([0-9a-z]+)"`).FindStringSubmatch(a.Body)
	if run == nil {
		t.Fatalf("the test of a draft = %d, and shows no run", a.Status)
	}
	return run[1]
}
