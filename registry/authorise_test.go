package registry_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/store"
)

func TestAuthorisingEndsTheWaitAndKeepsWhatItBrought(t *testing.T) {
	h, _ := letting(t)
	anApp(t, h, "")
	draft := func(name, key string) connector.Draft {
		return connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: name, Spec: &securityhub.JiraCloud{ProjectKey: key}}
	}
	c := h.kept(t, draft("Jira", ""))
	state := c.Spec.(*securityhub.JiraCloud).State()
	if c.Health.Status != connector.Waiting || state == "" {
		t.Fatalf("a new Jira connector is %+v, want it waiting with a state", c.Health)
	}
	h.clock.pass(time.Minute)
	c, err := h.Consent(t.Context(), editor, h.hub, c.Identifier, state, "good")
	if err != nil {
		t.Fatalf("Consent() = %v", err)
	}
	if s := h.now(t, c.ID).Spec.(*securityhub.JiraCloud); !s.Authorised() || s.CloudID != "cloud-1" || s.State() != "" {
		t.Errorf("kept = %+v, want it authorised and the state used up", s)
	}
	if got := h.now(t, c.ID); got.Health.Status != connector.Waiting || securityhub.StatusWord(&got) != "PENDING_CONFIGURATION" {
		t.Errorf("status = %s, want it waiting for its project", got.Health.Status)
	}
	if ev := h.events(t, "connector.authorised"); len(ev) != 1 || ev[0].Object != "connector:"+c.ID {
		t.Errorf("events = %+v, want the one authorisation", ev)
	}

	keyed := h.kept(t, draft("Keyed", "SEC"))
	h.clock.pass(time.Minute)
	keyed, err = h.Consent(t.Context(), editor, h.hub, keyed.Identifier, keyed.Spec.(*securityhub.JiraCloud).State(), "good")
	if err != nil || keyed.Health.Status != connector.Unverified || !keyed.Health.Since.Equal(h.clock.now()) {
		t.Errorf("Consent with a project = %+v, %v, want it unverified since now", keyed.Health, err)
	}
}

func TestAProgramIsNotAskedWhichSite(t *testing.T) {
	h, _ := letting(t)
	id := anInvited(t, h, "")
	c := h.now(t, id)
	var refused *connector.ConsentRefused
	_, err := h.Consent(t.Context(), editor, h.hub, c.Identifier, c.Spec.(*securityhub.JiraCloud).State(), "two")
	if !errors.As(err, &refused) || refused.Code {
		t.Errorf("Consent() for two sites = %v, want it refused with the way out", err)
	}
	if _, err := h.store.OAuthTokens(t.Context(), id); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("OAuthTokens() after the refusal = %v, want none", err)
	}
	if h.now(t, id).Spec.(*securityhub.JiraCloud).State() == "" {
		t.Error("after the refusal nobody is waited for")
	}
}

// TestSomebodyWhoChangesTheConnectorMeanwhileLosesNoTokens changes the connector between the exchange and the moment that its tokens are kept.
func TestSomebodyWhoChangesTheConnectorMeanwhileLosesNoTokens(t *testing.T) {
	h, o := letting(t)
	id := anInvited(t, h, "")
	c := h.now(t, id)
	o.during = func() {
		d := h.now(t, id).Draft(kind("securityhub", "JiraCloud"))
		d.Description = "changed while somebody consented"
		if _, err := h.Change(t.Context(), admin, id, h.now(t, id).Version, d); err != nil {
			t.Errorf("Change() = %v", err)
		}
	}
	if _, err := h.Consent(t.Context(), editor, h.hub, c.Identifier, c.Spec.(*securityhub.JiraCloud).State(), "good"); err != nil {
		t.Fatalf("Consent() = %v", err)
	}
	got := h.now(t, id)
	if !got.Spec.(*securityhub.JiraCloud).Authorised() || got.Description != "changed while somebody consented" {
		t.Errorf("kept = %+v %q, want both changes", got.Spec, got.Description)
	}
	if tokens, err := h.store.OAuthTokens(t.Context(), id); err != nil || tokens.Access.Reveal() != "access good" {
		t.Errorf("OAuthTokens() = %v, want those that were brought", err)
	}
}

