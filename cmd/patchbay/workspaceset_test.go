package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/store"
)

func TestTheSettingsOfAWorkspaceAreSetFromTheShell(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	does := func(want int, says string, args ...string) {
		t.Helper()
		code, out, err := ran(t, "", append(args, "--data", dir)...)
		if code != want || !strings.Contains(out+err, says) {
			t.Errorf("patchbay %s = %d, %q, %q, want %d with %q", strings.Join(args, " "), code, out, err, want, says)
		}
	}
	settings := func(want connector.Settings) {
		t.Helper()
		st, err := store.Open(t.Context(), dir, catalog.All(), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close() //nolint:errcheck // only read
		all, err := st.Workspaces(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range all {
			if w.Name == "Ours" && w.Settings != want {
				t.Errorf("settings = %+v, want %+v", w.Settings, want)
			}
		}
		if got, err := st.Events(t.Context(), access.EventQuery{Action: "workspace.set", Size: 1}); err != nil || len(got) > 0 && got[0].Actor != "system:command line" {
			t.Errorf("events = %+v, %v", got, err)
		}
	}
	does(fine, "is open", "workspace", "add", "Ours", "--vendor", "jitterbit", "--account", "512604", "--strict")
	settings(connector.Settings{Strict: true})
	does(fine, "in the strict way and reserves 2 names", "workspace", "set", "ours", "--reserve", "SAP", "--reserve", "Salesforce")
	settings(connector.Settings{Strict: true, Reserved: "SAP\nSalesforce"})
	does(fine, "in the legacy way and reserves 1 name", "workspace", "set", "Ours", "--legacy", "--release", "sap")
	settings(connector.Settings{Reserved: "Salesforce"})
	does(usage, "nothing to set", "workspace", "set", "Ours")
	does(usage, "", "workspace", "set", "Ours", "--strict", "--legacy")
	does(failed, "there is no workspace", "workspace", "set", "Theirs", "--strict")
	does(fine, "is open", "workspace", "add", "Git", "--vendor", "harness", "--account", "AbCdEfGhIjKlMnOpQrStUv")
	does(failed, "its vendor leaves nothing open", "workspace", "set", "Git", "--strict")
	does(failed, "leave them open", "workspace", "add", "Git two", "--vendor", "harness", "--account", "other", "--strict")
	settings(connector.Settings{Reserved: "Salesforce"})
}
