package handlers_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/remotetest"
)

// loginForms is where a form for a Git server with a password is posted.
const loginForms = "/connectors/new/harness/GitHttp"

// loginForm fills it in; more replaces and adds fields.
func (c *console) loginForm(url, ref string, more ...string) []string {
	fields := map[string]string{"workspace": c.workspaces["harness"], "name": c.unique("Login"), "url": url, "connection_type": "Repo", "username": "ci", "password_ref": ref}
	for i := 0; i+1 < len(more); i += 2 {
		fields[more[i]] = more[i+1]
	}
	var out []string
	for name, value := range fields {
		out = append(out, name, value)
	}
	return out
}

// part posts a form as a page with scripts does.
func (v *visitor) part(target string, fields ...string) *httptest.ResponseRecorder {
	return v.send(v.request(http.MethodPost, target, strings.NewReader(form(fields...)), "HX-Request", "true"))
}

var draftRun = regexp.MustCompile(`data-run="([a-z0-9]+)"`)

// runIn gives the run that a panel shows.
func runIn(t *testing.T, page string) string {
	t.Helper()
	found := draftRun.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the panel shows no run: %s", page)
	}
	return found[1]
}

func TestADraftIsTestedBesideItsForm(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	base := c.served(t, nil)
	v := c.in(t, "editor")
	says(t, "the form", v.get(loginForms).Body.String(), "Test these changes", `formaction="/connectors/new/harness/GitHttp/test#check"`, `id="check"`, "Nothing is saved by it")
	a := v.part(loginForms+"/test", c.loginForm("https://git.example.com/a.git", "account.fresh", "password_ref.value", "hunter2-typed", "name", "")...)
	if a.Code != http.StatusOK || strings.Contains(a.Body.String(), "<html") {
		t.Fatalf("the test = %d %s", a.Code, a.Body)
	}
	run := runIn(t, a.Body.String())
	says(t, "the panel", a.Body.String(), `aria-busy="true"`, `hx-sse:connect="/drafts/`+run+`/events"`, "Cancel test", "Nothing is saved")
	q := <-s.asked
	if got, ok := q.Secrets["password_ref"].For("https://git.example.com:443"); !ok || got != "hunter2-typed" {
		t.Errorf("asked with %q, %v, want what was typed", got, ok)
	}
	in := v.listen(t, base, "/drafts/"+run+"/events", "")
	in.must(t)
	s.next <- step("Connect")
	says(t, "a step", in.must(t).data, "saw &lt;Connect&gt;")
	close(s.next)
	end := in.must(t).data
	says(t, "the end", end, `id="check"`, "data-over", "GIT_REFS_LISTED", "this test is its first check")
	for what, body := range map[string]string{"the panel": a.Body.String(), "the end": end} {
		if strings.Contains(body, "hunter2") {
			t.Errorf("%s shows what was typed", what)
		}
	}
	// Saved as it is, the test is its first check.
	saved := v.post(loginForms, c.loginForm("https://git.example.com/a.git", "account.fresh", "password_ref.value", "hunter2-typed", "name", "Proven")...)
	if saved.Code != http.StatusSeeOther {
		t.Fatalf("save = %d: %s", saved.Code, saved.Body)
	}
	says(t, "its page", v.get(saved.Header().Get("Location")).Body.String(), "Your test of it is its first check", "Healthy", run, "1 of 1 healthy")
}

