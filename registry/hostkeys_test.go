package registry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/harness"
)

const (
	gitHost = connector.Origin("ssh://git.example.com:22")
	overSSH = "git@git.example.com:acme/app.git"
)

// hostKeyVerbs are the verbs about host keys.
var hostKeyVerbs = []verb{
	{"HostKeys", access.View, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.HostKeys(t.Context(), a, id)
		return err
	}},
	{"TrustHostKey", access.Edit, aStranger, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.TrustHostKey(t.Context(), a, id, "SHA256:one")
		return err
	}},
	{"ForgetHostKey", access.Edit, aTrusting, func(t *testing.T, h *house, a access.Actor, id string) error {
		_, err := h.ForgetHostKey(t.Context(), a, id, gitHost)
		return err
	}},
}

// aStranger gives a connector whose server showed the key "one" that nobody accepted.
func aStranger(t *testing.T, h *house, workspace string) string {
	t.Helper()
	c := h.kept(t, h.ssh(workspace, overSSH))
	h.met(t, c.ID, "SSH_HOST_KEY_NEW", keyOf(gitHost, "one"))
	return c.ID
}

// aTrusting gives a workspace in which that key was accepted.
func aTrusting(t *testing.T, h *house, workspace string) string {
	t.Helper()
	h.trusts(t, aStranger(t, h, workspace), "SHA256:one")
	return workspace
}

// ssh is a draft of a connector to a Git server over SSH, with a key of its own.
func (h *house) ssh(workspace, url string) connector.Draft {
	name := h.unique("ssh")
	return connector.Draft{Type: kind("harness", "GitSsh"), Workspace: workspace, Name: name, Identifier: name,
		Spec:       &harness.GitSSH{Git: harness.Git{URL: url, Reach: "Repo"}, SSHKeyRef: "account." + name},
		NewSecrets: map[string]connector.Secret{"ssh_key_ref": connector.NewSecret("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----")}}
}

func keyOf(origin connector.Origin, word string) *connector.HostKey {
	return &connector.HostKey{Origin: origin, Algorithm: "ssh-ed25519", Fingerprint: "SHA256:" + word, Key: "ssh-ed25519 AAAA" + word}
}

// met checks a connector whose server shows a key, and gives the host keys that came with the question.
func (h *house) met(t *testing.T, id, code string, key *connector.HostKey) []connector.HostKey {
	t.Helper()
	var with []connector.HostKey
	h.other.will(func(_ context.Context, q connector.Question) connector.Outcome {
		with = q.HostKeys
		status := map[string]connector.Status{"SSH_HOST_KEY_NEW": connector.Waiting, "GIT_REFS_LISTED": connector.Healthy}[code]
		if status == "" {
			status = connector.Failing
		}
		return connector.Outcome{Status: status, Code: code, Text: "The server was asked.", HostKey: key}
	})
	h.checked(t, id)
	h.other.will(nil)
	return with
}

func (h *house) trusts(t *testing.T, id, fingerprint string) connector.TrustedKey {
	t.Helper()
	k, err := h.TrustHostKey(t.Context(), editor, id, fingerprint)
	if err != nil {
		t.Fatalf("TrustHostKey(%s) = %v", fingerprint, err)
	}
	return k
}

func fingerprints(keys []connector.HostKey) (out []string) {
	for _, k := range keys {
		out = append(out, string(k.Origin)+" "+k.Fingerprint)
	}
	return out
}

