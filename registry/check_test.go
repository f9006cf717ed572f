package registry_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/securityhub"
	"patchbay/registry"
)

func TestACheckKeepsItsRunAndTheHealth(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.clock.pass(time.Minute)
	h.other.will(func(_ context.Context, q connector.Question) connector.Outcome {
		q.Step(connector.Step{Name: "Connect", State: connector.StepOK, Evidence: "192.0.2.9"})
		out := healthy
		out.Steps = []connector.Step{{Name: "Connect", State: connector.StepOK, Evidence: "192.0.2.9"}}
		return out
	})
	run := h.checked(t, c.ID)
	if run.State != connector.Done || run.Status != connector.Healthy || run.By != "anna" || len(run.Steps) != 1 {
		t.Errorf("run = %+v, want done, healthy, by anna, one step", run)
	}
	history, err := h.History(t.Context(), viewer, c.ID, 10)
	if err != nil || len(history) != 1 || history[0].Code != healthy.Code {
		t.Errorf("History() = %v, %v, want the run", history, err)
	}
	if got := h.now(t, c.ID).Health; got.Status != connector.Healthy || !got.Proven.Equal(noon.Add(time.Minute)) || got.Code != healthy.Code {
		t.Errorf("health = %+v, want healthy, proven a minute past noon", got)
	}
}

func TestOnlyAFlipIsAudited(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	story := []struct {
		says  connector.Outcome
		flips int
	}{{healthy, 1}, {healthy, 1}, {failing, 2}, {failing, 2}, {connector.Outcome{Status: connector.Degraded, Code: "X", Text: "Y."}, 3}, {healthy, 4}}
	since := noon
	for i, s := range story {
		h.clock.pass(time.Minute)
		h.other.says(s.says)
		before := h.now(t, c.ID).Health
		h.checked(t, c.ID)
		now := h.now(t, c.ID).Health
		if flipped := before.Status != now.Status; flipped {
			since = h.clock.now()
		}
		if got := len(h.events(t, "connector.flipped")); got != s.flips {
			t.Errorf("after check %d the log has %d flips, want %d", i+1, got, s.flips)
		}
		if !now.Since.Equal(since) || !now.Checked.Equal(h.clock.now()) {
			t.Errorf("after check %d the status is since %s and checked %s, want %s and now", i+1, now.Since, now.Checked, since)
		}
	}
	if ev := h.events(t, "connector.flipped")[1]; ev.Detail != "failing → degraded (X)" || ev.Actor != "user:anna" {
		t.Errorf("event = %+v, want what it was, what it is and why", ev)
	}
}

func TestAConnectorIsCheckedOnceAtATime(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	begun, leave := make(chan struct{}, 9), make(chan struct{})
	h.other.will(func(context.Context, connector.Question) connector.Outcome {
		begun <- struct{}{}
		<-leave
		return healthy
	})
	first, err := h.Check(t.Context(), tester, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			again, err := h.Check(t.Context(), admin, c.ID)
			if err != nil || again.ID != first.ID || again.By != "tess" {
				t.Errorf("Check() of one that is being checked = %+v, %v, want the run of tess", again, err)
			}
		})
	}
	wait.Wait()
	close(leave)
	h.Wait(t.Context(), first.ID)
	if n := h.other.times(); n != 1 {
		t.Errorf("the other side was asked %d times, want once", n)
	}
	if run := h.checked(t, c.ID); run.ID == first.ID || h.other.times() != 2 {
		t.Errorf("a check after the first has ended gave run %s", run.ID)
	}
}