// TestTokensAndTheirConnectorStandOrFallTogether lets the database refuse one half of an authorisation, each in turn.
func TestTokensAndTheirConnectorStandOrFallTogether(t *testing.T) {
	for what, trigger := range map[string]string{
		"the tokens":     `CREATE TRIGGER refuse BEFORE INSERT ON oauth_tokens BEGIN SELECT raise(ABORT, 'no room'); END`,
		"the connector":  `CREATE TRIGGER refuse BEFORE UPDATE OF spec ON connectors BEGIN SELECT raise(ABORT, 'no room'); END`,
		"the consent":    `CREATE TRIGGER refuse BEFORE DELETE ON consents BEGIN SELECT raise(ABORT, 'no room'); END`,
		"the audit line": `CREATE TRIGGER refuse BEFORE INSERT ON events WHEN new.action = 'connector.authorised' BEGIN SELECT raise(ABORT, 'no room'); END`,
	} {
		t.Run(what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			h := lettingIn(t, dir)
			id := anInvited(t, h, "")
			pending := h.back(t, editor, id)
			before := h.now(t, id)
			exec(t, dir, trigger)
			if _, err := h.TakeConsent(t.Context(), editor, id, pending, ""); err == nil {
				t.Fatal("TakeConsent() = nil though the disk refuses")
			}
			after := h.now(t, id)
			if after.Version != before.Version || after.Spec.(*securityhub.JiraCloud).Authorised() {
				t.Errorf("the connector is %+v in version %d, want it as it was", after.Spec, after.Version)
			}
			if _, err := h.store.OAuthTokens(t.Context(), id); !errors.Is(err, connector.ErrNotFound) {
				t.Errorf("OAuthTokens() = %v, want none without their connector", err)
			}
			exec(t, dir, `DROP TRIGGER refuse`)
			if _, err := h.TakeConsent(t.Context(), editor, id, pending, ""); err != nil {
				t.Errorf("TakeConsent() once the disk is well = %v, want what was brought to be there still", err)
			}
			if tokens, err := h.store.OAuthTokens(t.Context(), id); err != nil || tokens.Access.Reveal() != "access good" {
				t.Errorf("OAuthTokens() = %v", err)
			}
		})
	}
}

// lettingIn is letting over a directory of the test's choice.
func lettingIn(t *testing.T, dir string) *house {
	t.Helper()
	h := &house{clock: &clock{at: noon}, passwords: &cheap{}, other: &other{}}
	st, err := store.Open(t.Context(), dir, catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.store = st
	h.Registry = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now,
		OAuth: registry.OAuth{Apps: st, Exchanger: &consents{}, Callback: oauthCallback}})
	t.Cleanup(func() {
		h.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	h.hub = h.workspace(t, connector.Workspace{Name: "Hub", Vendor: "securityhub", Account: "123456789012", Region: "eu-west-1"})
	return h
}

// TestInTwoTransactionsATokenIsLeftBehind shows the control switched off: kept one after the other, as before, a failure in between leaves
// tokens that no connector knows of.
func TestInTwoTransactionsATokenIsLeftBehind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	h := lettingIn(t, dir)
	id := anInvited(t, h, "")
	c := h.now(t, id)
	exec(t, dir, `CREATE TRIGGER refuse BEFORE UPDATE OF spec ON connectors BEGIN SELECT raise(ABORT, 'no room'); END`)
	ctx, ev := context.Background(), access.Event{At: noon, Actor: "user:edda", Action: "x"}
	if err := h.store.KeepOAuthTokens(ctx, id, connector.OAuthTokens{Access: connector.NewSecret("a")}, ev); err != nil {
		t.Fatal(err)
	}
	c.Version++
	if err := h.store.Update(ctx, c, nil, nil, ev); err == nil {
		t.Fatal("Update() = nil though the disk refuses")
	}
	if _, err := h.store.OAuthTokens(ctx, id); err != nil {
		t.Errorf("OAuthTokens() = %v, want the tokens that were left behind", err)
	}
}
