package assets_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"patchbay/assets"
)

// The policy of the pages allows no code from text and no style attribute, so a script that tries either breaks in the browser.
func TestTheScriptKeepsToThePolicy(t *testing.T) {
	text := body(t, get(t, "GET", assets.URL("patchbay.js")).Body)
	for _, never := range []string{
		`\beval\(`, `new Function`, `innerHTML`, `outerHTML`, `insertAdjacentHTML`, `document\.write`, `setAttribute\('(style|on\w+)'`,
		`set(Timeout|Interval)\(['"` + "`" + `]`, `https?://[a-z]`,
	} {
		if found := regexp.MustCompile(never).FindString(strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "")); found != "" {
			t.Errorf("patchbay.js has %q", found)
		}
	}
}

func TestTheScriptNamesTheRulesByTheirAddresses(t *testing.T) {
	text := body(t, get(t, "GET", assets.URL("patchbay.js")).Body)
	for _, name := range []string{"wasm_exec.js", "app.wasm"} {
		if !strings.Contains(text, "'"+assets.URL(name)+"'") {
			t.Errorf("patchbay.js does not name %s", assets.URL(name))
		}
	}
}

func TestTheScriptsAreReadable(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("Node is not installed, and without it nothing reads the scripts before a browser does.")
	}
	if err != nil {
		t.Skip("Node is not installed, so the scripts cannot be read here.")
	}
	whole := filepath.Join(t.TempDir(), "patchbay.js")
	if err := os.WriteFile(whole, []byte(body(t, get(t, "GET", assets.URL("patchbay.js")).Body)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{whole, "static/htmx.js"} {
		if out, err := exec.Command(node, "--check", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %s", filepath.Base(file), out)
		}
	}
}

// Extensions of htmx start only when they are in the same file, after it.
func TestHtmxBringsItsEventsAndItsLicence(t *testing.T) {
	text := body(t, get(t, "GET", assets.URL("htmx.js")).Body)
	for _, want := range []string{"/*! htmx.org 4.0.1", "Zero-Clause BSD", "var htmx=", "hx-sse:connect"} {
		if !strings.Contains(text, want) {
			t.Errorf("htmx.js has no %q", want)
		}
	}
}
