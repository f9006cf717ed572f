package views

import (
	"time"

	"github.com/a-h/templ"

	"patchbay/access"
	"patchbay/connector"
)

func shell(title, path string) Shell {
	return Shell{Title: title, Path: path, User: admin, Nav: Nav{Connectors: 4782, Failing: 17, Trash: 3}, Now: now, Request: "01JD7Q2M9K", SessionEnds: now.AddDate(70, 0, 0)}
}

func draft(spec connector.Spec) *connector.Draft {
	d := samples()[0].Draft(vendors[0].Types[0])
	d.Spec = spec
	return &d
}

func with(s Shell, change func(*Shell)) Shell {
	change(&s)
	return s
}

// pages are all pages in their states, by file name.
func pages() map[string]templ.Component {
	all := samples()
	h, git, c := vendors[0], vendors[0].Types[0], all[0]
	c.Description = "The repositories of the payments team, read by every pipeline of theirs."
	c.Extra = extra()
	uses := []connector.Use{{Kind: "pipeline", Name: "payments-release", Where: "prod", Added: back(70 * time.Hour), By: "dana"}, {Kind: "project", Name: "ledger", Added: back(time.Hour), By: "robin"}}
	refs := []Reference{{"account.git_token", "Acme production, account · text"}, {"org.deploy_key", "Acme production, acme · SSH key"}}
	list := ListPage{Shell: shell("Connectors", "/connectors"), Page: connector.Page{Connectors: all, Next: "b3BhcXVl"}, Counts: counts, Vendors: vendors, Workspaces: tenancies}
	filtered := list
	filtered.Query = connector.Query{Text: "pay", Vendor: "harness", Status: connector.Failing, After: "b3BhcXVl", Sort: connector.SortName, Size: 25}
	empty := func(why Empty) templ.Component {
		p := list
		p.Page, p.Empty = connector.Page{}, why
		if why == EmptyNoMatch {
			p.Query.Text = "zzz"
		}
		return Connectors(p)
	}
	form := FormPage{Shell: with(shell("New connector", "/connectors/new/harness/GitHttp"), func(s *Shell) { s.Rules = true }), Vendor: h, Type: git, Draft: &connector.Draft{Type: git, Spec: &everyKind{Reach: "Repo"}},
		Action: "/connectors/new/harness/GitHttp", Back: "/connectors", Workspaces: tenancies[:1], References: refs, As: snippets}
	wrong := form
	wrong.Shell.Invalid, wrong.Draft = true, draft(fullSpec())
	wrong.Draft.Name, wrong.Draft.Identifier, wrong.Draft.Workspace = "", "", "w1"
	wrong.Problems = connector.Problems{{Field: "name", Text: "Name is required."}, {Field: "url", Text: "Repository URL must start with http:// or https://."}, {Field: "password_ref.value", Text: "Password has a new value, but no name to keep it under."}}
	wrong.Advice = connector.Problems{{Field: "url", Text: "The address has no encryption; the password would go in clear."}}
	edit := form
	edit.Draft, edit.ID, edit.Version, edit.Called, edit.Kept = draft(fullSpec()), "c1", 4, "payments-git", map[string]bool{"token": true}
	edit.Action, edit.Back, edit.Draft.Extra = "/connectors/c1/edit", "/connectors/c1", extra()
	clash := edit
	clash.Shell.Flash = Flash{Kind: "warn", Text: "Somebody else saved this connector before you. Nothing was overwritten."}
	clash.Conflict = &Conflict{By: "robin", At: back(3 * time.Minute), Rows: []Difference{{Name: "url", Label: "Repository URL", Mine: "https://git.acme.example/pay.git", Theirs: "https://git.acme.example/payments/app.git", Keep: "mine"}, {Name: "username", Label: "User name", Mine: "ci-bot", Theirs: "", Keep: "theirs"}}}
	run := failingRun()
	running := connector.Run{ID: "77ab", Connector: "c1", State: connector.Running, Asked: run.Asked, By: "dana", Began: back(time.Second), Outcome: connector.Outcome{Steps: run.Steps[:2]}}
	page := ConnectorPage{Shell: shell(c.Name, "/connectors/c1"), Vendor: h, Type: git, Workspace: tenancies[0], Connector: c, Asks: run.Asked, Last: &run, History: history(), Uses: uses,
		Secrets: map[string]string{"password_ref": "s1"}, As: Snippets{JSON: snippets.JSON, YAML: snippets.YAML, Curl: snippets.Curl, Terraform: snippets.Terraform}}
	asking := page
	asking.Last, asking.Shell.Running = &running, true
	fresh := page
	fresh.Shell.User, fresh.Last, fresh.History, fresh.Uses, fresh.Secrets = viewer, nil, nil, nil, nil
	fresh.Connector.Health = connector.Health{Status: connector.Unverified, Since: back(time.Minute)}
	fresh.Flash = Flash{Text: "payments-git was created."}
	registered := page
	registered.Connector, registered.Vendor, registered.Type, registered.Workspace = all[5], vendors[2], vendors[2].Types[0], tenancies[2]
	healthy := history()[3]
	healthy.Text, healthy.Code, healthy.Cause, healthy.Next, healthy.Steps = "Key and secret belong together.", "HARMONY_PAIR_VALID", "", "", healthy.Steps[:2]
	registered.Last = &healthy
	registered.Registration = &Registration{Manifest: "Jitterbit-Connector-Name: Ledger adapter\nJitterbit-Connector-Key: 5f1c2f2b\nJitterbit-Connector-Secret: $SECRET", Key: "5f1c2f2b", SecretSet: true,
		Pair: &Verdict{OK: true, Text: "Key and secret belong to Ledger adapter."}, Payload: "{}", Verdict: &Verdict{Text: "The payload has 2 problems.", Findings: []string{"name is required.", "endpoint must be an object."}}}
	secret := connector.NamedSecret{ID: "s1", SecretName: connector.SecretName{Workspace: "w1", Name: "git_token"}, Kind: connector.SecretText, Version: 3, Origins: []connector.Origin{"https://git.acme.example:443", "https://mirror.acme.example:443"}, Set: back(364 * 24 * time.Hour), SetBy: "dana", Created: back(800 * 24 * time.Hour), UsedBy: 2}
	unused := connector.NamedSecret{ID: "s2", SecretName: connector.SecretName{Workspace: "w1", Scope: connector.Scope{Org: "acme"}, Name: "deploy_key"}, Kind: connector.SecretSSHKey, Version: 1, Set: back(time.Hour), SetBy: "robin", Created: back(time.Hour)}
	secrets := SecretsPage{Shell: shell("Secrets", "/secrets"), Vendors: vendors, Workspaces: tenancies, Secrets: []connector.NamedSecret{secret, unused}}
	badSecrets := secrets
	badSecrets.Shell.Invalid, badSecrets.Draft, badSecrets.Problems = true, SecretDraft{"w1", "acme", "git token", "text", ""}, connector.Problems{{Field: "name", Text: "Name must consist of letters, digits, _ and $."}, {Field: "value", Text: "Value is required."}}
	workspaces := WorkspacesPage{Shell: shell("Workspaces", "/workspaces"), Vendors: vendors, Workspaces: tenancies, Counts: counts}
	renaming := workspaces
	renaming.Shell.Invalid, renaming.Renaming, renaming.Wrong, renaming.Typed = true, "w3", "Name is already taken by another workspace.", "Security EU"
	users := UsersPage{Shell: shell("Users", "/users"), Users: []access.User{*admin, *viewer, {ID: "u3", Name: "kim", Role: access.Editor, Disabled: true}}, Role: access.Viewer}
	audit := AuditPage{Shell: shell("Audit", "/audit"), Older: 41, Workspaces: tenancies, Verdict: &Verdict{OK: true, Text: "All 43 events are in their place and unchanged."}, Events: []access.Event{
		{Seq: 43, At: back(5 * time.Minute), Actor: "user:dana", Action: "connector.updated", Object: "connector:c1", Name: "payments-git", Workspace: "w1", Detail: "url, tags", Address: "192.0.2.7"},
		{Seq: 42, At: back(50 * time.Minute), Actor: "system:samples", Action: "connector.created", Object: "connector:c2", Name: "Artifacts EU", Workspace: "w1"},
	}}
	fields := (&everyKind{}).Fields()
	reference := TypePage{Shell: shell("Git over HTTP", "/reference/harness/GitHttp"), Vendor: h, Type: git, Envelope: envelope(&connector.Draft{}), Spec: fields, Asks: run.Asked, Sends: []connector.Sending{{Field: "password_ref"}}, Example: snippets}
	nobody := Shell{Title: "Sign in", Path: "/login", Now: now, Request: "01JD7Q2M9K"}

	return map[string]templ.Component{
		"login":         Login(LoginPage{Shell: nobody, Next: "/connectors?status=failing"}),
		"login-wrong":   Login(LoginPage{Shell: with(nobody, func(s *Shell) { s.Invalid = true }), Username: "dana", Problem: "User name and password do not belong together."}),
		"setup":         SetUp(SetUpPage{Shell: nobody, Username: "a", Problems: connector.Problems{{Field: "code", Text: "Set-up code is not the one that was printed."}, {Field: "password", Text: "Password must be at least 12 characters."}}}),
		"overview":      Overview(OverviewPage{Shell: shell("Overview", "/"), Vendors: vendors, Counts: counts, Red: all[:3], Changed: all[3:], Workspaces: tenancies}),
		"overview-new":  Overview(OverviewPage{Shell: shell("Overview", "/"), Vendors: vendors}),
		"list":          Connectors(list),
		"list-filtered": Connectors(filtered),
		"list-nothing":  empty(EmptyNothing),
		"list-nomatch":  empty(EmptyNoMatch),
		"list-denied":   empty(EmptyDenied),
		"list-error":    empty(EmptyError),
		"choose":        ChooseType(ChoosePage{Shell: shell("New connector", "/connectors/new"), Vendors: vendors, Workspaces: tenancies[:2]}),
		"form":          Form(form),
		"form-wrong":    Form(wrong),
		"form-edit":     Form(edit),
		"form-conflict": Form(clash),
		"detail":        Connector(page),
		"detail-run":    Connector(asking),
		"detail-fresh":  Connector(fresh),
		"registration":  Connector(registered),
		"registered":    Registered(RegisteredPage{Shell: shell("Ledger adapter is registered", "/connectors/new/jitterbit/Registration"), Connector: all[5], Key: "5f1c2f2b", Secret: "shown-once", Manifest: "Jitterbit-Connector-Key: 5f1c2f2b"}),
		"history":       History(HistoryPage{Shell: shell("History", "/connectors/c1/history"), Connector: c, Runs: history()}),
		"run":           Run(RunPage{Shell: shell("Check", "/connectors/c1/runs/8f2c41d3a9b611"), Connector: c, Run: run}),
		"run-running":   Run(RunPage{Shell: with(shell("Check", "/connectors/c1/runs/77ab"), func(s *Shell) { s.Running = true }), Connector: c, Run: running}),
		"delete":        Delete(DeletePage{Shell: shell("Delete", "/connectors/c1/delete"), Vendor: h, Workspace: tenancies[0], Connector: c, Uses: uses}),
		"retired":       Retired(RetiredPage{Shell: with(shell(c.Name, "/connectors/c1"), func(s *Shell) { s.Flash = Flash{Text: "payments-git is in the trash.", Undo: "/connectors/c1/restore"} }), Vendor: h, Workspace: tenancies[0], Connector: c}),
		"trash":         Trash(TrashPage{Shell: shell("Trash", "/trash"), Page: connector.Page{Connectors: all[:3], Next: "x"}, Vendors: vendors, Workspaces: tenancies}),
		"trash-empty":   Trash(TrashPage{Shell: shell("Trash", "/trash"), Vendors: vendors, Workspaces: tenancies}),
		"purge":         ConfirmPurge(PurgePage{Shell: shell("Delete for good", "/connectors/c1/purge"), Connector: c, Typed: "x", Problems: connector.Problems{{Field: "name", Text: "Name of the connector must be payments-git."}}}),
		"workspaces":    Workspaces(workspaces),
		"renaming":      Workspaces(renaming),
		"secrets":       Secrets(secrets),
		"secrets-wrong": Secrets(badSecrets),
		"secrets-empty": Secrets(SecretsPage{Shell: shell("Secrets", "/secrets"), Vendors: vendors, Workspaces: tenancies}),
		"secret":        Secret(SecretPage{Shell: shell("git_token", "/secrets/s1"), Vendor: h, Workspace: tenancies[0], Secret: secret, Users: all[:2]}),
		"secret-unused": Secret(SecretPage{Shell: shell("deploy_key", "/secrets/s2"), Vendor: h, Workspace: tenancies[0], Secret: unused, Problems: connector.Problems{{Field: "value", Text: "Value is required."}}}),
		"users":         Users(users),
		"users-wrong": Users(func() UsersPage {
			u := users
			u.Changing, u.Wrong = "u2", "New password must be at least 12 characters."
			return u
		}()),
		"account":    Account(AccountPage{Shell: shell("Account", "/account"), Problems: connector.Problems{{Field: "current", Text: "Current password is not right."}}}),
		"audit":      Audit(audit),
		"reference":  ReferenceIndex(ReferencePage{Shell: shell("Reference", "/reference"), Vendors: vendors}),
		"type":       TypeReference(reference),
		"codes":      Codes(CodesPage{Shell: shell("Codes of checks", "/reference/codes"), Codes: []Code{{"GIT_AUTH_REFUSED", connector.Failing, "The Git server refused the password.", "The token was rotated or has expired.", "Replace the secret, then validate again."}, {"GIT_OK", connector.Healthy, "The refs were listed.", "", ""}}}),
		"error":      Error(ErrorPage{Shell: shell("Page not found", "/nothing"), Status: 404, Heading: "Page not found", Text: "There is nothing at this address, or you may not see it.", Back: "/connectors", BackText: "Back to the connectors"}),
		"error-door": Error(ErrorPage{Shell: nobody, Status: 500, Heading: "Something went wrong", Text: "Nothing was changed. The log of the program says more.", Next: "Try again in a moment."}),
	}
}
