package harnessapi

import (
	"errors"
	"slices"
	"strings"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/wire"
)

// attempts is how often an update is tried again when somebody else was quicker: the vendor's update replaces whatever is there.
const attempts = 4

// vendorOwn is the one identifier that belongs to the vendor itself.
const vendorOwn = "harnessSecretManager"

// vendor gives Harness as the catalog has it.
func (a *API) vendor() *connector.Vendor {
	v, ok := a.reg.Catalog().Vendor(vendorID)
	if !ok {
		panic("the catalog has no Harness, so its door has nothing to serve")
	}
	return v
}

// draft reads the connector that the client sent, with the decoder of the API that was called.
func (a *API) draft(c *call) (connector.Draft, error) {
	body, err := c.body()
	if err != nil {
		return connector.Draft{}, err
	}
	decode := harness.DecodeV1
	if c.legacy {
		decode = harness.DecodeLegacy
	}
	d, problems := decode(body)
	d.Workspace = c.workspace.ID
	if len(problems) == 0 {
		return d, nil
	}
	missing := absent(body)
	switch {
	case missing != "":
		return d, refuse(badFields, "", fault{missing, "is required"})
	case c.legacy: // its clients read the code as a text, so they get the fields where the framework would answer a number
		return d, refuse(badFields, "", a.faults(c, &d, problems)...)
	}
	return d, unreadable("The body of the request is not a connector as it should be.", problems.Error())
}

// absent names the part of a connector's body that was not sent at all, or gives "".
func absent(body wire.Value) string {
	one := body.Get("connector")
	switch {
	case body.Kind() == wire.Object && one.IsNull():
		return "connector"
	case one.Kind() == wire.Object && one.Get("spec").IsNull():
		return "spec"
	}
	return ""
}

// admit takes a new connector in.
func (a *API) admit(c *call, d connector.Draft) (connector.Connector, error) {
	_, err := a.reg.Find(c.ctx, c.actor, c.workspace.ID, d.Scope, d.Identifier)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return connector.Connector{}, err
	}
	known := err == nil
	made, err := a.reg.Admit(c.ctx, c.actor, d)
	c.about = made.ID
	return made, a.judged(c, &d, err, known)
}

// change replaces the connector that has the draft's scope and identifier.
func (a *API) change(c *call, d connector.Draft) (connector.Connector, error) {
	if d.Identifier == "" {
		return connector.Connector{}, refuse(badFields, "", fault{"identifier", "is required"})
	}
	for range attempts {
		old, err := a.find(c, d.Scope, d.Identifier, noSuchToAct)
		if err != nil {
			return connector.Connector{}, err
		}
		changed, err := a.reg.Change(c.ctx, c.actor, old.ID, old.Version, d)
		if !errors.Is(err, connector.ErrConflict) {
			return changed, a.judged(c, &d, found(err, noSuchToAct, d.Identifier), false)
		}
	}
	return connector.Connector{}, connector.ErrConflict
}

// retire takes a connector out and gives it as it was. With force its uses are forgotten with it; else one in use is refused.
func (a *API) retire(c *call, at connector.Scope, identifier string, force bool) (connector.Connector, error) {
	one, err := a.find(c, at, identifier, noSuch)
	if err != nil {
		return one, err
	}
	retire := a.reg.Retire
	if force {
		retire = a.reg.RetireByForce
	}
	_, err = retire(c.ctx, c.actor, one.ID, 0)
	return one, found(err, noSuch, identifier)
}

// find gives a connector by its identifier, and notes that the call is about it.
func (a *API) find(c *call, at connector.Scope, identifier string, otherwise kind) (connector.Connector, error) {
	one, err := a.reg.Find(c.ctx, c.actor, c.workspace.ID, at, identifier)
	c.about = one.ID
	return one, found(err, otherwise, identifier)
}

// test asks whether a connector works, waits for the answer and gives it.
func (a *API) test(c *call, one connector.Connector) (connector.Run, error) {
	run, err := a.reg.Check(c.ctx, c.actor, one.ID)
	if err != nil {
		return run, found(err, noSuchToAct, one.Identifier)
	}
	a.reg.Wait(c.ctx, run.ID)
	run, err = a.reg.Run(c.ctx, c.actor, one.ID, run.ID)
	return run, found(err, noSuchToAct, one.Identifier)
}

// judged turns the registry's problems with a draft into the case that each is for the vendor: fields by name, or one sentence. known
// tells that the identifier was taken before the call, so that nobody else was quicker.
func (a *API) judged(c *call, d *connector.Draft, err error, known bool) error {
	var problems connector.Problems
	if !errors.As(err, &problems) {
		return err
	}
	vendor := a.vendor()
	all, own := vendor.All(d), vendor.Validate(d)
	whole := true // nothing but sentences about the request as a whole
	for _, p := range problems {
		f, isField := fieldNamed(all, p.Field)
		switch {
		case p.Field == "identifier" && !slices.Contains(own, p):
			if !known {
				return refuse(lostRace, p.Text)
			}
			return refuse(identifierTaken, "Invalid request: "+p.Text)
		case !isField, f.Kind == connector.KindRef && !f.Empty(), p.Field == "identifier" && d.Identifier == vendorOwn:
		default:
			whole = false
		}
	}
	if whole {
		return invalid(problems.Error())
	}
	return refuse(badFields, "", a.faults(c, d, problems)...)
}

// faults says problems in the form of the vendor's own texts, which stand behind the field's name: without the field's label in front
// and the stop at the end.
func (a *API) faults(c *call, d *connector.Draft, problems connector.Problems) []fault {
	all := a.vendor().All(d)
	out := make([]fault, len(problems))
	for i, p := range problems {
		f, _ := fieldNamed(all, p.Field)
		out[i] = fault{c.fieldName(d.Type, p.Field), strings.TrimSuffix(strings.TrimPrefix(p.Text, f.Label+" "), ".")}
	}
	return out
}

// fieldName is what the API that was called calls a field.
func (c *call) fieldName(t connector.Type, field string) string {
	if c.legacy {
		return harness.LegacyName(t, field)
	}
	return harness.CamelName(field)
}

func fieldNamed(all []connector.Field, name string) (connector.Field, bool) {
	for _, f := range all {
		if f.Name == name {
			return f, true
		}
	}
	return connector.Field{}, false
}
