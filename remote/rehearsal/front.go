package rehearsal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

// front is the encrypted door that all hosts of the rehearsal share: the name that is asked for decides who answers.
type front struct {
	hosts    map[string]http.Handler
	listener net.Listener
	server   *http.Server
	roots    *x509.CertPool
}

// open starts the front on a free port of loopback, with certificates of an authority of its own for all hosts.
func open(hosts map[string]http.Handler, now time.Time) (*front, error) {
	names := make([]string, 0, len(hosts))
	for name := range hosts {
		names = append(names, name)
	}
	cert, roots, err := issue(names, now)
	if err != nil {
		return nil, fmt.Errorf("make the certificate of the rehearsal: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the rehearsal: %w", err)
	}
	f := &front{hosts: hosts, listener: listener, roots: roots}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(discard{}, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}}
	// Serve ends when the server is closed; before that nothing but a lost listener ends it, and then the samples turn red.
	go func() { _ = f.server.ServeTLS(listener, "", "") }()
	return f, nil
}

// ServeHTTP implements [http.Handler].
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if h, ok := f.hosts[host]; ok {
		h.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}

// routes sends every host of the front to where it listens.
func (f *front) routes() map[string]string {
	out := map[string]string{}
	for name := range f.hosts {
		out[name+":443"] = f.listener.Addr().String()
	}
	return out
}

// issue makes an authority and one certificate of it for the names, valid for 80 days.
func issue(names []string, now time.Time) (tls.Certificate, *x509.CertPool, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Rehearsal authority"}, NotBefore: now.AddDate(0, -1, 0),
		NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	if ca, err = x509.ParseCertificate(der); err != nil {
		return tls.Certificate{}, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Rehearsal"}, NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(0, 0, 80),
		DNSNames: names, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if der, err = x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey); err != nil {
		return tls.Certificate{}, nil, err
	}
	roots, err := x509.SystemCertPool() // what is real stays reachable beside the rehearsal
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AddCert(ca)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, nil
}

// discard drops what the server says of clients that leave in the middle: checks do that on purpose.
type discard struct{}

// Write implements [io.Writer].
func (discard) Write(p []byte) (int, error) { return len(p), nil }
