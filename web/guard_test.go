package web

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
)

// door builds a front door of the named guards alone, before a page that changes something and one that falls over.
func door(log io.Writer, guards ...string) http.Handler {
	cfg := Config{Base: "console.test", Scheme: "http", Log: slog.New(slog.NewJSONHandler(log, nil)), Now: time.Now,
		Errors: func(c echo.Context, e Error) error { return c.String(e.Status, e.Text) }}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { answer(cfg, err, c) }
	for _, g := range guards {
		e.Use(map[string]echo.MiddlewareFunc{
			"logged": logged(cfg.Log, cfg.Now), "steady": steady(cfg.Log), "headers": headers, "hosts": hosts(cfg.Base),
			"same origin": sameOrigin(http.NewCrossOriginProtection()), "bodies": bodies(100), "allowed": allowed(access.Edit),
		}[g])
	}
	e.POST("/change", func(c echo.Context) error {
		if err := c.Request().ParseForm(); err != nil {
			return err
		}
		return c.String(http.StatusOK, "changed")
	})
	e.POST("/panic", func(echo.Context) error { panic("the secret of the house") })
	return e
}

// TestEachGuardStopsWhatItIsThereFor shows every guard at work and, with the guard left out, the attack that it stops.
func TestEachGuardStopsWhatItIsThereFor(t *testing.T) {
	for name, tt := range map[string]struct {
		guard string
		spoil func(*http.Request)
		want  int
	}{
		"a form of another site":  {"same origin", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"a form of another port":  {"same origin", func(r *http.Request) { r.Header.Set("Origin", "http://console.test:9090") }, 403},
		"a name that was rebound": {"hosts", func(r *http.Request) { r.Host = "evil.example" }, 421},
		"a packed body":           {"bodies", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, 415},
		"a body without end":      {"bodies", func(r *http.Request) { *r = *sized(200, 200) }, 413},
		"a body that says little": {"bodies", func(r *http.Request) { *r = *sized(200, -1) }, 413},
		"nobody at all":           {"allowed", func(*http.Request) {}, 303},
	} {
		t.Run(name, func(t *testing.T) {
			send := func(guards ...string) int {
				r := sized(5, 5)
				tt.spoil(r)
				w := httptest.NewRecorder()
				door(io.Discard, guards...).ServeHTTP(w, r)
				return w.Code
			}
			if got := send(tt.guard); got != tt.want {
				t.Errorf("with the guard = %d, want %d", got, tt.want)
			}
			if got := send(); got != http.StatusOK {
				t.Errorf("without the guard = %d, want that the attack works", got)
			}
		})
	}
}

// sized makes a form of so many bytes, which says that it has length bytes; -1 says nothing.
func sized(bytes, length int64) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://console.test/change", io.MultiReader(strings.NewReader("a="+strings.Repeat("x", int(bytes)-2))))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.ContentLength = length
	return r
}

func TestThePolicyIsThereOnlyWithItsGuard(t *testing.T) {
	for guard, want := range map[string]string{"headers": policy, "hosts": ""} {
		w := httptest.NewRecorder()
		door(io.Discard, guard).ServeHTTP(w, sized(5, 5))
		if got := w.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("with the guard %s the policy is %q, want %q", guard, got, want)
		}
	}
}

func TestAPanicIsAnsweredAndLoggedAndTellsNothing(t *testing.T) {
	var log bytes.Buffer
	w := httptest.NewRecorder()
	door(&log, "logged", "steady").ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://console.test/panic", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret of the house") {
		t.Errorf("a panic answers %d %q, want 500 and nothing of the reason", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "secret of the house") || !strings.Contains(log.String(), w.Header().Get("X-Request-Id")) {
		t.Error("the log has not the reason with the request id of the answer")
	}
	defer func() {
		if recover() == nil {
			t.Error("without its guard a panic should take the request down")
		}
	}()
	door(io.Discard).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "http://console.test/panic", nil))
}

func TestAHostNameIsTakenInItsPlainestForm(t *testing.T) {
	for _, tt := range []struct {
		host, base string
		want       bool
	}{
		{"console.test", "console.test", true}, {"console.test:443", "console.test", true}, {"console.test", "console.test:8443", true},
		{"console.test:8443", "console.test:8443", true}, {"Console.Test", "console.test", true},
		{"console.test:x", "console.test", false}, {"console.test:99999", "console.test", false}, {"console.test:80@evil.example", "console.test", false},
		{"", "", false}, {"", "console.test", false}, {"evil.example", "", false}, {"evil.example", "console.test", false},
		{"192.0.2.1", "", true}, {"192.0.2.1:8080", "", true}, {"[2001:db8::1]:8080", "", true}, {"2130706433", "", false}, {"0x7f.1", "", false},
		{"localhost", "", true}, {"localhost:1", "", true}, {"localhost.evil.example", "", false},
	} {
		if got := ownHost(tt.host, tt.base); got != tt.want {
			t.Errorf("ownHost(%q, %q) = %v, want %v", tt.host, tt.base, got, tt.want)
		}
	}
}

func TestEveryErrorHasItsWords(t *testing.T) {
	for _, code := range []int{400, 401, 403, 404, 405, 408, 409, 411, 413, 415, 421, 422, 429, 431, 500, 501, 503} {
		e := describe(echo.NewHTTPError(code))
		if e.Heading == "" || !strings.HasSuffix(e.Text, ".") {
			t.Errorf("describe(%d) = %+v, want a heading and a whole sentence", code, e)
		}
		if code < 500 && e.Status != code {
			t.Errorf("describe(%d) answers %d", code, e.Status)
		}
	}
	if e := describe(fmt.Errorf("open /var/lib/thing: %w", io.ErrUnexpectedEOF)); e.Status != 500 || strings.Contains(e.Text, "/var") {
		t.Errorf("describe() of what nobody knows = %+v, want 500 and nothing of the reason", e)
	}
}
