package views

import (
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
)

// now is when the sample pages are looked at.
var now = time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)

func back(d time.Duration) time.Time { return now.Add(-d) }

const canary = "hunter2-canary"

// everyKind is a spec that has a field of each kind.
type everyKind struct {
	URL, Reach, Repo, User, PasswordRef, Notes string
	Direct                                     bool
	Delegates                                  []string
	Token                                      connector.Secret
}

func (s *everyKind) Fields() []connector.Field {
	return []connector.Field{
		connector.Text(&s.URL, "url", "Repository URL").Must(connector.HTTPURL).Code().Hint("The address you would clone.", "https://git.example.com/acme/app.git"),
		connector.Choice(&s.Reach, "connection_type", "Reach", "Account: every repository below the address", "Repo: this one repository").Must(),
		connector.Text(&s.Repo, "validation_repo", "Repository to test with").When(&s.Reach, "Account").Must(),
		connector.Text(&s.User, "username", "User name").Must().Hint("The account that may read the repository.", "svc-checkout"),
		connector.Ref(&s.PasswordRef, "password_ref", "Password").Must().Hint("The secret that holds the password or access token.", "account.git_token"),
		connector.List(&s.Delegates, "delegate_selectors", "Delegate selectors").Hint("Delegates with all of these tags run the connector.", "eu-west"),
		connector.Flag(&s.Direct, "execute_on_delegate", "Run on a delegate"),
		connector.Long(&s.Notes, "notes", "Notes"),
		connector.Hidden(&s.Token, "token", "Webhook token").Hint("Compared with what the server sends.", ""),
	}
}

func (s *everyKind) Check() connector.Check {
	return connector.ListRefs{URL: s.URL, User: connector.Plain(s.User), Password: connector.Kept("password_ref", s.PasswordRef)}
}

func fullSpec() *everyKind {
	return &everyKind{
		URL: "https://git.acme.example/payments/app.git", Reach: "Account", Repo: "payments/app", User: "ci-bot", PasswordRef: "account.git_token",
		Delegates: []string{"eu-west", "big"}, Direct: true, Token: connector.NewSecret(canary), Notes: "Rotated each quarter.\nAsk dana.",
	}
}

func envelope(d *connector.Draft) []connector.Field {
	return []connector.Field{
		connector.Text(&d.Name, "name", "Name").Must(),
		connector.Text(&d.Identifier, "identifier", "Identifier").Once().Code().Hint("Made from the name when left empty. It cannot change later.", "payments_git"),
		connector.Text(&d.Scope.Org, "org", "Organisation").Once().Code(),
		connector.Text(&d.Scope.Project, "project", "Project").Once().Code(),
		connector.Text(&d.Description, "description", "Description"),
		connector.Labels(&d.Tags, "tags", "Tags").Hint("", "team:payments"),
	}
}

func typ(vendor, name, title, family, note string) connector.Type {
	return connector.Type{Vendor: vendor, Name: name, Title: title, Family: family, Note: note, New: func() connector.Spec { return &everyKind{} }}
}

var vendors = connector.Catalog{
	{ID: "harness", Name: "Harness", Short: "Harness", Mark: "H", Tenancy: "Account id", Scoped: true, Door: "/api/harness", Fields: envelope, Types: []connector.Type{
		typ("harness", "GitHttp", "Git over HTTP", "Git", "Reads repositories over HTTP with a user name and a password or token."),
		typ("harness", "GitSsh", "Git over SSH", "Git", "Reads repositories over SSH with a private key."),
		typ("harness", "Artifactory", "Artifactory", "Artifactory", "Reads and writes artifacts with a user name and a password."),
		typ("harness", "AzureClientSecretKey", "Azure with a client secret", "Azure", "Signs in to Azure as an application with a secret."),
	}},
	{ID: "securityhub", Name: "AWS Security Hub", Short: "Security Hub", Mark: "SH", Tenancy: "Account number", Regions: true, Door: "/api/securityhub", Fields: envelope, Types: []connector.Type{
		typ("securityhub", "JiraCloud", "Jira Cloud", "Tickets", "Makes issues in a Jira Cloud project from findings."),
		typ("securityhub", "ServiceNow", "ServiceNow", "Tickets", "Makes incidents in ServiceNow from findings."),
	}},
	{ID: "jitterbit", Name: "Jitterbit Harmony", Short: "Harmony", Mark: "J", Tenancy: "Organisation id", Door: "/api/jitterbit", Fields: envelope, Types: []connector.Type{
		typ("jitterbit", "Registration", "Connector registration", "Registration", "Registers a custom connector with its key, secret and ids."),
	}},
}

