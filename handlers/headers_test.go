package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"patchbay/assets"
)

// always is what every answer carries, whoever asks for whatever.
var always = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy":              "same-origin",
}

func hasAlways(t *testing.T, what string, a *httptest.ResponseRecorder) {
	t.Helper()
	for name, want := range always {
		if got := a.Header().Get(name); got != want {
			t.Errorf("%s: %s = %q, want %q", what, name, got, want)
		}
	}
	if a.Header().Get("X-Request-Id") == "" {
		t.Errorf("%s: no request id", what)
	}
	if server := a.Header().Get("Server"); server != "" {
		t.Errorf("%s: Server = %q, want nothing said", what, server)
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	c := opened(t, setting{})
	for _, actor := range []string{"nobody", "admin"} {
		for _, r := range c.routes {
			v := c.nobody()
			if actor == "admin" {
				v = c.in(t, "admin")
			}
			a := v.send(v.request(r.Method, c.path(t, r.Path), strings.NewReader("")))
			what := r.Method + " " + r.Path + " as " + actor
			hasAlways(t, what, a)
			if got := a.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s: Cache-Control = %q, want no-store", what, got)
			}
			for _, name := range []string{"Cookie", "HX-Request", "HX-Request-Type"} {
				if !strings.Contains(a.Header().Get("Vary"), name) {
					t.Errorf("%s: Vary = %q, want %s in it", what, a.Header().Get("Vary"), name)
				}
			}
			if a.Header().Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: promises https over plain http", what)
			}
			if kind := a.Header().Get("Content-Type"); a.Body.Len() > 0 && !strings.Contains(strings.ToLower(kind), "charset=utf-8") && !strings.HasPrefix(kind, "application/json") {
				t.Errorf("%s: Content-Type = %q, want the charset said", what, kind)
			}
		}
	}
}

func TestWhatMatchesNoRouteCarriesTheHeadersToo(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "admin")
	for what, a := range map[string]*httptest.ResponseRecorder{
		"an unknown address":  v.get("/nowhere"),
		"a wrong method":      v.send(v.request(http.MethodDelete, "/connectors", nil)),
		"a foreign host":      v.get("/", "Host", "evil.example"),
		"an unknown asset":    v.get("/assets/000000000000/patchbay.css"),
		"a packed request":    v.send(v.request(http.MethodPost, "/account/theme", strings.NewReader("x"), "Content-Encoding", "gzip")),
		"another site's form": v.send(v.request(http.MethodPost, "/account/theme", strings.NewReader("x"), "Sec-Fetch-Site", "cross-site")),
	} {
		if a.Code < 400 {
			t.Errorf("%s = %d, want a refusal", what, a.Code)
		}
		hasAlways(t, what, a)
		if got := a.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control = %q, want no-store", what, got)
		}
	}
}

func TestAssetsMayBeKeptForEver(t *testing.T) {
	c := opened(t, setting{bare: true})
	for _, name := range []string{"patchbay.css", "patchbay.js", "htmx.js", "app.wasm", "icons.svg"} {
		a := c.nobody().get(assets.URL(name))
		hasAlways(t, name, a)
		if got := a.Header().Get("Cache-Control"); a.Code != http.StatusOK || got != "public, max-age=31536000, immutable" {
			t.Errorf("GET %s = %d, Cache-Control %q, want it immutable", name, a.Code, got)
		}
		if len(a.Result().Cookies()) > 0 {
			t.Errorf("GET %s sets a cookie", name)
		}
		if head := c.nobody().send(c.nobody().request(http.MethodHead, assets.URL(name), nil)); head.Code != http.StatusOK || head.Body.Len() > 0 {
			t.Errorf("HEAD %s = %d with %d bytes, want the headers alone", name, head.Code, head.Body.Len())
		}
	}
}

// inline are what the policy would stop; a page that has one of them is broken in the browser.
var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|\bhx-on\b`)

func TestNoPageHasWhatThePolicyStops(t *testing.T) {
	c := opened(t, setting{})
	for _, r := range c.routes {
		v := c.in(t, "admin")
		page := v.send(v.request(r.Method, c.path(t, r.Path), strings.NewReader(""))).Body.String()
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s %s has %q in its page", r.Method, r.Path, found)
		}
	}
	if !inline.MatchString(`<a onclick="x()">`) || !inline.MatchString(`<script>x()</script>`) || inline.MatchString(`<script src="/x.js" defer></script>`) {
		t.Error("the pattern does not tell an inline handler or script")
	}
}

func TestOverHTTPSTheBrowserIsToldToStayThere(t *testing.T) {
	c := opened(t, setting{base: "https://console.test", bare: true})
	if got := c.nobody().get("/setup").Header().Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security = %q, want a year", got)
	}
}
