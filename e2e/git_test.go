//go:build e2e

package e2e

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"patchbay/remote/probe/gittest"
)

// The user of the Git server.
const (
	gitUser     = "svc-checkout"
	gitPassword = "correct horse battery staple"
)

// A real Git server is asked: green is only what was proven, and each failure says what it is.
func TestGitChecks(t *testing.T) {
	server, err := gittest.New(gitUser, gitPassword)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, one := range []struct {
		name, path, password string
		verdict, code        string
	}{
		{"the right password is green", gittest.Private, gitPassword, "Healthy", "GIT_REFS_LISTED"},
		{"a wrong password is red", gittest.Private, "wrong", "Failing", "GIT_AUTH_REFUSED"},
		{"a missing repository is red", gittest.Missing, gitPassword, "Failing", "GIT_NOT_FOUND"},
		{"a host that never answers is red", gittest.Silent, gitPassword, "Failing", "TIMEOUT"},
		{"what everybody may read proves no password", gittest.Public, gitPassword, "Degraded", "GIT_ANONYMOUS"},
	} {
		for _, typ := range []string{"GitHttp", "GitHttpEncrypted"} {
			t.Run(one.name+"/"+typ, func(t *testing.T) {
				t.Parallel()
				// Both types are asked alike, so one is walked with scripts and the other without.
				v := use(t, dev).visit(t, admin, scripted(typ == "GitHttp"))
				v.secrets = []string{gitPassword}
				v.createGit(typ, server.At(one.path), one.password)
				v.click(v.button("Validate"))
				v.must(claim(v.Locator("#check[data-over]")).ToBeVisible())
				v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^" + one.verdict)))
				v.must(claim(v.link(one.code)).ToBeVisible())
				steps := v.GetByRole("list").Filter(hasText("Authenticate"))
				v.must(claim(steps).ToContainText("Connect"))
				v.keepsSecrets()
				v.must(claim(v.role("list", "Last checks, oldest first").GetByRole("listitem")).ToHaveCount(1))
			})
		}
	}
}

// createGit makes a connector for the address, its user and password as new secrets where the type has them as such.
func (v *visitor) createGit(typ, address, secret string) (name string) {
	v.t.Helper()
	vendor, kind := catalogued(v.t, "harness", typ)
	word := unique()
	form := filledIn(vendor, kind, exampleWith(word))
	form["url"] = address
	values := map[string]string{"password_ref": secret}
	if _, clear := form["username"]; clear {
		form["username"] = gitUser
	} else {
		values["username_ref"] = gitUser
	}
	v.open("/connectors/new/" + vendor.ID + "/" + typ)
	v.fillForm(vendor, kind, form)
	for field, value := range values {
		v.newValue(fresh(vendor, kind, field), value)
	}
	v.click(v.button("Create connector"))
	v.heading(form["name"])
	return form["name"]
}

// A wrong password is put right on the page of the secret, and the connector turns green; a changed address is asked for
// nothing until somebody validates again.
func TestGitCheckTurnsGreen(t *testing.T) {
	t.Parallel()
	server, err := gittest.New(gitUser, gitPassword)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	v := use(t, dev).visit(t, admin)
	v.secrets = []string{gitPassword}
	name := v.createGit("GitHttp", server.At(gittest.Private), "wrong")
	v.click(v.button("Validate"))
	v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Failing")))
	v.click(v.role("region", "Facts").GetByRole("link"))
	v.fill(v.labelled("New value"), gitPassword)
	v.click(v.button("Replace value"))
	v.must(claim(v.Locator("[data-flash] p")).ToContainText("has a new value. Validate the connectors that use it."))
	v.keepsSecrets()
	v.click(v.link(name))
	v.heading(name)
	v.click(v.button("Validate"))
	v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Healthy")))
	v.click(v.link("Edit"))
	v.fill(v.labelled("Repository URL"), strings.Replace(server.At(gittest.Private), "app.git", "empty.git", 1))
	v.click(v.button("Save changes"))
	v.heading(name)
	v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Unverified")))
	v.open("/connectors?q=" + url.QueryEscape(name))
	v.must(claim(v.role("region", "Results")).ToContainText("Unverified"))
}
