package registry_test

import (
	"errors"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
)

func TestAuthorisingEndsTheWaitAndKeepsWhatItBrought(t *testing.T) {
	h := opened(t)
	c := h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Jira", Spec: &securityhub.JiraCloud{}})
	if c.Health.Status != connector.Waiting || c.Spec.(*securityhub.JiraCloud).State() == "" {
		t.Fatalf("a new Jira connector is %+v, want it waiting with a state", c.Health)
	}
	authorise := func(s connector.Spec) { s.(*securityhub.JiraCloud).Authorise("cloud-1", "https://acme.atlassian.net") }
	var conflict *registry.Conflict
	if _, err := h.Authorise(t.Context(), editor, c.ID, c.Version+1, authorise); !errors.As(err, &conflict) {
		t.Errorf("Authorise of another version = %v, want a conflict", err)
	}
	h.clock.pass(time.Minute)
	c, err := h.Authorise(t.Context(), editor, c.ID, c.Version, authorise)
	if err != nil {
		t.Fatalf("Authorise() = %v", err)
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

	keyed := h.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Keyed", Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}})
	keyed, err = h.Authorise(t.Context(), editor, keyed.ID, keyed.Version, authorise)
	if err != nil || keyed.Health.Status != connector.Unverified || !keyed.Health.Since.Equal(h.clock.now()) {
		t.Errorf("Authorise with a project = %+v, %v, want it unverified since now", keyed.Health, err)
	}
}