func TestADraftIsTestedWithoutScripts(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	v := c.in(t, "editor")
	go func() {
		<-s.asked
		s.next <- step("Connect")
		close(s.next)
	}()
	a := v.post(loginForms+"/test", c.loginForm("https://git.example.com/a.git", "account.fresh", "password_ref.value", "hunter2-typed", "name", "Kept as typed", "description", "and this")...)
	if a.Code != http.StatusOK {
		t.Fatalf("the test = %d", a.Code)
	}
	page := a.Body.String()
	says(t, "the page", page, "<html", "GIT_REFS_LISTED", "saw &lt;Connect&gt;", "Kept as typed", "and this", "https://git.example.com/a.git", "account.fresh", "Type them again before you save",
		`action="/connectors/new/harness/GitHttp"`)
	if strings.Contains(page, "hunter2") {
		t.Error("the page shows the value that was typed")
	}
	if strings.Contains(c.log.String(), "hunter2") {
		t.Error("the log has the value that was typed")
	}
	files, err := filepath.Glob(filepath.Join(c.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob() = %v, %v", files, err)
	}
	for _, name := range files {
		if content, err := os.ReadFile(name); err != nil || bytes.Contains(content, []byte("hunter2")) {
			t.Errorf("%s holds the value that was typed, or cannot be read: %v", name, err)
		}
	}
	if list, err := c.reg.List(t.Context(), root, connector.Query{}); err != nil || len(list.Connectors) != 0 {
		t.Errorf("List() = %v, %v, want nothing saved", list, err)
	}
	// The address of a test by itself leads back to the form.
	for _, at := range []string{loginForms, "/connectors/" + c.git(t).ID + "/edit"} {
		if to := v.get(at + "/test").Header().Get("Location"); to != at {
			t.Errorf("GET %s/test leads to %q, want %s", at, to, at)
		}
	}
}

func TestAFailedTestIsSaidAndTheDraftMayBeKept(t *testing.T) {
	c := opened(t, setting{}) // the other side refuses the password
	v := c.in(t, "editor")
	page := v.post(loginForms+"/test", c.loginForm("https://git.example.com/a.git", "account.fresh", "password_ref.value", "x1234567")...).Body.String()
	says(t, "the page", page, "GIT_AUTH_REFUSED", "Failing", "it then counts as unverified")
	saved := v.post(loginForms, c.loginForm("https://git.example.com/a.git", "account.fresh", "password_ref.value", "x1234567")...)
	if saved.Code != http.StatusSeeOther {
		t.Fatalf("save = %d", saved.Code)
	}
	says(t, "its page", v.get(saved.Header().Get("Location")).Body.String(), "Unverified", "No check was kept yet")
}

func TestAChangeIsTestedFromItsForm(t *testing.T) {
	s := newStages()
	close(s.next)
	c := opened(t, setting{asker: s})
	v := c.in(t, "editor")
	one := c.git(t)
	form := "/connectors/" + one.ID + "/edit"
	says(t, "the form", v.get(form).Body.String(), `formaction="`+form+`/test#check"`)
	fields := []string{"name", one.Name, "identifier", one.Identifier, "revision", "1", "url", "https://repo.example.com/mended", "artifactory_server_url", "https://repo.example.com/mended"}
	page := v.post(form+"/test", fields...).Body.String()
	says(t, "the page", page, "GIT_REFS_LISTED", "https://repo.example.com/mended", `name="revision" value="1"`, "Save changes")
	if now, err := c.reg.Connector(t.Context(), root, one.ID); err != nil || now.Version != 1 {
		t.Errorf("after the test the connector is at version %d, %v, want still 1", now.Version, err)
	}
	if a := v.post(form+"/test", fields[:4]...); a.Code != http.StatusBadRequest {
		t.Errorf("a test that does not say which version it changes = %d, want 400", a.Code)
	}
	if a := v.post(form, fields...); a.Code != http.StatusSeeOther {
		t.Fatalf("save = %d: %s", a.Code, a.Body)
	}
	says(t, "its page", v.get("/connectors/"+one.ID).Body.String(), "Healthy", "1 of 1 healthy")
}

func TestADraftWithProblemsSaysThemInThePanel(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "editor")
	fields := c.loginForm("not an address", "account.nobody")
	a := v.part(loginForms+"/test", fields...)
	if a.Code != http.StatusUnprocessableEntity || strings.Contains(a.Body.String(), "<html") {
		t.Errorf("the test = %d, want 422 and the panel alone", a.Code)
	}
	says(t, "the panel", a.Body.String(), "The test was not begun", `href="#f-url"`, `id="check"`, `data-announce="The test was not begun.`)
	a = v.post(loginForms+"/test", fields...)
	if a.Code != http.StatusUnprocessableEntity {
		t.Errorf("the test without scripts = %d, want 422", a.Code)
	}
	says(t, "the page", a.Body.String(), "<title>Error:", `id="errors"`, `href="#f-url"`, `aria-invalid="true"`, "not an address")
}

