package probe

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"patchbay/connector"
	"patchbay/remote"
)

// jiraAsking is a conversation with Jira Cloud as the person who consented.
type jiraAsking struct {
	*talk
	q      connector.ReadJira
	bearer connector.Bearer
	again  bool // a token was refused, and this is another one
}

// readJira asks which sites the consent covers, who we are, whether the project is there, and whether we may create issues in it.
func (a *asking) readJira(ctx context.Context, q connector.ReadJira) connector.Outcome {
	j, out := a.jira(ctx, q)
	if out != nil {
		return *out
	}
	defer j.leave()
	for _, ask := range []func(context.Context) *connector.Outcome{j.site, j.person, j.project, j.permission} {
		if out := ask(ctx); out != nil {
			return *out
		}
	}
	return j.end("JIRA_READY", q.ProjectKey)
}

// jira gets a token and begins the conversation.
func (a *asking) jira(ctx context.Context, q connector.ReadJira) (*jiraAsking, *connector.Outcome) {
	a.who = "the person who authorised"
	a.names = []string{authenticate, remote.Resolve, remote.Connect, remote.TLS, remote.HTTP, authorise, use}
	if a.bearers == nil {
		return nil, a.ended("JIRA_NOT_AUTHORISED", "")
	}
	bearer, out := a.token(ctx, false)
	if out != nil {
		return nil, out
	}
	t, out := a.to(bearer.API, authorise, use)
	if out != nil {
		return nil, out
	}
	a.names = append([]string{authenticate}, a.names...)
	return &jiraAsking{talk: t, q: q, bearer: bearer}, nil
}

// asks sends a request with the token. One that is refused is renewed, once in a conversation, and the request is sent again.
func (j *jiraAsking) asks(ctx context.Context, step string, request func() (*http.Request, error), judge func(reply) judged) (reply, *connector.Outcome) {
	for {
		req, err := request()
		if err == nil {
			err = j.sign(req)
		}
		if err != nil {
			return reply{}, j.unsent(step, err)
		}
		stale := false
		r, out := j.ask(ctx, req, step, func(r reply) judged {
			switch {
			case r.StatusCode == http.StatusUnauthorized && !j.again:
				stale = true
				return judged{state: connector.StepWarn, note: ", the access token is not taken any more"}
			case r.StatusCode == http.StatusUnauthorized:
				return judged{state: connector.StepFailed, note: j.typeNote(r.Response), code: "JIRA_TOKEN_REFUSED", seen: j.shown(r)}
			}
			return judge(r)
		})
		if out != nil || !stale {
			return r, out
		}
		j.again = true
		if j.bearer, out = j.token(ctx, true); out != nil {
			return r, out
		}
	}
}

// at makes a request for what lies below the site's API.
func (j *jiraAsking) at(ctx context.Context, query url.Values, path ...string) func() (*http.Request, error) {
	return func() (*http.Request, error) { return j.get(ctx, query, j.below(path...)...) }
}

func (j *jiraAsking) below(path ...string) []string {
	out := []string{"ex", "jira", url.PathEscape(j.q.CloudID), "rest", "api", "3"}
	for _, p := range path {
		out = append(out, url.PathEscape(p))
	}
	return out
}

// site finds the connector's site among those that the consent covers.
func (j *jiraAsking) site(ctx context.Context) *connector.Outcome {
	_, out := j.asks(ctx, authorise, func() (*http.Request, error) { return j.get(ctx, nil, "oauth", "token", "accessible-resources") }, j.judgeSites)
	return out
}

