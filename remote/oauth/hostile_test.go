package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/oauth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret   = "canary-6e0f-client-secret"
	good     = `{"access_token":"a-token","refresh_token":"r-token","token_type":"Bearer","expires_in":3600}`
	acme     = `{"id":"cloud-1","name":"acme","url":"https://acme.atlassian.net","scopes":["read:jira-work"]}`
	callback = "https://patchbay.example.com/oauth/jira/callback"
)

// play is a server whose two answers the test chooses; it notes who asked for what.
type play struct {
	token, sites http.HandlerFunc
	asked        []string
}

func (p *play) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked = append(p.asked, r.URL.Path)
	if r.URL.Path == "/token" {
		p.token(w, r)
		return
	}
	p.sites(w, r)
}

func says(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		if _, err := w.Write([]byte(body)); err != nil {
			return // who asked has had enough
		}
	}
}

const jsonType = "application/json"

// exchange exchanges a code at the play.
func exchange(t *testing.T, p *play, code string) (connector.Consent, error) {
	t.Helper()
	s := httptest.NewServer(p)
	defer s.Close()
	app := connector.OAuthApp{AuthoriseURL: s.URL + "/authorise", TokenURL: s.URL + "/token", API: s.URL + "/", ClientID: "client"}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	client := oauth.New(remote.New(remote.Config{AllowLoopback: true, Now: func() time.Time { return now }}))
	return client.Exchange(t.Context(), app, connector.NewSecret(secret), callback, code)
}

func TestAGoodAnswerIsTaken(t *testing.T) {
	p := &play{token: says(200, jsonType, good), sites: func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer a-token" || r.URL.Path != "/oauth/token/accessible-resources" {
			t.Errorf("the sites are asked for at %s with %q", r.URL, r.Header.Get("Authorization"))
		}
		says(200, jsonType, "["+acme+","+acme+`,{"id":"other","url":"https://other.atlassian.net","scopes":["read:page:confluence"]}]`)(w, r)
	}}
	got, err := exchange(t, p, "code")
	if err != nil || len(got.Sites) != 1 || got.Sites[0] != (connector.Site{ID: "cloud-1", Name: "acme", Address: "https://acme.atlassian.net"}) || got.Tokens.Access.Reveal() != "a-token" ||
		got.Tokens.Refresh.Reveal() != "r-token" || !got.Tokens.Expires.Equal(time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)) {
		t.Errorf("Exchange() = %+v, %v", got, err)
	}
}

func TestHostileAnswersAreRefusedInCalmSentences(t *testing.T) {
	long := strings.Repeat("x", 300<<10)
	shows := func(status int, kind, before, after string) http.HandlerFunc { // sends back what it has seen
		return says(status, kind, before+secret+after)
	}
	for name, tt := range map[string]struct {
		token, sites http.HandlerFunc
		text         string
		code         bool
	}{
		"the code is not taken":        {token: says(400, jsonType, `{"error":"invalid_grant","error_description":"no"}`), text: "did not take the code", code: true},
		"the same with 403":            {token: says(403, jsonType, `{"error":"invalid_grant"}`), text: "did not take the code", code: true},
		"the same with 200":            {token: says(200, jsonType, `{"error":"invalid_grant"}`), text: "did not take the code", code: true},
		"the client is not known":      {token: says(401, jsonType, `{"error":"invalid_client"}`), text: "does not know the client id"},
		"401 and nothing else":         {token: says(401, "text/html", "<h1>no</h1>"), text: "does not know the client id"},
		"another refusal":              {token: shows(400, jsonType, `{"error":"`, `"}`), text: "refused the exchange"},
		"asked too often":              {token: says(429, jsonType, `{}`), text: "too often"},
		"trouble with the secret":      {token: shows(500, "text/html", "<p>", "</p>"), text: "trouble of its own"},
		"a redirect":                   {token: http.RedirectHandler("https://evil.example/token", http.StatusTemporaryRedirect).ServeHTTP, text: "leads elsewhere"},
		"a page in place of a token":   {token: shows(200, "text/html", "<html>", "</html>"), text: "as OAuth 2.0 asks for"},
		"no JSON":                      {token: shows(200, jsonType, "{", "}"), text: "as OAuth 2.0 asks for"},
		"JSON of another kind":         {token: says(200, jsonType, `[1,2]`), text: "as OAuth 2.0 asks for"},
		"no token":                     {token: says(200, jsonType, `{"token_type":"Bearer"}`), text: "as OAuth 2.0 asks for"},
		"nothing":                      {token: says(200, jsonType, ""), text: "as OAuth 2.0 asks for"},
		"a token of another kind":      {token: says(200, jsonType, `{"access_token":"a","token_type":"mac"}`), text: "cannot use"},
		"a token with a line break":    {token: says(200, jsonType, `{"access_token":"a\r\nX-Evil: 1","token_type":"Bearer"}`), text: "cannot use"},
		"an enormous token":            {token: says(200, jsonType, `{"access_token":"`+long[:20<<10]+`"}`), text: "cannot use"},
		"an endless answer":            {token: says(200, jsonType, `{"access_token":"`+long+`"}`), text: "more than Patchbay reads"},
		"an answer that breaks off":    {token: broken, text: "could not be reached"},
		"sites: not allowed":           {sites: says(401, jsonType, `{}`), text: "did not say which site"},
		"sites: a page":                {sites: says(200, "text/html", "<html>"), text: "did not say which site"},
		"sites: an object":             {sites: says(200, jsonType, acme), text: "did not say which site"},
		"sites: nonsense":              {sites: says(200, jsonType, `[1,"x",null]`), text: "did not say which site"},
		"sites: a script for address":  {sites: says(200, jsonType, `[{"id":"a","url":"javascript:alert(1)"}]`), text: "did not say which site"},
		"sites: a strange id":          {sites: says(200, jsonType, `[{"id":"a b\n","url":"https://acme.atlassian.net"}]`), text: "did not say which site"},
		"sites: none":                  {sites: says(200, jsonType, `[]`), text: "no Jira site"},
		"sites: more than anybody has": {sites: says(200, jsonType, "["+many(101)+"]"), text: "more sites than"},
		"sites: endless":               {sites: says(200, jsonType, "["+long), text: "more than Patchbay reads"},
		"sites: a redirect":            {sites: http.RedirectHandler("https://evil.example/", http.StatusFound).ServeHTTP, text: "did not say which site"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &play{token: tt.token, sites: tt.sites}
			if p.token == nil {
				p.token = says(200, jsonType, good)
			}
			got, err := exchange(t, p, "code")
			var no *connector.ConsentRefused
			if !errors.As(err, &no) {
				t.Fatalf("Exchange() = %+v, %v, want a refusal", got, err)
			}
			if no.Code != tt.code || !strings.Contains(no.Text, tt.text) || !strings.HasSuffix(no.Text, ".") || !strings.HasSuffix(no.Next, ".") {
				t.Errorf("Exchange() = %v (of the code: %v), want %q (%v)", no, no.Code, tt.text, tt.code)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "a-token") {
				t.Errorf("Exchange() = %v, which has a secret in it", err)
			}
		})
	}
}

