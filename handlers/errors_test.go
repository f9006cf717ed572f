package handlers_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/web"
)

func TestAPartOfAPageIsNeverReplacedByASignInForm(t *testing.T) {
	c := opened(t, setting{})
	for name, tt := range map[string]struct {
		method, target string
		headers        []string
		want           string
	}{
		"a list":                      {"GET", "/connectors?q=a", []string{"HX-Current-URL", "http://console.test:8080/connectors?q=a"}, "/login?next=%2Fconnectors%3Fq%3Da"},
		"a part of another page":      {"GET", "/palette?q=a", []string{"HX-Current-URL", "http://console.test:8080/secrets"}, "/login?next=%2Fsecrets"},
		"a boosted page":              {"GET", "/secrets", []string{"HX-Request-Type", "full"}, "/login?next=%2Fsecrets"},
		"a form":                      {"POST", "/account/stay", []string{"HX-Current-URL", "http://console.test:8080/users"}, "/login?next=%2Fusers"},
		"a page that lies about it":   {"GET", "/palette", []string{"HX-Current-URL", "http://console.test:8080//evil.example"}, "/login"},
		"a page that is no address":   {"GET", "/palette", []string{"HX-Current-URL", "http://[::"}, "/login?next=%2Fpalette"},
		"a page with nothing but ://": {"GET", "/palette", []string{"HX-Current-URL", "javascript:alert(1)"}, "/login?next=%2Fpalette"},
	} {
		t.Run(name, func(t *testing.T) {
			v := c.nobody()
			r := v.request(tt.method, tt.target, nil, append(tt.headers, "HX-Request", "true")...)
			a := v.send(r)
			if a.Code != http.StatusUnauthorized || a.Body.Len() != 0 || a.Header().Get("HX-Redirect") != tt.want {
				t.Errorf("answer = %d, HX-Redirect %q, %d bytes, want 401, %q and no body", a.Code, a.Header().Get("HX-Redirect"), a.Body.Len(), tt.want)
			}
		})
	}
}

func TestAfterSigningInOneIsBackAtTheSamePage(t *testing.T) {
	c := opened(t, setting{})
	v := c.nobody()
	to := v.get("/connectors?q=a&sort=name").Header().Get("Location")
	if to != "/login?next="+url.QueryEscape("/connectors?q=a&sort=name") {
		t.Fatalf("nobody is sent to %q", to)
	}
	if page := v.get(to).Body.String(); !strings.Contains(page, `value="/connectors?q=a&amp;sort=name"`) {
		t.Error("the sign-in form does not carry the way back")
	}
	for next, want := range map[string]string{
		"/connectors?q=a": "/connectors?q=a", "": "/", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example/": "/", "/%2f%2fevil.example": "/%2f%2fevil.example",
		"\u200b//evil.example": "/",
	} {
		v := c.nobody()
		if got := v.post("/login", "username", "viewer", "password", password, "next", next).Header().Get("Location"); got != want {
			t.Errorf("after signing in with next=%q one is at %q, want %q", next, got, want)
		}
		if got := v.get("/login?next=" + url.QueryEscape(next)).Header().Get("Location"); got != want {
			t.Errorf("whoever is signed in is sent with next=%q to %q, want %q", next, got, want)
		}
	}
	if to := c.nobody().post("/connectors/x/delete").Header().Get("Location"); to != "/login" {
		t.Errorf("nobody's form leads to %q, want the sign-in page alone: a form is not sent again by a link", to)
	}
}

func TestTheOneErrorPage(t *testing.T) {
	c := opened(t, setting{routes: func(routes []web.Route) []web.Route {
		return append(routes,
			web.Route{Method: http.MethodGet, Path: "/panic", Needs: web.SignedIn, Do: func(echo.Context) error { panic("what nobody should read") }},
			web.Route{Method: http.MethodGet, Path: "/broken", Needs: web.SignedIn, Do: func(echo.Context) error { return fs.ErrInvalid }})
	}})
	v := c.as(t, "viewer")
	for name, tt := range map[string]struct {
		answer  *httptest.ResponseRecorder
		code    int
		heading string
	}{
		"an unknown address":   {v.get("/nowhere"), 404, "Not found"},
		"an unknown connector": {v.get("/connectors/nowhere"), 404, "Not found"},
		"an unknown type":      {v.get("/reference/harness/Nothing"), 404, "Not found"},
		"a wrong method":       {v.send(v.request(http.MethodPut, "/connectors", nil)), 405, "Not possible here"},
		"what may not be":      {v.get("/audit"), 403, "Not allowed"},
		"a panic":              {v.get("/panic"), 500, "Something went wrong"},
		"a failure":            {v.get("/broken"), 500, "Something went wrong"},
		"a form cut short":     {v.post("/account/keys?" + "%zz"), 400, "Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			page, id := tt.answer.Body.String(), tt.answer.Header().Get("X-Request-Id")
			if tt.answer.Code != tt.code || !strings.Contains(page, "<h1>"+tt.heading+"</h1>") {
				t.Errorf("answer = %d, want %d with the heading %q: %.300s", tt.answer.Code, tt.code, tt.heading, page)
			}
			if !strings.Contains(page, id) || !strings.Contains(tt.answer.Header().Get("Content-Type"), "text/html") {
				t.Error("the page has not the request id, or is no page")
			}
			for _, hidden := range []string{"what nobody should read", "invalid argument", "goroutine", ".go:"} {
				if strings.Contains(page, hidden) {
					t.Errorf("the page tells %q", hidden)
				}
			}
			if tt.code >= 500 && !strings.Contains(c.log.String(), id) {
				t.Error("the log has not the reason under the id of the page")
			}
		})
	}
	if head := v.send(v.request(http.MethodHead, "/nowhere", nil)); head.Code != 404 || head.Body.Len() != 0 {
		t.Errorf("HEAD of nothing = %d with %d bytes, want 404 alone", head.Code, head.Body.Len())
	}
	if allow := v.send(v.request(http.MethodPut, "/connectors", nil)).Header().Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
		t.Errorf("Allow = %q, want what the address takes", allow)
	}
}

