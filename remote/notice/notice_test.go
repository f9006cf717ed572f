package notice_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/goleak"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/notice"
	"patchbay/remote/remotetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const signingKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var failing = connector.Notice{ID: "n1", Kind: connector.ConnectorFailing, Subject: "Payments Git is failing", Text: "The server refused it.",
	Body: `{"type":"connector.failing","data":{"name":"Zahlungen – Git"}}`, At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}

func hook(address string, n ...connector.Notice) connector.Dispatch {
	return connector.Dispatch{Channel: connector.Channel{Kind: connector.Webhook}, Address: connector.NewSecret(address), Key: connector.NewSecret(signingKey), Notices: n}
}

func loopback() *remote.Dialer { return remote.New(remote.Config{AllowLoopback: true}) }

// The library of the specification itself verifies what is sent, and refuses it with one byte changed.
func TestAWebhookIsSignedAsTheSpecificationHasIt(t *testing.T) {
	verifier, err := standardwebhooks.NewWebhook(signingKey)
	if err != nil {
		t.Fatal(err)
	}
	var got []error
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		got = append(got, err, verifier.Verify(body, r.Header))
		if string(body) != failing.Body || r.Header.Get("webhook-id") != "n1" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("arrived %q with %v", body, r.Header)
		}
		if verifier.Verify(bytes.Replace(body, []byte("failing"), []byte("Failing"), 1), r.Header) == nil {
			t.Error("the signature fits another body too")
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer there.Close()
	said, gone, err := notice.New(loopback(), nil).Send(t.Context(), hook(there.URL+"/T0K3N", failing))
	if err != nil || gone || said != "204 No Content" {
		t.Errorf("Send() = %q, %v, %v, want 204", said, gone, err)
	}
	if err := errors.Join(got...); err != nil || len(got) != 2 {
		t.Errorf("verified with %v", got)
	}
}

func TestWhatIsNotTakenIsAnErrorThatHidesTheAddress(t *testing.T) {
	elsewhere := remotetest.NewSink(t, nil)
	handlers := map[string]http.HandlerFunc{
		"/T0K3N/500":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"/T0K3N/gone": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) },
		"/T0K3N/redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/T0K3N", http.StatusFound)
		},
		"/T0K3N/cut": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.Close()
			}
		},
	}
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handlers[r.URL.Path](w, r) }))
	defer there.Close()
	for name, tt := range map[string]struct {
		dialer  *remote.Dialer
		address string
		gone    bool
		says    string
	}{
		"a server in trouble":          {loopback(), there.URL + "/T0K3N/500", false, "500"},
		"a server that wants no more":  {loopback(), there.URL + "/T0K3N/gone", true, "410"},
		"a redirect is not followed":   {loopback(), there.URL + "/T0K3N/redirect", false, "302"},
		"a connection that is cut":     {loopback(), there.URL + "/T0K3N/cut", false, "EOF"},
		"loopback, where nobody may":   {remote.New(remote.Config{}), there.URL + "/T0K3N/500", false, "a loopback address"},
		"the metadata service":         {loopback(), "http://169.254.169.254/T0K3N", false, "metadata"},
		"a scheme that is not spoken":  {loopback(), "ftp://example.com/T0K3N", false, "neither https nor http"},
		"an address that cannot be":    {loopback(), "https://exa mple/T0K3N", true, "cannot be read"},
		"a name inside of the address": {loopback(), "https://user:T0K3N@example.com/", false, "user name inside"},
	} {
		said, gone, err := notice.New(tt.dialer, nil).Send(t.Context(), hook(tt.address, failing))
		if err == nil || gone != tt.gone || !strings.Contains(err.Error(), tt.says) || said != "" {
			t.Errorf("%s: Send() = %q, %v, %v, want gone %v and %q", name, said, gone, err, tt.gone, tt.says)
		} else if strings.Contains(err.Error(), "T0K3N") {
			t.Errorf("%s: the error shows the address: %v", name, err)
		}
	}
	if n := elsewhere.Connections(); n != 0 {
		t.Errorf("the redirect led to %d connections, want none", n)
	}
}

// mailbox is a mail server that keeps what it takes.
type mailbox struct {
	mu       sync.Mutex
	mails    []string
	to       []string
	password string // that it asks for; "" asks for none
	refuses  *smtp.SMTPError
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &letter{box: m}, nil }

type letter struct {
	box    *mailbox
	signed bool
}

func (l *letter) AuthMechanisms() []string { return []string{sasl.Plain} }

func (l *letter) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "patchbay" || password != l.box.password {
			return smtp.ErrAuthFailed
		}
		l.signed = true
		return nil
	}), nil
}

func (l *letter) Mail(string, *smtp.MailOptions) error {
	if l.box.password != "" && !l.signed {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	if l.box.refuses != nil {
		return l.box.refuses
	}
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	l.box.to = append(l.box.to, to)
	return nil
}

func (l *letter) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	l.box.mails = append(l.box.mails, string(text))
	return err
}

func (*letter) Reset()        {}
func (*letter) Logout() error { return nil }

