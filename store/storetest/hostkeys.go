package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
)

// NewHostKey gives an accepted host key of a server, in a workspace, that has a number for its fingerprint.
func NewHostKey(workspace, server, number string) connector.TrustedKey {
	return connector.TrustedKey{HostKey: connector.HostKey{Origin: connector.Origin("ssh://" + server), Algorithm: "ssh-ed25519",
		Fingerprint: "SHA256:" + number, Key: "ssh-ed25519 AAAA" + number}, Workspace: workspace, By: "dana", At: Noon}
}

func hostKeys(t *testing.T, b *bench) {
	const code, vault = "code.example.com:22", "vault.example.com:2222"
	before := b.events(t)
	ours, theirs, other := NewHostKey("h1", vault, "1"), NewHostKey("h2", vault, "2"), NewHostKey("h1", code, "3")
	for _, k := range []connector.TrustedKey{ours, theirs, other} {
		must(t, b.TrustHostKey(ctx, k, Event("hostkey.trusted")))
	}
	list := func(workspace, server string, want ...connector.TrustedKey) {
		t.Helper()
		origin := connector.Origin("")
		if server != "" {
			origin = connector.Origin("ssh://" + server)
		}
		got, err := b.HostKeys(ctx, workspace, origin)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("HostKeys(%s, %s) (-want +got):\n%s", workspace, server, diff)
		}
	}
	list("h1", "", other, ours)
	list("h1", vault, ours)
	list("h2", "", theirs)
	list("h2", code)
	list("s1", "")
	// A key takes the place of the one before it, of whatever kind that was.
	renewed := NewHostKey("h1", vault, "4")
	renewed.Algorithm, renewed.By, renewed.At = "ecdsa-sha2-nistp256", "erin", Noon.Add(time.Hour)
	must(t, b.TrustHostKey(ctx, renewed, Event("hostkey.trusted")))
	list("h1", vault, renewed)
	list("h2", vault, theirs)

	wants(t, "TrustHostKey of no workspace", b.TrustHostKey(ctx, NewHostKey("nowhere", vault, "5"), Event("x")), connector.ErrNotFound)
	wants(t, "ForgetHostKey of no server", b.ForgetHostKey(ctx, "h2", other.Origin, Event("x")), connector.ErrNotFound)
	must(t, b.ForgetHostKey(ctx, "h1", ours.Origin, Event("hostkey.forgotten")))
	wants(t, "ForgetHostKey again", b.ForgetHostKey(ctx, "h1", ours.Origin, Event("x")), connector.ErrNotFound)
	list("h1", "", other)
	list("h2", "", theirs)
	if got := b.events(t) - before; got != 5 {
		t.Errorf("four keys trusted and one forgotten wrote %d events, want 5", got)
	}
	// They go with their workspace.
	must(t, b.RemoveWorkspace(ctx, "h2", Event("workspace.removed")))
	list("h2", "")
}

func seenHostKey(t *testing.T, b *bench) {
	b.insert(t, NewGit(1))
	seen := NewHostKey("h1", "git.example.com:22", "1").HostKey
	for id, key := range map[string]*connector.HostKey{"with": &seen, "without": nil} {
		run := connector.Run{ID: id, Connector: "git-000001", State: connector.Running, Began: Noon}
		must(t, b.BeginRun(ctx, run))
		run.State, run.Ended = connector.Done, Noon
		run.Outcome = connector.Outcome{Status: connector.Waiting, Code: "SSH_HOST_KEY_NEW", Text: "A new one.", HostKey: key}
		must(t, b.EndRun(ctx, run, 0, connector.Health{}, connector.Health{}, Event("")))
		got, err := b.Run(ctx, id)
		must(t, err)
		if diff := cmp.Diff(key, got.HostKey); diff != "" {
			t.Errorf("the host key of run %s (-want +got):\n%s", id, diff)
		}
	}
}
