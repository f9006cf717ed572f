package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// filled makes a data directory with a registration that is healthy, a repository that no check may reach, and a Jira project that waits
// for a person. It gives the ids by name.
func filled(t *testing.T) (dir string, ids map[string]string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	o, err := open(t.Context(), Env{Stderr: t.Output(), Now: time.Now}, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := o.close(); err != nil {
			t.Error(err)
		}
	}()
	f := &filler{ctx: t.Context(), reg: o.reg, actor: access.System("test"), workspaces: map[string]string{}}
	for _, w := range sampleWorkspaces {
		f.workspace(w)
	}
	f.secret(sampleSecret{"harness", "account", "git_token", "opens-sesame", connector.SecretText})
	f.connector(sample{vendor: "harness", kind: "GitHttp", fields: fields{"name": "Checkout Git", "identifier": "checkout_git", "url": "https://127.0.0.1/acme/app.git",
		"connection_type": "Repo", "username": "ci", "password_ref": "account.git_token", "tags": "team:payments"}})
	f.connector(sample{vendor: "securityhub", kind: "JiraCloud", fields: fields{"name": "Findings", "ProjectKey": "SEC"}})
	f.connector(sample{vendor: "jitterbit", kind: "Registration", fields: fields{"name": "Ledger", "version": "2.1.0", "activities": "query"}})
	if f.err != nil {
		t.Fatal(f.err)
	}
	page, err := o.reg.List(t.Context(), f.actor, connector.Query{})
	if err != nil {
		t.Fatal(err)
	}
	ids = map[string]string{}
	for _, c := range page.Connectors {
		ids[c.Name] = c.ID
	}
	return dir, ids
}

func TestCheckFailsWhenSomethingIsRed(t *testing.T) {
	dir, ids := filled(t)
	junit := filepath.Join(t.TempDir(), "report.xml")
	code, out, said := ran(t, "", "check", "--all", "--json", "--junit", junit, "--data", dir)
	if code != failed {
		t.Errorf("check --all ended with %d, want %d: %s", code, failed, said)
	}
	var got report
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("check --json printed no JSON: %v\n%s", err, out)
	}
	if got.Total != 3 || got.Healthy != 1 || got.Red != 1 {
		t.Errorf("the report counts %d, %d healthy, %d red, want 3, 1, 1", got.Total, got.Healthy, got.Red)
	}
	for _, one := range got.Results {
		want := map[string]string{"Checkout Git": "ADDRESS_NOT_ALLOWED", "Findings": "NEEDS_A_PERSON", "Ledger": "HARMONY_PAIR_VALID"}[one.Name]
		if one.Code != want || one.ID != ids[one.Name] {
			t.Errorf("%s: %s %s, want %s %s", one.Name, one.ID, one.Code, ids[one.Name], want)
		}
	}
	if strings.Contains(out, "opens-sesame") {
		t.Error("the report shows a secret")
	}
	text, err := os.ReadFile(junit)
	if err != nil {
		t.Fatal(err)
	}
	var suites junitSuites
	if err := xml.Unmarshal(text, &suites); err != nil {
		t.Fatalf("the JUnit report is no XML: %v\n%s", err, text)
	}
	if suites.Tests != 3 || suites.Failures != 1 || suites.Skipped != 1 || len(suites.Suites) != 3 {
		t.Errorf("JUnit counts %d tests, %d failures, %d skipped in %d suites, want 3, 1, 1, 3:\n%s", suites.Tests, suites.Failures, suites.Skipped, len(suites.Suites), text)
	}

	// The page shows what the command found.
	o, err := open(context.Background(), Env{Stderr: t.Output(), Now: time.Now}, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close() //nolint:errcheck // read only
	runs, err := o.reg.History(t.Context(), access.System("test"), ids["Checkout Git"], 10)
	if err != nil || len(runs) != 1 || runs[0].State != connector.Done || runs[0].By != "command line" {
		t.Errorf("the history is %+v, %v, want one run by the command line", runs, err)
	}
}

