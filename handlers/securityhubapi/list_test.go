package securityhubapi_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
)

// pages walks along a list to its end and gives the names and how many pages there were.
func (h *house) pages(t *testing.T, query string) (names []string, pages int) {
	t.Helper()
	next := ""
	for {
		path := "/connectorsv2?" + query
		if next != "" {
			path += "&NextToken=" + url.QueryEscape(next)
		}
		got := h.ask(t, access.Viewer, get, path, "").ok(t)
		for _, one := range got.body["Connectors"].([]any) {
			names = append(names, one.(map[string]any)["Name"].(string))
		}
		pages++
		if strings.Contains(got.text, `"NextToken":""`) || pages > 500 {
			t.Fatalf("page %d = %s", pages, got.text)
		}
		if next = got.get("NextToken"); next == "" {
			return names, pages
		}
	}
}

// admitted fills the workspace without the door, which is quicker.
func (h *house) admitted(t *testing.T, name string, typ connector.Type, spec connector.Spec) connector.Connector {
	t.Helper()
	c, err := h.Admit(t.Context(), admin, connector.Draft{Type: typ, Workspace: h.workspace.ID, Name: name, Spec: spec})
	if err != nil {
		t.Fatalf("Admit(%s) = %v", name, err)
	}
	return c
}

func kind(t *testing.T, h *house, name string) connector.Type {
	t.Helper()
	typ, _ := h.Catalog().Type("securityhub", name)
	return typ
}

func TestListsToTheEnd(t *testing.T) {
	h := opened(t)
	h.application(t)
	h.secret(t)
	var all, jira, ready []string
	for i := range 30 {
		name := fmt.Sprintf("jira %02d", i)
		c := h.admitted(t, name, kind(t, h, "JiraCloud"), &securityhub.JiraCloud{})
		all, jira = append(all, name), append(jira, name)
		if i%7 == 3 {
			if _, err := h.Consent(t.Context(), admin, h.workspace.ID, c.Identifier, c.Spec.(*securityhub.JiraCloud).State(), "good"); err != nil {
				t.Fatal(err)
			}
			ready = append(ready, name)
		}
		if i%10 == 0 {
			name = "azure " + name
			h.admitted(t, name, kind(t, h, "Azure"), &connector.Opaque{})
			all = append(all, name)
		}
	}
	h.snow(t, "snow")
	all = append(all, "snow")
	var azure []string
	for _, name := range all {
		if strings.HasPrefix(name, "azure") {
			azure = append(azure, name)
		}
	}
	waiting := slices.DeleteFunc(slices.Clone(jira), func(name string) bool { return slices.Contains(ready, name) })
	tests := []struct {
		query string
		want  []string
		most  int // of a page; 0 is not said
	}{
		{"", all, 100},
		{"MaxResults=1", all, 1},
		{"MaxResults=7", all, 7},
		{"MaxResults=34", all, 34},
		{"MaxResults=100", all, 100},
		{"MaxResults=4&ProviderName=JIRA_CLOUD", jira, 4},
		{"ProviderName=SERVICENOW", []string{"snow"}, 100},
		{"MaxResults=2&ProviderName=AZURE", azure, 2},
		{"MaxResults=3&EnablementStatus=ENABLED", slices.Concat(jira, []string{"snow"}), 3},
		{"EnablementStatus=PENDING_ENABLEMENT", azure, 100},
		{"EnablementStatus=FAILED_TO_ENABLE", nil, 100},
		{"MaxResults=5&ConnectorStatus=PENDING_AUTHORIZATION", waiting, 5},
		{"MaxResults=2&ConnectorStatus=PENDING_CONFIGURATION", ready, 2},
		{"MaxResults=1&ConnectorStatus=PENDING_CONFIGURATION&ProviderName=JIRA_CLOUD", ready, 1},
		{"ConnectorStatus=PENDING_CONFIGURATION&ProviderName=SERVICENOW", nil, 100},
		{"ConnectorStatus=CONNECTED", []string{"snow"}, 100},
		{"ConnectorStatus=UNKNOWN", azure, 100},
		{"ConnectorStatus=UNKNOWN&EnablementStatus=ENABLED", nil, 100},
		{"ConnectorStatus=DEGRADED", nil, 100},
		{"Later=x", all, 100},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			names, pages := h.pages(t, tt.query)
			slices.Sort(names)
			want := slices.Sorted(slices.Values(tt.want))
			if !slices.Equal(names, want) {
				t.Errorf("the list has %d %v, want %d %v", len(names), names, len(want), want)
			}
			if most := (len(want)+tt.most-1)/tt.most + 1; pages > most {
				t.Errorf("it took %d pages, want at most %d", pages, most)
			}
		})
	}
}

func TestATokenBelongsToItsList(t *testing.T) {
	h := opened(t)
	for i := range 3 {
		h.jira(t, fmt.Sprint("jira ", i))
		if got := h.do(t, h.signed(t, h.rivalKey, post, "/connectorsv2", fmt.Sprintf(`{"Name":"r%d","Provider":{"JiraCloud":{}}}`, i))); got.status != 200 {
			t.Fatal(got.text)
		}
	}
	next := h.ask(t, access.Viewer, get, "/connectorsv2?MaxResults=1", "").ok(t).get("NextToken")
	ok := "/connectorsv2?NextToken=" + url.QueryEscape(next)
	h.ask(t, access.Editor, get, ok, "").ok(t)
	h.ask(t, access.Viewer, get, ok+"&ProviderName=JIRA_CLOUD", "").refused(t, 400, "ValidationException", "NextToken: ")
	h.ask(t, access.Viewer, get, ok+"x", "").refused(t, 400, "ValidationException", "NextToken: ")
	h.do(t, h.signed(t, h.rivalKey, get, ok, "")).refused(t, 400, "ValidationException", "NextToken: ")
	// What comes and goes between two pages moves no other connector.
	first := h.ask(t, access.Viewer, get, "/connectorsv2?MaxResults=2", "").ok(t)
	h.jira(t, "newest")
	rest := h.ask(t, access.Viewer, get, "/connectorsv2?MaxResults=2&NextToken="+url.QueryEscape(first.get("NextToken")), "").ok(t)
	if names := fmt.Sprint(first.text, rest.text); strings.Count(names, `"Name":`) != 3 || strings.Contains(names, "newest") {
		t.Errorf("the two pages are %s and %s", first.text, rest.text)
	}
}

func TestASummary(t *testing.T) {
	h := opened(t)
	id := h.jira(t, "jira")
	got := h.ask(t, access.Viewer, get, "/connectorsv2", "").ok(t)
	for _, want := range []string{`{"Connectors":[{"ConnectorArn":"` + arn(account, id) + `","ConnectorId":"` + id + `","Name":"jira",`,
		`"ProviderSummary":{"ProviderName":"JIRA_CLOUD","ConnectorStatus":"PENDING_AUTHORIZATION","ProviderConfiguration":{"JiraCloud":{"ProjectKey":"SEC",`, `"EnablementStatus":"ENABLED"}]}`} {
		if !strings.Contains(got.text, want) {
			t.Errorf("ListConnectorsV2 = %s, want it to have %s", got.text, want)
		}
	}
	if strings.Contains(got.text, "Health") || strings.Contains(got.text, "LastUpdatedAt") || strings.Contains(got.text, "NextToken") {
		t.Errorf("ListConnectorsV2 = %s", got.text)
	}
}
