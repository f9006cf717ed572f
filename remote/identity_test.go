package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"patchbay/remote/remotetest"
)

// tokenQuery is what a check asks the metadata service.
const tokenQuery = "?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F"

// service plays the metadata service and notes who came.
func service(t *testing.T) (at netip.AddrPort, came *atomic.Pointer[http.Request], times *atomic.Int32) {
	t.Helper()
	came, times = &atomic.Pointer[http.Request]{}, &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came.Store(r)
		times.Add(1)
		if r.URL.Query().Get("client_id") == "moved" {
			http.Redirect(w, r, "http://169.254.169.254/metadata/instance", http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)
	return netip.MustParseAddrPort(server.Listener.Addr().String()), came, times
}

// through sends a request through the door of a dialer.
func through(t *testing.T, d *Dialer, req *http.Request) (*http.Response, error) {
	t.Helper()
	client, ok := d.Identity()
	if !ok {
		t.Fatal("the door is shut")
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	res, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res, errors.Join(err, res.Body.Close())
}

func ask(t *testing.T, method, address string) *http.Request {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Request{Method: method, URL: at, Host: at.Host, Header: http.Header{}}
}

func TestTheDoorToTheMetadataServiceIsShutUnlessTheOperatorOpensIt(t *testing.T) {
	at, _, _ := service(t)
	for _, c := range []Config{{}, {AllowLoopback: true}, {IdentityAt: at}, {AllowEgress: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}} {
		if _, ok := New(c).Identity(); ok {
			t.Errorf("New(%+v) has the door open", c)
		}
	}
}

func TestTheDoorLeadsToTheMetadataService(t *testing.T) {
	at, came, times := service(t)
	d := New(Config{Identity: true, IdentityAt: at}) // loopback is not allowed: the door needs no leave for its own address
	if _, err := through(t, d, ask(t, http.MethodGet, IdentityURL+tokenQuery+"&client_id=x")); err != nil {
		t.Fatal(err)
	}
	r := came.Load()
	if r.Host != "169.254.169.254" || r.Header.Get("Metadata") != "true" || r.URL.RequestURI() != "/metadata/identity/oauth2/token"+tokenQuery+"&client_id=x" {
		t.Errorf("the service was asked for %s %s %v", r.Host, r.URL, r.Header)
	}
	res, err := through(t, d, ask(t, http.MethodGet, IdentityURL+tokenQuery+"&client_id=moved"))
	if err != nil || res.StatusCode != http.StatusFound || times.Load() != 2 {
		t.Errorf("a redirect of the service = %v, %v after %d requests, want it unfollowed", res, err, times.Load())
	}
	if New(Config{Identity: true}).identity.String() != "169.254.169.254:80" {
		t.Error("without a rehearsal the door leads somewhere else")
	}
}

// trickery are requests that must not go through the door.
func trickery(t *testing.T) []*http.Request {
	t.Helper()
	var out []*http.Request
	for _, address := range []string{
		"http://169.254.169.254/", "http://169.254.169.254/metadata/instance?api-version=2021-02-01", "http://169.254.169.254/latest/meta-data/",
		"http://169.254.169.254/metadata/identity/oauth2/token/..", "http://169.254.169.254/metadata/identity/oauth2/../../instance", IdentityURL + "/",
		"http://169.254.169.254/metadata/identity/oauth2%2ftoken", "http://169.254.169.254/metadata//identity/oauth2/token", IdentityURL + ";x",
		"http://169.254.169.254:80/metadata/identity/oauth2/token", "http://169.254.169.254:8080/metadata/identity/oauth2/token",
		"https://169.254.169.254/metadata/identity/oauth2/token", "http://169.254.169.253/metadata/identity/oauth2/token", "http://168.63.129.16/metadata/identity/oauth2/token",
		"http://[::ffff:169.254.169.254]/metadata/identity/oauth2/token", "http://metadata.example.test/metadata/identity/oauth2/token",
		"http://127.0.0.1/metadata/identity/oauth2/token", "http://a:b@169.254.169.254/metadata/identity/oauth2/token", "http://169.254.169.254.example.test/metadata/identity/oauth2/token",
		IdentityURL + tokenQuery + "#x", IdentityURL + tokenQuery + "&mi_res_id=x", IdentityURL + tokenQuery + "&bypass_cache=true", IdentityURL + tokenQuery + "&resource=https://vault.azure.net",
		IdentityURL + tokenQuery + "&%zz", IdentityURL + "?a;b",
	} {
		out = append(out, ask(t, http.MethodGet, address))
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodHead, http.MethodDelete, http.MethodConnect, ""} {
		req := ask(t, method, IdentityURL+tokenQuery)
		if method == "" { // means GET to net/http
			req.Body = io.NopCloser(strings.NewReader("x"))
		}
		out = append(out, req)
	}
	other := ask(t, http.MethodGet, IdentityURL+tokenQuery)
	other.Host = "other.example.test"
	return append(out, other)
}

func TestTheDoorOpensNothingElse(t *testing.T) {
	at, _, times := service(t)
	d := New(Config{Identity: true, IdentityAt: at})
	for _, req := range trickery(t) {
		var refused *Refused
		if _, err := through(t, d, req); !errors.As(err, &refused) {
			t.Errorf("%s %s (Host %s) = %v, want it refused", req.Method, req.URL, req.Host, err)
		}
	}
	if times.Load() != 0 {
		t.Errorf("the service was asked %d times, want never", times.Load())
	}

	// With the control off the same requests do arrive.
	client, _ := d.Identity()
	client.Transport.(*identityDoor).admits = func(*http.Request) bool { return true }
	defer client.CloseIdleConnections()
	for _, req := range trickery(t) {
		if res, err := client.Do(req.WithContext(t.Context())); err == nil {
			res.Body.Close()
		}
	}
	if times.Load() < 15 {
		t.Errorf("without the control %d requests arrive, want at least 15, or the test could not fail", times.Load())
	}
	t.Logf("%d tricks, none goes through; %d do without the control", len(trickery(t)), times.Load())
}

func TestTheDoorConnectsItsOwnAddressAlone(t *testing.T) {
	d := New(Config{Identity: true})
	for text, want := range map[string]bool{
		"169.254.169.254:80": true, "[::ffff:169.254.169.254]:80": true, "169.254.169.254:8080": false, "169.254.169.253:80": false, "168.63.129.16:80": false,
		"127.0.0.1:80": false, "10.0.0.1:80": false, "[fd00:ec2::254]:80": false, "8.8.8.8:80": false,
	} {
		if err := d.decideIdentity(netip.MustParseAddrPort(text)); (err == nil) != want {
			t.Errorf("decideIdentity(%s) = %v, want allowed %t", text, err, want)
		}
	}
}

func TestAnOpenDoorChangesNothingForTheGuard(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	resolver := remotetest.Resolver(remotetest.Names(remotetest.HostileNames))
	for name, d := range map[string]*Dialer{
		"real":      New(Config{Identity: true, Resolver: resolver}),
		"rehearsed": New(Config{Identity: true, IdentityAt: sink.Addr, Resolver: resolver}),
	} {
		for _, address := range append(remotetest.HostileURLs(sink.Addr.Port()), IdentityURL, IdentityURL+tokenQuery, "http://169.254.169.254/") {
			if res, _, err := fetch(t, d, address); err == nil {
				t.Errorf("%s: %q was answered with %s, want it refused", name, address, res.Status)
			}
		}
		for _, addr := range remotetest.HostileAddresses() {
			if d.decide(netip.AddrPortFrom(addr, 80), true) == nil {
				t.Errorf("%s: the guard lets %s through", name, addr)
			}
		}
	}
	if sink.Connections() != 0 {
		t.Errorf("the sink saw %d connections, want none", sink.Connections())
	}
}
