package probe_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/remote"
	"patchbay/remote/oauth"
	"patchbay/remote/probe"
	"patchbay/remote/remotetest"
)

// addressed are the kinds that ask at an address which a person gives, and the exchange of a consent whose list of sites is there.
func addressed(t *testing.T) []*kindOf {
	t.Helper()
	host, _ := pair(t)
	_, key := pair(t)
	var out []*kindOf
	for _, k := range everyKind(t, line(host.PublicKey()), key, "") {
		if k.at != nil {
			out = append(out, k)
		}
	}
	return out
}

// hostileAddresses are the addresses of the corpus as people could type them, with the port of a sink.
func hostileAddresses(port uint16) []string {
	out := remotetest.HostileURLs(port)
	for _, a := range remotetest.HostileAddresses() {
		at := netip.AddrPortFrom(a, port).String()
		out = append(out, "https://"+at+"/app.git", "http://"+at+"/app.git")
	}
	return out
}

// over writes an address as the kind takes it: with ssh:// in place of another scheme where it goes over SSH.
func (k *kindOf) over(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if k.hosts[0].way == bySSH && ok && scheme != "file" {
		return "ssh://git@" + strings.TrimPrefix(rest, "git@")
	}
	return address
}

// TestNoKindOfCheckReachesAHostileAddress is proof S1 for every kind that takes an address from a person.
func TestNoKindOfCheckReachesAHostileAddress(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	resolver := remotetest.Resolver(remotetest.Names(remotetest.HostileNames))
	urls := hostileAddresses(sink.Addr.Port())
	tried := 0
	all := addressed(t)
	for _, k := range all {
		closed := remote.New(remote.Config{Resolver: resolver})
		for _, url := range urls {
			tried++
			if got := k.at(k.over(url))(t.Context(), closed, 5*time.Second); got.Status == connector.Healthy || got.Status == connector.Degraded {
				t.Errorf("%s at %q = %s %s", k.name, url, got.Status, got.Text)
			}
		}
		if n := sink.Connections(); n != 0 {
			t.Fatalf("%s: the sink saw %d connections, want none", k.name, n)
		}
	}
	if len(urls) < 160 || len(all) < 11 {
		t.Errorf("%d addresses and %d kinds, want at least 160 and 11", len(urls), len(all))
	}
	// With the guard off, by letting loopback in, the same addresses do arrive.
	for _, k := range all {
		before := sink.Connections()
		off := remote.New(remote.Config{Resolver: resolver, AllowLoopback: true})
		for _, url := range remotetest.HostileURLs(sink.Addr.Port()) {
			k.at(k.over(url))(t.Context(), off, 5*time.Second)
		}
		if n := sink.Connections() - before; n < 10 {
			t.Errorf("%s: without the guard the sink sees %d connections, want at least 10, or the test could not fail", k.name, n)
		}
	}
	t.Logf("%d kinds at %d addresses, %d cases, none arrives; without the guard %d connections", len(all), len(urls), tried, sink.Connections())
}

