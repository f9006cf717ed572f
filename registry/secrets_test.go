package registry_test

import (
	"errors"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/registry"
)

const aPEM = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"

func TestASecretIsHeldToItsRules(t *testing.T) {
	h := opened(t)
	named := func(name string) connector.NamedSecret {
		return connector.NamedSecret{Kind: connector.SecretText, SecretName: connector.SecretName{Workspace: h.acme, Name: name}}
	}
	at := func(s connector.NamedSecret, scope connector.Scope) connector.NamedSecret { s.Scope = scope; return s }
	of := func(s connector.NamedSecret, kind connector.SecretKind) connector.NamedSecret {
		s.Kind = kind
		return s
	}
	in := func(s connector.NamedSecret, workspace string) connector.NamedSecret {
		s.Workspace = workspace
		return s
	}
	for name, tt := range map[string]struct {
		secret connector.NamedSecret
		value  string
		field  string // "" is accepted
	}{
		"plain":                       {named("plain"), "v", ""},
		"in a project":                {at(named("plain"), connector.Scope{Org: "retail", Project: "checkout"}), "v", ""},
		"no value":                    {named("a"), "", "value"},
		"too long":                    {named("a"), strings.Repeat("x", 64*1024+1), "value"},
		"as long as may be":           {named("long"), strings.Repeat("x", 64*1024), ""},
		"no name":                     {named(""), "v", "name"},
		"a name with a space":         {named("a b"), "v", "name"},
		"a name with a dot":           {named("account.a"), "v", "name"},
		"no such kind":                {of(named("a"), "other"), "v", "kind"},
		"a file that is no PEM":       {of(named("a"), connector.SecretFile), "v", "value"},
		"a file":                      {of(named("file"), connector.SecretFile), aPEM, ""},
		"a key that is no PEM":        {of(named("a"), connector.SecretSSHKey), "v", "value"},
		"a key":                       {of(named("key"), connector.SecretSSHKey), aPEM, ""},
		"OAuth that is no JSON":       {of(named("a"), connector.SecretOAuth), "v", "value"},
		"OAuth without a secret":      {of(named("a"), connector.SecretOAuth), `{"ClientId": "a"}`, "value"},
		"OAuth":                       {of(named("oauth"), connector.SecretOAuth), `{"ClientId": "a", "ClientSecret": "b"}`, ""},
		"a project without an org":    {at(named("a"), connector.Scope{Project: "checkout"}), "v", "scope"},
		"a scope that is no name":     {at(named("a"), connector.Scope{Org: "../retail"}), "v", "scope"},
		"a scope where there is none": {in(at(named("arn:aws:secretsmanager:eu-west-1:123456789012:secret:A-AbCdEf"), connector.Scope{Org: "a"}), h.hub), "v", "scope"},
		"an unknown workspace":        {in(named("a"), "nowhere"), "v", "workspace"},
		"taken":                       {named("taken"), "v", "name"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "taken" {
				h.secret(t, h.acme, "taken", "first")
			}
			kept, err := h.KeepSecret(t.Context(), editor, tt.secret, connector.NewSecret(tt.value))
			if tt.field == "" {
				if err != nil || kept.Version != 1 || kept.SetBy != "edda" {
					t.Errorf("KeepSecret() = %+v, %v, want version 1 by edda", kept, err)
				}
				return
			}
			if text := problemAt(t, err, tt.field); len(tt.value) > 3 && strings.Contains(text, tt.value) {
				t.Errorf("the problem %q repeats the value", text)
			}
		})
	}
}

func TestReplacingASecretTakesTheVersionThatWasSeen(t *testing.T) {
	h := opened(t)
	id := h.secret(t, h.acme, "token", "first")
	for _, stale := range []int64{2, 9} {
		if _, err := h.ReplaceSecret(t.Context(), editor, id, stale, connector.NewSecret("x")); !errors.Is(err, connector.ErrConflict) {
			t.Errorf("ReplaceSecret() of version %d = %v, want a conflict", stale, err)
		}
	}
	for want, version := range map[int64]int64{2: 1} {
		if s, err := h.ReplaceSecret(t.Context(), editor, id, version, connector.NewSecret("second")); err != nil || s.Version != want {
			t.Errorf("ReplaceSecret() of version %d = %+v, %v, want version %d", version, s, err, want)
		}
	}
	if s, err := h.ReplaceSecret(t.Context(), editor, id, 0, connector.NewSecret("third")); err != nil || s.Version != 3 {
		t.Errorf("ReplaceSecret() of whatever is there = %+v, %v, want version 3", s, err)
	}
	_, err := h.ReplaceSecret(t.Context(), editor, id, 3, connector.Secret{})
	problemAt(t, err, "value")
}