// opened starts the mail server and gives its host and port.
func (m *mailbox) opened(t *testing.T, encrypted *tls.Config, fromTheStart bool) string {
	t.Helper()
	s := smtp.NewServer(m)
	s.ErrorLog = log.New(io.Discard, "", 0) // some tests break off on purpose
	s.Domain, s.TLSConfig, s.AllowInsecureAuth = "localhost", encrypted, false
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if fromTheStart {
		l = tls.NewListener(l, encrypted)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // ends with the test
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "localhost:" + port
}

func letterTo(address string, n ...connector.Notice) connector.Dispatch {
	return connector.Dispatch{Channel: connector.Channel{Kind: connector.Mail}, Address: connector.NewSecret(address), Notices: n}
}

func TestMailsGoThroughEveryKindOfServer(t *testing.T) {
	ca, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	encrypted := &tls.Config{Certificates: []tls.Certificate{cert}}
	recovered := connector.Notice{ID: "n2", Pair: "n1", Kind: connector.ConnectorRecovered, Subject: "Zahlungen – Git works again", Text: "https://patchbay.example.com/connectors/x", At: failing.At}
	for name, tt := range map[string]struct {
		scheme, password string
		box              *mailbox
		config           *tls.Config
		start            bool
	}{
		"TLS from the start": {"smtps://patchbay@", "letter-opener", &mailbox{password: "letter-opener"}, encrypted, true},
		"STARTTLS":           {"smtp://patchbay@", "letter-opener", &mailbox{password: "letter-opener"}, encrypted, false},
		"a relay":            {"smtp+plain://", "", &mailbox{}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			where := tt.box.opened(t, tt.config, tt.start)
			m, err := notice.NewMail(tt.scheme+where, tt.password, "Patchbay <patchbay@example.com>", ca.Pool)
			if err != nil {
				t.Fatal(err)
			}
			s := notice.New(remote.New(remote.Config{}), m) // the operator's own server may be on this machine
			if said, gone, err := s.Send(t.Context(), letterTo("oncall@example.com", recovered)); err != nil || gone {
				t.Fatalf("Send() = %q, %v, %v", said, gone, err)
			}
			if _, _, err := s.Send(t.Context(), letterTo("oncall@example.com", failing, recovered)); err != nil {
				t.Fatal(err)
			}
			if len(tt.box.mails) != 2 || tt.box.to[0] != "oncall@example.com" {
				t.Fatalf("%d mails to %v, want two", len(tt.box.mails), tt.box.to)
			}
			one, err := mail.ReadMessage(strings.NewReader(tt.box.mails[0]))
			if err != nil {
				t.Fatal(err)
			}
			if one.Header.Get("Message-Id") != "<n2@example.com>" || one.Header.Get("In-Reply-To") != "<n1@example.com>" || one.Header.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("header = %v, want the id of the notice below that of its pair", one.Header)
			}
			if !strings.Contains(tt.box.mails[1], "2 notices") {
				t.Errorf("the second mail does not gather two notices:\n%s", tt.box.mails[1])
			}
		})
	}

	t.Run("what goes wrong", func(t *testing.T) {
		other, err := remotetest.NewAuthority(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		where := (&mailbox{password: "letter-opener"}).opened(t, encrypted, false)
		bare := (&mailbox{}).opened(t, nil, false)
		picky := (&mailbox{refuses: &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name"}}).opened(t, nil, false)
		for name, tt := range map[string]struct {
			server, password string
			roots            *remotetest.Authority
			gone             bool
		}{
			"a wrong password":                     {"smtp://patchbay@" + where, "wr0ng-0ne", ca, false},
			"a certificate of somebody else":       {"smtp://patchbay@" + where, "letter-opener", other, false},
			"a server that cannot encrypt":         {"smtp://patchbay@" + bare, "letter-opener", ca, false},
			"an address that the server turns off": {"smtp+plain://" + picky, "", ca, true},
		} {
			m, err := notice.NewMail(tt.server, tt.password, "patchbay@example.com", tt.roots.Pool)
			if err != nil {
				t.Fatal(err)
			}
			_, gone, err := notice.New(remote.New(remote.Config{}), m).Send(t.Context(), letterTo("oncall@example.com", failing))
			if err == nil || gone != tt.gone {
				t.Errorf("%s: Send() = %v, %v, want an error and gone %v", name, gone, err, tt.gone)
			} else if tt.password != "" && strings.Contains(err.Error(), tt.password) {
				t.Errorf("%s: the error shows the password: %v", name, err)
			}
		}
	})
}

func TestAMailServerIsNamedPlainly(t *testing.T) {
	for _, tt := range []struct{ address, password, from, wrong string }{
		{"smtps://user@mail.example.com", "pw", "patchbay@example.com", ""},
		{"smtp+plain://relay.internal:2525", "", "Patchbay <patchbay@example.com>", ""},
		{"http://mail.example.com", "", "patchbay@example.com", "must begin with smtps://"},
		{"smtps://user:pw@mail.example.com", "", "patchbay@example.com", "must not stand in its address"},
		{"smtp+plain://user@mail.example.com", "pw", "patchbay@example.com", "without encryption"},
		{"smtps://user@mail.example.com", "", "patchbay@example.com", "belong together"},
		{"smtps://mail.example.com", "", "nobody", "--mail-from"},
		{"smtps://mail.example.com:0", "", "patchbay@example.com", "port"},
		{"mail.example.com", "", "patchbay@example.com", "must be an address"},
	} {
		_, err := notice.NewMail(tt.address, tt.password, tt.from, nil)
		if (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("NewMail(%q) = %v, want %q", tt.address, err, tt.wrong)
		}
	}
}

// A server that never answers is given up in time, and nothing is left behind.
func TestASilentServerIsGivenUp(t *testing.T) {
	quit := make(chan struct{})
	there := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-quit:
		case <-r.Context().Done():
		}
	}))
	defer there.Close()
	defer close(quit)
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	if _, _, err := notice.New(loopback(), nil).Send(ctx, hook(there.URL, failing)); err == nil || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("Send() = %v, want no answer in time", err)
	}
}
