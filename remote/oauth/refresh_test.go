package oauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/oauth"
	"patchbay/remote/remotetest"
)

const oldToken = "canary-11c2-refresh-token"

// refresh renews at a server, with both secrets for the given origins; none is that of the server.
func refresh(t *testing.T, address string, to ...connector.Origin) (connector.OAuthTokens, error) {
	t.Helper()
	if len(to) == 0 {
		own, _ := connector.OriginOf(address)
		to = []connector.Origin{own}
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	client := oauth.New(remote.New(remote.Config{AllowLoopback: true, Now: func() time.Time { return now }, Resolver: remotetest.Resolver(remotetest.Names(nil))}))
	return client.Refresh(t.Context(), connector.OAuthApp{TokenURL: address + "/token", ClientID: "client"},
		connector.NewOpened(connector.NewSecret(secret), to...), connector.NewOpened(connector.NewSecret(oldToken), to...))
}

func TestTokensAreRenewed(t *testing.T) {
	for name, tt := range map[string]struct{ answer, refresh string }{
		"with a new refresh token": {good, "r-token"},
		"without one":              {`{"access_token":"a-token","expires_in":3600}`, oldToken},
	} {
		var asked []string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.FormValue("grant_type")+" "+r.FormValue("refresh_token")+" "+r.FormValue("client_id")+" "+r.FormValue("client_secret"))
			says(200, jsonType, tt.answer)(w, r)
		}))
		got, err := refresh(t, s.URL)
		s.Close()
		if err != nil || got.Access.Reveal() != "a-token" || got.Refresh.Reveal() != tt.refresh || !got.Expires.Equal(time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: Refresh() = %+v, %v", name, got, err)
		}
		if len(asked) != 1 || asked[0] != "refresh_token "+oldToken+" client "+secret {
			t.Errorf("%s: the server was asked %q, want once", name, asked)
		}
	}
}

func TestAServerThatWantsTheClientInTheHeaderIsAskedSo(t *testing.T) {
	p := &play{token: func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != secret {
			says(401, jsonType, `{"error":"invalid_client"}`)(w, r)
			return
		}
		says(200, jsonType, good)(w, r)
	}}
	s := httptest.NewServer(p)
	defer s.Close()
	if got, err := refresh(t, s.URL); err != nil || got.Access.Reveal() != "a-token" || len(p.asked) != 2 {
		t.Errorf("Refresh() = %+v, %v after %v", got, err, p.asked)
	}
}

