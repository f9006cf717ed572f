package jitterbitapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/jitterbit"
	"patchbay/connector/wire"
)

// code is one of the failures that the API knows, with the status that it has in either mode: most are a plain 200 to the clients of
// the first years, which look at nothing but the body.
type code struct {
	name           string
	legacy, strict int
}

var (
	invalidCredentials = code{"INVALID_CREDENTIALS", 200, 401}
	invalidCode        = code{"INVALID_TFA_CODE", 200, 401}
	accountLocked      = code{"ACCOUNT_LOCKED", 200, 423}
	missingAuthToken   = code{"MISSING_AUTH_TOKEN", 401, 401}
	invalidAuthToken   = code{"INVALID_AUTH_TOKEN", 401, 401}
	sessionExpired     = code{"SESSION_EXPIRED", 401, 401}
	noPermission       = code{"NO_PERMISSION", 200, 403}
	orgNotFound        = code{"ORG_NOT_FOUND", 200, 404}
	malformedJSON      = code{"MALFORMED_JSON", 400, 400}
	missingField       = code{"MISSING_FIELD", 200, 422}
	invalidName        = code{"INVALID_CONNECTOR_NAME", 200, 422}
	invalidVersion     = code{"INVALID_CONNECTOR_VERSION", 200, 422}
	nameInUse          = code{"CONNECTOR_NAME_IN_USE", 200, 409}
	connectorNotFound  = code{"CONNECTOR_NOT_FOUND", 200, 404}
	ambiguousName      = code{"AMBIGUOUS_CONNECTOR_NAME", 200, 409}
	connectorInUse     = code{"CONNECTOR_IN_USE", 200, 409}
	payloadNotFound    = code{"PAYLOAD_NOT_FOUND", 200, 404}
	invalidPair        = code{"INVALID_CONNECTOR_SECURITY_INFO", 200, 422}
	rateLimited        = code{"RATE_LIMITED", 429, 429}
	notFound           = code{"NOT_FOUND", 404, 404}
	methodNotAllowed   = code{"METHOD_NOT_ALLOWED", 405, 405}
	internalError      = code{"INTERNAL_ERROR", 500, 500}

	// These are Patchbay's own.
	packedBody     = code{"CONTENT_ENCODING_NOT_SUPPORTED", 415, 415}
	bodyTooLarge   = code{"BODY_TOO_LARGE", 413, 413}
	storeReadOnly  = code{"STORE_READ_ONLY", 503, 503}
	invalidPayload = code{"INVALID_PAYLOAD", 422, 422}
	badActivities  = code{"INVALID_ACTIVITIES", 422, 422}
)

// failure is an answer that something did not go well.
type failure struct {
	code
	text  string
	wait  time.Duration // says when to come again
	allow string        // the methods that the address takes
	more  []wire.Member
}

// Error gives the sentence.
func (f *failure) Error() string { return f.text }

func refuse(c code, text string) *failure { return &failure{code: c, text: text} }

// tooSoon says when to come again, in words and in the header.
func tooSoon(c code, wait time.Duration, why string) *failure {
	f := refuse(c, fmt.Sprintf("%s Try again in %d seconds.", why, seconds(wait)))
	if seconds(wait) <= 1 {
		f.text, f.wait = why+" Try again in 1 second.", time.Second
		return f
	}
	f.wait = wait
	return f
}

// explain finds the failure for an error of the registry.
func (d *Door) explain(c *call, err error) *failure {
	var known *failure
	var denied access.Denied
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &denied):
		return refuse(noPermission, denied.Error())
	case errors.Is(err, connector.ErrReadOnly):
		return refuse(storeReadOnly, "Nothing can be saved right now, so nothing was changed. Try again later.")
	case errors.Is(err, context.Canceled) && c.ctx.Err() != nil:
		return unforeseen(c) // nobody reads it
	}
	slog.ErrorContext(c.ctx, "request at the Harmony door failed", "id", c.id, "operation", c.op.Name, "error", err)
	return unforeseen(c)
}

func unforeseen(c *call) *failure {
	return refuse(internalError, "Something went wrong, and the log says what. The request id is "+c.id+".")
}

// atTheFrontDoor puts what the front door refuses into the vendor's form: a host that is not the console's, say.
func atTheFrontDoor(err error) error {
	var refused *echo.HTTPError
	if !errors.As(err, &refused) || refused.Code >= http.StatusInternalServerError {
		return err
	}
	text, said := refused.Message.(string)
	if !said {
		text = http.StatusText(refused.Code) + "."
	}
	switch refused.Code {
	case http.StatusNotFound:
		return refuse(notFound, nothingHere)
	case http.StatusMethodNotAllowed:
		return refuse(methodNotAllowed, "This address does not take this method.")
	}
	return refuse(code{"REQUEST_REFUSED", refused.Code, refused.Code}, text)
}

// failed gives the envelope of a failure.
func (d *Door) failed(c *call, f *failure) reply {
	out := reply{status: f.code.legacy, header: map[string]string{}}
	if c.op.modern || d.strict(c) {
		out.status = f.code.strict
	}
	if f.wait > 0 {
		out.header["Retry-After"] = strconv.FormatInt(seconds(f.wait), 10)
	}
	if f.allow != "" {
		out.header["Allow"] = f.allow
	}
	name := c.op.Name
	if name == "" {
		name = unknown
	}
	out.text = jitterbit.Failed(name, f.code.name, f.text, f.more...).JSON()
	return out
}

// strict reports whether failures have statuses of their own. While nobody knows whose request it is, as when a log-in fails, they have where
// every organization here wants it so.
func (d *Door) strict(c *call) bool {
	if c.workspace.ID != "" {
		return c.workspace.Strict
	}
	all, err := d.reg.AllStrict(c.ctx, vendorID)
	if err != nil && c.ctx.Err() == nil {
		slog.WarnContext(c.ctx, "the settings of the organizations could not be read", "id", c.id, "error", err)
	}
	return all
}

// seconds rounds up, so that who waits so long has waited long enough.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
