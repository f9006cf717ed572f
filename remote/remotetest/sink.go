package remotetest

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// Sink is a server that answers anything and notes every connection and every credential that arrives.
type Sink struct {
	URL  string // "http://127.0.0.1:40123"
	Addr netip.AddrPort

	mu          sync.Mutex
	connections int
	credentials []string
}

// NewSink starts a sink on 127.0.0.1 and, where the machine has it, on the same port of ::1; it ends with the test. handler
// answers the requests; nil says 401, as a server that would like to be given a password.
func NewSink(t testing.TB, handler http.Handler) *Sink {
	t.Helper()
	s := &Sink{}
	if handler == nil {
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="sink"`)
			w.WriteHeader(http.StatusUnauthorized)
		})
	}
	first, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Addr = netip.MustParseAddrPort(first.Addr().String())
	s.URL = "http://" + first.Addr().String()
	listeners := []net.Listener{first}
	if second, err := net.Listen("tcp6", netip.AddrPortFrom(netip.IPv6Loopback(), s.Addr.Port()).String()); err == nil {
		listeners = append(listeners, second)
	}
	for _, l := range listeners {
		server := httptest.NewUnstartedServer(s.noting(handler))
		if err := server.Listener.Close(); err != nil {
			t.Fatal(err)
		}
		server.Listener = l
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.connections++
			}
		}
		server.Start()
		t.Cleanup(server.Close)
	}
	return s
}

func (s *Sink) noting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sent := strings.Join(r.Header.Values("Authorization"), ", "); sent != "" {
			s.mu.Lock()
			s.credentials = append(s.credentials, sent)
			s.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// Connections is how many have come in so far.
func (s *Sink) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Credentials are all Authorization headers that have come in so far.
func (s *Sink) Credentials() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.credentials...)
}
