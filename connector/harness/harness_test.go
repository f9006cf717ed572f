package harness

import (
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// draft is a GitHttp connector with nothing wrong, at the scope.
func draft(at connector.Scope) (*connector.Draft, *GitHTTP) {
	s := &GitHTTP{Git: Git{URL: "https://git.example.com/acme/app.git", Reach: reachRepo},
		Username: "svc", PasswordRef: "account.git_token", Delegate: onDelegate}
	return &connector.Draft{Type: gitHTTP, Scope: at, Name: "Checkout Git", Identifier: "checkout_git", Spec: s}, s
}

func TestEnvelopeRules(t *testing.T) {
	tests := []struct {
		name, field string
		change      func(*connector.Draft)
		want        string // part of the sentence; "" means fine
	}{
		{"a plain draft", "name", func(*connector.Draft) {}, ""},
		{"a name of 127 characters", "name", func(d *connector.Draft) { d.Name = strings.Repeat("a", 127) }, ""},
		{"a name of 128 characters", "name", func(d *connector.Draft) { d.Name = strings.Repeat("a", 128) }, "at most 127 characters"},
		{"a name with a dot", "name", func(d *connector.Draft) { d.Name = "a.b" }, "must have only letters"},
		{"a name with an accent", "name", func(d *connector.Draft) { d.Name = "Zürich" }, "must have only letters"},
		{"a name of spaces", "name", func(d *connector.Draft) { d.Name = "  " }, "Name must not be only spaces."},
		{"no identifier", "identifier", func(d *connector.Draft) { d.Identifier = "" }, "Identifier is required."},
		{"an identifier with a dollar", "identifier", func(d *connector.Draft) { d.Identifier = "_a$1" }, ""},
		{"an identifier that starts with a dollar", "identifier", func(d *connector.Draft) { d.Identifier = "$a" }, "must start with a letter"},
		{"an identifier that starts with a digit", "identifier", func(d *connector.Draft) { d.Identifier = "1a" }, "must start with a letter"},
		{"an identifier with a hyphen", "identifier", func(d *connector.Draft) { d.Identifier = "a-b" }, "must start with a letter"},
		{"an identifier of 128 characters", "identifier", func(d *connector.Draft) { d.Identifier = strings.Repeat("a", 128) }, ""},
		{"an identifier of 129 characters", "identifier", func(d *connector.Draft) { d.Identifier = strings.Repeat("a", 129) }, "at most 128 characters"},
		{"a reserved word", "identifier", func(d *connector.Draft) { d.Identifier = "stepGroup" }, "reserved word"},
		{"a reserved word in another case", "identifier", func(d *connector.Draft) { d.Identifier = "stepgroup" }, ""},
		{"a word that only the documents reserve", "identifier", func(d *connector.Draft) { d.Identifier = "status" }, "reserved word"},
		{"a word that only the servers reserve", "identifier", func(d *connector.Draft) { d.Identifier = "class" }, "reserved word"},
		{"the vendor's own connector", "identifier", func(d *connector.Draft) { d.Identifier = "harnessSecretManager" }, "reserved word"},
		{"a project without an organisation", "org", func(d *connector.Draft) { d.Scope = connector.Scope{Project: "checkout"} }, "Organisation is required when a project is given."},
		{"an organisation with a hyphen and a space", "org", func(d *connector.Draft) { d.Scope = connector.Scope{Org: "re-tail eu"} }, ""},
		{"an organisation with a slash", "org", func(d *connector.Draft) { d.Scope = connector.Scope{Org: "a/b"} }, "must start with a letter"},
		{"128 tags", "tags", func(d *connector.Draft) { d.Tags = tags(128) }, ""},
		{"129 tags", "tags", func(d *connector.Draft) { d.Tags = tags(129) }, "Tags can be at most 128; there are 129. Remove some."},
		{"a tag without a key", "tags", func(d *connector.Draft) { d.Tags = connector.Tags{{Value: "x"}} }, "must not be empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := draft(connector.Scope{})
			tt.change(d)
			got := Vendor().Validate(d).At(tt.field)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("Validate says of %s %q, want %q", tt.field, got, tt.want)
			}
		})
	}
}

func tags(n int) connector.Tags {
	var out connector.Tags
	for i := range n {
		out = out.With("k"+strings.Repeat("x", i), "")
	}
	return out
}

