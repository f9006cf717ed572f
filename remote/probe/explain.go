package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"

	"patchbay/connector"
	"patchbay/remote"
)

// failed gives the outcome for an error that came instead of an answer; reached is the step that it came in.
func (a *asking) failed(ctx context.Context, err error, reached string) connector.Outcome {
	code, seen := explain(ctx, err, reached)
	out := a.end(code, seen)
	var refused *remote.Refused
	if errors.As(err, &refused) && refused.Way != "" {
		out.Next = refused.Way
	}
	return out
}

// explain finds the code for an error, and the words that go with it where the code's sentence has room for some.
func explain(ctx context.Context, err error, reached string) (code, seen string) {
	var refused *remote.Refused
	var dns *net.DNSError
	var said *pktline.ErrorLine
	switch {
	case errors.As(err, &refused):
		return explainRefused(refused)
	case errors.Is(err, context.Canceled), errors.Is(ctx.Err(), context.Canceled):
		return "CANCELLED", ""
	case errors.Is(err, remote.ErrTooLarge):
		return "TOO_LARGE", ""
	case errors.As(err, &dns) && dns.IsNotFound:
		return "DNS_NOT_FOUND", ""
	case errors.As(err, &dns) || reached == remote.Resolve:
		return "DNS_FAILED", ""
	case errors.Is(err, errNotRefs):
		return "GIT_NOT_A_REPOSITORY", ""
	case errors.As(err, &said):
		return "GIT_ERROR", said.Text
	case (timedOut(err) || ctx.Err() != nil) && reached == remote.Connect:
		return "CONNECT_TIMEOUT", ""
	case timedOut(err), ctx.Err() != nil: // whatever broke when time was up
		return "TIMEOUT", ""
	case errors.Is(err, syscall.ECONNREFUSED):
		return "CONNECT_REFUSED", ""
	case reached == remote.Connect:
		return "CONNECT_FAILED", reason(err)
	}
	if code := explainTLS(err, reached); code != "" {
		return code, ""
	}
	if wasReset(err) {
		return "RESET", ""
	}
	return "HTTP_UNEXPECTED", reason(err)
}

func explainRefused(r *remote.Refused) (code, seen string) {
	switch r.Reason {
	case remote.PlainHTTP:
		return "PLAIN_HTTP_NOT_ALLOWED", ""
	case remote.Unclear:
		return "ADDRESS_UNCLEAR", r.Address + " is " + r.Why
	}
	return "ADDRESS_NOT_ALLOWED", r.Address + " is " + r.Why
}

func explainTLS(err error, reached string) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var verification *tls.CertificateVerificationError
	var operation *net.OpError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired: // Go says so of one that is not valid yet, too
		return "TLS_EXPIRED"
	case errors.As(err, &unknown):
		return "TLS_UNKNOWN_AUTHORITY"
	case errors.As(err, &host):
		return "TLS_WRONG_HOST"
	case errors.As(err, &verification), errors.As(err, &record),
		errors.As(err, &operation) && operation.Op == "remote error": // an alert; its type has no name outside of crypto/tls:
		return "TLS_FAILED"
	case reached == remote.TLS && !wasReset(err):
		return "TLS_FAILED"
	}
	return ""
}

func wasReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// reason is the innermost error: the ones around it repeat the address.
func reason(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}
