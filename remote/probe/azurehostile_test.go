package probe_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

// script is an Azure whose answers a test writes; nil plays it well.
type script struct{ tenant, token, list, one http.HandlerFunc }

const (
	goodToken = `{"token_type":"Bearer","expires_in":3599,"access_token":"the-token-itself"}`
	goodList  = `{"value":[{"subscriptionId":"77777777-0000-4000-8000-000000000000","displayName":"Acme","state":"Enabled"}]}`
	goodOne   = `{"subscriptionId":"77777777-0000-4000-8000-000000000000","displayName":"Acme","state":"Enabled"}`
)

// says answers with a text.
func says(status int, kind, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, text)
	}
}

func described(login string) string {
	return `{"token_endpoint":"https://` + login + `/t/oauth2/v2.0/token","cloud_instance_name":"` + strings.TrimPrefix(login, "login.") + `"}`
}

// ServeHTTP implements [http.Handler].
func (s script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	or := func(h, good http.HandlerFunc) http.HandlerFunc {
		if h == nil {
			return good
		}
		return h
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		or(s.tenant, says(200, "application/json", described("login.microsoftonline.com")))(w, r)
	case strings.HasSuffix(r.URL.Path, "/token"):
		or(s.token, says(200, "application/json", goodToken))(w, r)
	case r.URL.Path == "/subscriptions":
		or(s.list, says(200, "application/json", goodList))(w, r)
	default:
		or(s.one, says(200, "application/json", goodOne))(w, r)
	}
}

// scripted serves a script under all of Azure's names and the metadata service.
func scripted(t *testing.T, s script) *probe.Probe {
	t.Helper()
	authority, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.Issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "login.microsoftonline.com", "management.azure.com")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(s)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.Config.ErrorLog = silent
	server.StartTLS()
	t.Cleanup(server.Close)
	at := server.Listener.Addr().String()
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: authority.Pool, ConnectTo: map[string]string{"login.microsoftonline.com:443": at, "management.azure.com:443": at}}), nil)
	p.Deadline = 5 * time.Second
	return p
}

