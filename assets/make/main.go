// Command make writes the assets that follow from Go code: the rules of connectors as WebAssembly, the script that starts
// such a module with its licence, and the style rules by which fields with a condition show and hide without scripts.
// Run it from the root of the module, by go generate. The same sources and the same Go release give the same bytes.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"patchbay/connector/catalog"
)

const into = "assets/static"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "make the assets:", err)
		os.Exit(1)
	}
}

func run() error {
	rules, err := conditions(catalog.All())
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(into, "conditions.css"), []byte(rules), 0o644); err != nil {
		return err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("ask for the root of Go: %w", err)
	}
	// Script and module must come from the same release, so both are made in one step.
	goroot := strings.TrimSpace(string(root))
	for from, to := range map[string]string{"lib/wasm/wasm_exec.js": "wasm_exec.js", "LICENSE": "LICENSE-go.txt"} {
		text, err := os.ReadFile(filepath.Join(goroot, filepath.FromSlash(from)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(into, to), text, 0o644); err != nil {
			return err
		}
	}
	return module(filepath.Join(into, "app.wasm"))
}

// module builds the browser half. Nothing of this machine or of the repository's state goes into the file.
func module(to string) error {
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", to, "./cmd/wasm")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWASM=", "GOFLAGS=", "GOEXPERIMENT=")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the module: %w\n%s", err, out)
	}
	return os.Chmod(to, 0o644) // it is read, never run
}
