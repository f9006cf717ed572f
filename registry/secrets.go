package registry

import (
	"context"
	"errors"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
)

// longestSecret is the most that a secret may hold: a certificate chain with its key fits well.
const longestSecret = 64 * 1024

// Secrets lists what may be known of the workspaces' secrets; text filters their names.
func (r *Registry) Secrets(ctx context.Context, a access.Actor, workspace, text string) ([]connector.NamedSecret, error) {
	if err := may(a, access.View); err != nil {
		return nil, err
	}
	if workspace == "" {
		workspace = a.Workspace
	}
	if workspace != "" && !a.Sees(workspace) {
		return nil, connector.ErrNotFound
	}
	return r.store.Secrets(ctx, workspace, text)
}

// Secret gives one secret without its value, and the connectors that point at it, at most 20.
func (r *Registry) Secret(ctx context.Context, a access.Actor, id string) (connector.NamedSecret, []connector.Connector, error) {
	if err := may(a, access.View); err != nil {
		return connector.NamedSecret{}, nil, err
	}
	s, err := r.store.Secret(ctx, id)
	if errors.Is(err, connector.ErrNotFound) || err == nil && !a.Sees(s.Workspace) {
		return connector.NamedSecret{}, nil, connector.ErrNotFound // word for word the same, whichever it is
	}
	if err != nil {
		return connector.NamedSecret{}, nil, err
	}
	users, err := r.store.SecretUsers(ctx, id, 20)
	return s, users, err
}

// KeepSecret creates a secret of a workspace.
func (r *Registry) KeepSecret(ctx context.Context, a access.Actor, s connector.NamedSecret, value connector.Secret) (connector.NamedSecret, error) {
	if err := may(a, access.KeepSecrets); err != nil {
		return s, err
	}
	var problems connector.Problems
	w, err := r.visible(ctx, a, s.Workspace)
	if errors.Is(err, connector.ErrNotFound) {
		return s, connector.Problems{{Field: "workspace", Text: "Workspace must be one of the workspaces in the list."}}
	}
	if err != nil {
		return s, err
	}
	vendor, ok := r.catalog.Vendor(w.Vendor)
	if !ok {
		return s, connector.Problems{{Field: "workspace", Text: "Workspace " + w.Name + " belongs to a vendor that this release does not know."}}
	}
	s.Name = connector.Clean(s.Name, false)
	name := connector.Text(&s.Name, "name", "Name").Must(connector.NoSpaces, connector.Longest(2048))
	if vendor.SecretRule != nil {
		name = name.May(vendor.SecretRule)
	}
	problems = append(problems, connector.Validate([]connector.Field{name})...)
	if !vendor.Scoped && s.Scope != (connector.Scope{}) {
		problems = append(problems, connector.Problem{Field: "scope", Text: "Scope must be account: " + vendor.Name + " has no organisations and projects."})
	} else if wrong := scopeWrong(s.Scope); wrong != "" {
		problems = append(problems, connector.Problem{Field: "scope", Text: wrong})
	}
	if problems = append(problems, valueProblems(s.Kind, value)...); len(problems) > 0 {
		return s, problems
	}
	s.ID, s.Version, s.Set, s.SetBy, s.Created = newID(), 1, r.now(), a.Name, r.now()
	err = r.store.KeepSecret(ctx, s, value, r.secretEvent(ctx, a, "secret.created", s))
	return s, problem(err, connector.ErrTaken, "name", "Name "+s.Name+" is already taken in this scope. Choose another, or replace that secret's value.")
}

// ReplaceSecret sets a new value. version is the one that the person saw, or 0 for whatever is there.
func (r *Registry) ReplaceSecret(ctx context.Context, a access.Actor, id string, version int64, value connector.Secret) (connector.NamedSecret, error) {
	if err := may(a, access.KeepSecrets); err != nil {
		return connector.NamedSecret{}, err
	}
	s, _, err := r.Secret(ctx, a, id)
	if err != nil {
		return s, err
	}
	if problems := valueProblems(s.Kind, value); len(problems) > 0 {
		return s, problems
	}
	if version != 0 && version != s.Version {
		return s, connector.ErrConflict
	}
	s.Version++
	s.Set, s.SetBy, s.Ends = r.now(), a.Name, time.Time{} // when the new value ends nobody has said yet
	return s, r.store.KeepSecret(ctx, s, value, r.secretEvent(ctx, a, "secret.replaced", s))
}

