package rehearsal

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// told is what a handler answers to one request.
func told(h http.Handler, method, path, body string, prepare func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if prepare != nil {
		prepare(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// basic signs a request.
func basic(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

func TestTheArtifactoriesArePlayedAsDescribed(t *testing.T) {
	s := &Server{User: "ci", Password: "right-password"}
	hosts := s.artifactory()
	const list = "/api/repositories"
	tests := []struct {
		host, path, user, password string
		status                     int
		says                       string
	}{
		{"repo", "/artifactory" + list, "", "", 401, "Sign in"},
		{"repo", "/artifactory" + list, "ci", "right-password", 200, `"key":"libs-release-local","type":"LOCAL"`},
		{"repo", "/artifactory" + list, "ci", "wrong", 401, "bad"},
		{"repo", "/artifactory" + list, "nobody", "right-password", 401, "bad"},
		{"repo", "/artifactory" + list, "ci", "expired-token", 401, "expired"},
		{"repo", "/artifactory" + list, "ci", "revoked-token", 401, "not found"},
		{"repo", "/artifactory" + list, "ci", "foreign-token", 401, "username"},
		{"repo", "/artifactory" + list, "ci", "plain-password", 401, "encrypted"},
		{"repo", "/artifactory" + list, "no-rights", "right-password", 403, "user"},
		{"repo", "/artifactory" + list, "no-rights", "wrong", 401, "bad"},
		{"repo", "/artifactory" + list, "reads-nothing", "right-password", 200, "[]"},
		{"repo", "/artifactory" + list, "locked-out", "right-password", 401, "locked"},
		{"repo", "/artifactory" + list, "on-hold", "right-password", 403, "login failures"},
		{"repo", "/artifactory" + list, "old-password", "right-password", 401, "expired"},
		{"repo", "/artifactory/libs/x", "ci", "right-password", 404, "errors"},
		{"repo", "/many/artifactory" + list, "ci", "right-password", 200, `"key":"last-local","type":"LOCAL"}]`},
		{"repo", "/many/artifactory" + list + "/team-0001-local", "ci", "right-password", 200, `{"key":"team-0001-local"`},
		{"repo", "/many/artifactory" + list + "/team-0001-local", "", "", 401, "Sign in"},
		{"repo", "/walled/artifactory" + list, "ci", "right-password", 403, "network"},
		{"repo", "/hidden/artifactory" + list, "", "", 404, "Not found"},
		{"repo", "/hidden/artifactory" + list, "ci", "right-password", 200, "libs-release-local"},
		{"repo", "/unlicensed/artifactory" + list, "ci", "right-password", 503, "license"},
		{"repo", "/starting/artifactory" + list, "ci", "right-password", 503, "Starting"},
		{"repo", "/busy/artifactory" + list, "ci", "right-password", 429, "Slow"},
		{"repo", "/moved/artifactory" + list, "", "", 301, "mirror.example.test"},
		{"repo", "/torn/artifactory" + list, "ci", "right-password", 200, `"libs-`},
		{"repo", "/other/artifactory" + list, "", "", 200, `{"items":[]}`},
		{"repo", "/blank/artifactory" + list, "", "", 200, ""},
		{"repo", "/", "", "", 200, "<!doctype html>"},
		{"repo", list, "", "", 200, "<!doctype html>"},
		{"mirror", "/artifactory" + list, "", "", 200, "docs-local"},
		{"mirror", "/artifactory" + list, "ci", "right-password", 200, "staff-local"},
		{"mirror", "/artifactory" + list, "ci", "wrong", 401, "bad"},
		{"mirror", "/public/artifactory" + list, "ci", "wrong", 200, "docs-local"},
		{"mirror", "/bare/artifactory" + list, "", "", 200, "[]"},
		{"mirror", list, "", "", 404, ""},
	}
	for _, tt := range tests {
		h := hosts[tt.host+".example.test"]
		if h == nil {
			t.Fatalf("%s is not played", tt.host)
		}
		var sign func(*http.Request)
		if tt.user != "" {
			sign = basic(tt.user, tt.password)
		}
		got := told(h, http.MethodGet, tt.path, "", sign)
		if got.Code != tt.status || !strings.Contains(got.Body.String(), tt.says) {
			t.Errorf("GET %s%s as %q, %q = %d %.200s, want %d and %q", tt.host, tt.path, tt.user, tt.password, got.Code, got.Body, tt.status, tt.says)
		}
		if strings.Contains(got.Body.String(), s.Password) {
			t.Errorf("GET %s%s tells the password", tt.host, tt.path)
		}
	}
}
