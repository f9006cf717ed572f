package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

func (c *console) window(t *testing.T) connector.Window {
	t.Helper()
	w, err := c.reg.AddWindow(t.Context(), root, connector.WindowDraft{Workspace: c.workspaces["harness"], Name: c.unique("Patch night "), Repeat: "weekly", Days: []string{"sun"},
		From: "22:00", To: "02:00", Zone: "Europe/Berlin"})
	if err != nil {
		t.Fatalf("AddWindow() = %v", err)
	}
	return w
}

// watched has the watch run over the console, without a tick.
func (c *console) watched(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ticks := make(chan time.Time)
	var ended sync.WaitGroup
	ended.Go(func() { c.reg.Watch(ctx, registry.Watching{Every: 10 * time.Minute, Ticks: ticks}) })
	ticks <- time.Time{} // taken: it runs
	t.Cleanup(func() { cancel(); ended.Wait() })
}

// shows wants a page to have some texts, and others not.
func shows(t *testing.T, what, body string, has []string, lacks ...string) {
	t.Helper()
	for _, text := range has {
		if !strings.Contains(body, text) {
			t.Errorf("%s does not say %q", what, text)
		}
	}
	for _, text := range lacks {
		if strings.Contains(body, text) {
			t.Errorf("%s says %q", what, text)
		}
	}
}

func TestAConnectorIsWatchedAsItsPageSays(t *testing.T) {
	c := opened(t, setting{})
	c.watched(t)
	path := "/connectors/" + c.git(t).ID
	v := c.as(t, "editor")
	shows(t, "the page", v.get(path).Body.String(), []string{"every 10 minutes", "As usual, every 10 minutes", "Pause the watch", "Last 30 days"}, "Resume the watch")

	if a := v.post(path+"/watch", "every", "1h"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != path+"#watch" {
		t.Fatalf("POST watch = %d to %s", a.Code, a.Header().Get("Location"))
	}
	shows(t, "the page", v.get(path).Body.String(), []string{"every hour", `<option value="1h" selected>`})
	if a := v.post(path+"/watch", "every", "2m"); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "Watched must be one of the choices in the list.") {
		t.Errorf("POST watch of what is not offered = %d, want the form again with a problem", a.Code)
	}
	v.post(path+"/watch", "every", "off")
	shows(t, "the page", v.get(path).Body.String(), []string{"not watched", "Only when somebody validates it."})

	// A pause, with what is missing, and then whole.
	a := v.post(path+"/pause", "for", "4", "until", "soon", "reason", "")
	shows(t, "the refused form", a.Body.String(), []string{"Or until must be a date and time", "<title>Error: ", `value="soon"`})
	a = v.post(path+"/pause", "for", "4", "reason", "  ")
	shows(t, "the refused form", a.Body.String(), []string{"Reason is required."})
	if a := v.post(path+"/pause", "for", "4", "reason", "Known <b>trouble</b>."); a.Code != http.StatusSeeOther {
		t.Fatalf("POST pause = %d %s", a.Code, a.Body)
	}
	shows(t, "the page", v.get(path).Body.String(), []string{"This connector is paused", "Known &lt;b&gt;trouble&lt;/b&gt;.", "16:00 UTC", "Resume the watch", "(editor, "})
	shows(t, "the watch page", c.as(t, "viewer").get("/watch").Body.String(), []string{path, "Known &lt;b&gt;"}, "Resume</button>")
	if a := v.post(path + "/resume"); a.Code != http.StatusSeeOther {
		t.Errorf("POST resume = %d", a.Code)
	}
	shows(t, "the page", v.get(path).Body.String(), []string{"The watch goes on."}, "is paused")
	v.post(path + "/resume")
	shows(t, "the page", v.get(path).Body.String(), []string{"It is not paused any more."})
	if a := v.post("/connectors/nothing-has-this-id/resume"); a.Code != http.StatusNotFound {
		t.Errorf("POST resume of nothing = %d, want %d", a.Code, http.StatusNotFound)
	}
}

