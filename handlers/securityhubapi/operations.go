package securityhubapi

import (
	"net/http"
	"net/url"
	"strings"

	"patchbay/access"
)

// Operation is one operation of the API as this door serves it.
type Operation struct {
	Name         string // the vendor's own
	Method, Path string
	Needs        access.Permission
	// Clients are the official clients that the tests run against it, with their versions.
	Clients []string
}

type operation struct {
	Operation
	label bool // the path ends in an id
	older bool // its exceptions are of the older family
	do    func(*Door, *call) (string, error)
}

// The official clients of the tests.
const (
	ClientGo171 = "aws-sdk-go-v2/service/securityhub v1.71.2"
	ClientGo182 = "aws-sdk-go-v2/service/securityhub v1.82.0"
	ClientJS    = "@aws-sdk/client-securityhub 3.1108.0"
)

var all = []string{ClientGo171, ClientGo182, ClientJS}

// The order matters where paths overlap: the plain ones come before those with an id.
var operations = []operation{
	{Operation: Operation{"CreateConnectorV2", http.MethodPost, "/connectorsv2", access.Edit, all}, do: (*Door).createConnector},
	{Operation: Operation{"ListConnectorsV2", http.MethodGet, "/connectorsv2", access.View, all}, do: (*Door).listConnectors},
	{Operation: Operation{"RegisterConnectorV2", http.MethodPost, "/connectorsv2/register", access.Edit, all}, do: (*Door).registerConnector},
	{Operation: Operation{"ConnectorRegistrationsV2", http.MethodPost, "/connectorsv2/registrations", access.Edit, nil}, do: (*Door).registerConnector},
	{Operation: Operation{"GetConnectorV2", http.MethodGet, "/connectorsv2/{ConnectorId+}", access.View, all}, label: true, do: (*Door).getConnector},
	{Operation: Operation{"UpdateConnectorV2", http.MethodPatch, "/connectorsv2/{ConnectorId+}", access.Edit, all}, label: true, do: (*Door).updateConnector},
	{Operation: Operation{"DeleteConnectorV2", http.MethodDelete, "/connectorsv2/{ConnectorId+}", access.Edit, all}, label: true, do: (*Door).deleteConnector},
	{Operation: Operation{"CreateTicketV2", http.MethodPost, "/ticketsv2", access.Edit, all}, do: (*Door).createTicket},
	{Operation: Operation{"TagResource", http.MethodPost, "/tags/{ResourceArn}", access.Edit, all}, label: true, older: true, do: (*Door).tagResource},
	{Operation: Operation{"ListTagsForResource", http.MethodGet, "/tags/{ResourceArn}", access.View, all}, label: true, older: true, do: (*Door).listTags},
	{Operation: Operation{"UntagResource", http.MethodDelete, "/tags/{ResourceArn}", access.Edit, all}, label: true, older: true, do: (*Door).untagResource},
}

// Operations lists what the door serves, in the order of the vendor's own reference.
func Operations() []Operation {
	out := make([]Operation, len(operations))
	for i, op := range operations {
		out[i] = op.Operation
	}
	return out
}

// route finds the operation of a request and the id in its path. It looks at the escaped path, in which a %2F is no slash. A
// path that belongs to no operation gives one without a do.
func route(r *http.Request) (*operation, string) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), Prefix)
	nothing := &operation{older: strings.HasPrefix(path, "/tags/")}
	for i := range operations {
		op := &operations[i]
		if op.Method != r.Method {
			continue
		}
		if !op.label {
			if op.Path == path {
				return op, ""
			}
			continue
		}
		stem, name, _ := strings.Cut(op.Path, "{")
		escaped, found := strings.CutPrefix(path, stem)
		greedy := strings.HasSuffix(name, "+}")
		if !found || escaped == "" || !greedy && strings.Contains(escaped, "/") {
			continue
		}
		label, err := url.PathUnescape(escaped)
		if err != nil {
			return nothing, ""
		}
		return op, label
	}
	return nothing, ""
}
