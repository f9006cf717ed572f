package registry_test

import (
	"errors"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
	"patchbay/registry"
)

// problemAt fails unless the error is a list of problems with one at the field, and gives its text.
func problemAt(t *testing.T, err error, field string) string {
	t.Helper()
	var p connector.Problems
	if !errors.As(err, &p) || p.At(field) == "" {
		t.Fatalf("got %v, want a problem at %q", err, field)
	}
	return p.At(field)
}

func TestAdmitKeepsWhatIsValidAndLogsIt(t *testing.T) {
	h := opened(t)
	d := h.git(h.acme)
	c, err := h.Admit(registry.From(t.Context(), "192.0.2.7"), editor, d)
	if err != nil {
		t.Fatalf("Admit() = %v", err)
	}
	kept := h.now(t, c.ID)
	if kept.Version != 1 || kept.CreatedBy != "edda" || kept.Health.Status != connector.Unverified || !kept.Created.Equal(noon) {
		t.Errorf("kept %+v, want version 1 by edda, unverified, at noon", kept)
	}
	ev := h.events(t, "connector.created")[0]
	want := access.Event{Actor: "user:edda", Action: "connector.created", Object: "connector:" + c.ID, Name: d.Name, Workspace: h.acme,
		Detail: "ArtifactoryAnonymous", Address: "192.0.2.7"}
	ev.Seq, ev.Hash, want.At, ev.At = 0, nil, noon, ev.At.UTC()
	if ev.Action != want.Action || ev.Actor != want.Actor || ev.Object != want.Object || ev.Detail != want.Detail || ev.Address != want.Address {
		t.Errorf("event = %+v, want %+v", ev, want)
	}
}

func TestAdmitRefusesWhatIsNotValidAndKeepsNothing(t *testing.T) {
	h := opened(t)
	before := len(h.events(t, ""))
	for name, tt := range map[string]struct {
		field string
		alter func(*connector.Draft)
	}{
		"an empty name":                         {"name", func(d *connector.Draft) { d.Name = "" }},
		"a bad identifier":                      {"identifier", func(d *connector.Draft) { d.Identifier = "1 bad" }},
		"a bad address":                         {"url", func(d *connector.Draft) { d.Spec.(*harness.ArtifactoryAnonymous).URL = "ftp://x" }},
		"no workspace":                          {"workspace", func(d *connector.Draft) { d.Workspace = "" }},
		"another vendor's workspace":            {"workspace", func(d *connector.Draft) { d.Workspace = h.harmony }},
		"an unknown vendor":                     {"", func(d *connector.Draft) { d.Type.Vendor = "nobody" }},
		"no spec":                               {"", func(d *connector.Draft) { d.Spec = nil }},
		"a bad field besides the bad workspace": {"url", func(d *connector.Draft) { d.Workspace, d.Spec = "", &harness.ArtifactoryAnonymous{} }},
	} {
		t.Run(name, func(t *testing.T) {
			d := h.git(h.acme)
			tt.alter(&d)
			_, err := h.Admit(t.Context(), admin, d)
			if text := problemAt(t, err, tt.field); !strings.HasSuffix(text, ".") {
				t.Errorf("problem %q is no whole sentence", text)
			}
		})
	}
	if page, err := h.List(t.Context(), admin, connector.Query{}); err != nil || len(page.Connectors) != 0 {
		t.Errorf("List() = %v, %v, want nothing kept", page, err)
	}
	if after := len(h.events(t, "")); after != before {
		t.Errorf("what was refused left %d events", after-before)
	}
}

