package harnessapi

import (
	"errors"
	"net/http"
	"strings"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

// kind is one of the cases in which the door says no.
type kind string

// The cases, as the vendor tells them apart.
const (
	badFields       kind = "field missing, pattern, enum, too long, limit over maximum"
	badRequest      kind = "body and path disagree, kind changed, secret missing, sort without order"
	identifierTaken kind = "identifier taken"
	lostRace        kind = "identifier taken, lost a race"
	unreadableBody  kind = "unreadable JSON, unknown spec.type"
	noSuch          kind = "get or delete of an unknown connector"
	noSuchToAct     kind = "update or test of an unknown connector"
	stillReferenced kind = "delete while referenced"
	testFailed      kind = "test failed with a classified cause"
	noAccount       kind = "no account known for the call"
	unauthenticated kind = "token missing, wrong, revoked, of another account"
	denied          kind = "no permission"
	mediaType       kind = "wrong content type"
	tooLarge        kind = "body over 1 MiB"
	tooMany         kind = "too many calls"
	changedMeantime kind = "changed again and again in the meantime"
	noRoute         kind = "no such call"
	badMethod       kind = "wrong method"
	notWritable     kind = "the store cannot be written"
	unforeseen      kind = "anything unforeseen"
)

// shape is one of the vendor's error bodies.
type shape uint8

const (
	plainShape   shape = iota // v1: message, code, errors
	errorShape                // older API: status ERROR with responseMessages
	failureShape              // older API: status FAILURE with errors by field
	numericShape              // what the vendor's framework answers by itself
)

// as is how one case is answered.
type as struct {
	status int
	code   string
	shape  shape
}

// matrix is how each case is answered under /v1 and by the older API.
var matrix = map[kind]struct{ v1, legacy as }{
	badFields:       {as{400, "", plainShape}, as{400, "INVALID_REQUEST", failureShape}},
	badRequest:      {as{400, "", plainShape}, as{400, "INVALID_REQUEST", errorShape}},
	identifierTaken: {as{400, "", plainShape}, as{400, "DUPLICATE_FIELD", errorShape}},
	lostRace:        {as{409, "", plainShape}, as{409, "DUPLICATE_FIELD", errorShape}},
	unreadableBody:  {as{400, "400", numericShape}, as{400, "400", numericShape}},
	noSuch:          {as{404, "RESOURCE_NOT_FOUND", plainShape}, as{400, "RESOURCE_NOT_FOUND_EXCEPTION", failureShape}},
	noSuchToAct:     {as{400, "CONNECTOR_NOT_FOUND_EXCEPTION", errorShape}, as{400, "CONNECTOR_NOT_FOUND_EXCEPTION", errorShape}},
	stillReferenced: {as{400, "ENTITY_REFERENCE_EXCEPTION", errorShape}, as{400, "ENTITY_REFERENCE_EXCEPTION", errorShape}},
	testFailed:      {as{400, "HINT", errorShape}, as{400, "HINT", errorShape}},
	noAccount:       {as{400, "", plainShape}, as{400, "INVALID_REQUEST", errorShape}},
	unauthenticated: {as{401, "", plainShape}, as{401, "INVALID_TOKEN", errorShape}},
	denied:          {as{403, "", plainShape}, as{403, "NG_ACCESS_DENIED", errorShape}},
	mediaType:       {as{415, "", plainShape}, as{415, "MEDIA_NOT_SUPPORTED", errorShape}},
	tooLarge:        {as{413, "", plainShape}, as{413, "INVALID_REQUEST", errorShape}},
	tooMany:         {as{429, "", plainShape}, as{429, "USAGE_LIMITS_EXCEEDED", errorShape}},
	changedMeantime: {as{409, "", plainShape}, as{409, "OPTIMISTIC_LOCKING_EXCEPTION", errorShape}},
	noRoute:         {as{404, "RESOURCE_NOT_FOUND", plainShape}, as{404, "RESOURCE_NOT_FOUND", errorShape}},
	badMethod:       {as{405, "", plainShape}, as{405, "INVALID_REQUEST", errorShape}},
	notWritable:     {as{503, "", plainShape}, as{503, "UNKNOWN_ERROR", errorShape}},
	unforeseen:      {as{500, "", plainShape}, as{500, "UNKNOWN_ERROR", errorShape}},
}

const unforeseenText = "The request could not be carried out, and the reason is in the program's log. Try again."

// refusal is an error that knows how the vendor would answer it.
type refusal struct {
	kind    kind
	message string
	faults  []fault
	causes  []cause           // of a failed test: what to do, why, what happened
	details string            // of a body that cannot be read
	missing access.Permission // of somebody who may not
	allow   string            // the methods that an address takes
}

// fault is one field that is wrong, in the words of the API that was called.
type fault struct{ field, text string }

// cause is one of the messages of the older API.
type cause struct{ code, text string }

func refuse(k kind, message string, faults ...fault) *refusal {
	return &refusal{kind: k, message: message, faults: faults}
}

func unreadable(message, details string) *refusal {
	return &refusal{kind: unreadableBody, message: message, details: details}
}

// invalid is a request that is understood and refused; the vendor leads such texts in.
func invalid(text string) *refusal { return refuse(badRequest, "Invalid request: "+text) }

// Error gives the message.
func (no *refusal) Error() string { return no.text() }

// text is the message, or the faults in one line.
func (no *refusal) text() string {
	if no.message != "" {
		return no.message
	}
	parts := make([]string, len(no.faults))
	for i, f := range no.faults {
		parts[i] = f.field + ": " + f.text
	}
	return strings.Join(parts, ", ")
}

// refusal turns an error of the registry into the case that it is for the vendor.
func (a *API) refusal(err error) *refusal {
	var no *refusal
	var may access.Denied
	var inUse *registry.InUse
	var problems connector.Problems
	var busy *connector.Busy
	switch {
	case errors.As(err, &no):
		return no
	case errors.As(err, &may):
		no = refuse(denied, may.Error())
		no.missing = may.Permission
		return no
	case errors.As(err, &inUse):
		return refuse(stillReferenced, inUse.Error())
	case errors.As(err, &problems):
		return invalid(problems.Error())
	case errors.Is(err, connector.ErrConflict):
		return refuse(changedMeantime, "Somebody else changed the connector at the same time. Send the request again.")
	case errors.As(err, &busy):
		return refuse(tooMany, busy.Error())
	case errors.Is(err, connector.ErrReadOnly):
		return refuse(notWritable, "Nothing can be saved right now: the store refuses to write. Everything can still be read.")
	}
	return refuse(unforeseen, unforeseenText)
}

// unknown is the answer about a connector that is not there, or not there for whoever asks.
func unknown(k kind, identifier string) *refusal {
	return refuse(k, "Connector with identifier ["+identifier+"] not found")
}

// found passes an error on, and says of which connector it is that there is none.
func found(err error, k kind, identifier string) error {
	if errors.Is(err, connector.ErrNotFound) {
		return unknown(k, identifier)
	}
	return err
}

// as gives how the refusal is answered to this call.
func (no *refusal) as(c *call) as {
	row := matrix[no.kind]
	if c.legacy {
		return row.legacy
	}
	return row.v1
}

// reply gives the answer in the shape of the API that was called.
func (no *refusal) reply(c *call) reply {
	how := no.as(c)
	out := reply{status: how.status, header: map[string]string{}}
	if no.allow != "" {
		out.header["Allow"] = no.allow
	}
	if how.status == http.StatusRequestEntityTooLarge {
		out.header["Connection"] = "close"
	}
	switch how.shape {
	case numericShape:
		out.body = no.numeric(how)
	case errorShape:
		out.body = no.inError(c, how)
	case failureShape:
		out.body = no.inFailure(c, how)
	default:
		out.body = no.plain(how)
	}
	return out
}
