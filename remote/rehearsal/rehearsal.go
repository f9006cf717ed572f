// Package rehearsal plays the other sides on this machine, well and badly, so that serve --dev has something to check and a person can
// see every kind of failure without breaking anything real. It listens on loopback only. Each other side has a file of its own, which says
// what can be rehearsed there.
package rehearsal

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"maps"
	"net"
	"net/http"
	"time"
)

// Server plays all other sides. Git over HTTP is at URL, without encryption; the rest answer under the names that their connectors have,
// for a dialer that takes Routes and Roots.
type Server struct {
	URL            string
	User, Password string // that every side takes, each in its own way

	server *http.Server
	front  *front
	quit   chan struct{}
}

// New starts the server on free ports of loopback.
func New(user, password string, now time.Time) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the rehearsal: %w", err)
	}
	s := &Server{URL: "http://" + listener.Addr().String(), User: user, Password: password, quit: make(chan struct{})}
	hosts := map[string]http.Handler{}
	for _, side := range []map[string]http.Handler{s.artifactory(), s.appDynamics(), s.azure(), s.atlassian(), s.serviceNow()} {
		maps.Copy(hosts, side)
	}
	if s.front, err = open(hosts, now); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer), ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(discard{}, "", 0)}
	go func() {
		// Serve ends with ErrServerClosed when Close is called; before that nothing but a lost listener ends it, and then the
		// samples turn red, which says as much as a log line would.
		_ = s.server.Serve(listener)
	}()
	return s, nil
}

// Routes says where the names of the rehearsal are played: "host:port" to "host:port".
func (s *Server) Routes() map[string]string { return s.front.routes() }

// Roots are the authorities to trust: the system's, and the rehearsal's own.
func (s *Server) Roots() *x509.CertPool { return s.front.roots }

// Close ends the server and every connection to it.
func (s *Server) Close() error {
	close(s.quit)
	if err := errors.Join(s.server.Close(), s.front.server.Close()); err != nil {
		return fmt.Errorf("close the rehearsal: %w", err)
	}
	return nil
}