func TestATakenIdentifierIsAProblemOfItsField(t *testing.T) {
	h := opened(t)
	d := h.git(h.acme)
	h.kept(t, d)
	_, err := h.Admit(t.Context(), admin, d)
	if text := problemAt(t, err, "identifier"); !strings.Contains(text, d.Identifier) {
		t.Errorf("problem %q does not name the identifier", text)
	}
	for _, elsewhere := range []func(*connector.Draft){
		func(d *connector.Draft) { d.Workspace = h.rival },
		func(d *connector.Draft) { d.Scope.Org = "retail" },
	} {
		d := d
		elsewhere(&d)
		h.kept(t, d)
	}
	h.kept(t, registration(h.harmony, "Ledger", "1.0.0"))
	if _, err := h.Admit(t.Context(), admin, registration(h.harmony, "Ledger", "1.0.0")); err == nil {
		t.Error("the same name and version were registered twice")
	} else {
		problemAt(t, err, "name")
	}
}

func TestAChangeNeedsTheNewestVersionAndAConflictCarriesTheirs(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	change := func(a access.Actor, version int64, description string) error {
		d := c.Draft(kind("harness", "ArtifactoryAnonymous"))
		d.Description = description
		_, err := h.Change(t.Context(), a, c.ID, version, d)
		return err
	}
	if err := change(editor, 1, "first"); err != nil {
		t.Fatalf("Change() of version 1 = %v", err)
	}
	for _, stale := range []int64{1, 0, -1, 3} {
		err := change(admin, stale, "second")
		var conflict *registry.Conflict
		if !errors.As(err, &conflict) || !errors.Is(err, connector.ErrConflict) {
			t.Fatalf("Change() of version %d = %v, want a conflict", stale, err)
		}
		if theirs := conflict.Theirs; theirs.Version != 2 || theirs.Description != "first" || theirs.UpdatedBy != "edda" {
			t.Errorf("the conflict carries %+v, want what edda saved", theirs)
		}
		if !strings.Contains(err.Error(), "edda") {
			t.Errorf("the conflict says %q, want who was quicker", err)
		}
	}
	if now := h.now(t, c.ID); now.Description != "first" {
		t.Errorf("description = %q after conflicts, want what was saved first", now.Description)
	}
	if err := change(admin, 2, "second"); err != nil {
		t.Errorf("Change() of version 2 = %v", err)
	}
}

func TestAnEventOfAChangeNamesTheFieldsAndNotTheValues(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	d := c.Draft(kind("harness", "ArtifactoryAnonymous"))
	d.Description = "a telling description"
	d.Spec = &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://telling.example.com/"}}
	if _, err := h.Change(t.Context(), editor, c.ID, 1, d); err != nil {
		t.Fatalf("Change() = %v", err)
	}
	if ev := h.events(t, "connector.changed")[0]; ev.Detail != "description, url" {
		t.Errorf("detail = %q, want the names of the fields alone", ev.Detail)
	}
}

func TestWhatIsFixedCannotChange(t *testing.T) {
	h := opened(t)
	for name, tt := range map[string]struct {
		draft connector.Draft
		field string
		alter func(*connector.Draft)
	}{
		"the identifier": {h.git(h.acme), "identifier", func(d *connector.Draft) { d.Identifier = "other" }},
		"the org":        {h.git(h.acme), "org", func(d *connector.Draft) { d.Scope.Org = "retail" }},
		"the name at Harmony": {registration(h.harmony, "Ledger", "1.0.0"), "name",
			func(d *connector.Draft) { d.Name = "Archive" }},
		"the version at Harmony": {registration(h.harmony, "Ledger", "2.0.0"), "version",
			func(d *connector.Draft) { d.Spec = &jitterbit.Registration{Version: "3.0.0"} }},
	} {
		t.Run(name, func(t *testing.T) {
			c := h.kept(t, tt.draft)
			d := c.Draft(tt.draft.Type)
			tt.alter(&d)
			_, err := h.Change(t.Context(), admin, c.ID, 1, d)
			if text := problemAt(t, err, tt.field); !strings.Contains(text, "cannot change") {
				t.Errorf("problem = %q, want that it cannot change", text)
			}
			if now := h.now(t, c.ID); now.Version != 1 {
				t.Errorf("version = %d, want it untouched", now.Version)
			}
		})
	}
}