func TestTheWatchIsPausedOnItsPage(t *testing.T) {
	c := opened(t, setting{})
	c.watched(t)
	path := "/connectors/" + c.git(t).ID
	admin, viewer := c.as(t, "admin"), c.as(t, "viewer")
	shows(t, "the watch page", admin.get("/watch").Body.String(), []string{"Running", "every 10 minutes", "Nothing is paused.", "No times of maintenance"})
	shows(t, "the watch page of a viewer", viewer.get("/watch").Body.String(), []string{"Running", "Admins pause the watch"}, `action="/watch/pause"`, `action="/watch/windows"`)

	admin.post("/watch/pause", "what", c.workspaces["harness"], "for", "", "reason", "The account moves.")
	admin.post("/watch/pause", "what", "", "until", "2026-11-23T08:00", "for", "1", "reason", "The data centre moves.")
	body := viewer.get("/watch").Body.String()
	shows(t, "the watch page", body, []string{"Paused", "Everything", "The data centre moves.", "23 Nov, 08:00 UTC", "Acme", "until somebody resumes: ", "The account moves."}, "Resume</button>")
	shows(t, "the overview", viewer.get("/").Body.String(), []string{"The watch is paused everywhere", "The data centre moves."})
	shows(t, "the connector's page", viewer.get(path).Body.String(), []string{"The watch is paused everywhere"})
	admin.post("/watch/resume", "what", "")
	shows(t, "the connector's page", viewer.get(path).Body.String(), []string{"Workspace Acme is paused", "The account moves."})
	admin.post("/watch/resume", "what", c.workspaces["harness"])
	shows(t, "the connector's page", viewer.get(path).Body.String(), nil, "is paused")
	if a := admin.post("/watch/pause", "what", "nowhere", "for", "4", "reason", "x"); a.Code != http.StatusNotFound {
		t.Errorf("POST pause of an unknown workspace = %d, want %d", a.Code, http.StatusNotFound)
	}
	a := admin.post("/watch/pause", "what", "", "for", "5", "reason", "")
	shows(t, "the refused form", a.Body.String(), []string{"Pause for must be one of the lengths in the list."})
	a = admin.post("/watch/pause", "what", "", "until", "2026-11-22T11:00", "reason", "x")
	shows(t, "the refused form", a.Body.String(), []string{"Until must lie in the future.", `value="2026-11-22T11:00"`})
}

func TestMaintenanceIsNotedOnThePageOfTheWatch(t *testing.T) {
	c := opened(t, setting{})
	c.watched(t)
	path := "/connectors/" + c.git(t).ID
	admin, viewer := c.as(t, "admin"), c.as(t, "viewer")
	// It is Sunday, 13:00 in Berlin.
	a := admin.post("/watch/windows", "workspace", c.workspaces["harness"], "name", "Patch noon", "repeat", "weekly", "days", "sun", "days", "sat", "from", "12:30", "to", "14:00", "zone", "Europe/Berlin")
	if a.Code != http.StatusSeeOther {
		t.Fatalf("POST windows = %d %s", a.Code, a.Body)
	}
	admin.post("/watch/windows", "workspace", c.workspaces["harness"], "name", "Move", "repeat", "once", "begins", "2026-11-24T22:00", "ends", "2026-11-25T02:00", "zone", "Asia/Tokyo")
	shows(t, "the watch page", viewer.get("/watch").Body.String(), []string{"Patch noon", "Sat, Sun, 12:30 to 14:00, Europe/Berlin", ">now<", "13:00 UTC",
		"Once, 24 Nov 2026, 22:00 to 25 Nov 2026, 02:00, Asia/Tokyo", "in 2 d"}, "Remove Patch noon")
	shows(t, "the connector's page", viewer.get(path).Body.String(), []string{"Maintenance of Acme:", "Patch noon", "13:00 UTC"})

	a = admin.post("/watch/windows", "workspace", c.workspaces["harness"], "name", "", "repeat", "weekly", "from", "9", "to", "10:00", "zone", "Mars/Olympus")
	shows(t, "the refused form", a.Body.String(), []string{"Name is required.", "Days must have at least one entry.", "From must be a time of day such as 22:00.", "Time zone Mars/Olympus is not known.",
		`href="#f-days"`, `id="f-days"`, `value="Mars/Olympus"`})
	windows, err := c.reg.Windows(t.Context(), root)
	if err != nil || len(windows) != 2 {
		t.Fatalf("Windows() = %+v, %v", windows, err)
	}
	for _, w := range windows {
		if a := admin.post("/watch/windows/" + w.ID + "/remove"); a.Code != http.StatusSeeOther {
			t.Errorf("POST remove = %d", a.Code)
		}
	}
	shows(t, "the connector's page", viewer.get(path).Body.String(), nil, "Maintenance of")
	if a := admin.post("/watch/windows/nothing/remove"); a.Code != http.StatusNotFound {
		t.Errorf("POST remove of nothing = %d, want %d", a.Code, http.StatusNotFound)
	}
}

