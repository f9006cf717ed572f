// Package web is the front door: Echo with its guards, sessions, headers, the error page and the rendering of pages.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/assets"
)

// Config is what the front door is made from.
type Config struct {
	Sessions *Sessions
	Base     string // host of the base URL, with its port if it has one; "" without a base URL
	Scheme   string // "http" or "https": how people reach the console
	Log      *slog.Logger
	Now      func() time.Time
	Errors   func(c echo.Context, e Error) error // draws the error page
}

// Route is one address of the console, with what it takes to come in. A route without that does not start.
type Route struct {
	Method, Path string
	Needs        access.Permission // or [Public], or [SignedIn]
	Do           echo.HandlerFunc
	Body         int64 // most bytes of a request; 0 is 1 MiB
}

// The ways in that no role stands behind.
const (
	Public   access.Permission = "public"    // everybody
	SignedIn access.Permission = "signed in" // every user, whatever the role
)

// New makes the front door with its guards, outermost first, and the assets behind it.
func New(cfg Config) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.SchemeExtractor = func(*http.Request) string { return cfg.Scheme }
	e.HTTPErrorHandler = func(err error, c echo.Context) { answer(cfg, err, c) }
	e.Use(logged(cfg.Log, cfg.Now), steady(cfg.Log), headers, hosts(cfg.Base), sameOrigin(http.NewCrossOriginProtection()))
	e.GET("/assets/*", echo.WrapHandler(assets.Handler()))
	e.HEAD("/assets/*", echo.WrapHandler(assets.Handler()))
	return e
}

// Mount puts the routes behind the front door. It refuses a table with a route that does not say who may come in.
func Mount(e *echo.Echo, cfg Config, routes []Route) error {
	for _, r := range routes {
		if r.Needs == "" || r.Do == nil || r.Method == "" {
			return fmt.Errorf("route %s %s does not say what it needs", r.Method, r.Path)
		}
		limit := r.Body
		if limit == 0 {
			limit = bodyLimit
		}
		e.Add(r.Method, r.Path, r.Do, bodies(limit), signedIn(cfg), allowed(r.Needs))
	}
	return nil
}

// Server gives the HTTP server for the front door, with deadlines for everything that a slow client could hold.
func Server(e *echo.Echo) *http.Server {
	return &http.Server{
		Handler: e, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
}

func stack() string { return string(debug.Stack()) }

var errSignIn = errors.New("nobody is signed in")