func TestCheckChoosesAsTheListDoes(t *testing.T) {
	dir, ids := filled(t)
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"one vendor that works", []string{"--all", "--vendor", "jitterbit"}, fine, "1 checked, 1 healthy, 0 failing."},
		{"a tag", []string{"--all", "--tag", "team:payments"}, failed, "1 checked, 0 healthy, 1 failing."},
		{"a workspace by its name", []string{"--all", "--workspace", "acme corp"}, fine, "1 checked, 1 healthy, 0 failing."},
		{"waiting is not red", []string{"--all", "--vendor", "securityhub"}, fine, "1 checked, 0 healthy, 0 failing."},
		{"but not healthy either", []string{"--all", "--vendor", "securityhub", "--strict"}, failed, "1 checked, 0 healthy, 0 failing."},
		{"by ids", []string{ids["Ledger"], ids["Findings"]}, fine, "2 checked, 1 healthy, 0 failing."},
		{"nothing fits", []string{"--all", "--q", "no-such-thing"}, failed, "the filters leave no connector to check; "},
		{"nothing fits, and says so in JSON too", []string{"--all", "--q", "no-such-thing", "--json"}, failed, "give --allow-empty"},
		{"nothing fits, which is fine", []string{"--all", "--q", "no-such-thing", "--allow-empty"}, fine, "0 checked, 0 healthy, 0 failing."},
		{"ids are never none", []string{ids["Ledger"], "--allow-empty"}, usage, "--allow-empty belongs to --all"},
		{"nothing chosen", nil, usage, "give --all"},
		{"both", []string{"--all", ids["Ledger"]}, usage, "give --all"},
		{"ids with a filter", []string{ids["Ledger"], "--vendor", "harness"}, usage, "filters belong to --all"},
		{"an unknown id", []string{"nobody"}, failed, `there is no connector "nobody"`},
		{"an unknown workspace", []string{"--all", "--workspace", "Nowhere"}, failed, `there is no workspace "Nowhere"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, said := ran(t, "", append([]string{"check", "--data", dir}, tt.args...)...)
			if code != tt.code || !strings.Contains(out+said, tt.says) {
				t.Errorf("check %v = %d %s%s, want %d %q", tt.args, code, out, said, tt.code, tt.says)
			}
		})
	}
}

func TestConnectorsFromTheCommandLine(t *testing.T) {
	dir, ids := filled(t)
	data := []string{"--data", dir}
	code, out, _ := ran(t, "", append([]string{"connector", "list", "--json"}, data...)...)
	var all []map[string]any
	if err := json.Unmarshal([]byte(out), &all); code != fine || err != nil || len(all) != 3 {
		t.Fatalf("connector list = %d, %v, %d connectors, want 0 and 3:\n%s", code, err, len(all), out)
	}
	code, out, _ = ran(t, "", append([]string{"connector", "list", "--vendor", "harness"}, data...)...)
	if code != fine || strings.Count(out, "\n") != 1 || !strings.Contains(out, ids["Checkout Git"]) {
		t.Errorf("connector list --vendor harness = %d %q, want one line", code, out)
	}
	code, out, _ = ran(t, "", append([]string{"connector", "get", ids["Checkout Git"]}, data...)...)
	var one map[string]any
	if err := json.Unmarshal([]byte(out), &one); code != fine || err != nil {
		t.Fatalf("connector get = %d, %v:\n%s", code, err, out)
	}
	if spec, _ := one["spec"].(map[string]any); spec["password_ref"] != "account.git_token" || one["name"] != "Checkout Git" {
		t.Errorf("connector get = %s, want the spec with its reference", out)
	}
	code, out, _ = ran(t, "", append([]string{"connector", "validate", ids["Ledger"]}, data...)...)
	if code != fine || !strings.Contains(out, "HARMONY_PAIR_VALID") {
		t.Errorf("connector validate = %d %s, want a healthy pair", code, out)
	}
	if code, out, said := ran(t, "", append([]string{"connector", "delete", ids["Ledger"]}, data...)...); code != fine || !strings.Contains(out, "in the trash") {
		t.Errorf("connector delete = %d %s%s, want it in the trash", code, out, said)
	}
	for _, verb := range []string{"get", "validate", "delete"} {
		if code, _, said := ran(t, "", append([]string{"connector", verb, ids["Ledger"]}, data...)...); code != failed || !strings.Contains(said, "there is no connector") {
			t.Errorf("connector %s of one in the trash = %d %s, want a clear no", verb, code, said)
		}
	}
}