func TestHostileAnswersOfAzureAreNeverGreen(t *testing.T) {
	const js = "application/json"
	huge := strings.Repeat("x", 300<<10)
	token := func(kind, text string) script { return script{token: says(200, kind, text)} }
	list := func(status int, kind, text string) script { return script{list: says(status, kind, text)} }
	noOne := says(404, js, `{"error":{"code":"SubscriptionNotFound"}}`)
	long := `{"value":[` + strings.Repeat(strings.TrimSuffix(strings.TrimPrefix(goodList, `{"value":[`), `]}`)+",", 4000)
	tests := []struct {
		name string
		s    script
		code string
	}{
		{"tenant: a page", script{tenant: says(200, "text/html", "<html>Sign in")}, "PAGE_INSTEAD"},
		{"tenant: nothing", script{tenant: says(200, js, "")}, "EMPTY_ANSWER"},
		{"tenant: another shape", script{tenant: says(200, js, `[1]`)}, "HTTP_UNEXPECTED"},
		{"tenant: no address", script{tenant: says(200, js, `{}`)}, "HTTP_UNEXPECTED"},
		{"tenant: an address elsewhere", script{tenant: says(200, js, described("login.evil.example"))}, "AZURE_OTHER_CLOUD"},
		{"tenant: an address that is none", script{tenant: says(200, js, `{"token_endpoint":"javascript:alert(1)"}`)}, "AZURE_OTHER_CLOUD"},
		{"tenant: another cloud by name", script{tenant: says(200, js, strings.Replace(described("login.microsoftonline.com"), `"microsoftonline.com"`, `"microsoftonline.us"`, 1))}, "AZURE_OTHER_CLOUD"},
		{"tenant: another cloud by region", script{tenant: says(200, js, `{"token_endpoint":"https://login.microsoftonline.com/t/oauth2/v2.0/token","tenant_region_scope":"USGov"}`)}, "AZURE_OTHER_CLOUD"},
		{"tenant: a redirect", script{tenant: http.RedirectHandler("https://evil.example/", http.StatusFound).ServeHTTP}, "REDIRECTED"},
		{"tenant: in trouble", script{tenant: says(502, "text/html", "<html>Bad gateway")}, "SERVER_ERROR"},
		{"tenant: endless", script{tenant: says(200, js, `{"token_endpoint":"`+huge)}, "TOO_LARGE"},

		{"token: a page", token("text/html", "<!doctype html>Welcome"), "PAGE_INSTEAD"},
		{"token: a page that says it is JSON", token(js, "<html>the-token-itself"), "PAGE_INSTEAD"},
		{"token: nothing", token(js, ""), "EMPTY_ANSWER"},
		{"token: no JSON", token(js, `access_token=the-token-itself&token_type=Bearer`), "AZURE_TOKEN_UNUSABLE"},
		{"token: a list", token(js, `["the-token-itself"]`), "AZURE_TOKEN_UNUSABLE"},
		{"token: none in it", token(js, `{"token_type":"Bearer"}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: a number", token(js, `{"token_type":"Bearer","access_token":7}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: of no kind", token(js, `{"access_token":"the-token-itself"}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: of another kind", token(js, `{"access_token":"the-token-itself","token_type":"mac"}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: with a line break", token(js, `{"access_token":"the-token-itself\r\nX-Evil: 1","token_type":"Bearer"}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: with a space", token(js, `{"access_token":"the-token-itself, Basic x","token_type":"Bearer"}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: a letter", token(js, `{"access_token":"e","token_type":"Bearer"}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: enormous", token(js, `{"token_type":"Bearer","access_token":"`+huge[:17<<10]+`"}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: endless", token(js, `{"token_type":"Bearer","access_token":"`+huge), "TOO_LARGE"},
		{"token: a redirect with everything", script{token: http.RedirectHandler("https://evil.example/", http.StatusTemporaryRedirect).ServeHTTP}, "REDIRECTED"},
		{"token: a no without words", script{token: says(400, js, `{}`)}, "HTTP_UNEXPECTED"},
		{"token: a no with a sentence for a name", script{token: says(400, js, `{"error":"please call +1 555 0100 now"}`)}, "AZURE_SIGN_IN_REFUSED"},
		{"token: a no in a page", script{token: says(401, "text/html", "<html>AADSTS7000215")}, "PAGE_INSTEAD"},
		{"token: a no that is not JSON", script{token: says(401, "text/plain", "AADSTS7000215")}, "HTTP_UNEXPECTED"},
		{"token: a number in the words only", script{token: says(401, js, `{"error":"invalid_client","error_description":"AADSTS7000222: x"}`)}, "AZURE_SECRET_EXPIRED"},
		{"token: a number that is too long", script{token: says(401, js, `{"error":"invalid_client","error_description":"AADSTS99999999999999999999999"}`)}, "AZURE_SIGN_IN_REFUSED"},
		{"token: a no with 200", token(js, `{"error":"invalid_client","error_codes":[7000215]}`), "AZURE_TOKEN_UNUSABLE"},
		{"token: asked too often", script{token: says(429, js, `{"error":"too_many"}`)}, "RATE_LIMITED"},
		{"token: in trouble", script{token: says(500, js, `{"error":"server_error"}`)}, "SERVER_ERROR"},

		{"list: a page", list(200, "text/html", "<html>portal"), "PAGE_INSTEAD"},
		{"list: nothing", list(200, js, ""), "EMPTY_ANSWER"},
		{"list: null", list(200, js, "null"), "HTTP_UNEXPECTED"},
		{"list: an empty object", list(200, js, "{}"), "HTTP_UNEXPECTED"},
		{"list: a bare list", list(200, js, `[{"subscriptionId":"77777777-0000-4000-8000-000000000000"}]`), "HTTP_UNEXPECTED"},
		{"list: of nothing", list(200, js, `{"value":[{},{}]}`), "HTTP_UNEXPECTED"},
		{"list: of words", list(200, js, `{"value":["a","b"]}`), "HTTP_UNEXPECTED"},
		{"list: of ids that are none", list(200, js, `{"value":[{"subscriptionId":"../x","state":"Enabled"}]}`), "HTTP_UNEXPECTED"},
		{"list: cut off", list(200, js, strings.TrimSuffix(goodList, "]}")), "HTTP_UNEXPECTED"},
		{"list: two values", list(200, js, goodList+goodList), "HTTP_UNEXPECTED"},
		{"list: empty", list(200, js, `{"value":[]}`), "AZURE_NO_SUBSCRIPTION"},
		{"list: for everybody who signs in, elsewhere", script{list: http.RedirectHandler("https://evil.example/", http.StatusFound).ServeHTTP}, "REDIRECTED"},
		{"list: refused in a page", list(403, "text/html", "<html>blocked"), "PAGE_INSTEAD"},
		{"list: not found", list(404, js, `{"error":{"code":"x"}}`), "HTTP_UNEXPECTED"},
		{"list: asked too often", list(429, js, `{}`), "RATE_LIMITED"},
		{"list: endless, and none is shown alone", script{list: says(200, js, long), one: noOne}, "AZURE_LIST_UNFINISHED"},
		{"list: endless, and another is shown", script{list: says(200, js, long), one: says(200, js, strings.Replace(goodOne, "7777", "8888", 1))}, "AZURE_LIST_UNFINISHED"},
		{"list: an endless junk", list(200, js, `{"value":`+huge), "HTTP_UNEXPECTED"},
		{"list: an endless header", script{list: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", huge) }}, "TOO_LARGE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := scripted(t, tt.s).Ask(t.Context(), withSecret(public, rehearsal.AzureTenant, rehearsal.AzureApplication, password))
			if got.Code != tt.code || got.Status == connector.Healthy {
				t.Errorf("Ask() = %s %s %q %v, want %s", got.Status, got.Code, got.Text, got.Steps, tt.code)
			}
			shown := strings.Join(append(evidence(got), got.Text), "\n")
			if strings.Contains(shown, "the-token-itself") && tt.name != "token: a page that says it is JSON" || strings.Contains(shown, password) || strings.Contains(shown, "555 0100") {
				t.Errorf("the outcome shows a token, the secret or the other side's words: %s", shown)
			}
		})
	}
	// The script is fine where it is not told otherwise, also where the list is too long but honest.
	for name, s := range map[string]script{"as it should be": {}, "a long list": {list: says(200, js, long)}} {
		want(t, scripted(t, s).Ask(t.Context(), withSecret(public, rehearsal.AzureTenant, rehearsal.AzureApplication, password)), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED")
		t.Log(name)
	}
}

func TestWhatAzureIsToldIsNotShownWhereItComesBack(t *testing.T) {
	reflect := func(status int, kind string, what func(url.Values, string) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			said := what(r.PostForm, r.Header.Get("Authorization"))
			w.Header().Set("Content-Type", strings.ReplaceAll(kind, "%s", said))
			w.WriteHeader(status)
			fmt.Fprint(w, "oh: "+said)
		}
	}
	there, _ := azure(t, nil)
	form := func(f url.Values, _ string) string {
		return f.Get("client_secret") + " " + f.Get("client_assertion") + " " + f.Encode()
	}
	header := func(_ url.Values, h string) string { return h }
	list := strings.Replace(goodList, "Acme", "the-token-itself", 1)
	for name, s := range map[string]script{
		"the secret in a no":     {token: reflect(400, "text/plain", form)},
		"the secret in the type": {token: reflect(418, "x/%s", form)},
		"the token in a no":      {list: reflect(400, "text/plain", header)},
		"the token in the type":  {list: reflect(418, "x/%s", header)},
		"the token as a name":    {list: says(200, "application/json", list)},
	} {
		for _, q := range []connector.Question{withSecret(public, rehearsal.AzureTenant, rehearsal.AzureApplication, "unique canary/value+1"),
			withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureCertified, there.AzurePEM)} {
			got := scripted(t, s).Ask(t.Context(), q)
			shown := strings.Join(append(evidence(got), got.Text, got.Cause, got.Next), "\n")
			for _, part := range []string{"canary", "the-token-itself", "eyJ"} {
				if strings.Contains(shown, part) {
					t.Errorf("%s: %q shows %q", name, shown, part)
				}
			}
			if !strings.Contains(shown, "[redacted]") {
				t.Errorf("%s: nothing came back, so the test could not fail: %s", name, shown)
			}
		}
	}
}
