// Package notice sends what channels are told: webhooks through the guarded client, signed as the Standard Webhooks specification has it
// (https://www.standardwebhooks.com), and mails through the one mail server that the operator named.
package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
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
		return res.Status, false, nil
	}
	return "", res.StatusCode == http.StatusGone, fmt.Errorf("the address answered %s", remote.Excerpt(res.Status, 60))
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

// plain takes the address out of an error, since it may hold a token.
func plain(err error) error {
	var refused *remote.Refused
	if errors.As(err, &refused) {
		return errors.New("not connected: the address leads to " + refused.Why)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	return errors.New(remote.Evidence(err.Error()))
}
