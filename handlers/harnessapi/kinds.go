package harnessapi

import (
	"slices"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/wire"
)

// category is one of the vendor's groups of connectors, with the family of ours that is in it, or none.
type category struct{ name, family string }

// categories are all of the vendor's, those first that the vendor had first.
var categories = []category{
	{"CLOUD_PROVIDER", "Azure"}, {"SECRET_MANAGER", ""}, {"CLOUD_COST", ""}, {"ARTIFACTORY", "Artifactory"}, {"CODE_REPO", "Git"},
	{"MONITORING", "AppDynamics"}, {"TICKETING", ""}, {"DATABASE", ""}, {"COMMUNICATION", ""}, {"DOCUMENTATION", ""}, {"ML_OPS", ""}, {"MCP", ""},
}

// familyIn gives the family in a category; known tells whether the vendor has such a category.
func familyIn(name string) (family string, known bool) {
	for _, c := range categories {
		if c.name == name {
			return c.family, true
		}
	}
	return "", false
}

// typesOf gives the names of the v1 types of a family.
func (a *API) typesOf(family string) []string {
	var out []string
	for _, t := range a.vendor().Types {
		if t.Family == family {
			out = append(out, t.Name)
		}
	}
	return out
}

// catalogue lists the kinds that Patchbay holds, by category.
func (a *API) catalogue(c *call) (reply, error) {
	var items []wire.Value
	for _, one := range categories {
		if one.family != "" {
			items = append(items, wire.Obj(
				wire.M("category", wire.Text(one.name)), wire.M("connectors", wire.Texts([]string{one.family}))))
		}
	}
	return c.enveloped(wire.Obj(wire.M("catalogue", wire.List(items...)))), nil
}

// statistics counts the connectors of exactly one scope, by kind and by status.
func (a *API) statistics(c *call) (reply, error) {
	at, err := c.scope()
	if err != nil {
		return reply{}, err
	}
	count := func(p connector.Pick) (int, error) {
		p.Workspace, p.Scopes, p.Size = c.workspace.ID, []connector.Scope{at}, 1
		_, total, err := a.reg.Pick(c.ctx, c.actor, p)
		return total, err
	}
	line := func(name, value string, n int) wire.Value {
		return wire.Obj(wire.M(name, wire.Text(value)), wire.M("count", wire.Int(int64(n))))
	}
	types, health := []wire.Value{}, []wire.Value{}
	for _, one := range categories {
		if one.family == "" {
			continue
		}
		n, err := count(connector.Pick{Types: a.typesOf(one.family)})
		if err != nil {
			return reply{}, err
		}
		if n > 0 {
			types = append(types, line("type", one.family, n))
		}
	}
	for _, word := range []string{"SUCCESS", "FAILURE", "UNKNOWN"} {
		ours, _ := statuses(word)
		n, err := count(connector.Pick{Statuses: ours})
		if err != nil {
			return reply{}, err
		}
		if n > 0 {
			health = append(health, line("status", word, n))
		}
	}
	return c.enveloped(wire.Obj(wire.M("typeStats", wire.List(types...)), wire.M("statusStats", wire.List(health...)))), nil
}

// fieldValues lists the values that the choices of a kind can have.
func (a *API) fieldValues(c *call) (reply, error) {
	family := c.query.Get("connectorType")
	if family == "" {
		return reply{}, refuse(badFields, "", fault{"connectorType", "is required in the query"})
	}
	var members []wire.Member
	for _, t := range a.vendor().Types {
		if t.Family != family {
			continue
		}
		for _, f := range t.New().Fields() {
			name := harness.LegacyName(t, f.Name)
			if f.Kind != connector.KindChoice || slices.ContainsFunc(members, func(m wire.Member) bool { return m.Name == name }) {
				continue
			}
			var values []string
			for _, choice := range f.Choices {
				values = append(values, choice.Value)
			}
			members = append(members, wire.M(name, wire.Texts(values)))
		}
	}
	if len(a.typesOf(family)) == 0 {
		return reply{}, refuse(badFields, "", fault{"connectorType", "must be Git, Artifactory, AppDynamics or Azure"})
	}
	return c.enveloped(wire.Obj(wire.M("fieldValues", wire.Obj(members...)))), nil
}
