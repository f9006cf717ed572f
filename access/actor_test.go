package access_test

import (
	"slices"
	"strings"
	"testing"

	"patchbay/access"
)

// house is every permission and the least role that has it.
var house = map[access.Permission]access.Role{
	access.View: access.Viewer, access.Test: access.Tester, access.Edit: access.Editor, access.KeepSecrets: access.Editor,
	access.Purge: access.Admin, access.ManageWorkspaces: access.Admin, access.ManageUsers: access.Admin, access.ReadAudit: access.Admin,
}

func TestEachRoleMayAllThatTheOneBeforeMay(t *testing.T) {
	for p, least := range house {
		if got := access.Needs(p); got != least {
			t.Errorf("Needs(%q) = %q, want %q", p, got, least)
		}
		for i, r := range access.Roles {
			want := i >= slices.Index(access.Roles, least)
			if got := (access.Actor{Kind: "user", Role: r}).May(p); got != want {
				t.Errorf("%s may %q: %v, want %v", r, p, got, want)
			}
		}
	}
}

func TestWhoeverIsNotKnownMayNothing(t *testing.T) {
	for _, a := range []access.Actor{{}, {Role: access.Admin}, {Kind: "user"}, {Kind: "user", Role: "root"}, {Kind: "user", Role: "ADMIN"}} {
		for p := range house {
			if a.May(p) {
				t.Errorf("%+v may %q", a, p)
			}
		}
		if a.Sees("any") || a.Sees("") {
			t.Errorf("%+v sees a workspace", a)
		}
	}
	if (access.Actor{Kind: "user", Role: access.Admin}).May("something new") {
		t.Error("an admin may what no role is said to")
	}
}

// TestALimitedAdminStaysLimited: who could add a user, or read what all others did, would be limited no more.
func TestALimitedAdminStaysLimited(t *testing.T) {
	limited := access.Actor{Kind: "credential", Role: access.Admin, Workspace: "w1"}
	for p := range house {
		wide := slices.Contains([]access.Permission{access.ManageWorkspaces, access.ManageUsers, access.ReadAudit}, p)
		if limited.May(p) == wide {
			t.Errorf("an admin of one workspace may %q: %v", p, !wide)
		}
		if !(access.Actor{Kind: "user", Role: access.Admin}).May(p) {
			t.Errorf("an admin of all workspaces may not %q", p)
		}
	}
	if !limited.Sees("w1") || limited.Sees("w2") || limited.Sees("") {
		t.Error("an actor of w1 must see w1 and nothing else")
	}
}

func TestARefusalNamesTheRoleThatItTakes(t *testing.T) {
	for p, least := range house {
		if text := (access.Denied{Permission: p}).Error(); !strings.Contains(text, string(least)) || !strings.HasSuffix(text, ".") {
			t.Errorf("the refusal of %q reads %q, want the role %s in a whole sentence", p, text, least)
		}
	}
}

func TestEveryRoleHasANameAndANote(t *testing.T) {
	for _, r := range access.Roles {
		if got, ok := access.ParseRole(string(r)); !ok || got != r || r.Note() == "" {
			t.Errorf("ParseRole(%q) = %q, %v, with the note %q", r, got, ok, r.Note())
		}
	}
	for _, s := range []string{"", "Admin", "root", " admin"} {
		if got, ok := access.ParseRole(s); ok {
			t.Errorf("ParseRole(%q) = %q, want none", s, got)
		}
	}
}
