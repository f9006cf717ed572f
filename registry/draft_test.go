package registry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

// tested tests a draft to its end and gives the run.
func (h *house) tested(t *testing.T, a access.Actor, id string, d connector.Draft) connector.Run {
	t.Helper()
	run, err := h.CheckDraft(t.Context(), a, id, d)
	if err != nil {
		t.Fatalf("CheckDraft(%s) = %v", d.Name, err)
	}
	h.Wait(t.Context(), run.ID)
	live, err := h.Draft(t.Context(), a, run.ID)
	if err != nil {
		t.Fatalf("Draft(%s) = %v", run.ID, err)
	}
	return live.Run
}

// typing is a draft that sends a value which is typed in with it.
func (h *house) typing(url, value string) connector.Draft {
	d := h.login(h.acme, url, "account."+h.unique("fresh"))
	d.NewSecrets = map[string]connector.Secret{"password_ref": connector.NewSecret(value)}
	return d
}

func TestADraftIsTestedWithWhatWasTypedAndNothingOfItIsKept(t *testing.T) {
	h := opened(t)
	var question connector.Question
	h.other.will(func(_ context.Context, q connector.Question) connector.Outcome {
		question = q
		q.Step(connector.Step{Name: "Connect", State: connector.StepOK})
		return healthy
	})
	d := h.typing("https://git.example.com/a.git", "typed-value")
	d.Name, d.Identifier = "", "" // a test does not depend on them
	events := len(h.events(t, ""))
	run := h.tested(t, editor, "", d)
	if run.State != connector.Done || run.Code != healthy.Code || run.Connector != "" {
		t.Errorf("run = %+v, want the answer", run)
	}
	sent := question.Secrets["password_ref"]
	if got, ok := sent.For("https://git.example.com:443"); !ok || got != "typed-value" {
		t.Errorf("the value for the draft's own origin = %q, %v, want what was typed", got, ok)
	}
	for _, elsewhere := range []connector.Origin{"https://git.example.com:8443", "http://git.example.com:80", "https://evil.example.com:443", ""} {
		if got, ok := sent.For(elsewhere); ok {
			t.Errorf("the value may go to %q: %q", elsewhere, got)
		}
	}
	if all, err := h.Secrets(t.Context(), admin, "", ""); err != nil || len(all) != 0 {
		t.Errorf("Secrets() = %v, %v, want none kept", all, err)
	}
	if page, err := h.List(t.Context(), admin, connector.Query{}); err != nil || len(page.Connectors) != 0 {
		t.Errorf("List() = %v, %v, want none kept", page, err)
	}
	// What was sent where is in the audit log, and nothing else.
	if got := h.events(t, ""); len(got) != events+2 || got[0].Action != "draft.answered" || got[1].Action != "draft.tested" ||
		got[0].Detail != "GitHttp, https://git.example.com:443, GIT_REFS_LISTED" || got[1].Detail != "GitHttp, https://git.example.com:443" ||
		got[0].Object != "draft:"+run.ID || got[0].Actor != "user:edda" || got[0].Workspace != h.acme {
		t.Errorf("events = %+v, want the test and its answer", got[:2])
	}
}

