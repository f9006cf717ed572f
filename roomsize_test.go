package patchbay_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	wall = 400  // lines of a file
	many = 1500 // lines of a package, tests and generated files left out
)

// notOurs are files that others wrote or a program did.
func notOurs(name string) bool {
	return strings.HasSuffix(name, "_templ.go") || slices.Contains([]string{"assets/static/htmx.js", "assets/static/wasm_exec.js"}, name)
}

// house walks everything of the module that is text, and gives each file by its name with slashes.
func house(t *testing.T, each func(name string, text []byte)) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		name := filepath.ToSlash(path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "dist", "patchbay-data"}, name) {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || name == "patchbay" || strings.HasSuffix(name, ".test") || strings.HasSuffix(name, ".out") {
			return nil
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) { // another test cleaned up after itself
			return nil
		}
		if err != nil {
			return err
		}
		files++
		each(name, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("looked at %d files, want the whole house", files)
	}
}

func TestNoFileIsAWallOfText(t *testing.T) {
	house(t, func(name string, text []byte) {
		if !slices.Contains([]string{".go", ".templ", ".js", ".css", ".sql"}, filepath.Ext(name)) || notOurs(name) {
			return
		}
		if lines := bytes.Count(text, []byte("\n")); lines > wall {
			t.Errorf("%s has %d lines; past %d a file is to be split", name, lines, wall)
		}
	})
}

func TestLargeRoomsAreAskedWhatTheyHide(t *testing.T) {
	sizes := map[string]int{}
	house(t, func(name string, text []byte) {
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !notOurs(name) {
			sizes[filepath.ToSlash(filepath.Dir(name))] += bytes.Count(text, []byte("\n"))
		}
	})
	for room, lines := range sizes {
		if lines > many {
			t.Logf("room %s has %d lines; past %d it is asked what it is hiding", room, lines, many)
		}
	}
	if sizes["registry"] == 0 || sizes["connector"] == 0 {
		t.Errorf("the sizes of registry and connector are %d and %d, want them counted", sizes["registry"], sizes["connector"])
	}
}

// banned is what the content security policy would stop, or what would need eval: better found here than in a browser.
var banned = map[string]*regexp.Regexp{
	"an hx-on attribute":   regexp.MustCompile(`\bhx-on\b`),
	"a js: value":          regexp.MustCompile(`["'{ ](js|javascript):`),
	"a trigger filter":     regexp.MustCompile(`hx-trigger="[^"]*\[`),
	"an inline style":      regexp.MustCompile(`\sstyle\s*=|<style\b`),
	"an inline script":     regexp.MustCompile(`<script(>|\s+[^>]*>\s*[^<\s])|<script\s[^>]*type="text/hyperscript"`),
	"an inline handler":    regexp.MustCompile(`\son[a-z]+\s*=`),
	"a script from afar":   regexp.MustCompile(`<(script|link)[^>]*(src|href)="(https?:)?//`),
	"an unescaped value":   regexp.MustCompile(`@templ\.Raw\(|templ\.SafeURL\(|templ\.JSUnsafe`),
	"a templ script block": regexp.MustCompile(`(?m)^(script|css) \w+\(`),
}

func TestPagesHaveNothingInline(t *testing.T) {
	pages := 0
	house(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".templ") {
			return
		}
		pages++
		for what, found := range offences(text) {
			t.Errorf("%s has %s: %s", name, what, found)
		}
	})
	if pages < 10 {
		t.Errorf("looked at %d templates, want all", pages)
	}
}

func offences(text []byte) map[string]string {
	found := map[string]string{}
	for what, pattern := range banned {
		if at := pattern.Find(text); at != nil {
			found[what] = string(at)
		}
	}
	return found
}

func TestWhatIsBannedIsFound(t *testing.T) {
	for what, text := range map[string]string{
		"an hx-on attribute":   `<a hx-on:click="x()">`,
		"a js: value":          `<a hx-vals="js:{a: 1}">`,
		"a trigger filter":     `<a hx-trigger="click[ctrlKey]">`,
		"an inline style":      `<a style="color: red">`,
		"an inline script":     `<script>alert(1)</script>`,
		"an inline handler":    `<a onclick="x()">`,
		"a script from afar":   `<script src="https://cdn.example.com/x.js"></script>`,
		"an unescaped value":   `@templ.Raw(text)`,
		"a templ script block": "\nscript hello() {",
	} {
		if offences([]byte(text))[what] == "" {
			t.Errorf("offences(%s) = %v, want %s", text, offences([]byte(text)), what)
		}
	}
	if found := offences([]byte(`<script src={ assets.URL("htmx.js") } defer></script><a hx-trigger="load delay:400ms" data-one="x">`)); len(found) > 0 {
		t.Errorf("offences() of a good page = %v, want none", found)
	}
}

func TestNothingSpeaksOfTheMachineItWasWrittenOn(t *testing.T) {
	// Put together here, so that this file has none of them.
	words := []string{"/wo" + "rk/", ".." + "/shared", "/ro" + "ot/"}
	house(t, func(name string, text []byte) {
		for _, w := range words {
			if i := bytes.Index(text, []byte(w)); i >= 0 {
				t.Errorf("%s mentions %s: …%q", name, w, text[max(0, i-30):min(len(text), i+40)])
			}
		}
	})
}
