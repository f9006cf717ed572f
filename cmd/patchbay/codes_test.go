package main

import (
	"html"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patchbay/access/password"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/registry"
	"patchbay/remote/probe"
)

// drafted tests a draft by the registry and gives the run.
func (h *thief) drafted(t *testing.T, d connector.Draft) connector.Run {
	t.Helper()
	run, err := h.CheckDraft(t.Context(), asAdmin, "", d)
	if err != nil {
		t.Fatal(err)
	}
	h.Wait(t.Context(), run.ID)
	live, err := h.Draft(t.Context(), asAdmin, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	return live.Run
}

// registration keeps a Harmony connector.
func (h *thief) registration(t *testing.T) connector.Connector {
	t.Helper()
	c, err := h.Admit(t.Context(), asAdmin, h.draft(t, asking{"jitterbit", "Registration", "version"}, "1.0.0", ""))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// authorised keeps a Jira connector that a person let in, and spoils something.
func authorised(spoil func(t *testing.T, h *thief)) func(*testing.T, *thief) connector.Run {
	return func(t *testing.T, h *thief) connector.Run {
		api := "https://" + boundHost + h.good.Port
		if a := h.application(api+"/oauth/token", api, "canary"); a.Code != http.StatusSeeOther {
			t.Fatalf("the application = %d", a.Code)
		}
		one := h.jira(t)
		if _, a := h.consent(t, one.ID); a.Code != http.StatusSeeOther {
			t.Fatalf("the consent = %d", a.Code)
		}
		h.check(t, one.ID) // or the one that the consent began
		spoil(t, h)
		return h.check(t, one.ID)
	}
}

// spoiled keeps a Git connector that works, and then changes the database.
func spoiled(kind string, statement string) func(*testing.T, *thief) connector.Run {
	return func(t *testing.T, h *thief) connector.Run {
		c, _ := h.kept(t, asking{"harness", kind, "url"})
		h.behind(t, statement)
		return h.check(t, c.ID)
	}
}

// answers has for each answer that the registry itself gives a story that ends with it.
var answers = map[string]func(*testing.T, *thief) connector.Run{
	"HARMONY_PAIR_VALID": func(t *testing.T, h *thief) connector.Run { return h.check(t, h.registration(t).ID) },
	"HARMONY_PAIR_REFUSED": func(t *testing.T, h *thief) connector.Run {
		c := h.registration(t)
		h.behind(t, `DELETE FROM hidden`)
		return h.check(t, c.ID)
	},
	"PAIR_NOT_GIVEN": func(t *testing.T, h *thief) connector.Run {
		return h.drafted(t, h.draft(t, asking{"jitterbit", "Registration", "version"}, "1.0.0", ""))
	},
	"NEEDS_A_PERSON":     func(t *testing.T, h *thief) connector.Run { return h.check(t, h.jira(t).ID) },
	"SECRET_MISSING":     spoiled("GitHttp", `DELETE FROM secrets`),
	"SECRET_SEALED":      spoiled("GitHttp", `UPDATE secrets SET sealed = X'00'`),
	"SECRET_UNREACHABLE": spoiled("GitHttp", `UPDATE connectors SET spec = json_set(spec, '$.password_ref', 'org.elsewhere')`),
	"STORE_UNREADABLE":   spoiled("GitSsh", `ALTER TABLE host_keys RENAME TO away`),
	"UNKNOWN_VENDOR": func(t *testing.T, h *thief) connector.Run { // an older release over the same data
		c, _ := h.kept(t, asking{"harness", "GitHttp", "url"})
		older := registry.New(registry.Config{Store: h.store, Catalog: catalog.All()[1:], Asker: nobody{}, Passwords: password.New(), Now: h.now})
		defer older.Close()
		run, err := older.Check(t.Context(), asAdmin, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		older.Wait(t.Context(), run.ID)
		run, _ = h.last(t, c.ID)
		return run
	},
	"SECRET_NOT_ALLOWED_HERE": func(t *testing.T, h *thief) connector.Run {
		a := asking{"harness", "GitHttp", "url"}
		_, d := h.kept(t, a)
		return h.drafted(t, a.at(d, "https://elsewhere.example.test/app.git"))
	},
	"OAUTH_NO_APPLICATION": authorised(func(t *testing.T, h *thief) {
		if err := h.RemoveOAuthApp(t.Context(), asAdmin, h.spaces["securityhub"].ID); err != nil {
			t.Fatal(err)
		}
	}),
	"OAUTH_NO_TOKENS": authorised(func(t *testing.T, h *thief) { h.behind(t, `DELETE FROM oauth_tokens`) }),
	"OAUTH_APPLICATION_CHANGED": authorised(func(t *testing.T, h *thief) {
		api := "https://" + boundHost + h.good.Port
		h.application(api+"/oauth/token", "https://elsewhere.example.test", "canary")
	}),
	"OAUTH_SEALED":     authorised(func(t *testing.T, h *thief) { h.behind(t, `UPDATE oauth_tokens SET sealed = X'00'`) }),
	"OAUTH_UNREADABLE": authorised(func(t *testing.T, h *thief) { h.behind(t, `ALTER TABLE oauth_tokens RENAME TO away`) }),
	"CANCELLED": func(t *testing.T, h *thief) connector.Run {
		mute, err := net.Listen("tcp", "127.0.0.1:0") // and nobody takes what comes
		if err != nil {
			t.Fatal(err)
		}
		defer mute.Close() //nolint:errcheck // the test is over
		c, err := h.Admit(t.Context(), asAdmin, h.draft(t, asking{"harness", "ArtifactoryAnonymous", "url"}, "http://"+mute.Addr().String()+"/artifactory", ""))
		if err != nil {
			t.Fatal(err)
		}
		run, err := h.Check(t.Context(), asAdmin, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Cancel(t.Context(), asAdmin, c.ID, run.ID); err != nil {
			t.Fatal(err)
		}
		h.Wait(t.Context(), run.ID)
		run, _ = h.last(t, c.ID)
		return run
	},
}

// apart are the answers that no story here ends with: where in the registry's own tests one does, or why none can.
var apart = map[string]string{
	"CHECK_BROKE": `run.Code != "CHECK_BROKE"`, // it takes an asker that panics
	"OWN_NETWORK": `run.Code != "OWN_NETWORK"`, // it takes a watch over many hosts
	"NOT_KEPT":    "Only who follows a check while it ends can see it: what could not be kept is in no history.",
	"NO_TICKETS":  "It is the answer to a ticket, not to a check; the probe's tests end one with it.",
}

// TestEveryAnswerOfTheRegistryHappens: each code that the registry gives by itself is the end of a story, with what people need to go on.
func TestEveryAnswerOfTheRegistryHappens(t *testing.T) {
	said := map[string]bool{}
	for _, o := range registry.Outcomes() {
		if said[o.Code] {
			continue
		}
		said[o.Code] = true
		story, ok := answers[o.Code]
		if !ok {
			if why := apart[o.Code]; why == "" || strings.Contains(why, "run.Code") && !inTestsOf(t, "../../registry", why) {
				t.Errorf("no story ends with %s, and %q is not in the registry's tests", o.Code, why)
			}
			continue
		}
		t.Run(o.Code, func(t *testing.T) {
			run := story(t, newThief(t))
			if run.Code != o.Code || run.Status != o.Status && o.Code != "NEEDS_A_PERSON" {
				t.Errorf("the story ends with %s %s %q, want %s %s", run.Status, run.Code, run.Text, o.Status, o.Code)
			}
			complete(t, run.Outcome)
		})
	}
	for code := range answers {
		if !said[code] {
			t.Errorf("a story ends with %s, which the registry does not list", code)
		}
	}
}

// complete fails where an outcome leaves people alone.
func complete(t *testing.T, o connector.Outcome) {
	t.Helper()
	for what, text := range map[string]string{"sentence": o.Text, "cause": o.Cause, "next step": o.Next} {
		needed := what == "sentence" || o.Status == connector.Failing
		if text == "" && needed || text != "" && !strings.HasSuffix(text, ".") {
			t.Errorf("%s has the %s %q, want a whole one", o.Code, what, text)
		}
	}
}

// inTestsOf reports whether a text is in the tests of a room.
func inTestsOf(t *testing.T, room, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(room, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), text) {
			return true
		}
	}
	return false
}

// TestTheReferenceShowsEveryCode: the page of codes has each code that a check can end with, the probe's and the registry's, whole.
func TestTheReferenceShowsEveryCode(t *testing.T) {
	w := newThief(t)
	a := w.send(w.cookie, http.MethodGet, "/reference/codes", "")
	page := html.UnescapeString(a.Body.String())
	shown := 0
	at := func(o connector.Outcome) {
		shown++
		start := strings.Index(page, `<div id="`+o.Code+`">`)
		if start < 0 {
			t.Errorf("%s is not on the page", o.Code)
			return
		}
		complete(t, o)
		entry, _, _ := strings.Cut(page[start:], "</div>")
		for _, text := range []string{o.Text, o.Cause, o.Next} {
			if !strings.Contains(entry, text) {
				t.Errorf("the page has %s without %q: %s", o.Code, text, entry)
			}
		}
	}
	first := map[string]bool{}
	for _, c := range probe.Codes() {
		first[c.Code] = true
		at(connector.Outcome{Code: c.Code, Status: c.Status, Text: c.Text, Cause: c.Cause, Next: c.Next})
	}
	for _, o := range registry.Outcomes() {
		if !first[o.Code] { // one code has one entry
			first[o.Code] = true
			at(o)
		}
	}
	if a.Code != http.StatusOK || shown < 100 || strings.Count(page, `<div id="`) < shown {
		t.Errorf("the page is %d with %d entries for %d codes", a.Code, strings.Count(page, `<div id="`), shown)
	}
	t.Logf("%d codes", shown)
}
