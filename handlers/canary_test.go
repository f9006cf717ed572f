package handlers_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
)

// canaries are values that must come to light nowhere, each by the way it came in.
type canaries map[string]string

// new makes a value that is nowhere else. What it is wrapped into changes nothing: its letters and digits survive every quoting.
func (k canaries) new(came string) string {
	value := "cnry" + rand.Text()
	k[came] = value
	return value
}

// forms are the ways in which a value may be written down: as it is, quoted for HTML or a URL, in hexadecimal, and in base64 at each of
// the three places where a group of letters can begin.
func forms(value string) []string {
	out := []string{value, html.EscapeString(value), templ.EscapeString(value), url.QueryEscape(value), strings.ToLower(hex.EncodeToString([]byte(value))), strings.ToUpper(hex.EncodeToString([]byte(value)))}
	for shift := range 3 {
		packed := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + value))
		// The letters at both ends depend on what stands beside the value.
		packed = packed[(shift*8+5)/6 : (shift+len(value))*8/6]
		out = append(out, packed, strings.NewReplacer("+", "-", "/", "_").Replace(packed))
	}
	return out
}

// seen lists the canaries that a text has in any form.
func (k canaries) seen(text string) []string {
	var out []string
	for came, value := range k {
		for _, form := range forms(value) {
			if strings.Contains(text, form) {
				out = append(out, came)
				break
			}
		}
	}
	return out
}

func TestACanaryIsSeenInEveryForm(t *testing.T) {
	k := canaries{}
	value := k.new("here")
	for name, text := range map[string]string{
		"plain": "a" + value + "b", "hex": fmt.Sprintf("%x", "..."+value+"..."), "HEX": fmt.Sprintf("%X", value),
		"base64": base64.StdEncoding.EncodeToString([]byte(value)), "base64 after one": base64.StdEncoding.EncodeToString([]byte("{" + value + "}")),
		"base64 after two": base64.RawURLEncoding.EncodeToString([]byte("a:" + value + ":b")),
	} {
		if len(k.seen(text)) != 1 {
			t.Errorf("the search does not see the value as %s in %s", name, text)
		}
	}
	if got := k.seen("cnry" + strings.ToLower(value[4:])); len(got) != 0 {
		t.Errorf("seen() of another text = %v", got)
	}
}

// wrapped puts a value into what a secret of the kind has to look like.
func wrapped(kind connector.SecretKind, value string) string {
	switch kind {
	case connector.SecretFile, connector.SecretSSHKey:
		return "-----BEGIN PRIVATE KEY-----\n" + value + "\n-----END PRIVATE KEY-----"
	case connector.SecretOAuth:
		return `{"ClientId": "patchbay", "ClientSecret": "` + value + `"}`
	}
	return value
}

var shownOnce = regexp.MustCompile(`id="new-secret">([^<]+)<`)

