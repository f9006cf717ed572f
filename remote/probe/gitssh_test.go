package probe_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/probe/gittest"
	"patchbay/remote/remotetest"
)

// sshd is a real server for one test.
func sshd(t *testing.T) *gittest.SSH {
	t.Helper()
	server, err := git.SSH()
	if errors.Is(err, gittest.ErrNoSSHD) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("sshd says:\n%s", server.Log())
		}
	})
	return server
}

// withKey asks for the refs with a key that is allowed where the address leads.
func withKey(address, user, key string, accepted ...connector.HostKey) connector.Question {
	to, _ := connector.OriginOf(address)
	return connector.Question{
		Check:    connector.ListRefs{URL: address, User: connector.Plain(user), Key: connector.Kept("ssh_key_ref", "account.key")},
		Secrets:  map[string]connector.Opened{"ssh_key_ref": connector.NewOpened(connector.NewSecret(key), to)},
		HostKeys: accepted,
	}
}

// accepted is what the store keeps once a person has accepted the key.
func accepted(address, key string) connector.HostKey {
	origin, _ := connector.OriginOf(address)
	algorithm, _, _ := strings.Cut(key, " ")
	return connector.HostKey{Origin: origin, Algorithm: algorithm, Fingerprint: "SHA256:of-the-accepted-one", Key: key}
}

const (
	allFive    = "Resolve ok, Connect ok, SSH ok, Authenticate ok, Use ok"
	atSSH      = "Resolve ok, Connect ok, SSH failed, Authenticate skipped, Use skipped"
	atIdentity = "Resolve ok, Connect ok, SSH ok, Authenticate failed, Use skipped"
	atUse      = "Resolve ok, Connect ok, SSH ok, Authenticate ok, Use failed"
)

func TestARealSSHServer(t *testing.T) {
	d := sshd(t)
	at := func(path string) string { return d.URL(git.Root, path) }
	private := at(gittest.Private)
	pin := accepted(private, d.HostKeys[0])
	tests := []struct {
		name   string
		q      connector.Question
		status connector.Status
		code   string
		steps  string
		shows  string
	}{
		{"the right key", withKey(private, d.User, d.Key, pin), connector.Healthy, "GIT_REFS_LISTED", allFive, "3 refs, HEAD is refs/heads/main"},
		{"a repository without refs", withKey(at(gittest.Empty), d.User, d.Key, pin), connector.Healthy, "GIT_REFS_LISTED", allFive, "0 refs"},
		{"a name that a shell would act on", withKey(at(gittest.Quoted), d.User, d.Key, pin), connector.Healthy, "GIT_REFS_LISTED", allFive, "3 refs"},
		{"a host key that nobody accepted", withKey(private, d.User, d.Key), connector.Waiting, "SSH_HOST_KEY_NEW", atSSH, "it shows ssh-ed25519 SHA256:"},
		{"a host key that was accepted for another port", withKey(private, d.User, d.Key, accepted("ssh://git@127.0.0.1:22/x", d.HostKeys[0])),
			connector.Waiting, "SSH_HOST_KEY_NEW", atSSH, "it shows"},
		{"another host key than the accepted one", withKey(private, d.User, d.Key, accepted(private, "ssh-ed25519 AAAAelse")),
			connector.Failing, "SSH_HOST_KEY_CHANGED", atSSH, "accepted was ssh-ed25519 SHA256:of-the-accepted-one"},
		{"the other key of the same server was accepted", withKey(private, d.User, d.Key, accepted(private, d.HostKeys[1])),
			connector.Healthy, "GIT_REFS_LISTED", allFive, "host key ecdsa-sha2-nistp256 SHA256:"},
		{"a key that the server does not know", withKey(private, d.User, d.Stranger, pin), connector.Failing, "SSH_KEY_REFUSED", atIdentity, "ssh-ed25519 SHA256:"},
		{"a user that the server does not know", withKey(private, "nobody-here", d.Key, pin), connector.Failing, "SSH_KEY_REFUSED", atIdentity, "ssh-ed25519 SHA256:"},
		{"a missing repository", withKey(at(gittest.Missing), d.User, d.Key, pin), connector.Failing, "GIT_NOT_FOUND", atUse, "does not appear to be a git repository"},
		{"an account that only greets", withKey(private, d.User, d.Greeted, pin), connector.Failing, "SSH_NO_GIT", atUse, "successfully authenticated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := loopback(10*time.Second).Ask(t.Context(), tt.q)
			want(t, got, tt.status, tt.code)
			if states(got) != tt.steps {
				t.Errorf("steps = %s, want %s", states(got), tt.steps)
			}
			shown := strings.Join(evidence(got), "\n")
			if !strings.Contains(shown, tt.shows) {
				t.Errorf("evidence = %q, want it to show %q", shown, tt.shows)
			}
			for _, line := range strings.Split(d.Key+d.Stranger, "\n") {
				if len(line) > 20 && !strings.HasPrefix(line, "-----") && strings.Contains(shown+got.Text+got.Cause+got.Next, line) {
					t.Errorf("the outcome shows a part of the private key: %s %s", got.Text, shown)
				}
			}
			if got.HostKey == nil || !strings.Contains(d.HostKeys[0]+d.HostKeys[1], got.HostKey.Key) || !strings.HasPrefix(got.HostKey.Fingerprint, "SHA256:") ||
				string(got.HostKey.Origin) != "ssh://"+d.Address {
				t.Errorf("HostKey = %+v, want the one that the server showed", got.HostKey)
			}
		})
	}
	for _, where := range []string{".", git.Root} {
		if _, err := os.Stat(filepath.Join(where, "pwned")); err == nil {
			t.Error("a repository's name was acted on by a shell")
		}
	}
}

