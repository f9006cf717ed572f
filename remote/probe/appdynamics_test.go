package probe_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/remotetest"
)

const appd = "https://appd.example.test"

// appdUser asks for the applications as a user.
func appdUser(address, account, user, password string) connector.Question {
	return connector.Question{
		Check:   connector.ReadAppDynamics{Controller: address, Account: account, User: connector.Plain(user), Password: connector.Kept("password_ref", "account.pw")},
		Secrets: map[string]connector.Opened{"password_ref": opened(address, password)},
	}
}

// appdClient asks for the applications as an API client.
func appdClient(address, account, client, secret string) connector.Question {
	return connector.Question{
		Check:   connector.ReadAppDynamics{Controller: address, Account: account, Client: connector.Plain(client), Secret: connector.Kept("client_secret_ref", "account.secret")},
		Secrets: map[string]connector.Opened{"client_secret_ref": opened(address, secret)},
	}
}

func TestAppDynamics(t *testing.T) {
	const (
		proven  = "Authenticate ok, Authorise ok, Use ok"
		refused = "Authenticate failed, Authorise skipped, Use skipped"
		barred  = "Authenticate ok, Authorise failed, Use skipped"
		nowhere = "Authenticate warn, Authorise skipped, Use failed"
		broken  = "Resolve ok, Connect ok, TLS ok, HTTP failed, Authenticate skipped, Authorise skipped, Use skipped"
		stray   = "Resolve ok, Connect ok, TLS ok, HTTP warn, "
	)
	as := func(path, user, password string) connector.Question {
		return appdUser(appd+path, "customer1", user, password)
	}
	by := func(path, client, secret string) connector.Question {
		return appdClient(appd+path, "customer1", client, secret)
	}
	rows := []listed{
		{"the right password", as("/controller/", user, password), connector.Healthy, "APPD_LISTED", proven, "accepted deploy of account customer1 and listed 3 applications",
			[]string{`asks for Basic realm="controller_realm"`, "200 OK as deploy of account customer1", "3 applications"}},
		{"no slash at the end", as("/controller", user, password), connector.Healthy, "APPD_LISTED", proven, "3 applications", nil},
		{"an API client", by("/controller/", user, password), connector.Healthy, "APPD_LISTED", proven, "accepted the API client deploy of account customer1",
			[]string{"200 OK as the API client deploy of account customer1, a token for 300 s", "3 applications"}},
		{"more applications than are read", as("/many/controller/", user, password), connector.Healthy, "APPD_LISTED", proven, "listed more than ", nil},
		{"more applications, for an API client", by("/many/controller/", user, password), connector.Healthy, "APPD_LISTED", proven, "listed more than ", nil},
		{"a list that never ends", as("/endless/controller/", user, password), connector.Degraded, "APPD_LIST_UNFINISHED", "Authenticate ok, Authorise ok, Use warn", "more than ", nil},

		{"a wrong password", as("/controller/", user, "guess-and-guess"), connector.Failing, "APPD_AUTH_REFUSED", refused, "of deploy of account customer1", []string{"401 Unauthorized"}},
		{"a wrong account", appdUser(appd+"/controller/", "customer2", user, password), connector.Failing, "APPD_AUTH_REFUSED", refused, "customer2", nil},
		{"the account twice", as("/controller/", user+"@customer1", password), connector.Failing, "APPD_ACCOUNT_TWICE", refused, "deploy@customer1@customer1", nil},
		{"a wrong client secret", by("/controller/", user, "guess-and-guess"), connector.Failing, "APPD_CLIENT_REFUSED", refused, "the API client deploy", []string{"401 Unauthorized"}},
		{"the account twice, for an API client", by("/controller/", user+"@Customer1", password), connector.Failing, "APPD_ACCOUNT_TWICE", refused, "deploy@Customer1@customer1", nil},
		{"an old controller and a user", as("/classic/controller/", user, password), connector.Healthy, "APPD_LISTED", proven, "", nil},
		{"an old controller and an API client", by("/classic/controller/", user, password), connector.Failing, "APPD_NO_TOKENS", refused, "404", nil},
		{"an answer without a token", by("/vague/controller/", user, password), connector.Failing, "APPD_TOKEN_MISSING", refused, "200 OK", []string{"no token in it"}},
		{"a token that is not taken", by("/forgetful/controller/", user, password), connector.Failing, "APPD_TOKEN_REFUSED", barred, "", []string{"401 Unauthorized"}},
		{"a user without a role", as("/controller/", "no-role", password), connector.Failing, "APPD_FORBIDDEN", barred, "no-role of account customer1", []string{"403 Forbidden"}},
		{"an API client without a role", by("/controller/", "no-role", password), connector.Failing, "APPD_FORBIDDEN", barred, "the API client no-role", nil},
		{"a user who sees nothing", as("/controller/", "sees-nothing", password), connector.Degraded, "APPD_EMPTY", "Authenticate ok, Authorise warn, Use skipped", "let sees-nothing", nil},
		{"an API client that sees nothing", by("/controller/", "sees-nothing", password), connector.Degraded, "APPD_EMPTY", "Authenticate ok, Authorise warn, Use skipped",
			"let the API client sees-nothing", []string{"the list of applications is empty"}},

		{"an address without its last part", as("", user, password), connector.Failing, "APPD_WRONG_PATH", stray + nowhere,
			"but at " + appd + "/controller.", nil},
		{"an address with a part too many", by("/controller/rest", user, password), connector.Failing, "APPD_WRONG_PATH", stray + refused,
			"but at " + appd + "/controller.", nil},
		{"nothing there", appdUser("https://mirror.example.test/controller", "customer1", user, password), connector.Failing, "APPD_NOT_FOUND", stray + nowhere, "404", nil},
		{"a page to sign in", as("/portal/controller/", user, password), connector.Failing, "PAGE_INSTEAD", stray + nowhere, "text/html", nil},
		{"a page to sign in, for an API client", by("/portal/controller/", user, password), connector.Failing, "PAGE_INSTEAD", stray + refused, "text/html", nil},
		{"a redirect", as("/moved/controller/", user, password), connector.Failing, "REDIRECTED", stray + nowhere, "https://appd-new.example.test:443", nil},
		{"a redirect, for an API client", by("/moved/controller/", user, password), connector.Failing, "REDIRECTED", stray + refused, "https://appd-new.example.test:443", nil},
		{"maintenance", as("/upgrade/controller/", user, password), connector.Failing, "APPD_NOT_READY", broken, "503", nil},
		{"a busy controller", by("/busy/controller/", user, password), connector.Degraded, "RATE_LIMITED", broken, "429", nil},
		{"XML", as("/xml/controller/", user, password), connector.Failing, "APPD_NOT_A_LIST", "Authenticate ok, Authorise skipped, Use failed", "application/xml", nil},
		{"XML, for an API client", by("/xml/controller/", user, password), connector.Failing, "APPD_NOT_A_LIST", "Authenticate ok, Authorise ok, Use failed", "application/xml", nil},
		{"a torn list", as("/torn/controller/", user, password), connector.Failing, "APPD_NOT_A_LIST", "Authenticate ok, Authorise skipped, Use failed", "Checkout", nil},
		{"an empty answer", as("/blank/controller/", user, password), connector.Failing, "EMPTY_ANSWER", "Authenticate skipped, Authorise skipped, Use failed", "", nil},

		{"a password that nobody looks at", as("/open/controller/", user, "guess-and-guess"), connector.Degraded, "APPD_ANONYMOUS", "Authenticate warn, Authorise ok, Use ok",
			"the password of deploy of account customer1 is not proven", nil},
		{"a client secret that is looked at", by("/open/controller/", user, "guess-and-guess"), connector.Failing, "APPD_CLIENT_REFUSED", refused, "", nil},
		{"a client secret that is proven by its token", by("/open/controller/", user, password), connector.Healthy, "APPD_LISTED", proven, "", nil},
	}
	everyCode(t, "APPD_", rows, "APPD_ACCOUNT_DIFFERS")
	askEach(t, rehearsed(t), rows, "guess-and-guess")
}

