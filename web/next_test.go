package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestAPathToGoOnToStaysOnTheConsole(t *testing.T) {
	for next, want := range map[string]string{
		"/":                          "/",
		"/connectors":                "/connectors",
		"/connectors?q=a&sort=name":  "/connectors?q=a&sort=name",
		"/connectors/x#check":        "/connectors/x#check",
		"/connectors?next=//evil":    "/connectors?next=//evil",
		"/%2f%2fevil.example":        "/%2f%2fevil.example", // a path of ours: browsers do not decode it
		"/.//evil.example":           "/.//evil.example",    // stays on this host
		"":                           "/",
		"connectors":                 "/",
		"//evil.example":             "/",
		"///evil.example":            "/",
		"////evil.example":           "/",
		`/\evil.example`:             "/",
		`\/evil.example`:             "/",
		`/\/evil.example`:            "/",
		"/\t/evil.example":           "/",
		"/\n/evil.example":           "/",
		"/\r\nLocation: //evil":      "/",
		"/\x00/evil.example":         "/",
		"/\x01":                      "/",
		"\t//evil.example":           "/",
		" //evil.example":            "/",
		"https://evil.example/":      "/",
		"HTTPS:evil.example":         "/",
		"https:/evil.example":        "/",
		"https:evil.example":         "/",
		"javascript:alert(1)":        "/",
		"data:text/html,x":           "/",
		"%2f%2fevil.example":         "/",
		"http://console.test/secret": "/",
		"?q=a":                       "/",
		"#x":                         "/",
		"@evil.example":              "/",
		"/%zz":                       "/",
	} {
		if got := LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}

// TestWithoutTheCheckABrowserLeaves shows the control switched off: each of these, taken as it is, leads to another host.
func TestWithoutTheCheckABrowserLeaves(t *testing.T) {
	for _, next := range []string{"//evil.example", "https://evil.example/", `/\evil.example`, "/\t/evil.example"} {
		if leaves(next) == "" {
			t.Errorf("%q stays on the console, so it is no attack", next)
		}
		if to := leaves(LocalPath(next)); to != "" {
			t.Errorf("LocalPath(%q) leads to %s", next, to)
		}
	}
}

// leaves gives the foreign host that a browser at the console would go to, or "". Browsers drop tabs and line breaks from addresses
// and take a backslash for a slash.
func leaves(location string) string {
	location = strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(location)
	at := &url.URL{Scheme: "http", Host: "console.test", Path: "/login"}
	to, err := at.Parse(strings.TrimFunc(location, func(r rune) bool { return r <= ' ' }))
	if err != nil || to.Host == at.Host && to.Scheme == at.Scheme {
		return ""
	}
	return to.Scheme + "://" + to.Host
}

func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/", "//evil.example", `/\evil`, "https://evil.example", "/a?b=c#d", "/%2f%2fevil", "/\t/evil", "/\u2028/evil", "/;//evil"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := LocalPath(next)
		if got != "/" && got != next {
			t.Errorf("LocalPath(%q) = %q, want it whole or the overview", next, got)
		}
		if !strings.HasPrefix(got, "/") || strings.ContainsAny(got, "\r\n\t\\") {
			t.Errorf("LocalPath(%q) = %q", next, got)
		}
		if to := leaves(got); to != "" {
			t.Errorf("LocalPath(%q) leads to %s", next, to)
		}
	})
}

func TestWhereARequestCameFrom(t *testing.T) {
	for referer, want := range map[string]string{
		"http://console.test/connectors?q=a": "/connectors?q=a",
		"http://console.test//evil.example":  "/",
		"https://evil.example/connectors":    "/",
		"http://console.test":                "/",
		"":                                   "/",
		"::":                                 "/",
	} {
		r := httptest.NewRequest(http.MethodPost, "http://console.test/x", nil)
		r.Header.Set("Referer", referer)
		if got := refererPath(r, "/"); got != want {
			t.Errorf("refererPath() of %q = %q, want %q", referer, got, want)
		}
	}
}
