package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

// Admit takes a connector in: allowed? valid? kept? logged? The answer is the connector as kept, or Problems, or [access.Denied].
func (r *Registry) Admit(ctx context.Context, a access.Actor, d connector.Draft) (connector.Connector, error) {
	return r.admit(ctx, a, d, r.store.Insert)
}

// inserting keeps a new connector, with whatever else has to be kept in the same transaction.
type inserting func(context.Context, connector.Connector, []connector.Grant, []connector.Made, access.Event) error

func (r *Registry) admit(ctx context.Context, a access.Actor, d connector.Draft, insert inserting) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	w, vendor, problems, err := r.settle(ctx, a, &d)
	if err != nil {
		return connector.Connector{}, err
	}
	if w.Reserves(d.Name) {
		problems = append(problems, connector.Problem{Field: "name", Text: "Name “" + d.Name + "” is reserved in this workspace. Choose another."})
	}
	refs, made, more, err := r.references(ctx, a, w, vendor, &d)
	if err != nil {
		return connector.Connector{}, err
	}
	if problems = append(problems, more...); len(problems) > 0 {
		return connector.Connector{}, problems
	}
	mark, err := r.tested(ctx, a, connector.Connector{}, d, refs, made)
	if err != nil {
		return connector.Connector{}, err
	}
	if vendor.Give != nil {
		give := connector.Giver{UUID: newUUID, Number: func(sequence string, start int64) (int64, error) {
			return r.store.Number(ctx, sequence, start)
		}}
		if err := vendor.Give(&d, give); err != nil {
			return connector.Connector{}, fmt.Errorf("give the connector its numbers: %w", err)
		}
	}
	now := r.now()
	c := connector.Connector{
		ID: newID(), Vendor: vendor.ID, Type: d.Type.Name, Workspace: w.ID, Scope: d.Scope, Identifier: d.Identifier,
		Name: d.Name, Description: d.Description, Tags: d.Tags, Spec: d.Spec, Extra: d.Extra, Version: 1,
		Created: now, CreatedBy: a.Name, Updated: now, UpdatedBy: a.Name,
		Health: connector.Health{Status: connector.Unverified, Since: now},
	}
	if s, ok := c.Spec.(connector.Starting); ok {
		c.Health.Status, c.Health.Summary = s.Start()
	}
	ev := r.connectorEvent(ctx, a, "connector.created", c)
	ev.Detail = c.Type + alsoMade(made)
	if err := insert(ctx, c, refs, made, ev); err != nil {
		return connector.Connector{}, taken(err, vendor, c)
	}
	c = r.adopt(ctx, a, c, mark)
	return c, r.invite(ctx, &c)
}

// Change alters the living connector of that id if version is still its newest, else the answer is a *[Conflict]. What the registry
// gave stays; what cannot change is refused by name.
func (r *Registry) Change(ctx context.Context, a access.Actor, id string, version int64, d connector.Draft) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	old, oldType, err := r.changing(ctx, a, id, &d)
	if err != nil {
		return connector.Connector{}, err
	}
	w, vendor, problems, err := r.settle(ctx, a, &d)
	if err != nil {
		return connector.Connector{}, err
	}
	before := old.Draft(oldType)
	problems = append(problems, connector.Changed(vendor.All(&before), vendor.All(&d))...)
	refs, made, more, err := r.references(ctx, a, w, vendor, &d)
	if err != nil {
		return connector.Connector{}, err
	}
	if problems = append(problems, more...); len(problems) > 0 {
		return connector.Connector{}, problems
	}
	if old.Version != version {
		return connector.Connector{}, &Conflict{Theirs: old}
	}
	mark, err := r.tested(ctx, a, old, d, refs, made)
	if err != nil {
		return connector.Connector{}, err
	}

	c := old
	c.Type, c.Scope, c.Identifier, c.Name, c.Description = d.Type.Name, d.Scope, d.Identifier, d.Name, d.Description
	c.Tags, c.Spec, c.Extra = d.Tags, d.Spec, d.Extra
	c.Version, c.Updated, c.UpdatedBy = old.Version+1, r.now(), a.Name
	if c.Health.Status != connector.Waiting && old.Spec.Check() != c.Spec.Check() {
		// What was proven is no longer what would be asked, so the old verdict must not shine on.
		c.Health.Status, c.Health.Since, c.Health.Summary = connector.Unverified, c.Updated, "Changed since the last check."
	}
	ev := r.connectorEvent(ctx, a, "connector.changed", c)
	ev.Detail = strings.TrimPrefix(differences(vendor.All(&before), vendor.All(&d))+alsoMade(made), ", ")
	err = r.store.Update(ctx, c, refs, made, ev)
	if errors.Is(err, connector.ErrConflict) {
		if theirs, again := r.store.Connector(ctx, id); again == nil {
			return connector.Connector{}, &Conflict{Theirs: theirs}
		}
	}
	if err != nil {
		return connector.Connector{}, taken(err, vendor, c)
	}
	return r.adopt(ctx, a, c, mark), nil
}

