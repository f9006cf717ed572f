package probe

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"patchbay/connector"
	"patchbay/remote"
)

// An Artifactory is asked for its repositories, as its vendor's own test does, which shows who may sign in and what they may read.
// User and password go by Basic; API keys, identity tokens and access tokens are passwords there.

func (a *asking) readArtifactory(ctx context.Context, q connector.ReadArtifactory) connector.Outcome {
	a.who = whoIs(q.User, q.Password)
	t, out := a.to(q.URL, authenticate, authorise, use)
	if out != nil {
		return *out
	}
	defer t.leave()
	a.hideBasic(t.origin, q.User, "", q.Password)
	l := &listing{talk: t, kind: "ARTIFACTORY", home: "artifactory", path: []string{"api", "repositories"}, one: "repository", many: "repositories",
		given: isGiven(q.User) || isGiven(q.Password), read: t.readRepositories, single: isRepository, refusal: refusedByArtifactory}
	r, out := l.stranger(ctx)
	switch {
	case out != nil:
		return *out
	case !l.given:
		return l.anonymous(ctx, r)
	}
	return l.signed(ctx, authenticate, func(req *http.Request) error { return a.signBasic(req, q.User, "", q.Password) })
}

// repository is one line of the list.
type repository struct {
	Key  string `json:"key"`
	Type string `json:"type"`
}

func (t *talk) readRepositories(r reply) things {
	items, whole, is := listOf(r, func(x repository) bool { return x.Key != "" && x.Type != "" })
	found := things{is: is, whole: whole}
	types := map[string]int{}
	for _, x := range items {
		found.names = append(found.names, x.Key)
		types[strings.ToLower(x.Type)]++
	}
	found.note = byType(types)
	if version := r.Header.Get("X-Jfrog-Version"); is && version != "" {
		found.note += ", " + remote.Excerpt(t.hide.in(version), 40)
	}
	return found
}

// byType tells how many there are of the types that Artifactory has: " (2 local, 1 remote)".
func byType(types map[string]int) string {
	var parts []string
	for _, name := range []string{"local", "remote", "virtual", "federated"} {
		if n := types[name]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+name)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// isRepository tells whether an answer describes the one repository of this key.
func isRepository(r reply, key string) bool {
	var one struct {
		Key string `json:"key"`
	}
	return r.StatusCode == http.StatusOK && r.json(&one) && one.Key == key
}

// refusedByArtifactory finds the code for what an Artifactory says of credentials that it does not take, and of itself. The status
// alone does not tell a wrong password from an expired token or a locked user; only the words do.
func refusedByArtifactory(r reply) (code, seen string) {
	if r.StatusCode < 400 {
		return "", ""
	}
	said, errors := artifactorySays(r)
	has := func(words ...string) bool {
		for _, w := range words {
			if !strings.Contains(said, w) {
				return false
			}
		}
		return true
	}
	switch {
	case has("licen") && (errors || has("expired")):
		return "ARTIFACTORY_LICENCE", ""
	case !wantsToKnow(r.Response) || !errors: // what a proxy says is not about this user
		return "", ""
	case has("login failures"), has("suspended"):
		return "ARTIFACTORY_SUSPENDED", ""
	case has(" locked"): // and not blocked
		return "ARTIFACTORY_LOCKED", ""
	case has("token", "expired"):
		return "ARTIFACTORY_TOKEN_EXPIRED", ""
	case has("wrong username"):
		return "ARTIFACTORY_WRONG_USER", ""
	case has("token", "not found"), has("token", "revoked"), has("token", "invalid"), has("api key"), has("apikey"):
		return "ARTIFACTORY_TOKEN_UNKNOWN", ""
	case has("encrypted", "password"):
		return "ARTIFACTORY_PASSWORD_PLAIN", ""
	case has("expired"):
		return "ARTIFACTORY_PASSWORD_EXPIRED", ""
	}
	return "", ""
}

// artifactorySays gives, in small letters, the messages of an answer in the form in which Artifactory tells its errors, or the first
// bytes of another one.
func artifactorySays(r reply) (said string, errors bool) {
	var body struct {
		Errors []struct {
			Message string `json:"message"`
			Detail  string `json:"detail"`
		} `json:"errors"`
	}
	if json.Unmarshal(r.body, &body) != nil || len(body.Errors) == 0 {
		return strings.ToLower(string(r.body[:min(len(r.body), 1<<10)])), false
	}
	for _, e := range body.Errors {
		said += " " + strings.ToLower(e.Message) + " " + strings.ToLower(e.Detail)
	}
	return said, true
}
