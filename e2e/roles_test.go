//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/handlers"
	"patchbay/web"
)

// A viewer sees connectors and no way to touch them, and the addresses refuse whoever types them.
func TestViewerOnlyLooks(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	vendor, typ := catalogued(t, "harness", "GitHttp")
	path, name := c.create(t, c.as(t, admin), vendor, typ, nil)
	v := c.visit(t, c.addUser(t, "viewer"))
	v.expect(http.StatusForbidden)
	v.open(path)
	v.heading(name)
	for _, gone := range []string{"Edit", "Delete"} {
		v.must(claim(v.link(gone)).ToHaveCount(0))
	}
	v.must(claim(v.button("Validate")).ToHaveCount(0))
	v.must(claim(v.link("Users")).ToHaveCount(0))
	v.open("/connectors")
	v.must(claim(v.link("New connector")).ToHaveCount(0))
	v.open("/secrets")
	v.must(claim(v.button("Add secret")).ToHaveCount(0))
	v.press("c", "t")
	v.heading("Secrets")
	for _, forbidden := range []string{path + "/edit", path + "/delete", path + "/validate", "/connectors/new/harness/GitHttp", "/users", "/audit"} {
		if got := v.open(forbidden).Status(); got != http.StatusForbidden {
			t.Errorf("GET %s = %d, want 403", forbidden, got)
		}
		v.heading("Not allowed")
	}
}

// Every address asks who comes: nobody is sent to the sign-in page, and a role that is too small is refused.
func TestEveryAddressAsksWhoComes(t *testing.T) {
	t.Parallel()
	c := use(t, house)
	vendor, typ := catalogued(t, "harness", "GitHttp")
	path, _ := c.create(t, c.as(t, admin), vendor, typ, nil)
	fill := strings.NewReplacer("/connectors/:id", path, ":vendor", "harness", ":type", "GitHttp", ":id", "none", ":run", "none")
	nobody := c.stranger()
	clients := map[access.Role]*client{}
	for _, role := range access.Roles {
		clients[role] = c.as(t, c.addUser(t, string(role)))
	}
	for _, r := range handlers.New(nil, "", nil, nil).Routes() {
		if r.Needs == web.Public {
			continue
		}
		address := fill.Replace(r.Path)
		a, err := nobody.do(r.Method, address, nil)
		if err != nil || a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/login") {
			t.Errorf("%s %s by nobody = %d to %q, %v, want the sign-in page", r.Method, address, a.Status, a.Location, err)
		}
		if r.Needs == web.SignedIn {
			continue
		}
		for role, who := range clients {
			if (access.Actor{Kind: "user", Role: role}).May(r.Needs) {
				continue
			}
			a, err := who.do(r.Method, address, nil)
			if err != nil || a.Status != http.StatusForbidden {
				t.Errorf("%s %s by a %s = %d, %v, want 403", r.Method, address, role, a.Status, err)
			}
		}
	}
}
