package probe_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

const goodClient = `{"ClientId":"` + rehearsal.DeskClient + `","ClientSecret":"` + playedPassword + `"}`

// desk asks an instance with what the secret holds, which may go to that instance.
func desk(address, held string) connector.Question {
	to, _ := connector.OriginOf(address)
	return connector.Question{Check: connector.ReadServiceNow{Address: address, Client: connector.Kept("SecretArn", "arn")},
		Secrets: map[string]connector.Opened{"SecretArn": connector.NewOpened(connector.NewSecret(held), to)}}
}

func TestServiceNow(t *testing.T) {
	s := staged(t)
	const way = "Resolve ok, Connect ok, TLS ok, HTTP ok, "
	const nothing = "Resolve skipped, Connect skipped, TLS skipped, HTTP skipped, Authenticate failed, Use skipped"
	tests := []struct {
		name, host, held   string
		status             connector.Status
		code, steps, shows string
	}{
		{"a client that may read", "acme", goodClient, connector.Healthy, "SERVICENOW_TABLE_READ", way + "Authenticate ok, Use ok", "a token for 1799 s"},
		{"a table that shows nothing", "empty", goodClient, connector.Healthy, "SERVICENOW_TABLE_READ", way + "Authenticate ok, Use ok", "can be read and shows none"},
		{"names in other letters, and more beside them", "acme", `{"client_id":" ` + rehearsal.DeskClient + `\n","CLIENTSECRET":"` + playedPassword + `","x":[1]}`,
			connector.Healthy, "SERVICENOW_TABLE_READ", way + "Authenticate ok, Use ok", "200 OK"},
		{"a client that may not read", "strict", goodClient, connector.Failing, "SERVICENOW_FORBIDDEN", way + "Authenticate ok, Use failed", "403 Forbidden"},
		{"an instance without the table", "bare", goodClient, connector.Failing, "SERVICENOW_TABLE_MISSING", way + "Authenticate ok, Use failed", "400 Bad Request"},
		{"a token that is not taken", "forgetful", goodClient, connector.Failing, "SERVICENOW_TOKEN_REFUSED", way + "Authenticate ok, Use failed", "401 Unauthorized"},
		{"a wrong client secret", "acme", `{"ClientId":"patchbay","ClientSecret":"guess"}`, connector.Failing, "SERVICENOW_AUTH_REFUSED", way + "Authenticate failed, Use skipped", "401 Unauthorized"},
		{"client credentials switched off", "closed", goodClient, connector.Failing, "SERVICENOW_GRANT_OFF", way + "Authenticate failed, Use skipped", "401 Unauthorized"},
		{"client credentials not known", "older", goodClient, connector.Failing, "SERVICENOW_GRANT_OFF", way + "Authenticate failed, Use skipped", "401 Unauthorized"},
		{"an answer without a token", "blank", goodClient, connector.Failing, "SERVICENOW_TOKEN_MISSING", way + "Authenticate failed, Use skipped", "200 OK"},
		{"a developer's instance asleep", "asleep", goodClient, connector.Failing, "SERVICENOW_ASLEEP", way + "Authenticate failed, Use skipped", "text/html"},
		{"one that leads to the page", "away", goodClient, connector.Failing, "SERVICENOW_ASLEEP", way + "Authenticate failed, Use skipped", "302 Found"},
		{"a sign-in page", "portal", goodClient, connector.Failing, "PAGE_INSTEAD", way + "Authenticate failed, Use skipped", "text/html"},
		{"an instance that is asked too often", "busy", goodClient, connector.Degraded, "RATE_LIMITED", way + "Authenticate failed, Use skipped", "429"},
		{"a secret that is no JSON", "acme", "patchbay:" + playedPassword, connector.Failing, "SERVICENOW_SECRET_UNREADABLE", nothing, "it is no JSON object, nothing was sent"},
		{"a secret without a client id", "acme", `{"ClientSecret":"` + playedPassword + `"}`, connector.Failing, "SERVICENOW_SECRET_UNREADABLE", nothing, "ClientId is missing"},
		{"a secret without a client secret", "acme", `{"ClientId":"patchbay","ClientSecret":7}`, connector.Failing, "SERVICENOW_SECRET_UNREADABLE", nothing, "ClientSecret is missing"},
		{"an empty object", "acme", `{}`, connector.Failing, "SERVICENOW_SECRET_UNREADABLE", nothing, "ClientId and ClientSecret are missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.probe.Ask(t.Context(), desk("https://"+tt.host+".service-now.com", tt.held))
			want(t, got, tt.status, tt.code)
			if states(got) != tt.steps {
				t.Errorf("steps = %s, want %s", states(got), tt.steps)
			}
			if shown := strings.Join(evidence(got), "\n"); !strings.Contains(shown, tt.shows) {
				t.Errorf("evidence = %q, want it to show %q", shown, tt.shows)
			}
			if tt.status != connector.Healthy && got.Next == "" {
				t.Errorf("%s says no next step", got.Code)
			}
			clean(t, got, tt.held)
		})
	}
	missing := desk("https://acme.service-now.com", goodClient)
	missing.Secrets = nil
	want(t, s.probe.Ask(t.Context(), missing), connector.Failing, "SECRET_MISSING")
	if got := s.probe.Ask(t.Context(), desk("https://acme.service-now.com", goodClient)); !strings.Contains(got.Text, "of which it may see some") {
		t.Errorf("Text = %q, want it to say that rows were shown", got.Text)
	}
	if got := s.probe.Ask(t.Context(), desk("https://empty.service-now.com", goodClient)); !strings.Contains(got.Text, "is empty or shows it none") {
		t.Errorf("Text = %q, want it to say that no row was shown", got.Text)
	}
}