// changing gives the connector that a draft would change, with its type, and fills into the draft what cannot change.
func (r *Registry) changing(ctx context.Context, a access.Actor, id string, d *connector.Draft) (old connector.Connector, oldType connector.Type, err error) {
	if old, err = r.living(ctx, a, id); err != nil {
		return old, oldType, err
	}
	oldType, _ = r.catalog.Type(old.Vendor, old.Type)
	if d.Spec == nil || d.Type.Vendor != old.Vendor || d.Type.Family != oldType.Family {
		return old, oldType, connector.Problems{{Text: "A connector of the kind " + oldType.Family + " cannot become one of the kind " +
			d.Type.Family + ". Create a new connector instead."}}
	}
	d.Workspace = old.Workspace
	connector.CarryGiven(old.Spec.Fields(), d.Spec.Fields())
	if vendor, ok := r.catalog.Vendor(old.Vendor); ok && vendor.Give != nil && d.Identifier == "" {
		d.Identifier = old.Identifier
	}
	return old, oldType, nil
}

// Conflict is the answer to a change that began from an older version; it is connector.ErrConflict and carries what is there now.
type Conflict struct{ Theirs connector.Connector }

// Error says who was quicker.
func (c *Conflict) Error() string {
	return c.Theirs.UpdatedBy + " changed this connector in the meantime."
}

// Is makes errors.Is(err, connector.ErrConflict) true.
func (c *Conflict) Is(target error) bool { return target == connector.ErrConflict }

// settle finds the workspace of a draft, brings it into its vendor's form and lists what is wrong with it.
func (r *Registry) settle(ctx context.Context, a access.Actor, d *connector.Draft) (connector.Workspace, *connector.Vendor, connector.Problems, error) {
	vendor, ok := r.catalog.Vendor(d.Type.Vendor)
	if !ok || d.Spec == nil {
		return connector.Workspace{}, nil, nil, connector.Problems{{Text: "No vendor is known by the name “" + d.Type.Vendor + "”."}}
	}
	w, err := r.visible(ctx, a, d.Workspace)
	wrong := ""
	switch {
	case errors.Is(err, connector.ErrNotFound) || err == nil && w.Vendor != vendor.ID:
		wrong = "Workspace must be one of your " + vendor.Name + " workspaces."
	case err != nil:
		return connector.Workspace{}, nil, nil, err
	case w.Remote:
		wrong = "Workspace " + w.Name + " is remote; this release keeps connectors in hosted workspaces only."
	}
	if t, ok := d.Spec.(connector.Tidying); ok {
		t.Tidy()
	}
	if wrong != "" { // the references cannot be looked up, but all the rest can be said at once
		return connector.Workspace{}, nil, nil, append(connector.Problems{{Field: "workspace", Text: wrong}}, vendor.Validate(d)...)
	}
	return w, vendor, vendor.Validate(d), nil
}

