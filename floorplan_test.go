package patchbay_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// room is what one room of the house may import: other rooms, and modules from outside. "connector/..." is a room and all below it;
// a module stands for all of its packages. The standard library is open to all, but for what is closed.
type room struct {
	rooms, modules []string
	closed         []string // packages of the standard library
}

// pure is closed to rooms that know nothing of network, files and databases.
var pure = []string{"net/http", "os", "database/sql", "net", "os/exec", "syscall"}

// plan is the floor plan of docs/architecture.md. The longest name that fits counts.
var plan = map[string]room{
	"":                  {},
	"connector":         {rooms: []string{"connector/wire"}, closed: append(pure, "fmt", "encoding/json", "net/url", "regexp", "reflect")},
	"connector/wire":    {closed: append(pure, "fmt", "encoding/json", "net/url", "regexp", "reflect")},
	"connector/...":     {rooms: []string{"connector", "connector/wire"}, closed: append(pure, "fmt", "encoding/json", "net/url", "regexp", "reflect")},
	"connector/catalog": {rooms: []string{"connector", "connector/..."}, closed: append(pure, "fmt", "encoding/json", "net/url", "regexp", "reflect")},
	"access":            {closed: pure},
	// The hash is costly by design and comes from outside; only the program puts it in.
	"access/password": {modules: []string{"golang.org/x/crypto"}, closed: pure},
	"access/sigv4":    {closed: []string{"os", "database/sql", "os/exec", "syscall"}},

	"registry": {rooms: []string{"connector", "connector/wire", "access"}, closed: pure},

	"store":           {rooms: []string{"connector", "connector/wire", "access", "store/seal"}, modules: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"}, closed: []string{"net/http"}},
	"store/seal":      {modules: []string{"github.com/tink-crypto/tink-go/v2"}, closed: []string{"net/http"}},
	"store/storetest": {rooms: []string{"connector", "connector/wire", "access"}, modules: []string{"github.com/google/go-cmp", "pgregory.net/rapid"}}, // a suite of tests

	"remote/...": {rooms: []string{"connector", "connector/...", "access/sigv4", "remote", "remote/..."}, modules: []string{
		"code.dny.dev/ssrf", "github.com/go-git/go-git/v5", "golang.org/x/crypto", "golang.org/x/oauth2", "github.com/wneessen/go-mail",
		"github.com/Azure/azure-sdk-for-go/sdk", "github.com/aws/aws-sdk-go-v2", "golang.org/x/net"}},

	"views":       {rooms: []string{"connector", "connector/wire", "access", "assets"}, modules: []string{"github.com/a-h/templ"}, closed: pure},
	"assets":      {},
	"assets/make": {rooms: []string{"connector", "connector/catalog", "assets"}}, // runs at go generate
	// The errors that every room shares live in connector.
	"web":          {rooms: []string{"views", "access", "assets", "connector"}, modules: []string{"github.com/labstack/echo/v4", "github.com/gorilla/sessions", "github.com/a-h/templ", "golang.org/x/time"}},
	"handlers":     {rooms: []string{"web", "views", "registry", "connector", "connector/...", "access", "access/..."}, modules: []string{"github.com/labstack/echo/v4"}},
	"handlers/...": {rooms: []string{"handlers", "handlers/...", "web", "views", "registry", "connector", "connector/...", "access", "access/..."}, modules: []string{"github.com/labstack/echo/v4"}},

	"cmd/wasm": {rooms: []string{"connector", "connector/..."}, closed: []string{"net/http", "os", "database/sql"}},
	"cmd/patchbay": {
		rooms: []string{"access", "access/password", "connector", "connector/...", "handlers", "handlers/...", "registry", "remote", "remote/probe", "remote/rehearsal",
			"remote/...", "store", "views", "web"},
		modules: []string{"github.com/alecthomas/kong", "github.com/labstack/echo/v4", "golang.org/x/crypto", "golang.org/x/term", "github.com/prometheus/client_golang", "filippo.io/age", "github.com/coreos/go-oidc/v3"},
	},
	"e2e":   {rooms: []string{"connector", "connector/..."}, modules: []string{"github.com/playwright-community/playwright-go"}},
	"bench": {rooms: []string{"access", "access/password", "connector", "connector/...", "registry", "store", "store/storetest", "handlers", "web", "views", "remote/probe", "remote"}},
}

// soleUse are rooms that one other room alone may look into.
var soleUse = map[string]string{
	"access/password":  "cmd/patchbay",
	"remote/rehearsal": "cmd/patchbay",
	"store/storetest":  "bench",
}

const module = "patchbay"

// pkg is what the toolchain tells of a package.
type pkg struct {
	ImportPath, Dir  string
	Imports, GoFiles []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	var all []pkg
	// The browser's room is built for another system than the rest.
	for _, ask := range []struct {
		env  []string
		what []string
	}{{nil, []string{"./..."}}, {[]string{"GOOS=js", "GOARCH=wasm"}, []string{"./cmd/wasm"}}} {
		cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Dir,Imports,GoFiles"}, ask.what...)...)
		cmd.Env = append(cmd.Environ(), ask.env...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list %v: %v", ask.what, err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
			var p pkg
			if err := d.Decode(&p); err != nil {
				t.Fatalf("read what go list says: %v", err)
			}
			all = append(all, p)
		}
	}
	return all
}

func TestEachRoomLooksOnlyWhereThePlanAllows(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		row, ok := rowOf(name)
		if !ok {
			t.Errorf("room %s is not in the floor plan", name)
			continue
		}
		seen[name] = true
		for _, wrong := range wrongs(name, plan[row], p.Imports) {
			t.Error(wrong)
		}
	}
	for _, must := range []string{"connector", "registry", "store", "handlers", "cmd/wasm", "cmd/patchbay"} {
		if !seen[must] {
			t.Errorf("the toolchain does not tell of room %s", must)
		}
	}
}

