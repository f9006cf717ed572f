package harnessapi

import (
	"strings"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/wire"
)

// listLegacy is the older API's first list: filters in the query only.
func (a *API) listLegacy(c *call) (reply, error) {
	at, err := c.scope()
	if err != nil {
		return reply{}, err
	}
	p := connector.Pick{Workspace: c.workspace.ID, Scopes: []connector.Scope{at}, Text: c.query.Get("searchTerm")}
	var faults, more []fault
	p.Page, faults = c.number("pageIndex", 0, 0, lastPage)
	p.Size, more = c.number("pageSize", 100, 1, 1000)
	faults = append(faults, more...)
	f := filter{}
	if kind := c.query.Get("type"); kind != "" {
		f.types = []string{kind}
	}
	for _, name := range []string{"category", "source_category"} {
		if group := c.query.Get(name); group != "" {
			f.categories = append(f.categories, group)
			faults = append(faults, badCategories(name, []string{group})...)
		}
	}
	if len(f.categories) == 2 && f.categories[0] != f.categories[1] {
		f.types = []string{none} // nothing is in two categories at once
	}
	if len(faults) > 0 {
		return reply{}, refuse(badFields, "", faults...)
	}
	return a.page(c, p, f)
}

// listV2 is the older API's list with a filter in the body.
func (a *API) listV2(c *call) (reply, error) {
	at, err := c.scope()
	if err != nil {
		return reply{}, err
	}
	p := connector.Pick{Workspace: c.workspace.ID, Scopes: []connector.Scope{at}, Text: c.query.Get("searchTerm")}
	var faults, more []fault
	p.Page, faults = c.number("pageIndex", 0, 0, lastPage)
	p.Size, more = c.number("pageSize", 50, 1, 100)
	faults = append(faults, more...)
	wide, more := c.truth("includeAllConnectorsAvailableAtScope")
	if faults = append(faults, more...); wide {
		p.Scopes = above(at)
	}
	p.Sort, more = c.sortOrders()
	if faults = append(faults, more...); len(faults) > 0 {
		return reply{}, refuse(badFields, "", faults...)
	}
	f, err := c.filter()
	if err != nil {
		return reply{}, err
	}
	return a.page(c, p, f)
}

// sortOrders reads the order of a list, which comes as "field,ASC". The first one counts: one column orders a list here.
func (c *call) sortOrders() (string, []fault) {
	asked := c.query["sortOrders"]
	if len(asked) == 0 || asked[0] == "" {
		return "", nil
	}
	field, order, _ := strings.Cut(asked[0], ",")
	order = strings.ToUpper(order)
	if order != "" && order != "ASC" && order != "DESC" {
		return "", []fault{{"sortOrders", "must be a field and ASC or DESC, such as name,ASC"}}
	}
	switch field {
	case "name", "identifier":
		return sorted(field, order), nil
	case "createdAt", "created":
		return sorted("created", order), nil
	case "lastModifiedAt", "lastUpdatedAt", "timeWhenConnectorIsLastUpdated", "updated":
		return sorted("updated", order), nil
	}
	return "", []fault{{"sortOrders", "must order by name, identifier, createdAt or lastModifiedAt"}}
}

// page answers one page of what the filter leaves.
func (a *API) page(c *call, p connector.Pick, f filter) (reply, error) {
	a.narrow(&p, f)
	found, total, err := a.reg.Pick(c.ctx, c.actor, p)
	if err != nil {
		return reply{}, err
	}
	items := make([]wire.Value, len(found))
	for i := range found {
		items[i] = harness.LegacyAnswer(c.workspace, &found[i])
	}
	return c.enveloped(wire.Obj(
		wire.M("totalPages", wire.Int(int64((total+p.Size-1)/p.Size))),
		wire.M("totalItems", wire.Int(int64(total))),
		wire.M("pageItemCount", wire.Int(int64(len(items)))),
		wire.M("pageSize", wire.Int(int64(p.Size))),
		wire.M("content", wire.List(items...)),
		wire.M("pageIndex", wire.Int(int64(p.Page))),
		wire.M("empty", wire.Flag(len(items) == 0)),
		wire.M("pageToken", wire.Value{}),
	)), nil
}

func badCategories(field string, names []string) []fault {
	for _, name := range names {
		if _, known := familyIn(name); !known {
			var all []string
			for _, c := range categories {
				all = append(all, c.name)
			}
			return []fault{{field, "must be one of " + strings.Join(all, ", ")}}
		}
	}
	return nil
}
