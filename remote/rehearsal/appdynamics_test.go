package rehearsal

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestTheControllersArePlayedAsDescribed(t *testing.T) {
	s := &Server{User: "ci", Password: "right-password"}
	h := s.appDynamics()["appd.example.test"]
	const list = "/controller/rest/applications"
	tests := []struct {
		path, user, password string
		status               int
		says                 string
	}{
		{list, "", "", 401, "<html>"},
		{list, "ci@customer1", "right-password", 200, `"name":"Checkout"`},
		{list, "ci@customer2", "right-password", 401, ""},
		{list, "ci", "right-password", 401, ""},
		{list, "ci@customer1", "wrong", 401, ""},
		{list, "nobody@customer1", "right-password", 401, ""},
		{list, "no-role@customer1", "right-password", 403, "role"},
		{list, "sees-nothing@customer1", "right-password", 200, "[]"},
		{"/many" + list, "ci@customer1", "right-password", 200, `{"name":"Last","id":9999}]`},
		{"/many" + list + "/7", "ci@customer1", "right-password", 200, `"id":7}]`},
		{"/many" + list + "/7", "", "", 401, ""},
		{"/forgetful" + list, "ci@customer1", "right-password", 401, ""},
		{"/xml" + list, "ci@customer1", "right-password", 200, "<applications>"},
		{"/torn" + list, "ci@customer1", "right-password", 200, `{"name":"Pay`},
		{"/upgrade" + list, "ci@customer1", "right-password", 503, "upgraded"},
		{"/busy" + list, "ci@customer1", "right-password", 429, "Slow"},
		{"/portal" + list, "ci@customer1", "right-password", 200, "<!doctype html>"},
		{"/moved" + list, "", "", 302, "appd-new.example.test"},
		{"/open" + list, "", "", 200, `"name":"Checkout"`},
		{"/blank" + list, "", "", 200, ""},
		{"/", "", "", 404, ""},
	}
	for _, tt := range tests {
		var sign func(*http.Request)
		if tt.user != "" {
			sign = basic(tt.user, tt.password)
		}
		got := told(h, http.MethodGet, tt.path+"?output=JSON", "", sign)
		if got.Code != tt.status || !strings.Contains(got.Body.String(), tt.says) {
			t.Errorf("GET %s as %q, %q = %d %.200s, want %d and %q", tt.path, tt.user, tt.password, got.Code, got.Body, tt.status, tt.says)
		}
	}
}

func TestAnAPIClientGetsATokenForItsSecret(t *testing.T) {
	s := &Server{User: "ci", Password: "right-password"}
	h := s.appDynamics()["appd.example.test"]
	ask := func(path, client, secret string) (status int, token string) {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {secret}}
		got := told(h, http.MethodPost, path+"/controller/api/oauth/access_token", form.Encode(), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})
		var body struct {
			AccessToken string `json:"access_token"`
		}
		if got.Code == http.StatusOK {
			if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
				t.Errorf("the answer for %s is no JSON: %v", client, err)
			}
		}
		return got.Code, body.AccessToken
	}
	list := func(token string) int {
		return told(h, http.MethodGet, "/controller/rest/applications", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }).Code
	}
	for _, tt := range []struct {
		path, client, secret string
		status, list         int
	}{
		{"", "ci@customer1", "right-password", 200, 200},
		{"", "no-role@customer1", "right-password", 200, 403},
		{"", "ci@customer1", "wrong", 401, 401},
		{"", "ci@customer2", "right-password", 401, 401},
		{"", "nobody@customer1", "right-password", 401, 401},
		{"/classic", "ci@customer1", "right-password", 404, 401},
		{"/vague", "ci@customer1", "right-password", 200, 401},
	} {
		status, token := ask(tt.path, tt.client, tt.secret)
		if status != tt.status || list(token) != tt.list {
			t.Errorf("%s with %q at %q: token %d, list %d, want %d and %d", tt.client, tt.secret, tt.path, status, list(token), tt.status, tt.list)
		}
		if strings.Contains(token, "right-password") {
			t.Errorf("the token %s tells the secret", token)
		}
	}
	_, token := ask("", "ci@customer1", "right-password")
	if got := list(token[:len(token)-1] + "0"); got != http.StatusUnauthorized && !strings.HasSuffix(token, "0") {
		t.Errorf("a changed token is answered %d", got)
	}
}
