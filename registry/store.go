package registry

import (
	"context"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Store is what the registry needs to be kept. Every method that writes does so in one transaction together with its audit
// event; when the event cannot be written, nothing is. A method answers [connector.ErrNotFound], ErrTaken, ErrConflict,
// ErrInUse or ErrReadOnly where it says so, and any of them where the disk does.
type Store interface {
	Connectors
	Secrets
	Runs
	Watches
	Endings
	HostKeys
	Tenancies
	People
	Log
	// Ready tells whether the store can be written now.
	Ready(ctx context.Context) error
}

// Connectors keeps connectors.
type Connectors interface {
	// Connector gives one by Patchbay's id, living or retired, without its hidden values. ErrNotFound.
	Connector(ctx context.Context, id string) (connector.Connector, error)
	// Find gives a living one by the vendor's identifier in a workspace and scope. ErrNotFound.
	Find(ctx context.Context, workspace string, scope connector.Scope, identifier string) (connector.Connector, error)
	// Named gives the living connectors of exactly that name in a workspace, by age.
	Named(ctx context.Context, workspace, name string) ([]connector.Connector, error)
	// List gives one page. It never counts.
	List(ctx context.Context, q connector.Query) (connector.Page, error)
	// Counts gives the facets of the living connectors.
	Counts(ctx context.Context) (connector.Counts, error)
	// Insert keeps a new connector at version 1 with its hidden fields sealed. grants are the references that it may use
	// from now on; made are secrets created with it. ErrTaken when workspace, scope and identifier are taken, or for
	// Harmony name and version; a secret that is there already is ErrTaken too.
	Insert(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error
	// Update keeps a changed connector if the stored version is c.Version-1, else ErrConflict. Hidden fields that are empty
	// keep their sealed values.
	Update(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error
	// Retire moves one to the trash if the stored version is c.Version-1: its identifier is free again. ErrConflict. The uses in forget
	// are forgotten with it; ErrInUse when there are others.
	Retire(ctx context.Context, c connector.Connector, forget []connector.Use, ev access.Event) error
	// Restore takes one out of the trash. ErrTaken when its identifier was given away. ErrConflict.
	Restore(ctx context.Context, c connector.Connector, ev access.Event) error
	// Purge removes one from the trash with its history and sealed values. ErrNotFound.
	Purge(ctx context.Context, id string, ev access.Event) error
	// Number gives the next of a named sequence, from start up; a number is never given twice, whatever happens to it.
	Number(ctx context.Context, sequence string, start int64) (int64, error)
	// OpenFields fills the hidden fields of connectors with their opened values. ErrSealed.
	OpenFields(ctx context.Context, cs ...connector.Connector) error
	// Uses lists what needs a connector, by name.
	Uses(ctx context.Context, id string) ([]connector.Use, error)
	// AddUse and RemoveUse note and forget a use.
	AddUse(ctx context.Context, id string, u connector.Use, ev access.Event) error
	RemoveUse(ctx context.Context, id string, u connector.Use, ev access.Event) error
}

// Secrets keeps the workspaces' named secrets.
type Secrets interface {
	// Secrets lists those of one workspace, or of all when workspace is "", by scope and name; text filters names.
	Secrets(ctx context.Context, workspace, text string) ([]connector.NamedSecret, error)
	// Secret gives one by its id. ErrNotFound.
	Secret(ctx context.Context, id string) (connector.NamedSecret, error)
	// SecretNamed gives one by where it lives. ErrNotFound.
	SecretNamed(ctx context.Context, name connector.SecretName) (connector.NamedSecret, error)
	// OpenSecret gives the value with the origins that it may go to. ErrNotFound, ErrSealed.
	OpenSecret(ctx context.Context, name connector.SecretName) (connector.Opened, error)
	// KeepSecret creates a secret (Version 1; ErrTaken) or replaces the value (Version one more than stored; ErrConflict).
	KeepSecret(ctx context.Context, s connector.NamedSecret, value connector.Secret, ev access.Event) error
	// RemoveSecret forgets one that nothing points at. ErrInUse, ErrNotFound.
	RemoveSecret(ctx context.Context, id string, ev access.Event) error
	// SecretUsers lists the living connectors that point at a secret, at most n.
	SecretUsers(ctx context.Context, id string, n int) ([]connector.Connector, error)
}

// Runs keeps the history of checks, bounded for each connector.
type Runs interface {
	// BeginRun notes that a check has started.
	BeginRun(ctx context.Context, r connector.Run) error
	// EndRun keeps the outcome and the connector's new health h, if version is still the connector's own and status and time of the
	// last check are still those of was, else ErrConflict and nothing is kept. With version 0 the run is no verdict and the health
	// stays as it is. ev is written only when its Action is set (a flip). When the connector was purged meanwhile, nothing is left
	// to keep and that is no error.
	EndRun(ctx context.Context, r connector.Run, version int64, was, h connector.Health, ev access.Event) error
	// Run gives one. ErrNotFound.
	Run(ctx context.Context, id string) (connector.Run, error)
	// History gives the newest n runs of a connector, newest first.
	History(ctx context.Context, connectorID string, n int) ([]connector.Run, error)
	// Interrupt marks every running run as interrupted and tells how many there were; for the start of the program.
	Interrupt(ctx context.Context, at time.Time) (int, error)
}

// Tenancies keeps workspaces.
type Tenancies interface {
	// Workspaces lists all by vendor and name.
	Workspaces(ctx context.Context) ([]connector.Workspace, error)
	// Workspace gives one by its id. ErrNotFound.
	Workspace(ctx context.Context, id string) (connector.Workspace, error)
	// AddWorkspace keeps a new one. ErrTaken for the name, or for vendor, account and region.
	AddWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error
	// RenameWorkspace changes the name if the stored version is w.Version-1. ErrTaken, ErrConflict.
	RenameWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error
	// SetWorkspace keeps the settings if the stored version is w.Version-1. ErrConflict.
	SetWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error
	// RemoveWorkspace forgets an empty one. ErrInUse while it has connectors (in the trash too) or secrets.
	RemoveWorkspace(ctx context.Context, id string, ev access.Event) error
}

// People keeps users and their sessions.
type People interface {
	// Users lists all by name.
	Users(ctx context.Context) ([]access.User, error)
	// User gives one by id. ErrNotFound.
	User(ctx context.Context, id string) (access.User, error)
	// UserNamed gives one by name, without regard to case, with the hash of the password. ErrNotFound.
	UserNamed(ctx context.Context, name string) (access.User, string, error)
	// AddUser keeps a new one. ErrTaken. With onlyFirst it is ErrConflict unless there are no users yet.
	AddUser(ctx context.Context, u access.User, hash string, onlyFirst bool, ev access.Event) error
	// UpdateUser keeps role and disabled if the stored version is u.Version-1, and ends the user's sessions. ErrConflict.
	// ErrInUse when it would leave no admin who can sign in.
	UpdateUser(ctx context.Context, u access.User, ev access.Event) error
	// SetPassword keeps a new hash and ends the user's sessions.
	SetPassword(ctx context.Context, id, hash string, ev access.Event) error
	// SetPreferences keeps theme and shortcuts; no event.
	SetPreferences(ctx context.Context, u access.User) error
	// SignedIn notes the time of a sign-in, with its event.
	SignedIn(ctx context.Context, id string, at time.Time, ev access.Event) error
}

// Log keeps the audit events that come without another change, and gives the log back.
type Log interface {
	// Note writes one event: a refused sign-in, say.
	Note(ctx context.Context, ev access.Event) error
	// Events gives one page, newest first.
	Events(ctx context.Context, q access.EventQuery) ([]access.Event, error)
	// VerifyLog walks the whole chain and gives the number of events, or an error that names the first broken one.
	VerifyLog(ctx context.Context) (int64, error)
}

// Asker asks the other side. It always gives an outcome; what cannot be asked yet is Unverified, never Healthy.
type Asker interface {
	Ask(ctx context.Context, q connector.Question) connector.Outcome
}