func TestAStoredSecretGoesNowhereNewByATest(t *testing.T) {
	h := opened(t)
	h.secret(t, h.acme, "token", "stored-value")
	kept := h.kept(t, h.login(h.acme, "https://git.example.com/a.git", "account.token"))
	origins := func() []connector.Origin {
		all, err := h.Secrets(t.Context(), admin, h.acme, "token")
		if err != nil || len(all) != 1 {
			t.Fatalf("Secrets() = %v, %v", all, err)
		}
		return all[0].Origins
	}
	before := origins()
	h.other.will(func(_ context.Context, q connector.Question) connector.Outcome {
		url := q.Check.(connector.ListRefs).URL
		to, _ := connector.OriginOf(url)
		if got, ok := q.Secrets["password_ref"].For(to); !ok || got != "stored-value" {
			t.Errorf("%s was asked without the secret: %q, %v", url, got, ok)
		}
		return healthy
	})
	refused := 0
	for _, url := range []string{"https://evil.example.com/a.git", "https://git.example.com:8443/a.git", "http://git.example.com/a.git", "https://git.example.com./a.git",
		"https://git.example.com.evil.example.com/a.git", "https://10.0.0.1/a.git", "http://169.254.169.254/a.git", "https://[::1]/a.git", "https://localhost/a.git"} {
		for _, id := range []string{"", kept.ID} { // as a new one, and as a change of the one that may use it
			d := h.login(h.acme, url, "account.token")
			if id != "" {
				d.Identifier = kept.Identifier
			}
			run, err := h.CheckDraft(t.Context(), editor, id, d)
			var problems connector.Problems
			if errors.As(err, &problems) { // an address that the rules refuse already is tested even less
				refused++
				continue
			}
			if err != nil {
				t.Errorf("CheckDraft(%s) = %v", url, err)
				continue
			}
			h.Wait(t.Context(), run.ID)
			if live, err := h.Draft(t.Context(), editor, run.ID); err != nil || live.Code != "SECRET_NOT_ALLOWED_HERE" || live.Status != connector.Failing {
				t.Errorf("the test of %s = %+v, %v, want SECRET_NOT_ALLOWED_HERE", url, live.Outcome, err)
			}
			refused++
		}
	}
	if n := h.other.times(); n != 0 || refused != 18 {
		t.Errorf("%d of %d drafts were asked, want none", n, refused)
	}
	if after := origins(); !slices.Equal(after, before) {
		t.Errorf("origins = %v, want what they were: %v", after, before)
	}
	// The origin that it was allowed for is asked, by a new draft and by a change.
	for _, id := range []string{"", kept.ID} {
		d := h.login(h.acme, "https://git.example.com/other.git", "account.token")
		d.Identifier = kept.Identifier
		if run := h.tested(t, editor, id, d); run.Code != healthy.Code {
			t.Errorf("the test at the allowed origin = %+v, want it asked", run.Outcome)
		}
	}
}

func TestADraftWithProblemsIsNotTested(t *testing.T) {
	h := opened(t)
	h.secret(t, h.acme, "token", "x")
	none := h.login("no-such-workspace", here, "account.token")
	empty := h.login(h.acme, "", "account.token")
	missing := h.login(h.acme, here, "account.nobody")
	twice := h.login(h.acme, here, "account.token")
	twice.NewSecrets = map[string]connector.Secret{"password_ref": connector.NewSecret("typed over a stored one")}
	events := len(h.events(t, ""))
	for field, d := range map[string]connector.Draft{"workspace": none, "url": empty, "password_ref": missing} {
		d.Name = ""
		_, err := h.CheckDraft(t.Context(), editor, "", d)
		var problems connector.Problems
		if !errors.As(err, &problems) || problems.At(field) == "" || problems.At("name") != "" {
			t.Errorf("CheckDraft() = %v, want a problem at %s, and none at the name", err, field)
		}
	}
	if _, err := h.CheckDraft(t.Context(), editor, "", twice); err == nil {
		t.Error("a value typed for a secret that has one already was tested")
	}
	retired := h.retired(t, h.git(h.acme))
	if _, err := h.CheckDraft(t.Context(), editor, retired.ID, h.git(h.acme)); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("CheckDraft() of what is in the trash = %v, want %v", err, connector.ErrNotFound)
	}
	if got := len(h.events(t, "draft.tested")); got != 0 || h.other.times() != 0 {
		t.Errorf("%d tests were begun and %d asked, want none (%d events before)", got, h.other.times(), events)
	}
}

