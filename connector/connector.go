package connector

import (
	"time"

	"patchbay/connector/wire"
)

// Workspace is one tenancy at a vendor: a Harness account, an AWS account in a region, a Harmony organisation.
type Workspace struct {
	ID      string
	Vendor  string // vendor id
	Name    string
	Account string // the vendor's own id of the tenancy
	Region  string // AWS only
	Remote  bool   // true: the vendor keeps the connectors; false: Patchbay hosts them
	Created time.Time
	Version int64
	Settings
}

// Scope is where in a workspace a connector or secret lives. At Harness: nothing for the account, an org, or an org and a
// project. Elsewhere always the zero Scope.
type Scope struct{ Org, Project string }

// String gives "account", "acme" or "acme / payments".
func (s Scope) String() string {
	switch {
	case s.Org == "":
		return "account"
	case s.Project == "":
		return s.Org
	}
	return s.Org + " / " + s.Project
}

// Path gives "", "acme" or "acme/payments", for queries and storage.
func (s Scope) Path() string {
	if s.Project == "" {
		return s.Org
	}
	return s.Org + "/" + s.Project
}

// ParseScope reads "", "account", "acme", "acme/payments", with or without spaces around the slash.
func ParseScope(text string) Scope {
	text = Clean(text, false)
	if text == "account" {
		return Scope{}
	}
	org, project, _ := cut(text, "/")
	return Scope{Clean(org, false), Clean(project, false)}
}

// Draft is a connector on its way in: what a person or a program asks for, before the registry said yes.
type Draft struct {
	Type        Type
	Workspace   string
	Scope       Scope
	Identifier  string
	Name        string
	Description string
	Tags        Tags
	Spec        Spec
	// Extra are the members of the spec that the type does not declare, kept as they came where the vendor keeps them.
	Extra []wire.Member
	// NewSecrets are values typed beside a reference, by the field's wire name: they become secrets of the workspace
	// under the name that the reference gives, in the same transaction as the connector.
	NewSecrets map[string]Secret
}

// Connector is a record that lets one system reach another, as the registry keeps it.
type Connector struct {
	ID          string // Patchbay's own, fixed
	Vendor      string
	Type        string // the vendor's own name of the type
	Workspace   string // workspace id
	Scope       Scope
	Identifier  string // the vendor's own id within workspace and scope
	Name        string
	Description string
	Tags        Tags
	Spec        Spec
	Extra       []wire.Member
	Version     int64 // counts from 1 up with each change
	Created     time.Time
	CreatedBy   string
	Updated     time.Time
	UpdatedBy   string
	Health      Health
	Retired     time.Time // when it went to the trash; zero while it lives
	RetiredBy   string
}

// Draft gives the connector as a draft of itself, for a form that changes it. Spec is shared, not copied.
func (c Connector) Draft(t Type) Draft {
	return Draft{Type: t, Workspace: c.Workspace, Scope: c.Scope, Identifier: c.Identifier, Name: c.Name,
		Description: c.Description, Tags: c.Tags, Spec: c.Spec, Extra: c.Extra}
}

// Use is one thing outside Patchbay that needs a connector: a project, a pipeline.
type Use struct {
	Kind  string // "project", "pipeline", …
	Name  string
	Where string // environment or path, or ""
	Added time.Time
	By    string
}
