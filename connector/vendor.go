package connector

import "patchbay/connector/wire"

// Spec is the part of a connector that depends on its type: a plain struct whose fields are declared with their rules.
type Spec interface {
	// Fields declares the properties, bound to the struct, in the order of form and wire.
	Fields() []Field
	// Check tells what to ask the other side. It is plain data; someone else does the asking.
	Check() Check
}

// Whole is for a [Spec] with rules that span fields.
type Whole interface{ Whole() Problems }

// Advising is for a [Spec] that has advice: nothing is wrong, but the person should know.
type Advising interface{ Advice() Problems }

// Tidying is for a [Spec] whose vendor answers a value in another form than it was sent.
type Tidying interface{ Tidy() }

// Starting is for a [Spec] whose connectors begin in another status than Unverified.
type Starting interface {
	Start() (Status, string)
}

// Type is one kind of connector that a vendor knows.
type Type struct {
	Vendor string // vendor id
	Name   string // the vendor's own name: "GitHttp"
	Title  string // for people: "Git over HTTP"
	Family string // what may turn into each other on an update: "Git"
	Note   string // one sentence: what it is for
	New    func() Spec
}

// Request is the call of the vendor's own API that stands for creating a draft.
type Request struct {
	Method, Path string
	Headers      []wire.Member // secrets as names of shell variables: x-api-key: $PATCHBAY_KEY
	Body         wire.Value
}

// Vendor is who a connector belongs to: its types, the fields that all of them share, and its way of writing them.
type Vendor struct {
	ID      string // in addresses: "harness"
	Name    string // "AWS Security Hub"
	Short   string // "Security Hub"
	Mark    string // one or two letters for narrow places: "SH"
	Tenancy string // what a workspace is there: "Account id"
	Regions bool   // a workspace names a region
	Scoped  bool   // connectors live at account, org or project scope
	// Settings tells that its workspaces have [Settings], since the vendor leaves open how its API fails and which names it keeps for itself.
	Settings bool
	Door     string // where the vendor's API is served, below the base URL
	Types    []Type

	// AccountRule looks at the id of a tenancy.
	AccountRule Rule
	// Fields declares what all connectors of the vendor share, bound to the draft.
	Fields func(*Draft) []Field
	// Whole gives the problems that span the draft's own fields.
	Whole func(*Draft) Problems
	// Advice gives what a person should know of the draft's own fields though nothing is wrong; nil for none.
	Advice func(*Draft) Problems
	// Resolve tells which secret of the workspace a reference means for a connector at the scope; wrong says why none.
	Resolve func(at Scope, ref string) (scope Scope, name, wrong string)
	// SecretRule looks at the name of a secret of the workspace.
	SecretRule Rule
	// Reference gives the text by which a connector at the scope points to a secret; "" where it cannot reach it.
	Reference func(at Scope, secret SecretName) string
	// Give fills in what only the registry can give a new draft: an identifier, a block of numbers, a key pair. Nil where the
	// person chooses everything.
	Give func(*Draft, Giver) error
	// Create gives the request that creates the draft.
	Create func(Workspace, *Draft) Request
	// Answer gives the connector as the vendor's API answers it.
	Answer func(Workspace, *Connector) wire.Value
	// Terraform gives the resource of the vendor's provider, or a comment that says why there is none.
	Terraform func(Workspace, *Connector) string
}

// Type finds one of the vendor's types by its name.
func (v *Vendor) Type(name string) (Type, bool) {
	for _, t := range v.Types {
		if t.Name == name {
			return t, true
		}
	}
	return Type{}, false
}

// All gives the draft's own fields and then its spec's, fresh.
func (v *Vendor) All(d *Draft) []Field {
	own := v.Fields(d)
	return append(own[:len(own):len(own)], d.Spec.Fields()...)
}

// Advise gives what a person should know though nothing is wrong: about the draft first, then about its spec.
func (v *Vendor) Advise(d *Draft) Problems {
	var out Problems
	if v.Advice != nil {
		out = v.Advice(d)
	}
	if a, ok := d.Spec.(Advising); ok {
		out = append(out, a.Advice()...)
	}
	return out
}

// Opaque is the spec of a type that this release does not know. It keeps every member as it came.
type Opaque struct{}

// Fields implements [Spec]: nothing is declared.
func (*Opaque) Fields() []Field { return nil }

// Check implements [Spec].
func (*Opaque) Check() Check {
	return Nothing{Why: "This release of Patchbay does not know the type, so it cannot ask the other side."}
}

// Catalog is the list of all vendors.
type Catalog []*Vendor

// Vendor finds a vendor by its id.
func (c Catalog) Vendor(id string) (*Vendor, bool) {
	for _, v := range c {
		if v.ID == id {
			return v, true
		}
	}
	return nil, false
}

// Type finds a type by vendor id and name. A type that is not known comes back with an [Opaque] spec and false, so that
// what a vendor adds later can still be kept and shown.
func (c Catalog) Type(vendor, name string) (Type, bool) {
	if v, ok := c.Vendor(vendor); ok {
		if t, ok := v.Type(name); ok {
			return t, true
		}
	}
	return Type{Vendor: vendor, Name: name, Title: name, New: func() Spec { return &Opaque{} }}, false
}

// Giver hands out what must not come twice.
type Giver struct {
	// Number gives the next of a named sequence that begins at start.
	Number func(sequence string, start int64) (int64, error)
	// UUID gives a random UUID, version 4, lower case.
	UUID func() string
}
