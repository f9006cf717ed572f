package probe_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/probe/gittest"
)

const (
	user     = "deploy"
	password = "correct-horse-battery"
)

var git *gittest.Server // one for all tests: making repositories takes longer than asking for them

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if git, err = gittest.New(user, password); err != nil {
		println("start the Git server:", err.Error())
		return 1
	}
	code := m.Run()
	if err := git.Close(); err != nil {
		println("stop the Git server:", err.Error())
		return 1
	}
	if err := goleak.Find(); err != nil {
		println(err.Error())
		return 1
	}
	if missing := unmet(); code == 0 && missing != "" {
		println(missing)
		return 1
	}
	return code
}

// loopback is a probe that may reach this machine and gives up after a while.
func loopback(within time.Duration) *probe.Probe {
	p := probe.New(remote.New(remote.Config{AllowLoopback: true}), nil)
	p.Deadline = within
	return p
}

// withPassword asks for the refs with the user in clear; the password is allowed where the address leads.
func withPassword(address, user, password string) connector.Question {
	to, _ := connector.OriginOf(address)
	return connector.Question{
		Check:   connector.ListRefs{URL: address, User: connector.Plain(user), Password: connector.Kept("password_ref", "account.pw")},
		Secrets: map[string]connector.Opened{"password_ref": connector.NewOpened(connector.NewSecret(password), to)},
	}
}

// encrypted is the same with the user name as a secret too.
func encrypted(address, user, password string) connector.Question {
	to, _ := connector.OriginOf(address)
	q := withPassword(address, user, password)
	q.Check = connector.ListRefs{URL: address, User: connector.Kept("username_ref", "account.user"), Password: connector.Kept("password_ref", "account.pw")}
	q.Secrets["username_ref"] = connector.NewOpened(connector.NewSecret(user), to)
	return q
}

func want(t *testing.T, got connector.Outcome, status connector.Status, code string) {
	t.Helper()
	meet(got)
	if got.Status != status || got.Code != code {
		t.Errorf("Ask() = %s %s %q, want %s %s", got.Status, got.Code, got.Text, status, code)
	}
	if !strings.HasSuffix(got.Text, ".") || strings.Contains(got.Text, "{there}") || strings.Contains(got.Text, "{who}") || strings.Contains(got.Text, "{seen}") {
		t.Errorf("Text = %q, want a whole sentence", got.Text)
	}
	if got.Status == connector.Failing && (got.Cause == "" || got.Next == "") {
		t.Errorf("%s has cause %q and next step %q, want both", got.Code, got.Cause, got.Next)
	}
}

func states(o connector.Outcome) string {
	meet(o)
	var out []string
	for _, s := range o.Steps {
		out = append(out, s.Name+" "+string(s.State))
	}
	return strings.Join(out, ", ")
}

