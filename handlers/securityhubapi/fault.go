package securityhubapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/wire"
	"patchbay/registry"
)

// fault is one of the vendor's exceptions.
type fault struct {
	name    string
	status  int
	message string
	wait    time.Duration // after which the same request may come again; 0 is not said
}

// Error implements error.
func (f *fault) Error() string { return f.name + ": " + f.message }

// body has the name twice, since clients of different years look in different places, and the two must agree.
func (f *fault) body() string {
	return wire.Obj(wire.M("__type", wire.Text(f.name)), wire.M("Code", wire.Text(f.name)), wire.M("Message", wire.Text(f.message))).JSON()
}

// invalid and internal are named in the family that the operation declares: those about tags are from an older one.
func (op *operation) invalid(message string) *fault {
	return &fault{name: op.named("ValidationException", "InvalidInputException"), status: http.StatusBadRequest, message: message}
}

func (op *operation) internal(message string) *fault {
	return &fault{name: op.named("InternalServerException", "InternalException"), status: http.StatusInternalServerError, message: message}
}

func (op *operation) named(name, older string) string {
	if op.older {
		return older
	}
	return name
}

func conflict(message string) *fault {
	return &fault{name: "ConflictException", status: http.StatusConflict, message: message}
}

func notFound(message string) *fault {
	return &fault{name: "ResourceNotFoundException", status: http.StatusNotFound, message: message}
}

// fault turns whatever a verb answers into one of the vendor's exceptions.
func (d *Door) fault(c *call, err error) *fault {
	var ready *fault
	var signature *sigv4.Error
	var problems connector.Problems
	var denied access.Denied
	var inUse *registry.InUse
	var busy *connector.Busy
	switch {
	case errors.As(err, &ready):
		return ready
	case errors.As(err, &signature):
		f := &fault{name: signature.Code, status: signature.Status, message: signature.Message}
		if f.status == http.StatusTooManyRequests {
			f.wait = time.Minute
		}
		return f
	case errors.As(err, &problems):
		return c.op.invalid(sentences(problems))
	case errors.As(err, &denied):
		return &fault{name: "AccessDeniedException", status: http.StatusForbidden, message: denied.Error()}
	case errors.As(err, &busy):
		return d.putOff(c, busy.After, busy.Text)
	case errors.Is(err, registry.ErrCredentials): // revoked while the call waited for its turn
		return unrecognized()
	case errors.As(err, &inUse):
		return conflict(inUse.Error())
	case errors.Is(err, connector.ErrNotFound):
		return notFound("The account has no such connector in this region.")
	case errors.Is(err, connector.ErrConflict), errors.Is(err, connector.ErrTaken), errors.Is(err, connector.ErrInUse):
		return conflict("Somebody else changed the same thing at the same time, so nothing was changed. Read it and try again.")
	case errors.Is(err, context.Canceled) && c.request.Context().Err() != nil:
		return &fault{name: "RequestTimeoutException", status: http.StatusRequestTimeout, message: "The request was given up before it was answered."}
	}
	slog.ErrorContext(c, "a request at the Security Hub door failed", "id", c.id, "operation", c.op.Name, "error", err)
	if errors.Is(err, connector.ErrReadOnly) {
		d.verifier.Replays.Forget(c.identity.Signature, c.identity.Date) // nothing was changed
		return c.op.internal("The store cannot be written right now, so nothing was changed. Try again.")
	}
	return c.op.internal("Something went wrong here, and the log says what. Try again.")
}

// sentences gives the problems in one line, each after the name of the member that it is about.
func sentences(problems connector.Problems) string {
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = p.Text
		if p.Field != "" {
			texts[i] = p.Field + ": " + p.Text
		}
	}
	return strings.Join(texts, " ")
}

// named gives the problems of a draft under the members' names on the wire: "Provider.JiraCloud.ProjectKey".
func named(d *connector.Draft, problems connector.Problems) connector.Problems {
	out := make(connector.Problems, len(problems))
	for i, p := range problems {
		switch {
		case p.Field == "":
		case p.Field == "name" || p.Field == "description" || p.Field == "tags":
			p.Field = strings.ToUpper(p.Field[:1]) + p.Field[1:]
		case inside(d, p.Field):
			p.Field = "Provider." + d.Type.Name + "." + p.Field
		}
		out[i] = p
	}
	return out
}

// inside reports whether a field is written inside the provider's member.
func inside(d *connector.Draft, field string) bool {
	for _, f := range d.Spec.Fields() {
		if f.Name == field {
			return field != kmsKey
		}
	}
	return false
}
