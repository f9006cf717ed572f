package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/handlers"
	"patchbay/web"
)

func back(fields ...string) string { return handlers.OAuthCallback + "?" + form(fields...) }

// goes presses "Authorise at Atlassian" and gives the state that the browser takes along.
func (v *visitor) goes(t *testing.T, one connector.Connector) string {
	t.Helper()
	a := v.post("/connectors/" + one.ID + "/authorise")
	refresh := a.Header().Get("Refresh")
	address, on := strings.CutPrefix(refresh, "0; url=")
	u, err := url.Parse(address)
	if a.Code != http.StatusOK || !on || err != nil || u.Host != "auth.atlassian.com" || u.Query().Get("client_id") != "client-1" || u.Query().Get("state") == "" {
		t.Fatalf("POST authorise = %d, on to %q, want the OAuth server", a.Code, refresh)
	}
	if !strings.Contains(a.Body.String(), `href="`+html.EscapeString(address)+`" rel="noreferrer"`) {
		t.Error("a browser that does not go on by itself has no link")
	}
	return u.Query().Get("state")
}

// comesBack opens the callback and gives where it leads, and what is said there.
func (v *visitor) comesBack(t *testing.T, fields ...string) (path, page string) {
	t.Helper()
	a := v.get(back(fields...))
	path = a.Header().Get("Location")
	if a.Code != http.StatusSeeOther || strings.Contains(path, "code") || a.Body.Len() > 0 {
		t.Fatalf("the callback = %d to %q with %q, want it to lead on without the code", a.Code, path, a.Body)
	}
	return path, v.get(path).Body.String()
}

func (c *console) spec(t *testing.T, id string) *securityhub.JiraCloud {
	t.Helper()
	one, err := c.reg.Connector(t.Context(), root, id)
	if err != nil {
		t.Fatal(err)
	}
	return one.Spec.(*securityhub.JiraCloud)
}

func TestAPersonComesBackFromTheOAuthServer(t *testing.T) {
	c := opened(t, setting{})
	one := c.jira(t)
	path, v := "/connectors/"+one.ID, c.in(t, "editor")
	if a := v.post(path + "/authorise"); a.Code != http.StatusSeeOther || !strings.Contains(v.get(path).Body.String(), "Ask an admin to set it, then authorise again.") {
		t.Errorf("without an application POST authorise = %d, want it said", a.Code)
	}
	c.withApp(t)
	canary := "<b>cnry" + "5f0d</b>"
	for what, tt := range map[string]struct {
		query    []string
		to, text string
	}{
		"a person who declines":  {[]string{"error", "access_denied", "error_description", canary}, path, "was declined"},
		"a server that refuses":  {[]string{"error", canary, "error_description", canary, "code", canary}, path, "refused to ask"},
		"no code":                {[]string{"x", canary}, path, "no code"},
		"no state":               {[]string{"state", "", "code", canary}, "/connectors", "No connector waits"},
		"a forged state":         {[]string{"state", stateOf(one)[:32] + strings.Repeat("0", 64), "code", canary}, "/connectors", "No connector waits"},
		"a state that is a text": {[]string{"state", canary, "code", canary}, "/connectors", "No connector waits"},
	} {
		state := v.goes(t, one)
		to, page := v.comesBack(t, append([]string{"state", state}, tt.query...)...)
		if tt.query[0] == "state" {
			to, page = v.comesBack(t, tt.query...)
		}
		if to != tt.to && tt.query[0] != "state" || !strings.Contains(page, tt.text) {
			t.Errorf("with %s the callback leads to %s, want %s with %q", what, to, tt.to, tt.text)
		}
		if strings.Contains(page, "cnry5f0d") || strings.Contains(page, state) || strings.Contains(page, url.QueryEscape(canary)) {
			t.Errorf("with %s the page shows what came in", what)
		}
	}
	if got := c.consents.exchanged(); len(got) > 0 {
		t.Fatalf("the codes %q were exchanged without a word of the person", got)
	}

	state := v.goes(t, one)
	ask, page := v.comesBack(t, "state", state, "code", "cnry-good")
	if !strings.HasPrefix(ask, path+"/authorise/") {
		t.Fatalf("the callback leads to %s, want the question", ask)
	}
	for _, want := range []string{"Authorise “" + one.Name + "”?", "Hub", "none, nobody has authorised it yet", `action="` + ask + `"`, ">Authorise"} {
		if !strings.Contains(page, html.EscapeString(want)) && !strings.Contains(page, want) {
			t.Errorf("the question does not say %q", want)
		}
	}
	for _, none := range []string{"cnry-good", state, stateOf(one), "You did not begin this here"} {
		if strings.Contains(page, none) {
			t.Errorf("the question has %q", none)
		}
	}
	if c.spec(t, one.ID).Authorised() || len(c.consents.exchanged()) > 0 {
		t.Fatal("opening the question has taken the code already")
	}
	if a := v.post(ask); a.Code != http.StatusSeeOther || a.Header().Get("Location") != path {
		t.Fatalf("POST = %d to %q, want the connector", a.Code, a.Header().Get("Location"))
	}
	if page = v.get(path).Body.String(); !strings.Contains(page, "is authorised.") || !strings.Contains(page, "https://acme.atlassian.net") || !strings.Contains(page, "Authorise again") {
		t.Error("the connector's page does not tell of the authorisation")
	}
	for _, again := range []string{ask, back("state", state, "code", "cnry-good")} {
		if a := v.get(again); a.Code != http.StatusSeeOther || strings.HasPrefix(a.Header().Get("Location"), ask) {
			t.Errorf("GET %s again = %d to %s, want it over", again, a.Code, a.Header().Get("Location"))
		}
	}
	if a := v.post(ask); a.Code != http.StatusSeeOther || len(c.consents.exchanged()) != 1 {
		t.Errorf("POST again = %d after the codes %v, want it over", a.Code, c.consents.exchanged())
	}
	if log := c.log.String(); strings.Contains(log, state) || strings.Contains(log, "cnry-good") {
		t.Error("the log has the state or the code in it")
	}
	// Another time, to the same connector.
	ask, _ = v.comesBack(t, "state", v.goes(t, one), "code", "again")
	if a := v.post(ask); a.Header().Get("Location") != path || len(c.consents.exchanged()) != 2 {
		t.Errorf("authorising again = %d to %s", a.Code, a.Header().Get("Location"))
	}
}

