package registry_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/harness"
)

const (
	here    = "https://git.example.com/acme/app.git"
	there   = "https://thief.example.net/acme/app.git"
	origin  = connector.Origin("https://git.example.com:443")
	foreign = connector.Origin("https://thief.example.net:443")
)

func TestAReferenceMustNameASecretThatIsThere(t *testing.T) {
	h := opened(t)
	h.secret(t, h.rival, "token", "x")
	_, err := h.Admit(t.Context(), editor, h.login(h.acme, here, "account.token"))
	if text := problemAt(t, err, "password_ref"); !strings.Contains(text, "account.token") || !strings.Contains(text, "Acme") {
		t.Errorf("problem = %q, want the reference and the workspace by name", text)
	}
}

func TestAValueTypedBesideAReferenceBecomesASecretWithTheConnector(t *testing.T) {
	h := opened(t)
	d := h.login(h.acme, here, "account.token")
	d.NewSecrets = map[string]connector.Secret{"password_ref": connector.NewSecret("typed value")}
	h.kept(t, d)
	s, err := h.store.SecretNamed(t.Context(), connector.SecretName{Workspace: h.acme, Name: "token"})
	if err != nil {
		t.Fatalf("SecretNamed() = %v", err)
	}
	if s.Kind != connector.SecretText || !slices.Equal(s.Origins, []connector.Origin{origin}) || s.UsedBy != 1 {
		t.Errorf("secret = %+v, want text for %s, used once", s, origin)
	}
	if ev := h.events(t, "connector.created")[0]; ev.Detail != "GitHttp, new secret token (account)" {
		t.Errorf("detail = %q, want the new secret named", ev.Detail)
	}

	again := h.login(h.acme, here, "account.token")
	again.NewSecrets = map[string]connector.Secret{"password_ref": connector.NewSecret("another value")}
	_, err = h.Admit(t.Context(), admin, again)
	if text := problemAt(t, err, "password_ref"); !strings.Contains(text, "has a value already") || strings.Contains(text, "another value") {
		t.Errorf("problem = %q, want that it has a value, without any value", text)
	}
	opened, err := h.store.OpenSecret(t.Context(), s.SecretName)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := opened.For(origin); got != "typed value" {
		t.Errorf("the value is %q, want the first one", got)
	}
}

func TestARefusedDraftMakesNoSecret(t *testing.T) {
	h := opened(t)
	d := h.login(h.acme, here, "account.token")
	d.Name = ""
	d.NewSecrets = map[string]connector.Secret{"password_ref": connector.NewSecret("typed value")}
	if _, err := h.Admit(t.Context(), admin, d); err == nil {
		t.Fatal("Admit() without a name = nil")
	}
	if got, err := h.Secrets(t.Context(), admin, h.acme, ""); err != nil || len(got) != 0 {
		t.Errorf("Secrets() = %v, %v, want none", got, err)
	}
}

func TestATypedValueIsHeldToTheRulesOfSecrets(t *testing.T) {
	h := opened(t)
	for name, value := range map[string]string{
		"too long":                  strings.Repeat("x", 64*1024+1),
		"a key cut short":           "-----BEGIN PRIVATE KEY-----\nabc",
		"an OAuth client cut short": `{"ClientId": "a", "ClientSecret"`,
	} {
		t.Run(name, func(t *testing.T) {
			d := h.login(h.acme, here, "account.token")
			d.NewSecrets = map[string]connector.Secret{"password_ref": connector.NewSecret(value)}
			_, err := h.Admit(t.Context(), admin, d)
			problemAt(t, err, "password_ref.value")
		})
	}
}

func TestTwoValuesForOneNewSecretAreRefused(t *testing.T) {
	h := opened(t)
	draft := func(user, password string) connector.Draft {
		d := h.login(h.acme, here, "account.both")
		d.Type = kind("harness", "GitHttpEncrypted")
		d.Spec = &harness.GitHTTPEncrypted{Git: harness.Git{URL: here, Reach: "Repo"}, UsernameRef: "account.both", PasswordRef: "account.both"}
		d.NewSecrets = map[string]connector.Secret{"username_ref": connector.NewSecret(user), "password_ref": connector.NewSecret(password)}
		return d
	}
	_, err := h.Admit(t.Context(), admin, draft("one", "two"))
	problemAt(t, err, "password_ref.value")
	h.kept(t, draft("one", "one"))
}

// origins gives where the secret may go.
func (h *house) origins(t *testing.T, id string) []connector.Origin {
	t.Helper()
	s, _, err := h.Secret(t.Context(), admin, id)
	if err != nil {
		t.Fatalf("Secret() = %v", err)
	}
	return s.Origins
}