func TestARealGitServer(t *testing.T) {
	tests := []struct {
		name   string
		q      connector.Question
		status connector.Status
		code   string
		steps  string
		shows  string
	}{
		{"the right password", withPassword(git.At(gittest.Private), user, password), connector.Healthy, "GIT_REFS_LISTED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate ok, Use ok", "HEAD is refs/heads/main"},
		{"the right password and a slash at the end", withPassword(git.At(gittest.Private)+"/", user, password), connector.Healthy, "GIT_REFS_LISTED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate ok, Use ok", "3 refs"},
		{"a user name that is a secret", encrypted(git.At(gittest.Private), user, password), connector.Healthy, "GIT_REFS_LISTED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate ok, Use ok", "asks for Basic"},
		{"a repository without refs", withPassword(git.At(gittest.Empty), user, password), connector.Healthy, "GIT_REFS_LISTED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate ok, Use ok", "0 refs"},
		{"a wrong password", withPassword(git.At(gittest.Private), user, "guess"), connector.Failing, "GIT_AUTH_REFUSED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate failed, Use skipped", "401 Unauthorized"},
		{"a wrong secret user name", encrypted(git.At(gittest.Private), "nobody-here", password), connector.Failing, "GIT_AUTH_REFUSED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate failed, Use skipped", "not reached"},
		{"a missing repository", withPassword(git.At(gittest.Missing), user, password), connector.Failing, "GIT_NOT_FOUND",
			"Resolve ok, Connect ok, HTTP ok, Authenticate ok, Use failed", "404 Not Found"},
		{"a forbidden repository", withPassword(git.At(gittest.Forbidden), user, password), connector.Failing, "GIT_FORBIDDEN",
			"Resolve ok, Connect ok, HTTP ok, Authenticate ok, Use failed", "403 Forbidden"},
		{"a public repository", withPassword(git.At(gittest.Public), user, password), connector.Degraded, "GIT_ANONYMOUS",
			"Resolve ok, Connect ok, HTTP ok, Authenticate warn, Use ok", "never asked"},
		{"no credentials and a public repository", connector.Question{Check: connector.ListRefs{URL: git.At(gittest.Public)}}, connector.Healthy, "GIT_REFS_LISTED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate skipped, Use ok", "3 refs"},
		{"no credentials and a private repository", connector.Question{Check: connector.ListRefs{URL: git.At(gittest.Private)}}, connector.Failing, "GIT_AUTH_NEEDED",
			"Resolve ok, Connect ok, HTTP ok, Authenticate failed, Use skipped", "no credentials"},
		{"a page of HTML", withPassword(git.At(gittest.Page), user, password), connector.Failing, "GIT_NOT_A_REPOSITORY",
			"Resolve ok, Connect ok, HTTP failed, Authenticate skipped, Use skipped", "text/html"},
		{"a redirect on the same server", withPassword(git.At(gittest.Moved), user, password), connector.Failing, "REDIRECTED",
			"Resolve ok, Connect ok, HTTP failed, Authenticate skipped, Use skipped", "301"},
		{"a server with a full disk", withPassword(git.At(gittest.Broken), user, password), connector.Failing, "HTTP_UNEXPECTED",
			"Resolve ok, Connect ok, HTTP failed, Authenticate skipped, Use skipped", "500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := loopback(10*time.Second).Ask(t.Context(), tt.q)
			want(t, got, tt.status, tt.code)
			if states(got) != tt.steps {
				t.Errorf("steps = %s, want %s", states(got), tt.steps)
			}
			evidence := ""
			for _, s := range got.Steps {
				evidence += s.Evidence + "\n"
			}
			if !strings.Contains(evidence, tt.shows) {
				t.Errorf("evidence = %q, want it to show %q", evidence, tt.shows)
			}
			if strings.Contains(evidence+got.Text, password) {
				t.Errorf("the outcome shows the password: %s %s", got.Text, evidence)
			}
		})
	}
}

func TestARedirectNamesTheOriginItLeadsToAndNothingMore(t *testing.T) {
	got := loopback(10*time.Second).Ask(t.Context(), withPassword(git.At(gittest.Elsewhere), user, password))
	want(t, got, connector.Failing, "REDIRECTED")
	if !strings.Contains(got.Text, "https://example.org:443") || strings.Contains(got.Text, "token") {
		t.Errorf("Text = %q, want the origin of the target alone", got.Text)
	}
}

func TestAServerThatNeverAnswersIsATimeout(t *testing.T) {
	got := loopback(200*time.Millisecond).Ask(t.Context(), withPassword(git.At(gittest.Silent), user, password))
	want(t, got, connector.Failing, "TIMEOUT")
	if states(got) != "Resolve ok, Connect ok, HTTP failed, Authenticate skipped, Use skipped" {
		t.Errorf("steps = %s", states(got))
	}
}

func TestACancelledCheckProvesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := withPassword(git.At(gittest.Silent), user, password)
	q.Step = func(s connector.Step) {
		if s.Name == remote.Connect {
			cancel()
		}
	}
	want(t, loopback(10*time.Second).Ask(ctx, q), connector.Unverified, "CANCELLED")
}

func TestStepsAreToldAsTheyEnd(t *testing.T) {
	var told []connector.Step
	q := withPassword(git.At(gittest.Private), user, password)
	q.Step = func(s connector.Step) { told = append(told, s) }
	got := loopback(10*time.Second).Ask(t.Context(), q)
	if len(told) != len(got.Steps) {
		t.Fatalf("told of %d steps, want %d", len(told), len(got.Steps))
	}
	for i := range told {
		if told[i] != got.Steps[i] {
			t.Errorf("step %d told as %+v, listed as %+v", i, told[i], got.Steps[i])
		}
	}
}

func TestWhatCannotBeAskedIsUnverified(t *testing.T) {
	tests := []struct {
		check connector.Check
		code  string
	}{
		{connector.HarmonyPair{}, "NOT_ASKED_YET"},
		{connector.Nothing{Why: "the type is not known here."}, "NOTHING_TO_ASK"},
		{nil, "NOT_ASKED_YET"},
	}
	for _, tt := range tests {
		want(t, loopback(time.Second).Ask(t.Context(), connector.Question{Check: tt.check}), connector.Unverified, tt.code)
	}
}
