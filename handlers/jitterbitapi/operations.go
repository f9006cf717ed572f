package jitterbitapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"patchbay/access"
	"patchbay/connector/jitterbit"
)

// Operation is one call of the vendor's API, or of Patchbay's addition to it, that the door answers.
type Operation struct {
	Name         string            // as the answer names it
	Method, Path string            // below [Prefix], with variable parts in braces
	Needs        access.Permission // "" where no token is asked for
}

type operation struct {
	Operation
	does   string // for the refusal: "Registering a connector"
	modern bool   // Patchbay's own, whose failures always have statuses of their own
	do     func(*Door, *call) (reply, error)
}

const (
	service    = "/jitterbit-cloud-restful-service"
	connectors = service + "/orgs/{orgId}/connector"
	ours       = "/api/v1/orgs/{orgId}/connectors/{connectorId}"
)

const nothingHere = "There is nothing at this address. The API is below " + Prefix + service + "."

// The list answers secrets in clear, so it takes who may keep them. Where two paths fit, the first one counts, so the plain ones come
// before those with variable parts.
var operations = []operation{
	{Operation: Operation{jitterbit.LogsIn, http.MethodPut, service + "/user/login", ""}, do: (*Door).logIn},
	{Operation: Operation{jitterbit.LogsIn, http.MethodPut, service + "/user/login/tfacode", ""}, do: (*Door).secondStep},
	{Operation: Operation{jitterbit.Registers, http.MethodPost, connectors, access.Edit}, does: "Registering a connector", do: (*Door).register},
	{Operation: Operation{jitterbit.Lists, http.MethodGet, connectors, access.KeepSecrets}, does: "Listing connectors with their secrets", do: (*Door).list},
	{Operation: Operation{jitterbit.Validates, http.MethodPut, connectors + "/validate/securityinfo", access.Test}, does: "Validating a key and secret", do: (*Door).validate},
	{Operation: Operation{jitterbit.Deletes, http.MethodDelete, connectors + "/{connectorId}", access.Edit}, does: "Deleting a registration", do: (*Door).deleteRegistration},
	{Operation: Operation{jitterbit.DeletesPayload, http.MethodDelete, connectors + "/{connectorId}/sdk/delete", access.Edit}, does: "Deleting a payload", do: (*Door).deletePayload},

	{Operation: Operation{jitterbit.UploadsPayload, http.MethodPut, ours + "/payload", access.Edit}, does: "Uploading a payload", modern: true, do: (*Door).upload},
	{Operation: Operation{jitterbit.DownloadsPayload, http.MethodGet, ours + "/payload", access.View}, does: "Downloading a payload", modern: true, do: (*Door).download},
	{Operation: Operation{jitterbit.WritesManifest, http.MethodGet, ours + "/manifest", access.View}, does: "Reading a manifest", modern: true, do: (*Door).manifest},
}

// Operations lists every call that the door answers, for the compatibility page.
func Operations() []Operation {
	out := make([]Operation, len(operations))
	for i, op := range operations {
		out[i] = op.Operation
	}
	return out
}

// route finds the operation that the request asks for.
func (c *call) route() error {
	parts := pathParts(c.request.URL)
	var allow []string
	for _, op := range operations {
		params, fits := op.match(parts)
		switch {
		case !fits:
		case op.Method == c.request.Method:
			c.op, c.params = op, params
			return nil
		case !slices.Contains(allow, op.Method):
			allow = append(allow, op.Method)
		}
	}
	if len(allow) == 0 {
		return refuse(notFound, nothingHere)
	}
	no := refuse(methodNotAllowed, "This address does not take the method "+shorten(c.request.Method, 16)+".")
	no.allow = strings.Join(allow, ", ")
	return no
}

// pathParts cuts the path below the door at its slashes. The vendor writes its base address with a slash at the end and its paths with one
// in front, so empty parts do not count. An escaped slash does not cut; a part that cannot be unescaped fits nothing.
func pathParts(u *url.URL) []string {
	var parts []string
	for part := range strings.SplitSeq(strings.TrimPrefix(u.EscapedPath(), Prefix), "/") {
		if part == "" {
			continue
		}
		plain, err := url.PathUnescape(part)
		if err != nil {
			return nil
		}
		parts = append(parts, plain)
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