// RemoveSecret forgets a secret that no living connector points at; else the answer is *[InUse].
func (r *Registry) RemoveSecret(ctx context.Context, a access.Actor, id string) (connector.NamedSecret, error) {
	if err := may(a, access.KeepSecrets); err != nil {
		return connector.NamedSecret{}, err
	}
	s, users, err := r.Secret(ctx, a, id)
	if err != nil {
		return s, err
	}
	if len(users) > 0 {
		by := make([]string, len(users))
		for i, c := range users {
			by[i] = "connector “" + c.Name + "”"
		}
		return s, &InUse{What: "Secret " + s.Name, By: by}
	}
	return s, r.store.RemoveSecret(ctx, id, r.secretEvent(ctx, a, "secret.removed", s))
}

// SecretIDs gives, by the wire name of the field, the ids of the secrets that a connector points at; one that is not there any more is left out.
func (r *Registry) SecretIDs(ctx context.Context, a access.Actor, c connector.Connector) (map[string]string, error) {
	if _, err := r.visible(ctx, a, c.Workspace); err != nil {
		return nil, err
	}
	vendor, ok := r.catalog.Vendor(c.Vendor)
	if !ok || vendor.Resolve == nil {
		return nil, nil
	}
	ids := map[string]string{}
	for _, f := range c.Spec.Fields() {
		if f.Kind != connector.KindRef || f.Empty() {
			continue
		}
		scope, name, wrong := vendor.Resolve(c.Scope, f.Value())
		if wrong != "" {
			continue
		}
		s, err := r.store.SecretNamed(ctx, connector.SecretName{Workspace: c.Workspace, Scope: scope, Name: name})
		switch {
		case err == nil:
			ids[f.Name] = s.ID
		case !errors.Is(err, connector.ErrNotFound):
			return nil, err
		}
	}
	return ids, nil
}

func (r *Registry) secretEvent(ctx context.Context, a access.Actor, action string, s connector.NamedSecret) access.Event {
	ev := r.event(ctx, a, action)
	ev.Object, ev.Name, ev.Workspace, ev.Detail = "secret:"+s.ID, s.Name, s.Workspace, s.Scope.String()
	return ev
}

// scopeWrong keeps scopes to what an identifier can be; the vendor's own rule for connectors is at least as strict.
func scopeWrong(s connector.Scope) string {
	rule := connector.Spelled("a_", "a0_-$ ", "must be account, an organisation, or organisation/project, each an identifier.")
	for _, part := range []string{s.Org, s.Project} {
		if wrong := rule(part); wrong != "" {
			return "Scope " + wrong
		}
	}
	if s.Org == "" && s.Project != "" {
		return "Scope must name the organisation before the project, as in acme/payments."
	}
	return ""
}

func valueProblems(kind connector.SecretKind, value connector.Secret) connector.Problems {
	at := func(text string) connector.Problems { return connector.Problems{{Field: "value", Text: text}} }
	text := value.Reveal()
	switch {
	case text == "":
		return at("Value is required.")
	case len(text) > longestSecret:
		return at("Value must be at most 64 KiB.")
	}
	switch kind {
	case connector.SecretText:
		return nil
	case connector.SecretFile:
		if !containsPEM(text) {
			return at("Value must be PEM: text with lines such as -----BEGIN CERTIFICATE-----.")
		}
	case connector.SecretSSHKey:
		if !containsPEM(text) {
			return at("Value must be a private key in PEM: text with a line such as -----BEGIN OPENSSH PRIVATE KEY-----.")
		}
	case connector.SecretOAuth:
		v, err := wire.Parse(text)
		if err != nil || v.Get("ClientId").Text() == "" || v.Get("ClientSecret").Text() == "" {
			return at(`Value must be JSON with both members: {"ClientId": "…", "ClientSecret": "…"}.`)
		}
	default:
		return connector.Problems{{Field: "kind", Text: "Kind must be one of the kinds in the list."}}
	}
	return nil
}