func TestAVerdictOnAnOlderVersionIsNoVerdict(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.other.says(failing)
	h.checked(t, c.ID)
	was := h.now(t, c.ID).Health
	flips := len(h.events(t, "connector.flipped"))

	h.other.will(func(context.Context, connector.Question) connector.Outcome {
		d := h.now(t, c.ID).Draft(kind("harness", "ArtifactoryAnonymous"))
		d.Description = "changed while it was asked"
		if _, err := h.Change(t.Context(), editor, c.ID, 1, d); err != nil {
			t.Errorf("Change() = %v", err)
		}
		return healthy
	})
	run := h.checked(t, c.ID)
	if run.Status != connector.Unverified || !strings.Contains(run.Text, "changed while it was asked") {
		t.Errorf("run = %+v, want unverified, and why", run.Outcome)
	}
	if now := h.now(t, c.ID).Health; now != was {
		t.Errorf("health = %+v, want it as it was: %+v", now, was)
	}
	if got := len(h.events(t, "connector.flipped")); got != flips {
		t.Errorf("%d flips, want still %d", got, flips)
	}
}

func TestACheckOfOneThatIsPurgedMeanwhileEndsQuietly(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.other.will(func(context.Context, connector.Question) connector.Outcome {
		if _, err := h.Retire(t.Context(), admin, c.ID, 0); err != nil {
			t.Errorf("Retire() = %v", err)
		}
		if err := h.Purge(t.Context(), admin, c.ID, c.Name); err != nil {
			t.Errorf("Purge() = %v", err)
		}
		return healthy
	})
	run, err := h.Check(t.Context(), admin, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.Wait(t.Context(), run.ID)
	if got := h.events(t, "connector.flipped"); len(got) != 0 {
		t.Errorf("events = %v, want none for what is gone", got)
	}
}

func TestAnAskerThatPanicsTakesNobodyAlong(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.other.will(func(context.Context, connector.Question) connector.Outcome { panic("a hostile answer") })
	run := h.checked(t, c.ID)
	if run.Status != connector.Unverified || run.Code != "CHECK_BROKE" || strings.Contains(run.Text+run.Cause, "hostile") {
		t.Errorf("run = %+v, want unverified and nothing of the panic", run.Outcome)
	}
}

func TestStoppingIsNoVerdict(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	was, flips := h.now(t, c.ID).Health, len(h.events(t, "connector.flipped"))
	begun := make(chan struct{})
	h.other.will(func(ctx context.Context, _ connector.Question) connector.Outcome {
		close(begun)
		<-ctx.Done()
		return failing
	})
	run, err := h.Check(t.Context(), admin, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	h.Close()
	kept, err := h.store.Run(t.Context(), run.ID)
	if err != nil || kept.State != connector.Interrupted {
		t.Errorf("run = %+v, %v, want interrupted", kept, err)
	}
	if now := h.now(t, c.ID).Health; now != was {
		t.Errorf("health = %+v, want it as it was: %+v", now, was)
	}
	if got := len(h.events(t, "connector.flipped")); got != flips {
		t.Errorf("%d flips, want still %d", got, flips)
	}
}

func TestRecoverMarksWhatRanWhenTheProgramDied(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	// A run that nobody will ever end, as a killed program leaves it.
	run := connector.Run{ID: "left-behind", Connector: c.ID, State: connector.Running, By: "tess", Began: noon}
	if err := h.store.BeginRun(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	again := registry.New(registry.Config{Store: h.store, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now})
	defer again.Close()
	if n, err := again.Recover(t.Context()); err != nil || n != 1 {
		t.Fatalf("Recover() = %d, %v, want 1", n, err)
	}
	if kept, err := again.Run(t.Context(), viewer, c.ID, run.ID); err != nil || kept.State != connector.Interrupted {
		t.Errorf("Run() = %+v, %v, want interrupted", kept, err)
	}
	if n, err := again.Recover(t.Context()); err != nil || n != 0 {
		t.Errorf("Recover() again = %d, %v, want 0", n, err)
	}
}

func TestWhatIsMissingForTheQuestionIsSaidWithoutAsking(t *testing.T) {
	h := opened(t)
	h.secret(t, h.acme, "token", "x")
	login := h.kept(t, h.login(h.acme, here, "account.token"))
	jira := h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Findings", Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}})
	if jira.Health.Status != connector.Waiting {
		t.Errorf("a new Jira connector is %s, want waiting for a person", jira.Health.Status)
	}
	// The secret goes while the connector is in the trash, and the connector comes back.
	if _, err := h.Retire(t.Context(), admin, login.ID, 0); err != nil {
		t.Fatal(err)
	}
	all, err := h.Secrets(t.Context(), admin, h.acme, "token")
	if err != nil || len(all) != 1 {
		t.Fatalf("Secrets() = %v, %v", all, err)
	}
	if _, err := h.RemoveSecret(t.Context(), admin, all[0].ID); err != nil {
		t.Fatalf("RemoveSecret() of what only the trash points at = %v", err)
	}
	if _, err := h.Restore(t.Context(), admin, login.ID); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		id, code string
		status   connector.Status
	}{{login.ID, "SECRET_MISSING", connector.Failing}, {jira.ID, "NEEDS_A_PERSON", connector.Waiting}} {
		if run := h.checked(t, tt.id); run.Code != tt.code || run.Status != tt.status {
			t.Errorf("run = %+v, want %s and %s", run.Outcome, tt.code, tt.status)
		}
	}
	if n := h.other.times(); n != 0 {
		t.Errorf("the other side was asked %d times, want never", n)
	}
}

func TestASecretThatDoesNotOpenIsSaid(t *testing.T) {
	h := opened(t)
	h.secret(t, h.acme, "token", "x")
	login := h.kept(t, h.login(h.acme, here, "account.token"))
	exec(t, h.store.Dir(), `UPDATE secrets SET sealed = X'00'`)
	if run := h.checked(t, login.ID); run.Code != "SECRET_SEALED" || run.Status != connector.Failing {
		t.Errorf("run = %+v, want that the secret does not open", run.Outcome)
	}
}

func TestAStoreThatRefusesTheResultSaysSo(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	exec(t, h.store.Dir(), `CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	begun, leave := make(chan struct{}), make(chan struct{})
	h.other.will(func(context.Context, connector.Question) connector.Outcome {
		close(begun)
		<-leave
		return healthy
	})
	run, err := h.Check(t.Context(), admin, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	close(leave)
	h.Wait(t.Context(), run.ID)
	if now := h.now(t, c.ID).Health; now.Status != connector.Unverified {
		t.Errorf("status = %s though nothing could be kept, want unverified", now.Status)
	}
	if got := h.events(t, "connector.flipped"); len(got) != 0 {
		t.Errorf("%d flips were logged without the change", len(got))
	}
}

func TestEveryOutcomeOfTheRegistryIsForPeople(t *testing.T) {
	codes := map[string]bool{}
	for _, out := range registry.Outcomes() {
		if codes[out.Code] {
			t.Errorf("code %s is there twice", out.Code)
		}
		codes[out.Code] = true
		if !strings.HasSuffix(out.Text, ".") || out.Status.Rank() >= len(connector.Statuses) {
			t.Errorf("outcome %+v has no whole sentence or no status", out)
		}
		if out.Status == connector.Healthy && out.Code != "HARMONY_PAIR_VALID" {
			t.Errorf("outcome %s is green without proof", out.Code)
		}
	}
}

func TestTheLogFitsTogetherAfterAllThat(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	n, err := h.VerifyLog(t.Context(), admin)
	if err != nil || n != int64(len(h.events(t, ""))) {
		t.Errorf("VerifyLog() = %d, %v, want all events", n, err)
	}
	exec(t, h.store.Dir(), `DROP TRIGGER events_stay`, `UPDATE events SET actor = 'user:nobody' WHERE seq = 2`)
	if _, err := h.VerifyLog(t.Context(), admin); err == nil || !strings.Contains(err.Error(), "event 2") {
		t.Errorf("VerifyLog() of an altered log = %v, want event 2 named", err)
	}
}