func TestACodeThatIsNotTakenIsSaid(t *testing.T) {
	c := opened(t, setting{})
	c.withApp(t)
	one := c.jira(t)
	path, v := "/connectors/"+one.ID, c.in(t, "editor")
	for code, tt := range map[string]struct {
		text  string
		again bool
	}{"spent": {"Consent again.", false}, "down": {"could not be reached", true}} {
		ask, _ := v.comesBack(t, "state", v.goes(t, one), "code", code)
		to := v.post(ask).Header().Get("Location")
		if to != map[bool]string{true: ask, false: path}[tt.again] || !strings.Contains(v.get(to).Body.String(), tt.text) {
			t.Errorf("the code %s leads to %s, want the reason and the way on", code, to)
		}
	}
}

// TestSomebodyElsesLinkTakesNoAccount is the attack on an editor: the attacker, who may only read, knows the state of the connector's own
// address, and sends a link with a code of their own account.
func TestSomebodyElsesLinkTakesNoAccount(t *testing.T) {
	c := opened(t, setting{})
	c.withApp(t)
	one := c.jira(t)
	viewer, editor, admin := c.in(t, "viewer"), c.in(t, "editor"), c.in(t, "admin")

	// Reading the pages does not tell the state, not even to whoever searches for it.
	state := stateOf(one)
	for _, path := range []string{"/connectors/" + one.ID, "/connectors/" + one.ID + "/history", "/connectors?q=" + one.Name} {
		for who, v := range map[string]*visitor{"a viewer": viewer, "an editor": editor} {
			if page := v.get(path).Body.String(); strings.Contains(page, state) || strings.Contains(page, state[40:]) {
				t.Errorf("%s shows %s the state", path, who)
			}
		}
	}
	if page := viewer.get("/connectors?q=" + state[40:52]).Body.String(); strings.Contains(page, one.Name) {
		t.Error("the search finds the connector by a part of its state")
	}
	// A link with that state changes nothing and asks, with a warning.
	ask, page := editor.comesBack(t, "state", state, "code", "the-attackers")
	if !strings.Contains(page, "You did not begin this here") || len(c.consents.exchanged()) > 0 || c.spec(t, one.ID).Authorised() {
		t.Fatal("a link from elsewhere is not warned of, or was taken")
	}
	// The form cannot be sent from another site.
	r := editor.request(http.MethodPost, ask, strings.NewReader(""), "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if a := editor.send(r); a.Code != http.StatusForbidden || len(c.consents.exchanged()) > 0 {
		t.Errorf("POST from another site = %d, want 403", a.Code)
	}
	// Nor by somebody else, who does not even learn that it is there.
	for who, v := range map[string]*visitor{"another editor": admin, "a viewer": viewer} {
		if a := v.post(ask); c.spec(t, one.ID).Authorised() || len(c.consents.exchanged()) > 0 {
			t.Errorf("POST by %s = %d took the code", who, a.Code)
		}
	}
	// What somebody began cannot be brought by somebody else.
	mine := admin.goes(t, one)
	to, page := editor.comesBack(t, "state", mine, "code", "the-attackers")
	if to != "/connectors" || !strings.Contains(page, "Somebody else began this authorisation") {
		t.Errorf("somebody else's authorisation leads to %s", to)
	}
	if to, _ := viewer.comesBack(t, "state", mine, "code", "the-attackers"); to != "/connectors" {
		t.Errorf("a viewer who comes back is led to %s", to)
	}
	// The right person is not hindered by any of it.
	ask, page = admin.comesBack(t, "state", mine, "code", "good")
	if strings.Contains(page, "You did not begin this here") {
		t.Error("the person who began is warned of themselves")
	}
	admin.post(ask)
	if got := c.consents.exchanged(); !slices.Equal(got, []string{"good"}) || !c.spec(t, one.ID).Authorised() {
		t.Errorf("the codes %q were exchanged, want the right one alone", got)
	}
}