// references looks up what the spec's references mean: each must name a secret that the workspace has, or one whose value came along.
// Every sending place becomes a grant, since the actor who saves it may use the secret.
func (r *Registry) references(ctx context.Context, a access.Actor, w connector.Workspace, v *connector.Vendor, d *connector.Draft) ([]connector.Grant, []connector.Made, connector.Problems, error) {
	to := map[string]connector.Origin{}
	for _, s := range d.Spec.Check().Sends() {
		to[s.Field] = s.To
	}
	var grants []connector.Grant
	var made []connector.Made
	var problems connector.Problems
	for _, f := range d.Spec.Fields() {
		if f.Kind != connector.KindRef || f.Empty() || !f.Shown() || v.Resolve == nil {
			continue
		}
		scope, name, wrong := v.Resolve(d.Scope, f.Value())
		if wrong != "" {
			continue // Validate has said so
		}
		if err := may(a, access.KeepSecrets); err != nil {
			return nil, nil, nil, err
		}
		full := connector.SecretName{Workspace: w.ID, Scope: scope, Name: name}
		grants = append(grants, connector.Grant{Secret: full, Field: f.Name, To: to[f.Name]})
		value, comes := d.NewSecrets[f.Name]
		comes = comes && !value.Empty()
		_, err := r.store.SecretNamed(ctx, full)
		switch {
		case errors.Is(err, connector.ErrNotFound) && comes:
			one, more := r.newSecret(a, f, full, value, made)
			problems = append(problems, more...)
			made = append(made, one...)
		case errors.Is(err, connector.ErrNotFound):
			problems = append(problems, connector.Problem{Field: f.Name, Text: f.Label + " names the secret " + f.Value() +
				", which workspace " + w.Name + " does not have. " + createIt(a)})
		case err != nil:
			return nil, nil, nil, fmt.Errorf("look up the secret of %s: %w", f.Name, err)
		case comes:
			problems = append(problems, connector.Problem{Field: f.Name, Text: f.Label + " names the secret " + f.Value() +
				", which has a value already. Leave the new value empty to use it, or replace it on the Secrets page."})
		}
	}
	return grants, made, problems, nil
}

// createIt says how a secret that is missing comes to be: a person can give its value with the connector, a program cannot.
func createIt(a access.Actor) string {
	if a.Kind == "user" {
		return "Create it first, or type its value here."
	}
	return "Create it in the console first."
}

// newSecret gives the secret for a value that was typed beside a reference; none when another field of the draft makes it already.
func (r *Registry) newSecret(a access.Actor, f connector.Field, name connector.SecretName, value connector.Secret, before []connector.Made) ([]connector.Made, connector.Problems) {
	at := func(text string) connector.Problems {
		return connector.Problems{{Field: f.Name + ".value", Text: text}}
	}
	kind := kindFor(value)
	if wrong := valueProblems(kind, value); len(wrong) > 0 {
		return nil, at(f.Label + ": " + wrong[0].Text)
	}
	for _, m := range before {
		switch {
		case m.Secret.SecretName != name:
		case m.Value.Reveal() != value.Reveal():
			return nil, at(f.Label + " names the secret " + f.Value() + ", for which another value was typed already. Type it once, or name two secrets.")
		default:
			return nil, nil
		}
	}
	now := r.now()
	return []connector.Made{{Value: value, Secret: connector.NamedSecret{ID: newID(), SecretName: name, Kind: kind, Version: 1,
		Set: now, SetBy: a.Name, Created: now}}}, nil
}

// alsoMade names the secrets that came with a change, for its audit event.
func alsoMade(made []connector.Made) string {
	out := ""
	for _, m := range made {
		out += ", new secret " + m.Secret.Name + " (" + m.Secret.Scope.String() + ")"
	}
	return out
}

// taken says which field collides, in the words of the vendor's form.
func taken(err error, v *connector.Vendor, c connector.Connector) error {
	if v.Scoped {
		return problem(err, connector.ErrTaken, "identifier", "Identifier "+c.Identifier+" is already taken in "+c.Scope.String()+". Choose another.")
	}
	return problem(err, connector.ErrTaken, "name", "Name “"+c.Name+"” is already taken in this workspace. Choose another.")
}

// differences names the fields whose values differ, and nothing of the values.
func differences(before, after []connector.Field) string {
	out := ""
	for _, f := range after {
		for _, b := range before {
			if b.Name == f.Name && (b.Value() != f.Value() || f.Kind == connector.KindSecret && !f.Empty()) {
				if out != "" {
					out += ", "
				}
				out += f.Name
			}
		}
	}
	return out
}
