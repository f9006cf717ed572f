package remotetest

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// Tap is a server for whatever is spoken to it, HTTP, HTTPS or SSH, under any name. It answers as a good server of every kind would, and
// keeps each byte that it is sent, with the encryption taken off.
type Tap struct {
	Port    string // ":40123", on 127.0.0.1 and, where the machine has it, on ::1
	HostKey string // "ssh-ed25519 AAAA…", of its SSH

	authority *Authority
	shell     *ssh.ServerConfig
	mu        sync.Mutex
	came      bytes.Buffer
	certs     map[string]*tls.Certificate
}

// NewTap starts a tap, which ends with the test. Its certificates are the authority's, for whatever name is asked for, so that nothing but the
// origin keeps a secret back.
func NewTap(t testing.TB, authority *Authority) *Tap {
	t.Helper()
	s := &Tap{authority: authority, certs: map[string]*tls.Certificate{}}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	host, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s.HostKey = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(host.PublicKey())))
	s.shell = &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		s.note([]byte("offered " + ssh.FingerprintSHA256(key) + "\n"))
		return &ssh.Permissions{}, nil
	}}
	s.shell.AddHostKey(host)
	first, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(first.Addr().String())
	s.Port = strings.TrimPrefix(at.String(), at.Addr().String())
	listeners := []net.Listener{first}
	if second, err := net.Listen("tcp6", netip.AddrPortFrom(netip.IPv6Loopback(), at.Port()).String()); err == nil {
		listeners = append(listeners, second)
	}
	var all sync.WaitGroup
	for _, l := range listeners {
		all.Go(func() { s.accept(l, &all) })
	}
	t.Cleanup(func() {
		for _, l := range listeners {
			_ = l.Close() // it is over in any case
		}
		all.Wait()
	})
	return s
}

// Taken gives everything that came since it was last asked.
func (s *Tap) Taken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.came.Reset()
	return s.came.String()
}

func (s *Tap) note(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.came.Write(b)
}

func (s *Tap) accept(l net.Listener, all *sync.WaitGroup) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		all.Go(func() {
			s.serve(conn)
			_ = conn.Close() // the other side may have hung up already
		})
	}
}

// sniffed is a connection whose first bytes were looked at.
type sniffed struct {
	net.Conn
	from io.Reader
}

// Read implements [net.Conn].
func (c *sniffed) Read(p []byte) (int, error) { return c.from.Read(p) }

// noting is an [io.Writer] into a tap.
type noting struct{ tap *Tap }

// Write implements [io.Writer].
func (n noting) Write(p []byte) (int, error) {
	n.tap.note(p)
	return len(p), nil
}

// serve finds out what is spoken, and answers.
func (s *Tap) serve(raw net.Conn) {
	if err := raw.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return
	}
	start := bufio.NewReader(raw)
	head, err := start.Peek(4)
	if err != nil {
		return
	}
	conn := net.Conn(&sniffed{raw, start})
	switch {
	case head[0] == 0x16:
		secure := tls.Server(conn, &tls.Config{GetCertificate: s.certificate})
		if err := secure.Handshake(); err != nil {
			s.note([]byte("no handshake: " + err.Error() + "\n"))
			return
		}
		conn = secure
	case string(head) == "SSH-":
		s.serveSSH(conn)
		return
	}
	reader := bufio.NewReader(io.TeeReader(conn, noting{s}))
	for {
		r, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if _, err := io.WriteString(conn, obliging(r)); err != nil {
			return
		}
	}
}

// serveSSH lets every key in, and lists one ref.
func (s *Tap) serveSSH(conn net.Conn) {
	_, channels, requests, err := ssh.NewServerConn(conn, s.shell)
	if err != nil {
		return
	}
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { ssh.DiscardRequests(requests) })
	for offered := range channels {
		channel, asked, err := offered.Accept()
		if err != nil {
			continue
		}
		all.Go(func() {
			for r := range asked {
				s.note(append(r.Payload, '\n'))
				if r.Reply(true, nil) == nil && r.Type == "exec" {
					_, _ = io.WriteString(channel, firstRef+"0000") // who has hung up hears nothing, here and below
					_, _ = channel.SendRequest("exit-status", false, make([]byte, 4))
					_ = channel.Close()
				}
			}
		})
	}
}

// certificate makes one for whatever name is asked for.
func (s *Tap) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := hello.ServerName
	if name == "" {
		var err error
		if name, _, err = net.SplitHostPort(hello.Conn.LocalAddr().String()); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.certs[name]; c != nil {
		return c, nil
	}
	c, err := s.authority.Issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), name)
	if err != nil {
		return nil, err
	}
	s.certs[name] = &c
	return &c, nil
}