// wrongs lists the imports of a room that its row does not allow.
func wrongs(name string, row room, imports []string) []string {
	var out []string
	for _, path := range imports {
		inner, ours := strings.CutPrefix(path, module+"/")
		first, _, _ := strings.Cut(path, "/")
		switch {
		case ours:
			if !fits(row.rooms, inner) || soleUse[inner] != "" && soleUse[inner] != name {
				out = append(out, "room "+name+" looks into "+inner+", which the floor plan does not allow")
			}
		case !strings.Contains(first, "."):
			if slices.Contains(row.closed, path) {
				out = append(out, "room "+name+" uses "+path+" of the standard library, which is closed to it")
			}
		case !slices.ContainsFunc(row.modules, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }):
			out = append(out, "room "+name+" takes "+path+" from outside, which the floor plan does not allow")
		}
	}
	return out
}

// fits reports whether the name is among those that are allowed.
func fits(allowed []string, name string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		above, deep := strings.CutSuffix(a, "/...")
		return a == name || deep && strings.HasPrefix(name, above+"/")
	})
}

// rowOf finds the row of a room: its own, else the one of the room above it.
func rowOf(name string) (string, bool) {
	if _, ok := plan[name]; ok {
		return name, true
	}
	for above := name; above != ""; {
		if _, ok := plan[above+"/..."]; ok {
			return above + "/...", true
		}
		i := strings.LastIndexByte(above, '/')
		if i < 0 {
			return "", false
		}
		above = above[:i]
	}
	return "", false
}

func TestThePlanRefusesWhatLooksUp(t *testing.T) {
	for _, tt := range []struct {
		name, imports string
		wrong         bool
	}{
		{"connector", "patchbay/connector/wire", false},
		{"connector", "patchbay/access", true},
		{"connector", "fmt", true},
		{"connector/harness", "patchbay/connector", false},
		{"connector/harness", "patchbay/connector/jitterbit", true},
		{"registry", "patchbay/store", true},
		{"registry", "net/http", true},
		{"store", "patchbay/registry", true},
		{"remote/probe", "patchbay/store", true},
		{"views", "patchbay/registry", true},
		{"views", "github.com/labstack/echo/v4", true},
		{"handlers", "patchbay/store", true},
		{"handlers", "patchbay/access/password", true},
		{"handlers/harnessapi", "patchbay/access/sigv4", false},
		{"web", "patchbay/registry", true},
		{"cmd/patchbay", "patchbay/remote/rehearsal", false},
		{"cmd/patchbay", "github.com/stretchr/testify/assert", true},
	} {
		row, ok := rowOf(tt.name)
		if !ok {
			t.Fatalf("room %s is not in the plan", tt.name)
		}
		if got := len(wrongs(tt.name, plan[row], []string{tt.imports})) > 0; got != tt.wrong {
			t.Errorf("%s importing %s is wrong: %v, want %v", tt.name, tt.imports, got, tt.wrong)
		}
	}
	if _, ok := rowOf("util"); ok {
		t.Error("a room that nobody drew is in the plan")
	}
}
