package registry_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

// personal are the verbs that are done to oneself, whoever it is.
var personal = []string{"SignedOut"}

// preparing are the verbs for which something is made before each try.
var preparing = []string{"SecretIDs", "OpenPair", "Draft", "CancelDraft"}

func TestEveryVerbThatAsksWhoIsAskingIsInTheTable(t *testing.T) {
	rows := map[string]bool{}
	all := slices.Concat(verbs, doorVerbs, liveVerbs, consentVerbs, noticeVerbs, hostKeyVerbs, watchVerbs)
	for _, v := range all {
		rows[v.name] = true
	}
	of := reflect.TypeFor[*registry.Registry]()
	found := 0
	for m := range of.Methods() {
		if m.Type.NumIn() < 3 || m.Type.In(2) != reflect.TypeFor[access.Actor]() {
			continue
		}
		switch {
		case rows[m.Name]:
			found++
		case !slices.Contains(personal, m.Name):
			t.Errorf("verb %s has no row in the table of this test", m.Name)
		}
	}
	if found != len(all) {
		t.Errorf("the registry has %d of the table's %d verbs", found, len(all))
	}
}

func TestEveryVerbIsRefusedToWhoeverMayNot(t *testing.T) {
	h := opened(t)
	for _, v := range slices.Concat(verbs, doorVerbs, liveVerbs, consentVerbs, noticeVerbs, hostKeyVerbs, watchVerbs) {
		t.Run(v.name, func(t *testing.T) {
			id := ""
			if v.where != nil {
				id = v.where(t, h, h.acme)
			}
			before := len(h.events(t, ""))
			actors := []access.Actor{nobody, {Kind: "user", Name: "no role"}, {Kind: "user", Name: "odd", Role: "root"}, {Name: "no kind", Role: access.Admin}}
			for _, a := range []access.Actor{viewer, tester, editor, admin} {
				if !a.May(v.needs) {
					actors = append(actors, a)
				}
			}
			for _, a := range actors {
				err := v.do(t, h, a, id)
				var denied access.Denied
				if !errors.As(err, &denied) {
					t.Errorf("%s by %q (%s) = %v, want a refusal", v.name, a.Name, a.Role, err)
				} else if denied.Permission != v.needs {
					t.Errorf("%s by %q is refused for want of %q, want %q", v.name, a.Name, denied.Permission, v.needs)
				}
			}
			// What was refused must not have left anything.
			if after := len(h.events(t, "")); after != before && !slices.Contains(preparing, v.name) {
				t.Errorf("%s was refused and left %d events", v.name, after-before)
			}
			least := map[access.Role]access.Actor{access.Viewer: viewer, access.Tester: tester, access.Editor: editor, access.Admin: admin}[access.Needs(v.needs)]
			if err := v.do(t, h, least, id); err != nil {
				t.Errorf("%s by %s = %v, want it done", v.name, least.Role, err)
			}
		})
	}
}

// TestAnotherWorkspaceAnswersAsAnUnknownID is proof S5: whoever is limited to a workspace cannot tell what is in another one from
// what is nowhere.
func TestAnotherWorkspaceAnswersAsAnUnknownID(t *testing.T) {
	h := opened(t)
	crossed := 0
	for _, v := range slices.Concat(verbs, doorVerbs, liveVerbs, consentVerbs, noticeVerbs, hostKeyVerbs, watchVerbs) {
		if v.where == nil {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			limited := access.Actor{Kind: "credential", ID: "k1", Name: "ci", Role: access.Admin, Workspace: h.acme}
			foreign, unknown := v.where(t, h, h.rival), "nothing-has-this-id"
			if slices.Contains([]string{"Run", "Live", "Cancel"}, v.name) {
				unknown += "/neither-has-this"
			}
			theirs, none := v.do(t, h, limited, foreign), v.do(t, h, limited, unknown)
			if theirs == nil || none == nil || theirs.Error() != none.Error() {
				t.Errorf("%s of another workspace = %v, of an unknown id = %v, want the same refusal", v.name, theirs, none)
			}
			crossed++
			// The control switched off: without the limit the same request is answered.
			if err := v.do(t, h, admin, foreign); err != nil {
				t.Errorf("%s by an admin of all workspaces = %v, want it done", v.name, err)
			}
		})
	}
	if crossed < 20 {
		t.Errorf("crossed %d verbs, want all that take an id", crossed)
	}
}

func TestARunOfAnotherConnectorAnswersAsAnUnknownOne(t *testing.T) {
	h := opened(t)
	mine := h.kept(t, h.git(h.acme)).ID
	_, theirs := splitRun(aRun(t, h, h.rival))
	for _, run := range []string{theirs, "nothing-has-this-id"} {
		if _, err := h.Run(t.Context(), admin, mine, run); err == nil || err.Error() != connector.ErrNotFound.Error() {
			t.Errorf("Run(%s) of another connector = %v, want %v", run, err, connector.ErrNotFound)
		}
	}
}

func TestAListShowsOnlyTheWorkspaceOfWhoeverIsLimited(t *testing.T) {
	h := opened(t)
	limited := access.Actor{Kind: "credential", ID: "k1", Name: "ci", Role: access.Admin, Workspace: h.acme}
	h.kept(t, h.git(h.acme))
	h.kept(t, h.git(h.rival))
	h.secret(t, h.acme, "ours", "x")
	h.secret(t, h.rival, "theirs", "x")

	for _, q := range []connector.Query{{}, {Workspace: h.rival}, {Workspaces: []string{h.rival}}, {Text: "repo"}, {Retired: true}} {
		page, err := h.List(t.Context(), limited, q)
		if err != nil {
			t.Fatalf("List(%+v) = %v", q, err)
		}
		for _, c := range page.Connectors {
			if c.Workspace != h.acme {
				t.Errorf("List(%+v) shows a connector of another workspace", q)
			}
		}
	}
	counts, err := h.Counts(t.Context(), limited)
	if err != nil || counts.Total() != 1 {
		t.Errorf("Counts() = %v, %v, want the one of the own workspace", counts, err)
	}
	seen, err := h.Workspaces(t.Context(), limited)
	if err != nil || len(seen) != 1 || seen[0].ID != h.acme {
		t.Errorf("Workspaces() = %v, %v, want the own one", seen, err)
	}
	secrets, err := h.Secrets(t.Context(), limited, "", "")
	if err != nil || len(secrets) != 1 || secrets[0].Name != "ours" {
		t.Errorf("Secrets() = %v, %v, want the one of the own workspace", secrets, err)
	}
	// The control switched off: an admin of all workspaces sees both.
	if all, err := h.Counts(t.Context(), admin); err != nil || all.Total() != 2 {
		t.Errorf("Counts() of all = %v, %v, want 2", all, err)
	}
}

func splitRun(id string) (of, run string) {
	of, run, _ = strings.Cut(id, "/")
	return of, run
}
