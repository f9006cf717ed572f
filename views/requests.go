package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

var requestStatuses = []connector.Option{{Value: "2", Label: "2xx: done"}, {Value: "4", Label: "4xx: refused"}, {Value: "5", Label: "5xx: broken"}}

func statusText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func requestTone(status int) string {
	switch {
	case status >= 500:
		return "bad"
	case status >= 400:
		return "warn"
	}
	return "ok"
}

func (p RequestsPage) filtered() bool {
	q := p.Query
	return q.Vendor != "" || q.Workspace != "" || q.Method != "" || q.Path != "" || q.Operation != "" || q.Credential != "" || q.Connector != "" || q.Status != 0
}

func requestsURL(q access.RequestQuery, before int64) string {
	v := url.Values{}
	for name, value := range map[string]string{"vendor": q.Vendor, "workspace": q.Workspace, "method": q.Method, "path": q.Path,
		"operation": q.Operation, "credential": q.Credential, "connector": q.Connector, "status": statusText(q.Status)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if before > 0 {
		v.Set("before", strconv.FormatInt(before, 10))
	}
	if len(v) == 0 {
		return "/requests"
	}
	return "/requests?" + v.Encode()
}

var requestMethods = []connector.Option{{Value: "GET", Label: "GET"}, {Value: "POST", Label: "POST"}, {Value: "PUT", Label: "PUT"},
	{Value: "PATCH", Label: "PATCH"}, {Value: "DELETE", Label: "DELETE"}, {Value: "HEAD", Label: "HEAD"}, {Value: "-", Label: "Unknown"}}

func offered(value string, options []connector.Option) bool {
	return slices.ContainsFunc(options, func(o connector.Option) bool { return o.Value == value })
}

func (p RequestsPage) vendors() []connector.Option {
	out := make([]connector.Option, len(p.Vendors))
	for i, v := range p.Vendors {
		out[i] = connector.Option{Value: v.ID, Label: v.Short}
	}
	return out
}

// workspaces are those of the vendor that is asked for.
func (p RequestsPage) workspaces() []connector.Option {
	var out []connector.Option
	for _, w := range p.Workspaces {
		if p.Query.Vendor == "" || p.Query.Vendor == w.Vendor {
			out = append(out, connector.Option{Value: w.ID, Label: w.Name})
		}
	}
	return out
}

// below gives the path of a request below its door, which stands beside it already.
func (p RequestsPage) below(r access.Request) string {
	if v, ok := p.Vendors.Vendor(r.Vendor); ok {
		if path, cut := strings.CutPrefix(r.Path, v.Door); cut && strings.HasPrefix(path, "/") {
			return path
		}
	}
	return r.Path
}

func (p RequestsPage) credentials() []connector.Option {
	out := make([]connector.Option, len(p.Credentials))
	for i, name := range p.Credentials {
		out[i] = connector.Option{Value: name, Label: name}
	}
	return out
}

// doors are those of the vendor that is asked for.
func (p RequestsPage) doors() []Door {
	v, ok := p.Vendors.Vendor(p.Query.Vendor)
	if !ok {
		return p.Doors
	}
	return slices.DeleteFunc(slices.Clone(p.Doors), func(d Door) bool { return d.Vendor != v.Name })
}

// names are the operations, each once: some have two addresses.
func (d Door) names() []string {
	var out []string
	for _, o := range d.Operations {
		if !slices.Contains(out, o.Name) {
			out = append(out, o.Name)
		}
	}
	return out
}

func (p RequestsPage) knows(operation string) bool {
	return slices.ContainsFunc(p.doors(), func(d Door) bool { return slices.Contains(d.names(), operation) })
}

// connector gives the name of one that a line is about.
func (p RequestsPage) connector(id string) string {
	for _, o := range p.Connectors {
		if o.Value == id {
			return o.Label
		}
	}
	return "a connector that is gone"
}
