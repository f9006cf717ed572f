package main

import (
	"log/slog"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/handlers/harnessapi"
	"patchbay/handlers/jitterbitapi"
	"patchbay/handlers/securityhubapi"
	"patchbay/registry"
	"patchbay/web"
)

// doors puts the vendors' own APIs behind the front door, each with the limits that its vendor documents.
func doors(e *echo.Echo, reg *registry.Registry, requests *registry.RequestLog, log *slog.Logger, now func() time.Time) {
	// Harness: 1000 requests a minute for each API key.
	harness := web.NewLimits(1000, time.Minute, 1000, now)
	harnessapi.New(harnessapi.Config{Registry: reg, Now: now, Log: log, Note: requests.Note, Limit: harness.Allow}).Mount(e)
	// Security Hub: ten a second, thirty at once.
	hub := web.NewLimits(10, time.Second, 30, now)
	securityhubapi.New(securityhubapi.Config{Registry: reg, Now: now, Note: requests.Note, Limit: hub.Allow}).Mount(e)
	// Harmony documents no limit; two a second is more than any of its clients asks for.
	harmony := web.NewLimits(120, time.Minute, 120, now)
	jitterbitapi.New(jitterbitapi.Config{Registry: reg, Now: now, Note: requests.Note, Limit: harmony.Allow}).Mount(e)
}
