package registry

import (
	"context"

	"patchbay/access"
	"patchbay/connector"
)

// Authorise keeps what an authorisation at the other side brought: fill writes it into the spec, also into fields that only the registry may
// give. Where the connector waited for a person, its status is worked out anew. What [Registry.Exchange] brought in the same context is kept
// first: tokens without a connector that knows of them do no harm, the other way round it could not be asked.
func (r *Registry) Authorise(ctx context.Context, a access.Actor, id string, version int64, fill func(connector.Spec)) (connector.Connector, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Connector{}, err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return connector.Connector{}, err
	}
	if c.Version != version {
		return connector.Connector{}, &Conflict{Theirs: c}
	}
	fill(c.Spec)
	refs, err := r.grants(ctx, a, c)
	if err != nil {
		return connector.Connector{}, err
	}
	c.Version, c.Updated, c.UpdatedBy = c.Version+1, r.now(), a.Name
	if s, ok := c.Spec.(connector.Starting); ok {
		status, summary := s.Start()
		if status != c.Health.Status {
			c.Health.Since = c.Updated
		}
		c.Health.Status, c.Health.Summary = status, summary
	}
	if err := r.keepBrought(ctx, a, c); err != nil {
		return connector.Connector{}, err
	}
	return c, r.store.Update(ctx, c, refs, nil, r.connectorEvent(ctx, a, "connector.authorised", c))
}
