package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"patchbay/connector"
)

// The limits of an answer.
const (
	HeaderLimit = 64 << 10
	BodyLimit   = 256 << 10
)

// Client makes an HTTP client on the dialer. It follows no redirect, takes no proxy, asks for no compression and undoes none,
// keeps no cookie, ends each request after [Deadline], and gives [ErrTooLarge] for an answer past its limits.
// Call CloseIdleConnections when done with it: that ends what still waits in the background.
func (d *Dialer) Client() *http.Client {
	return &http.Client{
		Transport:     &transport{encrypted: d.transport(false), plain: d.transport(true)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       Deadline,
	}
}

func (d *Dialer) transport(plain bool) *http.Transport {
	return d.over(func(ctx context.Context, network, address string) (net.Conn, error) {
		return d.dial(ctx, network, address, plain)
	})
}

// over is a transport on one way to connect.
func (d *Dialer) over(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: d.roots, Time: d.now},
		TLSHandshakeTimeout:    d.step,
		ResponseHeaderTimeout:  Deadline,
		IdleConnTimeout:        time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: HeaderLimit,
		// HTTP/1.1 is spoken by every server that has a connector, and has fewer ways to be held up than its successor.
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}

// transport chooses the door by the scheme and puts the limits on.
type transport struct{ encrypted, plain *http.Transport }

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	door := t.encrypted
	switch req.URL.Scheme {
	case "https":
	case "http":
		door = t.plain
	default:
		return nil, dropped(req, unclear(req.URL.Redacted(), "neither https nor http"))
	}
	if req.URL.User != nil {
		return nil, dropped(req, unclear(req.URL.Scheme+"://…@"+req.URL.Host, "an address with a user name inside"))
	}
	if _, ok := connector.OriginOf(req.URL.Scheme + "://" + req.URL.Host); !ok || req.Host != "" && req.Host != req.URL.Host {
		return nil, dropped(req, unclear(req.URL.Host, "not a host and a port in their plainest form"))
	}
	read := &atomic.Pointer[counted]{}
	start := int64(0)
	ctx := httptrace.WithClientTrace(withDeadline(req.Context()), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn := info.Conn
		if secure, ok := conn.(*tls.Conn); ok {
			conn = secure.NetConn()
		}
		if c, ok := conn.(*counted); ok {
			start = c.n.Load()
			read.Store(c)
		}
	}})
	res, err := door.RoundTrip(req.WithContext(ctx))
	if err != nil {
		// net/http has no type for a header that is too long; the bytes that came in tell it.
		if c := read.Load(); c != nil && c.n.Load()-start >= HeaderLimit {
			return nil, fmt.Errorf("read the header: %w", ErrTooLarge)
		}
		return nil, err
	}
	res.Body = &limited{ReadCloser: res.Body, left: BodyLimit}
	return res, nil
}

// CloseIdleConnections lets [http.Client.CloseIdleConnections] reach both doors.
func (t *transport) CloseIdleConnections() {
	t.encrypted.CloseIdleConnections()
	t.plain.CloseIdleConnections()
}

// dropped closes the body of a request that is not sent, as a RoundTripper must.
func dropped(req *http.Request, err error) error {
	if req.Body == nil {
		return err
	}
	return errors.Join(err, req.Body.Close())
}

// counted is a connection that knows how many bytes came in.
type counted struct {
	net.Conn
	n atomic.Int64
}

// Read implements [net.Conn].
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// limited ends a body with an error, not with a quiet end, when there is more than the limit.
type limited struct {
	io.ReadCloser
	left int64
}

// Read implements [io.Reader].
func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}