func TestReferencesByScope(t *testing.T) {
	account, org, project := connector.Scope{}, connector.Scope{Org: "retail"}, connector.Scope{Org: "retail", Project: "checkout"}
	tests := []struct {
		at    connector.Scope
		ref   string
		scope connector.Scope
		name  string
		wrong string
	}{
		{account, "account.git_token", account, "git_token", ""},
		{account, "git_token", account, "", "must start with account., since the connector lives in the account."},
		{account, "org.git_token", account, "", "must start with account., since the connector lives in the account."},
		{org, "account.a-b$", account, "a-b$", ""},
		{org, "org.git_token", org, "git_token", ""},
		{org, "git_token", account, "", "must start with account. or org., since the connector lives in the organisation retail."},
		{org, "project.git_token", account, "", "must start with account. or org., since the connector lives in the organisation retail."},
		{project, "git_token", project, "git_token", ""},
		{project, "org.git_token", org, "git_token", ""},
		{project, "account.git_token", account, "git_token", ""},
		{project, "project.git_token", account, "", "must not start with project.; a secret of the connector's own project is named without a prefix."},
		{project, "team.git_token", account, "", "must start with account. or org., or be the bare name of a secret of the project checkout."},
		{project, "Account.git_token", account, "", "must start with account. or org., or be the bare name of a secret of the project checkout."},
		{org, "org.", account, "", "must name a secret after the dot, as in account.git_token."},
	}
	for _, tt := range tests {
		scope, name, wrong := resolve(tt.at, tt.ref)
		if wrong != tt.wrong || wrong == "" && (scope != tt.scope || name != tt.name) {
			t.Errorf("resolve(%v, %q) = %v, %q, %q, want %v, %q, %q", tt.at, tt.ref, scope, name, wrong, tt.scope, tt.name, tt.wrong)
		}
		if tt.wrong == "" {
			if back := reference(tt.at, connector.SecretName{Scope: scope, Name: name}); back != tt.ref {
				t.Errorf("reference(%v, %v %s) = %q, want %q", tt.at, scope, name, back, tt.ref)
			}
		}
	}
	// Only the first dot splits, and no secret has a dot in its name.
	if _, _, wrong := resolve(account, "account.a.b"); !strings.HasPrefix(wrong, "must name a secret by its identifier") {
		t.Errorf("resolve(account, account.a.b) is wrong because %q", wrong)
	}
	other := connector.SecretName{Scope: connector.Scope{Org: "other"}, Name: "x"}
	for _, at := range []connector.Scope{account, org, project} {
		if got := reference(at, other); got != "" {
			t.Errorf("reference(%v, a secret of another organisation) = %q, want none", at, got)
		}
	}
	if got := reference(org, connector.SecretName{Scope: project, Name: "x"}); got != "" {
		t.Errorf("reference(org, a secret of a project) = %q, want none", got)
	}
}

func TestReferenceProblemsNameTheField(t *testing.T) {
	d, s := draft(connector.Scope{Org: "retail"})
	s.PasswordRef = "git_token"
	want := "Password must start with account. or org., since the connector lives in the organisation retail."
	if got := Vendor().Validate(d).At("password_ref"); got != want {
		t.Errorf("Validate says %q, want %q", got, want)
	}
}

func TestIdentifierFrom(t *testing.T) {
	tests := []struct{ name, want string }{
		{"Checkout Git", "Checkout_Git"},
		{"  AppD API client ", "AppD_API_client"},
		{"1st try", "_1st_try"},
		{"$ave", "ave"},
		{"Zürich", "Zrich"},
		{"a.b/c-d", "a_b_c_d"},
		{"status", "status_"},
		{"harnessSecretManager", "harnessSecretManager_"},
		{"", "connector"},
		{"---", "connector"},
		{"日本", "connector"},
		{strings.Repeat("n", 200), strings.Repeat("n", 128)},
	}
	for _, tt := range tests {
		got := IdentifierFrom(tt.name)
		if got != tt.want {
			t.Errorf("IdentifierFrom(%q) = %q, want %q", tt.name, got, tt.want)
		}
		d, _ := draft(connector.Scope{})
		d.Identifier = got
		if wrong := Vendor().Validate(d).At("identifier"); wrong != "" {
			t.Errorf("IdentifierFrom(%q) = %q: %s", tt.name, got, wrong)
		}
	}
}

