//go:build e2e

package e2e

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"patchbay/remote/probe/gittest"
)

// A server that nobody knows yet shows its key; a person compares it, trusts it, and the connector turns green. Forgotten, it is asked
// for again. The server is OpenSSH's own.
func TestGitOverSSH(t *testing.T) {
	server, err := gittest.New(gitUser, gitPassword)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, withScripts := range []bool{true, false} {
		name := map[bool]string{true: "with scripts", false: "without scripts"}[withScripts]
		t.Run(name, func(t *testing.T) {
			sshd, err := server.SSH()
			if errors.Is(err, gittest.ErrNoSSHD) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := sshd.Close(); err != nil {
					t.Error(err)
				}
			})
			known, _, _, _, err := ssh.ParseAuthorizedKey([]byte(sshd.HostKeys[0]))
			if err != nil {
				t.Fatal(err)
			}
			fingerprint, origin := ssh.FingerprintSHA256(known), "ssh://"+sshd.Address
			v := use(t, dev).visit(t, admin, scripted(withScripts))
			v.secrets = []string{strings.Split(sshd.Key, "\n")[2]}
			connector := v.createSSH(sshd.URL(server.Root, gittest.Private), sshd.Key)
			v.click(v.button("Validate"))
			v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Waiting")))
			v.must(claim(v.link("SSH_HOST_KEY_NEW")).ToBeVisible())
			region := v.role("region", "Is this the server that you mean?")
			v.must(claim(region).ToContainText(fingerprint))
			v.must(claim(region).ToContainText(origin))
			if withScripts { // which the look at the page needs
				v.clean("the question about a host key")
			}
			v.keepsSecrets()

			v.click(v.button("Trust this key"))
			v.must(claim(v.Locator("[data-flash] p")).ToContainText("The host key of " + origin + " is trusted"))
			v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Healthy")))
			v.must(claim(v.link("GIT_REFS_LISTED")).ToBeVisible())
			v.must(claim(v.button("Trust this key")).ToHaveCount(0))
			v.keepsSecrets()

			v.open("/workspaces")
			v.click(v.link("Host keys of Acme").First())
			v.heading("Host keys of Acme")
			row := v.GetByRole("row").Filter(hasText(origin))
			v.must(claim(row).ToContainText(fingerprint))
			v.must(claim(row).ToContainText("by " + admin))
			v.click(v.button("Forget the host key of " + origin))
			v.must(claim(v.Locator("[data-flash] p")).ToContainText("is forgotten"))
			v.must(claim(v.GetByRole("row").Filter(hasText(origin))).ToHaveCount(0))

			v.open(connector)
			v.click(v.button("Validate"))
			v.must(claim(v.Locator("#check-name")).ToHaveText(regexp.MustCompile("^Waiting")))
		})
	}
}

// createSSH makes a connector to a Git server over SSH, its key as a new secret, and gives its path.
func (v *visitor) createSSH(address, key string) (path string) {
	v.t.Helper()
	vendor, kind := catalogued(v.t, "harness", "GitSsh")
	form := filledIn(vendor, kind, exampleWith(unique()))
	form["url"] = address
	v.open("/connectors/new/" + vendor.ID + "/" + kind.Name)
	v.fillForm(vendor, kind, form)
	v.newValue(fresh(vendor, kind, "ssh_key_ref"), key)
	v.click(v.button("Create connector"))
	v.heading(form["name"])
	return v.path()
}
