//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers"
)

// notPages are the addresses that answer a GET with something else than a page of its own.
var notPages = map[string]string{
	"/livez":                   "plain text, for machines",
	"/readyz":                  "plain text, for machines",
	"/palette":                 "a part of the palette, which TestPaletteAndShortcuts opens",
	"/connectors/:id/validate": "leads to the connector",

	"/connectors/new/:vendor/:type/test": "leads to the form",
	"/connectors/:id/edit/test":          "leads to the form",
	"/connectors/:id/checks/:run/events": "a stream, which TestCheckIsFollowedLive listens to",
	"/drafts/:run/events":                "a stream, which TestDraftIsTestedBesideItsForm listens to",
	"/oauth/jira/callback":               "leads on at once, so that no code stays in the address bar",
	"/login":                             "shown to nobody who is signed in; TestDoorPages has it",
	"/setup":                             "shown while nobody can sign in; TestFirstAdmin has it",
}

// samples are the addresses behind each pattern, in a console full of samples.
type samples map[string][]string

// sampled finds an address, or several, for every pattern of the route table.
func sampled(t *testing.T, c *console) samples {
	t.Helper()
	one := c.as(t, admin)
	all := one.links(t, "/connectors?size=200", connectorPath)
	retired := retire(t, one)
	channel := one.links(t, "/notices", `/notices/[0-9a-z]{16}`)[0]
	out := samples{
		"/":                         {"/"},
		"/connectors":               {"/connectors", "/connectors?q=nothing-is-called-so", "/connectors?status=failing&sort=name&size=25"},
		"/connectors/new":           {"/connectors/new"},
		"/connectors/:id/purge":     {retired + "/purge"},
		"/connectors/:id/runs/:run": {},
		"/drafts/:run":              {"/drafts/" + one.draftTest(t)},
		"/trash":                    {"/trash"},
		"/watch":                    {"/watch"},
		"/expiry":                   {"/expiry", "/expiry?kind=token"},
		"/secrets":                  {"/secrets", "/secrets?q=nothing-is-called-so"},
		"/secrets/:id":              one.links(t, "/secrets", `/secrets/[0-9a-z-]{16,}`)[:3],
		"/reference/compatibility":  {"/reference/compatibility"},
		"/workspaces":               {"/workspaces"},
		"/workspaces/:id/settings":  one.links(t, "/workspaces", `/workspaces/[0-9a-z]{16}/settings`),
		"/workspaces/:id/oauth":     one.links(t, "/workspaces", `/workspaces/[0-9a-z]{16}/oauth`),
		"/workspaces/:id/host-keys": one.links(t, "/workspaces", `/workspaces/[0-9a-z]{16}/host-keys`),
		"/users":                    {"/users"},
		"/account":                  {"/account"},
		"/credentials":              {"/credentials"},
		"/requests":                 {"/requests", "/requests?q=nothing-is-called-so"},
		"/notices":                  {"/notices"},
		"/notices/:id":              {channel},
		"/notices/:id/log/:notice":  one.links(t, channel, channel+`/log/[0-9a-z]{16}`)[:1],
		"/audit":                    {"/audit", "/audit?actor=nobody"},
		"/reference":                {"/reference"},
		"/reference/codes":          {"/reference/codes"},
		"/connectors/:id":           {retired},
	}
	jira, _ := one.jira(t, one.hub(t, "https://auth.example.test"))
	out["/connectors/:id/authorise/:consent"] = []string{one.consent(t, jira)}
	for _, v := range catalog.All() {
		for _, typ := range v.Types {
			out["/connectors/new/:vendor/:type"] = append(out["/connectors/new/:vendor/:type"], "/connectors/new/"+v.ID+"/"+typ.Name)
			out["/reference/:vendor/:type"] = append(out["/reference/:vendor/:type"], "/reference/"+v.ID+"/"+typ.Name)
		}
	}
	shown := map[string]bool{}
	unseen := func(what string) bool { had := shown[what]; shown[what] = true; return !had }
	add := func(pattern, path string) { out[pattern] = append(out[pattern], path) }
	for _, path := range all {
		page := one.mustGet(t, path)
		typ := one.links(t, path, `/reference/[a-z]+/[A-Za-z]+`)[0]
		code := one.links(t, path, `/reference/codes#[A-Z_]+`)
		if unseen(typ) || len(code) > 0 && unseen(code[0]) {
			add("/connectors/:id", path)
		}
		if vendor := strings.Split(typ, "/")[2]; unseen("a form of " + vendor) {
			add("/connectors/:id/edit", path+"/edit")
		}
		if runs := one.links(t, path, path+`/runs/[0-9a-z-]+`); len(runs) > 0 && unseen("a run of "+code[0]) {
			add("/connectors/:id/runs/:run", runs[0])
		}
		if strings.Contains(page, "checkout-deploy") { // one that is used, and so has a longer question
			add("/connectors/:id/delete", path+"/delete")
			add("/connectors/:id/history", path+"/history")
		}
	}
	add("/connectors/:id/delete", all[len(all)-1]+"/delete")
	return out
}

// retire puts a connector of its own into the trash.
func retire(t *testing.T, one *client) string {
	t.Helper()
	vendor, typ := catalogued(t, "harness", "ArtifactoryAnonymous")
	form := url.Values{"workspace": {"Acme"}}
	word := unique()
	for name, value := range filledIn(vendor, typ, exampleWith(word)) {
		form.Set(name, value)
	}
	path := one.mustPost(t, "/connectors/new/harness/ArtifactoryAnonymous", form)
	one.mustPost(t, path+"/delete", nil)
	return path
}

func catalogued(t *testing.T, vendor, name string) (*connector.Vendor, connector.Type) {
	t.Helper()
	v, _ := catalog.All().Vendor(vendor)
	typ, ok := catalog.All().Type(vendor, name)
	if !ok {
		t.Fatalf("the catalog has no %s/%s", vendor, name)
	}
	return v, typ
}

// pagePatterns are the patterns of all routes that answer with a page.
func pagePatterns() []string {
	var out []string
	for _, r := range handlers.New(nil, "", nil, nil).Routes() {
		if _, not := notPages[r.Path]; r.Method == http.MethodGet && !not {
			out = append(out, r.Path)
		}
	}
	return out
}

// Every page is there, full of samples, and nothing is wrong with it in either theme and at any width.
func TestEveryPageFull(t *testing.T) {
	c := use(t, dev)
	all := sampled(t, c)
	for _, pattern := range pagePatterns() {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			if len(all[pattern]) == 0 {
				t.Fatal("this route has no sample; give it one, so that its page is looked at")
			}
			v := c.visit(t, admin)
			for _, path := range all[pattern] {
				v.whole(path)
			}
		})
	}
	for pattern := range all {
		if !slices.Contains(pagePatterns(), pattern) {
			t.Errorf("there are samples for %s, and no such route", pattern)
		}
	}
}

// whole opens a page and looks at all of it.
func (v *visitor) whole(path string) {
	v.t.Helper()
	v.expect(http.StatusOK)
	if got := v.open(path).Status(); got != http.StatusOK {
		v.t.Fatalf("GET %s = %d, want 200", path, got)
	}
	v.must(claim(v.Locator("h1")).ToHaveCount(1))
	v.clean(path)
}