// TestTheClientGoesToItsInstanceAlone: nothing arrives at an origin that the secret is not for; with the right origin it does, which shows that
// the sink would notice.
func TestTheClientGoesToItsInstanceAlone(t *testing.T) {
	arrived := make(chan string, 10)
	sink := remotetest.NewSink(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- r.FormValue("client_secret")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	p := loopback(5 * time.Second)
	for _, at := range []connector.Origin{"", "https://acme.service-now.com:443", connector.Origin(sink.URL + "/"), connector.Origin(strings.ToUpper(sink.URL))} {
		q := desk(sink.URL, goodClient)
		q.Secrets["SecretArn"] = connector.NewOpened(connector.NewSecret(goodClient), at)
		want(t, p.Ask(t.Context(), q), connector.Failing, "SECRET_NOT_ALLOWED_HERE")
	}
	if len(arrived) != 0 || sink.Connections() != 0 {
		t.Errorf("%d requests and %d connections arrived", len(arrived), sink.Connections())
	}
	want(t, p.Ask(t.Context(), desk(sink.URL, goodClient)), connector.Failing, "SERVICENOW_AUTH_REFUSED")
	if got := <-arrived; got != playedPassword {
		t.Errorf("with the control off %q arrived, want the client secret", got)
	}
}

// TestOddInstances are servers that give any client a token, or answer what no instance does.
func TestOddInstances(t *testing.T) {
	const token = `{"access_token":"canary-of-the-instance","token_type":"Bearer"}`
	json := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			w.Write([]byte(body))
		}
	}
	echo := func(w http.ResponseWriter, r *http.Request) { // shows what it was sent
		w.WriteHeader(http.StatusBadRequest)
		w.Write([]byte(r.FormValue("client_secret") + " " + r.Header.Get("Authorization")))
	}
	tests := []struct {
		name         string
		token, table http.HandlerFunc
		code         string
	}{
		{"nothing that gives tokens", json(404, `{}`), nil, "SERVICENOW_NO_TOKENS"},
		{"a page that says so", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(404)
			w.Write([]byte("<html>no"))
		}, nil, "SERVICENOW_NO_TOKENS"},
		{"an error with 200", json(200, `{"error":"invalid_client"}`), nil, "SERVICENOW_AUTH_REFUSED"},
		{"a client that may not", json(400, `{"error":"unauthorized_client"}`), nil, "SERVICENOW_GRANT_OFF"},
		{"a token with a line break", json(200, `{"access_token":"a\r\nX: 1"}`), nil, "SERVICENOW_TOKEN_MISSING"},
		{"a token of another kind", json(200, `{"access_token":"a","token_type":"mac"}`), nil, "SERVICENOW_TOKEN_MISSING"},
		{"a list for a token", json(200, `["canary-of-the-instance"]`), nil, "SERVICENOW_TOKEN_MISSING"},
		{"nothing at all", json(200, ``), nil, "EMPTY_ANSWER"},
		{"trouble", json(502, `{}`), nil, "SERVER_ERROR"},
		{"what was sent, sent back", echo, nil, "HTTP_UNEXPECTED"},
		{"a page for the table", json(200, token), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte("<html>in"))
		}, "PAGE_INSTEAD"},
		{"a hibernating page for the table", json(200, token), func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<!doctype html>Hibernating")) }, "SERVICENOW_ASLEEP"},
		{"a list for the table", json(200, token), json(200, `[]`), "SERVICENOW_NOT_A_TABLE"},
		{"a table without rows", json(200, token), json(200, `{}`), "SERVICENOW_NOT_A_TABLE"},
		{"rows of another form", json(200, token), json(200, `{"result":{"sys_id":"x"}}`), "SERVICENOW_NOT_A_TABLE"},
		{"the token, sent back", json(200, token), echo, "SERVICENOW_TABLE_MISSING"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("POST /oauth_token.do", tt.token)
			if tt.table != nil {
				mux.HandleFunc("GET /api/now/table/incident", tt.table)
			}
			got := loopback(5*time.Second).Ask(t.Context(), desk(listen(t, mux), goodClient))
			if got.Code != tt.code || got.Status == connector.Healthy {
				t.Errorf("Ask() = %s %s %q, want %s", got.Status, got.Code, got.Text, tt.code)
			}
			clean(t, got, "canary-of-the-instance")
		})
	}
}
