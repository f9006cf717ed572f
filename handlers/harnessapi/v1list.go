package harnessapi

import (
	"net/url"
	"strconv"
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// listV1 answers a bare array, and the totals in headers. With recursive the list widens upwards, to what the scope can use: so does
// the vendor's code, while its text says downwards.
func (a *API) listV1(c *call) (reply, error) {
	p, err := c.pickV1()
	if err != nil {
		return reply{}, err
	}
	found, total, err := a.reg.Pick(c.ctx, c.actor, p)
	if err != nil {
		return reply{}, err
	}
	items := make([]wire.Value, len(found))
	for i := range found {
		items[i] = a.answer(c, found[i])
	}
	out := ok(wire.List(items...))
	out.header = map[string]string{
		"X-Total-Elements": strconv.Itoa(total),
		"X-Page-Number":    strconv.Itoa(p.Page),
		"X-Page-Size":      strconv.Itoa(p.Size),
		"Link":             c.links(p, total),
	}
	return out, nil
}

func (c *call) pickV1() (connector.Pick, error) {
	at, err := c.scope()
	if err != nil {
		return connector.Pick{}, err
	}
	p := connector.Pick{Workspace: c.workspace.ID, Scopes: []connector.Scope{at}, Text: c.query.Get("search_term")}
	var faults, more []fault
	p.Page, faults = c.number("page", 0, 0, lastPage)
	p.Size, more = c.number("limit", 30, 1, 1000)
	faults = append(faults, more...)
	recursive, more := c.truth("recursive")
	if faults = append(faults, more...); recursive {
		p.Scopes = above(at)
	}
	sort, order := c.query.Get("sort"), strings.ToUpper(c.query.Get("order"))
	if order != "" && order != "ASC" && order != "DESC" {
		faults = append(faults, fault{"order", "must be ASC or DESC"})
	}
	switch sort {
	case "", "name", "identifier", "created", "updated":
	default:
		faults = append(faults, fault{"sort", "must be name, identifier, created or updated"})
	}
	switch {
	case len(faults) > 0:
		return p, refuse(badFields, "", faults...)
	case sort != "" && order == "":
		return p, invalid("An order, ASC or DESC, must come with sort.")
	case sort != "":
		p.Sort = sorted(sort, order)
	}
	return p, nil
}

// links lets a client go from page to page without counting.
func (c *call) links(p connector.Pick, total int) string {
	link := func(page int, rel string) string {
		q := url.Values{}
		for name, values := range c.query {
			q[name] = values
		}
		q.Set("page", strconv.Itoa(page))
		q.Set("limit", strconv.Itoa(p.Size))
		return "<" + c.r.URL.EscapedPath() + "?" + q.Encode() + `>; rel="` + rel + `"`
	}
	out := []string{link(p.Page, "self")}
	if (p.Page+1)*p.Size < total {
		out = append(out, link(p.Page+1, "next"))
	}
	if p.Page > 0 {
		out = append(out, link(p.Page-1, "previous"))
	}
	return strings.Join(out, ", ")
}
