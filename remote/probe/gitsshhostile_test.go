package probe_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote/probe/gittest"
)

// pair makes a key: to sign with, and as PEM.
func pair(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signing(t, key)
}

func rsaPair(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signing(t, key)
}

func signing(t *testing.T, key any) (ssh.Signer, string) {
	t.Helper()
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

// letting is a server that lets every key in, after what alter did to it.
func letting(host ssh.Signer, alter func(*ssh.ServerConfig)) *ssh.ServerConfig {
	c := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return &ssh.Permissions{}, nil }}
	c.AddHostKey(host)
	if alter != nil {
		alter(c)
	}
	return c
}

func play(t *testing.T, p gittest.Play) *gittest.Played {
	t.Helper()
	server, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() }) //nolint:errcheck // a listener that is closed twice does no harm
	return server
}

func pktLine(text string) string { return fmt.Sprintf("%04x%s", len(text)+4, text) }

func line(key ssh.PublicKey) string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) }

const (
	listOfOne = "00540123456789012345678901234567890123456789 refs/heads/main\x00agent=hostile/1.0 x=yz\n"
	another   = "003d0123456789012345678901234567890123456789 refs/heads/next\n"
)

// pourOut writes the same text to a stream until the other side hangs up.
func pourOut(to io.Writer, text string) {
	text = strings.Repeat(text, 1+4096/len(text))
	for {
		if _, err := io.WriteString(to, text); err != nil {
			return
		}
	}
}

type runs = func(string, map[string]string, ssh.Channel) int

