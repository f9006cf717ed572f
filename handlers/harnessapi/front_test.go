package harnessapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"patchbay/handlers/harnessapi"
)

func TestWhatTheFrontDoorRefusesHasTheVendorsShape(t *testing.T) {
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = c.HTML(http.StatusForbidden, "<p>a page") }
	e.Use(func(echo.HandlerFunc) echo.HandlerFunc {
		return func(echo.Context) error { return echo.NewHTTPError(http.StatusForbidden, "Not from there.") }
	})
	harnessapi.New(harnessapi.Config{}).Mount(e)
	for _, tt := range []struct {
		method, path string
		status       int
		has          string
	}{
		{http.MethodDelete, "/api/harness/v1/connectors/x", http.StatusForbidden, `"message":"Not from there."`},
		{http.MethodPost, "/api/harness/gateway/ng/api/connectors", http.StatusForbidden, `"code":"NG_ACCESS_DENIED"`},
		{http.MethodGet, "/api/harness/nowhere", http.StatusNotFound, `"message"`},
	} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
		if w.Code != tt.status || !json.Valid(w.Body.Bytes()) || !strings.Contains(w.Body.String(), tt.has) {
			t.Errorf("%s %s = %d %s, want %d with %s", tt.method, tt.path, w.Code, w.Body, tt.status, tt.has)
		}
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/connectors", nil))
	if !strings.Contains(w.Body.String(), "a page") {
		t.Errorf("GET /connectors = %s, want the console's own page", w.Body)
	}
}