func TestAnAcceptedHostKeyGoesWithTheQuestionsOfItsWorkspaceAndServer(t *testing.T) {
	h := opened(t)
	id := h.kept(t, h.ssh(h.acme, overSSH)).ID
	if with := h.met(t, id, "SSH_HOST_KEY_NEW", keyOf(gitHost, "one")); len(with) != 0 {
		t.Fatalf("the first question came with %v, want no host key", with)
	}
	if got := h.now(t, id).Health.Status; got != connector.Waiting {
		t.Errorf("status = %s, want waiting for a person", got)
	}
	k := h.trusts(t, id, "SHA256:one")
	if k.Key != "ssh-ed25519 AAAAone" || k.By != "edda" || !k.At.Equal(noon) || k.Workspace != h.acme || k.Origin != gitHost {
		t.Errorf("TrustHostKey() = %+v, want the key of the run, by edda", k)
	}
	others := map[string]string{
		"the same server from another connector":   h.kept(t, h.ssh(h.acme, "ssh://deploy@git.example.com/other.git")).ID,
		"the same server from another workspace":   h.kept(t, h.ssh(h.rival, overSSH)).ID,
		"another port of the same host":            h.kept(t, h.ssh(h.acme, "ssh://git@git.example.com:2222/acme/app.git")).ID,
		"a host whose name only begins like it":    h.kept(t, h.ssh(h.acme, "git@git.example.com.evil.example:acme/app.git")).ID,
		"the same host over HTTP":                  h.kept(t, h.git(h.acme)).ID,
		"the connector whose key was accepted, as": id,
	}
	for what, other := range others {
		var want []string
		if strings.HasPrefix(what, "the same server from another connector") || strings.HasSuffix(what, ", as") {
			want = []string{"ssh://git.example.com:22 SHA256:one"}
		}
		if got := fingerprints(h.met(t, other, "GIT_REFS_LISTED", nil)); !slices.Equal(got, want) {
			t.Errorf("the question to %s came with %v, want %v", what, got, want)
		}
	}
	listed, err := h.HostKeys(t.Context(), viewer, h.acme)
	if err != nil || len(listed) != 1 || listed[0] != k {
		t.Errorf("HostKeys() = %+v, %v, want the one", listed, err)
	}
	if listed, err := h.HostKeys(t.Context(), viewer, h.rival); err != nil || len(listed) != 0 {
		t.Errorf("HostKeys() of another workspace = %+v, %v, want none", listed, err)
	}
	ev := h.events(t, "hostkey.trusted")
	if len(ev) != 1 || ev[0].Actor != "user:edda" || ev[0].Object != "hostkey:ssh://git.example.com:22" || ev[0].Workspace != h.acme || ev[0].Detail != "ssh-ed25519 SHA256:one" {
		t.Errorf("events = %+v, want who trusted what where", ev)
	}
}

func TestOnlyTheKeyThatWasShownCanBeTrusted(t *testing.T) {
	h := opened(t)
	id := aStranger(t, h, h.acme)
	refused := func(what, fingerprint, says string) {
		t.Helper()
		_, err := h.TrustHostKey(t.Context(), admin, id, fingerprint)
		var p connector.Problems
		if !errors.As(err, &p) || !strings.Contains(p.Error(), says) {
			t.Errorf("TrustHostKey() of %s = %v, want a problem with %q", what, err, says)
		}
	}
	for _, other := range []string{"", "SHA256:two", "sha256:one", "one", "SHA256:one ", "ssh-ed25519 AAAAone"} {
		refused("the fingerprint "+other, other, "another key since")
	}
	h.met(t, id, "SSH_HOST_KEY_NEW", keyOf(gitHost, "two"))
	refused("the key of an older run", "SHA256:one", "another key since")
	h.met(t, id, "TIMEOUT", nil)
	refused("a key though the newest run ended otherwise", "SHA256:two", "No key waits")
	h.met(t, id, "GIT_REFS_LISTED", keyOf(gitHost, "two"))
	refused("a key that is trusted already", "SHA256:two", "No key waits")
	h.met(t, id, "SSH_HOST_KEY_NEW", nil)
	refused("a key that no run has", "", "No key waits")

	h.met(t, id, "SSH_HOST_KEY_NEW", keyOf(gitHost, "two"))
	moved := h.now(t, id).Draft(kind("harness", "GitSsh"))
	spec := *moved.Spec.(*harness.GitSSH)
	spec.URL = "git@elsewhere.example.com:acme/app.git"
	moved.Spec = &spec
	if _, err := h.Change(t.Context(), admin, id, 1, moved); err != nil {
		t.Fatalf("Change() = %v", err)
	}
	refused("the key of the server before the move", "SHA256:two", "another server now")

	if got, err := h.HostKeys(t.Context(), admin, h.acme); err != nil || len(got) != 0 || len(h.events(t, "hostkey.trusted")) != 0 {
		t.Errorf("after refusals HostKeys() = %v, %v, want none and no event", got, err)
	}
	if _, err := h.Retire(t.Context(), admin, id, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := h.TrustHostKey(t.Context(), admin, id, "SHA256:two"); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("TrustHostKey() for one in the trash = %v, want not found", err)
	}
}

