package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/remote"
	"patchbay/remote/remotetest"
)

// thief is a program whose every address leads to one of two taps: the first is where the secrets may go, on its own port, under one name.
type thief struct {
	*whole
	good, other *remotetest.Tap
	key         string // SSH private key
	secrets     []string
}

const boundHost = "git.example.test"

func newThief(t *testing.T) *thief {
	t.Helper()
	authority, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h := &thief{good: remotetest.NewTap(t, authority), other: remotetest.NewTap(t, authority)}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	h.key = string(pem.EncodeToMemory(block))
	h.secrets = []string{h.key, ssh.FingerprintSHA256(signer.PublicKey())}
	clouds := map[string]string{}
	for _, host := range []string{"login.microsoftonline.com", "login.microsoftonline.us", "management.azure.com", "management.usgovcloudapi.net"} {
		clouds[host+":443"] = "127.0.0.1" + h.good.Port
	}
	h.whole = newWhole(t, remote.Config{AllowLoopback: true, Roots: authority.Pool, ConnectTo: clouds, Resolver: remotetest.Resolver(func(string) []string { return []string{"127.0.0.1"} })})
	return h
}

// came gives what arrived at the taps since it was last asked, and the form of a secret that is in it.
func (h *thief) came() (text, form string) {
	text = h.good.Taken() + h.other.Taken()
	return text, remotetest.Found(text, h.secrets...)
}

// own is the address at which a type may use its secrets, and the other addresses.
func (h *thief) own(a asking) (address string, others []string) {
	switch a.kind {
	case "GitSsh":
		return "ssh://git@" + boundHost + h.good.Port + "/acme/app.git", remotetest.ElsewhereBySSH(boundHost, h.good.Port, h.other.Port)
	case "ServiceNow":
		all := remotetest.Elsewhere("https", boundHost, h.good.Port, h.other.Port, "")
		return "https://" + boundHost + h.good.Port, slices.DeleteFunc(all, func(at string) bool { return at == boundHost+h.good.Port }) // which is the very instance
	}
	path := map[string]string{"url": "/acme/app.git", "controller_url": "/controller/"}[a.field]
	return "http://" + boundHost + h.good.Port + path, remotetest.Elsewhere("http", boundHost, h.good.Port, h.other.Port, path)
}

// kept keeps a connector whose secrets may go to its own address, and proves that they do.
func (h *thief) kept(t *testing.T, a asking) (connector.Connector, connector.Draft) {
	t.Helper()
	own, _ := h.own(a)
	typed := "canary/" + a.kind + "+1"
	if a.kind == "GitSsh" {
		typed = h.key
	}
	d := h.draft(t, a, own, typed)
	for _, v := range d.NewSecrets {
		h.secrets = append(h.secrets, v.Reveal())
	}
	h.secrets = append(h.secrets, typed)
	c, err := h.Admit(t.Context(), asAdmin, d)
	if err != nil {
		t.Fatalf("Admit(%s) = %v", a.kind, err)
	}
	h.check(t, c.ID)
	if run, _ := h.last(t, c.ID); run.HostKey != nil { // over SSH a person accepts the key of the server first
		if _, err := h.TrustHostKey(t.Context(), asAdmin, c.ID, run.HostKey.Fingerprint); err != nil {
			t.Fatal(err)
		}
		h.check(t, c.ID)
	}
	if run, _ := h.last(t, c.ID); run.Status != connector.Healthy {
		t.Fatalf("%s at its own address is %s %s %q", a.kind, run.Status, run.Code, run.Text)
	}
	if text, form := h.came(); form == "" {
		t.Fatalf("%s at its own address sent no secret: %q", a.kind, text)
	}
	d.NewSecrets = nil
	return c, d
}

// check asks for a connector and waits for the end.
func (h *thief) check(t *testing.T, id string) connector.Run {
	t.Helper()
	run, err := h.Check(t.Context(), asAdmin, id)
	if err != nil {
		t.Fatal(err)
	}
	h.Wait(t.Context(), run.ID)
	run, _ = h.last(t, id)
	return run
}

// at is a draft with another address.
func (a asking) at(d connector.Draft, address string) connector.Draft {
	spec := d.Type.New()
	values := map[string][]string{}
	for _, f := range d.Spec.Fields() {
		if f.Kind != connector.KindFlag {
			values[f.Name] = []string{f.Value()}
		}
	}
	values[a.field] = []string{address}
	connector.Bind(spec.Fields(), values)
	d.Spec = spec
	return d
}

