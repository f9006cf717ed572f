package storetest

import (
	"context"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Engine is what the suite needs to know of an engine.
type Engine struct {
	// Open opens the store in a directory, with the suite's [Catalog] and the given clock. It does not close it.
	Open func(t testing.TB, dir string, now func() time.Time) Store
	// Exec changes the database behind the store's back, as a thief or a mishap would.
	Exec func(t testing.TB, dir, statement string)
	// WithoutTrigger changes the audit log behind its own guard's back.
	WithoutTrigger func(t testing.TB, dir, statement string)
	// Lock makes everything in the directory read-only, and gives it back when the test ends.
	Lock func(t testing.TB, dir string)
}

// Store is what a store can do: what package registry asks for, and the sessions of the front door.
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
	Ready(ctx context.Context) error
	Close() error
}

// Connectors is the part for connectors.
type Connectors interface {
	Connector(ctx context.Context, id string) (connector.Connector, error)
	Find(ctx context.Context, workspace string, scope connector.Scope, identifier string) (connector.Connector, error)
	Named(ctx context.Context, workspace, name string) ([]connector.Connector, error)
	List(ctx context.Context, q connector.Query) (connector.Page, error)
	Pick(ctx context.Context, p connector.Pick) (found []connector.Connector, total int, err error)
	Counts(ctx context.Context) (connector.Counts, error)
	Insert(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error
	Update(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error
	Retire(ctx context.Context, c connector.Connector, forget []connector.Use, ev access.Event) error
	Restore(ctx context.Context, c connector.Connector, ev access.Event) error
	Purge(ctx context.Context, id string, ev access.Event) error
	Number(ctx context.Context, sequence string, start int64) (int64, error)
	OpenFields(ctx context.Context, cs ...connector.Connector) error
	Uses(ctx context.Context, id string) ([]connector.Use, error)
	AddUse(ctx context.Context, id string, u connector.Use, ev access.Event) error
	RemoveUse(ctx context.Context, id string, u connector.Use, ev access.Event) error
}

// Secrets is the part for the workspaces' secrets.
type Secrets interface {
	Secrets(ctx context.Context, workspace, text string) ([]connector.NamedSecret, error)
	Secret(ctx context.Context, id string) (connector.NamedSecret, error)
	SecretNamed(ctx context.Context, name connector.SecretName) (connector.NamedSecret, error)
	OpenSecret(ctx context.Context, name connector.SecretName) (connector.Opened, error)
	KeepSecret(ctx context.Context, s connector.NamedSecret, value connector.Secret, ev access.Event) error
	RemoveSecret(ctx context.Context, id string, ev access.Event) error
	SecretUsers(ctx context.Context, id string, n int) ([]connector.Connector, error)
}

// Runs is the part for the history of checks.
type Runs interface {
	BeginRun(ctx context.Context, r connector.Run) error
	EndRun(ctx context.Context, r connector.Run, version int64, was, h connector.Health, ev access.Event) error
	Run(ctx context.Context, id string) (connector.Run, error)
	History(ctx context.Context, connectorID string, n int) ([]connector.Run, error)
	Interrupt(ctx context.Context, at time.Time) (int, error)
}

// Watches is the part for the schedule and what was found day by day.
type Watches interface {
	Watch(ctx context.Context, connectorID string) (connector.Watch, error)
	SetWatch(ctx context.Context, connectorID string, every time.Duration, ev access.Event) error
	Due(ctx context.Context, now time.Time, n int) ([]connector.Watch, error)
	Plan(ctx context.Context, all []connector.Watch) ([]bool, error)
	Replan(ctx context.Context, after time.Time) (int, error)
	Pauses(ctx context.Context) ([]connector.Pause, error)
	PausedConnectors(ctx context.Context, n int) ([]connector.Pause, error)
	Pause(ctx context.Context, p connector.Pause, ev access.Event) error
	Resume(ctx context.Context, workspace, connectorID string, ev access.Event) error
	Windows(ctx context.Context) ([]connector.Window, error)
	Window(ctx context.Context, id string) (connector.Window, error)
	AddWindow(ctx context.Context, w connector.Window, ev access.Event) error
	RemoveWindow(ctx context.Context, id string, ev access.Event) error
	Days(ctx context.Context, connectorID string, from time.Time) ([]connector.Day, error)
}

// Endings is the part for what ends one day.
type Endings interface {
	Endings(ctx context.Context, q connector.EndingQuery) (connector.EndingPage, error)
	CountEndings(ctx context.Context, before time.Time, workspaces []string) (int, error)
	NoteEnd(ctx context.Context, secretID string, ends time.Time, ev access.Event) error
	Warnings(ctx context.Context, now, until time.Time) ([]connector.Warning, error)
	Warned(ctx context.Context, w connector.Warning, ev access.Event) error
}

// HostKeys is the part for the host keys that people accepted.
type HostKeys interface {
	HostKeys(ctx context.Context, workspace string, origin connector.Origin) ([]connector.TrustedKey, error)
	TrustHostKey(ctx context.Context, k connector.TrustedKey, ev access.Event) error
	ForgetHostKey(ctx context.Context, workspace string, origin connector.Origin, ev access.Event) error
}

// Tenancies is the part for workspaces.
type Tenancies interface {
	Workspaces(ctx context.Context) ([]connector.Workspace, error)
	Workspace(ctx context.Context, id string) (connector.Workspace, error)
	AddWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error
	RenameWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error
	SetWorkspace(ctx context.Context, w connector.Workspace, ev access.Event) error
	RemoveWorkspace(ctx context.Context, id string, ev access.Event) error
}

// People is the part for users and their sessions.
type People interface {
	Users(ctx context.Context) ([]access.User, error)
	User(ctx context.Context, id string) (access.User, error)
	UserNamed(ctx context.Context, name string) (access.User, string, error)
	AddUser(ctx context.Context, u access.User, hash string, onlyFirst bool, ev access.Event) error
	UpdateUser(ctx context.Context, u access.User, ev access.Event) error
	SetPassword(ctx context.Context, id, hash string, ev access.Event) error
	SetPreferences(ctx context.Context, u access.User) error
	SignedIn(ctx context.Context, id string, at time.Time, ev access.Event) error
	Session(ctx context.Context, hash []byte) (access.Session, access.User, error)
	KeepSession(ctx context.Context, s access.Session) error
	TouchSession(ctx context.Context, hash []byte, seen time.Time) error
	EndSession(ctx context.Context, hash []byte) error
	EndSessions(ctx context.Context, userID string) error
	SweepSessions(ctx context.Context, now time.Time) error
}

// Log is the part for the audit log.
type Log interface {
	Note(ctx context.Context, ev access.Event) error
	Events(ctx context.Context, q access.EventQuery) ([]access.Event, error)
	VerifyLog(ctx context.Context) (int64, error)
}
