package notice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	mail "github.com/wneessen/go-mail"

	"patchbay/connector"
	"patchbay/remote"
)

// Mail is the mail server that the operator named, and whom mails are from.
type Mail struct {
	host           string
	port           int
	security       string // "implicit", "starttls" or "none"
	user, password string
	from           string
	roots          *x509.CertPool
}

// NewMail reads the address of a mail server: smtps://HOST (TLS from the start, port 465), smtp://HOST (STARTTLS, which is insisted on, port
// 587) or smtp+plain://HOST (no encryption and no password, for a relay on the same machine, port 25); a user name may stand before HOST.
// roots are the authorities that its certificate must lead to; nil is the system's.
func NewMail(address, password, from string, roots *x509.CertPool) (*Mail, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the mail server must be an address such as smtps://user@mail.example.com")
	}
	m := &Mail{host: u.Hostname(), user: u.User.Username(), password: password, from: from, roots: roots}
	if _, inside := u.User.Password(); inside {
		return nil, errors.New("the mail server's password must not stand in its address; give it by --smtp-password-file")
	}
	switch u.Scheme {
	case "smtps":
		m.security, m.port = "implicit", 465
	case "smtp":
		m.security, m.port = "starttls", 587
	case "smtp+plain":
		m.security, m.port = "none", 25
	default:
		return nil, errors.New("the mail server's address must begin with smtps://, smtp:// or smtp+plain://")
	}
	if text := u.Port(); text != "" {
		if m.port, err = strconv.Atoi(text); err != nil || m.port < 1 || m.port > 65535 {
			return nil, errors.New("the mail server's port must be a number from 1 to 65535")
		}
	}
	switch {
	case m.security == "none" && (m.user != "" || password != ""):
		return nil, errors.New("a password is not sent to a mail server without encryption; use smtps:// or smtp://")
	case (m.user == "") != (password == ""):
		return nil, errors.New("the mail server's user name and password belong together; give both or none")
	}
	if err := mail.NewMsg().From(from); err != nil {
		return nil, errors.New("--mail-from must be an e-mail address, such as patchbay@example.com")
	}
	return m, nil
}

// post sends all notices of a dispatch as one mail.
func (s *Sender) post(ctx context.Context, d connector.Dispatch) (said string, gone bool, err error) {
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(s.mail.from), msg.To(d.Address.Reveal())); err != nil {
		return "", true, errors.New("the mail address cannot be read")
	}
	subject, body := written(d.Notices)
	msg.Subject("[Patchbay] " + subject)
	msg.SetBodyString(mail.TypeTextPlain, body)
	msg.SetDateWithValue(s.now())
	msg.SetMessageIDWithValue(s.mail.id(d.Notices[0].ID))
	msg.SetUserAgent("Patchbay")
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if pair := d.Notices[0].Pair; pair != "" { // the end of a failure stands below its beginning
		msg.SetGenHeader(mail.HeaderInReplyTo, "<"+s.mail.id(pair)+">")
		msg.SetGenHeader(mail.HeaderReferences, "<"+s.mail.id(pair)+">")
	}
	client, err := s.client()
	if err != nil {
		return "", false, err
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		var send *mail.SendError
		if errors.As(err, &send) && !send.IsTemp() && send.Reason == mail.ErrSMTPRcptTo {
			return "", true, errors.New("the mail server does not take mail for this address")
		}
		if ctx.Err() != nil {
			return "", false, errors.New("the mail server did not answer in time")
		}
		return "", false, errors.New("the mail server did not take it: " + remote.Evidence(err.Error()))
	}
	return "taken by " + s.mail.host, false, nil
}

// id is a message id that a notice always has.
func (m *Mail) id(notice string) string {
	_, host, _ := strings.Cut(m.from, "@")
	return notice + "@" + strings.Trim(host, "> ")
}

func (s *Sender) client() (*mail.Client, error) {
	m := s.mail
	config := &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12, RootCAs: m.roots, Time: s.now}
	dial := s.dialer.DialOperator
	if m.security == "implicit" { // who brings the connection encrypts it
		dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := s.dialer.DialOperator(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return tls.Client(conn, config), nil
		}
	}
	options := []mail.Option{mail.WithTimeout(remote.Deadline), mail.WithDialContextFunc(dial), mail.WithTLSConfig(config)}
	switch m.security {
	case "implicit":
		options = append(options, mail.WithSSL())
	case "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	options = append(options, mail.WithPort(m.port))
	if m.user != "" {
		auth := mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover)
		if m.security == "implicit" { // the library does not see that the connection is encrypted already, and would look for no password at all
			auth = mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthPlain, mail.SMTPAuthLogin)
		}
		options = append(options, auth, mail.WithUsername(m.user), mail.WithPassword(m.password))
	}
	return mail.NewClient(m.host, options...)
}

// written gives the subject and the text for some notices.
func written(all []connector.Notice) (subject, body string) {
	if len(all) == 1 {
		return all[0].Subject, all[0].Subject + ".\n\n" + all[0].Text + "\n"
	}
	var out strings.Builder
	for _, n := range all {
		fmt.Fprintf(&out, "%s  %s.\n%s\n\n", n.At.UTC().Format("2006-01-02 15:04 UTC"), n.Subject, n.Text)
	}
	return fmt.Sprintf("%d notices, the first: %s", len(all), all[0].Subject), out.String()
}