var (
	admin  = &access.User{ID: "u1", Name: "dana", Role: access.Admin, Keys: true, LastSeen: back(2 * time.Minute), Version: 3}
	viewer = &access.User{ID: "u2", Name: "robin", Role: access.Viewer, Keys: false, LastSeen: back(50 * time.Hour), Version: 1}

	tenancies = []connector.Workspace{
		{ID: "w1", Vendor: "harness", Name: "Acme production", Account: "kmpySmUISimoRrJL6NL73w", Version: 2},
		{ID: "w2", Vendor: "securityhub", Name: "Security EU", Account: "441709238810", Region: "eu-west-1", Version: 1},
		{ID: "w3", Vendor: "jitterbit", Name: "Integration", Account: "512604", Version: 1},
	}

	counts = connector.Counts{
		{Workspace: "w1", Vendor: "harness", Type: "GitHttp", Status: connector.Failing, N: 17},
		{Workspace: "w1", Vendor: "harness", Type: "GitHttp", Status: connector.Healthy, N: 4312},
		{Workspace: "w1", Vendor: "harness", Type: "GitSsh", Status: connector.Unverified, N: 31},
		{Workspace: "w2", Vendor: "securityhub", Type: "JiraCloud", Status: connector.Waiting, N: 2},
		{Workspace: "w2", Vendor: "securityhub", Type: "JiraCloud", Status: connector.Degraded, N: 4},
		{Workspace: "w2", Vendor: "securityhub", Type: "ServiceNow", Status: connector.Healthy, N: 206},
		{Workspace: "w3", Vendor: "jitterbit", Type: "Registration", Status: connector.Healthy, N: 210},
	}
)

func sample(id, vendor, typ, workspace string, scope connector.Scope, identifier, name, summary string, s connector.Status, since time.Duration, tags ...string) connector.Connector {
	var labels connector.Tags
	for _, t := range tags {
		labels = append(labels, connector.ParseTags(t)...)
	}
	return connector.Connector{
		ID: id, Vendor: vendor, Type: typ, Workspace: workspace, Scope: scope, Identifier: identifier, Name: name, Tags: labels, Spec: fullSpec(), Version: 4,
		Created: back(900 * time.Hour), CreatedBy: "dana", Retired: back(since / 2), RetiredBy: "kim", Updated: back(since * 3), UpdatedBy: "robin",
		Health: connector.Health{Status: s, Since: back(since), Checked: back(4 * time.Minute), Proven: back(30 * time.Hour), Summary: summary, Code: "GIT_AUTH_REFUSED"},
	}
}

func samples() []connector.Connector {
	jira := sample("c3", "securityhub", "JiraCloud", "w2", connector.Scope{}, "77aa1b2c-0f3e-4e5c-9a51-0d3a4c1f90d2", "Findings to Jira", "The user may not create issues in project SEC.", connector.Degraded, 12*time.Minute, "soc")
	return []connector.Connector{
		sample("c1", "harness", "GitHttp", "w1", connector.Scope{Org: "acme", Project: "payments"}, "payments_git", "payments-git", "The Git server refused the password of user “ci-bot”.", connector.Failing, 3*time.Hour, "team:payments", "env:prod", "tier:1"),
		sample("c2", "harness", "Artifactory", "w1", connector.Scope{Org: "acme"}, "artifacts_eu", "Artifacts EU", "The certificate of artifacts.acme.example expired on 20 November 2026.", connector.Failing, 50*time.Hour, "env:prod"),
		jira,
		sample("c4", "harness", "GitSsh", "w1", connector.Scope{}, "core_monorepo", "core-monorepo", "", connector.Healthy, 90*time.Hour, "team:platform"),
		sample("c5", "harness", "AzureClientSecretKey", "w1", connector.Scope{}, "azure_lz", "Azure landing zone", "", connector.Healthy, 900*time.Hour),
		sample("c6", "jitterbit", "Registration", "w3", connector.Scope{}, "8125", "Ledger adapter", "", connector.Healthy, time.Hour, "erp"),
		sample("c7", "harness", "GitHttp", "w1", connector.Scope{Org: "acme", Project: "archive"}, "archive_mirror", "Archive mirror", "", connector.Unverified, 40*time.Second),
		sample("c8", "securityhub", "JiraCloud", "w2", connector.Scope{}, "18bb1b2c-0f3e-4e5c-9a51-0d3a4c1f90aa", "Findings to Jira (US)", "Somebody has to authorise it at Jira first.", connector.Waiting, 26*time.Hour, "soc"),
	}
}