// TestOnlySavingLetsASecretGoToANewPlace is the first rule of security: an origin is added when a connector is saved by somebody who
// may use the secret, and never by a check.
func TestOnlySavingLetsASecretGoToANewPlace(t *testing.T) {
	h := opened(t)
	id := h.secret(t, h.acme, "token", "the value")
	sent := map[connector.Origin]string{}
	h.other.will(func(_ context.Context, q connector.Question) connector.Outcome {
		for _, to := range []connector.Origin{origin, foreign} {
			sent[to], _ = q.Secrets["password_ref"].For(to)
		}
		return healthy
	})
	if got := h.origins(t, id); len(got) != 0 {
		t.Fatalf("a new secret may go to %v, want nowhere", got)
	}
	c := h.kept(t, h.login(h.acme, here, "account.token"))
	if got := h.origins(t, id); !slices.Equal(got, []connector.Origin{origin}) {
		t.Fatalf("after saving it may go to %v, want %s", got, origin)
	}
	h.checked(t, c.ID)
	if sent[origin] != "the value" || sent[foreign] != "" {
		t.Errorf("the check could send it to %v, want %s alone", sent, origin)
	}
	if got := h.origins(t, id); !slices.Equal(got, []connector.Origin{origin}) {
		t.Errorf("after a check it may go to %v, want %s", got, origin)
	}

	// What is refused, and what is not saved, adds nothing either.
	bad := h.login(h.acme, there, "account.token")
	bad.Name = ""
	if _, err := h.Admit(t.Context(), admin, bad); err == nil {
		t.Error("Admit() without a name = nil")
	}
	moved := c.Draft(kind("harness", "GitHttp"))
	moved.Spec = &harness.GitHTTP{Git: harness.Git{URL: there, Reach: "Repo"}, Username: "ci", PasswordRef: "account.token"}
	for _, a := range []struct {
		by      string
		version int64
	}{{"a stale version", 7}} {
		if _, err := h.Change(t.Context(), admin, c.ID, a.version, moved); err == nil {
			t.Errorf("Change() of %s = nil", a.by)
		}
	}
	if _, err := h.Change(t.Context(), tester, c.ID, 1, moved); err == nil {
		t.Error("Change() by a tester = nil")
	}
	if got := h.origins(t, id); !slices.Equal(got, []connector.Origin{origin}) {
		t.Errorf("after refusals it may go to %v, want %s", got, origin)
	}

	// The control switched off is an editor who says so by saving: then the secret may go there.
	if _, err := h.Change(t.Context(), editor, c.ID, 1, moved); err != nil {
		t.Fatalf("Change() by an editor = %v", err)
	}
	h.checked(t, c.ID)
	if sent[foreign] != "the value" {
		t.Errorf("after saving the new address the check could send %v", sent)
	}
	if ev := h.events(t, "connector.changed"); len(ev) != 1 || ev[0].Actor != "user:edda" || ev[0].Detail != "url" {
		t.Errorf("events = %+v, want the one change by edda", ev)
	}
}

func TestASecretsIDsAreThoseThatTheConnectorPointsAt(t *testing.T) {
	h := opened(t)
	id := h.secret(t, h.acme, "token", "x")
	h.secret(t, h.acme, "other", "x")
	c := h.kept(t, h.login(h.acme, here, "account.token"))
	got, err := h.SecretIDs(t.Context(), viewer, c)
	if err != nil || len(got) != 1 || got["password_ref"] != id {
		t.Errorf("SecretIDs() = %v, %v, want %s at password_ref", got, err, id)
	}
}

// TestAProgramIsNotSentToAForm holds the way out of a missing secret to whoever is asking.
func TestAProgramIsNotSentToAForm(t *testing.T) {
	h := opened(t)
	for _, tt := range []struct {
		who access.Actor
		way string
	}{
		{editor, " does not have. Create it first, or type its value here."},
		{access.Actor{Kind: "credential", ID: "k1", Name: "ci", Role: access.Editor, Workspace: h.acme}, " does not have. Create it in the console first."},
		{access.System("command line"), " does not have. Create it in the console first."},
	} {
		_, err := h.Admit(t.Context(), tt.who, h.login(h.acme, "https://git.example.com/x.git", "account.not_there"))
		if err == nil || !strings.HasSuffix(err.Error(), tt.way) {
			t.Errorf("Admit() by a %s = %v, want %q at its end", tt.who.Kind, err, tt.way)
		}
	}
}
