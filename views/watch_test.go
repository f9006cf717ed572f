package views

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"patchbay/connector"
)

// month is thirty days that end today, with every kind of day among them.
func month() []connector.Day {
	days := make([]connector.Day, 30)
	for i := range days {
		d := &days[i]
		d.Date = connector.DayOf(now).AddDate(0, 0, i-29)
		counts := map[int][4]int{3: {0, 0, 144, 0}, 7: {100, 20, 24, 0}, 12: {0, 0, 0, 144}, 17: {140, 4, 0, 0}, 21: {143, 0, 1, 0}, 28: {1, 1, 142, 0}}
		c, odd := counts[i]
		if i == 0 || i == 9 {
			continue
		}
		if !odd {
			c = [4]int{144, 0, 0, 0}
		}
		for s, status := range []connector.Status{connector.Healthy, connector.Degraded, connector.Failing, connector.Unverified} {
			for range c[s] {
				d.Add(status, 180*time.Millisecond, false)
			}
		}
	}
	return days
}

// watchPages are the pages of the watch in their states.
func watchPages() map[string]templ.Component {
	all := samples()
	ends := []connector.Ending{
		{Expiry: connector.Expiry{Kind: connector.ServerCertificate, Name: "git.acme.example", At: now.AddDate(0, 0, -3)}, Connectors: all[:2], Users: 40},
		{Expiry: connector.Expiry{Kind: connector.KeptSecret, Name: "azure", At: now.Add(time.Hour)}, Workspace: "w1", Secret: "s1"},
		{Expiry: connector.Expiry{Kind: connector.ClientCertificate, Name: "app", At: now.AddDate(0, 0, 20)}, Connectors: all[:1], Users: 1},
		{Expiry: connector.Expiry{Kind: connector.AccessToken, Name: "https://api.example.com:443", At: now.AddDate(1, 0, 0)}, Connectors: all[:1], Users: 1},
	}
	paused := connector.Pause{Since: back(time.Hour), Until: now.Add(3 * time.Hour), Reason: "The data centre moves.", By: "dana"}
	state := connector.WatchState{On: true, Every: 10 * time.Minute, Offline: back(4 * time.Minute), Pause: &paused, Lag: 340 * time.Millisecond, Asking: 3}
	page := ConnectorPage{Shell: shell(all[0].Name, "/connectors/c1"), Vendor: vendors[0], Type: vendors[0].Types[0], Workspace: tenancies[0], Connector: all[0], History: history()}
	with := func(p WatchPanel) templ.Component {
		page := page
		page.Watch = p
		page.Invalid = len(p.Problems) > 0
		return Connector(page)
	}
	usual := connector.Watched{Watch: connector.Watch{Connector: "c1", Slot: now.Add(4 * time.Minute), Due: now.Add(4 * time.Minute)}, On: true, Cadence: 10 * time.Minute}
	failed := usual
	failed.Fails, failed.Due = 1, now.Add(9*time.Second)
	one := paused
	one.Connector, one.Name, one.Workspace, one.Until = "c1", "payments-git", "w1", time.Time{}
	resting := usual
	resting.Pause, resting.Held = &one, &one
	closed := usual
	closed.Window, closed.WindowEnds = &connector.Window{ID: "win", Workspace: "w1", Name: "Patch night", Days: 65, From: 1320, To: 120, Zone: "Europe/Berlin"}, now.Add(26*time.Hour)
	berlin := time.FixedZone("CET", 3600)
	watching := WatchPage{Shell: shell("Watch", "/watch"), State: state, Workspaces: tenancies, Vendors: vendors, Connectors: []connector.Pause{one},
		Pauses: []connector.Pause{{Workspace: "w2", Since: back(time.Hour), Reason: "Being rebuilt.", By: "robin"}},
		Windows: []WindowRow{{Window: *closed.Window, Holds: true, Next: now.Add(time.Hour), Zoned: berlin}, {Window: *closed.Window, Next: now.Add(80 * time.Hour), Zoned: berlin},
			{Window: connector.Window{ID: "once", Workspace: "w3", Name: "Move", Zone: "UTC", Begins: back(48 * time.Hour), Ends: back(46 * time.Hour)}, Zoned: time.UTC}},
		Pausing: PauseDraft{For: "4"}, Draft: connector.WindowDraft{Repeat: "weekly", Days: []string{"sat"}, From: "22:00", To: "02:00", Zone: "UTC"}}
	wrong := watching
	wrong.Shell.Invalid, wrong.Draft.Repeat = true, "once"
	wrong.Problems = connector.Problems{{Field: "days", Text: "Days must have at least one entry."}, {Field: "reason", Text: "Reason is required."}, {Field: "zone", Text: "Time zone Mars is not known."}}
	empty := WatchPage{Shell: shell("Watch", "/watch")}
	empty.Shell.User = viewer
	lists := HistoryPage{Shell: shell("History", "/connectors/c1/history"), Connector: all[0], Runs: history(), Kept: 9, Days: month(), Codes: []string{"GIT_AUTH_REFUSED"}, People: []string{"dana", "watch"}}
	lists.Runs[0].Was = connector.Healthy
	day := lists
	day.Day, day.Runs = &month()[7], nil
	old := day
	old.Day, old.Kept = &connector.Day{Date: connector.DayOf(now)}, 0
	none := day
	none.Code = "X"
	return map[string]templ.Component{
		"detail-watched": with(WatchPanel{Watched: usual, Default: 10 * time.Minute, Days: month(), Ends: ends[:2], Draft: PauseDraft{For: "4"}}),
		"detail-again":   with(WatchPanel{Watched: failed, Default: 10 * time.Minute, Days: month()}),
		"detail-paused":  with(WatchPanel{Watched: resting, Default: 10 * time.Minute, Days: make([]connector.Day, 30), Problems: connector.Problems{{Field: "reason", Text: "Reason is required."}}}),
		"detail-closed":  with(WatchPanel{Watched: closed, Default: 10 * time.Minute, Days: month()}),
		"detail-off":     with(WatchPanel{Watched: connector.Watched{Watch: connector.Watch{Every: connector.Never}, On: true}, Days: month()}),
		"detail-unasked": with(WatchPanel{Watched: connector.Watched{On: true, Why: "Nothing can be asked, so there is nothing to watch."}, Days: month()}),
		"watch":          Watching(watching), "watch-wrong": Watching(wrong), "watch-empty": Watching(empty),
		"overview-watch": Overview(OverviewPage{Shell: shell("Overview", "/"), Vendors: vendors, Counts: counts, Red: all[:3], Workspaces: tenancies, Watch: state, Ending: 12}),
		"expiry":         Expiry(ExpiryPage{Shell: shell("Expiry", "/expiry"), Page: connector.EndingPage{Endings: ends, Next: "x"}, Query: connector.EndingQuery{Kind: connector.KeptSecret, After: "y"}, Workspaces: tenancies, Vendors: vendors}),
		"expiry-nomatch": Expiry(ExpiryPage{Shell: shell("Expiry", "/expiry"), Query: connector.EndingQuery{Workspace: "w1"}, Workspaces: tenancies, Vendors: vendors}),
		"expiry-nothing": Expiry(ExpiryPage{Shell: shell("Expiry", "/expiry"), Workspaces: tenancies, Vendors: vendors}),
		"secret-ends": Secret(SecretPage{Shell: shell("azure", "/secrets/s1"), Vendor: vendors[0], Workspace: tenancies[0],
			Secret: connector.NamedSecret{ID: "s1", SecretName: connector.SecretName{Workspace: "w1", Name: "azure"}, Kind: connector.SecretText, Version: 1, Set: back(time.Hour), Ends: connector.DayOf(now).AddDate(0, 0, 5)}}),
		"history-full": History(lists), "history-day": History(day), "history-never": History(old), "history-nomatch": History(none),
	}
}

