package securityhubapi

import (
	"errors"
	"slices"
	"strings"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
)

const kmsKey = "KmsKeyArn"

// object reads the body of a request that must have one.
func object(body []byte) (wire.Value, connector.Problems) {
	v, err := wire.Parse(string(body))
	var syntax *wire.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return v, connector.Problems{{Text: "The body must be one JSON object; at " + syntax.Error() + "."}}
	case err != nil || v.Kind() != wire.Object:
		return v, connector.Problems{{Text: "The body must be one JSON object."}}
	}
	return v, nil
}

// blanks lists the members that are there and have nothing but spaces, which the API takes for no member of that kind. The
// names are paths: "Provider.JiraCloud.ProjectKey".
func blanks(body wire.Value, paths ...string) connector.Problems {
	var out connector.Problems
	for _, path := range paths {
		v := body
		for name := range strings.SplitSeq(path, ".") {
			v = v.Get(name)
		}
		if v.Kind() == wire.String && strings.TrimSpace(v.Text()) == "" {
			out = append(out, connector.Problem{Field: path, Text: "It must have at least one character that is not a space."})
		}
	}
	return out
}

// required gives the texts of members that must be there and say something.
func required(body wire.Value, names ...string) (map[string]string, connector.Problems) {
	out := map[string]string{}
	problems := blanks(body, names...)
	for _, name := range names {
		switch v := body.Get(name); v.Kind() {
		case wire.Null:
			problems = append(problems, connector.Problem{Field: name, Text: "It is required."})
		case wire.String:
			out[name] = v.Text()
		default:
			problems = append(problems, connector.Problem{Field: name, Text: "It must be a string."})
		}
	}
	return out, problems
}

// clientToken reads the token that keeps a call from happening twice: 1 to 63 printable characters without spaces.
func clientToken(body wire.Value) (string, connector.Problems) {
	v := body.Get("ClientToken")
	if v.IsNull() {
		return "", nil
	}
	text := v.Text()
	good := v.Kind() == wire.String && text != "" && len(text) <= 63
	for i := range len(text) {
		good = good && text[i] >= 0x21 && text[i] <= 0x7e
	}
	if !good {
		return "", connector.Problems{{Field: "ClientToken", Text: "It must be a string of 1 to 63 printable characters, without spaces."}}
	}
	return text, nil
}

// draftOf reads the body of CreateConnectorV2 with what the API itself wants of it.
func draftOf(body wire.Value) (connector.Draft, connector.Problems) {
	d, problems := securityhub.DecodeCreate(body)
	problems = append(named(&d, problems), blanks(body, "Name", "Description", kmsKey, "Provider.JiraCloud.ProjectKey",
		"Provider.ServiceNow.InstanceName", "Provider.ServiceNow.SecretArn")...)
	problems = append(problems, tagValues(body.Get("Tags"))...)
	if _, unknown := d.Spec.(*connector.Opaque); unknown && d.Type.Name != "" {
		problems = append(problems, unknownProvider(d.Type.Name, body)...)
	}
	return d, problems
}

// changeOf reads the body of UpdateConnectorV2 over the connector.
func changeOf(body wire.Value, old connector.Connector) (connector.Draft, connector.Problems) {
	body = given(body)
	if inner := body.Get("Provider"); len(inner.Members()) == 1 {
		one := inner.Members()[0]
		body = body.With("Provider", inner.With(one.Name, given(one.Value)))
	}
	d, problems := securityhub.DecodeUpdate(body, old)
	problems = append(named(&d, problems), blanks(body, "Description", "Provider.JiraCloud.ProjectKey", "Provider.ServiceNow.SecretArn")...)
	if old.Type == azure && len(problems) == 0 {
		problems = changedAzure(body.Get("Provider").Get(azure), old)
	}
	return d, problems
}

// given leaves out the members that are null: to the API they were not sent, where the registry would empty a field.
func given(object wire.Value) wire.Value {
	for _, m := range object.Members() {
		if m.Value.IsNull() {
			object = object.Without(m.Name)
		}
	}
	return object
}

// tagValues wants strings, where the registry would take null for an empty one.
func tagValues(tags wire.Value) connector.Problems {
	for _, m := range tags.Members() {
		if m.Value.IsNull() {
			return connector.Problems{{Field: "Tags", Text: "Every value must be a string."}}
		}
	}
	return nil
}

// identifier reads what stands for a ConnectorId: the id itself, or the connector's ARN. One of another account or region is
// not found, as one that is nowhere.
func identifier(w connector.Workspace, text string) (string, error) {
	if securityhub.IsIdentifier(text) {
		return text, nil
	}
	part := strings.SplitN(text, ":", 6)
	if len(part) == 6 && part[0] == "arn" && part[2] == vendorID {
		if id, ok := strings.CutPrefix(part[5], "connectorv2/"); ok && securityhub.IsIdentifier(id) {
			if text != securityhub.ARN(w, id) {
				return "", connector.ErrNotFound
			}
			return id, nil
		}
	}
	return "", connector.Problems{{Field: "ConnectorId", Text: "It must be the id of a connector, a UUID in lower case, or its ARN."}}
}

// resource reads the ARN of a resource that has tags.
func resource(w connector.Workspace, text string) (string, error) {
	part := strings.SplitN(text, ":", 6)
	if len(part) != 6 || part[0] != "arn" || part[1] != "aws" && !strings.HasPrefix(part[1], "aws-") || part[2] != vendorID {
		return "", connector.Problems{{Field: "ResourceArn", Text: "It must begin with arn:aws:securityhub: and name a connector."}}
	}
	id := strings.TrimPrefix(part[5], "connectorv2/")
	if !securityhub.IsIdentifier(id) || text != securityhub.ARN(w, id) {
		return "", connector.ErrNotFound
	}
	return id, nil
}

// canonical writes the parameters of a call in one way, whatever their order, so that the same call is known again. The
// token itself and members that are null say nothing.
func canonical(v wire.Value) string {
	switch v.Kind() {
	case wire.Object:
		var members []wire.Member
		for _, m := range v.Members() {
			if !m.Value.IsNull() {
				members = append(members, m)
			}
		}
		slices.SortFunc(members, func(a, b wire.Member) int { return strings.Compare(a.Name, b.Name) })
		var out strings.Builder
		for _, m := range members {
			out.WriteString(wire.Text(m.Name).JSON() + ":" + canonical(m.Value) + ",")
		}
		return "{" + out.String() + "}"
	case wire.Array:
		var out strings.Builder
		for _, item := range v.Items() {
			out.WriteString(canonical(item) + ",")
		}
		return "[" + out.String() + "]"
	}
	return v.JSON()
}