func TestHostileSSHServersAreNeverGreenAndAlwaysEnd(t *testing.T) {
	wait := func(c net.Conn) { io.Copy(io.Discard, c) } // until the client hangs up
	host, _ := pair(t)
	oldHost, _ := rsaPair(t)
	_, key := pair(t)
	_, rsaKey := rsaPair(t)
	says := func(text string) func(net.Conn) {
		return func(c net.Conn) { io.WriteString(c, text); wait(c) }
	}
	running := func(run runs) gittest.Play { return gittest.Play{Config: letting(host, nil), Run: run} }
	changed := func(alter func(*ssh.ServerConfig)) gittest.Play { return gittest.Play{Config: letting(host, alter)} }
	quit := make(chan struct{})
	tests := []struct {
		name  string
		code  string // "" where more than one is right
		shows string
		raw   func(net.Conn) // or
		play  gittest.Play
		key   string // "" for the usual one
	}{
		{name: "a banner that does not come", code: "TIMEOUT", shows: "no answer in time", raw: wait},
		{name: "a banner that stops in the middle", code: "TIMEOUT", raw: says("SSH-2")},
		{name: "endless lines before the banner", code: "SSH_NOT_SSH", shows: `"All lines are busy."`, raw: func(c net.Conn) { pour(c, "All lines are busy.\r\n") }},
		{name: "one endless line", code: "SSH_NOT_SSH", raw: func(c net.Conn) { pour(c, "x") }},
		{name: "a web server", code: "SSH_NOT_SSH", shows: "HTTP/1.1 400 Bad Request", raw: func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n<h1>No</h1>") }},
		{name: "a TLS server", code: "SSH_NOT_SSH", shows: "bytes that are no text", raw: func(c net.Conn) { c.Write([]byte{21, 3, 1, 0, 2, 2, 70}) }},
		{name: "a connection that ends at once", code: "RESET", raw: func(net.Conn) {}},
		{name: "a connection that is reset before the banner", code: "RESET", raw: func(c net.Conn) { c.Read(make([]byte, 1)); c.(*net.TCPConn).SetLinger(0) }},
		{name: "an old version of SSH", code: "SSH_NOT_SSH", shows: "SSH-1.5-old", raw: func(c net.Conn) { io.WriteString(c, "SSH-1.5-old\r\n") }},
		{name: "a banner and then silence", code: "TIMEOUT", shows: "SSH-2.0-mute", raw: says("SSH-2.0-mute\r\n")},
		{name: "a banner and then an end", code: "RESET", raw: func(c net.Conn) { io.WriteString(c, "SSH-2.0-short\r\n") }},
		{name: "a banner and then junk", code: "SSH_BROKEN", raw: func(c net.Conn) { io.WriteString(c, "SSH-2.0-junk\r\n"); pour(c, "junk and more junk") }},
		{name: "a packet that claims to be endless", code: "SSH_BROKEN", raw: func(c net.Conn) { io.WriteString(c, "SSH-2.0-big\r\n\xff\xff\xff\xff\x04"); wait(c) }},
		{name: "a reset after the exchange of keys", code: "RESET", shows: "the connection was ended", play: gittest.Play{Config: letting(host, nil), Wire: resetAfter(1800)}},

		{name: "only old exchanges of keys", code: "SSH_NO_COMMON_ALGORITHM", shows: "for the key exchange it offers only diffie-hellman-group14-sha1",
			play: changed(func(c *ssh.ServerConfig) { c.KeyExchanges = []string{ssh.InsecureKeyExchangeDH14SHA1} })},
		{name: "only old ciphers", code: "SSH_NO_COMMON_ALGORITHM", shows: "aes128-cbc", play: changed(func(c *ssh.ServerConfig) { c.Ciphers = []string{ssh.InsecureCipherAES128CBC} })},
		{name: "only a host key that signs with SHA-1", code: "SSH_NO_COMMON_ALGORITHM", shows: "for the host key it offers only ssh-rsa", play: gittest.Play{Config: letting(sha1Only(t, oldHost), nil)}},
		{name: "only signatures with SHA-1", code: "SSH_NO_COMMON_ALGORITHM", shows: "SHA-1 only", key: rsaKey,
			play: changed(func(c *ssh.ServerConfig) { c.PublicKeyAuthAlgorithms = []string{ssh.KeyAlgoRSA} })},

		{name: "a server that wants passwords", code: "SSH_KEY_NOT_ENOUGH", shows: "it takes no keys, only password", play: changed(func(c *ssh.ServerConfig) {
			c.PublicKeyCallback = nil
			c.PasswordCallback = func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, errors.New("no") }
		})},
		{name: "a server that wants a second factor", code: "SSH_KEY_NOT_ENOUGH", shows: "asked for keyboard-interactive", play: changed(func(c *ssh.ServerConfig) {
			c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
				return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{KeyboardInteractiveCallback: func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
					return nil, errors.New("no")
				}}}
			}
		})},
		{name: "a server that lets everybody in", code: "SSH_ANYBODY", shows: "without asking for a key", play: gittest.Play{
			Config: letting(host, func(c *ssh.ServerConfig) { c.NoClientAuth = true }), Run: gittest.Says(listOfOne+"0000", "", 0)}},
		{name: "a server that ponders over a key for ever", code: "TIMEOUT", play: changed(func(c *ssh.ServerConfig) {
			c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
				<-quit
				return nil, errors.New("no")
			}
		})},
		{name: "a server that refuses every key", code: "SSH_KEY_REFUSED", play: changed(func(c *ssh.ServerConfig) {
			c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, errors.New("no") }
		})},
		{name: "a server that hangs up on the first wrong key", code: "SSH_KEY_REFUSED", play: changed(func(c *ssh.ServerConfig) {
			c.MaxAuthTries = 1
			c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, errors.New("no") }
		})},

		{name: "no session for anybody", code: "SSH_NO_GIT", shows: "it opens no session", play: gittest.Play{Config: letting(host, nil), Closed: true}},
		{name: "no command for anybody", code: "SSH_NO_GIT", shows: "it does not run git-upload-pack", play: running(nil)},
		{name: "a command that never answers", code: "TIMEOUT", play: running(func(string, map[string]string, ssh.Channel) int { return gittest.Silence })},
		{name: "a command that says nothing", code: "EMPTY_ANSWER", shows: "exit status 1", play: running(gittest.Says("", "", 1))},
		{name: "a command that is not there", code: "SSH_NO_GIT", shows: "exit status 127", play: running(gittest.Says("", "sh: not found\n", 127))},
		{name: "a greeting that goes on", code: "SSH_NO_GIT", shows: `"Welcome to the shell of ann."`, play: running(func(_ string, _ map[string]string, c ssh.Channel) int {
			io.WriteString(c, "Welcome to the shell of ann.\n$ ")
			return gittest.Silence
		})},
		{name: "a page of HTML", code: "SSH_NO_GIT", play: running(gittest.Says("<!doctype html><h1>Welcome</h1>", "", 0))},
		{name: "an error of Git's own", code: "GIT_ERROR", shows: "disk is full", play: running(gittest.Says(pktLine("ERR disk is full"), "", 128))},
		{name: "a repository that may not be seen, said as Git does", code: "GIT_NOT_FOUND", play: running(gittest.Says(pktLine("ERR repository not found"), "", 128))},
		{name: "a repository that may not be seen, said beside", code: "GIT_NOT_FOUND", play: running(gittest.Says("", "remote: \nremote: =====\nERROR: Repository not found.\n", 1))},
		{name: "a repository that may not be read", code: "GIT_FORBIDDEN", play: running(gittest.Says("", "FATAL: R any acme/app git DENIED by fallthru\n", 1))},
		{name: "words with control characters", code: "GIT_ERROR", play: running(gittest.Says("", "\x1b[31mred\x00 alert\x7f\n", 1))},
		{name: "a list without its end", code: "GIT_NOT_A_REPOSITORY", play: running(gittest.Says(listOfOne+another, "", 0))},
		{name: "a list that stops in the middle", code: "TIMEOUT", play: running(func(_ string, _ map[string]string, c ssh.Channel) int {
			io.WriteString(c, listOfOne)
			return gittest.Silence
		})},
		{name: "a reset in the middle of the list", code: "RESET", play: gittest.Play{Config: letting(host, nil), Run: func(_ string, _ map[string]string, c ssh.Channel) int {
			io.WriteString(c, listOfOne)
			return gittest.Hangup
		}}},
		{name: "endless refs", code: "GIT_REFS_UNFINISHED", play: running(func(_ string, _ map[string]string, c ssh.Channel) int {
			io.WriteString(c, listOfOne)
			pourOut(c, another)
			return gittest.Silence
		})},
		{name: "endless version lines", code: "TOO_LARGE", play: running(func(_ string, _ map[string]string, c ssh.Channel) int {
			pourOut(c, "000eversion 1\n")
			return gittest.Silence
		})},
		{name: "endless complaints", code: "TOO_LARGE", play: running(func(_ string, _ map[string]string, c ssh.Channel) int {
			pourOut(c.Stderr(), "Oh no. ")
			return gittest.Silence
		})},
		{name: "endless words about the end", code: "", play: running(func(_ string, _ map[string]string, c ssh.Channel) int {
			for {
				if _, err := c.SendRequest("exit-status", false, []byte{1}); err != nil {
					return gittest.Silence
				}
			}
		})},
		{name: "endless wishes of the server", code: "", play: gittest.Play{Config: letting(host, nil), Then: func(c *ssh.ServerConn) {
			for {
				if _, _, err := c.SendRequest("wish@example.com", false, nil); err != nil {
					return
				}
			}
		}}},
		{name: "channels that the server opens", code: "GIT_REFS_LISTED", play: gittest.Play{Config: letting(host, nil), Run: gittest.Says(listOfOne+"0000", "", 0), Then: func(c *ssh.ServerConn) {
			if _, _, err := c.OpenChannel("forwarded-tcpip", nil); err == nil {
				t.Error("the check opened a channel for the server")
			}
		}}},
	}
	if len(tests) < 40 {
		t.Errorf("%d hostile behaviours, want at least 40", len(tests))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := ""
			if tt.raw != nil {
				address = hostile(t, tt.raw)
			} else {
				address = play(t, tt.play).Address
				if strings.Contains(tt.name, "ponders") {
					t.Cleanup(func() { close(quit) })
				}
			}
			address = "ssh://git@" + address + "/acme/app.git"
			if tt.key == "" {
				tt.key = key
			}
			within := 10 * time.Second
			if tt.code == "TIMEOUT" || tt.code == "" {
				within = 500 * time.Millisecond
			}
			began := time.Now()
			got := loopback(within).Ask(t.Context(), withKey(address, "git", tt.key, accepted(address, line(host.PublicKey()))))
			if took := time.Since(began); took > within+5*time.Second {
				t.Errorf("took %s, want an end by the deadline", took)
			}
			if got.Status == connector.Healthy && tt.code != "GIT_REFS_LISTED" {
				t.Errorf("Ask() is Healthy: %s", got.Text)
			}
			if tt.code != "" && got.Code != tt.code {
				t.Errorf("Ask() = %s %q %v, want %s", got.Code, got.Text, got.Steps, tt.code)
			}
			all := strings.Join(append(evidence(got), got.Text), "\n")
			if !strings.Contains(all, tt.shows) {
				t.Errorf("shown = %q, want %q in it", all, tt.shows)
			}
			for _, text := range append(evidence(got), got.Text) {
				if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.Contains(text, "PRIVATE KEY") {
					t.Errorf("shown text %q has control characters or the key", text)
				}
			}
		})
	}
}