func TestEveryPageOfTheWatchIsWellMade(t *testing.T) {
	for name, page := range watchPages() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := page.Render(context.Background(), &out); err != nil {
				t.Fatalf("Render: %v", err)
			}
			if dir := os.Getenv("PATCHBAY_PAGES"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, name+".html"), out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(out.String(), canary) {
				t.Error("the page shows a secret")
			}
			doc, err := html.Parse(&out)
			if err != nil {
				t.Fatal(err)
			}
			inspect(t, doc)
		})
	}
}

// Who cannot see the colours sees as much: each kind of day has a shape and words of its own.
func TestEveryKindOfDayHasAShapeAndWords(t *testing.T) {
	drawn, said := map[string]string{}, map[string]string{}
	for name, d := range map[string]connector.Day{
		"none": {}, "no verdict": {Checks: 3, Other: 3}, "healthy": {Checks: 3, OK: 3}, "degraded": {Checks: 3, OK: 2, Degraded: 1}, "one failed": {Checks: 300, OK: 299, Failed: 1}, "all failed": {Checks: 3, Failed: 3},
	} {
		var out bytes.Buffer
		if err := dayMark(d).Render(context.Background(), &out); err != nil {
			t.Fatal(err)
		}
		shape := out.String()
		for _, tone := range []string{"ok", "warn", "bad"} { // without its colours
			shape = strings.ReplaceAll(shape, `class="`+tone+`"`, "")
		}
		if other, ok := drawn[shape]; ok {
			t.Errorf("%s is drawn as %s is", name, other)
		}
		drawn[shape] = name
		if other, ok := said[found(d)]; ok {
			t.Errorf("%s is said as %s is: %s", name, other, found(d))
		}
		said[found(d)] = name
	}
}

