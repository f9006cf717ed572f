package probe_test

import (
	"context"
	"testing"

	"patchbay/connector"
)

const repo = "https://repo.example.test"

// artifactory asks for the repositories with the user in clear.
func artifactory(address, user, password string) connector.Question {
	return connector.Question{
		Check:   connector.ReadArtifactory{URL: address, User: connector.Plain(user), Password: connector.Kept("password_ref", "account.pw")},
		Secrets: map[string]connector.Opened{"password_ref": opened(address, password)},
	}
}

// artifactorySealed is the same with the user name as a secret too.
func artifactorySealed(address, user, password string) connector.Question {
	q := artifactory(address, user, password)
	q.Check = connector.ReadArtifactory{URL: address, User: connector.Kept("username_ref", "account.user"), Password: connector.Kept("password_ref", "account.pw")}
	q.Secrets["username_ref"] = opened(address, user)
	return q
}

func artifactoryAnonymous(address string) connector.Question {
	return connector.Question{Check: connector.ReadArtifactory{URL: address}}
}

func TestArtifactory(t *testing.T) {
	const (
		proven  = "Authenticate ok, Authorise ok, Use ok"
		refused = "Authenticate failed, Authorise skipped, Use skipped"
		nowhere = "Authenticate warn, Authorise skipped, Use failed"
		broken  = "Resolve ok, Connect ok, TLS ok, HTTP failed, Authenticate skipped, Authorise skipped, Use skipped"
		stray   = "Resolve ok, Connect ok, TLS ok, HTTP warn, "
		mirror  = "https://mirror.example.test"
	)
	rows := []listed{
		{"the right password", artifactory(repo+"/artifactory", user, password), connector.Healthy, "ARTIFACTORY_LISTED", proven,
			"accepted deploy and listed 4 repositories",
			[]string{`asks for Basic realm="Artifactory Realm"`, "200 OK as deploy", "4 repositories (2 local, 1 remote, 1 virtual), Artifactory/7.111.4"}},
		{"a slash at the end", artifactory(repo+"/artifactory/", user, password), connector.Healthy, "ARTIFACTORY_LISTED", proven, "4 repositories", nil},
		{"a user name that is a secret", artifactorySealed(repo+"/artifactory", user, password), connector.Healthy, "ARTIFACTORY_LISTED", proven,
			"accepted the user that the secret names", []string{"200 OK as the user that the secret names"}},
		{"more repositories than are read", artifactory(repo+"/many/artifactory", user, password), connector.Healthy, "ARTIFACTORY_LISTED", proven,
			"listed more than ", []string{"more than ", " repositories (", " local)"}},
		{"a list that never ends", artifactory(repo+"/endless/artifactory", user, password), connector.Degraded, "ARTIFACTORY_LIST_UNFINISHED",
			"Authenticate ok, Authorise ok, Use warn", "more than ", []string{"not even one alone"}},
		{"strangers are told that nothing is there", artifactory(repo+"/hidden/artifactory", user, password), connector.Healthy, "ARTIFACTORY_LISTED", stray + proven,
			"4 repositories", []string{"404 Not Found, application/json"}},

		{"a wrong password", artifactory(repo+"/artifactory", user, "guess-and-guess"), connector.Failing, "ARTIFACTORY_AUTH_REFUSED", refused, "of deploy", []string{"401 Unauthorized"}},
		{"a wrong user", artifactory(repo+"/artifactory", "nobody", password), connector.Failing, "ARTIFACTORY_AUTH_REFUSED", refused, "of nobody", nil},
		{"an expired token", artifactory(repo+"/artifactory", user, "expired-token"), connector.Failing, "ARTIFACTORY_TOKEN_EXPIRED", refused, "of deploy has expired", nil},
		{"a revoked token", artifactory(repo+"/artifactory", user, "revoked-token"), connector.Failing, "ARTIFACTORY_TOKEN_UNKNOWN", refused, "", nil},
		{"the token of another user", artifactory(repo+"/artifactory", user, "foreign-token"), connector.Failing, "ARTIFACTORY_WRONG_USER", refused, "", nil},
		{"a password in clear", artifactory(repo+"/artifactory", user, "plain-password"), connector.Failing, "ARTIFACTORY_PASSWORD_PLAIN", refused, "", nil},
		{"an old password", artifactory(repo+"/artifactory", "old-password", password), connector.Failing, "ARTIFACTORY_PASSWORD_EXPIRED", refused, "", nil},
		{"a locked user", artifactory(repo+"/artifactory", "locked-out", password), connector.Failing, "ARTIFACTORY_LOCKED", refused, "locked-out is locked", nil},
		{"a user on hold", artifactory(repo+"/artifactory", "on-hold", password), connector.Failing, "ARTIFACTORY_SUSPENDED", refused, "", []string{"403 Forbidden"}},
		{"a user without rights", artifactory(repo+"/artifactory", "no-rights", password), connector.Failing, "ARTIFACTORY_FORBIDDEN",
			"Authenticate ok, Authorise failed, Use skipped", "no-rights", []string{"403 Forbidden as no-rights"}},
		{"a user who may read nothing", artifactory(repo+"/artifactory", "reads-nothing", password), connector.Degraded, "ARTIFACTORY_EMPTY",
			"Authenticate ok, Authorise warn, Use skipped", "let reads-nothing in", []string{"the list of repositories is empty"}},

		{"the address of the platform", artifactory(repo, user, password), connector.Failing, "ARTIFACTORY_WRONG_PATH",
			stray + nowhere, repo + "/artifactory", nil},
		{"the address of one repository", artifactory(repo+"/artifactory/libs-release-local", user, password), connector.Failing, "ARTIFACTORY_WRONG_PATH",
			stray + nowhere, "but at " + repo + "/artifactory.", nil},
		{"the address of the platform, anonymous", artifactoryAnonymous(mirror), connector.Failing, "ARTIFACTORY_WRONG_PATH", broken, mirror + "/artifactory", nil},
		{"another page of the platform", artifactory(repo+"/torn", user, password), connector.Failing, "ARTIFACTORY_WRONG_PATH",
			stray + nowhere, repo + "/torn/artifactory", nil},
		{"the address of the API", artifactory(mirror+"/public/artifactory/api", user, password), connector.Failing, "ARTIFACTORY_WRONG_PATH",
			stray + nowhere, mirror + "/public/artifactory.", nil},
		{"nothing there", artifactory("https://appd.example.test/tools", user, password), connector.Failing, "ARTIFACTORY_NOT_FOUND", stray + nowhere,
			"404 Not Found", []string{"which says nothing of who we are"}},
		{"a redirect", artifactory(repo+"/moved/artifactory", user, password), connector.Failing, "REDIRECTED", stray + nowhere, "https://mirror.example.test:443", nil},
		{"a redirect, anonymous", artifactoryAnonymous(repo + "/moved/artifactory"), connector.Failing, "REDIRECTED", broken, "https://mirror.example.test:443", nil},
		{"an old licence", artifactory(repo+"/unlicensed/artifactory", user, password), connector.Failing, "ARTIFACTORY_LICENCE", broken, "503", nil},
		{"a server that starts", artifactory(repo+"/starting/artifactory", user, password), connector.Failing, "ARTIFACTORY_NOT_READY", broken, "503", nil},
		{"a busy server", artifactory(repo+"/busy/artifactory", user, password), connector.Degraded, "RATE_LIMITED", broken, "429", nil},
		{"a torn list", artifactory(repo+"/torn/artifactory", user, password), connector.Failing, "ARTIFACTORY_NOT_A_LIST",
			"Authenticate ok, Authorise skipped, Use failed", `"[{`, []string{"200 OK as deploy"}},
		{"another service", artifactory(repo+"/other/artifactory", user, password), connector.Failing, "ARTIFACTORY_NOT_A_LIST",
			"Authenticate skipped, Authorise skipped, Use failed", `{"items":[]}`, nil},
		{"an empty answer", artifactory(repo+"/blank/artifactory", user, password), connector.Failing, "EMPTY_ANSWER",
			"Authenticate skipped, Authorise skipped, Use failed", "200 OK", nil},

		{"no credentials, and they are wanted", artifactoryAnonymous(repo + "/artifactory"), connector.Failing, "ARTIFACTORY_AUTH_NEEDED", refused, "asks who we are",
			[]string{"the connector has no credentials"}},
		{"a server that lets nobody in", artifactory(repo+"/walled/artifactory", user, password), connector.Failing, "ARTIFACTORY_FORBIDDEN",
			"Authenticate ok, Authorise failed, Use skipped", "does not allow deploy", nil},
		{"no credentials, and nobody is let in", artifactoryAnonymous(repo + "/walled/artifactory"), connector.Failing, "ARTIFACTORY_FORBIDDEN",
			"Authenticate skipped, Authorise failed, Use skipped", "does not allow an anonymous caller", nil},
		{"no credentials, and none are wanted", artifactoryAnonymous(mirror + "/artifactory"), connector.Healthy, "ARTIFACTORY_LISTED",
			"Authenticate skipped, Authorise ok, Use ok", "accepted an anonymous caller and listed 3 repositories", []string{"3 repositories (1 local, 2 remote)"}},
		{"no credentials, and nothing to read", artifactoryAnonymous(mirror + "/bare/artifactory"), connector.Degraded, "ARTIFACTORY_EMPTY",
			"Authenticate skipped, Authorise warn, Use skipped", "let an anonymous caller in", nil},
		{"credentials that nobody looks at", artifactory(mirror+"/public/artifactory", user, password), connector.Degraded, "ARTIFACTORY_ANONYMOUS",
			"Authenticate warn, Authorise ok, Use ok", "the password of deploy is not proven", []string{"who is shown no more than strangers are"}},
		{"a wrong password that nobody looks at", artifactory(mirror+"/public/artifactory", user, "guess-and-guess"), connector.Degraded, "ARTIFACTORY_ANONYMOUS",
			"Authenticate warn, Authorise ok, Use ok", "lists 3 repositories to everybody", nil},
		{"credentials that show more", artifactory(mirror+"/artifactory", user, password), connector.Healthy, "ARTIFACTORY_LISTED", proven, "4 repositories", nil},
		{"a wrong password where strangers may come in", artifactory(mirror+"/artifactory", user, "guess-and-guess"), connector.Failing, "ARTIFACTORY_AUTH_REFUSED", refused, "", nil},
		{"credentials, and nothing to read for anybody", artifactory(mirror+"/bare/artifactory", user, password), connector.Degraded, "ARTIFACTORY_EMPTY",
			"Authenticate warn, Authorise warn, Use skipped", "", nil},
	}
	everyCode(t, "ARTIFACTORY_", rows)
	p := rehearsed(t)
	askEach(t, p, rows, "expired-token", "revoked-token", "foreign-token", "plain-password", "guess-and-guess")
	inside := p.Ask(t.Context(), artifactory("https://a:b@repo.example.test/artifactory", user, password))
	want(t, inside, connector.Failing, "ADDRESS_UNCLEAR")
	if len(inside.Steps) != 0 {
		t.Errorf("steps = %s, want none: nobody was asked", states(inside))
	}
}

func TestACancelledListProvesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := artifactory(repo+"/endless/artifactory", user, password)
	q.Step = func(s connector.Step) {
		if s.Name == "Authorise" { // only the question for one repository alone is left
			cancel()
		}
	}
	want(t, rehearsed(t).Ask(ctx, q), connector.Unverified, "CANCELLED")
}

func TestAnArtifactoryGetsNoSecretThatItMayNotHave(t *testing.T) {
	neverSent(t, func(address string) map[string]connector.Question {
		elsewhere := artifactory(address, user, password)
		elsewhere.Secrets["password_ref"] = opened("https://repo.example.com", password)
		half := artifactorySealed(address, user, password)
		half.Secrets["username_ref"] = opened("https://repo.example.com", user)
		missing, nameless := artifactory(address, user, password), artifactorySealed(address, user, password)
		delete(missing.Secrets, "password_ref")
		delete(nameless.Secrets, "username_ref")
		return map[string]connector.Question{"the password is for another server": elsewhere, "the user name is for another server": half,
			"missing password": missing, "missing user name": nameless}
	})
}

func TestAnArtifactoryIsNeverGreenWithoutAList(t *testing.T) {
	neverGreen(t, `[{"key":"libs-local","type":"LOCAL"}]`, func(address string) connector.Question { return artifactory(address, user, password) })
}