func TestAControllerGetsNoSecretThatItMayNotHave(t *testing.T) {
	neverSent(t, func(address string) map[string]connector.Question {
		elsewhere, client := appdUser(address, "customer1", user, password), appdClient(address, "customer1", user, password)
		elsewhere.Secrets["password_ref"] = opened(appd, password)
		client.Secrets["client_secret_ref"] = opened(appd, password)
		missing, gone := appdUser(address, "customer1", user, password), appdClient(address, "customer1", user, password)
		delete(missing.Secrets, "password_ref")
		delete(gone.Secrets, "client_secret_ref")
		none := connector.Question{Check: connector.ReadAppDynamics{Controller: address, Account: "customer1", User: connector.Plain(user)}}
		return map[string]connector.Question{"the password is for another server": elsewhere, "the client secret is for another server": client,
			"missing password": missing, "missing client secret": gone, "missing from the start": none}
	})
}

func TestAControllerIsNeverGreenWithoutAList(t *testing.T) {
	neverGreen(t, `[{"name":"Checkout","id":5}]`, func(address string) connector.Question { return appdUser(address, "customer1", user, password) })
}

// Nothing is played under the names of the vendor's cloud but here.
func TestACloudAddressOfAnotherAccountIsTold(t *testing.T) {
	const host = "retail.saas.appdynamics.com"
	ours, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ours.Issue(time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 9), host)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	t.Cleanup(server.Close)
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: ours.Pool, ConnectTo: map[string]string{host + ":443": server.Listener.Addr().String()}}), nil)
	for account, code := range map[string]string{"customer1": "APPD_ACCOUNT_DIFFERS", "retail": "APPD_AUTH_REFUSED", "Retail": "APPD_AUTH_REFUSED"} {
		got := p.Ask(t.Context(), appdUser("https://"+host+"/controller/", account, user, password))
		want(t, got, connector.Failing, code)
		if code == "APPD_ACCOUNT_DIFFERS" && !strings.Contains(got.Text, "another account: retail.") {
			t.Errorf("Text = %q, want it to name the account of the address", got.Text)
		}
	}
	want(t, p.Ask(t.Context(), appdClient("https://"+host+"/controller/", "customer1", user, password)), connector.Failing, "APPD_ACCOUNT_DIFFERS")
	want(t, p.Ask(t.Context(), appdClient("https://"+host+"/controller/", "retail", user, password)), connector.Failing, "APPD_CLIENT_REFUSED")
}

// A token is as good as a password while it lasts.
func TestATokenThatTheServerSendsBackIsNotShown(t *testing.T) {
	const token = "eyJhbGciOiJub25l.canary-of-a-token.sig"
	server := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			fmt.Fprintf(w, `{"access_token":%q}`, token)
		case r.Header.Get("Authorization") == "":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			mirrored(w, http.StatusTeapot, token)
		}
	}))
	got := loopback(5*time.Second).Ask(t.Context(), appdClient(server, "customer1", user, password))
	want(t, got, connector.Failing, "HTTP_UNEXPECTED")
	hides(t, got, token, password)

	// One that comes in a form that is not known is not shown either.
	odd := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[r.Method == http.MethodPost])
		fmt.Fprintf(w, `{"accessToken":%q}`, token)
	}))
	got = loopback(5*time.Second).Ask(t.Context(), appdClient(odd, "customer1", user, password))
	want(t, got, connector.Failing, "APPD_TOKEN_MISSING")
	if shown := strings.Join(append(evidence(got)[4:], got.Text), " "); strings.Contains(shown, token) {
		t.Errorf("the outcome shows the token: %s", shown)
	}
}