func TestTheLogHasNoQueryAndNoAddressAsItWasTyped(t *testing.T) {
	c := opened(t, setting{})
	c.as(t, "viewer").get("/connectors?q=the-words-of-a-search")
	c.nobody().get("/a-path-that-somebody-typed?code=a-code")
	c.nobody().get("/setup?code=a-set-up-code")
	log := c.log.String()
	for _, hidden := range []string{"the-words-of-a-search", "a-path-that-somebody-typed", "a-code", "a-set-up-code"} {
		if strings.Contains(log, hidden) {
			t.Errorf("the log has %q", hidden)
		}
	}
	if !strings.Contains(log, `"route":"/connectors"`) || !strings.Contains(log, `"actor":"viewer"`) {
		t.Errorf("the log has not the route and the actor: %s", log)
	}
}

// readOnly closes the console and opens it again over a data directory that nobody may write.
func (c *console) readOnly(t *testing.T) {
	t.Helper()
	c.close(t)
	set := func(forFiles, forDir fs.FileMode) {
		files, err := filepath.Glob(filepath.Join(c.dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if err := os.Chmod(name, forFiles); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(c.dir, forDir); err != nil {
			t.Fatal(err)
		}
	}
	set(0o400, 0o500)
	t.Cleanup(func() { set(0o600, 0o700) })
	c.open(t, setting{})
}

// TestAStoreThatCannotBeWrittenRefusesAndStillReads: a refusal says so, and everything can still be looked at.
func TestAStoreThatCannotBeWrittenRefusesAndStillReads(t *testing.T) {
	c := opened(t, setting{})
	one, gone, registration, secret, jira := c.git(t), c.retired(t), c.registration(t), c.secret(t), c.jira(t)
	run := c.run(t, one.ID)
	v := c.as(t, "admin")
	if a := v.post("/connectors/"+one.ID+"/uses", "kind", "pipeline", "name", "deploy"); a.Code != http.StatusSeeOther {
		t.Fatalf("a change before = %d", a.Code)
	}
	c.readOnly(t)
	c.clock.pass(2 * time.Minute) // past the time after which a session's use is noted
	for _, path := range []string{"/", "/connectors", "/connectors?q=repo", "/connectors/new", "/connectors/new/harness/GitHttp", "/connectors/" + one.ID,
		"/connectors/" + one.ID + "/edit", "/connectors/" + one.ID + "/delete", "/connectors/" + one.ID + "/history", "/connectors/" + one.ID + "/runs/" + run.ID,
		"/connectors/" + registration.ID, "/connectors/" + gone.ID, "/connectors/" + gone.ID + "/purge", "/trash", "/secrets", "/secrets/" + secret.ID, "/workspaces", "/watch", "/expiry",
		"/users", "/account", "/audit", "/reference", "/reference/codes", "/palette?q=repo", "/livez"} {
		if a := v.get(path); a.Code != http.StatusOK {
			t.Errorf("GET %s = %d, want it read", path, a.Code)
		}
	}
	for _, r := range c.routes {
		// Signing in and what only looks are left out, and so is cancelling, which keeps nothing by itself; what is refused for its form
		// alone comes before the store.
		want, ok := matrix["POST "+r.Path]
		if r.Method != http.MethodPost || !ok || !strings.HasSuffix(strings.TrimSpace(want.codes), "303") || r.Path == "/setup" || strings.HasSuffix(r.Path, "/cancel") {
			continue
		}
		path := strings.NewReplacer("/connectors/:id/restore", "/connectors/"+gone.ID+"/restore", "/connectors/:id/authorise", "/connectors/"+jira.ID+"/authorise", "/connectors/:id", "/connectors/"+one.ID, "/secrets/:id", "/secrets/"+secret.ID,
			"/workspaces/:id", "/workspaces/"+c.workspaces["harness"]).Replace(r.Path)
		if strings.Contains(path, ":id") || strings.HasSuffix(path, "/delete") || strings.HasSuffix(path, "/remove") && strings.HasPrefix(path, "/workspaces") {
			continue
		}
		a := v.like().post(path, want.form...)
		if a.Code != http.StatusServiceUnavailable || !strings.Contains(a.Body.String(), "Nothing can be saved right now") {
			t.Errorf("POST %s = %d, want 503 and that nothing can be saved", path, a.Code)
		}
	}
	if a := v.post("/workspaces", "vendor", "harness", "name", "New", "account", "new"); a.Code != http.StatusServiceUnavailable {
		t.Errorf("POST /workspaces = %d, want 503", a.Code)
	}
	if a := c.nobody().post("/login", "username", "admin", "password", password); a.Code != http.StatusServiceUnavailable || len(a.Result().Cookies()) > 0 {
		t.Errorf("POST /login = %d, want 503 and no cookie", a.Code)
	}
	for path, want := range map[string]int{"/readyz": 503, "/livez": 200, "/login": 200} {
		if a := c.nobody().get(path); a.Code != want {
			t.Errorf("GET %s = %d, want %d", path, a.Code, want)
		}
	}
	c.clock.pass(time.Hour)
	if v.signedIn(t) {
		t.Error("an idle session goes on where its end cannot be kept")
	}
}
