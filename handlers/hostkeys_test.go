package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"patchbay/connector"
	"patchbay/connector/harness"
)

// sshServer is the other side of checks over SSH: it shows a host key, and lets those in who trust it.
type sshServer struct {
	mu  sync.Mutex
	key connector.HostKey
}

func (s *sshServer) shows(word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = connector.HostKey{Origin: "ssh://git.example.com:22", Algorithm: "ssh-ed25519", Fingerprint: "SHA256:" + word, Key: "ssh-ed25519 AAAA" + word}
}

func (s *sshServer) Ask(_ context.Context, q connector.Question) connector.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.key
	out := connector.Outcome{Status: connector.Waiting, Code: "SSH_HOST_KEY_NEW", Text: "The server showed a new key.", Next: "Compare it.", HostKey: &key}
	for _, k := range q.HostKeys {
		out.Status, out.Code, out.Text = connector.Failing, "SSH_HOST_KEY_CHANGED", "The server showed another key."
		if k == key {
			out.Status, out.Code, out.Text = connector.Healthy, "GIT_REFS_LISTED", "The server listed the refs."
		}
	}
	return out
}

// overSSH keeps a connector to a Git server over SSH.
func (c *console) overSSH(t *testing.T) connector.Connector {
	t.Helper()
	name := c.unique("ssh")
	return c.admit(t, connector.Draft{Type: kind(t, "harness", "GitSsh"), Workspace: c.workspaces["harness"], Name: name, Identifier: name,
		Spec:       &harness.GitSSH{Git: harness.Git{URL: "git@git.example.com:acme/app.git", Reach: "Repo"}, SSHKeyRef: "account." + name},
		NewSecrets: map[string]connector.Secret{"ssh_key_ref": connector.NewSecret("-----BEGIN PRIVATE KEY-----\ncnry-5e1f\n-----END PRIVATE KEY-----")}})
}

func TestAHostKeyIsComparedTrustedAndForgotten(t *testing.T) {
	server := &sshServer{}
	server.shows("first")
	c := opened(t, setting{asker: server})
	one := c.overSSH(t)
	path, list := "/connectors/"+one.ID, "/workspaces/"+c.workspaces["harness"]+"/host-keys"
	shows := func(v *visitor, path string, wants ...string) {
		t.Helper()
		a := v.get(path)
		if a.Code != http.StatusOK {
			t.Fatalf("GET %s = %d", path, a.Code)
		}
		for _, want := range wants {
			text, not := strings.CutPrefix(want, "not ")
			if strings.Contains(a.Body.String(), text) == not {
				t.Errorf("GET %s: %q is there: %v", path, text, !not)
			}
		}
		if strings.Contains(a.Body.String(), "cnry-5e1f") {
			t.Errorf("GET %s shows the private key", path)
		}
	}
	editor, viewer := c.in(t, "editor"), c.in(t, "viewer")
	shows(viewer, list, "No host keys yet")
	shows(viewer, "/workspaces", `href="`+list+`"`, "not "+c.workspaces["jitterbit"]+"/host-keys")
	shows(editor, path, "not Trust this key")

	run := c.run(t, one.ID)
	shows(editor, path, "Waiting", "Is this the server that you mean?", "SHA256:first", "ssh-keyscan -t ed25519 -p 22 git.example.com", "/etc/ssh/ssh_host_ed25519_key.pub",
		`action="`+path+`/host-key"`, `name="fingerprint" value="SHA256:first"`, "Trust this key")
	shows(viewer, path, "SHA256:first", "An editor has to trust the key", "not "+path+"/host-key")
	shows(c.in(t, "tester"), path, "not "+path+"/host-key")
	shows(editor, path+"/runs/"+run.ID, "not Trust this key") // an old run is no place to decide

	// Another fingerprint than the one that is kept with the run trusts nothing, whatever else comes along.
	if a := editor.post(path+"/host-key", "fingerprint", "SHA256:thief", "key", "ssh-ed25519 AAAAthief"); a.Code != http.StatusSeeOther {
		t.Fatalf("POST with another fingerprint = %d", a.Code)
	}
	shows(editor, path, "has shown another key since, so nothing was trusted")
	shows(viewer, list, "No host keys yet")

	if a := editor.post(path+"/host-key", "fingerprint", "SHA256:first"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != path+"#check" {
		t.Fatalf("POST = %d to %q", a.Code, a.Header().Get("Location"))
	}
	shows(editor, path, "The host key of ssh://git.example.com:22 is trusted", "Healthy", "not Trust this key")
	shows(viewer, list, "ssh://git.example.com:22", "SHA256:first", "ssh-ed25519", "by editor", "not Forget")

	server.shows("second")
	c.run(t, one.ID)
	shows(editor, path, "Failing", "shows another host key than before", "SHA256:second", "Trust the new key")
	if a := editor.post(path+"/host-key", "fingerprint", "SHA256:first"); a.Code != http.StatusSeeOther {
		t.Fatalf("POST of the old fingerprint = %d", a.Code)
	}
	shows(viewer, list, "SHA256:first", "not SHA256:second")
	editor.post(path+"/host-key", "fingerprint", "SHA256:second")
	shows(editor, path, "Healthy")
	shows(editor, list, "SHA256:second", "not SHA256:first", "Forget the host key of ssh://git.example.com:22")

	if a := editor.post(list+"/forget", "origin", "ssh://git.example.com:22"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != list {
		t.Fatalf("forget = %d to %q", a.Code, a.Header().Get("Location"))
	}
	shows(editor, list, "is forgotten", "No host keys yet")
	c.run(t, one.ID)
	shows(editor, path, "Waiting", "Trust this key")
	if a := editor.get("/workspaces/nothing-has-this-id/host-keys"); a.Code != http.StatusNotFound {
		t.Errorf("GET for an unknown workspace = %d, want 404", a.Code)
	}
}