// TestTheListOfSitesIsAskedForInTheOpenOnly is S1 for the other address of an OAuth application, to which the new access token goes: the token URL is
// good there, and the sink is an address that the guard refuses.
func TestTheListOfSitesIsAskedForInTheOpenOnly(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	tokens := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"` + granted + `","token_type":"Bearer"}`)) // who asked may be gone
	}))
	exchange := func(api string, own ...netip.AddrPort) error {
		d := remote.New(remote.Config{AllowLoopback: true, Own: func() []netip.AddrPort { return own }, Resolver: remotetest.Resolver(remotetest.Names(remotetest.HostileNames))})
		app := securityhub.Atlassian()
		app.TokenURL, app.API, app.ClientID = tokens+"/token", api, "client"
		_, err := oauth.New(d).Exchange(t.Context(), app, connector.NewSecret(noSecret), "https://patchbay.example.com/callback", "code")
		return err
	}
	port := sink.Addr.Port()
	refused := []netip.AddrPort{sink.Addr, netip.AddrPortFrom(netip.IPv6Loopback(), port)}
	for _, url := range hostileAddresses(port) {
		if exchange(url, refused...) == nil {
			t.Errorf("the sites of %q were listed", url)
		}
	}
	if n := sink.Connections(); n != 0 {
		t.Errorf("the sink saw %d connections, want none", n)
	}
	for _, url := range remotetest.HostileURLs(port) {
		_ = exchange(url) // with the guard off; it lists no sites
	}
	if !slices.Contains(sink.Credentials(), "Bearer "+granted) {
		t.Errorf("without the guard %d connections and %v arrive, want the token, or the test could not fail", sink.Connections(), sink.Credentials())
	}
}

// TestNoKindOfCheckIsLedAstray: each kind at each of its points is redirected to a sink that it could reach. Nobody follows.
func TestNoKindOfCheckIsLedAstray(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	authority, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	host, _ := pair(t)
	_, key := pair(t)
	var all []*position
	for _, k := range everyKind(t, line(host.PublicKey()), key, someCertificate(t).text()) {
		for stage := range k.stages {
			if k.head != "" {
				all = append(all, stand(t, authority, k, stage, nil))
			}
		}
	}
	tried := 0
	for _, status := range []int{301, 307, 308, 200, 401} {
		for _, header := range []string{"Location: ", "Refresh: 0; url=", "Content-Location: ", "Link: <>; rel=canonical, ", "Location: //evil.example@", "WWW-Authenticate: Bearer realm="} {
			bad := &hostility{name: "led to a sink", when: onRequest, taken: true, play: func(p *played) {
				to := strings.TrimPrefix(sink.URL, "http:")
				if !strings.Contains(header, "evil") {
					to = sink.URL
				} else {
					to = to[2:]
				}
				p.answer("HTTP/1.1 "+strconv.Itoa(status)+" "+http.StatusText(status)+"\r\n"+header+to+"/app.git\r\n", "")
			}}
			for _, got := range atOnceAt(t.Context(), all, bad, 0, 5*time.Second) {
				tried++
				got.judge(t, bad)
			}
		}
	}
	if n := sink.Connections(); n != 0 || tried < 800 {
		t.Errorf("%d redirects led to %d connections, want none of at least 800", tried, n)
	}
	// The redirects do lead there, for who follows them.
	server := listen(t, http.RedirectHandler(sink.URL+"/app.git", http.StatusFound))
	res, err := http.Get(server)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if sink.Connections() == 0 {
		t.Error("nobody arrives who follows a redirect: the test could not fail")
	}
	t.Logf("%d redirects at %d points", tried, len(all))
}

// TestANameThatChangesItsMindGainsNothing: a name leads to a good server until that was connected, and then to a sink that the guard refuses.
func TestANameThatChangesItsMindGainsNothing(t *testing.T) {
	for _, k := range addressed(t) {
		t.Run(k.name, func(t *testing.T) {
			for _, off := range []bool{false, true} {
				sink := remotetest.NewSink(t, nil)
				var met atomic.Int64
				goodAt(t, k, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), sink.Addr.Port()).String(), func() { met.Add(1) })
				names := func(string) []string {
					if met.Load() > 0 {
						return []string{"127.0.0.1"}
					}
					return []string{"127.0.0.2"}
				}
				c := remote.Config{AllowLoopback: true, Resolver: remotetest.Resolver(names)}
				if !off {
					c.Own = func() []netip.AddrPort { return []netip.AddrPort{sink.Addr} }
				}
				d := remote.New(c)
				address := k.over("http://rebind.example.test:" + strconv.Itoa(int(sink.Addr.Port())) + k.path())
				for range 3 {
					k.at(address)(t.Context(), d, 5*time.Second)
				}
				switch n := sink.Connections(); {
				case met.Load() == 0:
					t.Error("the good server was never reached, so nothing is proven")
				case n != 0 && !off:
					t.Errorf("the sink saw %d connections, want none", n)
				case n == 0 && off:
					t.Error("without the guard the sink sees nobody: the test could not fail")
				}
			}
		})
	}
}

// path is what follows the host in the usual address of a kind.
func (k *kindOf) path() string {
	_, rest, _ := strings.Cut(k.address, "://")
	_, path, _ := strings.Cut(rest, "/")
	return "/" + path
}

// goodAt serves a kind well, without encryption, and closes each connection after one answer. met is called for each.
func goodAt(t *testing.T, k *kindOf, address string, met func()) (port uint16) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ErrorLog: silent, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			met()
		}
	}, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k.good == nil {
			return
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		_, answer := k.good(r, "")
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.Write([]byte(strings.Replace(answer, "\r\nContent-Length", "\r\nConnection: close\r\nContent-Length", 1))) // who asked may be gone
		_ = conn.Close()
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // until it is closed
	}()
	t.Cleanup(func() { server.Close(); <-done })
	return netip.MustParseAddrPort(listener.Addr().String()).Port()
}

// TestGoodAddressesPass: the guard and the rules of plain addresses let through what they should, in every form that is plain.
func TestGoodAddressesPass(t *testing.T) {
	passed := 0
	for _, k := range addressed(t) {
		if k.good == nil || len(k.hosts) > 1 {
			continue // SSH, of which a real server is asked in TestARealSSHServer, and what goes on to an address that nobody gives
		}
		port := strconv.Itoa(int(goodAt(t, k, "127.0.0.1:0", func() {})))
		d := remote.New(remote.Config{AllowLoopback: true, Resolver: remotetest.Resolver(func(string) []string { return []string{"127.0.0.1"} })})
		for _, host := range []string{"git.example.test", "GIT.Example.Test", "git.example.test.", "127.0.0.1", "xn--bcher-kva.example.test", "a_b.example.test", "deep.er.and.deeper.example.test", "1and1.example.test"} {
			for _, scheme := range []string{"http", "HTTP"} {
				address := scheme + "://" + host + ":" + port + k.path()
				if got := k.at(address)(t.Context(), d, 5*time.Second); got.Status != connector.Healthy {
					t.Errorf("%s at %s = %s %s %q", k.name, address, got.Status, got.Code, got.Text)
				} else {
					passed++
				}
			}
		}
	}
	if passed < 25 {
		t.Errorf("%d good addresses pass, want at least 25", passed)
	}
	t.Logf("%d good addresses pass", passed)
}

// TestTheMetadataServiceHasOneDoor: with the narrow door open, no kind that takes an address comes through it.
func TestTheMetadataServiceHasOneDoor(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	// The service is played where nothing but the door may connect: at the program's own address.
	d := remote.New(remote.Config{AllowLoopback: true, Identity: true, IdentityAt: sink.Addr, Own: func() []netip.AddrPort { return []netip.AddrPort{sink.Addr} },
		Resolver: remotetest.Resolver(func(string) []string { return []string{"169.254.169.254"} })})
	for _, k := range addressed(t) {
		for _, at := range []string{remote.IdentityURL, remote.IdentityURL + "?api-version=2018-02-01&resource=x", "http://169.254.169.254/app.git", "https://169.254.169.254/", "http://metadata.example.test/x",
			"http://[::ffff:169.254.169.254]/x", "http://" + sink.Addr.String() + "/metadata/identity/oauth2/token"} {
			if got := k.at(k.over(at))(t.Context(), d, 5*time.Second); got.Status == connector.Healthy || got.Status == connector.Degraded {
				t.Errorf("%s at %s = %s %s", k.name, at, got.Status, got.Code)
			}
		}
	}
	if n := sink.Connections(); n != 0 {
		t.Errorf("%d connections came through the door, want none", n)
	}
	p := probe.New(d, nil)
	p.Deadline = 5 * time.Second
	p.Ask(context.Background(), ofIdentity(public, "")) // the one that the door is for
	if sink.Connections() == 0 {
		t.Error("the door is shut for everybody: the test could not fail")
	}
}
