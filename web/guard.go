package web

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// policy lets a page load from its own origin only, compile the browser module, and nothing else: no inline code, no eval, no frames.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer carries. The referrer stays within the console: without one, browsers send "Origin: null" with
// forms on plain http, and the cross-origin guard would refuse them.
func headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if c.Scheme() == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// hosts refuses names that are not this console's, so that a page elsewhere cannot reach it under a name that it controls. The base
// URL's host, localhost and bare addresses are its own.
func hosts(base string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !ownHost(c.Request().Host, base) {
				return echo.NewHTTPError(http.StatusMisdirectedRequest,
					"This console is not served under the name "+shorten(c.Request().Host, 100)+". Start it with --base-url to give it that name.")
			}
			return next(c)
		}
	}
}

func ownHost(host, base string) bool {
	name, ok := hostName(host)
	own, _ := hostName(base)
	if !ok {
		return false
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil || strings.EqualFold(name, "localhost") || own != "" && strings.EqualFold(name, own)
}

// hostName takes the port off; ok is false when what stands there is none.
func hostName(host string) (name string, ok bool) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return host, true
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return name, err == nil
}

// sameOrigin refuses requests that change something and come from a page elsewhere.
func sameOrigin(cop *http.CrossOriginProtection) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := cop.Check(c.Request()); err != nil {
				return echo.NewHTTPError(http.StatusForbidden, "This request came from a page of another site, so it was not carried out.").SetInternal(err)
			}
			return next(c)
		}
	}
}

// The most that a request's body may hold.
const (
	bodyLimit  = 1 << 20
	loginLimit = 64 << 10
)

// bodies refuses packed requests, whose real size nobody knows, and cuts the others at the limit.
func bodies(limit int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
				return echo.NewHTTPError(http.StatusUnsupportedMediaType, "Requests must come unpacked, without Content-Encoding.")
			}
			if r.ContentLength > limit {
				return echo.NewHTTPError(http.StatusRequestEntityTooLarge)
			}
			r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
			return next(c)
		}
	}
}
