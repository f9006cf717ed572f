package handlers_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/access"
)

var lines = regexp.MustCompile(`<code title="[^"]*">(?:GET|POST|PUT|DELETE|PURGE) /([a-z0-9-]+)</code>`)

// logged fills the request log; each line has a path of its own.
func (c *console) logged(t *testing.T, all ...access.Request) {
	t.Helper()
	for _, r := range all {
		r.At, r.Took, r.ID, r.Address = noon, time.Millisecond, r.Path, "192.0.2.7"
		if err := c.store.NoteRequest(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheRequestLogIsFiltered(t *testing.T) {
	c := opened(t, setting{})
	one := c.git(t)
	acme, harmony := c.workspaces["harness"], c.workspaces["jitterbit"]
	c.logged(t,
		access.Request{Path: "/a", Vendor: "harness", Workspace: acme, Method: "POST", Operation: "create-connector", Credential: "ci", Status: 201, Connector: one.ID},
		access.Request{Path: "/b", Vendor: "harness", Workspace: acme, Method: "GET", Operation: "get-connector", Credential: "ci", Status: 404},
		access.Request{Path: "/c", Vendor: "jitterbit", Workspace: harmony, Method: "PUT", Operation: "Register a connector", Credential: "builder", Status: 200},
		access.Request{Path: "/d", Vendor: "jitterbit", Method: "DELETE", Status: 503},
		access.Request{Path: "/e", Vendor: "harness", Workspace: acme, Method: "PURGE", Operation: "an old one", Credential: `a "b" & c`, Status: 429, Connector: "gone-for-good"})
	v := c.in(t, "viewer")
	shown := func(query ...string) (string, string) {
		t.Helper()
		a := v.get("/requests?" + form(query...))
		if a.Code != http.StatusOK {
			t.Fatalf("GET with %v = %d", query, a.Code)
		}
		out := ""
		for _, m := range lines.FindAllStringSubmatch(a.Body.String(), -1) {
			out += m[1]
		}
		return out, a.Body.String()
	}
	for _, tt := range []struct {
		query []string
		want  string
	}{
		{nil, "edcba"},
		{[]string{"vendor", "harness"}, "eba"},
		{[]string{"workspace", harmony}, "c"},
		{[]string{"workspace", "Harmony"}, "c"},
		{[]string{"method", "GET"}, "b"},
		{[]string{"method", "PURGE"}, "e"},
		{[]string{"status", "2"}, "ca"},
		{[]string{"status", "4"}, "eb"},
		{[]string{"status", "429"}, "e"},
		{[]string{"status", "5"}, "d"},
		{[]string{"operation", "get-connector"}, "b"},
		{[]string{"operation", "an old one"}, "e"},
		{[]string{"credential", "ci"}, "ba"},
		{[]string{"credential", `a "b" & c`}, "e"},
		{[]string{"connector", one.ID}, "a"},
		{[]string{"connector", "gone-for-good"}, "e"},
		{[]string{"path", "/d"}, "d"},
		{[]string{"vendor", "harness", "status", "4", "credential", "ci"}, "b"},
		{[]string{"vendor", "harness", "method", "DELETE"}, ""},
	} {
		got, page := shown(tt.query...)
		if got != tt.want {
			t.Errorf("GET with %v shows %q, want %q", tt.query, got, tt.want)
		}
		// What is asked for stands in the form, so the form says what is shown and sends it again.
		for i := 0; i < len(tt.query); i += 2 {
			value := html.EscapeString(tt.query[i+1])
			if tt.query[i+1] == "Harmony" {
				value = harmony
			}
			if !strings.Contains(page, `<option value="`+value+`" selected>`) && !strings.Contains(page, `name="`+tt.query[i]+`" class="mono" value="`+value+`"`) {
				t.Errorf("with %v the form does not say so", tt.query)
			}
		}
	}
	_, page := shown()
	for _, want := range []string{`<select id="by-vendor"`, `<select id="by-workspace"`, `<select id="by-method"`, `<select id="by-status"`, `<select id="by-operation"`,
		`<select id="by-credential"`, `list="of-connectors"`, `<optgroup label="Jitterbit Harmony">`, `<option value="builder">`, ">" + one.Name + "</a>", "a connector that is gone", "curl --request"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(page, `<option value="get-connector">`); n != 1 {
		t.Errorf("an operation with two addresses is offered %d times", n)
	}
	if _, page = shown("vendor", "harness"); strings.Contains(page, `<option value="Register a connector">`) || strings.Contains(page, `<option value="`+harmony+`">`) {
		t.Error("with a vendor asked for, what others have is offered")
	}
}

func TestOlderRequestsKeepTheFilters(t *testing.T) {
	c := opened(t, setting{})
	for i := range 230 {
		c.logged(t, access.Request{Path: fmt.Sprintf("/n-%03d", i), Vendor: "harness", Workspace: c.workspaces["harness"], Method: "GET", Operation: "get-connector",
			Credential: []string{"ci", "other"}[i%2], Status: 200})
	}
	v := c.in(t, "viewer")
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	path, seen := "/requests?"+form("credential", "ci", "method", "GET", "status", "2", "vendor", "harness", "operation", "get-connector"), []string{}
	for range 3 {
		page := v.get(path).Body.String()
		for _, m := range lines.FindAllStringSubmatch(page, -1) {
			seen = append(seen, m[1])
		}
		on := next.FindStringSubmatch(page)
		if on == nil {
			break
		}
		path = html.UnescapeString(on[1])
		u, err := url.Parse(path)
		if err != nil || u.Query().Get("credential") != "ci" || u.Query().Get("operation") != "get-connector" || u.Query().Get("before") == "" {
			t.Fatalf("the next page is at %s", path)
		}
	}
	if len(seen) != 115 || seen[0] != "n-228" || !slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("%d lines from %s to %s, want 115, newest first", len(seen), seen[0], seen[len(seen)-1])
	}
}

var commands = regexp.MustCompile(`data-copy="([^"]*)"`)

// TestACopiedRequestIsOneCommand has strangers write lines, since a door logs who has no credential too, and runs none of what they wrote.
func TestACopiedRequestIsOneCommand(t *testing.T) {
	const ours, key = "http://console.test:8080", ` --globoff --header "x-api-key: $HARNESS_API_KEY" `
	for _, tt := range []struct{ name, method, path, want string }{
		{"an ordinary one", "DELETE", "/api/harness/v1/connectors/a", `curl --request 'DELETE'` + key + `'` + ours + `/api/harness/v1/connectors/a'`},
		{"a quote in the path", "GET", "/a'$(id)'", `curl --request 'GET'` + key + `'` + ours + `/a'\''$(id)'\'''`},
		{"without a body to wait for", "HEAD", "/a", `curl --head` + key + `'` + ours + `/a'`},
		{"a pipe for a method", "GET|id", "/a", ""},
		{"a backtick for a method", "`id`", "/a", ""},
		{"a variable for a method", "$HOME&", "/a", ""},
		{"an unknown method", "-", "/a", ""},
		{"a method that no door takes", "OPTIONS", "/a", ""},
		{"a path that was cut", "GET", "/aaa…", ""},
		{"a path that ends the pasting", "GET", "/a\x1b[201~id\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := opened(t, setting{})
			c.logged(t, access.Request{Path: tt.path, Vendor: "harness", Method: tt.method, Status: 401})
			a := c.in(t, "viewer").get("/requests")
			got := ""
			if m := commands.FindStringSubmatch(a.Body.String()); m != nil {
				got = html.UnescapeString(m[1])
			}
			if a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "<code title=") || got != tt.want {
				t.Errorf("GET /requests = %d with the command %q, want %q", a.Code, got, tt.want)
			}
		})
	}
}
