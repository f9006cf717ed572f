package harness

import (
	"strings"
	"time"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// create gives the v1 request that creates the draft.
func create(w connector.Workspace, d *connector.Draft) connector.Request {
	return connector.Request{
		Method: "POST",
		Path:   Path(d.Scope),
		Headers: []wire.Member{
			wire.M("x-api-key", wire.Text("$HARNESS_API_KEY")),
			wire.M("Harness-Account", wire.Text(w.Account)),
			wire.M("Content-Type", wire.Text("application/json")),
		},
		Body: wire.Obj(wire.M("connector", body(d, false))),
	}
}

// Path is where the connectors of a scope are, below the base address.
func Path(s connector.Scope) string {
	path := "/v1"
	if s.Org != "" {
		path += "/orgs/" + escaped(s.Org)
	}
	if s.Project != "" {
		path += "/projects/" + escaped(s.Project)
	}
	return path + "/connectors"
}

// escaped is enough for what identifiers of scopes may hold.
func escaped(s string) string { return strings.ReplaceAll(s, " ", "%20") }

// body writes the connector itself. An answer always has its tags; a request only those that were given.
func body(d *connector.Draft, answer bool) wire.Value {
	var members []wire.Member
	for _, m := range connector.Encode(fields(d)) {
		if m.Name != "tags" || answer || len(d.Tags) > 0 {
			members = append(members, m)
		}
	}
	return wire.Obj(append(members, wire.M("spec", specBody(d.Type.Name, d.Spec)))...)
}

func specBody(typeName string, s connector.Spec) wire.Value {
	return wire.Obj(append([]wire.Member{wire.M("type", wire.Text(typeName))}, connector.Encode(s.Fields())...)...)
}

// answer gives the response object of the v1 API.
func answer(_ connector.Workspace, c *connector.Connector) wire.Value {
	d := c.Draft(connector.Type{Vendor: vendorID, Name: c.Type})
	return wire.Obj(
		wire.M("connector", body(&d, true)),
		wire.M("created", wire.Int(milliseconds(c.Created))),
		wire.M("updated", wire.Int(milliseconds(c.Updated))),
		wire.M("status", statusBody(c.Health)),
		wire.M("harness_managed", wire.Flag(false)),
	)
}

// statusBody tells how the last test ended.
func statusBody(h connector.Health) wire.Value {
	var errors []wire.Value
	members := []wire.Member{wire.M("status", wire.Text(StatusWord(h.Status)))}
	if h.Status == connector.Failing {
		errors = append(errors, Reason(h.Summary))
	}
	members = append(members, wire.M("errors", wire.List(errors...)))
	if h.Status == connector.Failing {
		members = append(members, wire.M("error_summary", wire.Text(Summary(h.Summary))))
	}
	return wire.Obj(append(members,
		wire.M("tested_at", wire.Int(milliseconds(h.Checked))),
		wire.M("connected_at", wire.Int(milliseconds(h.Proven))),
	)...)
}

// Reason is one error of a failed test, as both APIs write it.
func Reason(text string) wire.Value {
	return wire.Obj(
		wire.M("reason", wire.Text("Unexpected Error")),
		wire.M("message", wire.Text(text)),
		wire.M("code", wire.Int(generalError)),
	)
}

// Summary is the line that sums a failed test up.
func Summary(text string) string { return "Error Encountered (" + text + ")" }

// generalError is the vendor's number for a failure that has no number of its own.
const generalError = 450

// StatusWord is the vendor's word for a status. A degraded connector passed its test, and PARTIAL is kept for
// cloud-cost kinds, so it says SUCCESS; what was never tested says UNKNOWN.
func StatusWord(s connector.Status) string {
	switch s {
	case connector.Healthy, connector.Degraded:
		return "SUCCESS"
	case connector.Failing:
		return "FAILURE"
	}
	return "UNKNOWN"
}

// milliseconds counts from 1970; 0 is never.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// DecodeV1 reads the body of a v1 create or update. What the vendor does not know is ignored, as the vendor does;
// members of the wrong kind are problems. Whether the draft is valid is for [connector.Vendor.Validate] to say.
func DecodeV1(body wire.Value) (connector.Draft, connector.Problems) {
	d := connector.Draft{Spec: &connector.Opaque{}}
	object := body.Get("connector")
	if object.Kind() != wire.Object {
		return d, connector.Problems{{Field: "connector", Text: "Connector is required and must be an object."}}
	}
	_, problems := connector.Decode(fields(&d), object)
	spec := object.Get("spec")
	if spec.Kind() != wire.Object {
		return d, append(problems, connector.Problem{Field: "spec", Text: "Spec is required and must be an object."})
	}
	name := spec.Get("type")
	t, known := Vendor().Type(name.Text())
	if !known || name.Kind() != wire.String {
		return d, append(problems, connector.Problem{Field: "type", Text: "Type must be " + typeNames() + "."})
	}
	d.Type, d.Spec = t, t.New()
	_, wrong := connector.Decode(d.Spec.Fields(), spec)
	return d, append(problems, wrong...)
}

func typeNames() string {
	var out strings.Builder
	for i, t := range types {
		switch {
		case i == len(types)-1:
			out.WriteString(" or ")
		case i > 0:
			out.WriteString(", ")
		}
		out.WriteString(t.Name)
	}
	return out.String()
}
