package securityhub

import (
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// DecodeCreate reads the body of CreateConnectorV2. A provider that this release does not know is kept whole, and so
// is a property that a known provider does not declare.
func DecodeCreate(body wire.Value) (connector.Draft, connector.Problems) {
	d := connector.Draft{Spec: &connector.Opaque{}}
	if body.Kind() != wire.Object {
		return d, connector.Problems{{Text: "The body must be an object."}}
	}
	_, problems := connector.Decode(envelope(&d), body)
	typeName, inner, wrong := provider(body.Get("Provider"))
	if wrong != nil {
		return d, append(problems, *wrong)
	}
	d.Type = typeOf(typeName)
	d.Spec = d.Type.New()
	extra, more := decodeSpec(d.Spec, inner, asked)
	d.Extra = extra
	problems = append(problems, more...)
	_, more = decodeSpec(d.Spec, body, isKey)
	return d, append(problems, more...)
}

// DecodeUpdate reads the body of UpdateConnectorV2 over a connector. What is absent stays; a provider of another kind is
// a problem. The connector itself is not altered.
func DecodeUpdate(body wire.Value, c connector.Connector) (connector.Draft, connector.Problems) {
	d := c.Draft(typeOf(c.Type))
	if body.Kind() != wire.Object {
		return d, connector.Problems{{Text: "The body must be an object."}}
	}
	d.Spec = copied(d.Type, c.Spec)
	_, problems := connector.Decode(envelope(&d), body.Without("Name", "Tags"))
	if body.Get("Provider").IsNull() {
		return d, problems
	}
	typeName, inner, wrong := provider(body.Get("Provider"))
	switch {
	case wrong != nil:
		return d, append(problems, *wrong)
	case typeName != c.Type:
		return d, append(problems, connector.Problem{Field: "Provider",
			Text: "Provider must be " + c.Type + ", as when the connector was created."})
	}
	extra, more := decodeSpec(d.Spec, inner, asked)
	for _, m := range extra {
		d.Extra = wire.Obj(d.Extra...).With(m.Name, m.Value).Members()
	}
	return d, append(problems, more...)
}

// envelope is the draft's own fields under their names on the wire.
func envelope(d *connector.Draft) []connector.Field {
	own := fields(d)
	for i := range own {
		own[i].Name = strings.ToUpper(own[i].Name[:1]) + own[i].Name[1:]
	}
	return own
}

// provider takes the union apart: exactly one member, itself an object.
func provider(v wire.Value) (typeName string, inner wire.Value, wrong *connector.Problem) {
	if v.IsNull() {
		return "", inner, &connector.Problem{Field: "Provider", Text: "Provider is required."}
	}
	if len(v.Members()) != 1 || v.Members()[0].Value.Kind() != wire.Object {
		return "", inner, &connector.Problem{Field: "Provider",
			Text: "Provider must be an object with exactly one member, such as JiraCloud or ServiceNow."}
	}
	one := v.Members()[0]
	return one.Name, one.Value, nil
}

func typeOf(name string) connector.Type {
	t, _ := connector.Catalog{Vendor()}.Type(vendorID, name)
	return t
}

// decodeSpec takes the members of the fields that keep accepts; extra is what no field declares at all. So what only the
// registry may say is neither taken nor kept when somebody else says it.
func decodeSpec(s connector.Spec, object wire.Value, keep func(connector.Field) bool) (extra []wire.Member, problems connector.Problems) {
	var open []connector.Field
	var closed []string
	for _, f := range s.Fields() {
		if keep(f) {
			open = append(open, f)
		} else {
			closed = append(closed, f.Name)
		}
	}
	return connector.Decode(open, object.Without(closed...))
}

// copied gives a spec with the same values in a place of its own.
func copied(t connector.Type, s connector.Spec) connector.Spec {
	out := t.New()
	// The fields were encoded from a spec of the same type, so none can be of the wrong kind.
	connector.Decode(out.Fields(), wire.Obj(connector.Encode(s.Fields())...))
	return out
}