func TestAnAcceptedKeyIsTheOneThatWasShown(t *testing.T) {
	d := sshd(t)
	address := d.URL(git.Root, gittest.Private)
	first := loopback(10*time.Second).Ask(t.Context(), withKey(address, d.User, d.Key))
	want(t, first, connector.Waiting, "SSH_HOST_KEY_NEW")
	if !strings.Contains(first.Text, first.HostKey.Fingerprint) {
		t.Errorf("Text = %q, want the fingerprint %s in it", first.Text, first.HostKey.Fingerprint)
	}
	want(t, loopback(10*time.Second).Ask(t.Context(), withKey(address, d.User, d.Key, *first.HostKey)), connector.Healthy, "GIT_REFS_LISTED")
}

// TestAnAccountIsTestedThroughItsRepository asks as a connector for many repositories does, over both ways to Git.
func TestAnAccountIsTestedThroughItsRepository(t *testing.T) {
	d := sshd(t)
	account := harness.Git{URL: d.URL(git.Root, "/acme/"), Reach: "Account", ValidationRepo: "app.git"}
	over := func(account harness.Git) connector.Question {
		check := (&harness.GitSSH{Git: account, SSHKeyRef: "account.key"}).Check()
		q := withKey(account.URL, d.User, d.Key, accepted(account.URL, d.HostKeys[0]))
		q.Check = check
		return q
	}
	want(t, loopback(10*time.Second).Ask(t.Context(), over(account)), connector.Healthy, "GIT_REFS_LISTED")
	missing := account
	missing.ValidationRepo = "missing.git"
	want(t, loopback(10*time.Second).Ask(t.Context(), over(missing)), connector.Failing, "GIT_NOT_FOUND")
	none := account
	none.ValidationRepo = ""
	want(t, loopback(10*time.Second).Ask(t.Context(), over(none)), connector.Unverified, "NOTHING_TO_ASK")

	http := withPassword(git.At("/acme"), user, password)
	http.Check = (&harness.GitHTTP{Git: harness.Git{URL: git.At("/acme"), Reach: "Account", ValidationRepo: "app.git"}, Username: user, PasswordRef: "account.pw"}).Check()
	want(t, loopback(10*time.Second).Ask(t.Context(), http), connector.Healthy, "GIT_REFS_LISTED")
	http.Check = (&harness.GitHTTP{Git: harness.Git{URL: git.At("/acme"), Reach: "Account", ValidationRepo: "missing.git"}, Username: user, PasswordRef: "account.pw"}).Check()
	want(t, loopback(10*time.Second).Ask(t.Context(), http), connector.Failing, "GIT_NOT_FOUND")
}

func TestTheWayToAnSSHServer(t *testing.T) {
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Resolver: remotetest.Resolver(remotetest.Names(nil))}), nil)
	p.Deadline = 5 * time.Second
	for address, code := range map[string]string{
		"ssh://git@127.0.0.1:1/acme/app.git":     "CONNECT_REFUSED",
		"ssh://git@nowhere.invalid/acme/app.git": "DNS_NOT_FOUND",
		"git@nowhere.invalid:acme/app.git":       "DNS_NOT_FOUND",
		"ssh://git@169.254.169.254/acme/app.git": "ADDRESS_NOT_ALLOWED",
		"git@10.1.2.3:acme/app.git":              "ADDRESS_NOT_ALLOWED",
		"ssh://git@git.example.com":              "ADDRESS_UNCLEAR",
		"ssh://git@git.example.com/":             "ADDRESS_UNCLEAR",
		"git@git.example.com:-oProxyCommand=x":   "ADDRESS_UNCLEAR",
		"ssh://git@git.example.com/%0a":          "ADDRESS_UNCLEAR",
		"ssh://git@git.example.com?x/app.git":    "ADDRESS_UNCLEAR",
		"ssh://git.example.com:22:23/app.git":    "ADDRESS_UNCLEAR",
	} {
		got := p.Ask(t.Context(), withKey(address, "git", "no key at all"))
		want(t, got, connector.Failing, code)
		if strings.HasPrefix(code, "ADDRESS_U") && !strings.Contains(got.Next, "ssh://") && !strings.Contains(got.Next, "https://") {
			t.Errorf("%s: Next = %q, want how to write it", address, got.Next)
		}
	}
}
