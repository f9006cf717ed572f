package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/views"
)

const (
	sessionKey = "session"
	configKey  = "config"
)

// Flash is what the next page says once.
type Flash = views.Flash

// signedIn reads the session of the request and forbids caches to keep the answer.
func signedIn(cfg Config) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Cache-Control", "no-store")
			h.Set("Vary", "Cookie, HX-Request, HX-Request-Type")
			session, err := cfg.Sessions.Get(c.Request(), cfg.Sessions.CookieName())
			if err != nil {
				return err
			}
			c.Set(sessionKey, session)
			c.Set(configKey, cfg)
			if ends := SessionEnds(c); !ends.IsZero() { // for pages that live on parts: they warn before the session ends
				h.Set("Patchbay-Session-Ends", strconv.FormatInt(ends.UnixMilli(), 10))
			}
			return next(c)
		}
	}
}

// allowed lets in who has the permission.
func allowed(needs access.Permission) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			switch user := User(c); {
			case needs == Public:
			case user == nil:
				return errSignIn
			case needs != SignedIn && !user.Actor().May(needs):
				return access.Denied{Permission: needs}
			}
			return next(c)
		}
	}
}

func session(c echo.Context) *sessions.Session {
	s, _ := c.Get(sessionKey).(*sessions.Session)
	return s
}

// User gives who is signed in, or nil.
func User(c echo.Context) *access.User {
	if s := session(c); s != nil {
		if u, ok := s.Values[userValue].(access.User); ok {
			return &u
		}
	}
	return nil
}

// Actor gives who is asking; nobody without a session.
func Actor(c echo.Context) access.Actor {
	if u := User(c); u != nil {
		return u.Actor()
	}
	return access.Actor{}
}

// SessionEnds tells when the session ends if nothing is done; zero without one.
func SessionEnds(c echo.Context) time.Time {
	if row, ok := sessionRow(c); ok {
		return ends(row)
	}
	return time.Time{}
}

func sessionRow(c echo.Context) (access.Session, bool) {
	s := session(c)
	if s == nil {
		return access.Session{}, false
	}
	row, ok := s.Values[rowValue].(access.Session)
	return row, ok
}

// Stay notes that the session is in use and tells when it ends now.
func Stay(c echo.Context) (time.Time, error) {
	cfg, _ := c.Get(configKey).(Config)
	s := session(c)
	row, ok := s.Values[rowValue].(access.Session)
	if !ok {
		return time.Time{}, errSignIn
	}
	row.Seen = cfg.Now()
	s.Values[rowValue] = row
	return ends(row), cfg.Sessions.keeper.TouchSession(c.Request().Context(), row.Hash, row.Seen)
}

// Say keeps a message for the next page.
func Say(c echo.Context, f Flash) error {
	s := session(c)
	s.Values[flashValue] = f
	return s.Save(c.Request(), c.Response())
}

// Said gives the message that the last request kept, and forgets it.
func Said(c echo.Context) (Flash, error) {
	s := session(c)
	f, ok := s.Values[flashValue].(Flash)
	if !ok {
		return Flash{}, nil
	}
	delete(s.Values, flashValue)
	return f, s.Save(c.Request(), c.Response())
}

// SignIn begins a session for the user.
func SignIn(c echo.Context, u access.User) error {
	cfg, _ := c.Get(configKey).(Config)
	return cfg.Sessions.Begin(c.Response(), c.Request(), u, c.RealIP())
}

// SignOut ends it.
func SignOut(c echo.Context) error {
	cfg, _ := c.Get(configKey).(Config)
	return cfg.Sessions.End(c.Response(), c.Request())
}

// Partial reports whether htmx asks for a part of a page. A history request and a boosted one want the whole.
func Partial(c echo.Context) bool {
	h := c.Request().Header
	return h.Get("HX-Request") == "true" && h.Get("HX-Request-Type") != "full"
}

// LocalPath gives a path on this console to go to, or "/" for anything that could lead elsewhere.
func LocalPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") {
		return "/"
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" {
		return "/"
	}
	return next
}

// signInFirst sends the browser to the sign-in page and, afterwards, back to where it was. A part of a page is never replaced by a
// sign-in form: htmx is told to leave the page.
func signInFirst(c echo.Context) error {
	r := c.Request()
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		back = refererPath(r, "/")
	}
	if r.Header.Get("HX-Request") == "true" {
		if current, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil && current.Path != "" {
			back = current.RequestURI()
		}
		c.Response().Header().Set("HX-Redirect", loginURL(back))
		return c.NoContent(http.StatusUnauthorized)
	}
	return c.Redirect(http.StatusSeeOther, loginURL(back))
}

func loginURL(back string) string {
	if back = LocalPath(back); back == "/" {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(back)
}

// refererPath gives the path of the page that the request came from, if it was one of ours.
func refererPath(r *http.Request, otherwise string) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || u.Path == "" {
		return otherwise
	}
	return LocalPath(u.RequestURI())
}

// CameFrom gives the path of the page on which the button was, or the overview.
func CameFrom(c echo.Context) string { return refererPath(c.Request(), "/") }
