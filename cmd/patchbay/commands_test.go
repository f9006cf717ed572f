package main

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"patchbay/registry"
)

func TestTheVersionIsPrinted(t *testing.T) {
	code, out, _ := ran(t, "", "version")
	if code != fine || !strings.HasPrefix(out, "patchbay "+version) || !strings.Contains(out, runtime.Version()) {
		t.Errorf("patchbay version = %d, %q", code, out)
	}
}

func TestTheHelpIsPrinted(t *testing.T) {
	code, out, _ := ran(t, "", "--help")
	if code != fine {
		t.Errorf("patchbay --help = %d", code)
	}
	for _, verb := range []string{"serve", "user add", "workspace add", "healthcheck", "version"} {
		if !strings.Contains(out, verb) {
			t.Errorf("the help does not name %q", verb)
		}
	}
}

func TestWrongUsageEndsWithTwoAndOpensNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for name, args := range map[string][]string{
		"no command":               {},
		"an unknown command":       {"nonsense"},
		"an unknown flag":          {"serve", "--nonsense"},
		"a role that is none":      {"user", "add", "dana", "--role", "root", "--data", dir},
		"no role":                  {"user", "add", "dana", "--data", dir},
		"no name":                  {"user", "add", "--role", "viewer", "--data", dir},
		"a vendor that is none":    {"workspace", "add", "Acme", "--vendor", "x", "--account", "1", "--data", dir},
		"no account":               {"workspace", "add", "Acme", "--vendor", "harness", "--data", dir},
		"an egress that is none":   {"serve", "--allow-egress", "everything", "--data", dir},
		"an admin without a file":  {"serve", "--admin-user", "root", "--data", dir},
		"a file without an admin":  {"serve", "--admin-password-file", "x", "--data", dir},
		"a base of another scheme": {"serve", "--base-url", "ftp://console.test", "--data", dir},
		"a base without a scheme":  {"serve", "--base-url", "console.test", "--data", dir},
		"a base without a host":    {"serve", "--base-url", "https://", "--data", dir},
		"a base of a port alone":   {"serve", "--base-url", "https://:8443", "--data", dir},
		"a base with a path":       {"serve", "--base-url", "https://console.test/patchbay", "--data", dir},
		"a base with a query":      {"serve", "--base-url", "https://console.test?x=1", "--data", dir},
		"a base with a fragment":   {"serve", "--base-url", "https://console.test#x", "--data", dir},
		"a base with a password":   {"serve", "--base-url", "https://a:b@console.test", "--data", dir},
		"a log level that is none": {"serve", "--log-level", "loud", "--data", dir},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, err := ran(t, "", args...)
			if code != usage || out != "" || !strings.Contains(err, "patchbay:") {
				t.Errorf("patchbay %s = %d, %q, %q, want usage and a reason", strings.Join(args, " "), code, out, err)
			}
			if found, _ := filepath.Glob(dir); len(found) > 0 {
				t.Error("a data directory was made")
			}
		})
	}
}

func TestAUserIsAddedWithThePasswordFromStandardInput(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	add := func(stdin, name string) (int, string, string) {
		return ran(t, stdin, "user", "add", name, "--role", "editor", "--data", dir)
	}
	code, out, err := add("correct horse\n", "dana")
	if code != fine || out != "User dana may sign in as editor.\n" || !strings.Contains(err, "Data directory: "+dir) {
		t.Errorf("user add = %d, %q, %q", code, out, err)
	}
	for name, tt := range map[string]struct{ stdin, user, says string }{
		"a short password": {"short\n", "erin", "Password must have at least"},
		"no password":      {"", "erin", "Password is required."},
		"a taken name":     {"correct horse\n", "Dana", "already taken"},
		"a bad name":       {"correct horse\n", "da na", "User name must be"},
	} {
		code, out, err := add(tt.stdin, tt.user)
		if code != failed || out != "" || !strings.Contains(err, tt.says) {
			t.Errorf("user add with %s = %d, %q, %q, want %q", name, code, out, err, tt.says)
		}
		if secret := strings.TrimSpace(tt.stdin); secret != "" && strings.Contains(err, secret) {
			t.Errorf("user add with %s repeats the password", name)
		}
	}
	// A line that came from Windows, and one without an end.
	for user, stdin := range map[string]string{"carl": "correct horse\r\nsecond line", "carla": "correct horse"} {
		if code, _, err := add(stdin, user); code != fine {
			t.Errorf("user add %s = %d, %q", user, code, err)
		}
	}
}

func TestAWorkspaceIsAddedAndListed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	add := func(args ...string) (int, string, string) {
		return ran(t, "", append([]string{"workspace", "add", "--data", dir}, args...)...)
	}
	if code, out, err := add("Hub", "--vendor", "securityhub", "--account", "123456789012", "--region", "eu-west-1"); code != fine || !strings.HasPrefix(out, "Workspace Hub (") {
		t.Errorf("workspace add = %d, %q, %q", code, out, err)
	}
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"a bad account":   {[]string{"Other", "--vendor", "securityhub", "--account", "12", "--region", "eu-west-1"}, "AWS account must have 12 digits"},
		"no region":       {[]string{"Other", "--vendor", "securityhub", "--account", "123456789013"}, "Region is required."},
		"a taken name":    {[]string{"Hub", "--vendor", "harness", "--account", "x"}, "already taken"},
		"a taken account": {[]string{"Other", "--vendor", "securityhub", "--account", "123456789012", "--region", "eu-west-1"}, "already has a workspace"},
	} {
		if code, out, err := add(tt.args...); code != failed || out != "" || !strings.Contains(err, tt.says) {
			t.Errorf("workspace add with %s = %d, %q, %q, want %q", name, code, out, err, tt.says)
		}
	}
	code, out, _ := ran(t, "", "workspace", "list", "--data", dir)
	if code != fine || strings.Count(out, "\n") != 1 || !strings.Contains(out, "securityhub\tHub\t123456789012\teu-west-1") {
		t.Errorf("workspace list = %d, %q, want the one", code, out)
	}
}

func TestAHealthCheckOfNothingIsUnhealthy(t *testing.T) {
	code, out, err := ran(t, "", "healthcheck", "--listen", unused(t))
	if code != unhealthy || out != "" || !strings.Contains(err, "unhealthy") {
		t.Errorf("healthcheck = %d, %q, %q, want %d", code, out, err, unhealthy)
	}
	if code, _, _ := ran(t, "", "healthcheck", "--listen", "nonsense"); code != failed {
		t.Errorf("healthcheck of no address = %d, want %d", code, failed)
	}
}

func TestTheReferenceKnowsEveryCodeOfACheck(t *testing.T) {
	known := map[string]int{}
	for _, c := range codes() {
		known[c.Code]++
		if c.Text == "" {
			t.Errorf("code %s says nothing", c.Code)
		}
	}
	for _, o := range registry.Outcomes() {
		if known[o.Code] != 1 {
			t.Errorf("code %s of the registry is on the reference page %d times, want once", o.Code, known[o.Code])
		}
	}
}
