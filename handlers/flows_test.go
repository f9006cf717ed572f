package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
)

// gitForm fills in the form of a type that needs no secret.
func (c *console) gitForm(name string, more ...string) []string {
	return append([]string{"workspace", c.workspaces["harness"], "name", name, "identifier", "", "url", "https://repo.example.com/" + url.PathEscape(name)}, more...)
}

const gitForms = "/connectors/new/harness/ArtifactoryAnonymous"

// says fails unless the page has each of the texts.
func says(t *testing.T, what, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%s does not say %q", what, text)
		}
	}
}

func TestAConnectorIsCreatedChangedDeletedAndTakenBack(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "editor")
	a := v.post(gitForms, c.gitForm("Main Repo")...)
	at := a.Header().Get("Location")
	if a.Code != http.StatusSeeOther || !strings.HasPrefix(at, "/connectors/") {
		t.Fatalf("create = %d to %q", a.Code, at)
	}
	says(t, "the page after creating", v.get(at).Body.String(), "Main Repo", "Main_Repo", "was created", "Unverified")
	if strings.Contains(v.get(at).Body.String(), "was created") {
		t.Error("the message is said twice")
	}
	if a = v.post(at+"/edit", c.gitForm("Main Repo two", "revision", "1")...); a.Header().Get("Location") != at {
		t.Fatalf("change = %d to %q", a.Code, a.Header().Get("Location"))
	}
	says(t, "the page after changing", v.get(at).Body.String(), "Main Repo two", "was saved", "Main_Repo")
	if a = v.post(at + "/validate"); a.Header().Get("Location") != at+"#check" {
		t.Fatalf("validate = %d to %q", a.Code, a.Header().Get("Location"))
	}
	says(t, "the page after validating", v.get(at).Body.String(), "The server refused the password.", "Failing", "GIT_AUTH_REFUSED")
	says(t, "the list", v.get("/connectors?status=failing").Body.String(), "Main Repo two")
	if a = v.post(at+"/delete", "version", "2"); a.Header().Get("Location") != "/connectors" {
		t.Fatalf("delete = %d to %q", a.Code, a.Header().Get("Location"))
	}
	says(t, "the list after deleting", v.get("/connectors").Body.String(), "is in the trash", at+"/restore")
	says(t, "the trash", v.get("/trash").Body.String(), "Main Repo two")
	if a = v.post(at + "/restore"); a.Header().Get("Location") != at {
		t.Fatalf("restore = %d to %q", a.Code, a.Header().Get("Location"))
	}
	says(t, "the page after taking it back", v.get(at).Body.String(), "is back")
}

func TestARefusedFormKeepsWhatWasTyped(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "editor")
	a := v.post(gitForms, "workspace", c.workspaces["harness"], "name", "Kept Name", "description", "a kept description", "url", "ftp://nowhere", "tags", "team:kept")
	if a.Code != http.StatusUnprocessableEntity {
		t.Fatalf("create = %d, want 422", a.Code)
	}
	says(t, "the refused form", a.Body.String(), "<title>Error: ", "Artifactory URL must start with http:// or https://.", "Kept Name", "a kept description",
		"ftp://nowhere", "team:kept", `aria-invalid="true"`, `href="#f-url"`)
	if got := strings.Count(a.Body.String(), "Artifactory URL must start with"); got < 2 {
		t.Errorf("the problem is said %d times, want in the summary and at the field", got)
	}
	for name, fields := range map[string][]string{"no workspace": {"name", "X"}, "a workspace of another vendor": {"workspace", c.workspaces["jitterbit"], "name", "X"}} {
		says(t, "the form with "+name, v.post(gitForms, fields...).Body.String(), "Workspace must be one of your Harness workspaces.", "Artifactory URL is required.")
	}
}

