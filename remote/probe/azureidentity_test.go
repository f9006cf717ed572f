package probe_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

func TestAManagedIdentityIsNotAskedAboutUnlessTheOperatorSaysSo(t *testing.T) {
	there, _ := azure(t, nil)
	sink := remotetest.NewSink(t, nil)
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: there.Roots(), ConnectTo: there.Routes(), IdentityAt: sink.Addr}), nil)
	for _, id := range []string{"", rehearsal.AzureUserIdentity} {
		got := p.Ask(t.Context(), ofIdentity(public, id))
		want(t, got, connector.Unverified, "AZURE_IDENTITY_OFF")
		if len(got.Steps) != 0 || !strings.Contains(got.Next, "serve --azure-identity") || !strings.Contains(got.Next, "not of a delegate elsewhere") {
			t.Errorf("steps %s, Next = %q, want no step, and what to start with", states(got), got.Next)
		}
	}
	if sink.Connections() != 0 {
		t.Errorf("the metadata service was asked %d times, want never", sink.Connections())
	}
}

func TestAnOpenDoorLetsNoOtherCheckThrough(t *testing.T) {
	there, p := azure(t, nil)
	for _, address := range []string{remote.IdentityURL, "http://169.254.169.254/acme/app.git", "http://" + there.IdentityAt.String() + "/acme/app.git"} {
		got := p.Ask(t.Context(), withPassword(address, user, password))
		if got.Status != connector.Failing {
			t.Errorf("Ask(%q) = %s %s, want it failing", address, got.Status, got.Code)
		}
		if strings.Contains(address, "169.254") && got.Code != "ADDRESS_NOT_ALLOWED" {
			t.Errorf("Ask(%q) = %s %q, want it refused", address, got.Code, got.Text)
		}
	}
}

// metadata is a probe whose metadata service is at an address.
func metadata(at string) *probe.Probe {
	p := probe.New(remote.New(remote.Config{Identity: true, IdentityAt: netip.MustParseAddrPort(at)}), nil)
	p.Deadline = time.Second
	return p
}

func TestWithoutAnIdentityServiceNothingIsKnown(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]string{"nobody listens": free, "packets are dropped": full(t),
		"it hangs up": hostile(t, func(c net.Conn) { request(c) })} {
		got := metadata(at).Ask(t.Context(), ofIdentity(public, ""))
		if got.Code != "AZURE_NO_IDENTITY_SERVICE" {
			t.Errorf("%s: ", name)
		}
		want(t, got, connector.Unverified, "AZURE_NO_IDENTITY_SERVICE")
	}
	// Other clouds have something at the same address, and so do some container engines.
	for name, h := range map[string]http.HandlerFunc{
		"a page":                says(200, "text/html", "<html>router"),
		"nothing":               says(200, "application/json", ""),
		"a page, not found":     says(404, "text/html", "<?xml version=\"1.0\"?><html>404"),
		"words":                 says(403, "text/plain", "connecting to 169.254.169.254: network is unreachable"),
		"another cloud's no":    says(401, "text/html", "<html>401 - Unauthorized"),
		"another cloud's shape": says(404, "application/json", `{"code":"NotFound"}`),
		"a redirect":            http.RedirectHandler("http://169.254.169.254/latest/", http.StatusFound).ServeHTTP,
	} {
		server := httptest.NewServer(h)
		got := metadata(server.Listener.Addr().String()).Ask(t.Context(), ofIdentity(public, ""))
		server.Close()
		if got.Code != "AZURE_NO_IDENTITY_SERVICE" {
			t.Errorf("%s: %v", name, got.Steps)
		}
		want(t, got, connector.Unverified, "AZURE_NO_IDENTITY_SERVICE")
	}
}

func TestAHostileMetadataServiceIsNeverGreen(t *testing.T) {
	for code, h := range map[string]http.HandlerFunc{
		"AZURE_TOKEN_UNUSABLE": says(200, "application/json", `{"access_token":"the-token-itself\n","token_type":"Bearer"}`),
		"TOO_LARGE":            says(200, "application/json", `{"access_token":"`+strings.Repeat("x", 300<<10)),
		"TIMEOUT":              func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		server := httptest.NewServer(h)
		got := metadata(server.Listener.Addr().String()).Ask(t.Context(), ofIdentity(public, ""))
		server.Close()
		want(t, got, connector.Failing, code)
		if strings.Contains(strings.Join(append(evidence(got), got.Text), " "), "the-token-itself") {
			t.Errorf("the token is shown: %v", got)
		}
	}
}

func TestTheWayToAzure(t *testing.T) {
	there, _ := azure(t, nil)
	routes := there.Routes()
	nobody := remotetest.Resolver(remotetest.Names(nil))
	lost := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: there.Roots(), Resolver: nobody}), nil)
	q := withSecret(public, rehearsal.AzureTenant, rehearsal.AzureApplication, password)
	got := lost.Ask(t.Context(), q)
	want(t, got, connector.Failing, "DNS_NOT_FOUND")
	if states(got) != "Resolve failed, Connect skipped, TLS skipped, HTTP skipped, Authenticate skipped, Authorise skipped, Use skipped" || !strings.Contains(got.Text, publicLogin) {
		t.Errorf("%q, steps = %s", got.Text, states(got))
	}

	// The sign-in works, and the resource manager is out of reach: it is the one that the sentence names.
	delete(routes, "management.azure.com:443")
	half := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: there.Roots(), ConnectTo: routes, Resolver: nobody}), nil)
	got = half.Ask(t.Context(), q)
	want(t, got, connector.Failing, "DNS_NOT_FOUND")
	if states(got) != azureWay+"Authenticate ok, Authorise failed, Use skipped" || !strings.Contains(got.Text, "https://management.azure.com:443") {
		t.Errorf("%q, steps = %s", got.Text, states(got))
	}

	// A server that only says it is the sign-in service is shown no secret.
	impostor := probe.New(remote.New(remote.Config{AllowLoopback: true, ConnectTo: there.Routes()}), nil)
	want(t, impostor.Ask(t.Context(), q), connector.Failing, "TLS_UNKNOWN_AUTHORITY")
}