func TestGitAddressAndTrial(t *testing.T) {
	const password = "account.git_token"
	list := func(url string) connector.Check {
		return connector.ListRefs{URL: url, User: connector.Plain("svc"), Password: connector.Kept("password_ref", password)}
	}
	tests := []struct {
		name string
		git  Git
		want connector.Check // nil means nothing can be asked
	}{
		{"one repository", Git{URL: "https://git.example.com/a.git", Reach: "Repo"}, list("https://git.example.com/a.git")},
		{"a leftover is not joined", Git{URL: "https://git.example.com/a.git", Reach: "Repo", ValidationRepo: "b"}, list("https://git.example.com/a.git")},
		{"an account", Git{URL: "https://git.example.com/acme", Reach: "Account", ValidationRepo: "a.git"}, list("https://git.example.com/acme/a.git")},
		{"an account with slashes", Git{URL: "https://git.example.com/acme//", Reach: "Account", ValidationRepo: "g/a.git"}, list("https://git.example.com/acme/g/a.git")},
		{"a project", Git{URL: "https://git.example.com", Reach: "Project", ValidationRepo: "a"}, list("https://git.example.com/a")},
		{"an account without a repository", Git{URL: "https://git.example.com/acme", Reach: "Account"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &GitHTTP{Git: tt.git, Username: "svc", PasswordRef: password}
			got := s.Check()
			if nothing, none := got.(connector.Nothing); tt.want == nil {
				if !none || nothing.Why == "" || s.Advice().At("validation_repo") == "" {
					t.Errorf("Check() = %#v, Advice() = %v, want nothing to ask, and advice", got, s.Advice())
				}
			} else if got != tt.want || len(s.Advice()) > 0 {
				t.Errorf("Check() = %#v, Advice() = %v, want %#v and no advice", got, s.Advice(), tt.want)
			}
		})
	}
}

func TestRepositoryName(t *testing.T) {
	for _, good := range []string{"app.git", "app", "group/sub/app.git", "my_repo-1", ".github"} {
		if wrong := repositoryName(good); wrong != "" {
			t.Errorf("repositoryName(%q) = %q, want it taken", good, wrong)
		}
	}
	for _, bad := range []string{"https://evil.example.com/a.git", "git@evil.example.com:a.git", "/app.git", "app/", "../other/app.git",
		"a/./b", "a//b", "app.git?x=1", "app#x", `..\app`, "a b", "%2e%2e/app", "a';id;'", "$(id)"} {
		if repositoryName(bad) == "" {
			t.Errorf("repositoryName(%q) takes it", bad)
		}
	}
}

func TestHiddenTrialIsNeitherCheckedNorKept(t *testing.T) {
	d, s := draft(connector.Scope{})
	s.ValidationRepo = "https://not.a.name"
	if p := Vendor().Validate(d); len(p) > 0 {
		t.Errorf("Validate = %v, want no problem with a hidden field", p)
	}
	s.Reach = reachAccount
	want := "Repository to test with must be the name of a repository below the Repository URL, such as app.git, not a whole address."
	if got := Vendor().Validate(d).At("validation_repo"); got != want {
		t.Errorf("Validate says %q, want %q", got, want)
	}
}

func TestSSHUser(t *testing.T) {
	tests := []struct{ url, user string }{
		{"git@git.example.com:a.git", "git"},
		{"ssh://deploy@git.example.com:2222/a.git", "deploy"},
		{"ssh://git.example.com/a@b.git", "git"},
	}
	for _, tt := range tests {
		s := &GitSSH{Git: Git{URL: tt.url, Reach: reachRepo}, SSHKeyRef: "account.key"}
		want := connector.ListRefs{URL: tt.url, User: connector.Plain(tt.user), Key: connector.Kept("ssh_key_ref", "account.key")}
		if got := s.Check(); got != want {
			t.Errorf("Check() of %s = %#v, want %#v", tt.url, got, want)
		}
	}
}