// sha1Only is a host key as servers of long ago have it.
func sha1Only(t *testing.T, key ssh.Signer) ssh.Signer {
	t.Helper()
	old, err := ssh.NewSignerWithAlgorithms(key.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
	if err != nil {
		t.Fatal(err)
	}
	return old
}

// resetAfter cuts a connection off once the server has written so many bytes.
func resetAfter(n int64) func(net.Conn) net.Conn {
	return func(c net.Conn) net.Conn { return &cut{Conn: c, left: n} }
}

type cut struct {
	net.Conn
	left int64
}

func (c *cut) Write(p []byte) (int, error) {
	if c.left -= int64(len(p)); c.left < 0 {
		c.Conn.(*net.TCPConn).SetLinger(0)
		return 0, errors.Join(c.Conn.Close(), io.ErrClosedPipe)
	}
	return c.Conn.Write(p)
}

func TestOverSSHARepositoryWithThousandsOfRefsIsProvenByItsHead(t *testing.T) {
	d := sshd(t)
	thousands(t)
	address := d.URL(git.Root, gittest.Private)
	got := loopback(10*time.Second).Ask(t.Context(), withKey(address, d.User, d.Key, accepted(address, d.HostKeys[0])))
	want(t, got, connector.Healthy, "GIT_REFS_LISTED")
	if use := got.Steps[len(got.Steps)-1].Evidence; !strings.HasPrefix(use, "more than ") || !strings.HasSuffix(use, "HEAD is refs/heads/main") {
		t.Errorf("Use shows %q", use)
	}
}

func TestACancelledSSHCheckProvesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := "ssh://git@" + hostile(t, func(c net.Conn) { io.WriteString(c, "SSH-2.0-mute\r\n"); cancel(); io.Copy(io.Discard, c) }) + "/app.git"
	want(t, loopback(10*time.Second).Ask(ctx, withKey(address, "git", "x")), connector.Unverified, "CANCELLED")
}

func TestAHundredSSHTarpitsAtOnceEndTogether(t *testing.T) {
	address := "ssh://git@" + hostile(t, func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-mute\r\n"); io.Copy(io.Discard, c) }) + "/app.git"
	p := loopback(300 * time.Millisecond)
	began := time.Now()
	codes := make(chan string, 100)
	for range cap(codes) {
		go func() { codes <- p.Ask(t.Context(), withKey(address, "git", "x")).Code }()
	}
	for range cap(codes) {
		if code := <-codes; code != "TIMEOUT" {
			t.Errorf("Ask() = %s, want TIMEOUT", code)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}
