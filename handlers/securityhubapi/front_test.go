package securityhubapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/handlers/securityhubapi"
)

func TestWhatTheFrontDoorRefusesHasTheVendorsForm(t *testing.T) {
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = c.HTML(http.StatusForbidden, "<p>a page") }
	e.Use(func(echo.HandlerFunc) echo.HandlerFunc {
		return func(echo.Context) error { return echo.NewHTTPError(http.StatusMisdirectedRequest, "Not this host.") }
	})
	securityhubapi.New(securityhubapi.Config{Now: time.Now}).Mount(e)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/securityhub/connectorsv2", nil))
	var body struct{ Code, Message string }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || body.Code != "AccessDeniedException" || body.Message != "Not this host." ||
		w.Header().Get("x-amzn-ErrorType") != body.Code {
		t.Errorf("GET below the door = %d %s (%v), want the vendor's exception", w.Code, w.Body, err)
	}
	w = httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/connectors", nil))
	if w.Body.String() != "<p>a page" {
		t.Errorf("GET /connectors = %s, want the console's own page", w.Body)
	}
}
