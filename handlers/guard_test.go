package handlers_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	c := opened(t, setting{})
	v := c.as(t, "admin")
	for name, tt := range map[string]struct {
		headers []string
		want    int
	}{
		"a page of the console":          {[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://console.test:8080"}, http.StatusSeeOther},
		"typed by the person":            {[]string{"Sec-Fetch-Site", "none"}, http.StatusSeeOther},
		"a program without such headers": {nil, http.StatusSeeOther},
		"an old browser, same origin":    {[]string{"Origin", "http://console.test:8080"}, http.StatusSeeOther},
		"another site":                   {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, http.StatusForbidden},
		"another site without an origin": {[]string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		"another host of the same site":  {[]string{"Sec-Fetch-Site", "same-site", "Origin", "http://other.console.test:8080"}, http.StatusForbidden},
		"an old browser, another site":   {[]string{"Origin", "https://evil.example"}, http.StatusForbidden},
		"another port of the host":       {[]string{"Origin", "http://console.test:9090"}, http.StatusForbidden},
		"an origin that is hidden":       {[]string{"Origin", "null"}, http.StatusForbidden},
		"an origin that is no address":   {[]string{"Origin", "console.test:8080"}, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			a := v.send(v.request(http.MethodPost, "/account/keys", strings.NewReader("keys=on"), tt.headers...))
			if a.Code != tt.want {
				t.Errorf("POST from %s = %d, want %d", name, a.Code, tt.want)
			}
		})
	}
	if a := v.get("/connectors", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"); a.Code != http.StatusOK {
		t.Errorf("following a link from another site = %d, want the page", a.Code)
	}
}

func TestTheConsoleAnswersUnderItsOwnNamesOnly(t *testing.T) {
	c := opened(t, setting{})
	for host, want := range map[string]int{
		"console.test:8080": 200, "CONSOLE.TEST:8080": 200, "console.test": 200, "console.test:443": 200,
		"localhost:8080": 200, "localhost": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "[::1]": 200, "10.1.2.3": 200,
		"evil.example": 421, "evil.example:8080": 421, "console.test.evil.example": 421, "xconsole.test:8080": 421,
		"localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "": 421, "console.test:8080@evil.example": 421, "console.test.": 421,
	} {
		if a := c.nobody().get("/login", "Host", host); a.Code != want {
			t.Errorf("GET /login under the name %q = %d, want %d", host, a.Code, want)
		}
	}
	if text := c.nobody().get("/login", "Host", "evil.example").Body.String(); !strings.Contains(text, "--base-url") {
		t.Error("the refusal of a foreign name does not say the way out")
	}
}

func TestAPackedRequestIsRefused(t *testing.T) {
	c := opened(t, setting{})
	v := c.as(t, "admin")
	for encoding, want := range map[string]int{"": 303, "identity": 303, "gzip": 415, "br": 415, "deflate": 415, "gzip, gzip": 415, "x": 415} {
		for _, path := range []string{"/account/keys"} {
			a := v.send(v.request(http.MethodPost, path, strings.NewReader("keys=on"), "Content-Encoding", encoding))
			if a.Code != want {
				t.Errorf("POST %s with Content-Encoding %q = %d, want %d", path, encoding, a.Code, want)
			}
		}
	}
	if a := c.nobody().send(c.nobody().request(http.MethodPost, "/login", strings.NewReader("x"), "Content-Encoding", "gzip")); a.Code != 415 {
		t.Errorf("POST /login packed = %d, want 415", a.Code)
	}
}

func TestABodyHasItsBounds(t *testing.T) {
	c := opened(t, setting{})
	const mib, kib64 = 1 << 20, 64 << 10
	for name, tt := range map[string]struct {
		actor, path, field string
		size, want         int
	}{
		"a form as long as may be":    {"admin", "/account/keys", "keys=", mib, 303},
		"a form that is too long":     {"admin", "/account/keys", "keys=", mib + 1, 413},
		"a form far too long":         {"admin", "/connectors", "name=", 4 * mib, 413},
		"a sign-in as long as may be": {"", "/login", "password=", kib64, 422},
		"a sign-in that is too long":  {"", "/login", "password=", kib64 + 1, 413},
		"a set-up that is too long":   {"", "/setup", "password=", kib64 + 1, 413},
	} {
		t.Run(name, func(t *testing.T) {
			v := c.nobody()
			if tt.actor != "" {
				v = c.as(t, tt.actor)
			}
			body := tt.field + strings.Repeat("x", tt.size-len(tt.field))
			said := v.send(v.request(http.MethodPost, tt.path, strings.NewReader(body)))
			r := v.request(http.MethodPost, tt.path, io.MultiReader(strings.NewReader(body)))
			r.ContentLength = -1 // sent in chunks, the length not said
			unsaid := v.send(r)
			for how, a := range map[string]*httptest.ResponseRecorder{"with its length": said, "in chunks": unsaid} {
				if a.Code != tt.want {
					t.Errorf("POST %s of %d bytes %s = %d, want %d", tt.path, tt.size, how, a.Code, tt.want)
				}
			}
		})
	}
}

func TestAQueryCannotStandInForAForm(t *testing.T) {
	c := opened(t, setting{})
	if a := c.nobody().post("/login?username=admin&password=" + strings.ReplaceAll(password, " ", "+")); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("signing in by query = %d, want it refused", a.Code)
	}
	v := c.as(t, "admin")
	before := c.events(t)
	if a := v.post("/workspaces?vendor=harness&name=X&account=x"); a.Code != http.StatusUnprocessableEntity || c.events(t) != before {
		t.Errorf("adding a workspace by query = %d, want it refused", a.Code)
	}
}
