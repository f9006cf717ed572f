// Package jitterbit declares the registration of a custom connector at Jitterbit Harmony, the way its API writes one, the
// manifest of the JAR that is built for it, and the rules of that JAR's payload.
package jitterbit

import (
	"strconv"
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

const vendorID = "jitterbit"

// types is the list of all types.
var types = []connector.Type{
	registration,
}

// Vendor gives Jitterbit Harmony with its one type.
func Vendor() *connector.Vendor {
	return &connector.Vendor{
		ID: vendorID, Name: "Jitterbit Harmony", Short: "Harmony", Mark: "J",
		Tenancy: "Organisation id", Door: "/api/jitterbit", Settings: true,
		Types:       types,
		AccountRule: orgID,
		Fields:      fields,
		Whole:       whole,
		Advice:      advice,
		Give:        give,
		Create:      create,
		Answer:      func(_ connector.Workspace, c *connector.Connector) wire.Value { return entry(c, "…") },
		Terraform: func(connector.Workspace, *connector.Connector) string {
			return "# There is no Terraform provider for Jitterbit Harmony. Register the connector with its API instead.\n"
		},
	}
}

// fields declares what a registration has besides its spec. The identifier is the registry's.
func fields(d *connector.Draft) []connector.Field {
	return []connector.Field{
		connector.Text(&d.Name, "name", "Name").Must(nameLetters, outerSpaces, connector.Longest(100)).Once().
			Hint("The same as in the payload and the Java source. It cannot change later.", "Acme Ledger"),
		connector.Long(&d.Description, "description", "Description").
			Hint("What the connector is for; kept by Patchbay only.", "Bookings of the ledger"),
		connector.Labels(&d.Tags, "tags", "Tags").
			Hint("One to a line, as key:value or a key alone; kept by Patchbay only.", "team:finance"),
	}
}

var nameLetters = connector.Spelled("a0 -_.", "a0 -_.",
	"must have only letters without accents, digits, spaces, -, _ and .")

func outerSpaces(v string) string {
	if strings.TrimSpace(v) != v {
		return "must not begin or end with a space."
	}
	return ""
}

func orgID(v string) string {
	if wrong := connector.Digits(v); wrong != "" {
		return wrong
	}
	return connector.Longest(18)(v)
}

func whole(d *connector.Draft) connector.Problems { return connector.AtMostTags(d.Tags, 128) }

// advice warns of characters that the registry takes and that some agents stumble over when they load the JAR.
func advice(d *connector.Draft) connector.Problems {
	if strings.ContainsAny(d.Name, "-_.") {
		return connector.Problems{{Field: "name", Text: "Name has one of - _ . in it, which can keep an agent from loading the " +
			"connector. Letters, digits and spaces are safe."}}
	}
	return nil
}

// The sequences that numbers are taken from. Blocks are never given twice, not even after a deletion: JARs that are out
// there still carry the numbers.
const (
	sequenceIDs    = "jitterbit.connector"
	sequenceBlocks = "jitterbit.block"
)

// give registers: an id, a key pair and a block of entity ids of its own.
func give(d *connector.Draft, g connector.Giver) error {
	id, err := g.Number(sequenceIDs, 1)
	if err != nil {
		return err
	}
	block, err := g.Number(sequenceBlocks, 1)
	if err != nil {
		return err
	}
	d.Identifier = strconv.FormatInt(id, 10)
	if s, ok := d.Spec.(*Registration); ok {
		return s.Grant(block, g.UUID(), connector.NewSecret(g.UUID()))
	}
	return nil
}

// create gives the request that registers the connector.
func create(w connector.Workspace, d *connector.Draft) connector.Request {
	version := ""
	if s, ok := d.Spec.(*Registration); ok {
		version = s.Version
	}
	return connector.Request{
		Method: "POST",
		Path:   Path(w),
		Headers: []wire.Member{
			wire.M("authToken", wire.Text("$HARMONY_TOKEN")),
			wire.M("Content-Type", wire.Text("application/json")),
		},
		Body: wire.Obj(
			wire.M("name", wire.Text(d.Name)),
			wire.M("version", wire.Text(version)),
		),
	}
}

// Path is where the registrations of an organisation are, below the base address.
func Path(w connector.Workspace) string {
	return "/jitterbit-cloud-restful-service/orgs/" + w.Account + "/connector"
}

// AnswerWithSecret gives the registration as the vendor's list does, with the secret in clear. Only the door answers so,
// to a credential whose role allows it.
func AnswerWithSecret(c *connector.Connector) wire.Value {
	if s, ok := c.Spec.(*Registration); ok {
		return entry(c, s.Secret.Reveal())
	}
	return entry(c, "")
}

// Registered gives the answer to a register call: the new pair and block, name and version not echoed.
func Registered(c *connector.Connector) wire.Value {
	return Succeeded(Registers, AnswerWithSecret(c).Without("name", "version").Members()...)
}

func entry(c *connector.Connector, secret string) wire.Value {
	s, ok := c.Spec.(*Registration)
	if !ok {
		s = &Registration{}
	}
	return wire.Obj(
		wire.M("id", wire.Text(c.Identifier)),
		wire.M("name", wire.Text(c.Name)),
		wire.M("version", wire.Text(s.Version)),
		wire.M("key", wire.Text(s.Key)),
		wire.M("secret", wire.Text(secret)),
		wire.M("endpointEntityId", wire.Text(s.EndpointEntityID)),
		wire.M("functionEntityStartId", wire.Text(s.FunctionEntityStartID)),
		wire.M("functionEntityEndId", wire.Text(s.FunctionEntityEndID)),
	)
}

// DecodeRegister reads the body of a register call. A missing version is 1.0.0, as in the vendor's first years, and
// unknown members are ignored.
func DecodeRegister(body wire.Value) (connector.Draft, connector.Problems) {
	d := connector.Draft{Type: registration, Spec: registration.New()}
	if body.Kind() != wire.Object {
		return d, connector.Problems{{Text: "The body must be an object."}}
	}
	known := append(fields(&d)[:1:1], d.Spec.Fields()[0])
	_, problems := connector.Decode(known, body)
	if s := d.Spec.(*Registration); body.Get("version").IsNull() {
		s.Version = "1.0.0"
	}
	return d, problems
}
