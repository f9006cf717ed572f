package registry_test

import (
	"errors"
	"strings"
	"testing"

	"patchbay/connector"
)

func TestTheSettingsOfAWorkspace(t *testing.T) {
	h := opened(t)
	set := func(version int64, s connector.Settings) (connector.Workspace, error) {
		return h.SetWorkspace(t.Context(), admin, h.harmony, version, s)
	}
	w, err := set(1, connector.Settings{Strict: true, Reserved: "  Salesforce \r\n\nsalesforce\nSAP\n"})
	if err != nil || w.Version != 2 || w.Reserved != "Salesforce\nSAP" || !w.Strict {
		t.Fatalf("SetWorkspace() = %+v, %v, want the names tidied", w, err)
	}
	if got, err := h.Workspace(t.Context(), viewer, h.harmony); err != nil || got != w {
		t.Errorf("Workspace() = %+v, %v, want %+v", got, err, w)
	}
	if _, err := set(1, connector.Settings{}); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("SetWorkspace() of an older version = %v, want a conflict", err)
	}
	for what, reserved := range map[string]string{"a long name": strings.Repeat("a", 101), "many names": manyNames(201)} {
		_, err := set(2, connector.Settings{Reserved: reserved})
		if problemAt(t, err, "reserved"); err == nil {
			t.Errorf("SetWorkspace() with %s = nil", what)
		}
	}
	if _, err := h.SetWorkspace(t.Context(), admin, h.acme, 1, connector.Settings{Strict: true}); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("SetWorkspace() for a vendor that leaves nothing open = %v, want not found", err)
	}
	if _, err := h.AddWorkspace(t.Context(), admin, connector.Workspace{Name: "X", Vendor: "harness", Account: "other", Settings: connector.Settings{Strict: true}}); err == nil {
		t.Error("AddWorkspace() with settings for a vendor that leaves nothing open = nil")
	}
	if ev := h.events(t, "workspace.set"); len(ev) != 1 || ev[0].Object != "workspace:"+h.harmony || ev[0].Detail != "strict, reserved" || ev[0].Actor != "user:anna" {
		t.Errorf("events = %+v, want the one change", ev)
	}
	// A name keeps what it has when the workspace is renamed.
	if _, err := h.RenameWorkspace(t.Context(), admin, h.harmony, 2, "Harmony two"); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Workspace(t.Context(), viewer, h.harmony); err != nil || got.Settings != w.Settings {
		t.Errorf("after a rename the settings are %+v, %v", got.Settings, err)
	}
}

func manyNames(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString("name " + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + "\n")
	}
	return out.String()
}

func TestAReservedNameIsNotGiven(t *testing.T) {
	h := opened(t)
	old := h.kept(t, registration(h.harmony, "Legacy", "1.0.0"))
	if _, err := h.SetWorkspace(t.Context(), admin, h.harmony, 1, connector.Settings{Reserved: "Salesforce\nLegacy"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Salesforce", "SALESFORCE", "legacy"} {
		_, err := h.Admit(t.Context(), editor, registration(h.harmony, name, "2.0.0"))
		problemAt(t, err, "name")
	}
	h.kept(t, registration(h.harmony, "Salesforce two", "1.0.0"))
	// Who has the name keeps it.
	d := old.Draft(kind("jitterbit", "Registration"))
	d.Description = "still here"
	if _, err := h.Change(t.Context(), editor, old.ID, old.Version, d); err != nil {
		t.Errorf("Change() of one that has a reserved name = %v", err)
	}
	if _, err := h.SetWorkspace(t.Context(), admin, h.harmony, 2, connector.Settings{}); err != nil {
		t.Fatal(err)
	}
	h.kept(t, registration(h.harmony, "Salesforce", "1.0.0"))
}

func TestAllStrictTellsNothingOfOne(t *testing.T) {
	h := opened(t)
	second := h.workspace(t, connector.Workspace{Name: "Harmony two", Vendor: "jitterbit", Account: "7"})
	all := func(vendor string, want bool) {
		t.Helper()
		if got, err := h.AllStrict(t.Context(), vendor); err != nil || got != want {
			t.Errorf("AllStrict(%s) = %v, %v, want %v", vendor, got, err, want)
		}
	}
	all("jitterbit", false)
	for i, id := range []string{h.harmony, second} {
		if _, err := h.SetWorkspace(t.Context(), admin, id, 1, connector.Settings{Strict: true}); err != nil {
			t.Fatal(err)
		}
		all("jitterbit", i == 1)
	}
	all("nobody", false)
}