// However the checks of a day are shared out, the bar is full and every share can be seen.
func TestABarIsAlwaysFull(t *testing.T) {
	for ok := range 40 {
		for warn := range 4 {
			for bad := range 40 {
				d := connector.Day{Checks: ok + warn + bad, OK: ok, Degraded: warn, Failed: bad}
				all, want := 0, 0
				for _, p := range parts(d) {
					tall := int(p.tall[0] - '0')
					if len(p.tall) == 2 {
						tall = tall*10 + int(p.tall[1]-'0')
					}
					if tall < 4 {
						t.Fatalf("parts(%+v) has one of %d, want at least 4", d, tall)
					}
					all += tall
				}
				if d.Checks > 0 {
					want = barTall
				}
				if all != want {
					t.Fatalf("parts(%+v) are %d tall in all, want %d", d, all, want)
				}
			}
		}
	}
}

func TestTotalsSayWhatIsKnown(t *testing.T) {
	var d connector.Day
	for i := range 4211 {
		s := connector.Healthy
		if i < 33 {
			s = connector.Failing
		}
		d.Add(s, 165*time.Millisecond, false)
	}
	if got, want := totals(append(make([]connector.Day, 29), d)), "99.2 % of 4,211 checks over 30 days healthy, median about 170 ms"; got != want {
		t.Errorf("totals() = %q, want %q", got, want)
	}
	if got := totals(make([]connector.Day, 30)); got != "" {
		t.Errorf("totals() of nothing = %q", got)
	}
	for tenths, want := range map[int]string{1000: "100 %", 999: "99.9 %", 990: "99 %", 0: "0 %", 5: "0.5 %"} {
		if got := percent(tenths); got != want {
			t.Errorf("percent(%d) = %q, want %q", tenths, got, want)
		}
	}
}

func TestHowNearAnEndIs(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Minute: "within a day", 24 * time.Hour: "within a day", 25 * time.Hour: "in 2 days", 30 * 24 * time.Hour: "in 30 days",
		0: "ended today", -time.Hour: "ended today", -25 * time.Hour: "ended 1 day ago", -72 * time.Hour: "ended 3 days ago"} {
		if got := left(connector.Expiry{At: now.Add(d)}, now); got != want {
			t.Errorf("left(%v) = %q, want %q", d, got, want)
		}
	}
}
