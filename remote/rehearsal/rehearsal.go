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
	"net/netip"
	"time"
)

// Server plays all other sides. Git over HTTP is at URL, without encryption; the rest answer under the names that their connectors have,
// for a dialer that takes Routes and Roots.
type Server struct {
	URL            string
	User, Password string // that every side takes, each in its own way

	Jira *Jira // Atlassian, with what was done there
	Desk *Desk // the ServiceNow instances, with what was done there

	AzurePEM   string         // certificate and key of an application
	IdentityAt netip.AddrPort // where the metadata service of Azure is played
	DeployKey  string         // SSH private key that may read repositories

	server, metadata *http.Server
	front            *front
	directory        *directory
	shells           *shells
	quit             chan struct{}
}

// New starts the server on free ports of loopback.
func New(user, password string, now time.Time) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the rehearsal: %w", err)
	}
	s := &Server{URL: "http://" + listener.Addr().String(), User: user, Password: password, quit: make(chan struct{})}
	if s.directory, s.AzurePEM, err = newDirectory(password, running(now)); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	hosts := map[string]http.Handler{}
	for _, side := range []map[string]http.Handler{s.artifactory(), s.appDynamics(), s.azure(), s.atlassian(), s.serviceNow()} {
		maps.Copy(hosts, side)
	}
	if s.front, err = open(hosts, now); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err = s.serveMetadata(); err != nil {
		return nil, errors.Join(err, listener.Close(), s.front.server.Close())
	}
	if s.shells, s.DeployKey, err = openShells(); err != nil {
		return nil, errors.Join(err, listener.Close(), s.front.server.Close(), s.metadata.Close())
	}
	s.server = &http.Server{Handler: s.plain(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(discard{}, "", 0)}
	go func() {
		// Serve ends with ErrServerClosed when Close is called; before that nothing but a lost listener ends it, and then the
		// samples turn red, which says as much as a log line would.
		_ = s.server.Serve(listener)
	}()
	return s, nil
}

// plain is what is reached without encryption.
func (s *Server) plain() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /atlassian/authorize", s.Jira.authorise)
	mux.HandleFunc("GET /atlassian/authorize/{kind}", s.Jira.authorise)
	mux.HandleFunc("/", s.answer)
	return mux
}

// Routes says where the names of the rehearsal are played: "host:port" to "host:port".
func (s *Server) Routes() map[string]string {
	out := s.front.routes()
	maps.Copy(out, s.shells.routes())
	return out
}

// Roots are the authorities to trust: the system's, and the rehearsal's own.
func (s *Server) Roots() *x509.CertPool { return s.front.roots }

// Close ends the server and every connection to it.
func (s *Server) Close() error {
	close(s.quit)
	if err := errors.Join(s.server.Close(), s.front.server.Close(), s.metadata.Close(), s.shells.close()); err != nil {
		return fmt.Errorf("close the rehearsal: %w", err)
	}
	return nil
}