func TestTestsOfDraftsAreRefusedInWords(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s, limits: registry.Limits{PerUser: 1}})
	v := c.in(t, "editor")
	fields := c.loginForm("https://git.example.com/a.git", "account.fresh", "password_ref.value", "x1234567", "name", "Kept as typed")
	first := v.part(loginForms+"/test", fields...)
	run := runIn(t, first.Body.String())
	for what, a := range map[string]*httptest.ResponseRecorder{"with scripts": v.part(loginForms+"/test", fields...), "without": v.post(loginForms+"/test", fields...)} {
		if a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") == "" {
			t.Errorf("%s = %d, Retry-After %q, want 429", what, a.Code, a.Header().Get("Retry-After"))
		}
		says(t, what, a.Body.String(), "may have 1 check on their way", `id="check"`)
		if what == "without" {
			says(t, what, a.Body.String(), "Kept as typed", "https://git.example.com/a.git")
		}
	}
	// Testing again from the same form ends the test that is on its way; nobody ends another's by it.
	if a := c.in(t, "admin").part(loginForms+"/test", append(fields, "test.run", run)...); a.Code != http.StatusOK {
		t.Errorf("another person's test = %d", a.Code)
	}
	says(t, "the first test", v.get("/drafts/"+run).Body.String(), "Testing")
	second := v.part(loginForms+"/test", append(fields, "test.run", run)...)
	says(t, "the second test", second.Body.String(), `name="test.run"`, `form="form"`)
	says(t, "the first test", v.get("/drafts/"+run).Body.String(), "cancelled by editor")
	run = runIn(t, second.Body.String())
	// The test is its owner's alone, and cancelled from the page.
	for _, name := range []string{"viewer", "tester", "admin"} {
		for _, a := range []*httptest.ResponseRecorder{c.in(t, name).get("/drafts/" + run), c.in(t, name).get("/drafts/" + run + "/events"), c.in(t, name).post("/drafts/" + run + "/cancel")} {
			if a.Code != http.StatusNotFound && a.Code != http.StatusForbidden || strings.Contains(a.Body.String(), run) {
				t.Errorf("the test of another, as %s = %d", name, a.Code)
			}
		}
	}
	says(t, "the page of the test", v.get("/drafts/"+run).Body.String(), "Testing", "Cancel test", `http-equiv="refresh"`)
	if a := v.post("/drafts/" + run + "/cancel"); a.Header().Get("Location") != "/drafts/"+run {
		t.Errorf("cancel = %d to %q", a.Code, a.Header().Get("Location"))
	}
	says(t, "the page after it", v.get("/drafts/"+run).Body.String(), "cancelled by editor", "nothing is known from this test")
	close(s.next)
}

// real is a console that asks through the real dialer, with loopback let in so that a sink there is in reach.
func real(t *testing.T, in remote.Config) *console {
	t.Helper()
	dialer := remote.New(in)
	p := probe.New(dialer, nil)
	p.Deadline = 5 * time.Second
	return opened(t, setting{asker: p, limits: registry.Limits{AtOnce: 16, PerHost: 16, PerUser: 64}})
}

// testedFor tests a draft to its end by the registry, as every entry of a draft does, and gives the run; ok is false for one that the rules
// refuse already.
func (c *console) testedFor(t *testing.T, d connector.Draft) (connector.Run, bool) {
	t.Helper()
	actor := access.Actor{Kind: "user", ID: "e", Name: "editor", Role: access.Editor}
	run, err := c.reg.CheckDraft(t.Context(), actor, "", d)
	if _, refused := err.(connector.Problems); refused { //nolint:errorlint // the registry gives them bare
		return run, false
	}
	if err != nil {
		t.Fatalf("CheckDraft() = %v", err)
	}
	c.reg.Wait(context.WithoutCancel(t.Context()), run.ID)
	live, err := c.reg.Draft(t.Context(), actor, run.ID)
	if err != nil {
		t.Fatalf("Draft() = %v", err)
	}
	return live.Run, true
}

// login is a draft that sends a secret to an address.
func (c *console) login(t *testing.T, url, ref string) connector.Draft {
	d := connector.Draft{Type: kind(t, "harness", "GitHttp"), Workspace: c.workspaces["harness"], Name: "login", Identifier: c.unique("login"), Spec: kind(t, "harness", "GitHttp").New()}
	connector.Bind(d.Spec.Fields(), map[string][]string{"url": {url}, "connection_type": {"Repo"}, "username": {"ci"}, "password_ref": {ref}, "execute_on_delegate": {""}})
	return d
}

