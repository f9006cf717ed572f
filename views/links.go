package views

import (
	"net/url"
	"strconv"

	"patchbay/connector"
)

// ListURL gives the address of the list that a query asks for. What is not asked for is left out, so that one list has
// one address.
func ListURL(q connector.Query) string { return queryURL("/connectors", q) }

func queryURL(path string, q connector.Query) string {
	v := url.Values{}
	put := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	put("q", q.Text)
	put("vendor", q.Vendor)
	put("type", q.Type)
	put("workspace", q.Workspace)
	put("status", string(q.Status))
	put("tag", q.Tag)
	if q.Sort != connector.SortWorst {
		put("sort", q.Sort)
	}
	put("after", q.After)
	if q.Size != 0 && q.Size != connector.PageSizes[0] {
		put("size", strconv.Itoa(q.Size))
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// chip is one filter that a click sets or takes away.
type chip struct {
	text, href, icon, tone string
	n                      int
	on                     bool
}

// statusChips count within the chosen vendor, type and workspace.
func (p ListPage) statusChips() []chip {
	q := p.Query
	q.After = ""
	in := func(c connector.Count) bool {
		return (q.Vendor == "" || c.Vendor == q.Vendor) && (q.Type == "" || c.Type == q.Type) && (q.Workspace == "" || c.Workspace == q.Workspace)
	}
	all := q
	all.Status = ""
	out := []chip{{text: "All", href: ListURL(all), n: p.Counts.Of(in), on: q.Status == ""}}
	for _, s := range connector.Statuses {
		one := q
		one.Status = s
		n := p.Counts.Of(func(c connector.Count) bool { return in(c) && c.Status == s })
		out = append(out, chip{text: s.Label(), href: ListURL(one), icon: statusIcon(s), tone: tone(s), n: n, on: q.Status == s})
	}
	return out
}

// vendorChips count within the chosen status and workspace. A click on the one that is on takes it away; a type that another
// vendor does not have goes with it.
func (p ListPage) vendorChips() []chip {
	var out []chip
	for _, v := range p.Vendors {
		q := p.Query
		q.After = ""
		n := p.Counts.Of(func(c connector.Count) bool {
			return c.Vendor == v.ID && (q.Status == "" || c.Status == q.Status) && (q.Workspace == "" || c.Workspace == q.Workspace)
		})
		on := q.Vendor == v.ID
		q.Vendor = v.ID
		if on {
			q.Vendor = ""
		}
		if _, has := v.Type(q.Type); !has {
			q.Type = ""
		}
		if w, ok := workspaceOf(p.Workspaces, q.Workspace); ok && w.Vendor != v.ID {
			q.Workspace = ""
		}
		out = append(out, chip{text: v.Short, href: ListURL(q), n: n, on: on})
	}
	return out
}

// sorted gives the address of the list in another order, and what aria-sort says of that column now.
func (p ListPage) sorted(by, direction string) (href, now string) {
	q := p.Query
	q.Sort, q.After = by, ""
	if p.Query.Sort == by || p.Query.Sort == "" && by == connector.SortWorst {
		return ListURL(q), direction
	}
	return ListURL(q), "none"
}

func (p ListPage) nextURL() string {
	q := p.Query
	q.After = p.Page.Next
	return ListURL(q)
}

func (p ListPage) firstURL() string {
	q := p.Query
	q.After = ""
	return ListURL(q)
}

// filtered reports whether anything is asked for, and whether it is something that the facets do not count.
func (p ListPage) filtered() bool {
	q := p.Query
	return q.Text != "" || q.Vendor != "" || q.Type != "" || q.Workspace != "" || q.Status != "" || q.Tag != ""
}

func (p ListPage) size() int {
	if p.Query.Size == 0 {
		return connector.PageSizes[0]
	}
	return p.Query.Size
}

func (p TrashPage) nextURL() string {
	q := p.Query
	q.After = p.Page.Next
	return queryURL("/trash", q)
}

func workspaceOf(all []connector.Workspace, id string) (connector.Workspace, bool) {
	for _, w := range all {
		if w.ID == id {
			return w, true
		}
	}
	return connector.Workspace{}, false
}

// workspaceName is what a workspace is called, or its id where it is gone.
func workspaceName(all []connector.Workspace, id string) string {
	if w, ok := workspaceOf(all, id); ok {
		return w.Name
	}
	return id
}

func connectorURL(id string, parts ...string) string {
	out := "/connectors/" + url.PathEscape(id)
	for _, p := range parts {
		out += "/" + url.PathEscape(p)
	}
	return out
}

func newURL(vendor, typ string) string {
	return "/connectors/new/" + url.PathEscape(vendor) + "/" + url.PathEscape(typ)
}

func referenceURL(vendor, typ string) string {
	return "/reference/" + url.PathEscape(vendor) + "/" + url.PathEscape(typ)
}

// statusIcon and tone give a status its icon in the sprite and its colour.
func statusIcon(s connector.Status) string {
	switch s {
	case connector.Failing:
		return "bad"
	case connector.Degraded:
		return "warn"
	case connector.Waiting:
		return "wait"
	case connector.Healthy:
		return "ok"
	}
	return "idle"
}

func tone(s connector.Status) string {
	switch s {
	case connector.Failing:
		return "bad"
	case connector.Degraded:
		return "warn"
	case connector.Waiting:
		return "wait"
	case connector.Healthy:
		return "ok"
	}
	return "idle"
}