// TestNoStoredSecretGoesElsewhere is proof S2 through the registry, for each type that has a secret and an address: by a draft that names a stored
// secret, by a change of somebody who may not keep secrets, and by a connector whose address was changed behind the program's back.
func TestNoStoredSecretGoesElsewhere(t *testing.T) {
	h := newThief(t)
	viewer, tester, editor := h.person(t, "vera", access.Viewer), h.person(t, "tess", access.Tester), h.person(t, "edda", access.Editor)
	testerKey, err := h.Mint(t.Context(), asAdmin, h.spaces["harness"].ID, "tests", access.Tester)
	if err != nil {
		t.Fatal(err)
	}
	drafts, altered, changes, types := 0, 0, 0, 0
	for _, a := range askings {
		if kind, _ := catalog.All().Type(a.vendor, a.kind); len(h.draft(t, a, "https://x.example.test/", "").Spec.Check().Sends()) == 0 {
			t.Logf("%s has no secret", kind.Name)
			continue
		}
		types++
		t.Run(a.kind, func(t *testing.T) {
			c, d := h.kept(t, a)
			own, others := h.own(a)
			others = some(others, types)
			for i, at := range others {
				moved := a.at(d, at)
				// A test of an editor, as a new connector and as a change of this very one.
				if code := h.tested(t, editor, moved); code != "" && code != "SECRET_NOT_ALLOWED_HERE" && code != "ADDRESS_UNCLEAR" {
					t.Errorf("the test of %q = %s", at, code)
				}
				drafts++
				if i%2 == 0 && a.kind != "ServiceNow" { // whose instance cannot be changed at all
					if page := h.send(editor, http.MethodPost, "/connectors/"+c.ID+"/edit/test", form(moved, "revision", "1")); page.Code == http.StatusOK && !strings.Contains(page.Body.String(), "SECRET_NOT_ALLOWED_HERE") && !strings.Contains(page.Body.String(), "ADDRESS_UNCLEAR") {
						t.Errorf("the test of a change to %q = %d without SECRET_NOT_ALLOWED_HERE", at, page.Code)
					}
					drafts++
				}
				// Who may validate and not keep secrets changes nothing, by no door.
				if i%8 == 0 {
					for name, cookie := range map[string]*http.Cookie{"a viewer": viewer, "a tester": tester, "nobody": nil} {
						if page := h.send(cookie, http.MethodPost, "/connectors/"+c.ID+"/edit", form(moved, "revision", "1")); page.Code != http.StatusForbidden && page.Code != http.StatusSeeOther {
							t.Errorf("a change by %s = %d", name, page.Code)
						}
						if page := h.send(cookie, http.MethodPost, "/connectors/new/"+a.vendor+"/"+a.kind+"/test", form(moved)); page.Code == http.StatusOK {
							t.Errorf("a test of a draft by %s = %d", name, page.Code)
						}
						changes += 2
					}
					if a.vendor == "harness" {
						body := h.harness(http.MethodGet, "/v1/connectors/"+c.Identifier, "").Body.String()
						var one struct{ Connector json.RawMessage }
						if err := json.Unmarshal([]byte(body), &one); err != nil {
							t.Fatalf("%v in %s", err, body)
						}
						put := strings.ReplaceAll(string(one.Connector), quoted(own), quoted(at))
						answer := h.send(nil, http.MethodPut, "/api/harness/v1/connectors/"+c.Identifier, `{"connector":`+put+`}`, "x-api-key", testerKey.APIKey.Reveal(),
							"Harness-Account", h.spaces["harness"].Account, "Content-Type", "application/json")
						if answer.Code < 400 {
							t.Errorf("PUT by a tester's key = %d %s", answer.Code, answer.Body)
						}
						if a.field == "url" { // a caller of a test names another repository
							h.harness(http.MethodPost, "/ng/api/connectors/testGitRepoConnection/"+c.Identifier+"?accountIdentifier="+h.spaces["harness"].Account+"&repoURL="+url.QueryEscape(at), "")
						}
						changes += 2
					}
				}
				if text, form := h.came(); form != "" {
					t.Errorf("%q got %q: %q", at, form, text)
				}
			}
			if now, err := h.Connector(t.Context(), asAdmin, c.ID); err != nil || now.Version != 1 {
				t.Errorf("the connector was changed %d times, %v", now.Version-1, err)
			}
			// Whatever is in the row, a secret stays where it was allowed to go.
			for _, at := range others {
				h.behind(t, `UPDATE connectors SET spec = json_set(spec, '$.'||$1, $2) WHERE id = $3`, a.field, at, c.ID)
				run := h.check(t, c.ID)
				altered++
				if text, form := h.came(); form != "" || run.Status == connector.Healthy || run.Status == connector.Degraded {
					t.Errorf("a row with %q is %s %s and sent %q: %q", at, run.Status, run.Code, form, text)
				}
			}
			// The control switched off: whoever may keep secrets saves another address, and says so that the secret may go there.
			leaks := 0
			for _, at := range others {
				moved := a.at(d, at)
				moved.Name, moved.Identifier = h.unique("moved"), h.unique("moved")
				made, err := h.Admit(t.Context(), asAdmin, moved)
				var refused connector.Problems
				if errors.As(err, &refused) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if run := h.check(t, made.ID); run.HostKey != nil && run.Status == connector.Waiting {
					if _, err := h.TrustHostKey(t.Context(), asAdmin, made.ID, run.HostKey.Fingerprint); err == nil {
						h.check(t, made.ID)
					}
				}
				if _, form := h.came(); form != "" {
					leaks++
				}
				if leaks == 5 {
					break
				}
			}
			if leaks < 5 {
				t.Errorf("saved by who may the secret arrives at %d other addresses, want at least 5, or the test could not fail", leaks)
			}
		})
	}
	if types < 8 || drafts < 84 || altered < 84 {
		t.Errorf("%d types, %d drafts, %d changed rows: too few", types, drafts, altered)
	}
	t.Logf("%d types: %d tests of drafts, %d tries by who may not, %d rows changed behind the program's back", types, drafts, changes, altered)
}

// quoted is a text as JSON has it, without its quotation marks.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return ""
	}
	return strings.Trim(string(b), `"`)
}
