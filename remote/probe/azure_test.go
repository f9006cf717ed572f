package probe_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

const (
	public     = "AZURE"
	government = "AZURE_US_GOVERNMENT"

	publicLogin = "https://login.microsoftonline.com:443"
	govLogin    = "https://login.microsoftonline.us:443"
)

// azure plays Azure and gives a probe that reaches it; now is the probe's clock, nil the right one.
func azure(t *testing.T, now func() time.Time) (*rehearsal.Server, *probe.Probe) {
	t.Helper()
	there, err := rehearsal.New("ci-bot", password, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := there.Close(); err != nil {
			t.Error(err)
		}
	})
	return there, probe.New(remote.New(remote.Config{AllowLoopback: true, ConnectTo: there.Routes(), Roots: there.Roots(), Identity: true, IdentityAt: there.IdentityAt}), now)
}

// withSecret asks as an application with a client secret, which may go to the sign-in service of the cloud.
func withSecret(cloud, tenant, application, secret string) connector.Question {
	check := connector.ReadAzure{Cloud: cloud, Tenant: tenant, Application: application, Secret: connector.Kept("secret_ref", "account.secret")}
	return connector.Question{Check: check, Secrets: map[string]connector.Opened{"secret_ref": openedFor(check, secret)}}
}

// withCertificate asks as an application with a certificate.
func withCertificate(cloud, tenant, application, pem string) connector.Question {
	check := connector.ReadAzure{Cloud: cloud, Tenant: tenant, Application: application, Certificate: connector.Kept("certificate_ref", "account.pem")}
	return connector.Question{Check: check, Secrets: map[string]connector.Opened{"certificate_ref": openedFor(check, pem)}}
}

// openedFor opens a secret for where the check sends it, as the registry does.
func openedFor(check connector.Check, value string) connector.Opened {
	var to []connector.Origin
	for _, s := range check.Sends() {
		to = append(to, s.To)
	}
	return connector.NewOpened(connector.NewSecret(value), to...)
}

func ofIdentity(cloud, id string) connector.Question {
	return connector.Question{Check: connector.ReadAzure{Cloud: cloud, Identity: id, System: id == ""}}
}

