package harnessapi

import (
	"slices"
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// filter is the body of the older API's list: what is not said keeps everything.
type filter struct {
	names, identifiers []string
	description        string
	types, categories  []string
	statuses, modes    []string
	inherits           *bool // takes its credentials from the delegate's host
	tags               connector.Tags
}

// The ways in which a connector reaches the other side, and the field of a spec that says which.
const (
	byDelegate = "DELEGATE"
	byManager  = "MANAGER"
	wayField   = "execute_on_delegate"
)

// filter reads the body of a list. A list without a body is not filtered.
func (c *call) filter() (filter, error) {
	saved := c.query.Get("filterIdentifier")
	if !c.sent() {
		if saved != "" {
			return filter{}, noFilter(saved)
		}
		return filter{}, nil
	}
	body, err := c.body()
	switch {
	case err != nil:
		return filter{}, err
	case body.Kind() != wire.Object:
		return filter{}, unreadable("The body of the request must be a filter.", "")
	case saved != "" && len(body.Members()) > 0:
		return filter{}, invalid("A saved filter and a filter in the body cannot come together. Send one of them.")
	case saved != "":
		return filter{}, noFilter(saved)
	case !strings.EqualFold(body.Get("filterType").Text(), "Connector"):
		return filter{}, refuse(badFields, "", fault{"filterType", "must be Connector"})
	}
	return readFilter(body)
}

func noFilter(saved string) error {
	return invalid("There is no saved filter " + shorten(saved) + ". Send the filter in the body.")
}

func readFilter(body wire.Value) (filter, error) {
	var f filter
	fields := []connector.Field{
		connector.List(&f.names, "connectorNames", ""), connector.List(&f.identifiers, "connectorIdentifiers", ""),
		connector.Text(&f.description, "description", ""), connector.List(&f.types, "types", ""), connector.List(&f.categories, "categories", ""),
		connector.List(&f.statuses, "connectivityStatuses", ""), connector.List(&f.modes, "connectorConnectivityModes", ""),
		connector.Labels(&f.tags, "tags", ""),
	}
	if _, problems := connector.Decode(fields, body); len(problems) > 0 {
		return f, unreadable("The body of the request is not a filter as it should be.", strings.TrimSpace(problems[0].Field+problems[0].Text))
	}
	if v := body.Get("inheritingCredentialsFromDelegate"); v.Kind() == wire.Bool {
		truth := v.Truth()
		f.inherits = &truth
	} else if !v.IsNull() {
		return f, unreadable("The body of the request is not a filter as it should be.", "inheritingCredentialsFromDelegate must be true or false.")
	}
	faults := badCategories("categories", f.categories)
	for _, word := range f.statuses {
		if _, ok := statuses(word); !ok {
			faults = append(faults, fault{"connectivityStatuses", "must be SUCCESS, FAILURE, PARTIAL, UNKNOWN or PENDING"})
			break
		}
	}
	for _, word := range f.modes {
		if word != byDelegate && word != byManager {
			faults = append(faults, fault{"connectorConnectivityModes", "must be DELEGATE or MANAGER"})
			break
		}
	}
	if len(faults) > 0 {
		return f, refuse(badFields, "", faults...)
	}
	return f, nil
}

// families tells whether the filter says anything about kinds.
func (f filter) families() bool {
	return len(f.types) > 0 || len(f.categories) > 0 || f.inherits != nil
}

// holds tells whether a type is of the kinds that the filter keeps.
func (f filter) holds(t connector.Type) bool {
	inCategory := func(name string) bool {
		family, _ := familyIn(name)
		return family == t.Family
	}
	return (len(f.types) == 0 || slices.Contains(f.types, t.Family)) &&
		(len(f.categories) == 0 || slices.ContainsFunc(f.categories, inCategory)) &&
		(f.inherits == nil || *f.inherits == strings.Contains(t.Name, "InheritFromDelegate"))
}

// narrow puts the filter into the question.
func (a *API) narrow(p *connector.Pick, f filter) {
	p.Names, p.Identifiers, p.Description, p.Tags = f.names, f.identifiers, f.description, f.tags
	if f.families() {
		for _, t := range a.vendor().Types {
			if f.holds(t) {
				p.Types = append(p.Types, t.Name)
			}
		}
		if len(p.Types) == 0 {
			p.Types = []string{none}
		}
	}
	for _, word := range f.statuses {
		ours, _ := statuses(word)
		p.Statuses = append(p.Statuses, ours...)
	}
	if len(f.statuses) > 0 && len(p.Statuses) == 0 {
		p.Types = []string{none}
	}
	// Whoever asks for both ways asks for everything. A type that cannot say so always uses a delegate.
	manager, delegate := slices.Contains(f.modes, byManager), slices.Contains(f.modes, byDelegate)
	switch {
	case manager && !delegate:
		p.Off = wayField
	case delegate && !manager:
		p.On = wayField
	}
}