// many gives the list of n sites.
func many(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`{"id":"site-%d","url":"https://site-%d.atlassian.net"}`, i, i)
	}
	return strings.Join(out, ",")
}

func TestAConsentForSeveralSitesGivesThemAll(t *testing.T) {
	long := strings.Repeat("x", 300)
	p := &play{token: says(200, jsonType, good), sites: says(200, jsonType, `[{"id":"z","url":"https://z.atlassian.net","name":"Zebra\u0000 `+long+`"},`+acme+`,`+acme+`]`)}
	got, err := exchange(t, p, "code")
	if err != nil || len(got.Sites) != 2 || got.Sites[0].Address != "https://acme.atlassian.net" || got.Sites[1].ID != "z" {
		t.Fatalf("Exchange() = %+v, %v, want both sites by address", got.Sites, err)
	}
	if name := got.Sites[1].Name; !strings.HasPrefix(name, "Zebra") || len(name) > 110 || strings.Contains(name, "\x00") {
		t.Errorf("a site's name = %q, want it fit for a page", name)
	}
}

// broken promises more than it sends.
func broken(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write([]byte(`{"access_`)); err != nil {
		return // who asked is gone
	}
	panic(http.ErrAbortHandler)
}

func TestACodeThatIsNoneIsNotSent(t *testing.T) {
	p := &play{token: says(200, jsonType, good), sites: says(200, jsonType, "["+acme+"]")}
	for _, code := range []string{"", "a b", "a\nb", strings.Repeat("c", 5000)} {
		var no *connector.ConsentRefused
		if _, err := exchange(t, p, code); !errors.As(err, &no) || !no.Code || len(p.asked) > 0 {
			t.Errorf("Exchange(%.10q) = %v after %v, want it refused unsent", code, err, p.asked)
		}
	}
}

func TestTheGuardDecidesWhereTheSecretGoes(t *testing.T) {
	for _, address := range []string{"http://127.0.0.1:9/token", "https://169.254.169.254/token", "https://10.0.0.1/token"} {
		app := connector.OAuthApp{TokenURL: address, API: "https://api.example.com", ClientID: "client"}
		_, err := oauth.New(remote.New(remote.Config{})).Exchange(t.Context(), app, connector.NewSecret(secret), callback, "code")
		var no *connector.ConsentRefused
		if !errors.As(err, &no) || !strings.Contains(no.Text, "does not connect") || strings.Contains(err.Error(), secret) {
			t.Errorf("Exchange at %s = %v, want the guard's refusal", address, err)
		}
	}
}

func TestWhoGivesUpIsNotToldOfARefusal(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	app := connector.OAuthApp{TokenURL: "https://auth.example.com/token", API: "https://api.example.com", ClientID: "client"}
	if _, err := oauth.New(remote.New(remote.Config{})).Exchange(ctx, app, connector.NewSecret(secret), callback, "code"); !errors.Is(err, context.Canceled) {
		t.Errorf("Exchange() given up = %v, want it cancelled", err)
	}
}