func TestTwoEditorsAreShownTheDifferenceAndChoose(t *testing.T) {
	c := opened(t, setting{})
	mine, theirs := c.in(t, "editor"), c.in(t, "admin")
	at := mine.post(gitForms, c.gitForm("Shared")...).Header().Get("Location")
	if a := theirs.post(at+"/edit", c.gitForm("Shared", "description", "their words", "revision", "1")...); a.Code != http.StatusSeeOther {
		t.Fatalf("their change = %d", a.Code)
	}
	a := mine.post(at+"/edit", c.gitForm("Shared", "description", "my words", "revision", "1")...)
	if a.Code != http.StatusConflict {
		t.Fatalf("my change = %d, want a conflict", a.Code)
	}
	says(t, "the conflict", a.Body.String(), "admin changed this connector", "their words", "my words", `name="keep.description"`, `value="2"`)
	id := strings.TrimPrefix(at, "/connectors/")
	if now, err := c.reg.Connector(t.Context(), root, id); err != nil || now.Description != "their words" {
		t.Errorf("after the conflict the description is %q, %v, want theirs", now.Description, err)
	}
	if a = mine.post(at+"/edit", c.gitForm("Shared", "description", "my words", "revision", "2", "keep.description", "theirs", "tags", "team:mine")...); a.Code != http.StatusSeeOther {
		t.Fatalf("the choice = %d", a.Code)
	}
	now, err := c.reg.Connector(t.Context(), root, id)
	if team, _ := now.Tags.Get("team"); err != nil || now.Description != "their words" || team != "mine" {
		t.Errorf("after choosing theirs = %q with the team %q, %v, want their words and my tag", now.Description, team, err)
	}
	for _, version := range []string{"", "x", "9999999999999999999"} {
		if a := mine.post(at+"/edit", c.gitForm("Shared", "revision", version)...); a.Code != http.StatusBadRequest {
			t.Errorf("a change of version %q = %d, want 400", version, a.Code)
		}
	}
}

func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "editor")
	at := v.post(gitForms, c.gitForm("Used")...).Header().Get("Location")
	if a := v.post(at+"/uses", "kind", "pipeline", "name", "nightly-build"); a.Code != http.StatusSeeOther {
		t.Fatalf("noting a use = %d", a.Code)
	}
	if a := v.post(at+"/uses", "kind", "", "name", ""); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("noting nothing = %d, want 422", a.Code)
	}
	says(t, "the question", v.get(at+"/delete").Body.String(), "nightly-build")
	a := v.post(at+"/delete", "version", "1")
	if a.Code != http.StatusConflict {
		t.Errorf("delete = %d, want 409", a.Code)
	}
	says(t, "the refusal", a.Body.String(), "nightly-build")
}

func TestPurgingAsksForTheNameAtItsField(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "admin")
	gone := c.retired(t)
	a := v.post("/connectors/"+gone.ID+"/purge", "name", "something else")
	if a.Code != http.StatusUnprocessableEntity {
		t.Fatalf("purge with a wrong name = %d, want 422", a.Code)
	}
	says(t, "the refusal", a.Body.String(), "must be typed exactly as “"+gone.Name+"”", `href="#f-name"`, `aria-invalid="true"`, "something else")
	if a = v.post("/connectors/"+gone.ID+"/purge", "name", gone.Name); a.Header().Get("Location") != "/trash" {
		t.Errorf("purge = %d to %q", a.Code, a.Header().Get("Location"))
	}
	if a = v.get("/connectors/" + gone.ID); a.Code != http.StatusNotFound {
		t.Errorf("the page of what was purged = %d, want 404", a.Code)
	}
}

func TestATypedValueIsSealedWithTheConnector(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "editor")
	a := v.post("/connectors/new/harness/GitHttp", "workspace", c.workspaces["harness"], "name", "With token", "url", "https://git.example.com/a.git", "connection_type", "Repo",
		"username", "ci", "password_ref", "account.fresh", "password_ref.value", "  the value\r\n")
	if a.Code != http.StatusSeeOther {
		t.Fatalf("create = %d: %s", a.Code, a.Body)
	}
	opened, err := c.store.OpenSecret(t.Context(), connector.SecretName{Workspace: c.workspaces["harness"], Name: "fresh"})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := opened.For("https://git.example.com:443"); !ok || got != "the value" {
		t.Errorf("the secret is %q, %v, want the value without what pasting brought along", got, ok)
	}
	says(t, "the page of secrets", v.get("/secrets").Body.String(), "fresh", "https://git.example.com:443")
}

