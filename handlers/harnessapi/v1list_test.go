package harnessapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// identifiers gives the identifiers of a v1 list, in their order.
func (a answer) identifiers() string {
	var out []string
	for _, one := range a.body.Items() {
		out = append(out, one.Get("connector").Get("identifier").Text())
	}
	return strings.Join(out, " ")
}

// stocked is a house with connectors to list.
func stocked(t *testing.T) *house {
	t.Helper()
	h := opened(t)
	put := func(path, identifier, name string, more ...string) {
		h.clock.pass(time.Second)
		h.created(t, path, strings.Replace(mirror(identifier, more...), `"Mirror"`, `"`+name+`"`, 1))
	}
	put("/v1/connectors", "b_one", "Zebra", `"tags":{"env":"prod","team":""}`)
	put("/v1/connectors", "a_two", "Yak", `"description":"Holds PYTHON wheels"`)
	put("/v1/connectors", "c_three", "Xerus", `"description":"Ohne ÄRGER"`)
	put("/v1/orgs/retail/connectors", "in_org", "Wolf", `"org":"retail"`)
	put("/v1/orgs/retail/projects/checkout/connectors", "in_project", "Vole", `"org":"retail"`, `"project":"checkout"`)
	h.clock.pass(time.Second)
	if got := h.ask(t, http.MethodPut, "/v1/connectors/b_one", strings.Replace(mirror("b_one", `"tags":{"env":"prod","team":""}`), `"Mirror"`, `"Zebra"`, 1)); got.status != http.StatusOK {
		t.Fatalf("PUT = %d %s", got.status, got.text)
	}
	return h
}

func TestListV1(t *testing.T) {
	h := stocked(t)
	tests := []struct{ name, path, want string }{
		{"newest change first", "/v1/connectors", "b_one c_three a_two"},
		{"by name", "/v1/connectors?sort=name&order=ASC", "c_three a_two b_one"},
		{"by name, the other way, in small letters", "/v1/connectors?sort=name&order=desc", "b_one a_two c_three"},
		{"by identifier", "/v1/connectors?sort=identifier&order=ASC", "a_two b_one c_three"},
		{"by creation", "/v1/connectors?sort=created&order=ASC", "b_one a_two c_three"},
		{"by change", "/v1/connectors?sort=updated&order=DESC", "b_one c_three a_two"},
		{"an order alone has no effect", "/v1/connectors?order=ASC", "b_one c_three a_two"},
		{"a page", "/v1/connectors?sort=identifier&order=ASC&limit=2&page=1", "c_three"},
		{"a word in the name", "/v1/connectors?search_term=yAk", "a_two"},
		{"a word in the identifier", "/v1/connectors?search_term=THREE", "c_three"},
		{"a word in the description", "/v1/connectors?search_term=python", "a_two"},
		{"a word in the description, beyond ASCII", "/v1/connectors?search_term=ohne+%C3%A4rg", "c_three"},
		{"a tag's key", "/v1/connectors?search_term=team", "b_one"},
		{"a whole tag", "/v1/connectors?search_term=env:prod", "b_one"},
		{"half a tag is none", "/v1/connectors?search_term=env:pro", ""},
		{"no pattern", "/v1/connectors?search_term=.*", ""},
		{"one org", "/v1/orgs/retail/connectors", "in_org"},
		{"an org upwards", "/v1/orgs/retail/connectors?recursive=true&sort=identifier&order=ASC", "a_two b_one c_three in_org"},
		{"a project", "/v1/orgs/retail/projects/checkout/connectors?recursive=false", "in_project"},
		{"a project upwards", "/v1/orgs/retail/projects/checkout/connectors?recursive=true&sort=identifier&order=ASC", "a_two b_one c_three in_org in_project"},
		{"another org", "/v1/orgs/wholesale/connectors", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, http.MethodGet, tt.path, "")
			if got.status != http.StatusOK || got.identifiers() != tt.want {
				t.Errorf("GET %s = %d %s, want %s", tt.path, got.status, got.identifiers(), tt.want)
			}
		})
	}
}

func TestListV1Refuses(t *testing.T) {
	h := opened(t)
	for query, want := range map[string]string{
		"page=-1": "page: must be at least 0", "page=x": "page: must be a whole number", "page=99999999999": "page: must be at most 2147483647",
		"limit=0": "limit: must be at least 1", "limit=1001": "limit: must be at most 1000", "limit=1e3": "limit: must be a whole number",
		"recursive=maybe": "recursive: must be true or false", "sort=colour&order=ASC": "sort: must be name, identifier, created or updated",
		"sort=name&order=UP": "order: must be ASC or DESC", "order=UP": "order: must be ASC or DESC",
		"sort=name":        "Invalid request: An order, ASC or DESC, must come with sort.",
		"limit=0&page=-1&": "page: must be at least 0, limit: must be at least 1",
	} {
		got := h.ask(t, http.MethodGet, "/v1/connectors?"+query, "")
		if message := got.body.Get("message").Text(); got.status != http.StatusBadRequest || message != want {
			t.Errorf("%s = %d %q, want 400 %q", query, got.status, message, want)
		}
	}
}

func TestPagesLeadFromOneToTheNext(t *testing.T) {
	h := opened(t)
	for i := range 7 {
		h.created(t, "/v1/connectors", mirror(fmt.Sprintf("m%d", i)))
	}
	path, seen := "/v1/connectors?limit=3&sort=identifier&order=ASC", ""
	for page := 0; path != ""; page++ {
		got := h.ask(t, http.MethodGet, path, "")
		seen += got.identifiers() + "|"
		if n := got.header.Get("X-Page-Number"); n != fmt.Sprint(page) {
			t.Errorf("X-Page-Number = %s, want %d", n, page)
		}
		link := got.header.Get("Link")
		path = ""
		for _, one := range strings.Split(link, ", ") {
			if target, next := strings.CutSuffix(one, `>; rel="next"`); next {
				path = strings.TrimPrefix(target, "</api/harness")
			}
		}
		if hasPrevious := strings.Contains(link, `rel="previous"`); hasPrevious != (page > 0) || !strings.Contains(link, `rel="self"`) {
			t.Errorf("Link of page %d = %s", page, link)
		}
	}
	if seen != "m0 m1 m2|m3 m4 m5|m6|" {
		t.Errorf("pages = %s", seen)
	}
}
