package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"patchbay/connector"
)

const (
	east = connector.Origin("https://east.example.com:443")
	west = connector.Origin("https://west.example.com:443")
)

func hidden(t *testing.T, b *bench) {
	b.insert(t, NewRegistration(1, "hunter2"), NewRegistration(2, ""))
	value := func(id string) string {
		t.Helper()
		c := b.read(t, id)
		if s := c.Spec.(*Registration).Secret; !s.Empty() {
			t.Fatalf("Connector(%s) comes with its hidden value", id)
		}
		must(t, b.OpenFields(ctx, c))
		return c.Spec.(*Registration).Secret.Reveal()
	}
	page, err := b.List(ctx, connector.Query{})
	must(t, err)
	for _, c := range page.Connectors {
		if !c.Spec.(*Registration).Secret.Empty() {
			t.Errorf("List gives the hidden value of %s", c.ID)
		}
	}
	if got := value("reg-000001"); got != "hunter2" {
		t.Errorf("OpenFields = %q, want hunter2", got)
	}
	if got := value("reg-000002"); got != "" {
		t.Errorf("OpenFields without a value = %q, want none", got)
	}
	change := func(secret string) {
		t.Helper()
		c := b.read(t, "reg-000001")
		c.Version++
		c.Spec.(*Registration).Secret = connector.NewSecret(secret)
		must(t, b.Update(ctx, c, nil, nil, Event("connector.changed")))
	}
	change("")
	if got := value("reg-000001"); got != "hunter2" {
		t.Errorf("after an update without a value = %q, want the old one", got)
	}
	change("swordfish")
	if got := value("reg-000001"); got != "swordfish" {
		t.Errorf("after an update with a value = %q, want the new one", got)
	}
	b.retire(t, "reg-000001")
	if got := value("reg-000001"); got != "swordfish" {
		t.Errorf("in the trash = %q, want it kept", got)
	}
}

// hiddenTogether opens the values of many at once: each gets its own, and one that cannot be opened is said.
func hiddenTogether(t *testing.T, b *bench) {
	const many = 1003 // more than one statement reads
	Fill(t, b, many, func(i int) connector.Connector { return NewRegistration(i, fmt.Sprint("value ", i)) })
	b.insert(t, NewGit(1), NewRegistration(many, ""))
	all, total, err := b.Pick(ctx, connector.Pick{Workspace: "j1", Sort: "identifier"})
	must(t, err)
	if total != many+1 || len(all) != total {
		t.Fatalf("Pick without a size = %d of %d, want all %d", len(all), total, many+1)
	}
	must(t, b.OpenFields(ctx, append(all, b.read(t, "git-000001"))...))
	for _, c := range all {
		want := "value " + strings.TrimPrefix(c.Identifier, "repo_")
		if c.ID == fmt.Sprintf("reg-%06d", many) {
			want = ""
		}
		if got := c.Spec.(*Registration).Secret.Reveal(); got != want {
			t.Fatalf("the value of %s = %q, want %q", c.ID, got, want)
		}
	}
	must(t, b.OpenFields(ctx))
	b.engine.Exec(t, b.dir, `UPDATE hidden SET sealed = (SELECT sealed FROM hidden AS h WHERE h.connector <> hidden.connector LIMIT 1) WHERE connector = 700`)
	wants(t, "OpenFields of many with one that was swapped", b.OpenFields(ctx, all...), connector.ErrSealed)
}

// misplaced moves sealed values to where they do not belong.
func misplaced(t *testing.T, b *bench) {
	b.insert(t, NewRegistration(1, "first"), NewRegistration(2, "second"))
	two := NewSecret("two")
	must(t, b.KeepSecret(ctx, two, connector.NewSecret("2"), Event("secret.created")))
	opens := func() error { return b.OpenFields(ctx, b.read(t, "reg-000001")) }
	must(t, opens())
	for _, statement := range []string{
		`UPDATE hidden SET sealed = (SELECT sealed FROM hidden ORDER BY connector DESC LIMIT 1)`,
		`UPDATE hidden SET version = version + 1`,
		`UPDATE hidden SET sealed = substr(sealed, 1, length(sealed) - 1)`,
		`UPDATE hidden SET sealed = randomblob(length(sealed))`,
		`UPDATE hidden SET sealed = X''`,
	} {
		b.engine.Exec(t, b.dir, statement)
		wants(t, "OpenFields after "+statement, opens(), connector.ErrSealed)
		c := b.read(t, "reg-000001")
		c.Version++
		c.Spec.(*Registration).Secret = connector.NewSecret("again")
		must(t, b.Update(ctx, c, nil, nil, Event("connector.changed")))
		must(t, opens())
	}
	for i, tt := range []struct {
		set string // what is changed of a secret
		at  func(*connector.SecretName)
	}{
		{`sealed = (SELECT sealed FROM secrets WHERE name = 'two')`, func(*connector.SecretName) {}},
		{`version = version + 1`, func(*connector.SecretName) {}},
		{`id = 'another'`, func(*connector.SecretName) {}},
		{`name = 'moved'`, func(n *connector.SecretName) { n.Name = "moved" }},
		{`workspace = 'h2'`, func(n *connector.SecretName) { n.Workspace = "h2" }},
		{`org = 'acme'`, func(n *connector.SecretName) { n.Scope.Org = "acme" }},
		{`project = 'pay'`, func(n *connector.SecretName) { n.Scope.Project = "pay" }},
	} {
		s := NewSecret(fmt.Sprint("target", i))
		must(t, b.KeepSecret(ctx, s, connector.NewSecret("3"), Event("secret.created")))
		if _, err := b.OpenSecret(ctx, s.SecretName); err != nil {
			t.Fatalf("OpenSecret before the thief = %v", err)
		}
		b.engine.Exec(t, b.dir, `UPDATE secrets SET `+tt.set+` WHERE id = '`+s.ID+`'`)
		tt.at(&s.SecretName)
		_, err := b.OpenSecret(ctx, s.SecretName)
		wants(t, "OpenSecret after "+tt.set, err, connector.ErrSealed)
	}
	if _, err := b.OpenSecret(ctx, two.SecretName); err != nil {
		t.Errorf("OpenSecret of the one that was left alone = %v", err)
	}
}

