package registry_test

import (
	"errors"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/registry"
)

func TestWhatIsInUseIsNotRetiredAndItsUsersAreNamed(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	other := connector.Use{Kind: "project", Name: "checkout"}
	for _, u := range []connector.Use{use, other} {
		if err := h.AddUse(t.Context(), editor, c.ID, u); err != nil {
			t.Fatalf("AddUse(%s) = %v", u.Name, err)
		}
	}
	err := h.AddUse(t.Context(), editor, c.ID, use)
	problemAt(t, err, "name")
	_, err = h.Retire(t.Context(), editor, c.ID, 0)
	var inUse *registry.InUse
	if !errors.As(err, &inUse) || !errors.Is(err, connector.ErrInUse) || len(inUse.By) != 2 {
		t.Fatalf("Retire() = %v, want the two users", err)
	}
	if text := err.Error(); !strings.Contains(text, "deploy") || !strings.Contains(text, "checkout") {
		t.Errorf("the refusal says %q, want both by name", text)
	}
	for _, u := range []connector.Use{use, other} {
		if err := h.RemoveUse(t.Context(), editor, c.ID, u); err != nil {
			t.Fatalf("RemoveUse(%s) = %v", u.Name, err)
		}
	}
	if err := h.RemoveUse(t.Context(), editor, c.ID, use); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("RemoveUse() of what is not there = %v, want not found", err)
	}
	if _, err := h.Retire(t.Context(), editor, c.ID, 0); err != nil {
		t.Errorf("Retire() of what nobody uses = %v", err)
	}
}

func TestAUseIsHeldToItsRules(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	for field, u := range map[string]connector.Use{"kind": {Name: "x"}, "name": {Kind: "x"}, "where": {Kind: "x", Name: "x", Where: strings.Repeat("x", 129)}} {
		problemAt(t, h.AddUse(t.Context(), editor, c.ID, u), field)
	}
}

func TestRetireTakesTheVersionThatWasSeen(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	_, err := h.Retire(t.Context(), editor, c.ID, 7)
	var conflict *registry.Conflict
	if !errors.As(err, &conflict) || conflict.Theirs.Version != 1 {
		t.Errorf("Retire() of version 7 = %v, want a conflict with version 1", err)
	}
	if _, err := h.Retire(t.Context(), editor, c.ID, 1); err != nil {
		t.Errorf("Retire() of version 1 = %v", err)
	}
	if _, err := h.Retire(t.Context(), editor, c.ID, 0); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("Retire() of what is in the trash = %v, want not found", err)
	}
}

func TestWhatIsInTheTrashIsSeenButNotChangedOrAsked(t *testing.T) {
	h := opened(t)
	d := h.git(h.acme)
	c := h.retired(t, d)
	if now := h.now(t, c.ID); now.Retired.IsZero() || now.RetiredBy != "anna" {
		t.Errorf("retired %s by %q, want now by anna", now.Retired, now.RetiredBy)
	}
	for name, do := range map[string]func() error{
		"Change": func() error { _, err := h.Change(t.Context(), admin, c.ID, 2, d); return err },
		"Check":  func() error { _, err := h.Check(t.Context(), admin, c.ID); return err },
		"AddUse": func() error { return h.AddUse(t.Context(), admin, c.ID, use) },
	} {
		if err := do(); !errors.Is(err, connector.ErrNotFound) {
			t.Errorf("%s() of what is in the trash = %v, want not found", name, err)
		}
	}
	page, err := h.List(t.Context(), viewer, connector.Query{Retired: true})
	if err != nil || len(page.Connectors) != 1 {
		t.Errorf("List() of the trash = %v, %v, want the one", page, err)
	}
}

func TestRestoreBringsBackUnlessTheIdentifierWasGivenAway(t *testing.T) {
	h := opened(t)
	d := h.git(h.acme)
	first := h.retired(t, d)
	d.Spec = &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://repo.example.com/other"}}
	second := h.kept(t, d) // the identifier is free again
	_, err := h.Restore(t.Context(), editor, first.ID)
	if text := problemAt(t, err, ""); !strings.Contains(text, d.Name) {
		t.Errorf("the refusal says %q, want which one", text)
	}
	if now := h.now(t, first.ID); now.Retired.IsZero() {
		t.Error("a refused Restore took the connector out of the trash")
	}
	if _, err := h.Retire(t.Context(), editor, second.ID, 0); err != nil {
		t.Fatal(err)
	}
	back, err := h.Restore(t.Context(), editor, first.ID)
	if err != nil || !back.Retired.IsZero() || back.Version != 3 {
		t.Errorf("Restore() = %+v, %v, want it living at version 3", back, err)
	}
	if _, err := h.Restore(t.Context(), editor, first.ID); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("Restore() of what lives = %v, want not found", err)
	}
}

func TestPurgeWantsTheNameAndLeavesNothingButTheLog(t *testing.T) {
	h := opened(t)
	living := h.kept(t, h.git(h.acme))
	if err := h.Purge(t.Context(), admin, living.ID, living.Name); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("Purge() of what lives = %v, want not found", err)
	}
	c := h.retired(t, h.git(h.acme))
	for _, typed := range []string{"", "wrong", strings.ToUpper(c.Name), c.Name + "x"} {
		problemAt(t, h.Purge(t.Context(), admin, c.ID, typed), "name")
	}
	if err := h.Purge(t.Context(), admin, c.ID, c.Name); err != nil {
		t.Fatalf("Purge() = %v", err)
	}
	if _, err := h.Connector(t.Context(), admin, c.ID); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("Connector() of what was purged = %v, want not found", err)
	}
	if ev := h.events(t, "connector.purged"); len(ev) != 1 || ev[0].Name != c.Name {
		t.Errorf("events = %v, want the purge with the name", ev)
	}
}

func TestANameThatAFormCannotSendCanStillBePurged(t *testing.T) {
	h := opened(t)
	d := h.git(h.acme)
	d.Name += " " // as an API may send it
	c := h.retired(t, d)
	if err := h.Purge(t.Context(), admin, c.ID, strings.TrimSpace(c.Name)); err != nil {
		t.Errorf("Purge() with the name as a form sends it = %v", err)
	}
}
