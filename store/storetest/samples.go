package storetest

import (
	"fmt"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
)

// Git is a spec with a field of each kind that is not hidden.
type Git struct {
	URL, Reach, Password, Note string
	Anonymous                  bool
	Delegates                  []string
	Labels                     connector.Tags
}

// Fields implements [connector.Spec].
func (s *Git) Fields() []connector.Field {
	return []connector.Field{
		connector.Text(&s.URL, "url", "Address").Must(connector.HTTPURL),
		connector.Choice(&s.Reach, "reach", "Reach", "Account", "Repo"),
		connector.Ref(&s.Password, "password_ref", "Password"),
		connector.Long(&s.Note, "note", "Note"),
		connector.Flag(&s.Anonymous, "anonymous", "Anonymous"),
		connector.List(&s.Delegates, "delegates", "Delegates"),
		connector.Labels(&s.Labels, "labels", "Labels"),
	}
}

// Check implements [connector.Spec].
func (s *Git) Check() connector.Check { return connector.ListRefs{URL: s.URL} }

// Plain is a spec without a yes-or-no field.
type Plain struct{ Note string }

// Fields implements [connector.Spec].
func (s *Plain) Fields() []connector.Field {
	return []connector.Field{connector.Text(&s.Note, "note", "Note")}
}

// Check implements [connector.Spec].
func (s *Plain) Check() connector.Check { return connector.Nothing{} }

// Registration is a spec with a version and a hidden value.
type Registration struct {
	Version, Key string
	Secret       connector.Secret
}

// Fields implements [connector.Spec].
func (s *Registration) Fields() []connector.Field {
	return []connector.Field{
		connector.Text(&s.Version, "version", "Version").Must(),
		connector.Text(&s.Key, "key", "Key"),
		connector.Hidden(&s.Secret, "secret", "Secret"),
	}
}

// Check implements [connector.Spec].
func (s *Registration) Check() connector.Check { return connector.HarmonyPair{Key: s.Key} }

// Catalog is the suite's own vendors, under the names of the real ones, since what must be unique depends on them.
func Catalog() connector.Catalog {
	git := func(vendor, name string) connector.Type {
		// Over SSH a connector starts without a name of its own.
		return connector.Type{Vendor: vendor, Name: name, Family: "Git", New: func() connector.Spec { return &Git{Reach: "Account", Anonymous: name == "GitSsh"} }}
	}
	plain := connector.Type{Vendor: "harness", Name: "GitPlain", Family: "Git", New: func() connector.Spec { return &Plain{} }}
	return connector.Catalog{
		{ID: "harness", Name: "Harness", Scoped: true, Types: []connector.Type{git("harness", "GitHttp"), git("harness", "GitSsh"), plain}},
		{ID: "securityhub", Name: "Security Hub", Regions: true, Types: []connector.Type{git("securityhub", "JiraCloud")}},
		{ID: "jitterbit", Name: "Harmony", Types: []connector.Type{{Vendor: "jitterbit", Name: "Registration", Family: "Registration",
			New: func() connector.Spec { return &Registration{} }}}},
	}
}

// Noon is when the suite's stories begin.
var Noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Clock gives a clock that goes on by a second each time it is asked.
func Clock() func() time.Time {
	now := Noon
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

// Workspaces are one for each vendor, and a second one for the first: "h1", "h2", "s1", "j1".
func Workspaces() []connector.Workspace {
	return []connector.Workspace{
		{ID: "h1", Vendor: "harness", Name: "Acme", Account: "acc1", Created: Noon, Version: 1},
		{ID: "h2", Vendor: "harness", Name: "Acme staging", Account: "acc2", Created: Noon, Version: 1},
		{ID: "s1", Vendor: "securityhub", Name: "Security", Account: "123456789012", Region: "eu-central-1", Created: Noon, Version: 1},
		{ID: "j1", Vendor: "jitterbit", Name: "Harmony", Account: "512604", Created: Noon, Version: 1},
	}
}

// Event gives an audit event.
func Event(action string) access.Event {
	return access.Event{At: Noon, Actor: "user:dana", Action: action, Object: "connector:x", Name: "x", Workspace: "h1", Detail: "url", Address: "192.0.2.7"}
}

// NewGit gives a connector of workspace "h1" at account scope that no other number has.
func NewGit(n int) connector.Connector {
	at := Noon.Add(time.Duration(n) * time.Second)
	return connector.Connector{
		ID: fmt.Sprintf("git-%06d", n), Vendor: "harness", Type: "GitHttp", Workspace: "h1", Identifier: fmt.Sprintf("repo_%d", n),
		Name: fmt.Sprintf("Repository %d", n), Description: "Where the source lives", Tags: connector.Tags{{Key: "team", Value: "payments"}, {Key: "tier"}},
		Spec: &Git{URL: fmt.Sprintf("https://git.example.com/acme/app%d.git", n), Reach: "Repo", Note: "line one\nline two", Delegates: []string{"east", "west"},
			Labels: connector.Tags{{Key: "a", Value: "b"}}},
		Extra:   []wire.Member{wire.M("later", wire.Obj(wire.M("kept", wire.Int(1))))},
		Version: 1, Created: at, CreatedBy: "dana", Updated: at, UpdatedBy: "dana",
		Health: connector.Health{Status: connector.Unverified, Since: at},
	}
}

// NewRegistration gives a connector of workspace "j1" with a hidden value.
func NewRegistration(n int, secret string) connector.Connector {
	c := NewGit(n)
	c.ID, c.Vendor, c.Type, c.Workspace = fmt.Sprintf("reg-%06d", n), "jitterbit", "Registration", "j1"
	c.Extra, c.Tags = nil, nil
	c.Spec = &Registration{Version: "1.0", Key: fmt.Sprintf("key-%d", n), Secret: connector.NewSecret(secret)}
	return c
}

// NewSecret gives a secret of workspace "h1" at account scope.
func NewSecret(name string) connector.NamedSecret {
	return connector.NamedSecret{ID: "secret-" + name, SecretName: connector.SecretName{Workspace: "h1", Name: name}, Kind: connector.SecretText, Version: 1,
		Set: Noon, SetBy: "dana", Created: Noon}
}