func TestAConnectorBecomesAnotherTypeOfItsFamilyOnly(t *testing.T) {
	h := opened(t)
	h.secret(t, h.acme, "user", "ci")
	h.secret(t, h.acme, "password", "x")
	c := h.kept(t, h.git(h.acme))
	d := c.Draft(kind("harness", "ArtifactoryEncrypted"))
	d.Spec = &harness.ArtifactoryEncrypted{Server: harness.Server{URL: "https://repo.example.com/"}, UsernameRef: "account.user", PasswordRef: "account.password"}
	if _, err := h.Change(t.Context(), admin, c.ID, 1, d); err != nil {
		t.Fatalf("Change() within the family = %v", err)
	}
	if now := h.now(t, c.ID); now.Type != "ArtifactoryEncrypted" {
		t.Errorf("type = %s, want the new one", now.Type)
	}
	for _, other := range []connector.Type{kind("harness", "GitHttp"), kind("jitterbit", "Registration")} {
		d := connector.Draft{Type: other, Name: c.Name, Identifier: c.Identifier, Spec: other.New()}
		_, err := h.Change(t.Context(), admin, c.ID, 2, d)
		problemAt(t, err, "")
	}
	_, err := h.Change(t.Context(), admin, c.ID, 2, connector.Draft{Type: kind("harness", "Artifactory")})
	problemAt(t, err, "")
}

func TestAChangeKeepsWhatTheRegistryGave(t *testing.T) {
	h := opened(t)
	c := h.kept(t, registration(h.harmony, "Ledger", "1.0.0"))
	given := *c.Spec.(*jitterbit.Registration)
	d := c.Draft(kind("jitterbit", "Registration"))
	d.Identifier = ""
	d.Spec = &jitterbit.Registration{Version: "1.0.0", Activities: []string{"query"}, Key: "mine", Secret: connector.NewSecret("mine"), EndpointEntityID: "1"}
	if _, err := h.Change(t.Context(), admin, c.ID, 1, d); err != nil {
		t.Fatalf("Change() = %v", err)
	}
	now := h.now(t, c.ID)
	if s := now.Spec.(*jitterbit.Registration); s.Key != given.Key || s.EndpointEntityID != given.EndpointEntityID || now.Identifier != c.Identifier {
		t.Errorf("key, block, identifier = %s, %s, %s, want what was given", s.Key, s.EndpointEntityID, now.Identifier)
	}
	ok, err := h.ValidatePair(t.Context(), admin, h.harmony, "Ledger", given.Key, given.Secret)
	if err != nil || !ok {
		t.Errorf("ValidatePair() of the first pair = %v, %v, want it still good", ok, err)
	}
	if ok, err = h.ValidatePair(t.Context(), admin, h.harmony, "Ledger", "mine", connector.NewSecret("mine")); ok || err != nil {
		t.Errorf("ValidatePair() of a pair from a draft = %v, %v, want it refused", ok, err)
	}
}

func TestAChangeOfWhatIsAskedTakesTheVerdictBack(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	d := h.now(t, c.ID).Draft(kind("harness", "ArtifactoryAnonymous"))
	d.Description = "the question stays the same"
	if _, err := h.Change(t.Context(), admin, c.ID, 1, d); err != nil {
		t.Fatal(err)
	}
	if got := h.now(t, c.ID).Health.Status; got != connector.Healthy {
		t.Errorf("status = %s after a new description, want healthy", got)
	}
	d.Spec = &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://elsewhere.example.com/"}}
	if _, err := h.Change(t.Context(), admin, c.ID, 2, d); err != nil {
		t.Fatal(err)
	}
	if got := h.now(t, c.ID).Health; got.Status != connector.Unverified {
		t.Errorf("status = %s after a new address, want unverified", got.Status)
	}
}
