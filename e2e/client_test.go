//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"patchbay/connector"
	"patchbay/connector/catalog"
)

// client is somebody without a browser. It prepares what a test is not about, and asks for what a browser hides.
type client struct {
	base string
	http *http.Client
}

// answer is what a console said.
type answer struct {
	Status   int
	Location string
	Body     string
}

// stranger gives a client that is not signed in.
func (c *console) stranger() *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it never fails without options
	}
	return &client{c.URL, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signIn gives a client with a session of its own, so that no two tests read each other's messages.
func (c *console) signIn(user string) (*client, error) {
	one := c.stranger()
	a, err := one.post("/login", url.Values{"username": {user}, "password": {password}})
	if err == nil && a.Status != http.StatusSeeOther {
		err = fmt.Errorf("sign in as %s: status %d, want 303", user, a.Status)
	}
	return one, err
}

func (c *console) as(t *testing.T, user string) *client {
	t.Helper()
	one, err := c.signIn(user)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func (c *client) get(path string) (answer, error) {
	return c.do(http.MethodGet, path, nil)
}

func (c *client) post(path string, form url.Values) (answer, error) {
	return c.do(http.MethodPost, path, form)
}

func (c *client) do(method, path string, form url.Values) (a answer, err error) {
	request, err := http.NewRequest(method, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return a, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header.Get("Location"), string(body)}, err
}

// mustGet gives a page that is there.
func (c *client) mustGet(t *testing.T, path string) string {
	t.Helper()
	a, err := c.get(path)
	if err != nil || a.Status != http.StatusOK {
		t.Fatalf("GET %s = %d, %v, want 200", path, a.Status, err)
	}
	return a.Body
}

// mustPost sends a form that is taken, and gives where it leads.
func (c *client) mustPost(t *testing.T, path string, form url.Values) string {
	t.Helper()
	a, err := c.post(path, form)
	if err != nil || a.Status != http.StatusSeeOther {
		t.Fatalf("POST %s = %d, %v, want 303\n%s", path, a.Status, err, problemsOf(a.Body))
	}
	return a.Location
}

var summary = regexp.MustCompile(`(?s)<div class="errors".*?</div>`)

func problemsOf(page string) string { return html.UnescapeString(summary.FindString(page)) }

// links gives the addresses on a page that the pattern matches, each once.
func (c *client) links(t *testing.T, path, pattern string) []string {
	t.Helper()
	var out []string
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`href="(`+pattern+`)"`).FindAllStringSubmatch(c.mustGet(t, path), -1) {
		if link := html.UnescapeString(m[1]); !seen[link] {
			seen[link] = true
			out = append(out, link)
		}
	}
	return out
}

// connectorPath matches the page of one connector.
const connectorPath = `/connectors/[0-9a-z-]{16,}`

// create makes a connector with the examples, under a name of its own, and gives its page.
func (c *console) create(t *testing.T, by *client, v *connector.Vendor, typ connector.Type, more map[string]string) (path, name string) {
	t.Helper()
	form := url.Values{"workspace": {c.workspaces[v.ID]}}
	word := unique()
	for name, value := range filledIn(v, typ, exampleWith(word)) {
		form.Set(name, value)
	}
	for name, value := range more {
		form.Set(name, value)
	}
	for _, f := range typ.New().Fields() {
		if f.Kind == connector.KindRef && form.Get(f.Name) == f.Example+"_"+word {
			form.Set(f.Name+".value", "value of "+f.Name)
		}
	}
	path = by.mustPost(t, "/connectors/new/"+v.ID+"/"+typ.Name, form)
	return path, form.Get("name")
}

var words atomic.Int64

// unique gives a word that no other test uses: names and identifiers end in it.
func unique() string { return fmt.Sprintf("n%d", words.Add(1)) }

// keepExamples keeps the secrets that the examples of all types name.
func (c *console) keepExamples() error {
	one, err := c.signIn(admin)
	if err != nil {
		return err
	}
	for _, v := range catalog.All() {
		kept := map[string]bool{}
		for _, typ := range v.Types {
			for _, f := range typ.New().Fields() {
				if f.Kind != connector.KindRef || kept[f.Example] {
					continue
				}
				kept[f.Example] = true
				scope, name, _ := v.Resolve(connector.Scope{}, f.Example)
				a, err := one.post("/secrets", url.Values{"workspace": {c.workspaces[v.ID]}, "scope": {scope.String()}, "name": {name},
					"kind": {string(connector.SecretText)}, "value": {"value of " + name}})
				if err != nil || a.Status != http.StatusSeeOther {
					return fmt.Errorf("keep the secret %s: status %d, %w", name, a.Status, err)
				}
			}
		}
	}
	return nil
}

// addUser adds a user who signs in with the common password, and gives the name.
func (c *console) addUser(t *testing.T, role string) string {
	t.Helper()
	name := role + "-" + unique()
	c.as(t, admin).mustPost(t, "/users", url.Values{"username": {name}, "role": {role}, "password": {password}})
	return name
}
