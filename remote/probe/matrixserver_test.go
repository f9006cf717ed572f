package probe_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/remote"
	"patchbay/remote/remotetest"
)

// position is one place in one kind of check at which the other side can begin to misbehave: before it, the other side answers well.
type position struct {
	kind   *kindOf
	stage  int // of the kind, from 0
	dialer *remote.Dialer

	tls   *tls.Config
	shell *ssh.ServerConfig

	now     atomic.Pointer[hostility] // nil: it behaves well all along
	patient time.Duration             // how long a check waits in this round
	played  atomic.Int64              // how often somebody misbehaved here
	open    atomic.Int64              // connections that the checks have not hung up yet
	leaked  atomic.Int64              // requests that carried a token that cannot be one
}

// name says where it is, for people.
func (p *position) name() string { return p.kind.name + ", " + p.kind.stages[p.stage] }

// stand opens the hosts of a kind for one stage, and a dialer that finds them under their names.
func stand(t *testing.T, a *remotetest.Authority, kind *kindOf, stage int, shell *ssh.ServerConfig) *position {
	t.Helper()
	p := &position{kind: kind, stage: stage, shell: shell}
	var names []string
	for _, h := range kind.hosts {
		if h.name != "" {
			names = append(names, h.name)
		}
	}
	cert, err := a.Issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), names...)
	if err != nil {
		t.Fatal(err)
	}
	p.tls = &tls.Config{Certificates: []tls.Certificate{cert}, SessionTicketsDisabled: true}
	c := remote.Config{AllowLoopback: true, Roots: a.Pool, ConnectTo: map[string]string{}, Resolver: remotetest.Resolver(remotetest.Names(nil))}
	for _, h := range kind.hosts {
		at := p.listen(t, h)
		switch {
		case h.way == byNumber:
			c.Identity, c.IdentityAt = true, at
		case h.way == bySSH:
			c.ConnectTo[h.name+":22"] = at.String()
		default:
			c.ConnectTo[h.name+":443"] = at.String()
		}
	}
	p.dialer = remote.New(c)
	return p
}

// serve speaks on one connection as the host should, until it is time to misbehave.
func (p *position) serve(raw net.Conn, h host) {
	bad := p.now.Load()
	first := h.stages[0] == p.stage && bad != nil
	if first && bad.when == onConnect {
		p.misbehave(bad, raw, raw, "")
		return
	}
	if h.way == bySSH {
		p.serveSSH(raw, bad)
		return
	}
	conn := raw
	if h.way == byTLS {
		secure := tls.Server(raw, p.tls)
		if secure.Handshake() != nil {
			return // the check has had enough
		}
		conn = secure
	}
	if first && bad.when == onSecure {
		p.misbehave(bad, conn, raw, "")
		return
	}
	reader := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if sent := r.Header.Get("Authorization"); strings.Contains(sent, "evil") || len(sent) > 20<<10 {
			p.leaked.Add(1)
		}
		stage, answer := p.kind.good(r, string(body))
		if bad != nil && stage >= p.stage && bad.when == onRequest {
			p.misbehave(bad, conn, raw, came(r, string(body)))
			return
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
	}
}

// came writes down a request for who wants to send it back.
func came(r *http.Request, body string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s ", r.Method, r.URL)
	for name, values := range r.Header {
		fmt.Fprintf(&b, "%s: %s ", name, strings.Join(values, " "))
	}
	if user, password, ok := r.BasicAuth(); ok {
		fmt.Fprintf(&b, "%s %s ", user, password)
	}
	b.WriteString(body)
	if form, err := parsed(body); err == nil {
		for _, values := range form {
			b.WriteString(" " + strings.Join(values, " "))
		}
	}
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(b.String())
}

func (p *position) misbehave(bad *hostility, on io.ReadWriter, raw net.Conn, sent string) {
	p.played.Add(1)
	bad.play(&played{ReadWriter: on, raw: raw, position: p, sent: sent})
}

// serveSSH is a server that lets every key in and lists one ref. Its first stage is the greeting, its second the command.
func (p *position) serveSSH(raw net.Conn, bad *hostility) {
	switch {
	case bad == nil || p.stage > 0:
	case bad.when == onSecure:
		if _, err := io.WriteString(raw, "SSH-2.0-hostile\r\n"); err == nil {
			p.misbehave(bad, raw, raw, "")
		}
		return
	default:
		line := make([]byte, 256) // the check's own greeting
		if n, err := raw.Read(line); err == nil {
			p.misbehave(bad, raw, raw, string(line[:n]))
		}
		return
	}
	_, channels, requests, err := ssh.NewServerConn(raw, p.shell)
	if err != nil {
		return
	}
	var all sync.WaitGroup
	all.Go(func() { ssh.DiscardRequests(requests) })
	for offered := range channels {
		channel, asked, err := offered.Accept()
		if err != nil {
			continue
		}
		all.Go(func() {
			for r := range asked {
				if err := r.Reply(true, nil); err == nil && r.Type == "exec" {
					all.Go(func() { p.command(channel, raw, bad) })
				}
			}
		})
	}
	all.Wait()
}

func (p *position) command(channel ssh.Channel, raw net.Conn, bad *hostility) {
	if bad != nil && bad.when != onConnect {
		p.misbehave(bad, channel, raw, "")
	} else if _, err := io.WriteString(channel, listOfOne+"0000"); err != nil {
		return
	} else if _, err := channel.SendRequest("exit-status", false, make([]byte, 4)); err != nil {
		return
	}
	_ = channel.Close() // the check may be gone already
}

// played is a connection on which somebody misbehaves.
type played struct {
	io.ReadWriter
	raw      net.Conn // below it
	position *position
	sent     string // what the check said before
}

// hangUp keeps the connection until the check has had enough of it.
func (p *played) hangUp() {
	_, _ = io.Copy(io.Discard, p.ReadWriter) // whatever ends it
}

// say writes a text, which nobody may be left to hear.
func (p *played) say(text string) bool {
	_, err := io.WriteString(p.ReadWriter, text)
	return err == nil
}

// pour writes the same text until the check hangs up.
func (p *played) pour(text string) { pourOut(p.ReadWriter, text) }

// reset ends the connection as a crashed machine does.
func (p *played) reset() {
	if tcp, ok := p.raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it is closed in any case
	}
	_ = p.raw.Close()
}

// drip writes a text byte by byte, one with each tick, until the check hangs up; then it begins again.
func (p *played) drip(text string, tick time.Duration) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		p.hangUp()
	}()
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	for i := 0; ; i++ {
		if !p.say(text[i%len(text) : i%len(text)+1]) {
			<-gone
			return
		}
		select {
		case <-ticks.C:
		case <-gone:
			return
		}
	}
}

// begin writes the head of an answer as the kind expects it, without its length; over SSH there is none.
func (p *played) begin() bool {
	return p.position.kind.head == "" || p.say(p.position.kind.head+"\r\n")
}

// whole writes a whole answer as the kind expects it.
func (p *played) whole(body string) {
	if head := p.position.kind.head; head != "" {
		p.answer(head, body)
		return
	}
	p.say(body)
}

// answer writes a head with the body behind it, and leaves.
func (p *played) answer(head, body string) {
	p.say(fmt.Sprintf("%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", head, len(body), body))
}
