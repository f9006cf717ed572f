package probe_test

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/probe/gittest"
	"patchbay/remote/remotetest"
)

// secure puts TLS with a certificate before the Git server and gives its port.
func secure(t *testing.T, cert tls.Certificate, config *tls.Config) (port string) {
	t.Helper()
	server := httptest.NewUnstartedServer(git.Handler())
	config.Certificates = []tls.Certificate{cert}
	server.TLS = config
	server.Config.ErrorLog = silent
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL[strings.LastIndex(server.URL, ":"):]
}

func TestCertificates(t *testing.T) {
	now := time.Now()
	ours, err := remotetest.NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := remotetest.NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	issue := func(a *remotetest.Authority, from, to int, hosts ...string) tls.Certificate {
		cert, err := a.Issue(now.AddDate(0, 0, from), now.AddDate(0, 0, to), hosts...)
		if err != nil {
			t.Fatal(err)
		}
		return cert
	}
	const host = "git.example.test"
	tests := []struct {
		name   string
		cert   tls.Certificate
		config *tls.Config
		code   string
		shows  string
	}{
		{"a good one", issue(ours, -1, 90, host), &tls.Config{}, "GIT_REFS_LISTED", "TLS 1.3 with TLS_AES_128_GCM_SHA256, certificate of CN=git.example.test, signed by CN=Example Authority, 89 days left"},
		{"a good one and TLS 1.2", issue(ours, -1, 90, host), &tls.Config{MaxVersion: tls.VersionTLS12}, "GIT_REFS_LISTED", "TLS 1.2"},
		{"an expired one", issue(ours, -90, -1, host), &tls.Config{}, "TLS_EXPIRED", "expired on"},
		{"one that is not valid yet", issue(ours, 1, 90, host), &tls.Config{}, "TLS_EXPIRED", "not valid yet"},
		{"an unknown authority", issue(theirs, -1, 90, host), &tls.Config{}, "TLS_UNKNOWN_AUTHORITY", "signed by CN=Example Authority"},
		{"another host", issue(ours, -1, 90, "other.example.test"), &tls.Config{}, "TLS_WRONG_HOST", "other.example.test"},
		{"only TLS 1.1", issue(ours, -1, 90, host), &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, "TLS_FAILED", "protocol version"},
		{"a client certificate is wanted", issue(ours, -1, 90, host), &tls.Config{ClientAuth: tls.RequireAnyClientCert}, "TLS_FAILED", "certificate required"},
	}
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: ours.Pool,
		Resolver: remotetest.Resolver(remotetest.Names(map[string][]string{host: {"127.0.0.1"}}))}), nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := "https://" + host + secure(t, tt.cert, tt.config) + gittest.Private
			got := p.Ask(t.Context(), withPassword(address, user, password))
			status, steps := connector.Failing, "Resolve ok, Connect ok, TLS failed, HTTP skipped, Authenticate skipped, Use skipped"
			if tt.code == "GIT_REFS_LISTED" {
				status, steps = connector.Healthy, "Resolve ok, Connect ok, TLS ok, HTTP ok, Authenticate ok, Use ok"
			}
			want(t, got, status, tt.code)
			// In TLS 1.3 a server turns a client down only after the client has begun to speak.
			if tt.config.ClientAuth == tls.NoClientCert && states(got) != steps {
				t.Errorf("steps = %s, want %s", states(got), steps)
			}
			if shown := strings.Join(evidence(got), "\n"); !strings.Contains(shown, tt.shows) {
				t.Errorf("evidence = %q, want it to show %q", shown, tt.shows)
			}
		})
	}
}

func TestTheWayThere(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Resolver: remotetest.Resolver(remotetest.Names(map[string][]string{
		"broken.example.test": {remotetest.ServerFailure}, "mute.example.test": {remotetest.NoAnswer},
		"inner.example.test": {"10.1.2.3"}, "meta.example.test": {"169.254.169.254"}, "public.example.test": {"8.8.8.8"},
	}))}), nil)
	p.Deadline = time.Second
	tests := []struct{ address, code, failed, next string }{
		{"https://nowhere.example.test/app.git", "DNS_NOT_FOUND", "Resolve", "Correct the host name"},
		{"https://broken.example.test/app.git", "DNS_FAILED", "Resolve", "name server"},
		{"https://mute.example.test/app.git", "DNS_FAILED", "Resolve", "name server"},
		{"http://" + free + "/app.git", "CONNECT_REFUSED", "Connect", "port"},
		{"http://" + full(t) + "/app.git", "CONNECT_TIMEOUT", "Connect", "may reach"},
		{"https://inner.example.test/app.git", "ADDRESS_NOT_ALLOWED", "Connect", "--allow-egress 10.1.2.3/32"},
		{"https://10.1.2.3/app.git", "ADDRESS_NOT_ALLOWED", "Connect", "--allow-egress 10.1.2.3/32"},
		{"https://meta.example.test/app.git", "ADDRESS_NOT_ALLOWED", "Connect", "--allow-egress"},
		{"http://public.example.test/app.git", "PLAIN_HTTP_NOT_ALLOWED", "Connect", "--allow-egress 8.8.8.8/32"},
	}
	for _, tt := range tests {
		got := p.Ask(t.Context(), withPassword(tt.address, user, password))
		want(t, got, connector.Failing, tt.code)
		if !strings.Contains(got.Next, tt.next) {
			t.Errorf("%s: Next = %q, want %q in it", tt.address, got.Next, tt.next)
		}
		for _, s := range got.Steps {
			if (s.State == connector.StepFailed) != (s.Name == tt.failed) {
				t.Errorf("%s: steps = %s, want only %s failed", tt.address, states(got), tt.failed)
				break
			}
		}
	}
}

// full listens with a queue that has no place left, so that the kernel drops whoever knocks.
func full(t *testing.T) (address string) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(name.(*syscall.SockaddrInet4).Port)).String()
	for range 4 { // until one is not let in any more
		conn, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Fatal("the queue does not fill up")
	return ""
}

func TestEveryCodeSaysWhatItMeans(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range probe.Codes() {
		if seen[c.Code] {
			t.Errorf("%s is there twice", c.Code)
		}
		seen[c.Code] = true
		if !strings.HasSuffix(c.Text, ".") || strings.ContainsAny(c.Text, "{}") {
			t.Errorf("%s: Text = %q, want a whole sentence without gaps", c.Code, c.Text)
		}
		for _, text := range []string{c.Cause, c.Next} {
			if text == "" && c.Status == connector.Failing || text != "" && !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q is not a whole sentence", c.Code, text)
			}
		}
	}
	for _, code := range strings.Fields(`GIT_REFS_LISTED GIT_ANONYMOUS GIT_AUTH_REFUSED GIT_FORBIDDEN GIT_NOT_FOUND GIT_NOT_A_REPOSITORY
		SECRET_NOT_ALLOWED_HERE DNS_NOT_FOUND DNS_FAILED CONNECT_REFUSED CONNECT_TIMEOUT TLS_EXPIRED TLS_UNKNOWN_AUTHORITY TLS_WRONG_HOST TLS_FAILED
		TIMEOUT RESET TOO_LARGE REDIRECTED ADDRESS_NOT_ALLOWED PLAIN_HTTP_NOT_ALLOWED HTTP_UNEXPECTED NOT_ASKED_YET NOTHING_TO_ASK`) {
		if !seen[code] {
			t.Errorf("%s is missing", code)
		}
	}
}