func TestWhyTokensAreNotRenewed(t *testing.T) {
	cut := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		why    connector.RenewalEnd
		seen   string
	}{
		"the refresh token is not taken": {says(403, jsonType, `{"error":"invalid_grant","error_description":"`+oldToken+`"}`), connector.ConsentGone, "403 Forbidden"},
		"the same with 200":              {says(200, jsonType, `{"error":"invalid_grant"}`), connector.ConsentGone, "200 OK"},
		"the client is not known":        {says(401, jsonType, `{"error":"invalid_client"}`), connector.ClientRefused, "401 Unauthorized"},
		"the client may not":             {says(400, jsonType, `{"error":"unauthorized_client"}`), connector.ClientRefused, "400 Bad Request"},
		"401 and nothing else":           {says(401, "text/html", "<h1>no</h1>"), connector.ClientRefused, "401 Unauthorized"},
		"another refusal":                {says(400, jsonType, `{"error":"`+secret+`"}`), connector.RenewalRefused, "400 Bad Request"},
		"a page that is not there":       {says(404, "text/html", secret), connector.RenewalRefused, "404 Not Found"},
		"asked too often":                {says(429, jsonType, `{}`), connector.RenewalBusy, "429 Too Many Requests"},
		"trouble":                        {says(502, "text/html", secret), connector.RenewalTrouble, "502 Bad Gateway"},
		"a redirect":                     {http.RedirectHandler("https://evil.example/"+oldToken, http.StatusTemporaryRedirect).ServeHTTP, connector.RenewalElsewhere, "another address"},
		"a page":                         {says(200, "text/html", "<html>"+secret), connector.RenewalUnusable, "an answer that is no token"},
		"no token":                       {says(200, jsonType, `{}`), connector.RenewalUnusable, "an answer that is no token"},
		"a token of another kind":        {says(200, jsonType, `{"access_token":"a","token_type":"mac"}`), connector.RenewalUnusable, "a token of another kind"},
		"a token with a line break":      {says(200, jsonType, `{"access_token":"a\r\nX: 1"}`), connector.RenewalUnusable, "a token of another kind"},
		"a refresh token with a space":   {says(200, jsonType, `{"access_token":"a","refresh_token":"b c"}`), connector.RenewalUnusable, "a token of another kind"},
		"more than is read":              {says(200, jsonType, `{"access_token":"`+strings.Repeat("x", 300<<10)+`"}`), connector.RenewalUnusable, "an answer that is no token"},
		"an answer that breaks off":      {broken, connector.RenewalUnanswered, ""},
		"a connection that breaks":       {cut, connector.RenewalUnanswered, ""},
		"an answer of what was asked for": {func(w http.ResponseWriter, r *http.Request) {
			says(400, "text/plain", "error="+r.FormValue("refresh_token"))(w, r)
		}, connector.RenewalRefused, "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(tt.answer)
			defer s.Close()
			got, err := refresh(t, s.URL)
			var no *connector.Unrenewed
			if !errors.As(err, &no) || no.Why != tt.why || no.Seen != tt.seen || (no.Err != nil) != (tt.why == connector.RenewalUnanswered) || !got.Access.Empty() {
				t.Fatalf("Refresh() = %+v, %v, want %s with %q", got, err, tt.why, tt.seen)
			}
			if own, _ := connector.OriginOf(s.URL); no.Server != own {
				t.Errorf("Server = %s, want %s", no.Server, own)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), oldToken) {
				t.Errorf("Refresh() = %v, which has a secret in it", err)
			}
		})
	}
}

func TestARenewalThatDidNotLeaveIsToldFromOneWithoutAnAnswer(t *testing.T) {
	for address, reached := range map[string]string{"http://127.0.0.1:1": remote.Connect, "https://169.254.169.254": remote.Connect, "https://nowhere.invalid": remote.Resolve} {
		_, err := refresh(t, address)
		var no *connector.Unrenewed
		if !errors.As(err, &no) || no.Why != connector.RenewalUnreached || no.Reached != reached || no.Err == nil {
			t.Errorf("Refresh at %s = %v (reached %q), want that it ended at %s", address, err, no.Reached, reached)
		}
	}
}

// TestARefreshTokenGoesToItsServerAlone: with the control off, which is an origin that is allowed, everything arrives.
func TestARefreshTokenGoesToItsServerAlone(t *testing.T) {
	var arrived []string
	sink := remotetest.NewSink(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived = append(arrived, r.FormValue("client_secret"), r.FormValue("refresh_token"))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	own, _ := connector.OriginOf(sink.URL)
	for _, to := range []connector.Origin{"", "https://auth.atlassian.com:443", own + "/", connector.Origin(strings.ToUpper(string(own))), connector.Origin(strings.Replace(string(own), "http:", "https:", 1))} {
		_, err := refresh(t, sink.URL, to)
		var no *connector.Unrenewed
		if !errors.As(err, &no) || no.Why != connector.RenewalUnreached || no.Reached != "" {
			t.Errorf("Refresh() with secrets for %q = %v, want them not sent", to, err)
		}
	}
	if len(arrived) != 0 || sink.Connections() != 0 {
		t.Errorf("%d connections, and %q arrived", sink.Connections(), arrived)
	}
	if _, err := refresh(t, sink.URL, own); err == nil || len(arrived) != 2 || arrived[0] != secret || arrived[1] != oldToken {
		t.Errorf("with the control off %q arrived (%v), want both secrets", arrived, err)
	}
}
