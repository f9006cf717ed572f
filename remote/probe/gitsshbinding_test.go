package probe_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/probe/gittest"
	"patchbay/remote/remotetest"
)

// TestNothingIsSentBeforeTheHostKeyIsAccepted counts what a server is asked for before and after a person has accepted its key.
func TestNothingIsSentBeforeTheHostKeyIsAccepted(t *testing.T) {
	host, _ := pair(t)
	other, _ := pair(t)
	_, key := pair(t)
	var names, offers atomic.Int64
	server := play(t, gittest.Play{Run: gittest.Says(listOfOne+"0000", "", 0), Config: letting(host, func(c *ssh.ServerConfig) {
		c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
			offers.Add(1)
			return &ssh.Permissions{}, nil
		}
		c.AuthLogCallback = func(ssh.ConnMetadata, string, error) { names.Add(1) }
	})})
	address := "ssh://git@" + server.Address + "/acme/app.git"
	for name, pins := range map[string][]connector.HostKey{
		"no key accepted":                     nil,
		"another key accepted":                {accepted(address, line(other.PublicKey()))},
		"the key accepted for another server": {accepted("ssh://git@git.example.com/x", line(host.PublicKey()))},
		"only the fingerprint accepted": {{Origin: connector.Origin("ssh://" + server.Address), Algorithm: "ssh-ed25519",
			Fingerprint: ssh.FingerprintSHA256(host.PublicKey())}},
	} {
		got := loopback(5*time.Second).Ask(t.Context(), withKey(address, "git", key, pins...))
		if got.Status != connector.Waiting && got.Status != connector.Failing || !strings.HasPrefix(got.Code, "SSH_HOST_KEY_") || states(got) != atSSH {
			t.Errorf("%s: Ask() = %s %s, steps = %s", name, got.Status, got.Code, states(got))
		}
	}
	if names.Load() != 0 || offers.Load() != 0 || len(server.Commands()) != 0 {
		t.Fatalf("the server was told %d names, %d keys and %v, want nothing", names.Load(), offers.Load(), server.Commands())
	}
	// With the key accepted the same check signs in, so the counters do count.
	want(t, loopback(5*time.Second).Ask(t.Context(), withKey(address, "git", key, accepted(address, line(host.PublicKey())))), connector.Healthy, "GIT_REFS_LISTED")
	if names.Load() == 0 || offers.Load() == 0 || len(server.Commands()) != 1 {
		t.Errorf("the server was told %d names, %d keys and %v, want the whole of it", names.Load(), offers.Load(), server.Commands())
	}
}

// TestAnSSHKeyGoesOnlyWhereItMay is the origin binding of secrets, over SSH.
func TestAnSSHKeyGoesOnlyWhereItMay(t *testing.T) {
	host, _ := pair(t)
	_, key := pair(t)
	var offers atomic.Int64
	server := play(t, gittest.Play{Run: gittest.Says(listOfOne+"0000", "", 0), Config: letting(host, func(c *ssh.ServerConfig) {
		c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
			offers.Add(1)
			return &ssh.Permissions{}, nil
		}
	})})
	address := "ssh://git@" + server.Address + "/acme/app.git"
	here := connector.Origin("ssh://" + server.Address)
	ask := func(at string, allowed ...connector.Origin) connector.Outcome {
		q := withKey(at, "git", key, accepted(at, line(host.PublicKey())))
		q.Secrets["ssh_key_ref"] = connector.NewOpened(connector.NewSecret(key), allowed...)
		return loopback(2*time.Second).Ask(t.Context(), q)
	}
	port := server.Address[strings.LastIndex(server.Address, ":"):]
	for _, allowed := range []connector.Origin{"", "ssh://git.example.com:22", "https://127.0.0.1" + connector.Origin(port), "http://127.0.0.1" + connector.Origin(port), "ssh://127.0.0.1:22",
		"SSH://127.0.0.1" + connector.Origin(port), here + "/", "ssh://git@127.0.0.1" + connector.Origin(port), "ssh://localhost" + connector.Origin(port)} {
		got := ask(address, allowed)
		want(t, got, connector.Failing, "SECRET_NOT_ALLOWED_HERE")
		if states(got) != atIdentity || !strings.Contains(got.Text, string(here)) {
			t.Errorf("allowed at %q: %q, steps = %s", allowed, got.Text, states(got))
		}
	}
	// Addresses that look like the allowed one and are another place, or none.
	for _, at := range []string{"ssh://git@localhost" + port + "/x", "ssh://git@127.0.0.1." + port + "/x", "ssh://git@[::1]" + port + "/x", "ssh://a@b@127.0.0.1" + port + "/x", "ssh://git@127.1" + port + "/x",
		"ssh://git@0x7f.0.0.1" + port + "/x", "ssh://git@127.0.0.1" + port + "0/x", "git@127.0.0.1:" + port[1:] + "/x", "git@127.0.0.1" + port + ":x", "ssh:git@127.0.0.1" + port + "/x"} {
		if got := ask(at, here); got.Status == connector.Healthy || got.Status == connector.Degraded {
			t.Errorf("Ask(%q) = %s %s", at, got.Status, got.Code)
		}
	}
	missing := withKey(address, "git", key, accepted(address, line(host.PublicKey())))
	delete(missing.Secrets, "ssh_key_ref")
	want(t, loopback(2*time.Second).Ask(t.Context(), missing), connector.Failing, "SECRET_MISSING")
	if offers.Load() != 0 {
		t.Fatalf("the key was offered %d times, want never", offers.Load())
	}
	// With the control off, by allowing the origin, it is.
	want(t, ask(address, here), connector.Healthy, "GIT_REFS_LISTED")
	if offers.Load() == 0 {
		t.Error("the server saw no key at all: the test could not fail")
	}
}

func TestTheSSRFCorpusOverSSH(t *testing.T) {
	sink := remotetest.NewSink(t, http.NotFoundHandler())
	p := probe.New(remote.New(remote.Config{Resolver: remotetest.Resolver(remotetest.Names(remotetest.HostileNames))}), nil)
	tried := 0
	for _, address := range remotetest.HostileURLs(sink.Addr.Port()) {
		_, rest, ok := strings.Cut(address, "://")
		if !ok {
			continue
		}
		tried++
		if got := p.Ask(t.Context(), withKey("ssh://"+rest, "git", "x")); got.Status != connector.Failing {
			t.Errorf("Ask(%q) = %s %s", "ssh://"+rest, got.Status, got.Text)
		}
	}
	if sink.Connections() != 0 || tried < 100 {
		t.Errorf("the sink saw %d connections of %d tries, want none of more than 100", sink.Connections(), tried)
	}
	// The sink is there: a probe that may reach it does.
	want(t, loopback(5*time.Second).Ask(t.Context(), withKey("ssh://git@"+sink.Addr.String()+"/x", "git", "x")), connector.Failing, "SSH_NOT_SSH")
	if sink.Connections() == 0 {
		t.Error("the sink saw nobody at all: the test could not fail")
	}
}
