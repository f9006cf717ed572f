package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"patchbay/connector/catalog"
	"patchbay/remote/rehearsal"
)

func TestAFirstStartPrintsASetUpCodeThatWorks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p, base := serving(t, nil, "--data", dir)
	code := p.out.after(t, "good for 30 minutes: ", p.ended)
	if len(code) != 19 || strings.Count(code, "-") != 3 || strings.Contains(p.err.String(), code) {
		t.Errorf("the code is %q, want four groups, and not in the log", code)
	}
	b := browser(t)
	a, err := b.PostForm(base+"/setup", url.Values{"code": {code}, "username": {"root"}, "password": {"correct horse"}})
	if err != nil || a.StatusCode != http.StatusSeeOther {
		t.Fatalf("POST /setup = %v, %v", a, err)
	}
	a.Body.Close()
	if signIn(t, b, base, "root", "correct horse") == nil {
		t.Error("the first admin cannot sign in")
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data directory is %v, %v, want it closed to others", info.Mode(), err)
	}
	if got := p.end(); got != fine {
		t.Errorf("the server ended with %d: %s", got, p.err)
	}
	again, _ := serving(t, nil, "--data", dir)
	if strings.Contains(again.out.String(), "good for 30 minutes") {
		t.Error("a start with users prints a set-up code")
	}
}

func TestAnUnattendedStartMakesTheAdmin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, base := serving(t, nil, "--data", filepath.Join(t.TempDir(), "data"), "--admin-user", "root", "--admin-password-file", file, "--base-url", "https://console.test/")
	if base != "https://console.test" || strings.Contains(p.out.String(), "good for 30 minutes") {
		t.Errorf("the server is at %q and says %q, want the base URL and no code", base, p.out)
	}
	if code, _, err := ran(t, "", "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"), "--admin-user", "root",
		"--admin-password-file", file+".none"); code != failed || !strings.Contains(err, "read the first admin's password") {
		t.Errorf("serve with a file that is not there = %d, %q", code, err)
	}
}

func TestTheServerIsHealthyAndStopsInOrder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p, base := serving(t, nil, "--data", dir)
	host := strings.TrimPrefix(base, "http://")
	if code, out, err := ran(t, "", "healthcheck", "--listen", host); code != fine || out != "ready\n" {
		t.Errorf("healthcheck = %d, %q, %q, want ready", code, out, err)
	}
	// Another server on the directory, or on the port, is refused; administration beside it is not.
	if code, _, err := ran(t, "", "serve", "--listen", "127.0.0.1:0", "--data", dir); code != failed || !strings.Contains(err, "another program already serves") {
		t.Errorf("a second server on the directory = %d, %q", code, err)
	}
	if code, _, err := ran(t, "", "serve", "--listen", host, "--data", filepath.Join(t.TempDir(), "other")); code != failed || !strings.Contains(err, "listen on") {
		t.Errorf("a second server on the port = %d, %q", code, err)
	}
	if code, _, err := ran(t, "correct horse\n", "user", "add", "dana", "--role", "viewer", "--data", dir); code != fine {
		t.Errorf("user add beside the server = %d, %q", code, err)
	}
	b := browser(t)
	if signIn(t, b, base, "dana", "correct horse") == nil {
		t.Error("a user that was added beside the server cannot sign in")
	}
	if got := p.end(); got != fine {
		t.Errorf("told to stop, the server ended with %d: %s", got, p.err)
	}
	if code, _, _ := ran(t, "", "healthcheck", "--listen", host); code != unhealthy {
		t.Errorf("healthcheck after the stop = %d, want %d", code, unhealthy)
	}
	again, _ := serving(t, nil, "--data", dir)
	if got := again.end(); got != fine {
		t.Errorf("a server on the directory after the stop ended with %d", got)
	}
}

// linkToOne is the link of a list to one connector.
var linkToOne = regexp.MustCompile(`href="/connectors/[a-z2-7]{16}"`)

func TestTheSamplesAreServed(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p, base := serving(t, map[string]string{"PATCHBAY_DEV_PASSWORD": "correct horse"}, "--dev")
	if got := p.out.after(t, "Sign in as ", p.ended); got != devUser {
		t.Errorf("the samples are shown to %q, want %s", got, devUser)
	}
	b := browser(t)
	page, err := b.Get(base + "/login")
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatalf("GET /login = %v, %v", page, err)
	}
	page.Body.Close()
	cookie := signIn(t, b, base, devUser, "correct horse")
	if cookie == nil {
		t.Fatal("the password that was handed in does not work")
	}
	rows := func(vendor, kind string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/connectors?vendor="+vendor+"&type="+kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(cookie)
		a, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		list, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != http.StatusOK {
			t.Fatalf("the list of %s %s = %d, %v", vendor, kind, a.StatusCode, err)
		}
		return len(linkToOne.FindAll(list, -1))
	}
	for _, v := range catalog.All() {
		for _, kind := range v.Types {
			if rows(v.ID, kind.Name) == 0 {
				t.Errorf("the list of %s %s has no sample", v.ID, kind.Name)
			}
		}
	}
	if n := rows("harness", "Nothing"); n != 0 {
		t.Errorf("the list of a type that is none has %d rows", n)
	}
	if code := p.end(); code != fine {
		t.Errorf("serve --dev ended with %d: %s", code, p.err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("serve --dev left %v, %v behind", left, err)
	}
}

func TestEveryTypeHasASample(t *testing.T) {
	has := map[string]bool{}
	for _, s := range samples(&rehearsal.Server{URL: "http://127.0.0.1:1", User: "ci", Password: "x"}) {
		has[s.vendor+" "+s.kind] = true
	}
	for _, v := range catalog.All() {
		for _, kind := range v.Types {
			if !has[v.ID+" "+kind.Name] {
				t.Errorf("serve --dev has no sample of %s %s", v.ID, kind.Name)
			}
		}
	}
}
