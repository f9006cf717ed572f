package views

import (
	"patchbay/access"
	"patchbay/connector"
)

// WorkspacesPage lists the workspaces and takes new ones: POST /workspaces with name, vendor, account and region; POST
// /workspaces/{id}/rename with name and version; POST /workspaces/{id}/remove.
type WorkspacesPage struct {
	Shell
	Vendors    connector.Catalog
	Workspaces []connector.Workspace
	Counts     connector.Counts
	Draft      connector.Workspace // what was typed into the form
	Problems   connector.Problems  // of name, vendor, account and region
	Renaming   string              // id of the workspace whose new name has a problem
	Wrong      string              // that problem
	Typed      string              // and the name that was typed
}

// SecretsPage lists the workspaces' secrets and takes new ones: POST /secrets with workspace, scope, name, kind, value and ends.
// The list is asked for with workspace and q.
type SecretsPage struct {
	Shell
	Vendors    connector.Catalog
	Workspaces []connector.Workspace
	Chosen     string // workspace id of the filter, or ""
	Text       string // search
	Secrets    []connector.NamedSecret
	Draft      SecretDraft
	Problems   connector.Problems // of workspace, scope, name, kind, value and ends
	Empty      Empty
}

// SecretDraft is what was typed for a new secret, the value left out.
type SecretDraft struct{ Workspace, Scope, Name, Kind, Ends string }

// SecretPage is one secret: POST /secrets/{id}/replace with value and version, POST /secrets/{id}/ends with ends, POST
// /secrets/{id}/remove.
type SecretPage struct {
	Shell
	Vendor    *connector.Vendor
	Workspace connector.Workspace
	Secret    connector.NamedSecret
	Users     []connector.Connector // that point at it, at most a few dozen
	Ends      string                // what was typed for its end
	Problems  connector.Problems    // of value and ends
}

// UsersPage lists the people: POST /users with username, role and password; POST /users/{id}/role with role and version;
// POST /users/{id}/disable and /enable with version; POST /users/{id}/password with password.
type UsersPage struct {
	Shell
	Users    []access.User
	Name     string // what was typed
	Role     access.Role
	Problems connector.Problems // of username, role and password
	Changing string             // id of the user whose new password has a problem
	Wrong    string             // that problem
}

// AccountPage is one's own settings: POST /account/password with current and password, POST /account/theme with theme,
// POST /account/keys with keys.
type AccountPage struct {
	Shell
	Problems connector.Problems // of current and password
}

// AuditPage shows the log, newest first, asked for with actor, action, object and before. POST /audit/verify walks the chain.
type AuditPage struct {
	Shell
	Query      access.EventQuery
	Events     []access.Event
	Older      int64 // before of the next page; 0 on the last
	Workspaces []connector.Workspace
	Verdict    *Verdict // of the walk, or nil
}

// ReferencePage lists all types.
type ReferencePage struct {
	Shell
	Vendors connector.Catalog
}

// TypePage is the reference of one type, drawn from a fresh draft of it.
type TypePage struct {
	Shell
	Vendor   *connector.Vendor
	Type     connector.Type
	Envelope []connector.Field
	Spec     []connector.Field
	Asks     string
	Sends    []connector.Sending
	Example  Snippets
}

// CodesPage explains what a check may answer.
type CodesPage struct {
	Shell
	Codes []Code
}

// Code is one answer of a check.
type Code struct {
	Code              string
	Status            connector.Status
	Text, Cause, Next string
}

// ErrorPage says what went wrong, calmly, and leads back.
type ErrorPage struct {
	Shell
	Status   int
	Heading  string // "Page not found"
	Text     string // one or two sentences
	Next     string // what to do, or ""
	Back     string // path; "" is the overview
	BackText string // "Back to the connectors"; "" is "Back to the overview"
}

// PaletteItem is one thing that the palette finds: GET /palette with q answers [PaletteItems].
type PaletteItem struct {
	Kind, Text, Note, Href string
}
