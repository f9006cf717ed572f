package probe_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/rehearsal"
)

// recorder notes the assertions on their way.
type recorder struct {
	*http.Client
	assertions []string
}

// Do implements [policy.Transporter].
func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		if a := form.Get("client_assertion"); a != "" {
			r.assertions = append(r.assertions, a)
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r.Client.Do(req)
}

// The official library and the check are let in and turned away alike, so that what the rehearsal takes is what Azure takes.
func TestTheOfficialLibraryFaresAsTheCheckDoes(t *testing.T) {
	there, p := azure(t, nil)
	dialer := remote.New(remote.Config{AllowLoopback: true, ConnectTo: there.Routes(), Roots: there.Roots(), Identity: true, IdentityAt: there.IdentityAt})
	client, _ := dialer.Identity()
	defer client.CloseIdleConnections()
	way := &recorder{Client: dialer.Client()}
	defer way.CloseIdleConnections()
	options := func(gov bool, through policy.Transporter) azcore.ClientOptions {
		o := azcore.ClientOptions{Cloud: cloud.AzurePublic, Transport: through, Retry: policy.RetryOptions{MaxRetries: -1}}
		if gov {
			o.Cloud = cloud.AzureGovernment
		}
		return o
	}
	secret := func(gov bool, tenant, app, secret string) (azcore.TokenCredential, error) {
		return azidentity.NewClientSecretCredential(tenant, app, secret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options(gov, way), DisableInstanceDiscovery: true})
	}
	certificate := func(gov bool, tenant, app, pem string) (azcore.TokenCredential, error) {
		certs, key, err := azidentity.ParseCertificates([]byte(pem), nil)
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientCertificateCredential(tenant, app, certs, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: options(gov, way), DisableInstanceDiscovery: true})
	}
	identity := func(id string) (azcore.TokenCredential, error) {
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options(false, client)}
		if id != "" {
			o.ID = azidentity.ClientID(id)
		}
		return azidentity.NewManagedIdentityCredential(o)
	}
	const tenant, gov, app, certified = rehearsal.AzureTenant, rehearsal.AzureGovTenant, rehearsal.AzureApplication, rehearsal.AzureCertified
	stranger := someCertificate(t).text()
	type made = func() (azcore.TokenCredential, error)
	tests := []struct {
		name   string
		q      connector.Question
		theirs made
		ok     bool
	}{
		{"a secret", withSecret(public, tenant, app, password), func() (azcore.TokenCredential, error) { return secret(false, tenant, app, password) }, true},
		{"a secret, government", withSecret(government, gov, app, password), func() (azcore.TokenCredential, error) { return secret(true, gov, app, password) }, true},
		{"a wrong secret", withSecret(public, tenant, app, "guess"), func() (azcore.TokenCredential, error) { return secret(false, tenant, app, "guess") }, false},
		{"a wrong cloud", withSecret(government, tenant, app, password), func() (azcore.TokenCredential, error) { return secret(true, tenant, app, password) }, false},
		{"an unknown application", withSecret(public, tenant, numbered(700016), password), func() (azcore.TokenCredential, error) { return secret(false, tenant, numbered(700016), password) }, false},
		{"a certificate", withCertificate(public, tenant, certified, there.AzurePEM), func() (azcore.TokenCredential, error) { return certificate(false, tenant, certified, there.AzurePEM) }, true},
		{"a certificate, government", withCertificate(government, gov, certified, there.AzurePEM), func() (azcore.TokenCredential, error) { return certificate(true, gov, certified, there.AzurePEM) }, true},
		{"a certificate of nobody", withCertificate(public, tenant, certified, stranger), func() (azcore.TokenCredential, error) { return certificate(false, tenant, certified, stranger) }, false},
		{"the machine's identity", ofIdentity(public, ""), func() (azcore.TokenCredential, error) { return identity("") }, true},
		{"a user-assigned identity", ofIdentity(public, rehearsal.AzureUserIdentity), func() (azcore.TokenCredential, error) { return identity(rehearsal.AzureUserIdentity) }, true},
		{"an identity that is not assigned", ofIdentity(public, "99999999-8888-4777-8667-555555555555"), func() (azcore.TokenCredential, error) { return identity("99999999-8888-4777-8667-555555555555") }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			credential, err := tt.theirs()
			if err != nil {
				t.Fatal(err)
			}
			scope := "https://management.azure.com/.default"
			if tt.q.Check.(connector.ReadAzure).Cloud == government {
				scope = "https://management.usgovcloudapi.net/.default"
			}
			token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{scope}})
			var no *azidentity.AuthenticationFailedError
			if (err == nil) != tt.ok || (token.Token != "") != tt.ok || err != nil && !errors.As(err, &no) {
				t.Errorf("the official library is given %d characters, %v, want a token: %t", len(token.Token), err, tt.ok)
			}
			got := p.Ask(t.Context(), tt.q)
			if ok := slices.ContainsFunc(got.Steps, func(s connector.Step) bool { return s.Name == "Authenticate" && s.State == connector.StepOK }); ok != tt.ok {
				t.Errorf("Ask() = %s %s, want it signed in: %t", got.Code, states(got), tt.ok)
			}
		})
	}
	if len(way.assertions) != 3 {
		t.Fatalf("the official library sent %d assertions, want 3", len(way.assertions))
	}
	theirHead, theirClaims := unpacked(t, way.assertions[0])
	ourHead, ourClaims := unpacked(t, ourAssertion(t, there.AzurePEM))
	if diff := cmp.Diff(theirHead, ourHead); diff != "" {
		t.Errorf("the head of an assertion (-theirs +ours):\n%s", diff)
	}
	delete(ourClaims, "iat") // which Azure's description of the format has, and the library leaves out
	for _, own := range []string{"jti", "nbf", "exp"} {
		if theirClaims[own] == nil || ourClaims[own] == nil {
			t.Errorf("%s is %v at theirs and %v at ours, want both", own, theirClaims[own], ourClaims[own])
		}
		theirClaims[own], ourClaims[own] = nil, nil
	}
	if diff := cmp.Diff(theirClaims, ourClaims); diff != "" {
		t.Errorf("the claims of an assertion (-theirs +ours):\n%s", diff)
	}
}

// ourAssertion is what a check sends as the application with the certificate.
func ourAssertion(t *testing.T, pem string) string {
	t.Helper()
	var sent string
	p := scripted(t, script{token: func(w http.ResponseWriter, r *http.Request) { sent = r.PostFormValue("client_assertion") }})
	p.Ask(t.Context(), withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureCertified, pem))
	return sent
}

// unpacked gives head and claims of an assertion. The thumbprint is written in one form, since Azure takes two.
func unpacked(t *testing.T, assertion string) (head, claims map[string]any) {
	t.Helper()
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		t.Fatalf("the assertion has %d parts, want 3", len(parts))
	}
	for i, into := range []*map[string]any{&head, &claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if print, ok := head["x5t#S256"].(string); ok {
		head["x5t#S256"] = strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(print), "=")
	}
	return maps.Clone(head), maps.Clone(claims)
}