// TestNoSecretComesToLight is proof S3 for the pages: a value of its own goes in at every place that takes a secret, and is searched for
// in every answer, in the log, in the audit log and in every file of the data directory.
func TestNoSecretComesToLight(t *testing.T) {
	c := opened(t, setting{})
	k := canaries{}
	v := c.in(t, "admin")
	answers := map[string]string{}
	keep := func(what string, code int, want int, body string) {
		t.Helper()
		if code != want {
			t.Errorf("%s = %d, want %d: %.300s", what, code, want, body)
		}
		answers[what] = body
	}
	post := func(what string, want int, path string, fields ...string) string {
		t.Helper()
		a := v.post(path, fields...)
		keep(what, a.Code, want, a.Body.String())
		return a.Body.String()
	}

	// The secrets of a workspace: kept, replaced, and refused.
	for _, kind := range connector.SecretKinds {
		of, name := connector.SecretKind(kind.Value), "named_"+kind.Value
		post("keep "+kind.Value, 303, "/secrets", "workspace", c.workspaces["harness"], "scope", "account", "name", name, "kind", kind.Value, "value", wrapped(of, k.new("secret "+kind.Value)))
		post("keep "+kind.Value+" twice", 422, "/secrets", "workspace", c.workspaces["harness"], "name", name, "kind", kind.Value, "value", wrapped(of, k.new("taken "+kind.Value)))
		post("keep "+kind.Value+" without a name", 422, "/secrets", "workspace", c.workspaces["harness"], "kind", kind.Value, "value", wrapped(of, k.new("refused "+kind.Value)))
		found, err := c.reg.Secrets(t.Context(), root, c.workspaces["harness"], name)
		if err != nil || len(found) != 1 {
			t.Fatalf("Secrets(%s) = %v, %v", name, found, err)
		}
		post("replace "+kind.Value, 303, "/secrets/"+found[0].ID+"/replace", "version", "1", "value", wrapped(of, k.new("replaced "+kind.Value)))
		post("replace "+kind.Value+" late", 409, "/secrets/"+found[0].ID+"/replace", "version", "1", "value", wrapped(of, k.new("late "+kind.Value)))
	}
	// Every field of every type that names a secret: refused, and made with the connector.
	for _, vendor := range catalog.All() {
		for _, kind := range vendor.Types {
			c.walkType(t, k, vendor, kind, post)
		}
	}
	// Passwords, right and wrong.
	post("add a user", 303, "/users", "username", "dana", "role", "viewer", "password", k.new("password of a new user"))
	post("add a user badly", 422, "/users", "username", "da na", "role", "viewer", "password", k.new("password of a refused user"))
	dana, _, err := c.store.UserNamed(t.Context(), "dana")
	if err != nil {
		t.Fatal(err)
	}
	post("set a password", 303, "/users/"+dana.ID+"/password", "password", k.new("password set by an admin"))
	post("own password, wrong", 422, "/account/password", "current", k.new("wrong current password"), "password", k.new("refused new password"))
	a := c.nobody().post("/login", "username", "admin", "password", k.new("wrong password at the sign-in"))
	keep("sign in badly", a.Code, 422, a.Body.String())
	viewer := c.in(t, "viewer")
	k["cookie of a session"] = viewer.cookie.Value
	a = viewer.post("/account/password", "current", password, "password", k.new("own new password"))
	keep("own password", a.Code, 303, a.Body.String())
	k["cookie of a renewed session"] = viewer.cookie.Value
	// What programs come in with is handed out once, and kept as a hash or sealed.
	for vendor, workspace := range c.workspaces {
		m, err := c.reg.Mint(t.Context(), root, workspace, "canary", access.Editor)
		if err != nil {
			t.Fatalf("Mint(%s) = %v", vendor, err)
		}
		for _, secret := range []connector.Secret{m.APIKey, m.SecretAccessKey, m.Password} {
			if !secret.Empty() {
				k["credential of "+vendor] = secret.Reveal()
			}
		}
	}
	// A pair that is asked for, and one of the registrations' own.
	registrations, err := c.reg.List(t.Context(), root, connector.Query{Vendor: "jitterbit"})
	if err != nil || len(registrations.Connectors) == 0 {
		t.Fatalf("List() = %v, %v, want a registration", registrations, err)
	}
	post("a pair", 200, "/connectors/"+registrations.Connectors[0].ID+"/pair", "key", "x", "secret", k.new("secret of a pair"))
	if len(k) < 40 {
		t.Errorf("%d canaries are out, want at least 40", len(k))
	}

	c.run(t, registrations.Connectors[0].ID)
	c.walk(t, answers)
	c.searched(t, k, answers)
}