// numbered is an application that the rehearsal refuses with an AADSTS number.
func numbered(number int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", number) }

const (
	azureWay    = "Resolve ok, Connect ok, TLS ok, HTTP ok, "
	azureSteps  = azureWay + "Authenticate ok, Authorise ok, Use ok"
	azureNo     = azureWay + "Authenticate failed, Authorise skipped, Use skipped"
	azureUnsent = "Resolve skipped, Connect skipped, TLS skipped, HTTP skipped, Authenticate failed, Authorise skipped, Use skipped"
)

func TestAzure(t *testing.T) {
	there, p := azure(t, nil)
	const tenant, gov = rehearsal.AzureTenant, rehearsal.AzureGovTenant
	app := func(id string) connector.Question { return withSecret(public, tenant, id, password) }
	tests := []struct {
		name   string
		q      connector.Question
		status connector.Status
		code   string
		steps  string
		shows  string // in text or evidence
	}{
		{"a secret in the public cloud", app(rehearsal.AzureApplication), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED", azureSteps,
			"https://management.azure.com:443 accepted the application " + rehearsal.AzureApplication + " and listed 2 subscriptions, among them Acme landing zone."},
		{"a secret in the cloud of the government", withSecret(government, gov, rehearsal.AzureApplication, password), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED", azureSteps,
			"https://management.usgovcloudapi.net:443 accepted"},
		{"a tenant by its domain", withSecret(public, "acme.onmicrosoft.com", rehearsal.AzureApplication, password), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED", azureSteps, "a token for 59 minutes"},
		{"a certificate in the public cloud", withCertificate(public, tenant, rehearsal.AzureCertified, there.AzurePEM), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED", azureSteps, "certificate of CN=harness-delegate, thumbprint "},
		{"a certificate in the cloud of the government", withCertificate(government, gov, rehearsal.AzureCertified, there.AzurePEM), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED", azureSteps, "1 subscription, Acme government"},
		{"a thousand subscriptions", app(rehearsal.AzureSeesThousand), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED", azureSteps, "more than "},
		{"no subscription", app(rehearsal.AzureSeesNothing), connector.Degraded, "AZURE_NO_SUBSCRIPTION", azureWay + "Authenticate ok, Authorise warn, Use skipped", "the list is empty"},
		{"a disabled subscription", app(rehearsal.AzureSeesDisabled), connector.Degraded, "AZURE_SUBSCRIPTIONS_DISABLED", azureWay + "Authenticate ok, Authorise ok, Use warn", "Acme last year"},
		{"a token that is not taken", app(rehearsal.AzureTokenUnwanted), connector.Failing, "AZURE_TOKEN_REFUSED", azureWay + "Authenticate ok, Authorise failed, Use skipped", "InvalidAuthenticationToken"},
		{"a token that may not", app(rehearsal.AzureForbidden), connector.Failing, "AZURE_FORBIDDEN", azureWay + "Authenticate ok, Authorise failed, Use skipped", "AuthorizationFailed"},

		{"a wrong secret", withSecret(public, tenant, rehearsal.AzureApplication, "guess"), connector.Failing, "AZURE_SECRET_WRONG", azureNo, "401 Unauthorized, AADSTS7000215, correlation id 5b0f9d64"},
		{"a secret for an application with a certificate", withSecret(public, tenant, rehearsal.AzureCertified, password), connector.Failing, "AZURE_SECRET_WRONG", azureNo, "AADSTS7000215"},
		{"an unknown application", app("22222222-2222-4333-8444-555555555555"), connector.Failing, "AZURE_APPLICATION_UNKNOWN", azureNo, "AADSTS700016"},
		{"an unknown tenant", withSecret(public, "66666666-7777-4888-9999-aaaaaaaaaaac", rehearsal.AzureApplication, password), connector.Failing, "AZURE_TENANT_UNKNOWN", azureNo, "AADSTS90002"},
		{"an unknown domain", withSecret(public, "contoso.example", rehearsal.AzureApplication, password), connector.Failing, "AZURE_TENANT_UNKNOWN", azureNo, "AADSTS90002"},
		{"a tenant that is none", withSecret(public, "contoso", rehearsal.AzureApplication, password), connector.Failing, "AZURE_TENANT_UNCLEAR", azureNo, "AADSTS900023"},
		{"a tenant that is a path", withSecret(public, "../../x", rehearsal.AzureApplication, password), connector.Failing, "AZURE_TENANT_UNCLEAR", azureUnsent, "nothing was sent"},
		{"a government tenant in the public cloud", withSecret(public, gov, rehearsal.AzureApplication, password), connector.Failing, "AZURE_OTHER_CLOUD", azureNo, "it signs in at https://login.microsoftonline.us:443"},
		{"a public tenant in the government's cloud", withSecret(government, tenant, rehearsal.AzureApplication, password), connector.Failing, "AZURE_TENANT_UNKNOWN", azureNo, "Azure cloud"},
		{"a certificate of another application", withCertificate(public, tenant, rehearsal.AzureApplication, there.AzurePEM), connector.Failing, "AZURE_CERTIFICATE_UNKNOWN", azureNo, "AADSTS700027, certificate of CN=harness-delegate, thumbprint "},
		{"a certificate that was never uploaded", withCertificate(public, tenant, rehearsal.AzureCertified, someCertificate(t).text()), connector.Failing, "AZURE_CERTIFICATE_UNKNOWN", azureNo, "AADSTS700027"},

		{"the machine's own identity", ofIdentity(public, ""), connector.Degraded, "AZURE_NO_SUBSCRIPTION", "Resolve ok, Connect ok, HTTP ok, Authenticate ok, Authorise warn, Use skipped", "the system-assigned identity of this machine"},
		{"a user-assigned identity", ofIdentity(public, rehearsal.AzureUserIdentity), connector.Healthy, "AZURE_IDENTITY_WORKS_HERE", "Resolve ok, Connect ok, HTTP ok, Authenticate ok, Authorise ok, Use ok", "1 subscription, Acme cluster"},
		{"an identity that is not assigned", ofIdentity(public, "99999999-8888-4777-8667-555555555555"), connector.Failing, "AZURE_IDENTITY_ABSENT", identityNo, "no such identity"},
		{"an identity of another cloud", ofIdentity(government, rehearsal.AzureUserIdentity), connector.Failing, "AZURE_RESOURCE_UNKNOWN", identityNo, "AADSTS500011"},
		{"a metadata service that is being renewed", ofIdentity(public, "99999999-8888-4777-8666-000000000410"), connector.Failing, "AZURE_SIGN_IN_UNWELL", identityNo, "410 Gone"},
		{"a metadata service that was asked too often", ofIdentity(public, "99999999-8888-4777-8666-000000000429"), connector.Degraded, "RATE_LIMITED", identityNo, "429"},
		{"a metadata service in trouble", ofIdentity(public, "99999999-8888-4777-8666-000000000500"), connector.Failing, "SERVER_ERROR", strings.Replace(identityNo, "HTTP ok", "HTTP failed", 1), "500"},
		{"a metadata service that refuses", ofIdentity(public, "99999999-8888-4777-8666-000000000403"), connector.Failing, "AZURE_IDENTITY_REFUSED", identityNo, "the error rehearsed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := p.Ask(t.Context(), tt.q)
			want(t, got, tt.status, tt.code)
			if states(got) != tt.steps {
				t.Errorf("steps = %s, want %s", states(got), tt.steps)
			}
			shown := strings.Join(append(evidence(got), got.Text, got.Cause, got.Next), "\n")
			if !strings.Contains(shown, tt.shows) {
				t.Errorf("the outcome shows %q, want %q in it", shown, tt.shows)
			}
			hidesAzure(t, shown, there.AzurePEM)
		})
	}
}

const identityNo = "Resolve ok, Connect ok, HTTP ok, Authenticate failed, Authorise skipped, Use skipped"

// hidesAzure fails where a text shows the secret, a part of a key, a token or an assertion.
func hidesAzure(t *testing.T, shown, pem string) {
	t.Helper()
	key := strings.Split(pem[strings.Index(pem, "PRIVATE KEY"):], "\n")[2]
	// eyJ is how each JSON object begins in base64, and with it each assertion; the rehearsal's tokens begin with the host of the manager.
	for _, hidden := range []string{password, "guess", "eyJ", "bWFuYWdlbWVudC", "BEGIN", key[:20]} {
		if strings.Contains(shown, hidden) {
			t.Errorf("the outcome shows %q: %s", hidden, shown)
		}
	}
}

func TestEachNumberOfTheSignInServiceHasItsCode(t *testing.T) {
	there, p := azure(t, nil)
	for number, code := range map[int]string{
		7000215: "AZURE_SECRET_WRONG", 7000218: "AZURE_SECRET_WRONG", 50012: "AZURE_SECRET_WRONG", 70002: "AZURE_SECRET_WRONG",
		7000222: "AZURE_SECRET_EXPIRED", 700016: "AZURE_APPLICATION_UNKNOWN", 50034: "AZURE_APPLICATION_UNKNOWN", 7000112: "AZURE_APPLICATION_DISABLED",
		7000229: "AZURE_NO_SERVICE_PRINCIPAL", 65001: "AZURE_CONSENT_MISSING", 53003: "AZURE_CONDITIONAL_ACCESS", 530035: "AZURE_CONDITIONAL_ACCESS",
		700082: "AZURE_GRANT_EXPIRED", 90002: "AZURE_TENANT_UNKNOWN", 900023: "AZURE_TENANT_UNCLEAR", 500011: "AZURE_RESOURCE_UNKNOWN",
		900382: "AZURE_OTHER_CLOUD", 90038: "AZURE_OTHER_CLOUD", 900432: "AZURE_OTHER_CLOUD", 700027: "AZURE_CERTIFICATE_UNKNOWN", 1000502: "AZURE_CERTIFICATE_EXPIRED",
		700024: "AZURE_CLOCK", 90033: "AZURE_SIGN_IN_UNWELL", 90055: "RATE_LIMITED", 1: "AZURE_SIGN_IN_REFUSED", 99999999: "AZURE_SIGN_IN_REFUSED",
	} {
		status := connector.Failing
		if code == "RATE_LIMITED" {
			status = connector.Degraded
		}
		got := p.Ask(t.Context(), withSecret(public, rehearsal.AzureTenant, numbered(number), password))
		want(t, got, status, code)
		shown := strings.Join(append(evidence(got), got.Text), "\n")
		for _, part := range []string{fmt.Sprint("AADSTS", number), "correlation id 5b0f9d64-2a41-4c1e-8f52-6a1d0c9e7b00", "trace id 0f3a1c52-7d0e-4b4e-9c39-3b2f7e5d1a00", numbered(number)} {
			if !strings.Contains(shown, part) {
				t.Errorf("AADSTS%d: %q does not show %q", number, shown, part)
			}
		}
		if strings.Contains(shown, "in rehearsal") {
			t.Errorf("AADSTS%d: %q quotes the other side", number, shown)
		}
		if code == "AZURE_SIGN_IN_REFUSED" && !strings.Contains(got.Text, fmt.Sprint("AADSTS", number)) {
			t.Errorf("Text = %q, want the number in it", got.Text)
		}

		// With a certificate the same numbers speak of the certificate.
		if code == "AZURE_SECRET_WRONG" {
			want(t, p.Ask(t.Context(), withCertificate(public, rehearsal.AzureTenant, numbered(number), there.AzurePEM)), connector.Failing, "AZURE_CERTIFICATE_UNKNOWN")
		}
	}
}

func TestAWrongClockIsSaidToBeOne(t *testing.T) {
	_, right := azure(t, nil)
	if right == nil {
		t.Fatal("no probe")
	}
	for by, says := range map[time.Duration]string{12 * time.Minute: "our clock is ahead of its clock by 12 minutes", -30 * time.Minute: "our clock is behind its clock by 30 minutes"} {
		there, p := azure(t, func() time.Time { return time.Now().Add(by) })
		got := p.Ask(t.Context(), withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureCertified, there.AzurePEM))
		want(t, got, connector.Failing, "AZURE_CLOCK")
		if !strings.Contains(got.Text, says) {
			t.Errorf("Text = %q, want %q in it", got.Text, says)
		}
	}
	there, p := azure(t, func() time.Time { return time.Now().Add(time.Minute) }) // as clocks are
	want(t, p.Ask(t.Context(), withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureCertified, there.AzurePEM)), connector.Healthy, "AZURE_SUBSCRIPTIONS_LISTED")
}

func TestTheEndsOfAzureAreNoted(t *testing.T) {
	there, p := azure(t, nil)
	got := p.Ask(t.Context(), withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureCertified, there.AzurePEM))
	ends := map[connector.ExpiryKind][]string{}
	for _, e := range got.Expires {
		ends[e.Kind] = append(ends[e.Kind], fmt.Sprintf("%s in %d days", e.Name, int(time.Until(e.At).Hours()/24+0.5)))
	}
	if fmt.Sprint(ends[connector.ClientCertificate]) != "["+rehearsal.AzureCertified+" in 24 days]" {
		t.Errorf("client certificates end %v, want the application's in 24 days", ends[connector.ClientCertificate])
	}
	if fmt.Sprint(ends[connector.ServerCertificate]) != "[login.microsoftonline.com in 80 days management.azure.com in 80 days]" {
		t.Errorf("server certificates end %v, want both servers' in 80 days", ends[connector.ServerCertificate])
	}
}

func TestAzureSecretsGoToTheSignInServiceOfTheirCloudAlone(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	there, _ := azure(t, nil)
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: there.Roots(), ConnectTo: map[string]string{
		"login.microsoftonline.com:443": sink.Addr.String(), "login.microsoftonline.us:443": sink.Addr.String(),
		"management.azure.com:443": sink.Addr.String(), "management.usgovcloudapi.net:443": sink.Addr.String()}}), nil)
	asked := 0
	for _, cloud := range []string{public, government, "", "AZURE_CHINA"} {
		own := connector.Origin(publicLogin)
		if cloud == government {
			own = govLogin
		}
		for name, allowed := range map[string][]connector.Origin{
			"the other cloud": {publicLogin, govLogin}, "the resource managers": {"https://management.azure.com:443", "https://management.usgovcloudapi.net:443"}, "nowhere": nil, "an empty one": {""},
			"another port": {own + "0"}, "plain http": {"http" + own[5:]}, "a suffix": {own[:len(own)-4] + ".example.test:443"}, "upper case": {connector.Origin(strings.ToUpper(string(own)))},
		} {
			if name == "the other cloud" {
				allowed = []connector.Origin{map[bool]connector.Origin{true: publicLogin, false: govLogin}[own == govLogin]}
			}
			for _, q := range []connector.Question{withSecret(cloud, rehearsal.AzureTenant, rehearsal.AzureApplication, password), withCertificate(cloud, rehearsal.AzureTenant, rehearsal.AzureCertified, there.AzurePEM)} {
				for field := range q.Secrets {
					q.Secrets[field] = connector.NewOpened(connector.NewSecret(map[string]string{"secret_ref": password, "certificate_ref": there.AzurePEM}[field]), allowed...)
				}
				got := p.Ask(t.Context(), q)
				want(t, got, connector.Failing, "SECRET_NOT_ALLOWED_HERE")
				if states(got) != azureUnsent || !strings.Contains(got.Text, string(own)) {
					t.Errorf("%s, %s: %q, steps = %s", cloud, name, got.Text, states(got))
				}
				asked++
			}
		}
		for _, q := range []connector.Question{withSecret(cloud, rehearsal.AzureTenant, rehearsal.AzureApplication, ""), {Check: withSecret(cloud, rehearsal.AzureTenant, rehearsal.AzureApplication, "").Check},
			{Check: connector.ReadAzure{Cloud: cloud, Tenant: rehearsal.AzureTenant, Application: rehearsal.AzureApplication}}} {
			want(t, p.Ask(t.Context(), q), connector.Failing, "SECRET_MISSING")
			asked++
		}
	}
	if sink.Connections() != 0 {
		t.Errorf("%d questions with secrets that may not go there made %d connections, want none", asked, sink.Connections())
	}
	// The sink is there: where the secret may go, it is reached.
	p.Ask(t.Context(), withSecret(public, rehearsal.AzureTenant, rehearsal.AzureApplication, password))
	if sink.Connections() == 0 {
		t.Error("the sink saw nobody at all: the test could not fail")
	}
}
