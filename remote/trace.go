package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"patchbay/connector"
)

// The names of the steps that a trace can see, in their order.
const (
	Resolve = "Resolve"
	Connect = "Connect"
	TLS     = "TLS"
	HTTP    = "HTTP"
)

// Trace follows one request on a fresh connection and writes down what it saw as steps: the name that was looked up, the
// addresses that were tried, the certificate, the status line. It holds nothing of the request itself.
type Trace struct {
	// Hide takes secrets out of what came from outside, before that is cut to a length; nil hides nothing.
	Hide func(string) string

	now  func() time.Time
	told func(connector.Step)

	mu     sync.Mutex
	steps  []connector.Step
	phase  string    // that runs now
	began  time.Time // of that phase
	reused bool
	tried  []string
	chain  []*x509.Certificate // that the server showed
	over   bool
}

// Trace makes a trace by the dialer's clock. told hears of each step as it ends, one at a time; it may be nil.
func (d *Dialer) Trace(told func(connector.Step)) *Trace {
	return &Trace{now: d.now, told: told}
}

// Do sends the request and follows it up to the header of the answer. judge says how the step HTTP ended and what to note beside
// the status line; nil takes every answer for a good one.
func (t *Trace) Do(client *http.Client, req *http.Request, judge func(*http.Response) (connector.StepState, string)) (*http.Response, error) {
	t.mu.Lock()
	t.phase, t.began = Resolve, t.now()
	t.mu.Unlock()
	res, err := client.Do(req.WithContext(t.watch(req))) // the caller closes the body
	t.mu.Lock()
	defer t.mu.Unlock()
	switch state, note := connector.StepOK, ""; {
	case err != nil:
		t.end(connector.StepFailed, t.shown(t.failure(err)))
	default:
		if judge != nil {
			state, note = judge(res)
		}
		t.end(state, t.shown(res.Proto+" "+res.Status+note))
	}
	t.over = true // what still runs in the background is no longer part of the story
	return res, err
}

// Steps gives the steps so far; the last one failed if the request did.
func (t *Trace) Steps() []connector.Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]connector.Step(nil), t.steps...)
}

// Certificates gives the chain that the server showed, its own first; nil where none was seen.
func (t *Trace) Certificates() []*x509.Certificate {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.chain
}

// Reached names the step that ran last.
func (t *Trace) Reached() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.phase
}

// Dial opens a connection for an encrypted protocol that is not HTTP, and follows it up to where that begins: after names the step
// that comes then, which is the caller's to write down.
func (t *Trace) Dial(ctx context.Context, d *Dialer, address, after string) (net.Conn, error) {
	t.mu.Lock()
	t.phase, t.began = Resolve, t.now()
	t.mu.Unlock()
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	conn, err := d.DialContext(t.follow(ctx, host, after), "tcp", address)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.end(connector.StepFailed, t.shown(t.failure(err)))
	}
	t.over = true
	return conn, err
}

func (t *Trace) watch(req *http.Request) context.Context {
	after := TLS
	if req.URL.Scheme == "http" {
		after = HTTP
	}
	return t.follow(req.Context(), req.URL.Hostname(), after)
}

// follow notes the way to the host; after is the step that begins once it is connected.
func (t *Trace) follow(ctx context.Context, host, after string) context.Context {
	during := func(see func()) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if !t.over && !t.reused {
			see()
		}
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSDone: func(info httptrace.DNSDoneInfo) {
			during(func() {
				if info.Err == nil && t.phase == Resolve {
					t.next(Connect, t.shown(host+" is "+addresses(info.Addrs)))
				}
			})
		},
		ConnectStart: func(_, _ string) {
			during(func() {
				if t.phase == Resolve {
					said := host + " is an address, nothing to look up"
					if net.ParseIP(host) == nil {
						said = host + " is connected where Patchbay was told to, nothing to look up"
					}
					t.next(Connect, t.shown(said))
				}
			})
		},
		ConnectDone: func(_, address string, err error) {
			during(func() {
				if t.phase != Connect {
					return // the slower one of two addresses that were tried side by side
				}
				t.tried = append(t.tried, address+": "+ended(err))
				if err == nil {
					t.next(after, t.shown(strings.Join(t.tried, ", ")))
				}
			})
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			during(func() {
				t.chain = state.PeerCertificates
				if err == nil && t.phase == TLS {
					t.next(HTTP, t.shown(t.session(state)))
				}
			})
		},
		GotConn: func(info httptrace.GotConnInfo) {
			during(func() {
				t.reused = info.Reused
				if t.reused {
					t.phase = HTTP
				}
			})
		},
	})
}

func (t *Trace) next(phase, evidence string) {
	t.end(connector.StepOK, evidence)
	t.phase, t.began = phase, t.now()
}

func (t *Trace) end(state connector.StepState, evidence string) {
	step := connector.Step{Name: t.phase, State: state, Began: t.began, Took: t.now().Sub(t.began), Evidence: evidence}
	t.steps = append(t.steps, step)
	if t.told != nil {
		t.told(step)
	}
}

func (t *Trace) shown(text string) string {
	if t.Hide != nil {
		text = t.Hide(text)
	}
	return Evidence(text)
}

func (t *Trace) failure(err error) string {
	switch {
	case t.phase == Connect && len(t.tried) > 0:
		return strings.Join(t.tried, ", ")
	case t.phase == TLS:
		var verification *tls.CertificateVerificationError
		if errors.As(err, &verification) && len(verification.UnverifiedCertificates) > 0 {
			t.chain = verification.UnverifiedCertificates
			return t.certificate(verification.UnverifiedCertificates[0]) + ": " + verification.Err.Error()
		}
	}
	return ended(err)
}

// ended says in a few words how a part went, without the address of the request, which net/http puts before each error.
func ended(err error) string {
	var refused *Refused
	var operation *net.OpError
	switch {
	case err == nil:
		return "connected"
	case errors.As(err, &refused):
		if refused.Reason == NotAllowed {
			return "not connected, it is " + refused.Why
		}
		return "not connected, " + refused.Why
	case timedOut(err):
		return "no answer in time"
	case errors.As(err, &operation):
		return operation.Err.Error()
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

func timedOut(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

func addresses(addrs []net.IPAddr) string {
	texts := make([]string, len(addrs))
	for i, a := range addrs {
		texts[i] = a.String()
	}
	return strings.Join(texts, ", ")
}