func TestATestThatCannotBeNotedIsNotBegun(t *testing.T) {
	h := opened(t)
	exec(t, h.store.Dir(), `CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	d := h.typing(here, "typed-value")
	for range 6 { // more than one person may have on their way: a refusal must give its place back
		if run, err := h.CheckDraft(t.Context(), editor, "", d); err == nil {
			t.Fatalf("CheckDraft() = %+v, want it refused", run)
		}
	}
	if h.other.times() != 0 {
		t.Error("a secret was sent without a line in the log")
	}
}

func TestTheTestOfADraftIsItsOwnersAlone(t *testing.T) {
	h := opened(t)
	g := h.closedGate()
	run, err := h.CheckDraft(t.Context(), editor, "", h.git(h.acme))
	if err != nil {
		t.Fatal(err)
	}
	<-g.asked
	look := func(when string) {
		for _, a := range []access.Actor{admin, {Kind: "user", ID: "u-other", Name: editor.Name, Role: access.Editor}, {Kind: "credential", ID: editor.ID, Name: editor.Name, Role: access.Editor}} {
			if _, err := h.Draft(t.Context(), a, run.ID); !errors.Is(err, connector.ErrNotFound) {
				t.Errorf("%s Draft() by %s %s = %v, want %v", when, a.Kind, a.ID, err, connector.ErrNotFound)
			}
			if err := h.CancelDraft(t.Context(), a, run.ID); !errors.Is(err, connector.ErrNotFound) {
				t.Errorf("%s CancelDraft() by %s %s = %v, want %v", when, a.Kind, a.ID, err, connector.ErrNotFound)
			}
		}
		// It is no run of any connector either.
		c := h.kept(t, h.git(h.acme))
		for _, id := range []string{c.ID, ""} {
			if _, err := h.Run(t.Context(), admin, id, run.ID); !errors.Is(err, connector.ErrNotFound) {
				t.Errorf("%s Run(%q) = %v, want %v", when, id, err, connector.ErrNotFound)
			}
			if err := h.Cancel(t.Context(), admin, id, run.ID); !errors.Is(err, connector.ErrNotFound) {
				t.Errorf("%s Cancel(%q) = %v, want %v", when, id, err, connector.ErrNotFound)
			}
		}
	}
	look("while it runs,")
	if err := h.CancelDraft(t.Context(), editor, run.ID); err != nil {
		t.Fatal(err)
	}
	h.Wait(t.Context(), run.ID)
	look("after its end,")
	if live, err := h.Draft(t.Context(), editor, run.ID); err != nil || live.State != connector.Cancelled || live.Code != "CANCELLED" {
		t.Errorf("Draft() = %+v, %v, want it cancelled", live, err)
	}
	h.clock.pass(11 * time.Minute)
	if _, err := h.Draft(t.Context(), editor, run.ID); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("Draft() eleven minutes later = %v, want %v", err, connector.ErrNotFound)
	}
}

func TestTestsOfDraftsHaveTheLimitsOfChecks(t *testing.T) {
	h := opened(t)
	h.limited(registry.Limits{PerUser: 2})
	h.closedGate()
	d := h.git(h.acme)
	for range 2 { // the same draft twice is two tests
		if _, err := h.CheckDraft(t.Context(), editor, "", d); err != nil {
			t.Fatal(err)
		}
	}
	var busy *connector.Busy
	if _, err := h.CheckDraft(t.Context(), editor, "", d); !errors.As(err, &busy) {
		t.Errorf("a third test = %v, want a refusal", err)
	}
	if _, err := h.Check(t.Context(), editor, h.kept(t, h.git(h.acme)).ID); !errors.As(err, &busy) {
		t.Errorf("a check beside two tests = %v, want a refusal", err)
	}
}

func TestADraftThatNobodyCanAskYetSaysWhy(t *testing.T) {
	h := opened(t)
	jira := connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Findings", Spec: kind("securityhub", "JiraCloud").New()}
	connector.Bind(jira.Spec.Fields(), map[string][]string{"ProjectKey": {"SEC"}})
	for code, d := range map[string]connector.Draft{"NEEDS_A_PERSON": jira, "PAIR_NOT_GIVEN": registration(h.harmony, "Ledger", "1.0.0")} {
		if run := h.tested(t, editor, "", d); run.Code != code || run.Status == connector.Healthy {
			t.Errorf("run = %+v, want %s", run.Outcome, code)
		}
	}
	c := h.kept(t, registration(h.harmony, "Ledger", "1.0.0"))
	d := registration(h.harmony, "Ledger", "1.0.0")
	if run := h.tested(t, editor, c.ID, d); run.Code != "PAIR_NOT_GIVEN" {
		t.Errorf("run of a change = %+v, want PAIR_NOT_GIVEN", run.Outcome)
	}
	if n := h.other.times(); n != 0 {
		t.Errorf("asked %d times, want never", n)
	}
}

func TestAPanicInATestTakesNobodyAlong(t *testing.T) {
	h := opened(t)
	h.other.will(func(context.Context, connector.Question) connector.Outcome { panic("a hostile answer") })
	if run := h.tested(t, editor, "", h.git(h.acme)); run.Code != "CHECK_BROKE" || strings.Contains(run.Text, "hostile") {
		t.Errorf("run = %+v, want CHECK_BROKE", run.Outcome)
	}
}
