package jitterbitapi

import (
	"errors"
	"fmt"
	"strings"

	"patchbay/connector"
	"patchbay/connector/jitterbit"
)

// register takes a connector in and answers its id, its key pair and its block of entity ids.
func (d *Door) register(c *call) (reply, error) {
	body, err := c.object()
	if err != nil {
		return reply{}, err
	}
	draft, problems := jitterbit.DecodeRegister(body)
	draft.Workspace = c.workspace.ID
	codes := map[string]code{"name": invalidName, "version": invalidVersion}
	if len(problems) > 0 {
		return reply{}, firstProblem(body, problems, codes)
	}
	made, err := d.reg.Admit(c.ctx, c.actor, draft)
	if errors.As(err, &problems) {
		// The rules of the draft say which problem is of its own making; what is left is that the name is reserved or
		// that another one has it.
		if vendor, ok := d.reg.Catalog().Vendor(vendorID); ok && len(vendor.Validate(&draft)) > 0 {
			return reply{}, firstProblem(body, problems, codes)
		}
		if c.workspace.Reserves(draft.Name) {
			return reply{}, refuse(nameInUse, fmt.Sprintf("The name '%s' is reserved in this organization. Choose another.", draft.Name))
		}
		return reply{}, refuse(nameInUse, fmt.Sprintf("A connector named '%s' with version '%s' is already registered in this organization.",
			draft.Name, draft.Spec.(*jitterbit.Registration).Version))
	}
	if err != nil {
		return reply{}, err
	}
	c.about = made.ID
	return ok(jitterbit.Registered(&made))
}

// list answers all registrations, by ascending id, with their secrets in clear. The vendor's list has no pages, and one reading of the
// store is one moment in time, which page after page would not be.
func (d *Door) list(c *call) (reply, error) {
	found, _, err := d.reg.Pick(c.ctx, c.actor, connector.Pick{Workspace: c.workspace.ID, Sort: "number"})
	if err != nil {
		return reply{}, err
	}
	if err := d.reg.OpenPair(c.ctx, c.actor, found); err != nil {
		return reply{}, err
	}
	return ok(jitterbit.Listed(found))
}

// validate tells whether a name, a key and a secret belong together.
func (d *Door) validate(c *call) (reply, error) {
	body, err := c.object()
	if err != nil {
		return reply{}, err
	}
	pair, problems := jitterbit.DecodePair(body)
	if len(problems) > 0 {
		return reply{}, refuse(missingField, problems[0].Text)
	}
	right, err := d.reg.ValidatePair(c.ctx, c.actor, c.workspace.ID, pair.Name, pair.Key, pair.Secret)
	if err != nil {
		return reply{}, err
	}
	if !right {
		return reply{}, refuse(invalidPair, "The name, key and secret do not match a registered connector.")
	}
	return ok(jitterbit.Succeeded(c.op.Name))
}

// deleteRegistration takes a registration out; its payload stays. The first clients put the name where the id is now.
func (d *Door) deleteRegistration(c *call) (reply, error) {
	for {
		found, err := d.named(c)
		if err != nil {
			return reply{}, err
		}
		gone, err := d.reg.Retire(c.ctx, c.actor, found.ID, 0)
		switch {
		case errors.Is(err, connector.ErrConflict): // somebody else changed or deleted it at this moment: look again
			continue
		case errors.Is(err, connector.ErrNotFound):
			return reply{}, d.missing(c)
		case errors.Is(err, connector.ErrInUse):
			return reply{}, d.inUse(c, found)
		case err != nil:
			return reply{}, err
		}
		return ok(jitterbit.Deleted(&gone))
	}
}

// named finds the living connector that the path means: by id where it is all digits, by name otherwise.
func (d *Door) named(c *call) (connector.Connector, error) {
	text := c.params["connectorId"]
	if connector.Digits(text) == "" {
		found, err := d.reg.Find(c.ctx, c.actor, c.workspace.ID, connector.Scope{}, text)
		if errors.Is(err, connector.ErrNotFound) {
			return found, d.missing(c)
		}
		c.about = found.ID
		return found, err
	}
	found, total, err := d.reg.Pick(c.ctx, c.actor, connector.Pick{Workspace: c.workspace.ID, Names: []string{text}, Sort: "number", Size: 1})
	switch {
	case err != nil:
		return connector.Connector{}, err
	case len(found) == 0:
		return connector.Connector{}, d.missing(c)
	case total > 1:
		return connector.Connector{}, refuse(ambiguousName, fmt.Sprintf("The name '%s' belongs to %d registrations. Use the id of one.", found[0].Name, total))
	}
	c.about = found[0].ID
	return found[0], nil
}

func (d *Door) missing(c *call) error {
	what := shorten(c.params["connectorId"], 100)
	if connector.Digits(what) != "" {
		what = "'" + what + "'"
	}
	return refuse(connectorNotFound, "No connector "+what+" is registered in organization "+c.workspace.Account+".")
}

// inUse refuses and names what needs the connector.
func (d *Door) inUse(c *call, used connector.Connector) error {
	uses, err := d.reg.Uses(c.ctx, c.actor, used.ID)
	if err != nil {
		return err
	}
	return refuse(connectorInUse, fmt.Sprintf("Connector '%s' (%s) is used by %s.", used.Name, used.Identifier, users(uses)))
}

// mostNamed is how many users a refusal names.
const mostNamed = 20

// users says what the uses are: "2 projects: Ledger Sync, Month End".
func users(uses []connector.Use) string {
	if len(uses) == 0 { // taken out of use since the refusal
		return "something else"
	}
	alike := true
	for _, u := range uses {
		alike = alike && u.Kind == uses[0].Kind
	}
	names := make([]string, len(uses))
	for i, u := range uses {
		names[i] = u.Name
		if !alike {
			names[i] = u.Kind + " " + u.Name
		}
	}
	what := "things"
	if alike {
		what = uses[0].Kind + "s"
	}
	if len(uses) == 1 {
		what = uses[0].Kind
	}
	if more := len(names) - mostNamed; more > 0 {
		names = append(names[:mostNamed], fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("%d %s: %s", len(uses), what, strings.Join(names, ", "))
}