func secrets(t *testing.T, b *bench) {
	s := NewSecret("token")
	s.Origins = []connector.Origin{west, east}
	must(t, b.KeepSecret(ctx, s, connector.NewSecret("v1"), Event("secret.created")))
	s.Origins = []connector.Origin{east, west}
	got, err := b.Secret(ctx, s.ID)
	must(t, err)
	if diff := cmp.Diff(s, got); diff != "" {
		t.Errorf("Secret (-want +got):\n%s", diff)
	}
	value := func() string {
		t.Helper()
		opened, err := b.OpenSecret(ctx, s.SecretName)
		must(t, err)
		text, ok := opened.For(east)
		if _, away := opened.For("https://elsewhere.example.com:443"); !ok || away {
			t.Errorf("the secret goes to its origin: %v, elsewhere: %v", ok, away)
		}
		return text
	}
	if got := value(); got != "v1" {
		t.Errorf("OpenSecret = %q, want v1", got)
	}
	same := s
	same.ID = "another"
	wants(t, "KeepSecret of a taken name", b.KeepSecret(ctx, same, connector.NewSecret("x"), Event("x")), connector.ErrTaken)
	for _, version := range []int64{3, 4} {
		late := s
		late.Version = version
		wants(t, "KeepSecret of another version", b.KeepSecret(ctx, late, connector.NewSecret("x"), Event("x")), connector.ErrConflict)
	}
	next := s
	next.Version, next.Origins, next.SetBy = 2, nil, "kim"
	must(t, b.KeepSecret(ctx, next, connector.NewSecret("v2"), Event("secret.replaced")))
	if got := value(); got != "v2" {
		t.Errorf("OpenSecret after a replacement = %q, want v2", got)
	}
	nobody := NewSecret("nobody")
	nobody.Version = 2
	wants(t, "KeepSecret of nobody", b.KeepSecret(ctx, nobody, connector.NewSecret("x"), Event("x")), connector.ErrNotFound)

	scoped := NewSecret("token")
	scoped.ID, scoped.Scope = "scoped", connector.Scope{Org: "acme"}
	elsewhere := NewSecret("other")
	elsewhere.Workspace = "h2"
	must(t, b.KeepSecret(ctx, scoped, connector.NewSecret("x"), Event("secret.created")))
	must(t, b.KeepSecret(ctx, elsewhere, connector.NewSecret("x"), Event("secret.created")))
	for _, tt := range []struct {
		workspace, text string
		want            []string
	}{
		{"", "", []string{"secret-token", "scoped", "secret-other"}},
		{"h1", "", []string{"secret-token", "scoped"}},
		{"", "OTH", []string{"secret-other"}},
		{"h2", "token", nil},
	} {
		list, err := b.Secrets(ctx, tt.workspace, tt.text)
		must(t, err)
		var got []string
		for _, one := range list {
			got = append(got, one.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("Secrets(%q, %q) = %v, want %v", tt.workspace, tt.text, got, tt.want)
		}
	}
	must(t, b.RemoveSecret(ctx, s.ID, Event("secret.removed")))
	wants(t, "RemoveSecret twice", b.RemoveSecret(ctx, s.ID, Event("x")), connector.ErrNotFound)
	_, err = b.OpenSecret(ctx, s.SecretName)
	wants(t, "OpenSecret after RemoveSecret", err, connector.ErrNotFound)
}

func secretsInUse(t *testing.T, b *bench) {
	s, spare := NewSecret("token"), NewSecret("spare")
	must(t, b.KeepSecret(ctx, s, connector.NewSecret("v"), Event("secret.created")))
	must(t, b.KeepSecret(ctx, spare, connector.NewSecret("v"), Event("secret.created")))
	point := func(to connector.SecretName, field string, origin connector.Origin) connector.Grant {
		return connector.Grant{Secret: to, Field: field, To: origin}
	}
	// Two fields of one connector that point at one secret are one user.
	must(t, b.Insert(ctx, NewGit(1), []connector.Grant{point(s.SecretName, "password_ref", east), point(s.SecretName, "key_ref", "")}, nil, Event("c")))
	must(t, b.Insert(ctx, NewGit(2), []connector.Grant{point(s.SecretName, "password_ref", west)}, nil, Event("c")))
	check := func(id string, usedBy int, users ...string) {
		t.Helper()
		got, err := b.Secret(ctx, id)
		must(t, err)
		list, err := b.SecretUsers(ctx, id, 10)
		must(t, err)
		if got.UsedBy != usedBy || !slices.Equal(ids(list), append([]string{}, users...)) {
			t.Errorf("secret %s is used by %d, %v; want %d, %v", id, got.UsedBy, ids(list), usedBy, users)
		}
	}
	check(s.ID, 2, "git-000001", "git-000002")
	if got, err := b.Secret(ctx, s.ID); err != nil || !slices.Equal(got.Origins, []connector.Origin{east, west}) {
		t.Errorf("origins = %v, %v; want both", got.Origins, err)
	}
	if list, err := b.SecretUsers(ctx, s.ID, 1); err != nil || len(list) != 1 {
		t.Errorf("SecretUsers(1) = %d connectors, %v", len(list), err)
	}
	wants(t, "RemoveSecret in use", b.RemoveSecret(ctx, s.ID, Event("x")), connector.ErrInUse)

	moved := b.read(t, "git-000002")
	moved.Version++
	must(t, b.Update(ctx, moved, []connector.Grant{point(spare.SecretName, "password_ref", "")}, nil, Event("c")))
	check(s.ID, 1, "git-000001")
	check(spare.ID, 1, "git-000002")

	b.retire(t, "git-000001")
	check(s.ID, 0)
	back := b.read(t, "git-000001")
	back.Version++
	must(t, b.Restore(ctx, back, Event("c")))
	check(s.ID, 1, "git-000001")
	b.retire(t, "git-000001")
	must(t, b.RemoveSecret(ctx, s.ID, Event("secret.removed")))
	back.Version = 4
	wants(t, "Restore of a stale version", b.Restore(ctx, back, Event("c")), connector.ErrConflict)
	back.Version = 5
	must(t, b.Restore(ctx, back, Event("c")))
	check(spare.ID, 1, "git-000002")
	b.retire(t, "git-000002")
	must(t, b.Purge(ctx, "git-000002", Event("c")))
	check(spare.ID, 0)
	must(t, b.RemoveSecret(ctx, spare.ID, Event("secret.removed")))
}

func together(t *testing.T, b *bench) {
	made := connector.Made{Secret: NewSecret("fresh"), Value: connector.NewSecret("typed beside it")}
	grant := connector.Grant{Secret: made.Secret.SecretName, Field: "password_ref", To: east}
	must(t, b.Insert(ctx, NewGit(1), []connector.Grant{grant}, []connector.Made{made}, Event("connector.created")))
	opened, err := b.OpenSecret(ctx, made.Secret.SecretName)
	must(t, err)
	if text, ok := opened.For(east); !ok || text != "typed beside it" {
		t.Errorf("the made secret for its origin = %q, %v", text, ok)
	}
	before := b.events(t)
	again := made
	again.Secret.ID = "again"
	wants(t, "Insert with a secret that is there", b.Insert(ctx, NewGit(2), []connector.Grant{grant}, []connector.Made{again}, Event("x")), connector.ErrTaken)
	missing := connector.Grant{Secret: connector.SecretName{Workspace: "h1", Name: "missing"}, Field: "password_ref"}
	wants(t, "Insert with a secret that is not there", b.Insert(ctx, NewGit(2), []connector.Grant{missing}, nil, Event("x")), connector.ErrNotFound)
	clash := NewGit(1)
	clash.ID = "clash"
	other := connector.Made{Secret: NewSecret("other"), Value: connector.NewSecret("x")}
	wants(t, "Insert of a taken identifier", b.Insert(ctx, clash, nil, []connector.Made{other}, Event("x")), connector.ErrTaken)
	_, err = b.Connector(ctx, "git-000002")
	wants(t, "Connector of a failed insert", err, connector.ErrNotFound)
	_, err = b.Secret(ctx, "secret-other")
	wants(t, "Secret of a failed insert", err, connector.ErrNotFound)
	if after := b.events(t); after != before {
		t.Errorf("failed inserts wrote %d events, want none", after-before)
	}
}