// TestAStoredSecretNeverReachesASinkByATest is proof S2 through the entry of drafts: whoever may edit cannot have a stored secret sent to
// an address of their own.
func TestAStoredSecretNeverReachesASinkByATest(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	c := real(t, remote.Config{AllowLoopback: true})
	name := c.secret(t).Name
	ref := "account." + name
	v := c.in(t, "editor")
	for what, a := range map[string]*httptest.ResponseRecorder{
		"without scripts":  v.post(loginForms+"/test", c.loginForm(sink.URL+"/acme/app.git", ref)...),
		"with a value too": v.post(loginForms+"/test", c.loginForm(sink.URL+"/acme/app.git", ref, "password_ref.value", "typed over it")...),
	} {
		if sink.Connections() != 0 {
			t.Fatalf("%s the sink was reached: %v", what, sink.Credentials())
		}
		if what == "without scripts" {
			says(t, what, a.Body.String(), "SECRET_NOT_ALLOWED_HERE", "so nobody was asked")
		} else if a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s = %d, want 422", what, a.Code)
		}
	}
	// A change of the very connector that may use it is no way round.
	kept := c.admit(t, c.login(t, "https://git.example.com/a.git", ref))
	page := v.post("/connectors/"+kept.ID+"/edit/test", c.loginForm(sink.URL+"/acme/app.git", ref, "revision", "1", "identifier", kept.Identifier)...).Body.String()
	says(t, "the test of a change", page, "SECRET_NOT_ALLOWED_HERE")
	if sink.Connections() != 0 || len(sink.Credentials()) != 0 {
		t.Errorf("the sink was reached %d times: %v", sink.Connections(), sink.Credentials())
	}
	all, err := c.reg.Secrets(t.Context(), root, c.workspaces["harness"], name)
	if err != nil || len(all) != 1 || !slices.Equal(all[0].Origins, []connector.Origin{"https://git.example.com:443"}) {
		t.Errorf("Secrets() = %+v, %v, want no origin added by a test", all, err)
	}
	// With the control off, by allowing the sink's origin as a saved connector does, the same test sends it.
	c.admit(t, c.login(t, sink.URL+"/acme/other.git", ref))
	page = v.post(loginForms+"/test", c.loginForm(sink.URL+"/acme/app.git", ref)...).Body.String()
	says(t, "the test at an allowed origin", page, "GIT_AUTH_REFUSED")
	if want := "Basic " + base64.StdEncoding.EncodeToString([]byte("ci:some value")); !slices.Contains(sink.Credentials(), want) {
		t.Errorf("credentials = %v, want %q: without the control nothing would be held back, or the test could not fail", sink.Credentials(), want)
	}
}

// TestNoHostileAddressIsReachedByATestOrACheck is proof S1 through both entries of checks.
func TestNoHostileAddressIsReachedByATestOrACheck(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	names := func(name string) []string {
		if to, ok := remotetest.HostileNames[strings.ToLower(strings.TrimSuffix(name, "."))]; ok {
			return to
		}
		return []string{"127.0.0.1"} // a name server that is in it too
	}
	own := remote.Config{Resolver: remotetest.Resolver(names)}
	c := real(t, own)
	urls := remotetest.HostileURLs(sink.Addr.Port())
	for _, a := range remotetest.HostileAddresses() {
		urls = append(urls, "http://"+netip.AddrPortFrom(a, sink.Addr.Port()).String()+"/app.git")
	}
	tested, checked := 0, 0
	hostile := func(c *console) {
		for _, url := range urls {
			d := c.login(t, url, "account."+c.unique("typed"))
			d.NewSecrets = map[string]connector.Secret{"password_ref": connector.NewSecret("typed-value")}
			run, asked := c.testedFor(t, d)
			if run.Status == connector.Healthy || run.Status == connector.Degraded {
				t.Errorf("the test of %q = %s %s", url, run.Status, run.Code)
			}
			if asked {
				tested++
			}
			kept, err := c.reg.Admit(t.Context(), root, d)
			if err != nil {
				continue // refused by the rules, so there is nothing to check
			}
			if run := c.run(t, kept.ID); run.Status == connector.Healthy || run.Status == connector.Degraded {
				t.Errorf("the check of %q = %s %s", url, run.Status, run.Code)
			}
			checked++
		}
	}
	hostile(c)
	if n := sink.Connections(); n != 0 {
		t.Errorf("the sink was reached %d times: %v", n, sink.Credentials())
	}
	t.Logf("%d addresses, %d tested as drafts and %d checked as connectors", len(urls), tested, checked)
	if len(urls) < 160 || tested < 100 || checked < 100 {
		t.Errorf("%d addresses, %d tests and %d checks: too few to prove anything", len(urls), tested, checked)
	}
	// With the guard off the same addresses do reach it.
	own.AllowLoopback = true
	before := sink.Connections()
	hostile(real(t, own))
	if n := sink.Connections() - before; n < 20 {
		t.Errorf("without the guard the sink is reached %d times, want at least 20, or the test could not fail", n)
	}
}
