package rehearsal_test

import (
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
)

// TestGitOverSSHIsPlayedAsDescribed asks the hosts the way serve --dev does.
func TestGitOverSSHIsPlayedAsDescribed(t *testing.T) {
	there, err := rehearsal.New("ci", "right-password", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := there.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, ConnectTo: there.Routes()}), nil)
	ask := func(address, user, key string, pins ...connector.HostKey) connector.Outcome {
		origin, _ := connector.OriginOf(address)
		return p.Ask(t.Context(), connector.Question{
			Check:    connector.ListRefs{URL: address, User: connector.Plain(user), Key: connector.Kept("ssh_key_ref", "account.key")},
			Secrets:  map[string]connector.Opened{"ssh_key_ref": connector.NewOpened(connector.NewSecret(key), origin)},
			HostKeys: pins,
		})
	}
	want := func(got connector.Outcome, code string) connector.HostKey {
		t.Helper()
		if got.Code != code {
			t.Errorf("Ask() = %s %q, want %s", got.Code, got.Text, code)
		}
		if got.HostKey == nil {
			return connector.HostKey{}
		}
		return *got.HostKey
	}
	for _, host := range []string{"git.example.test", "code.example.test", "rebuilt.example.test"} {
		at := "git@" + host + ":acme/checkout.git"
		pin := want(ask(at, "git", there.DeployKey), "SSH_HOST_KEY_NEW")
		want(ask(at, "git", there.DeployKey, pin), "GIT_REFS_LISTED")
		want(ask("ssh://git@"+host+"/retail/infra.git", "git", there.DeployKey, pin), "GIT_REFS_LISTED")
		want(ask("git@"+host+":acme/missing.git", "git", there.DeployKey, pin), "GIT_NOT_FOUND")
		want(ask(at, "ann", there.DeployKey, pin), "SSH_NO_GIT")
		want(ask(at, "git", "no key", pin), "SSH_KEY_UNREADABLE")
		if err := there.Rebuild(); err != nil {
			t.Fatal(err)
		}
		after := "GIT_REFS_LISTED"
		if host == "rebuilt.example.test" {
			after = "SSH_HOST_KEY_CHANGED"
		}
		want(ask(at, "git", there.DeployKey, pin), after)
	}
	want(ask("git@old.example.test:acme/checkout.git", "git", there.DeployKey), "SSH_NO_COMMON_ALGORITHM")
}
