package securityhubapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/handlers/securityhubapi"
)

// TestOfficialClients runs the vendor's own clients against the door: every operation, every declared exception, paging to the end,
// retries. Each client is a program of its own that is told by its environment where the door is.
func TestOfficialClients(t *testing.T) {
	modules := os.Getenv("PATCHBAY_NODE_MODULES")
	if modules == "" {
		modules = filepath.Join("..", "..", "node_modules")
	}
	modules, err := filepath.Abs(modules)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string // as the table of operations has it
		agent    string // by which the door knows it
		corrects bool   // its clock by the answer's Date
		run      []string
	}{
		{securityhubapi.ClientGo171, "api/securityhub#1.71.2", false, []string{"go", "test", "-count=1", "-vet=off", "-modfile=testdata/sdk171.mod", "-tags=before173", "./testdata/walk"}},
		{securityhubapi.ClientGo182, "api/securityhub#1.82.0", true, []string{"go", "test", "-count=1", "-vet=off", "./testdata/walk"}},
		{securityhubapi.ClientJS, "aws-sdk-js/", true, []string{"node", "testdata/client.mjs"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.run[0] == "node" {
				// The client says an older version of itself on the wire than its package has, so the package is looked at.
				about, err := os.ReadFile(filepath.Join(modules, "@aws-sdk", "client-securityhub", "package.json"))
				if err != nil && os.Getenv("CI") != "" {
					t.Fatal("the client is not installed, and CI runs all of them:", err)
				}
				if err != nil {
					t.Skip("the client is not installed; npm ci does it:", err)
				}
				if _, version, _ := strings.Cut(tt.name, " "); !strings.Contains(string(about), `"version": "`+version+`"`) {
					t.Fatalf("the client that is installed is not %s", tt.name)
				}
			}
			var h *house
			h = opened(t, tried(&atomic.Int64{}, func(credential string) access.Role { return h.role(credential) }))
			h.application(t)
			h.secret(t)
			ahead := h.served(securityhubapi.Config{Registry: h.Registry, Now: func() time.Time { return h.now().Add(10 * time.Minute) }})
			defer ahead.Close()

			client := exec.CommandContext(t.Context(), tt.run[0], tt.run[1:]...)
			client.Env = append(os.Environ(), "DOOR_URL="+h.url, "DOOR_AHEAD_URL="+ahead.URL+securityhubapi.Prefix, "DOOR_SECRET="+secret, "DOOR_MODULES="+modules,
				"DOOR_RIVAL="+h.rivalKey.AccessKeyID+" "+h.rivalKey.SecretAccessKey.Reveal())
			if tt.corrects {
				client.Env = append(client.Env, "DOOR_CORRECTS_CLOCK=yes")
			} else {
				client.Env = append(client.Env, "DOOR_CORRECTS_CLOCK=no")
			}
			for role, key := range h.keys {
				client.Env = append(client.Env, "DOOR_"+strings.ToUpper(string(role))+"="+key.AccessKeyID+" "+key.SecretAccessKey.Reveal())
			}
			if out, err := client.CombinedOutput(); err != nil || strings.Contains(string(out), "SKIP") {
				t.Fatalf("%s: %v\n%s", tt.name, err, out)
			}
			h.server.Close()
			h.proven(t, tt.name, tt.agent)
		})
	}
}

// tried makes a door at which everything that a client declares can happen: the tester is always too fast, the admin every other
// time, the other account may have one connector.
func tried(calls *atomic.Int64, role func(credential string) access.Role) func(*securityhubapi.Config) {
	return func(c *securityhubapi.Config) {
		c.Limit = func(credential string) (time.Duration, bool) {
			r := role(credential)
			return time.Millisecond, r != access.Tester && (r != access.Admin || calls.Add(1)%2 == 0)
		}
		c.Most = func(w connector.Workspace) int {
			if w.Name == "Rival" {
				return 1
			}
			return 0
		}
	}
}

// proven compares what a client has called with success with what the table of operations says of it.
func (h *house) proven(t *testing.T, name, agent string) {
	t.Helper()
	called := map[string]bool{}
	for _, line := range h.noted() {
		if !strings.Contains(h.agents[line.ID], agent) {
			t.Fatalf("%s was called by %q, want a client with %s", line.Operation, h.agents[line.ID], agent)
		}
		if line.Status == 200 {
			called[line.Operation] = true
		}
	}
	for _, op := range securityhubapi.Operations() {
		if claimed := slices.Contains(op.Clients, name); claimed != called[op.Name] {
			t.Errorf("%s was carried out for %s: %v; the table says %v", op.Name, name, called[op.Name], claimed)
		}
	}
}
