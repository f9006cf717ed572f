package remote

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how many characters of evidence are kept.
const longest = 300

// Evidence makes a text that came from outside fit to be shown: no control or invisible characters, spaces joined, cut at
// 300 characters.
func Evidence(text string) string { return Excerpt(text, longest) }

// Excerpt is Evidence with at most n characters.
func Excerpt(text string, n int) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)), " ")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// session says what TLS agreed on.
func (t *Trace) session(state tls.ConnectionState) string {
	text := tls.VersionName(state.Version) + " with " + tls.CipherSuiteName(state.CipherSuite)
	if len(state.PeerCertificates) > 0 {
		text += ", " + t.certificate(state.PeerCertificates[0])
		if more := len(state.PeerCertificates) - 1; more > 0 {
			text += fmt.Sprintf(", %d more in the chain up to %s", more, Excerpt(state.PeerCertificates[more].Subject.String(), 80))
		}
	}
	return text
}

// certificate says whose it is, who signed it and how long it lasts.
func (t *Trace) certificate(c *x509.Certificate) string {
	subject := c.Subject.String()
	if subject == "" && len(c.DNSNames) > 0 {
		subject = c.DNSNames[0]
	}
	lasts := "not valid yet"
	if now := t.now(); !now.Before(c.NotBefore) {
		left := c.NotAfter.Sub(now)
		lasts = fmt.Sprintf("%d days left", int(left.Hours()/24))
		if left < 0 {
			lasts = fmt.Sprintf("expired on %s", c.NotAfter.UTC().Format("2006-01-02"))
		}
	}
	return fmt.Sprintf("certificate of %s, signed by %s, %s", Excerpt(subject, 80), Excerpt(c.Issuer.String(), 80), lasts)
}
