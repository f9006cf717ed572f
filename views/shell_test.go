package views

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

func TestAgo(t *testing.T) {
	for _, tt := range []struct {
		before time.Duration
		want   string
	}{
		{0, "just now"}, {59 * time.Second, "just now"}, {time.Minute, "1 min"}, {59 * time.Minute, "59 min"}, {time.Hour, "1 h"},
		{23 * time.Hour, "23 h"}, {24 * time.Hour, "1 d"}, {59 * 24 * time.Hour, "59 d"}, {61 * 24 * time.Hour, "2 months"}, {800 * 24 * time.Hour, "2 years"},
		{-3 * time.Hour, "3 h"},
	} {
		if got := Ago(now, now.Add(-tt.before)); got != tt.want {
			t.Errorf("Ago(%v) = %q, want %q", tt.before, got, tt.want)
		}
	}
	if got := relative(now, now.Add(3*time.Hour)); got != "in 3 h" {
		t.Errorf("relative(in three hours) = %q, want %q", got, "in 3 h")
	}
}

func TestGroup(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := group(n); got != want {
			t.Errorf("group(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestListURLLeavesOutWhatIsNotAsked(t *testing.T) {
	for _, tt := range []struct {
		q    connector.Query
		want string
	}{
		{connector.Query{}, "/connectors"},
		{connector.Query{Sort: connector.SortWorst, Size: 50}, "/connectors"},
		{connector.Query{Text: "a b&c", Status: connector.Failing}, "/connectors?q=a+b%26c&status=failing"},
		{connector.Query{Vendor: "harness", Sort: connector.SortUpdated, Size: 25, After: "x="}, "/connectors?after=x%3D&size=25&sort=-updated&vendor=harness"},
	} {
		if got := ListURL(tt.q); got != tt.want {
			t.Errorf("ListURL(%+v) = %q, want %q", tt.q, got, tt.want)
		}
	}
}

func TestChipsKeepTheOtherFilters(t *testing.T) {
	p := ListPage{Query: connector.Query{Text: "git", Vendor: "harness", Type: "GitSsh", After: "x"}, Counts: counts, Vendors: vendors, Workspaces: tenancies}
	if got, want := p.statusChips()[1].href, "/connectors?q=git&status=failing&type=GitSsh&vendor=harness"; got != want {
		t.Errorf("the chip Failing leads to %q, want %q", got, want)
	}
	if got, want := p.vendorChips()[1].href, "/connectors?q=git&vendor=securityhub"; got != want {
		t.Errorf("the chip of another vendor leads to %q, want %q: a type that it does not have goes", got, want)
	}
	if got, want := p.vendorChips()[0].href, "/connectors?q=git&type=GitSsh"; got != want {
		t.Errorf("the chip that is on leads to %q, want %q", got, want)
	}
}

func TestNavigationHidesWhatOneMayNotDo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		user  *access.User
		shows string
		hides []string
	}{
		{"nobody", nil, "", []string{"/connectors", "/users", "/audit"}},
		{"a viewer", viewer, "/connectors", []string{"/users", "/audit"}},
		{"an admin", admin, "/users", nil},
	} {
		var all []string
		for _, p := range (Shell{User: tt.user}).places() {
			all = append(all, p.href)
		}
		got := strings.Join(all, " ")
		if !strings.Contains(got, tt.shows) {
			t.Errorf("%s is shown %q, want %q among them", tt.name, got, tt.shows)
		}
		for _, h := range tt.hides {
			if strings.Contains(got, h) {
				t.Errorf("%s is shown %q", tt.name, h)
			}
		}
	}
}

// Whoever may not change anything is offered no way to.
func TestViewersAreOfferedNoChange(t *testing.T) {
	c := samples()[0]
	run := failingRun()
	s := shell(c.Name, "/connectors/c1")
	s.User = viewer
	page := ConnectorPage{Shell: s, Vendor: vendors[0], Type: vendors[0].Types[0], Workspace: tenancies[0], Connector: c, Last: &run,
		Uses: []connector.Use{{Kind: "pipeline", Name: "x"}}, Registration: &Registration{}}
	var out bytes.Buffer
	if err := Connector(page).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	for _, offer := range []string{"/edit", "/delete", "/validate", "/uses", "/pair"} {
		if strings.Contains(out.String(), connectorURL(c.ID)+offer) {
			t.Errorf("a viewer is offered %s", offer)
		}
	}
}

// A page of fifty rows, as people see most of them, stays under 100 KB before compression.
func TestListPageIsSmall(t *testing.T) {
	p := ListPage{Shell: shell("Connectors", "/connectors"), Counts: counts, Vendors: vendors, Workspaces: tenancies}
	for i := range 50 {
		c := samples()[i%8]
		c.ID = "0123456789abcdef" + strconv.Itoa(i)
		p.Page.Connectors = append(p.Page.Connectors, c)
	}
	var out bytes.Buffer
	if err := Connectors(p).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", out.Len())
	if out.Len() > 100_000 {
		t.Errorf("the list page has %d bytes, want at most 100,000", out.Len())
	}
}

func BenchmarkListPage(b *testing.B) {
	p := ListPage{Shell: shell("Connectors", "/connectors"), Counts: counts, Vendors: vendors, Workspaces: tenancies}
	for i := range 50 {
		p.Page.Connectors = append(p.Page.Connectors, samples()[i%8])
	}
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := Connectors(p).Render(context.Background(), &out); err != nil {
			b.Fatal(err)
		}
	}
}
