package remote

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patchbay/remote/remotetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fetch gets an address with a client of its own and gives the body's size.
func fetch(t *testing.T, d *Dialer, address string) (*http.Response, int, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	client := d.Client()
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, len(body), err
}

func TestNoHostileAddressReachesTheSink(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	resolver := remotetest.Resolver(remotetest.Names(remotetest.HostileNames))
	guarded := New(Config{Resolver: resolver})
	urls := remotetest.HostileURLs(sink.Addr.Port())
	for _, address := range urls {
		if res, _, err := fetch(t, guarded, address); err == nil {
			t.Errorf("%q was answered with %s, want it refused", address, res.Status)
		}
	}
	// Connections are taken in order, so one good one at the end shows that none came before it.
	if _, _, err := fetch(t, New(Config{AllowLoopback: true}), sink.URL); err != nil {
		t.Fatal(err)
	}
	if got := sink.Connections(); got != 1 {
		t.Errorf("the sink saw %d connections, want only the good one", got)
	}

	// With the control off the same addresses do arrive. Only this machine is opened, so that the test stays in it.
	off := New(Config{Resolver: resolver})
	off.decide = func(to netip.AddrPort, _ bool) error {
		if addr := to.Addr().Unmap(); addr.IsLoopback() || addr.IsUnspecified() {
			return nil
		}
		return refuse(to, "outside", "")
	}
	arrived := 0
	for _, address := range urls {
		before := sink.Connections()
		if _, _, err := fetch(t, off, address); err == nil || sink.Connections() > before {
			arrived++
		}
	}
	if arrived < 15 {
		t.Errorf("without the guard %d addresses arrive, want at least 15, or the test could not fail", arrived)
	}
	t.Logf("%d hostile addresses and %d hostile URLs; %d arrive without the guard", len(remotetest.HostileAddresses()), len(urls), arrived)
}

func TestANameThatChangesItsMindGainsNothing(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	listener, err := net.Listen("tcp", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), sink.Addr.Port()).String())
	if err != nil {
		t.Fatal(err)
	}
	good := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.NotFoundHandler()}}
	good.Start()
	defer good.Close()

	var turned atomic.Bool
	d := New(Config{Resolver: remotetest.Resolver(func(string) []string {
		if turned.Load() {
			return []string{"127.0.0.1"}
		}
		return []string{"127.0.0.2"}
	})})
	strict := d.decide
	d.decide = func(to netip.AddrPort, plain bool) error { // 127.0.0.2 stands for a public address
		if to.Addr() == netip.MustParseAddr("127.0.0.2") {
			return nil
		}
		return strict(to, plain)
	}
	address := "http://rebind.example.test:" + strconv.Itoa(int(sink.Addr.Port()))
	if _, _, err := fetch(t, d, address); err != nil {
		t.Errorf("the good address: %v", err)
	}
	turned.Store(true)
	var refused *Refused
	if _, _, err := fetch(t, d, address); !errors.As(err, &refused) {
		t.Errorf("after the name turned: %v, want it refused", err)
	}
	if sink.Connections() != 0 {
		t.Errorf("the sink saw %d connections, want none", sink.Connections())
	}
}

func TestLoopbackIsReachedWhereItIsAllowedAndNeverTheProgramItself(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	port := sink.URL[strings.LastIndex(sink.URL, ":"):]
	var own []netip.AddrPort
	d := New(Config{AllowLoopback: true, Own: func() []netip.AddrPort { return own },
		Resolver: remotetest.Resolver(remotetest.Names(map[string][]string{"here.example.test": {"127.0.0.1"}}))})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "here.example.test", "HERE.example.TEST"} {
		if _, _, err := fetch(t, d, "http://"+host+port); err != nil {
			t.Errorf("%s: %v, want it reached", host, err)
		}
	}
	before := sink.Connections()
	for _, listens := range []string{"127.0.0.1", "0.0.0.0", "::"} {
		own = []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr(listens), sink.Addr.Port())}
		_, _, err := fetch(t, d, sink.URL)
		var refused *Refused
		if !errors.As(err, &refused) || refused.Why != "where Patchbay itself listens" {
			t.Errorf("listening on %s: %v, want it refused", listens, err)
		}
	}
	if sink.Connections() != before {
		t.Error("a connection to the program itself was made")
	}
}

