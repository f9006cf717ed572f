package store_test

import (
	"context"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/store/storetest"
)

// However many connectors are watched, what is due is found along one index and nothing is sorted.
func TestWhatIsDueIsFoundAlongAnIndex(t *testing.T) {
	s := opened(t)
	storetest.Fill(t, s, 200, benchConnector)
	steps, err := s.ExplainDue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Join(steps, "; ")
	if !strings.HasPrefix(whole, "SEARCH w USING INDEX watches_due (due>? AND due<?)") || strings.Contains(whole, "SCAN") || strings.Contains(whole, "TEMP B-TREE") {
		t.Errorf("what is due is read by %s", whole)
	}
}

func TestWhatEndsIsFoundAlongAnIndex(t *testing.T) {
	s := opened(t)
	for name, q := range map[string]connector.EndingQuery{"all": {}, "a kind": {Kind: connector.ServerCertificate}, "a workspace": {Workspace: "h1"},
		"visible": {Workspaces: []string{"h1", "s1"}}, "secrets": {Kind: connector.KeptSecret}} {
		all, err := s.ExplainEndings(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, steps := range all {
			whole := strings.Join(steps, "; ")
			found := strings.Contains(steps[0], "SEARCH e USING") && strings.Contains(steps[0], "INDEX expiries_at (") ||
				strings.Contains(steps[0], "SEARCH s USING") && strings.Contains(steps[0], "INDEX secrets_ends (")
			if !found || strings.Contains(whole, "TEMP B-TREE") {
				t.Errorf("%s is read by %s", name, whole)
			}
		}
	}
}