func TestAChangedHostKeyTakesTheOldOnesPlace(t *testing.T) {
	h := opened(t)
	id := aStranger(t, h, h.acme)
	h.trusts(t, id, "SHA256:one")
	renewed := keyOf(gitHost, "two")
	renewed.Algorithm = "ecdsa-sha2-nistp256"
	h.met(t, id, "SSH_HOST_KEY_CHANGED", renewed)
	if got := h.now(t, id).Health.Status; got != connector.Failing {
		t.Errorf("status = %s, want failing", got)
	}
	if got := fingerprints(h.met(t, id, "SSH_HOST_KEY_CHANGED", renewed)); !slices.Equal(got, []string{"ssh://git.example.com:22 SHA256:one"}) {
		t.Errorf("before it is trusted the question came with %v", got)
	}
	h.trusts(t, id, "SHA256:two")
	if got := fingerprints(h.met(t, id, "GIT_REFS_LISTED", renewed)); !slices.Equal(got, []string{"ssh://git.example.com:22 SHA256:two"}) {
		t.Errorf("once it is trusted the question came with %v, want the new one alone", got)
	}
	if ev := h.events(t, "hostkey.trusted")[0]; ev.Detail != "ecdsa-sha2-nistp256 SHA256:two, in place of ssh-ed25519 SHA256:one" {
		t.Errorf("event = %+v, want both keys", ev)
	}
}

func TestAForgottenHostKeyIsAskedForAgain(t *testing.T) {
	h := opened(t)
	id := aStranger(t, h, h.acme)
	h.trusts(t, id, "SHA256:one")
	h.trusts(t, aStranger(t, h, h.rival), "SHA256:one")
	for _, origin := range []connector.Origin{"", "ssh://git.example.com:2222", "git.example.com"} {
		if _, err := h.ForgetHostKey(t.Context(), editor, h.acme, origin); !errors.Is(err, connector.ErrNotFound) {
			t.Errorf("ForgetHostKey(%q) = %v, want not found", origin, err)
		}
	}
	if gone, err := h.ForgetHostKey(t.Context(), editor, h.acme, gitHost); err != nil || gone.Fingerprint != "SHA256:one" {
		t.Fatalf("ForgetHostKey() = %+v, %v", gone, err)
	}
	if with := h.met(t, id, "SSH_HOST_KEY_NEW", keyOf(gitHost, "one")); len(with) != 0 {
		t.Errorf("the next question came with %v, want none", with)
	}
	if got, err := h.HostKeys(t.Context(), admin, h.rival); err != nil || len(got) != 1 {
		t.Errorf("the other workspace has %v, %v, want its key still", got, err)
	}
	if ev := h.events(t, "hostkey.forgotten"); len(ev) != 1 || ev[0].Detail != "ssh-ed25519 SHA256:one" || ev[0].Workspace != h.acme {
		t.Errorf("events = %+v, want the one that was forgotten", ev)
	}
}

func TestWithoutItsHostKeysNobodyIsAsked(t *testing.T) {
	h := opened(t)
	id := aStranger(t, h, h.acme)
	asked := h.other.times()
	exec(t, h.store.Dir(), `ALTER TABLE host_keys RENAME TO host_keys_away`)
	if run := h.checked(t, id); run.Code != "STORE_UNREADABLE" || run.Status != connector.Unverified {
		t.Errorf("run = %+v, want that the store cannot be read", run.Outcome)
	}
	if h.other.times() != asked {
		t.Error("the server was asked though nobody knows which keys were accepted")
	}
}
