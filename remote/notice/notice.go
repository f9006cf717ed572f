// Package notice sends what channels are told: webhooks through the guarded client, signed as the Standard Webhooks specification has it
// (https://www.standardwebhooks.com), and mails through the one mail server that the operator named.
package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"patchbay/connector"
	"patchbay/remote"
)

// Sender sends notices. It is safe for concurrent use.
type Sender struct {
	dialer *remote.Dialer
	mail   *Mail
	now    func() time.Time
}

// New makes a sender; mail is nil where no mail server is named.
func New(d *remote.Dialer, mail *Mail) *Sender { return &Sender{d, mail, d.Now} }

// Sends reports whether there is a way for the kind of channel.
func (s *Sender) Sends(k connector.ChannelKind) bool {
	return k == connector.Webhook || k == connector.Mail && s.mail != nil
}

// Send sends once, within [remote.Deadline]. said is how it ended; the error says why it was not taken. gone is true when the other side
// wants no more of this notice.
func (s *Sender) Send(ctx context.Context, d connector.Dispatch) (said string, gone bool, err error) {
	ctx, stop := context.WithTimeout(ctx, remote.Deadline)
	defer stop()
	switch {
	case len(d.Notices) == 0:
		return "", false, errors.New("nothing to send")
	case d.Channel.Kind == connector.Webhook:
		return s.call(ctx, d)
	case s.mail == nil:
		return "", false, errors.New("no mail server is set up")
	}
	return s.post(ctx, d)
}

// call sends the first notice of a dispatch to a web address.
func (s *Sender) call(ctx context.Context, d connector.Dispatch) (said string, gone bool, err error) {
	at, err := url.Parse(d.Address.Reveal())
	if err != nil {
		return "", true, errors.New("the address cannot be read")
	}
	n := d.Notices[0]
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader([]byte(n.Body)))
	if err != nil {
		return "", true, errors.New("the address cannot be asked")
	}
	signature, stamp, err := s.sign(d.Key, n)
	if err != nil {
		return "", true, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Patchbay")
	req.Header.Set("webhook-id", n.ID)
	req.Header.Set("webhook-timestamp", stamp)
	req.Header.Set("webhook-signature", signature)
	client := s.dialer.Client()
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return "", false, plain(err)
	}
	defer res.Body.Close() //nolint:errcheck // nothing of the body is of use
	// A short answer is read so that the other side is not cut off while it writes; what it says is of no use here.
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return status(res), false, nil
	}
	return "", res.StatusCode == http.StatusGone, errors.New("the address answered " + status(res))
}

// sign gives the header for the id, the time and the body of a notice.
func (s *Sender) sign(key connector.Secret, n connector.Notice) (signature, stamp string, err error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key.Reveal(), "whsec_"))
	if err != nil || len(raw) == 0 {
		return "", "", errors.New("the channel's signing key cannot be read")
	}
	stamp = strconv.FormatInt(s.now().Unix(), 10)
	mac := hmac.New(sha256.New, raw)
	mac.Write([]byte(n.ID + "." + stamp + "." + n.Body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), stamp, nil
}

// status is how the other side answered, in the words that everybody has for it: its own may show the address, which may hold a token.
func status(res *http.Response) string {
	return strings.TrimSpace(strconv.Itoa(res.StatusCode) + " " + http.StatusText(res.StatusCode))
}

// plain says in our own words why a call was not taken: an error may hold the address, or what the other side made of it.
func plain(err error) error {
	var refused *remote.Refused
	var timeout net.Error
	var dns *net.DNSError
	var verification *tls.CertificateVerificationError
	var alert *net.OpError
	var record tls.RecordHeaderError
	var system syscall.Errno
	switch {
	case errors.As(err, &refused):
		return errors.New("not connected: the address leads to " + refused.Why)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer in time")
	case errors.Is(err, context.Canceled):
		return errors.New("given up")
	case errors.As(err, &dns):
		return errors.New("the host of the address is not known")
	case errors.As(err, &verification):
		return errors.New("the certificate of the host is not one to be trusted: it has expired, is for another host, or is signed by an unknown authority")
	case errors.As(err, &record), errors.As(err, &alert) && alert.Op == "remote error":
		return errors.New("the host did not agree on encryption")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing listens at the address: connection refused")
	case errors.As(err, &system):
		return errors.New("the connection was lost: " + system.Error())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the connection was ended before there was an answer: EOF")
	}
	return errors.New("what came back could not be read as an answer")
}