// walkType fills in the form of a type, first badly and then well, with a value for every secret that it names.
func (c *console) walkType(t *testing.T, k canaries, vendor *connector.Vendor, kind connector.Type, post func(string, int, string, ...string) string) {
	t.Helper()
	name := c.unique("Canary ")
	d := connector.Draft{Type: kind, Spec: kind.New()}
	fields := []string{"workspace", c.workspaces[vendor.ID], "execute_on_delegate", "true"}
	for _, f := range vendor.All(&d) {
		switch {
		case f.Given:
		case f.Name == "name":
			fields = append(fields, "name", name)
		case f.Name == "identifier", f.Name == "org", f.Name == "project":
		case f.Kind == connector.KindRef:
			came := vendor.ID + " " + kind.Name + " " + f.Name
			ref := "account." + strings.ToLower(kind.Name+"_"+f.Name)
			if vendor.ID == "securityhub" {
				ref = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:Canary-AbCdEf"
			}
			fields = append(fields, f.Name, ref, f.Name+".value", k.new(came))
		case f.Required || f.Name == "description":
			fields = append(fields, f.Name, f.Example)
		}
	}
	path := "/connectors/new/" + vendor.ID + "/" + kind.Name
	bad := append([]string{}, fields...)
	for i := range bad {
		if bad[i] == name {
			bad[i] = "" // no name
		}
	}
	post("create "+kind.Name+" badly", 422, path, bad...)
	if vendor.ID != "jitterbit" {
		post("create "+kind.Name, 303, path, fields...)
		return
	}
	// The one page that shows a secret, once.
	page := c.in(t, "admin").post(path, fields...)
	shown := shownOnce.FindStringSubmatch(page.Body.String())
	if page.Code != http.StatusOK || shown == nil || !strings.Contains(page.Header().Get("Cache-Control"), "no-store") {
		t.Fatalf("registering = %d, want the page with the secret, kept by nobody", page.Code)
	}
	k["secret of a registration"] = shown[1]
}

// walk asks for every page that there is, as an admin and as a viewer.
func (c *console) walk(t *testing.T, answers map[string]string) {
	t.Helper()
	page, err := c.reg.List(t.Context(), root, connector.Query{Size: 200})
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := c.reg.Secrets(t.Context(), root, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, actor := range []access.Role{access.Admin, access.Viewer} {
		v := c.in(t, string(actor))
		get := func(path string) {
			for how, headers := range map[string][]string{"": nil, " (part)": {"HX-Request", "true"}} {
				a := v.get(path, headers...)
				if a.Code >= 500 {
					t.Errorf("GET %s = %d", path, a.Code)
				}
				answers[string(actor)+" GET "+path+how] = a.Body.String()
			}
		}
		for _, r := range c.routes {
			if r.Method == http.MethodGet && !strings.Contains(r.Path, ":id") {
				get(c.path(t, r.Path))
			}
		}
		for _, one := range page.Connectors {
			for _, below := range []string{"", "/edit", "/delete", "/history"} {
				get("/connectors/" + one.ID + below)
			}
			runs, err := c.reg.History(t.Context(), root, one.ID, 5)
			if err != nil {
				t.Fatal(err)
			}
			for _, run := range runs {
				get("/connectors/" + one.ID + "/runs/" + run.ID)
			}
		}
		for _, s := range secrets {
			get("/secrets/" + s.ID)
		}
	}
	if len(answers) < 200 {
		t.Errorf("%d answers, want all pages of all things", len(answers))
	}
}

// searched looks for every canary in every answer, in the logs and in the files.
func (c *console) searched(t *testing.T, k canaries, answers map[string]string) {
	t.Helper()
	events, err := c.reg.Events(t.Context(), root, access.EventQuery{Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]string{"the log": c.log.String(), "the audit log": fmt.Sprintf("%+v", events)}
	for what, body := range answers {
		places["the answer to "+what] = body
	}
	files, err := filepath.Glob(filepath.Join(c.dir, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files of the data directory = %v, %v, want database, log and key", files, err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		places["file "+filepath.Base(name)] = string(content)
	}
	for where, text := range places {
		for _, came := range k.seen(text) {
			t.Errorf("%s has the %s", where, came)
		}
	}
	// The control switched off: what is kept without a seal is found by the same search.
	plain := canaries{}
	one := c.git(t)
	d := one.Draft(kind(t, "harness", "ArtifactoryAnonymous"))
	d.Description = plain.new("description")
	if _, err := c.reg.Change(t.Context(), root, one.ID, 1, d); err != nil {
		t.Fatal(err)
	}
	found := plain.seen(c.in(t, "viewer").get("/connectors/" + one.ID).Body.String())
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, plain.seen(string(content))...)
	}
	if len(found) < 2 {
		t.Errorf("a value without a seal was found in %d places, want the page and the database: the search sees nothing", len(found))
	}
}
