package probe_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/remote"
	"patchbay/remote/oauth"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

// tapped gives two taps and a dialer that finds every name at them: those of routes at the first, and whatever else at the port that it says.
func tapped(t *testing.T, routes ...string) (good, other *remotetest.Tap, d *remote.Dialer) {
	t.Helper()
	authority, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	good, other = remotetest.NewTap(t, authority), remotetest.NewTap(t, authority)
	c := remote.Config{AllowLoopback: true, Roots: authority.Pool, Resolver: remotetest.Resolver(func(string) []string { return []string{"127.0.0.1"} }), ConnectTo: map[string]string{}}
	for _, name := range routes {
		c.ConnectTo[name] = "127.0.0.1" + good.Port
	}
	return good, other, remote.New(c)
}

// TestAzureSecretsStayInTheirCloud is S2 for the types whose addresses are those of a cloud: the connector can name another cloud and another
// tenant, and the secret can be one that was allowed for another place.
func TestAzureSecretsStayInTheirCloud(t *testing.T) {
	const manager = "management.azure.com:443"
	login := strings.TrimPrefix(publicLogin, "https://")
	good, _, d := tapped(t, login, manager, strings.TrimPrefix(govLogin, "https://"), "management.usgovcloudapi.net:443")
	p := probe.New(d, nil)
	p.Deadline = 2 * time.Second
	pem := someCertificate(t).text()
	const secret = "canary/client secret of Azure+1"
	ask := func(cloud, tenant string, certificate bool, allowed ...connector.Origin) connector.Outcome {
		q := withSecret(cloud, tenant, rehearsal.AzureApplication, secret)
		q.Secrets["secret_ref"] = connector.NewOpened(connector.NewSecret(secret), allowed...)
		if certificate {
			q = withCertificate(cloud, tenant, rehearsal.AzureApplication, pem)
			q.Secrets["certificate_ref"] = connector.NewOpened(connector.NewSecret(pem), allowed...)
		}
		return p.Ask(t.Context(), q)
	}
	shown := func(came string) bool {
		return remotetest.Found(came, secret) != "" || strings.Contains(came, "client_assertion=") || strings.Contains(came, "PRIVATE")
	}
	cases := 0
	for _, certificate := range []bool{false, true} {
		// Another cloud than the one that the secret is for.
		for _, tenant := range []string{rehearsal.AzureTenant, "contoso.onmicrosoft.com", "common"} {
			for _, way := range [][2]string{{government, publicLogin}, {public, govLogin}} {
				cases++
				if got := ask(way[0], tenant, certificate, connector.Origin(way[1])); got.Code != "SECRET_NOT_ALLOWED_HERE" {
					t.Errorf("%s with a secret for %s = %s %q", way[0], way[1], got.Code, got.Text)
				}
			}
		}
		// The same cloud, and a secret for a place that only looks like it.
		for _, to := range []connector.Origin{"", "http://login.microsoftonline.com:80", "https://login.microsoftonline.com", "https://login.microsoftonline.com:8443", "https://login.microsoftonline.com.:443",
			"HTTPS://LOGIN.MICROSOFTONLINE.COM:443", "https://login.microsoftonline.com:443/", "https://evil-login.microsoftonline.com:443", "https://login.microsoftonline.com.evil.test:443", "https://management.azure.com:443",
			"https://microsoftonline.com:443", "https://login.windows.net:443", "ssh://login.microsoftonline.com:22", "https://user@login.microsoftonline.com:443"} {
			cases++
			if got := ask(public, rehearsal.AzureTenant, certificate, to); got.Code != "SECRET_NOT_ALLOWED_HERE" {
				t.Errorf("a secret for %q = %s %q", to, got.Code, got.Text)
			}
		}
		// A tenant that would make another path, or another host, of the address.
		for _, tenant := range []string{"", ".", "..", "../evil", "..%2fevil", "a/b", "a?b", "a#b", "@evil.test", "evil.test/", `..\evil`, "a b", "a\r\nHost: evil.test", "%2e%2e", "тенант", "//evil.test/"} {
			cases++
			if got := ask(public, tenant, certificate, publicLogin); got.Code != "AZURE_TENANT_UNCLEAR" {
				t.Errorf("the tenant %q = %s %q", tenant, got.Code, got.Text)
			}
		}
	}
	if came := good.Taken(); shown(came) {
		t.Errorf("a secret came: %q", came)
	}
	// With the control off, by allowing the place, both arrive.
	for _, certificate := range []bool{false, true} {
		if got := ask(public, rehearsal.AzureTenant, certificate, publicLogin); got.Status != connector.Healthy {
			t.Errorf("where it is allowed it is %s %s %q", got.Status, got.Code, got.Text)
		}
		if came := good.Taken(); !shown(came) {
			t.Errorf("where it is allowed no secret came, so the test could not fail: %q", came)
		}
	}
	t.Logf("%d cases", cases)
}

