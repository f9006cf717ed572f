package registry

import (
	"context"
	"errors"

	"patchbay/connector"
)

// asked is what a check is about: a connector as it is kept, or one that is not kept yet, with what was typed for it.
type asked struct {
	connector.Connector // of a draft: with the id of the connector that it would change, or ""

	draft bool
	// typed are the values that came with a draft, by the name that their secrets would get. Each serves this draft alone.
	typed map[connector.SecretName]connector.Secret
}

// question puts the check together with all that is needed to ask it. Where something is missing, the answer is known already and nobody
// is asked: then it is in the outcome, else that is nil. Nothing in here lets a secret go anywhere it was not allowed to before.
func (r *Registry) question(ctx context.Context, about asked, check connector.Check, step func(connector.Step)) (connector.Question, *connector.Outcome) {
	q := connector.Question{Check: check, Secrets: map[string]connector.Opened{}, Step: step}
	vendor, ok := r.catalog.Vendor(about.Vendor)
	if !ok {
		return q, instead(unknownVendor(about.Vendor))
	}
	var unread *connector.Outcome
	if q.HostKeys, unread = r.accepted(ctx, about.Workspace, check); unread != nil {
		return q, unread
	}
	for _, s := range check.Sends() {
		opened, out := r.opened(ctx, about, vendor, s)
		if out != nil {
			return q, out
		}
		q.Secrets[s.Field] = opened
	}
	if _, ok := about.Spec.(connector.Authorising); ok {
		var out *connector.Outcome
		if q.Bearer, out = r.consented(ctx, about.Connector); out != nil {
			return q, out
		}
	}
	return q, nil
}

// opened opens one secret that a check sends. A value that was typed into a draft may go where the draft sends it and nowhere else; a
// stored one where it was allowed to go when a connector was saved. A draft that would send a stored one elsewhere is not asked at
// all, so that nobody learns by it who is there.
func (r *Registry) opened(ctx context.Context, about asked, v *connector.Vendor, s connector.Sending) (connector.Opened, *connector.Outcome) {
	scope, name, wrong := v.Resolve(about.Scope, s.Ref)
	if wrong != "" {
		return connector.Opened{}, instead(secretUnreachable(s.Ref, wrong))
	}
	full := connector.SecretName{Workspace: about.Workspace, Scope: scope, Name: name}
	opened, err := r.store.OpenSecret(ctx, full)
	if value, typed := about.typed[full]; typed && errors.Is(err, connector.ErrNotFound) {
		return connector.NewOpened(value, s.To), nil
	}
	if err != nil {
		return opened, instead(secretOutcome(s.Ref, err))
	}
	if _, may := opened.For(s.To); about.draft && !may {
		return connector.Opened{}, instead(secretNotAllowed(s.Ref, s.To))
	}
	return opened, nil
}

func instead(out connector.Outcome) *connector.Outcome { return &out }