func TestPlainHTTPIsDecidedApart(t *testing.T) {
	var plain []bool
	d := New(Config{})
	d.decide = func(to netip.AddrPort, p bool) error {
		plain = append(plain, p)
		return refuse(to, "only looked at", "")
	}
	for _, address := range []string{"http://127.0.0.1:1", "https://127.0.0.1:1"} {
		if _, _, err := fetch(t, d, address); err == nil {
			t.Errorf("%s was connected", address)
		}
	}
	if _, err := d.DialContext(t.Context(), "tcp", "127.0.0.1:1"); err == nil {
		t.Error("DialContext connected")
	}
	if len(plain) != 3 || !plain[0] || plain[1] || plain[2] {
		t.Errorf("decided with plain = %v, want true for http alone", plain)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	other := httptest.NewServer(http.RedirectHandler(sink.URL+"/leak", http.StatusFound))
	defer other.Close()
	d := New(Config{AllowLoopback: true})
	if res, _, err := fetch(t, d, other.URL); err != nil || res.StatusCode != http.StatusFound {
		t.Errorf("got %v, %v, want the redirect itself", res, err)
	}
	if sink.Connections() != 0 {
		t.Error("the redirect was followed")
	}
	off := d.Client()
	defer off.CloseIdleConnections()
	off.CheckRedirect = nil
	res, err := off.Get(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if sink.Connections() != 1 {
		t.Error("without the control the redirect is not followed either: the test could not fail")
	}
}

func TestAProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	t.Setenv("HTTP_PROXY", sink.URL)
	t.Setenv("HTTPS_PROXY", sink.URL)
	for _, address := range []string{"http://nowhere.example.test/", "https://nowhere.example.test/"} {
		if _, _, err := fetch(t, New(Config{AllowLoopback: true, Resolver: remotetest.Resolver(remotetest.Names(nil))}), address); err == nil {
			t.Errorf("%s was answered", address)
		}
	}
	for _, door := range []bool{true, false} {
		if New(Config{}).transport(door).Proxy != nil {
			t.Error("the transport has a proxy")
		}
	}
	if sink.Connections() != 0 {
		t.Error("the proxy was asked")
	}
}

func TestAnswersHaveLimits(t *testing.T) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if _, err := zip.Write(make([]byte, 8<<20)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/full", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, BodyLimit)) })
	mux.HandleFunc("/over", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, BodyLimit+1)) })
	mux.HandleFunc("/header", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", HeaderLimit+1))
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Errorf("the client asks for %s", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	d := New(Config{AllowLoopback: true})
	for _, tt := range []struct {
		path  string
		bytes int
		err   error
	}{
		{"/full", BodyLimit, nil},
		{"/over", BodyLimit, ErrTooLarge},
		{"/header", 0, ErrTooLarge},
		{"/bomb", packed.Len(), nil}, // as it came
	} {
		if _, n, err := fetch(t, d, server.URL+tt.path); n != tt.bytes || !errors.Is(err, tt.err) {
			t.Errorf("%s gives %d bytes, %v, want %d, %v", tt.path, n, err, tt.bytes, tt.err)
		}
	}
}

func TestRequestsThatCouldMeanTwoHostsAreRefused(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	client := New(Config{AllowLoopback: true}).Client()
	defer client.CloseIdleConnections()
	requests := map[string]*http.Request{
		"a user inside":  {URL: &url.URL{Scheme: "http", Host: sink.Addr.String(), User: url.UserPassword("a", "b")}},
		"another Host":   {URL: &url.URL{Scheme: "http", Host: sink.Addr.String()}, Host: "other.example.test"},
		"another scheme": {URL: &url.URL{Scheme: "ftp", Host: sink.Addr.String()}},
		"a short form":   {URL: &url.URL{Scheme: "http", Host: "127.1:80"}},
	}
	for name, req := range requests {
		_, err := client.Do(req.WithContext(t.Context()))
		var refused *Refused
		if !errors.As(err, &refused) || refused.Reason != Unclear {
			t.Errorf("%s: %v, want it refused as unclear", name, err)
		}
	}
	if sink.Connections() != 0 {
		t.Error("a request was sent")
	}
}

func TestOnlyTCPIsDialed(t *testing.T) {
	d := New(Config{AllowLoopback: true})
	for _, network := range []string{"udp", "unix", "ip4:icmp", "unixgram", ""} {
		if _, err := d.DialContext(t.Context(), network, "127.0.0.1:1"); err == nil {
			t.Errorf("DialContext(%q) connected", network)
		}
	}
}

func TestAConnectionEndsWithItsContextsDeadline(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	conn, err := New(Config{AllowLoopback: true}).DialContext(ctx, "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); !timedOut(err) {
		t.Errorf("Read() = %v, want a timeout", err)
	}
}