// TestTheTokensOfAConsentGoOnlyWhereTheyMay is S2 for Jira: the access token belongs to one API base, the refresh token and the client secret to
// one token URL, whatever those are changed to.
func TestTheTokensOfAConsentGoOnlyWhereTheyMay(t *testing.T) {
	const host = "api.example.test"
	good, other, d := tapped(t)
	p := probe.New(d, nil)
	p.Deadline = 2 * time.Second
	const access, refresh, client = "canary/access-token+1", "canary/refresh-token+1", "canary/client secret+1"
	came := func() string { return good.Taken() + other.Taken() }
	read := func(api string, allowed connector.Origin) connector.Outcome {
		return p.Ask(t.Context(), connector.Question{Check: connector.ReadJira{CloudID: "c", ProjectKey: "SEC"}, Bearer: func(connector.Until, bool) (connector.Bearer, error) {
			return connector.Bearer{API: api, Token: connector.NewOpened(connector.NewSecret(access), allowed)}, nil
		}})
	}
	renew := func(token string, secretFor, refreshFor connector.Origin) error {
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
		defer stop()
		app := securityhub.Atlassian()
		app.TokenURL, app.ClientID = token, "client"
		_, err := oauth.New(d).Refresh(ctx, app, connector.NewOpened(connector.NewSecret(client), secretFor), connector.NewOpened(connector.NewSecret(refresh), refreshFor))
		return err
	}
	own := "https://" + host + good.Port
	here, _ := connector.OriginOf(own)
	mutations := remotetest.Elsewhere("https", host, good.Port, other.Port, "/oauth/token")
	for _, at := range mutations {
		if got := read(at, here); got.Status == connector.Healthy || got.Status == connector.Degraded {
			t.Errorf("Jira at %q = %s %s", at, got.Status, got.Code)
		}
		there, _ := connector.OriginOf(at)
		for _, each := range [][2]connector.Origin{{here, here}, {here, there}, {there, here}} { // one of the two is not enough
			if err := renew(at, each[0], each[1]); err == nil {
				t.Errorf("renewed at %q with secrets for %v", at, each)
			}
		}
		if text := came(); remotetest.Found(text, access, refresh, client) != "" {
			t.Errorf("%q got %q", at, text)
		}
	}
	if got := read(own, here); got.Status != connector.Healthy || remotetest.Found(came(), access) == "" {
		t.Errorf("at its own API the token does not arrive: %s %s %q", got.Status, got.Code, got.Text)
	}
	// With the control off, by allowing whatever origin an address names, both arrive there.
	reads, renewals := 0, 0
	for _, at := range mutations {
		anywhere, _ := connector.OriginOf(at)
		read(at, anywhere)
		if remotetest.Found(came(), access) != "" {
			reads++
		}
		_ = renew(at, anywhere, anywhere) // what comes of it is for the taps to say
		if text := came(); remotetest.Found(text, refresh) != "" && remotetest.Found(text, client) != "" {
			renewals++
		}
	}
	if reads < 20 || renewals < 20 {
		t.Errorf("without the control %d access tokens and %d refresh tokens arrive, want at least 20 each, or the test could not fail", reads, renewals)
	}
	t.Logf("%d addresses, 4 cases each, no token arrives; %d and %d without the control", len(mutations), reads, renewals)
}

// TestAKeyThatServersKnowIsNoKeyForOthers: a host key that was accepted for one server says nothing of another, and a secret for the web none
// of SSH, on the very same port.
func TestAKeyThatServersKnowIsNoKeyForOthers(t *testing.T) {
	good, _, d := tapped(t)
	p := probe.New(d, nil)
	p.Deadline = 2 * time.Second
	signer, key := pair(t)
	at := "ssh://git@git.example.test" + good.Port + "/acme/app.git"
	for _, to := range []connector.Origin{connector.Origin("https://git.example.test" + good.Port), connector.Origin("http://git.example.test" + good.Port), "ssh://git.example.test:22"} {
		q := withKey(at, "git", key, accepted(at, good.HostKey))
		q.Secrets["ssh_key_ref"] = connector.NewOpened(connector.NewSecret(key), to)
		want(t, p.Ask(t.Context(), q), connector.Failing, "SECRET_NOT_ALLOWED_HERE")
	}
	q := withKey(at, "git", key, accepted("ssh://git@other.example.test"+good.Port+"/x", good.HostKey))
	if got := p.Ask(t.Context(), q); got.Status == connector.Healthy {
		t.Errorf("with the host key of another server it is %s %s", got.Status, got.Code)
	}
	if came := good.Taken(); remotetest.Found(came, ssh.FingerprintSHA256(signer.PublicKey())) != "" {
		t.Errorf("the key was offered: %q", came)
	}
	want(t, p.Ask(t.Context(), withKey(at, "git", key, accepted(at, good.HostKey))), connector.Healthy, "GIT_REFS_LISTED")
	if came := good.Taken(); remotetest.Found(came, ssh.FingerprintSHA256(signer.PublicKey())) == "" {
		t.Error("where it is allowed the key was not offered: the test could not fail")
	}
}
