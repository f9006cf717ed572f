package registry_test

import (
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/harness"
)

func TestAPassedTestOfExactlyThisDraftIsTheFirstCheck(t *testing.T) {
	h := opened(t)
	d := h.typing("https://git.example.com/a.git", "typed-value")
	run := h.tested(t, editor, "", d)
	h.clock.pass(9 * time.Minute)
	d.Name, d.Description = "Another name", "a test does not depend on either"
	c, err := h.Admit(t.Context(), editor, d)
	if err != nil {
		t.Fatalf("Admit() = %v", err)
	}
	history, err := h.History(t.Context(), viewer, c.ID, 5)
	if err != nil || len(history) != 1 || history[0].ID != run.ID || history[0].By != "edda" || history[0].Code != healthy.Code {
		t.Errorf("History() = %+v, %v, want the test", history, err)
	}
	if now := h.now(t, c.ID).Health; now != c.Health || now.Status != connector.Healthy || !now.Proven.Equal(noon) || !now.Checked.Equal(noon) {
		t.Errorf("health = %+v, want healthy, proven when it was tested", now)
	}
	if flips := h.events(t, "connector.flipped"); len(flips) != 1 || flips[0].Detail != "unverified → healthy (GIT_REFS_LISTED)" {
		t.Errorf("flips = %+v, want one", flips)
	}
	if n := h.other.times(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	// Once.
	d = h.git(h.acme)
	h.tested(t, editor, "", d)
	for i, want := range []connector.Status{connector.Healthy, connector.Unverified} {
		d.Identifier = h.unique("twin")
		if c, err := h.Admit(t.Context(), editor, d); err != nil || c.Health.Status != want {
			t.Errorf("connector %d from one test is %s, %v, want %s", i+1, c.Health.Status, err, want)
		}
	}
}

func TestWhatWasNotProvenIsNotClaimed(t *testing.T) {
	for name, tt := range map[string]struct {
		says  connector.Outcome
		alter func(h *house, d *connector.Draft)
		by    access.Actor
	}{
		"another address":      {alter: func(_ *house, d *connector.Draft) { d.Spec.(*harness.GitHTTP).URL += "x" }},
		"another user name":    {alter: func(_ *house, d *connector.Draft) { d.Spec.(*harness.GitHTTP).Username = "other" }},
		"another secret value": {alter: func(_ *house, d *connector.Draft) { d.NewSecrets["password_ref"] = connector.NewSecret("other") }},
		"another secret name":  {alter: func(_ *house, d *connector.Draft) { d.Spec.(*harness.GitHTTP).PasswordRef = "account.other" }},
		"another scope": {alter: func(_ *house, d *connector.Draft) {
			d.Scope = connector.Scope{Org: "acme"}
		}},
		"another person":    {by: admin},
		"ten minutes later": {alter: func(h *house, _ *connector.Draft) { h.clock.pass(10*time.Minute + time.Second) }},
		"it failed":         {says: failing},
		"it is degraded":    {says: connector.Outcome{Status: connector.Degraded, Code: "RATE_LIMITED", Text: "Later."}},
		"nobody could tell": {says: connector.Outcome{Status: connector.Unverified, Code: "NOTHING_TO_ASK", Text: "Nothing."}},
	} {
		t.Run(name, func(t *testing.T) {
			h := opened(t)
			if tt.says.Code != "" {
				h.other.says(tt.says)
			}
			d := h.typing("https://git.example.com/a.git", "typed-value")
			h.tested(t, editor, "", d)
			if tt.alter != nil {
				tt.alter(h, &d)
			}
			by := editor
			if tt.by.Kind != "" {
				by = tt.by
			}
			c, err := h.Admit(t.Context(), by, d)
			if err != nil {
				t.Fatalf("Admit() = %v", err)
			}
			history, err := h.History(t.Context(), viewer, c.ID, 5)
			if err != nil || len(history) != 0 || c.Health.Status != connector.Unverified || h.now(t, c.ID).Health.Status != connector.Unverified {
				t.Errorf("history = %v, %v, health = %+v, want no line and unverified", history, err, c.Health)
			}
		})
	}
}

func TestANewerFailureOutdoesAnOlderPass(t *testing.T) {
	h := opened(t)
	d := h.git(h.acme)
	h.tested(t, editor, "", d)
	h.other.says(failing)
	h.clock.pass(time.Minute)
	h.tested(t, editor, "", d)
	if c, err := h.Admit(t.Context(), editor, d); err != nil || c.Health.Status != connector.Unverified {
		t.Errorf("saved after a pass and a failure it is %s, %v, want unverified", c.Health.Status, err)
	}
}

func TestAReplacedSecretTakesTheProofWithIt(t *testing.T) {
	h := opened(t)
	id := h.secret(t, h.acme, "token", "old")
	h.kept(t, h.login(h.acme, here, "account.token"))
	d := h.login(h.acme, here, "account.token")
	if run := h.tested(t, editor, "", d); run.Status != connector.Healthy {
		t.Fatalf("run = %+v", run)
	}
	if _, err := h.ReplaceSecret(t.Context(), editor, id, 0, connector.NewSecret("new")); err != nil {
		t.Fatal(err)
	}
	if c, err := h.Admit(t.Context(), editor, d); err != nil || c.Health.Status != connector.Unverified {
		t.Errorf("Admit() = %s, %v, want unverified: another value was proven", c.Health.Status, err)
	}
}

func TestAChangeIsTestedBeforeItIsSaved(t *testing.T) {
	h := opened(t)
	h.other.says(failing)
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	h.other.says(healthy)
	h.clock.pass(time.Minute)
	d := h.now(t, c.ID).Draft(kind("harness", "ArtifactoryAnonymous"))
	d.Spec = &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://repo.example.com/mended"}}
	run := h.tested(t, editor, c.ID, d)
	if now := h.now(t, c.ID).Health; now.Status != connector.Failing {
		t.Errorf("after the test, before the save, the connector is %s, want failing", now.Status)
	}
	if got := h.events(t, "draft.tested")[0]; got.Object != "connector:"+c.ID {
		t.Errorf("event = %+v, want it to be about the connector", got)
	}
	changed, err := h.Change(t.Context(), editor, c.ID, 1, d)
	if err != nil || changed.Health.Status != connector.Healthy {
		t.Fatalf("Change() = %+v, %v, want it healthy", changed.Health, err)
	}
	history, err := h.History(t.Context(), viewer, c.ID, 5)
	if err != nil || len(history) != 2 || history[0].ID != run.ID {
		t.Errorf("History() = %+v, %v, want the test on top", history, err)
	}
	// A test from before a newer check of the same question says nothing any more.
	d = h.now(t, c.ID).Draft(kind("harness", "ArtifactoryAnonymous"))
	h.tested(t, editor, c.ID, d)
	h.clock.pass(time.Minute)
	h.other.says(failing)
	h.checked(t, c.ID)
	d.Description = "only words"
	if changed, err = h.Change(t.Context(), editor, c.ID, 2, d); err != nil || h.now(t, c.ID).Health.Status != connector.Failing {
		t.Errorf("after a newer failure, Change() = %v and the connector is %s, want failing", err, h.now(t, c.ID).Health.Status)
	}
}
