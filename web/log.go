package web

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

const requestKey = "request"

// RequestID gives the id of the request, which the log, the error page and the answer's X-Request-Id share.
func RequestID(c echo.Context) string {
	id, _ := c.Get(requestKey).(string)
	return id
}

// logged gives each request an id and writes one line when it has been answered: never a query, a body or a header.
func logged(log *slog.Logger, now func() time.Time) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			id := strings.ToLower(rand.Text()[:12])
			c.Set(requestKey, id)
			c.Response().Header().Set("X-Request-Id", id)
			began := now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			level := slog.LevelInfo
			switch status := c.Response().Status; {
			case status >= http.StatusInternalServerError:
				level = slog.LevelError
			case c.Path() == "/livez" || c.Path() == "/readyz" || strings.HasPrefix(c.Path(), "/assets/"):
				level = slog.LevelDebug
			}
			log.Log(c.Request().Context(), level, "request", "id", id, "method", c.Request().Method, "route", c.Path(),
				"status", c.Response().Status, "ms", now().Sub(began).Milliseconds(), "actor", Actor(c).Name, "from", c.RealIP())
			return nil
		}
	}
}

// steady turns a panic into an error that is answered as any other, with its stack in the log.
func steady(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				if p := recover(); p != nil {
					if p == http.ErrAbortHandler {
						panic(p)
					}
					log.Error("panic", "id", RequestID(c), "route", c.Path(), "panic", p, "stack", stack())
					err = echo.NewHTTPError(http.StatusInternalServerError)
				}
			}()
			return next(c)
		}
	}
}