func TestTheFirstAdminSetsUpOnce(t *testing.T) {
	c := opened(t, setting{bare: true})
	v := c.nobody()
	if to := v.get("/login").Header().Get("Location"); to != "/setup" {
		t.Errorf("without users the sign-in leads to %q, want /setup", to)
	}
	code := c.reg.SetUpCode()
	a := v.post("/setup", "code", "wrong", "username", "root", "password", password)
	if a.Code != http.StatusUnprocessableEntity || strings.Contains(a.Body.String(), code) {
		t.Errorf("a wrong code = %d, want 422 and nothing of the right one", a.Code)
	}
	if a = v.post("/setup", "code", code, "username", "root", "password", password); a.Header().Get("Location") != "/workspaces" {
		t.Fatalf("set-up = %d to %q", a.Code, a.Header().Get("Location"))
	}
	says(t, "the page after set-up", v.get("/workspaces").Body.String(), "You are the first admin")
	if a = c.nobody().post("/setup", "code", code, "username", "second", "password", password); a.Header().Get("Location") != "/login" {
		t.Errorf("a second set-up = %d to %q, want the sign-in page", a.Code, a.Header().Get("Location"))
	}
}

func TestAnAdminLooksAfterUsers(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "admin")
	if a := v.post("/users", "username", "dana", "role", "tester", "password", "battery staple"); a.Code != http.StatusSeeOther {
		t.Fatalf("adding a user = %d", a.Code)
	}
	says(t, "the refused form", v.post("/users", "username", "dana", "role", "tester", "password", "battery staple").Body.String(), "already taken", "dana")
	me, _, err := c.store.UserNamed(t.Context(), "admin")
	if err != nil {
		t.Fatal(err)
	}
	if a := v.post("/users/"+me.ID+"/role", "version", "1", "role", "viewer"); a.Code != http.StatusSeeOther {
		t.Errorf("the last admin's own demotion = %d", a.Code)
	}
	says(t, "the page after it", v.get("/users").Body.String(), "Somebody must stay admin")
	if a := v.post("/users/"+me.ID+"/password", "password", "battery staple"); a.Header().Get("Location") != "/account" {
		t.Errorf("the own password by the admin's form leads to %q, want /account, which asks for the old one", a.Header().Get("Location"))
	}
	second := c.user(t, "second", access.Admin)
	if a := v.post("/users/"+me.ID+"/role", "version", "1", "role", "viewer"); a.Header().Get("Location") != "/login" || v.signedIn(t) {
		t.Errorf("the own demotion leads to %q, want the sign-in page, the session ended", a.Header().Get("Location"))
	}
	if second.Role != access.Admin {
		t.Error("the second is no admin")
	}
}

func TestTheListTakesItsStateFromTheAddress(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "viewer")
	for range 3 {
		c.git(t)
	}
	next := regexp.MustCompile(`rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"`)
	page := v.get("/connectors?size=2&sort=name").Body.String()
	found := next.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the first page of two does not lead to the next")
	}
	second := strings.ReplaceAll(found[1]+found[2], "&amp;", "&")
	for _, one := range []string{"repo1", "repo2"} {
		if !strings.Contains(page, one) || strings.Contains(v.get(second).Body.String(), ">"+one+"<") {
			t.Errorf("%s is not on the first page alone", one)
		}
	}
	for _, odd := range []string{"?after=x", "?sort=x", "?size=-1", "?size=x", "?status=x", "?workspace=x", "?after=" + strings.Repeat("A", 500), "?scope=/x"} {
		for _, path := range []string{"/connectors", "/trash"} {
			if a := v.get(path + odd); a.Code != http.StatusOK {
				t.Errorf("GET %s%s = %d, want a list", path, odd, a.Code)
			}
		}
	}
	part := v.get("/connectors", "HX-Request", "true")
	if strings.Contains(part.Body.String(), "<html") || !strings.Contains(v.get("/connectors", "HX-Request", "true", "HX-Request-Type", "full").Body.String(), "<html") {
		t.Error("a partial request must get the results alone, and a boosted one the whole page")
	}
}

func TestAnAlteredLogIsSaidAndAnUnreadOneIsNot(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "admin")
	says(t, "the verdict", v.post("/audit/verify").Body.String(), "fit together: none was altered")
	exec(t, c.dir, `DROP TRIGGER events_stay`, `UPDATE events SET name = 'other' WHERE seq = 3`)
	says(t, "the verdict on an altered log", v.post("/audit/verify").Body.String(), "does not fit together", "event 3")
}