func (j *jiraAsking) judgeSites(r reply) judged {
	var sites []struct {
		ID, Name, URL string
		Scopes        []string
	}
	if r.StatusCode != http.StatusOK || r.isPage() || len(r.body) == 0 {
		return j.misfit(r, "")
	}
	if !r.json(&sites) {
		return j.notJira(r)
	}
	var addresses, scopes []string
	found := false
	for _, s := range sites {
		if s.ID == j.q.CloudID {
			found, scopes = true, append(scopes, s.Scopes...)
		}
		if s.URL != "" && !slices.Contains(addresses, s.URL) {
			addresses = append(addresses, s.URL)
		}
	}
	jira := slices.DeleteFunc(scopes, func(s string) bool { return !strings.Contains(s, "jira") })
	switch {
	case !found:
		return judged{state: connector.StepFailed, note: ", the site is not among them", code: "JIRA_SITE_GONE", seen: listOr(addresses, "no site at all")}
	case len(jira) > 0 && !slices.ContainsFunc(jira, func(s string) bool { return strings.HasPrefix(s, "write:") }):
		return judged{state: connector.StepFailed, note: ", the consent is for reading only", code: "JIRA_SCOPE_MISSING", seen: listOr(jira, "nothing")}
	}
	return judged{state: connector.StepOK, note: ", the consent covers " + listOr(addresses, "the site")}
}

func listOr(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return remote.Excerpt(strings.Join(words, ", "), firstBytes)
}

// person asks who we are to Jira. It is only for the words of the answer, so a person who may not be asked for is no failure.
func (j *jiraAsking) person(ctx context.Context) *connector.Outcome {
	_, out := j.asks(ctx, use, j.at(ctx, nil, "myself"), func(r reply) judged {
		var person struct{ DisplayName string }
		if r.StatusCode == http.StatusOK && r.json(&person) && person.DisplayName != "" {
			j.who = remote.Excerpt(j.hide.in(person.DisplayName), 60)
		}
		return judged{silent: true}
	})
	return out
}

// project reads the project.
func (j *jiraAsking) project(ctx context.Context) *connector.Outcome {
	_, out := j.asks(ctx, use, j.at(ctx, nil, "project", j.q.ProjectKey), func(r reply) judged {
		var project struct{ Key string }
		switch {
		case r.StatusCode != http.StatusOK || r.isPage() || len(r.body) == 0:
			return j.misfit(r, "JIRA_PROJECT_NOT_FOUND")
		case !r.json(&project) || project.Key == "":
			return j.notJira(r)
		}
		return judged{silent: true}
	})
	return out
}

// permission asks whether we may create issues in the project.
func (j *jiraAsking) permission(ctx context.Context) *connector.Outcome {
	query := url.Values{"projectKey": {j.q.ProjectKey}, "permissions": {"CREATE_ISSUES"}}
	_, out := j.asks(ctx, use, j.at(ctx, query, "mypermissions"), func(r reply) judged {
		var answer struct {
			Permissions map[string]struct{ HavePermission *bool }
		}
		if r.StatusCode != http.StatusOK || r.isPage() || len(r.body) == 0 {
			return j.misfit(r, "JIRA_PROJECT_NOT_FOUND")
		}
		if !r.json(&answer) || answer.Permissions["CREATE_ISSUES"].HavePermission == nil {
			return j.notJira(r)
		}
		if !*answer.Permissions["CREATE_ISSUES"].HavePermission {
			return judged{state: connector.StepFailed, note: ", " + j.who + " may not create issues in " + j.q.ProjectKey, code: "JIRA_MAY_NOT_CREATE", seen: j.q.ProjectKey}
		}
		return judged{state: connector.StepOK, note: ", the project " + j.q.ProjectKey + " is there and " + j.who + " may create issues in it"}
	})
	return out
}

// misfit judges an answer that is not what was asked for; missing is the code for what is not there, if that can be.
func (j *jiraAsking) misfit(r reply, missing string) judged {
	switch {
	case r.StatusCode == http.StatusNotFound && missing != "" && !r.isPage():
		return judged{state: connector.StepFailed, note: j.typeNote(r.Response), code: missing, seen: j.q.ProjectKey}
	case r.StatusCode == http.StatusForbidden && !r.isPage():
		return judged{state: connector.StepFailed, note: j.typeNote(r.Response), code: "JIRA_FORBIDDEN", seen: j.shown(r)}
	}
	return j.odd(r)
}

func (j *jiraAsking) notJira(r reply) judged {
	return judged{state: connector.StepFailed, note: j.typeNote(r.Response), code: "JIRA_NOT_JIRA", seen: j.shown(r)}
}