func TestASecretInUseIsNotRemovedAndItsUsersAreNamed(t *testing.T) {
	h := opened(t)
	id := h.secret(t, h.acme, "token", "x")
	c := h.kept(t, h.login(h.acme, here, "account.token"))
	_, err := h.RemoveSecret(t.Context(), editor, id)
	var inUse *registry.InUse
	if !errors.As(err, &inUse) || len(inUse.By) != 1 || !strings.Contains(err.Error(), c.Name) {
		t.Fatalf("RemoveSecret() = %v, want the connector named", err)
	}
	if _, err := h.Retire(t.Context(), admin, c.ID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := h.RemoveSecret(t.Context(), editor, id); err != nil {
		t.Errorf("RemoveSecret() of what nothing living points at = %v", err)
	}
	if got := h.events(t, "secret.removed"); len(got) != 1 || got[0].Name != "token" {
		t.Errorf("events = %v, want the removal", got)
	}
}

func TestAWorkspaceIsHeldToItsRules(t *testing.T) {
	h := opened(t)
	for name, tt := range map[string]struct {
		workspace connector.Workspace
		field     string
	}{
		"an unknown vendor":       {connector.Workspace{Name: "A", Vendor: "x", Account: "a"}, "vendor"},
		"no name":                 {connector.Workspace{Vendor: "harness", Account: "a"}, "name"},
		"a bad account":           {connector.Workspace{Name: "A", Vendor: "securityhub", Account: "12", Region: "eu-west-1"}, "account"},
		"no region":               {connector.Workspace{Name: "A", Vendor: "securityhub", Account: "123456789012"}, "region"},
		"a bad region":            {connector.Workspace{Name: "A", Vendor: "securityhub", Account: "123456789012", Region: "EU"}, "region"},
		"a taken name":            {connector.Workspace{Name: "ACME", Vendor: "harness", Account: "other"}, "name"},
		"a taken account":         {connector.Workspace{Name: "New", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"}, "account"},
		"a region that is no use": {connector.Workspace{Name: "Newer", Vendor: "harness", Account: "other", Region: "eu-west-1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := h.AddWorkspace(t.Context(), admin, tt.workspace)
			if tt.field != "" {
				problemAt(t, err, tt.field)
			} else if err != nil || made.Region != "" || made.Remote {
				t.Errorf("AddWorkspace() = %+v, %v, want it hosted and without the region", made, err)
			}
		})
	}
}

func TestAWorkspaceIsRenamedByVersionAndRemovedEmpty(t *testing.T) {
	h := opened(t)
	if _, err := h.RenameWorkspace(t.Context(), admin, h.acme, 5, "Acme two"); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("RenameWorkspace() of version 5 = %v, want a conflict", err)
	}
	_, err := h.RenameWorkspace(t.Context(), admin, h.acme, 1, "Rival")
	problemAt(t, err, "name")
	_, err = h.RenameWorkspace(t.Context(), admin, h.acme, 1, " ")
	problemAt(t, err, "name")
	if w, err := h.RenameWorkspace(t.Context(), admin, h.acme, 1, "Acme two"); err != nil || w.Version != 2 {
		t.Errorf("RenameWorkspace() = %+v, %v, want version 2", w, err)
	}
	inUse := func(why string) {
		t.Helper()
		var in *registry.InUse
		if _, err := h.RemoveWorkspace(t.Context(), admin, h.acme); !errors.As(err, &in) {
			t.Errorf("RemoveWorkspace() with %s = %v, want a refusal", why, err)
		}
	}
	id := h.secret(t, h.acme, "token", "x")
	inUse("a secret")
	c := h.kept(t, h.git(h.acme))
	if _, err := h.RemoveSecret(t.Context(), admin, id); err != nil {
		t.Fatal(err)
	}
	inUse("a connector")
	if _, err := h.Retire(t.Context(), admin, c.ID, 0); err != nil {
		t.Fatal(err)
	}
	inUse("a retired connector")
	if err := h.Purge(t.Context(), admin, c.ID, c.Name); err != nil {
		t.Fatal(err)
	}
	if _, err := h.RemoveWorkspace(t.Context(), admin, h.acme); err != nil {
		t.Errorf("RemoveWorkspace() of an empty one = %v", err)
	}
}
