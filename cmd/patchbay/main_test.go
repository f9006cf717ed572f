package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// console output of a program, which can be waited for.
type output struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{} // closed and made anew with each write
}

func newOutput() *output { return &output{more: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	close(o.more)
	o.more = make(chan struct{})
	return len(p), nil
}

func (o *output) String() string {
	text, _ := o.now()
	return text
}

func (o *output) now() (text string, more <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.more
}

// after waits for a text and gives the word that follows it.
func (o *output) after(t *testing.T, text string, ended <-chan struct{}) string {
	t.Helper()
	for {
		said, more := o.now()
		if _, rest, ok := strings.Cut(said, text); ok && strings.Contains(rest, "\n") {
			return strings.Fields(rest)[0]
		}
		select {
		case <-more:
		case <-ended:
			if said, _ = o.now(); !strings.Contains(said, text) {
				t.Fatalf("the program ended without saying %q:\n%s", text, said)
			}
		}
	}
}

// program is one start of patchbay.
type program struct {
	out, err *output
	ended    chan struct{}
	code     int // once it has ended
	stop     context.CancelFunc
}

// started runs the program beside the test, which ends it.
func started(t *testing.T, env map[string]string, stdin string, args ...string) *program {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &program{out: newOutput(), err: newOutput(), ended: make(chan struct{}), stop: stop}
	go func() {
		defer close(p.ended)
		p.code = run(ctx, Env{Args: args, Stdin: strings.NewReader(stdin), Stdout: p.out, Stderr: p.err,
			Getenv: func(name string) string { return env[name] }, Now: time.Now})
	}()
	t.Cleanup(func() { p.end() })
	return p
}

// end stops the program and gives its exit code.
func (p *program) end() int {
	p.stop()
	<-p.ended
	return p.code
}

// ran runs a command to its end.
func ran(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := started(t, nil, stdin, args...)
	for serves := false; ; {
		said, more := p.out.now()
		if !serves && strings.Contains(said, "Patchbay is at ") {
			serves = true
			t.Errorf("patchbay %s serves, want it to end by itself", strings.Join(args, " "))
			p.stop()
		}
		select {
		case <-p.ended:
			return p.code, p.out.String(), p.err.String()
		case <-more:
		}
	}
}

// serving starts the server on a free port and gives its address.
func serving(t *testing.T, env map[string]string, args ...string) (*program, string) {
	t.Helper()
	p := started(t, env, "", append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	return p, p.out.after(t, "Patchbay is at ", p.ended)
}

// browser keeps cookies of its own and follows nothing.
func browser(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// signIn posts the sign-in form and gives the cookie, nil when it was refused.
func signIn(t *testing.T, b *http.Client, base, user, password string) *http.Cookie {
	t.Helper()
	a, err := b.PostForm(base+"/login", url.Values{"username": {user}, "password": {password}})
	if err != nil {
		t.Fatalf("POST /login: %v", err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 {
		return nil
	}
	return a.Cookies()[0]
}

// unused gives an address on which nothing listens.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}
