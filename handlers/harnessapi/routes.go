package harnessapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Operation is one call of the vendor's API that the door answers.
type Operation struct {
	ID     string // the vendor's own name
	Method string
	Path   string // as the vendor writes it, with variable parts in braces
	Alias  bool   // another way to the same operation, answered for clients that use it
}

type operation struct {
	Operation
	anyAccount bool // the older API asks for no account here
	do         func(*API, *call) (reply, error)
}

// Operations lists every call that the door answers, for the compatibility page.
func Operations() []Operation {
	all := operations()
	out := make([]Operation, len(all))
	for i, o := range all {
		out[i] = o.Operation
	}
	return out
}

// operations is the table of all calls. Where two fit a path, the first one counts.
func operations() []operation {
	var all []operation
	add := func(id, method, path string, do func(*API, *call) (reply, error)) *operation {
		all = append(all, operation{Operation: Operation{ID: id, Method: method, Path: path}, do: do})
		return &all[len(all)-1]
	}
	for _, at := range []struct{ scope, path string }{
		{"account", "/v1/connectors"},
		{"org", "/v1/orgs/{org}/connectors"},
		{"project", "/v1/orgs/{org}/projects/{project}/connectors"},
	} {
		one := at.path + "/{connector}"
		add("create-"+at.scope+"-scoped-connector", http.MethodPost, at.path, (*API).createV1)
		add("get-"+at.scope+"-scoped-connector", http.MethodGet, one, (*API).showV1)
		add("update-"+at.scope+"-scoped-connector", http.MethodPut, one, (*API).updateV1)
		add("delete-"+at.scope+"-scoped-connector", http.MethodDelete, one, (*API).deleteV1)
		add("get-"+at.scope+"-scoped-connectors", http.MethodGet, at.path, (*API).listV1)
		add("test-"+at.scope+"-scoped-connector", http.MethodGet, one+"/test-connection", (*API).testV1)
		// A page of the vendor's documents has the test as a POST.
		add("test-"+at.scope+"-scoped-connector", http.MethodPost, one+"/test-connection", (*API).testV1).Alias = true
	}
	add("test-account-scoped-connector", http.MethodPost, "/v1/connectors/test-connection/{connector}", (*API).testByQueryV1).Alias = true

	const base = "/ng/api/connectors"
	add("createConnector", http.MethodPost, base, (*API).createLegacy)
	add("updateConnector", http.MethodPut, base, (*API).updateLegacy)
	add("getConnectorList", http.MethodGet, base, (*API).listLegacy)
	add("getConnectorListV2", http.MethodPost, base+"/listV2", (*API).listV2)
	add("getTestConnectionResult", http.MethodPost, base+"/testConnection/{connector}", (*API).testLegacy)
	add("getTestGitRepoConnectionResult", http.MethodPost, base+"/testGitRepoConnection/{connector}", (*API).testGitRepo)
	add("validateTheIdentifierIsUnique", http.MethodGet, base+"/validateUniqueIdentifier", (*API).identifierIsFree)
	add("getConnectorCatalogue", http.MethodGet, base+"/catalogue", (*API).catalogue)
	add("getConnectorStatistics", http.MethodGet, base+"/stats", (*API).statistics)
	add("listConnectorByFQN", http.MethodPost, base+"/listbyfqn", (*API).listByFullName)
	add("getAllAllowedFieldValues", http.MethodGet, base+"/fieldValues", (*API).fieldValues).anyAccount = true
	add("getConnector", http.MethodGet, base+"/{connector}", (*API).showLegacy)
	add("deleteConnector", http.MethodDelete, base+"/{connector}", (*API).deleteLegacy)
	return all
}

var table = operations()

// route finds the operation that the request asks for.
func (c *call) route() error {
	parts := c.parts()
	c.legacy = len(parts) > 0 && parts[0] == "ng"
	var allow []string
	for _, o := range table {
		params, fits := o.match(parts)
		if !fits {
			continue
		}
		if o.Method == c.r.Method {
			c.operation, c.params = o, params
			return nil
		}
		if !slices.Contains(allow, o.Method) {
			allow = append(allow, o.Method)
		}
	}
	if len(allow) == 0 {
		return refuse(noRoute, "There is no such call at this address.")
	}
	no := refuse(badMethod, "This address does not take the method "+shorten(c.r.Method)+".")
	no.allow = strings.Join(allow, ", ")
	return no
}

// parts gives the vendor's own path, below the door and the prefix that some clients put before it, cut at its slashes. It is nil for
// a path that no operation can have.
func (c *call) parts() []string {
	path, below := strings.CutPrefix(c.r.URL.EscapedPath(), Door+"/")
	if !below {
		return nil
	}
	path = strings.TrimSuffix(strings.TrimPrefix(path, "gateway/"), "/")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil || plain == "" || strings.Contains(plain, "/") { // a scope's path has one slash, and it is between the two
			return parts[:min(i, 1)]
		}
		parts[i] = plain
	}
	return parts
}

// match holds a path against the operation's and gives its variable parts.
func (o operation) match(parts []string) (map[string]string, bool) {
	pattern := strings.Split(o.Path[1:], "/")
	if len(pattern) != len(parts) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range pattern {
		if name, variable := strings.CutPrefix(want, "{"); variable {
			params[strings.TrimSuffix(name, "}")] = parts[i]
		} else if want != parts[i] {
			return nil, false
		}
	}
	return params, true
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