// TestWithoutTheCrossOriginGuardAnotherSiteCouldSendTheForm shows that control switched off: the same form without what a browser says of where
// it comes from is taken.
func TestWithoutTheCrossOriginGuardAnotherSiteCouldSendTheForm(t *testing.T) {
	c := opened(t, setting{})
	c.withApp(t)
	one := c.jira(t)
	v := c.in(t, "editor")
	ask, _ := v.comesBack(t, "state", stateOf(one), "code", "the-attackers")
	if v.send(v.request(http.MethodPost, ask, strings.NewReader(""))); !c.spec(t, one.ID).Authorised() {
		t.Error("the form was not taken, so the guard is not what keeps another site from sending it")
	}
}

func TestWhoIsNotSignedInLosesTheCode(t *testing.T) {
	c := opened(t, setting{})
	c.withApp(t)
	one := c.jira(t)
	state := c.in(t, "editor").goes(t, one)
	a := c.nobody().get(back("state", state, "code", "good"))
	if to := a.Header().Get("Location"); a.Code != http.StatusSeeOther || to != "/login?next=%2Fconnectors" {
		t.Errorf("the callback for nobody = %d to %s, want the sign-in page without the code", a.Code, to)
	}
}

var radios = regexp.MustCompile(`type="radio" name="site" value="([^"]+)"`)

func TestOneOfSeveralSitesIsChosenOnAPage(t *testing.T) {
	c := opened(t, setting{})
	c.withApp(t)
	one := c.jira(t)
	v := c.in(t, "editor")
	ask, _ := v.comesBack(t, "state", v.goes(t, one), "code", "two")
	if to := v.post(ask).Header().Get("Location"); to != ask {
		t.Fatalf("POST for two sites leads to %s, want the choice", to)
	}
	page := v.get(ask).Body.String()
	if got := radios.FindAllStringSubmatch(page, -1); len(got) != 2 || got[0][1] != "cloud-1" || got[1][1] != "cloud-2" {
		t.Errorf("the page offers %v, want both sites", got)
	}
	for _, want := range []string{"Which site is", "acme", "https://beta.atlassian.net", "Use this site"} {
		if !strings.Contains(page, want) {
			t.Errorf("the choice does not have %q", want)
		}
	}
	for name, fields := range map[string][]string{"no site": nil, "a site of nobody": {"site", "cloud-9"}} {
		a := v.post(ask, fields...)
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), `href="#f-site"`) || !strings.Contains(a.Body.String(), "<title>Error: ") {
			t.Errorf("POST with %s = %d, want it said at the field", name, a.Code)
		}
	}
	c.clock.pass(9 * time.Minute)
	if a := v.post(ask, "site", "cloud-2"); a.Code != http.StatusSeeOther {
		t.Errorf("POST = %d %s", a.Code, a.Body)
	}
	if s := c.spec(t, one.ID); s.CloudID != "cloud-2" || s.Domain != "https://beta.atlassian.net" || len(c.consents.exchanged()) != 1 {
		t.Errorf("kept = %+v after the codes %v, want the second site and one exchange", s, c.consents.exchanged())
	}
}

func TestWhatIsNotChosenInTimeIsForgotten(t *testing.T) {
	c := opened(t, setting{})
	c.withApp(t)
	one := c.jira(t)
	v := c.in(t, "editor")
	ask, _ := v.comesBack(t, "state", v.goes(t, one), "code", "two")
	v.post(ask)
	c.clock.pass(10 * time.Minute)
	if to := v.post(ask, "site", "cloud-2").Header().Get("Location"); to != "/connectors/"+one.ID || c.spec(t, one.ID).Authorised() {
		t.Errorf("POST ten minutes later leads to %s, want it over", to)
	}
}

// TestTheCallbackAsksTheRegistry shows what the route's own guard is not for: it lets everybody in, and the registry does not.
func TestTheCallbackAsksTheRegistry(t *testing.T) {
	c := opened(t, setting{})
	for _, r := range c.routes {
		if r.Path == handlers.OAuthCallback && r.Needs != web.Public {
			t.Errorf("the callback needs %s, so the sign-in page would be told the code", r.Needs)
		}
	}
	c.withApp(t)
	one := c.jira(t)
	for _, role := range []access.Role{access.Viewer, access.Tester} {
		v := c.in(t, string(role))
		before := c.events(t)
		if to, page := v.comesBack(t, "state", stateOf(one), "code", "x"); to != "/connectors" || !strings.Contains(page, "editor") || c.events(t) != before {
			t.Errorf("a %s who comes back is led to %s and leaves %d events", role, to, c.events(t)-before)
		}
	}
}