func TestHistoryIsFilteredByDayCodeAndPerson(t *testing.T) {
	c := opened(t, setting{})
	id := c.git(t).ID
	for range 2 {
		c.run(t, id)
		c.clock.pass(24 * time.Hour)
	}
	c.clock.pass(-24 * time.Hour)
	path := "/connectors/" + id + "/history"
	v := c.as(t, "viewer")
	shows(t, "the history", v.get(path).Body.String(), []string{"changed from unverified", "0 % of 2 checks over 30 days healthy", "GIT_AUTH_REFUSED", "22 Nov 2026: 1 check, 1 failing", "20 Nov 2026: no checks", "2 kept one by one"})
	rows := func(query string) int {
		return strings.Count(v.get(path+query).Body.String(), "<td><code>GIT_AUTH_REFUSED</code></td>")
	}
	for query, want := range map[string]int{"": 2, "?day=2026-11-22": 1, "?day=2026-11-21": 0, "?day=nonsense": 2, "?code=GIT_AUTH_REFUSED": 2, "?code=GIT_REFS_LISTED": 0,
		"?by=test": 2, "?by=watch": 0, "?day=2026-11-23&by=test&code=GIT_AUTH_REFUSED": 1} {
		if got := rows(query); got != want {
			t.Errorf("GET history%s has %d rows, want %d", query, got, want)
		}
	}
	shows(t, "a day without checks", v.get(path+"?day=2026-11-21").Body.String(), []string{"Checks of 21 Nov 2026", "no checks", "No check matches", "Clear the filters"})
	exec(t, c.store.Dir(), `DELETE FROM runs`)
	shows(t, "a day whose checks are gone", v.get(path+"?day=2026-11-22").Body.String(), []string{"1 check, 1 failing", "The single checks of this day are gone"})
	shows(t, "the history of one never asked", v.get("/connectors/"+c.git(t).ID+"/history").Body.String(), []string{"No checks yet"}, "% of")
}

func TestWhatEndsIsListed(t *testing.T) {
	c := opened(t, setting{})
	v := c.as(t, "editor")
	shows(t, "the empty list", v.get("/expiry").Body.String(), []string{"Nothing is known to end yet"})
	secret := c.secret(t)
	path := "/secrets/" + secret.ID
	if a := v.post(path+"/ends", "ends", "2026-11-27"); a.Code != http.StatusSeeOther {
		t.Fatalf("POST ends = %d %s", a.Code, a.Body)
	}
	shows(t, "the page of the secret", v.get(path).Body.String(), []string{"ends on 27 November 2026. You are warned before.", "in 5 days", `value="2026-11-27"`})
	shows(t, "the list", v.get("/expiry").Body.String(), []string{secret.Name, "in 5 days", "27 Nov 2026", ">nothing<"})
	shows(t, "the list of secrets", v.get("/secrets").Body.String(), []string{"in 5 days"})
	shows(t, "the list of one kind", v.get("/expiry?kind=server+certificate").Body.String(), []string{"Nothing of that kind ends", "Clear the filters"}, secret.Name)
	shows(t, "the list of one workspace", v.get("/expiry?workspace=Hub").Body.String(), nil, secret.Name)
	shows(t, "the list of an odd address", v.get("/expiry?kind=x&after=y&workspace=z").Body.String(), []string{secret.Name})
	a := v.post(path+"/ends", "ends", "tomorrow")
	shows(t, "the refused form", a.Body.String(), []string{"Ends on must be a day such as 2027-01-31, or nothing.", `value="tomorrow"`, "<title>Error: "})
	v.post(path+"/ends", "ends", "")
	shows(t, "the page of the secret", v.get(path).Body.String(), []string{"Nobody has noted an end."})
	v.post("/secrets", "workspace", c.workspaces["harness"], "scope", "account", "name", "dated", "kind", "text", "value", "x", "ends", "2026-12-24")
	shows(t, "the list", v.get("/expiry").Body.String(), []string{"dated", "24 Dec 2026"})
	a = v.post("/secrets", "workspace", c.workspaces["harness"], "scope", "account", "name", "undated", "kind", "text", "value", "x", "ends", "24.12.2026")
	shows(t, "the refused form", a.Body.String(), []string{"Ends on must be a day", `value="24.12.2026"`})
}

func TestTheOverviewCountsWhatEndsSoon(t *testing.T) {
	c := opened(t, setting{})
	if _, err := c.reg.Workspaces(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	c.git(t)
	v := c.as(t, "viewer")
	shows(t, "the overview", v.get("/").Body.String(), nil, "within 30 days")
	for i, day := range []string{"2026-11-20", "2026-12-01", "2027-06-01"} {
		if _, err := c.reg.NoteEnd(t.Context(), root, c.secret(t).ID, day); err != nil {
			t.Fatalf("NoteEnd(%d) = %v", i, err)
		}
	}
	shows(t, "the overview", v.get("/").Body.String(), []string{"2 things end within 30 days", `href="/expiry"`})
	limited := access.Actor{Kind: "credential", ID: "k", Name: "ci", Role: access.Viewer, Workspace: c.workspaces["securityhub"]}
	if n, err := c.reg.EndingSoon(t.Context(), limited); err != nil || n != 0 {
		t.Errorf("EndingSoon() of another workspace = %d, %v; want none", n, err)
	}
}
