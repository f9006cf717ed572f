package registry

import (
	"context"
	"errors"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

func containsPEM(text string) bool {
	return strings.Contains(text, "-----BEGIN ") && strings.Contains(text, "-----END ")
}

// Workspaces lists those that the actor sees, by vendor and name.
func (r *Registry) Workspaces(ctx context.Context, a access.Actor) ([]connector.Workspace, error) {
	if err := may(a, access.View); err != nil {
		return nil, err
	}
	all, err := r.store.Workspaces(ctx)
	if err != nil {
		return nil, err
	}
	seen := all[:0]
	for _, w := range all {
		if a.Sees(w.ID) {
			seen = append(seen, w)
		}
	}
	return seen, nil
}

// Workspace gives one.
func (r *Registry) Workspace(ctx context.Context, a access.Actor, id string) (connector.Workspace, error) {
	return r.visible(ctx, a, id)
}

// AddWorkspace opens a hosted workspace.
func (r *Registry) AddWorkspace(ctx context.Context, a access.Actor, w connector.Workspace) (connector.Workspace, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return w, err
	}
	vendor, ok := r.catalog.Vendor(w.Vendor)
	if !ok {
		return w, connector.Problems{{Field: "vendor", Text: "Vendor must be one of the vendors in the list."}}
	}
	fields := []connector.Field{
		nameField(&w.Name),
		connector.Text(&w.Account, "account", vendor.Tenancy).Must(vendor.AccountRule),
	}
	if vendor.Regions {
		fields = append(fields, connector.Text(&w.Region, "region", "Region").
			Must(connector.Spelled("a", "a0-", noRegion), inLowerCase, connector.Longest(32)))
	} else {
		w.Region = ""
	}
	connector.Bind(fields, map[string][]string{"name": {w.Name}, "account": {w.Account}, "region": {w.Region}})
	w.Tidy()
	if problems := append(connector.Validate(fields), settingsProblems(vendor, w.Settings)...); len(problems) > 0 {
		return w, problems
	}
	w.ID, w.Version, w.Created, w.Remote = newID(), 1, r.now(), false
	err := r.store.AddWorkspace(ctx, w, r.workspaceEvent(ctx, a, "workspace.added", w))
	return w, r.takenWorkspace(ctx, err, w)
}

// RenameWorkspace gives it another name; vendor, account and region are what it is and stay.
func (r *Registry) RenameWorkspace(ctx context.Context, a access.Actor, id string, version int64, name string) (connector.Workspace, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return connector.Workspace{}, err
	}
	w, err := r.visible(ctx, a, id)
	if err != nil {
		return w, err
	}
	w.Name = connector.Clean(name, false)
	if problems := connector.Validate([]connector.Field{nameField(&w.Name)}); len(problems) > 0 {
		return w, problems
	}
	w.Version = version + 1
	return w, r.takenWorkspace(ctx, r.store.RenameWorkspace(ctx, w, r.workspaceEvent(ctx, a, "workspace.renamed", w)), w)
}

// SetWorkspace decides what the workspace's vendor leaves open. The doors go by it from the next request on. ErrNotFound for a workspace whose
// vendor leaves nothing open.
func (r *Registry) SetWorkspace(ctx context.Context, a access.Actor, id string, version int64, s connector.Settings) (connector.Workspace, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return connector.Workspace{}, err
	}
	w, err := r.visible(ctx, a, id)
	if err != nil {
		return w, err
	}
	vendor, ok := r.catalog.Vendor(w.Vendor)
	if !ok || !vendor.Settings {
		return connector.Workspace{}, connector.ErrNotFound
	}
	s.Tidy()
	before := w.Settings
	w.Settings, w.Version = s, version+1
	if problems := settingsProblems(vendor, s); len(problems) > 0 {
		return w, problems
	}
	ev := r.workspaceEvent(ctx, a, "workspace.set", w)
	ev.Detail = differences(before.Fields(), w.Settings.Fields())
	return w, r.store.SetWorkspace(ctx, w, ev)
}

func settingsProblems(v *connector.Vendor, s connector.Settings) connector.Problems {
	if !v.Settings && s != (connector.Settings{}) {
		return connector.Problems{{Text: "Strict failures and reserved names are for vendors that leave them open, and " + v.Name + " does not."}}
	}
	return connector.Validate(s.Fields())
}

// AllStrict reports whether every workspace of a vendor, and one at least, is strict. It is for failures of which nobody knows whose they
// are, as when a log-in is refused: they must not tell which workspaces there are.
func (r *Registry) AllStrict(ctx context.Context, vendor string) (bool, error) {
	all, err := r.store.Workspaces(ctx)
	if err != nil {
		return false, err
	}
	strict := false
	for _, w := range all {
		if w.Vendor == vendor {
			if strict = w.Strict; !strict {
				return false, nil
			}
		}
	}
	return strict, nil
}

// RemoveWorkspace forgets a workspace that is empty: no connectors, in the trash either, and no secrets.
func (r *Registry) RemoveWorkspace(ctx context.Context, a access.Actor, id string) (connector.Workspace, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return connector.Workspace{}, err
	}
	w, err := r.visible(ctx, a, id)
	if err != nil {
		return w, err
	}
	err = r.store.RemoveWorkspace(ctx, id, r.workspaceEvent(ctx, a, "workspace.removed", w))
	if errors.Is(err, connector.ErrInUse) {
		err = &InUse{What: "Workspace “" + w.Name + "”", By: []string{"connectors, retired connectors or secrets that it still has"}}
	}
	return w, err
}

const noRegion = "must be a region such as eu-west-1."

// inLowerCase wants a region as AWS writes it, since signatures and ARNs are compared letter by letter.
func inLowerCase(v string) string {
	if strings.ToLower(v) != v {
		return noRegion
	}
	return ""
}

func nameField(p *string) connector.Field {
	return connector.Text(p, "name", "Name").Must(connector.Longest(80))
}

func (r *Registry) workspaceEvent(ctx context.Context, a access.Actor, action string, w connector.Workspace) access.Event {
	ev := r.event(ctx, a, action)
	ev.Object, ev.Name, ev.Workspace, ev.Detail = "workspace:"+w.ID, w.Name, w.ID, w.Vendor+" "+w.Account
	return ev
}

// takenWorkspace says which of the two unique things collides.
func (r *Registry) takenWorkspace(ctx context.Context, err error, w connector.Workspace) error {
	if !errors.Is(err, connector.ErrTaken) {
		return err
	}
	all, listErr := r.store.Workspaces(ctx)
	if listErr != nil {
		return listErr
	}
	for _, other := range all {
		if other.ID != w.ID && strings.EqualFold(other.Name, w.Name) {
			return connector.Problems{{Field: "name", Text: "Name “" + w.Name + "” is already taken. Choose another."}}
		}
	}
	return connector.Problems{{Field: "account", Text: "Account " + strings.TrimSpace(w.Account+" "+w.Region) + " already has a workspace. Use that one."}}
}
