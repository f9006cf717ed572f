package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/store/storetest"
)

// Whatever the list is asked, the database walks along one index in the list's order: it neither looks at every connector
// nor sorts them.
func TestListsWalkAlongAnIndex(t *testing.T) {
	s := opened(t)
	s.LookAt(-1, 0) // as in a large house: every filter leaves many
	storetest.Fill(t, s, 200, benchConnector)
	ctx := context.Background()
	acme := connector.Scope{Org: "org15", Project: "p7"}
	for name, q := range map[string]connector.Query{
		"all": {}, "vendor": {Vendor: "harness"}, "type": {Type: "GitHttp"}, "workspace": {Workspace: "h1"}, "status": {Status: connector.Failing},
		"scope": {Scope: &acme}, "account": {Scope: &connector.Scope{}}, "tag": {Tag: "team:team7"}, "text": {Text: "payments"}, "short text": {Text: "p"},
		"visible": {Workspaces: []string{"h1", "s1"}}, "several": {Vendor: "harness", Type: "GitSsh", Workspace: "h2", Status: connector.Healthy},
	} {
		for _, sort := range []string{connector.SortWorst, connector.SortName, connector.SortUpdated, connector.SortCreated} {
			for _, retired := range []bool{false, true} {
				q.Sort, q.Retired, q.After, q.Size = sort, retired, "", 1
				page, err := s.List(ctx, connector.Query{Sort: sort, Size: 1})
				if err != nil || page.Next == "" {
					t.Fatalf("List(%s) = next %q, %v", sort, page.Next, err)
				}
				for _, after := range []string{"", page.Next} {
					q.After = after
					index, steps, err := s.Explain(ctx, q)
					if err != nil {
						t.Fatalf("%s by %s: %v", name, sort, err)
					}
					first := fmt.Sprintf("SEARCH connectors USING INDEX %s (trash=?", index)
					whole := strings.Join(steps, "; ")
					if !strings.HasPrefix(whole, first) || strings.Contains(whole, "SCAN connectors") || strings.Contains(whole, "TEMP B-TREE") {
						t.Errorf("%s by %s, after %q: %s", name, sort, after, whole)
					}
					if after != "" && !strings.Contains(steps[0], "<") && !strings.Contains(steps[0], ">") {
						t.Errorf("%s by %s starts from the first page again: %s", name, sort, steps[0])
					}
				}
			}
		}
	}
}

// A filter that leaves few connectors has them looked at by their numbers, and only those are sorted.
func TestListsLookAtFew(t *testing.T) {
	s := opened(t)
	storetest.Fill(t, s, 20, benchConnector)
	for name, q := range map[string]connector.Query{
		"type": {Type: "GitHttp"}, "workspace": {Workspace: "h1"}, "scope": {Scope: &connector.Scope{Org: "acme"}}, "tag": {Tag: "team"}, "text": {Text: "payments"},
		"status": {Status: connector.Failing, Sort: connector.SortUpdated},
	} {
		_, steps, err := s.Explain(context.Background(), q)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if steps[0] != "SEARCH connectors USING INTEGER PRIMARY KEY (rowid=?)" {
			t.Errorf("%s: %s", name, strings.Join(steps, "; "))
		}
	}
}
