package securityhubapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/connector"
)

// admit finds out who is asking and whether they may: the signature over the path as it was received, the credential behind
// it, its workspace and region, its rate, and the permission that the operation takes.
func (d *Door) admit(w http.ResponseWriter, c *call) error {
	if err := c.read(w); err != nil {
		return err
	}
	var err error
	if c.identity, err = d.verifier.Verify(c.request, c.body); err != nil {
		var refused *sigv4.Error
		if errors.As(err, &refused) && refused.Status != http.StatusTooManyRequests && c.request.Header.Get("Authorization") != "" {
			// Who does not sign at all does not try to log in.
			d.reg.Refused(c, vendorID, claimedKey(c.request), whyUnsigned(refused))
		}
		return err
	}
	if err = d.identify(c); err != nil {
		return err
	}
	if c.identity.Region != c.workspace.Region {
		d.reg.Refused(c, vendorID, c.identity.AccessKeyID, "signature for another region")
		return &fault{name: "InvalidSignatureException", status: http.StatusForbidden,
			message: "Credential must be scoped to the region of the workspace that the access key belongs to, which is " + c.workspace.Region + "."}
	}
	c.actor = c.credential.Actor()
	if d.Limit != nil {
		if wait, ok := d.Limit(c.credential.ID); !ok {
			return d.putOff(c, wait, "")
		}
	}
	if c.op.do == nil {
		return &fault{name: "UnknownOperationException", status: http.StatusNotFound,
			message: "No operation of the ConnectorV2 API has this method and path."}
	}
	if !c.actor.May(c.op.Needs) {
		return access.Denied{Permission: c.op.Needs}
	}
	return nil
}

// identify finds the credential and workspace behind a verified signature as they are now; it is asked again whenever a call has waited.
func (d *Door) identify(c *call) error {
	var err error
	c.credential, c.workspace, err = d.reg.Signed(c, c.identity.AccessKeyID, c.address)
	if errors.Is(err, connector.ErrNotFound) { // revoked since the signature was looked at
		return unrecognized()
	}
	return err
}

func unrecognized() *fault {
	return &fault{name: "UnrecognizedClientException", status: http.StatusForbidden, message: "The access key is not known here, or was revoked."}
}

// putOff is for a call that was not carried out, so the very same request may come again.
func (d *Door) putOff(c *call, wait time.Duration, why string) *fault {
	d.verifier.Replays.Forget(c.identity.Signature, c.identity.Date)
	f := throttled(wait)
	if why != "" {
		f.message = why
	}
	return f
}

// whyUnsigned says in a few words what is wrong with a signature.
func whyUnsigned(refused *sigv4.Error) string {
	switch refused.Code {
	case "UnrecognizedClientException":
		return "unknown access key"
	case "IncompleteSignatureException":
		return "incomplete signature"
	}
	return "wrong or late signature"
}

// claimedKey is the access key id that a request says it was signed with; "" where that cannot be read.
func claimedKey(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	id, _, found := strings.Cut(rest, "/")
	if !found || len(id) > 128 {
		return ""
	}
	return id
}

// read takes the body in, which must be known whole before its signature can be looked at.
func (c *call) read(w http.ResponseWriter) error {
	if enc := c.request.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return &fault{name: "UnsupportedMediaTypeException", status: http.StatusUnsupportedMediaType,
			message: "Requests must come unpacked, without Content-Encoding."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, c.request.Body, bodyLimit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &fault{name: "RequestEntityTooLargeException", status: http.StatusRequestEntityTooLarge, message: "The request must not be larger than 1 MiB."}
	case err != nil:
		return &fault{name: "RequestTimeoutException", status: http.StatusRequestTimeout, message: "The request ended before its body did."}
	}
	c.body = body
	return nil
}

// signingKey opens the secret access key of a credential, for its signature and nothing else.
func (d *Door) signingKey(ctx context.Context, id string) (sigv4.Key, error) {
	secret, err := d.reg.SigningKey(ctx, id)
	if errors.Is(err, connector.ErrNotFound) {
		return sigv4.Key{}, sigv4.ErrUnknownKey
	}
	if err != nil {
		return sigv4.Key{}, fmt.Errorf("open the secret access key: %w", err)
	}
	return sigv4.NewKey(secret.Reveal()), nil
}

func throttled(wait time.Duration) *fault {
	return &fault{name: "ThrottlingException", status: http.StatusTooManyRequests, message: "Too many requests. Wait a moment and try again.",
		wait: max(wait, time.Millisecond)}
}