func failingRun() connector.Run {
	return connector.Run{
		ID: "8f2c41d3a9b611", Connector: "c1", State: connector.Done, Asked: "List the refs of the repository", By: "dana", Began: back(3 * time.Hour), Ended: back(3*time.Hour - 114*time.Millisecond),
		Outcome: connector.Outcome{
			Status: connector.Failing, Code: "GIT_AUTH_REFUSED", Text: "The Git server refused the password of user “ci-bot”.",
			Cause: "The token behind account.git_token was rotated or has expired.", Next: "Replace the secret, then validate again.",
			Steps: []connector.Step{
				{Name: "Resolve", State: connector.StepOK, Took: 3 * time.Millisecond, Evidence: "git.acme.example → 203.0.113.20, 2001:db8::20"},
				{Name: "Connect", State: connector.StepOK, Took: 11 * time.Millisecond, Evidence: "203.0.113.20:443"},
				{Name: "TLS", State: connector.StepWarn, Took: 19 * time.Millisecond, Evidence: "1.3 · *.acme.example · 12 days left"},
				{Name: "HTTP", State: connector.StepOK, Took: 42 * time.Millisecond, Evidence: "GET /payments/app.git/info/refs?service=git-upload-pack → 401, basic asked for"},
				{Name: "Authenticate", State: connector.StepFailed, Took: 39 * time.Millisecond, Evidence: "as ci-bot → 401 again"},
				{Name: "Authorise", State: connector.StepSkipped},
				{Name: "Use", State: connector.StepSkipped},
			},
		},
	}
}

func history() []connector.Run {
	out := []connector.Run{failingRun()}
	states := []connector.Status{connector.Failing, connector.Degraded, connector.Healthy, connector.Healthy, connector.Unverified, connector.Healthy}
	for i := range 24 {
		r := failingRun()
		r.ID += string(rune('a' + i))
		r.Status = states[i%len(states)]
		if i == 20 {
			r.State = connector.Interrupted
		}
		r.Began, r.Ended = back(time.Duration(i+4)*time.Hour), back(time.Duration(i+4)*time.Hour-90*time.Millisecond)
		out = append(out, r)
	}
	return out
}

var snippets = Snippets{
	Request:   "POST /v1/orgs/acme/projects/payments/connectors\nx-api-key: $PATCHBAY_KEY\nContent-Type: application/json\n\n{\n  \"connector\": {\n    \"name\": \"payments-git\",\n    \"identifier\": \"payments_git\",\n    \"spec\": {\n      \"type\": \"GitHttp\",\n      \"url\": \"https://git.acme.example/payments/app.git\",\n      \"password_ref\": \"account.git_token\"\n    }\n  }\n}",
	Curl:      "curl --request POST 'https://patchbay.example/api/harness/v1/orgs/acme/projects/payments/connectors' \\\n  --header 'x-api-key: '\"$PATCHBAY_KEY\" \\\n  --data-raw '{ \"connector\": { } }'",
	JSON:      "{\n  \"identifier\": \"payments_git\",\n  \"spec\": {\n    \"type\": \"GitHttp\"\n  }\n}",
	YAML:      "identifier: payments_git\nspec:\n  type: GitHttp",
	Terraform: "resource \"harness_platform_connector_git\" \"payments_git\" {\n  identifier = \"payments_git\"\n}",
}

func extra() []wire.Member {
	return []wire.Member{wire.M("proxy", wire.Flag(true))}
}