func TestOtherChecks(t *testing.T) {
	tests := []struct {
		spec connector.Spec
		want connector.Check
	}{
		{&AppDynamics{Controller: Controller{"c1", "https://c/"}, Username: "u", PasswordRef: "p"},
			connector.ReadAppDynamics{Controller: "https://c/", Account: "c1", User: connector.Plain("u"), Password: connector.Kept("password_ref", "p")}},
		{&AppDynamicsClientID{Controller: Controller{"c1", "https://c/"}, ClientID: "i", ClientSecretRef: "p"},
			connector.ReadAppDynamics{Controller: "https://c/", Account: "c1", Client: connector.Plain("i"), Secret: connector.Kept("client_secret_ref", "p")}},
		{&ArtifactoryEncrypted{Server: Server{"https://r"}, UsernameRef: "u", PasswordRef: "p"},
			connector.ReadArtifactory{URL: "https://r", User: connector.Kept("username_ref", "u"), Password: connector.Kept("password_ref", "p")}},
		{&ArtifactoryAnonymous{Server: Server{"https://r"}}, connector.ReadArtifactory{URL: "https://r"}},
		{&AzureClientCertificate{Cloud: publicCloud, Application: Application{"a", "t"}, CertificateRef: "c"},
			connector.ReadAzure{Cloud: "AZURE", Tenant: "t", Application: "a", Certificate: connector.Kept("certificate_ref", "c")}},
		{&AzureUserIdentity{Cloud: publicCloud, ClientID: "i"}, connector.ReadAzure{Cloud: "AZURE", Identity: "i"}},
		{&AzureSystemIdentity{Cloud: publicCloud}, connector.ReadAzure{Cloud: "AZURE", System: true}},
	}
	for _, tt := range tests {
		if got := tt.spec.Check(); got != tt.want {
			t.Errorf("Check() of %T = %#v, want %#v", tt.spec, got, tt.want)
		}
	}
}

func TestManagedIdentitiesNeedADelegate(t *testing.T) {
	for _, typ := range types {
		want := ""
		if typ.Name == azureUserIdentity.Name || typ.Name == azureSystemIdentity.Name {
			want = "Delegate selectors must have at least one entry."
		}
		d := &connector.Draft{Type: typ, Spec: typ.New()}
		if got := Vendor().Validate(d).At("delegate_selectors"); got != want {
			t.Errorf("Validate of %s without selectors says %q, want %q", typ.Name, got, want)
		}
	}
}

func TestTenant(t *testing.T) {
	for _, good := range []string{"66666666-7777-4888-9999-aaaaaaaaaaaa", "contoso.onmicrosoft.com", "contoso.com"} {
		if wrong := tenant(good); wrong != "" {
			t.Errorf("tenant(%q) = %q, want it taken", good, wrong)
		}
	}
	for _, bad := range []string{"contoso", "66666666", "1.2.3.4", "[::1]", "contoso.com.", "a b.com", "contoso.com/x", "..", "x.1"} {
		if tenant(bad) == "" {
			t.Errorf("tenant(%q) takes it", bad)
		}
	}
}

func TestControllerURLEndsWithSlash(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example.com/controller":  "https://a.example.com/controller/",
		"https://a.example.com/controller/": "https://a.example.com/controller/",
		"https://a.example.com/?x":          "https://a.example.com/?x",
		"":                                  "",
	} {
		s := &AppDynamics{Controller: Controller{ControllerURL: in}}
		connector.Tidying(s).Tidy()
		if s.ControllerURL != want {
			t.Errorf("Tidy of %q = %q, want %q", in, s.ControllerURL, want)
		}
	}
}

func TestAdviceOnPlainHTTP(t *testing.T) {
	d, s := draft(connector.Scope{})
	s.URL = "HTTP://git.example.com/a.git"
	if got := Vendor().Advise(d).At("url"); !strings.Contains(got, "unencrypted") {
		t.Errorf("Advise says %q of an http address", got)
	}
	anonymous := &connector.Draft{Type: artifactoryAnonymous, Spec: &ArtifactoryAnonymous{Server: Server{"http://r.example.com"}}}
	if got := Vendor().Advise(anonymous); len(got) > 0 {
		t.Errorf("Advise = %v where nothing secret travels", got)
	}
}

func TestFamilies(t *testing.T) {
	count := map[string]int{}
	for _, typ := range types {
		count[typ.Family]++
	}
	if count[familyGit] != 3 || count[familyArtifactory] != 3 || count[familyAppDynamics] != 2 || count[familyAzure] != 4 {
		t.Errorf("the families have %v types", count)
	}
}

func mustParse(t *testing.T, text string) wire.Value {
	t.Helper()
	v, err := wire.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
