//go:build e2e

package e2e

import (
	"fmt"
	"hash/fnv"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// oauthServer plays an OAuth 2.0 server at which everybody consents at once, for the given sites.
func oauthServer(t *testing.T, sites ...string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		http.Redirect(w, r, "/consent?"+url.Values{"back": {q.Get("redirect_uri") + "?code=code-of-the-consent&state=" + q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("GET /consent", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("back"), http.StatusFound)
	})
	says := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, body)
		}
	}
	mux.HandleFunc("POST /token", says(`{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":3600}`))
	list := make([]string, len(sites))
	for i, s := range sites {
		list[i] = fmt.Sprintf(`{"id":"cloud-%d","name":"%s","url":"https://%s.atlassian.net"}`, i, s, s)
	}
	mux.HandleFunc("GET /oauth/token/accessible-resources", says("["+strings.Join(list, ",")+"]"))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// hub opens a Security Hub workspace of its own with an application at the server, and gives its name.
func (c *client) hub(t *testing.T, server string) string {
	t.Helper()
	name := "Hub " + unique()
	sum := fnv.New32a()
	sum.Write([]byte(name))
	c.mustPost(t, "/workspaces", url.Values{"vendor": {"securityhub"}, "name": {name}, "account": {fmt.Sprintf("9%011d", sum.Sum32())}, "region": {"eu-west-1"}})
	page := regexp.MustCompile(`href="(/workspaces/[0-9a-z]{16}/oauth)" aria-label="OAuth application of ` + name + `"`).FindStringSubmatch(c.mustGet(t, "/workspaces"))
	if page == nil {
		t.Fatalf("the workspaces do not lead to the OAuth application of %s", name)
	}
	c.mustPost(t, page[1], url.Values{"version": {"0"}, "client_id": {"client-1"}, "client_secret": {"some value"},
		"api": {server}, "authorise": {server + "/authorize"}, "token": {server + "/token"}})
	return name
}

// jira makes a connector that waits for a person in a workspace of that name, and gives its page.
func (c *client) jira(t *testing.T, workspace string) (path, name string) {
	t.Helper()
	name = "Findings " + unique()
	return c.mustPost(t, "/connectors/new/securityhub/JiraCloud", url.Values{"workspace": {workspace}, "name": {name}}), name
}

// consent goes to the OAuth server for a connector, as far as the address there, comes back with some code, and gives the page that asks
// for a word.
func (c *client) consent(t *testing.T, path string) string {
	t.Helper()
	a, err := c.post(path+"/authorise", nil)
	state := regexp.MustCompile(`state=([0-9a-f]{96})`).FindStringSubmatch(html.UnescapeString(a.Body))
	if err != nil || a.Status != http.StatusOK || state == nil {
		t.Fatalf("POST %s/authorise = %d, %v, want a page that leads on", path, a.Status, err)
	}
	back, err := c.get("/oauth/jira/callback?code=code-of-the-consent&state=" + state[1])
	if err != nil || !strings.HasPrefix(back.Location, path+"/authorise/") {
		t.Fatalf("the callback = %d to %s, %v, want the question", back.Status, back.Location, err)
	}
	return back.Location
}

// Somebody authorises a connector at the OAuth server, says so once more, and chooses the site, with scripts and without. Nothing of the code
// is left in the address bar or in what the Back button leads to.
func TestJiraIsAuthorised(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := use(t, dev)
			one := c.as(t, admin)
			path, called := one.jira(t, one.hub(t, oauthServer(t, "acme", "beta").URL))
			v := c.visit(t, admin, scripted(scripts))
			v.secrets = []string{"code-of-the-consent"}
			v.open(path)
			v.click(v.button("Authorise at Atlassian"))
			v.must(v.WaitForURL(regexp.MustCompile(path + `/authorise/`)))
			v.heading("Authorise “" + called + "”?")
			if scripts {
				v.clean("the question")
			}
			v.click(v.button("Authorise"))
			v.heading("Which site is “" + called + "” for?")
			v.expect(http.StatusUnprocessableEntity)
			v.click(v.button("Use this site"))
			v.must(claim(v.GetByRole("alert")).ToContainText("Site is required."))
			if scripts {
				v.clean("the choice of a site, refused")
			}
			v.click(v.GetByRole("radio").Nth(1))
			v.click(v.button("Use this site"))
			v.heading(called)
			v.says("“" + called + "” is authorised. Its project key is still to be filled in.")
			v.must(claim(v.Locator("#facts + dl")).ToContainText("https://beta.atlassian.net"))
			for range 6 {
				if _, err := v.GoBack(); err != nil {
					break
				}
				if at := v.URL(); strings.Contains(at, "code-of-the-consent") {
					t.Errorf("the history leads to %s", at)
				}
			}
		})
	}
}
