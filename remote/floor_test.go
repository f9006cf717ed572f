package remote

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// speaks lists what opens a connection or starts a process, by import path.
var speaks = map[string][]string{
	"net": {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer", "Resolver", "DefaultResolver",
		"LookupHost", "LookupIP", "LookupAddr", "LookupCNAME", "LookupMX", "LookupNS", "LookupSRV", "LookupTXT", "ResolveTCPAddr"},
	"net/http":   {"Get", "Head", "Post", "PostForm", "DefaultClient", "DefaultTransport", "Client", "Transport"},
	"crypto/tls": {"Dial", "DialWithDialer", "Dialer"},
	"net/smtp":   {"Dial", "SendMail"}, "net/rpc": {"Dial", "DialHTTP"}, "log/syslog": {"Dial", "New"},
	"os":                      {"StartProcess"},
	"os/exec":                 {"Command", "CommandContext", "Cmd"},
	"syscall":                 {"Connect", "Exec", "ForkExec", "StartProcess"},
	"golang.org/x/crypto/ssh": {"Dial"},
	"golang.org/x/net/proxy":  {"Dial", "SOCKS5", "FromEnvironment"},
	"github.com/go-git/go-git/v5/plumbing/transport/http":   {"DefaultClient"},
	"github.com/go-git/go-git/v5/plumbing/transport/client": {"NewClient", "InstallProtocol"},
}

// mayTake lists types that a signature may name: who is handed a guarded client needs the word for it.
func mayTake(path, name string) bool {
	return path == "net/http" && name == "Client" || path == "net" && name == "Resolver"
}

func TestNobodyElseInTheHouseDials(t *testing.T) {
	allowed := []string{"remote/dialer.go", "remote/client.go"}
	files := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
		if entry.IsDir() {
			// Not part of the program: gittest runs git, remotetest answers DNS, e2e starts the program, assets/make runs at go generate.
			if slices.Contains([]string{".git", "node_modules", "testdata", "vendor", "e2e", "remote/probe/gittest", "remote/remotetest", "assets/make"}, name) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || slices.Contains(allowed, name) {
			return nil
		}
		files++
		src, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, used := range speaking(src) {
			t.Errorf("%s uses %s; take what package remote gives", name, used)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("looked at %d files, want the whole module", files)
	}
}

func TestTheFloorTestSeesADialer(t *testing.T) {
	src, err := parser.ParseFile(token.NewFileSet(), "bad.go", `package bad
		import ( "net"; web "net/http"; "os/exec" )
		func take(c *web.Client) {}
		func bad() { net.Dial("tcp", "x:1"); web.Get("x"); _ = &web.Client{}; exec.Command("x"); var d net.Dialer; _ = d; _ = new(web.Client) }`, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"net.Dial", "net/http.Get", "net/http.Client", "os/exec.Command", "net.Dialer", "net/http.Client"}
	if got := speaking(src); !slices.Equal(got, want) {
		t.Errorf("speaking() = %v, want %v", got, want)
	}
}

// speaking lists the forbidden names that a file uses, under whatever name it imports their package.
func speaking(file *ast.File) []string {
	local := map[string]string{}
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		local[name] = path
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		// A pointer to a type only names it; a value, a literal and new() make one.
		if star, ok := n.(*ast.StarExpr); ok {
			if path, name := named(local, star.X); mayTake(path, name) {
				return false
			}
		}
		if expr, ok := n.(ast.Expr); ok {
			if path, name := named(local, expr); slices.Contains(speaks[path], name) {
				out = append(out, path+"."+name)
				return false
			}
		}
		return true
	})
	return out
}

func named(local map[string]string, expr ast.Expr) (path, name string) {
	selector, ok := expr.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	pkg, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return local[pkg.Name], selector.Sel.Name
}
