// Package access says who is asking and what they may do, and gives the audit log its lines.
package access

// Role is what a user or a credential is allowed, from least to most.
type Role string

// The roles. Each may do all that the one before may.
const (
	Viewer Role = "viewer" // look
	Tester Role = "tester" // look and validate
	Editor Role = "editor" // create, change and delete connectors and secrets
	Admin  Role = "admin"  // everything, users and workspaces too
)

// Roles are all roles, from least to most.
var Roles = []Role{Viewer, Tester, Editor, Admin}

// Note says in a few words what the role may do.
func (r Role) Note() string {
	return map[Role]string{
		Viewer: "may look at everything but the audit log",
		Tester: "may also validate connectors",
		Editor: "may also create, change and delete connectors and secrets",
		Admin:  "may also manage workspaces and users, purge the trash and read the audit log",
	}[r]
}

// ParseRole gives the role of that name.
func ParseRole(s string) (Role, bool) {
	for _, r := range Roles {
		if string(r) == s {
			return r, true
		}
	}
	return "", false
}

// Permission is one thing that somebody may do.
type Permission string

// The permissions.
const (
	View             Permission = "view"               // see connectors, workspaces and names of secrets
	Test             Permission = "test"               // ask whether a connector works
	Edit             Permission = "edit"               // create, change, retire and restore connectors
	KeepSecrets      Permission = "keep secrets"       // set, replace and remove secrets, and point connectors at them
	Purge            Permission = "purge"              // empty the trash
	ManageWorkspaces Permission = "manage workspaces"  // open, rename and remove them
	ManageUsers      Permission = "manage users"       // add them, change their roles and passwords
	ReadAudit        Permission = "read the audit log" // of all workspaces, and verify it
)

var least = map[Permission]Role{
	View: Viewer, Test: Tester, Edit: Editor, KeepSecrets: Editor,
	Purge: Admin, ManageWorkspaces: Admin, ManageUsers: Admin, ReadAudit: Admin,
}

// wide are the permissions that reach past every workspace, so that whoever is limited to one never has them: a limited
// admin who could add a user would be limited no more.
var wide = map[Permission]bool{ManageWorkspaces: true, ManageUsers: true, ReadAudit: true}

// Needs gives the least role that has the permission.
func Needs(p Permission) Role { return least[p] }

// Denied is the answer to an actor who may not. Look for it with errors.As.
type Denied struct{ Permission Permission }

// Error says which role it takes.
func (d Denied) Error() string {
	where := ""
	if wide[d.Permission] {
		where = " for all workspaces"
	}
	return "This needs the role " + string(Needs(d.Permission)) + " or more" + where + " (permission to " + string(d.Permission) + ")."
}

// Actor is whoever is asking. The zero Actor is nobody and may nothing.
type Actor struct {
	Kind string // "user", "credential" or "system"
	ID   string
	Name string
	Role Role
	// Workspace limits a credential to one workspace; "" is all.
	Workspace string
}

// System is the program itself: checks on a schedule, samples, the command line.
func System(name string) Actor { return Actor{Kind: "system", ID: name, Name: name, Role: Admin} }

// May reports whether the actor's role has the permission, and the actor reaches as far.
func (a Actor) May(p Permission) bool {
	needs, known := least[p]
	return known && a.Kind != "" && rank(a.Role) >= rank(needs) && (a.Workspace == "" || !wide[p])
}

// Sees reports whether the actor may look into a workspace.
func (a Actor) Sees(workspace string) bool {
	return a.May(View) && (a.Workspace == "" || a.Workspace == workspace)
}

func rank(r Role) int {
	for i, other := range Roles {
		if other == r {
			return i
		}
	}
	return -1
}
