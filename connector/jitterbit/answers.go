package jitterbit

import (
	"patchbay/connector"
	"patchbay/connector/wire"
)

// The operations, as the answers name them. Those of the payload's upload and download and of the manifest are Patchbay's own.
const (
	LogsIn           = "User login"
	Registers        = "Register a connector"
	Lists            = "List registered connectors"
	Deletes          = "Delete a connector registration"
	DeletesPayload   = "Delete a connector payload"
	Validates        = "Validate a connector key and secret"
	UploadsPayload   = "Upload a connector payload"
	DownloadsPayload = "Download a connector payload"
	WritesManifest   = "Write a connector manifest"
)

// Succeeded gives the answer to a call that went well, with what it has to say.
func Succeeded(operation string, more ...wire.Member) wire.Value {
	return wire.Obj(append([]wire.Member{wire.M("status", wire.Flag(true)), wire.M("operation", wire.Text(operation))}, more...)...)
}

// Failed gives the answer to a call that did not.
func Failed(operation, code, message string, more ...wire.Member) wire.Value {
	return wire.Obj(append([]wire.Member{
		wire.M("status", wire.Flag(false)),
		wire.M("operation", wire.Text(operation)),
		wire.M("errorCode", wire.Text(code)),
		wire.M("errorMessage", wire.Text(message)),
	}, more...)...)
}

// Session is what a log-in gives.
type Session struct {
	Token         string
	Server, Apps  string // addresses of the API and of the console
	Organizations []Organization
	Default       string // id of one of them
	Seconds       int64  // how long the token lives without a call
}

// Organization is one that the user belongs to.
type Organization struct{ ID, Name, Zone string }

// LoggedIn gives the answer to a log-in.
func LoggedIn(s Session) wire.Value {
	orgs := make([]wire.Value, len(s.Organizations))
	for i, o := range s.Organizations {
		orgs[i] = wire.Obj(wire.M("orgId", wire.Text(o.ID)), wire.M("orgName", wire.Text(o.Name)), wire.M("orgZoneUrl", wire.Text(o.Zone)))
	}
	return Succeeded(LogsIn,
		wire.M("authenticationToken", wire.Text(s.Token)),
		wire.M("serverUrl", wire.Text(s.Server)),
		wire.M("cloudAppsUrl", wire.Text(s.Apps)),
		wire.M("orgAttrs", wire.List(orgs...)),
		wire.M("defaultOrgId", wire.Text(s.Default)),
		wire.M("sessionTimeoutInSeconds", wire.Int(s.Seconds)),
	)
}

// Listed gives the answer to a list call: the registrations with their secrets in clear, in the order given.
func Listed(found []connector.Connector) wire.Value {
	entries := make([]wire.Value, len(found))
	for i := range found {
		entries[i] = AnswerWithSecret(&found[i])
	}
	return Succeeded(Lists, wire.M("registeredConnectorList", wire.List(entries...)))
}

// Deleted gives the answer to the deletion of a registration.
func Deleted(c *connector.Connector) wire.Value {
	return Succeeded(Deletes, wire.M("id", wire.Text(c.Identifier)), wire.M("name", wire.Text(c.Name)))
}

// Wire gives the findings as an array of objects.
func Wire(findings []Finding) wire.Value {
	out := make([]wire.Value, len(findings))
	for i, f := range findings {
		out[i] = wire.Obj(wire.M("severity", wire.Text(f.Severity)), wire.M("where", wire.Text(f.Where)),
			wire.M("line", wire.Int(int64(f.Line))), wire.M("text", wire.Text(f.Text)))
	}
	return wire.List(out...)
}
