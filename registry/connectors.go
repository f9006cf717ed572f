package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Connector gives one, living or retired, without its hidden values.
func (r *Registry) Connector(ctx context.Context, a access.Actor, id string) (connector.Connector, error) {
	if err := may(a, access.View); err != nil {
		return connector.Connector{}, err
	}
	c, err := r.store.Connector(ctx, id)
	if errors.Is(err, connector.ErrNotFound) || err == nil && !a.Sees(c.Workspace) {
		return connector.Connector{}, connector.ErrNotFound // word for word the same, whichever it is
	}
	if err != nil {
		return c, err
	}
	return c, r.invite(ctx, &c)
}

// living gives one that is not in the trash.
func (r *Registry) living(ctx context.Context, a access.Actor, id string) (connector.Connector, error) {
	c, err := r.Connector(ctx, a, id)
	if err == nil && !c.Retired.IsZero() {
		return connector.Connector{}, connector.ErrNotFound
	}
	return c, err
}

// List gives one page of connectors, living or retired, of the workspaces that the actor sees.
func (r *Registry) List(ctx context.Context, a access.Actor, q connector.Query) (connector.Page, error) {
	if err := may(a, access.View); err != nil {
		return connector.Page{}, err
	}
	if a.Workspace != "" {
		q.Workspaces = []string{a.Workspace}
	}
	return r.store.List(ctx, q)
}

// Counts gives the facets of what the actor sees.
func (r *Registry) Counts(ctx context.Context, a access.Actor) (connector.Counts, error) {
	if err := may(a, access.View); err != nil {
		return nil, err
	}
	all, err := r.store.Counts(ctx)
	if err != nil {
		return nil, err
	}
	seen := all[:0]
	for _, c := range all {
		if a.Sees(c.Workspace) {
			seen = append(seen, c)
		}
	}
	return seen, nil
}

// Retire takes a connector out: into the trash, from which [Registry.Restore] brings it back. One in use is refused with *[InUse].
// version 0 retires whatever version is there.
func (r *Registry) Retire(ctx context.Context, a access.Actor, id string, version int64) (connector.Connector, error) {
	return r.retire(ctx, a, id, version, false)
}

// RetireByForce takes a connector out even when it is in use: what is noted of its uses is forgotten with it, in one transaction.
func (r *Registry) RetireByForce(ctx context.Context, a access.Actor, id string, version int64) (connector.Connector, error) {
	return r.retire(ctx, a, id, version, true)
}

func (r *Registry) retire(ctx context.Context, a access.Actor, id string, version int64, force bool) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	for try := 1; ; try++ {
		c, err := r.living(ctx, a, id)
		if err != nil {
			return connector.Connector{}, err
		}
		if version != 0 && c.Version != version {
			return connector.Connector{}, &Conflict{Theirs: c}
		}
		uses, err := r.store.Uses(ctx, id)
		if err != nil {
			return connector.Connector{}, err
		}
		if len(uses) > 0 && !force {
			return connector.Connector{}, &InUse{What: "Connector “" + c.Name + "”", By: useNames(uses)}
		}
		c.Version++
		c.Retired, c.RetiredBy = r.now(), a.Name
		ev := r.connectorEvent(ctx, a, retired, c)
		if len(uses) > 0 {
			ev.Detail = "by force, used by " + someOf(useNames(uses))
		}
		err = r.store.Retire(ctx, c, uses, ev)
		if !errors.Is(err, connector.ErrInUse) || try == attempts { // else somebody noted a use since: look again
			r.wake()
			return c, err
		}
	}
}

// mostInEvent is how many names an audit event lists.
const mostInEvent = 20

func someOf(names []string) string {
	if more := len(names) - mostInEvent; more > 0 {
		names = append(names[:mostInEvent:mostInEvent], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// Restore takes a connector out of the trash. When somebody else has its identifier or name by now, the answer is Problems.
func (r *Registry) Restore(ctx context.Context, a access.Actor, id string) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	c, err := r.retired(ctx, a, id)
	if err != nil {
		return connector.Connector{}, err
	}
	c.Version++
	c.Retired, c.RetiredBy, c.Updated, c.UpdatedBy = time.Time{}, "", r.now(), a.Name
	err = r.store.Restore(ctx, c, r.connectorEvent(ctx, a, "connector.restored", c))
	return c, problem(err, connector.ErrTaken, "", "Another connector has taken the identifier or name of “"+c.Name+"” since. Rename or delete that one first.")
}

// Purge removes a retired connector for good, with its history and its sealed values. name must be the connector's name, as typed by the person.
func (r *Registry) Purge(ctx context.Context, a access.Actor, id, name string) error {
	if err := may(a, access.Purge); err != nil {
		return err
	}
	c, err := r.retired(ctx, a, id)
	if err != nil {
		return err
	}
	// A name that came through an API may have what a form takes away; nobody could type it then.
	if name != c.Name && name != connector.Clean(c.Name, false) {
		return connector.Problems{{Field: "name", Text: "Name must be typed exactly as “" + c.Name + "”."}}
	}
	return r.store.Purge(ctx, id, r.connectorEvent(ctx, a, "connector.purged", c))
}

func (r *Registry) retired(ctx context.Context, a access.Actor, id string) (connector.Connector, error) {
	c, err := r.Connector(ctx, a, id)
	if err == nil && c.Retired.IsZero() {
		return connector.Connector{}, connector.ErrNotFound
	}
	return c, err
}

// Uses lists what outside Patchbay needs the connector.
func (r *Registry) Uses(ctx context.Context, a access.Actor, id string) ([]connector.Use, error) {
	if _, err := r.Connector(ctx, a, id); err != nil {
		return nil, err
	}
	return r.store.Uses(ctx, id)
}

// AddUse notes that something needs the connector, so that it cannot be retired by mistake.
func (r *Registry) AddUse(ctx context.Context, a access.Actor, id string, u connector.Use) error {
	return r.use(ctx, a, id, u, "connector.use-added", r.store.AddUse)
}

// RemoveUse forgets it again.
func (r *Registry) RemoveUse(ctx context.Context, a access.Actor, id string, u connector.Use) error {
	return r.use(ctx, a, id, u, "connector.use-removed", r.store.RemoveUse)
}

func (r *Registry) use(ctx context.Context, a access.Actor, id string, u connector.Use, action string,
	keep func(context.Context, string, connector.Use, access.Event) error) error {
	if err := may(a, access.Edit); err != nil {
		return err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return err
	}
	u.Kind, u.Name, u.Where = connector.Clean(u.Kind, false), connector.Clean(u.Name, false), connector.Clean(u.Where, false)
	if problems := connector.Validate([]connector.Field{
		connector.Text(&u.Kind, "kind", "What it is").Must(connector.Longest(40)),
		connector.Text(&u.Name, "name", "Its name").Must(connector.Longest(128)),
		connector.Text(&u.Where, "where", "Where").May(connector.Longest(128)),
	}); len(problems) > 0 {
		return problems
	}
	u.Added, u.By = r.now(), a.Name
	ev := r.connectorEvent(ctx, a, action, c)
	ev.Detail = u.Kind + " " + u.Name
	return problem(keep(ctx, id, u, ev), connector.ErrTaken, "name", fmt.Sprintf("The %s “%s” is noted already.", u.Kind, u.Name))
}

func useNames(uses []connector.Use) []string {
	names := make([]string, len(uses))
	for i, u := range uses {
		names[i] = u.Kind + " “" + u.Name + "”"
	}
	return names
}
