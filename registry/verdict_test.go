package registry_test

import (
	"context"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/registry"
	"patchbay/store"
)

// slow is a store where somebody is always quicker than the verdict: right before it is written, the connector is changed.
type slow struct {
	*store.Store
	before func()
}

func (s *slow) EndRun(ctx context.Context, r connector.Run, version int64, was, h connector.Health, ev access.Event) error {
	if quicker := s.before; quicker != nil {
		s.before = nil
		quicker()
	}
	return s.Store.EndRun(ctx, r, version, was, h, ev)
}

func TestAChangeRightBeforeTheWriteDoesNotGetTheVerdict(t *testing.T) {
	h := opened(t)
	st := &slow{Store: h.store}
	h.Close()
	h.Registry = registry.New(registry.Config{Store: st, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now})
	c := h.kept(t, h.git(h.acme))
	was := c.Health
	st.before = func() {
		d := h.now(t, c.ID).Draft(kind("harness", "ArtifactoryAnonymous"))
		d.Description = "changed between the last look and the write"
		if _, err := h.Change(t.Context(), editor, c.ID, 1, d); err != nil {
			t.Errorf("Change() = %v", err)
		}
	}
	run := h.checked(t, c.ID)
	if run.State != connector.Done || run.Status != connector.Unverified || !strings.Contains(run.Text, "changed while it was asked") {
		t.Errorf("run = %+v, want unverified, and why", run.Outcome)
	}
	if now := h.now(t, c.ID).Health; now != was {
		t.Errorf("health = %+v, want it as it was: %+v", now, was)
	}
	if flips := h.events(t, "connector.flipped"); len(flips) != 0 {
		t.Errorf("flips = %v, want none", flips)
	}
}
