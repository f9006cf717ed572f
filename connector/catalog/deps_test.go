package catalog_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The rules run in the browser too, where every package has to be carried there. Those that are listed are small or
// already there; see what others would cost before adding one.
var allowed = []string{
	"errors", "net/netip", "slices", "strconv", "strings", "time", "unicode/utf16", "unicode/utf8",
}

// heavy must not come in through any of the allowed packages either.
var heavy = []string{"encoding/json", "fmt", "net", "net/http", "net/url", "reflect", "regexp", "sort"}

func TestOnlyLightPackagesAreImported(t *testing.T) {
	out := list(t, "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "patchbay/connector", "patchbay/connector/...")
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		for _, imported := range words[1:] {
			if !strings.HasPrefix(imported, "patchbay/connector") && !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, which is not among %v", words[0], imported, allowed)
			}
		}
	}
	if !strings.Contains(out, "patchbay/connector/harness ") {
		t.Fatalf("go list does not tell of the vendors: %s", out)
	}
}

func TestNothingHeavyComesAlong(t *testing.T) {
	out := strings.Fields(list(t, "-deps", "patchbay/connector/catalog"))
	if !slices.Contains(out, "patchbay/connector/wire") {
		t.Fatalf("go list -deps does not tell of connector/wire: %v", out)
	}
	for _, p := range heavy {
		if slices.Contains(out, p) {
			t.Errorf("the catalog needs %s, which the browser would have to load", p)
		}
	}
}

func list(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Env = append(cmd.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return string(out)
}
