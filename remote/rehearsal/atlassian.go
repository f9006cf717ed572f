package rehearsal

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// JiraClient is the id of the one OAuth application that the rehearsal's Atlassian knows; its secret is Password.
const JiraClient = "patchbay-rehearsal"

// The sites that a consent can be for.
const (
	JiraSite    = "11111111-2222-4333-8444-555555555555" // https://acme.atlassian.net
	JiraLabSite = "22222222-3333-4444-8555-666666666666" // https://acme-labs.atlassian.net
)

// atlassian plays the authorisation server and the API of Atlassian. Without encryption, so that a browser on this machine gets there:
//
//	URL + /atlassian/authorize        lets everybody in, for acme, and sends the person back at once
//	URL + /atlassian/authorize/both   the same for two sites, acme and acme-labs
//	URL + /atlassian/authorize/short  the same for acme, without a refresh token
//	URL + /atlassian/authorize/reader the same for acme, without the right to write
//	URL + /atlassian/authorize/no     sends back a person who has declined
//
// By host: auth.atlassian.com exchanges codes and renews tokens; each refresh token is good once. The one before is taken again until its
// successor is used, as at the vendor for some minutes; an older one ends the whole consent. api.atlassian.com has the sites, and Jira, for
// which see jira.go.
func (s *Server) atlassian() map[string]http.Handler {
	s.Jira = &Jira{secret: s.Password, codes: map[string]*grant{}, access: map[string]*grant{}, refresh: map[string]*turn{}}
	auth := http.NewServeMux()
	auth.HandleFunc("POST /oauth/token", s.Jira.token)
	return map[string]http.Handler{"auth.atlassian.com": auth, "api.atlassian.com": s.Jira.api()}
}

// Jira is Atlassian as it is played. It is safe for concurrent use.
type Jira struct {
	secret string

	mu      sync.Mutex
	codes   map[string]*grant
	access  map[string]*grant
	refresh map[string]*turn
	renewed int
	lost    int // answers to renewals that get lost
	dropped int // answers to new issues that get lost
	issues  []Issue
}

// grant is one consent.
type grant struct {
	sites           []string
	reader, short   bool
	over            bool
	newest, before  string // refresh tokens
	account, person string
}

// turn is one refresh token.
type turn struct {
	of   *grant
	used bool
}

// authorise is the page at which a person consents.
func (j *Jira) authorise(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Host == "" || q.Get("client_id") != JiraClient || q.Get("response_type") != "code" {
		http.Error(w, "The application or its callback is not known.", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": q["state"]}
	kind := strings.TrimPrefix(r.URL.Path, "/atlassian/authorize")
	if kind == "/no" {
		answer.Set("error", "access_denied")
	} else {
		answer.Set("code", j.Code(strings.TrimPrefix(kind, "/")))
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// Code gives the code of a consent as the page would: kind is the last part of the page's path, "" for the plain one.
func (j *Jira) Code(kind string) string {
	g := &grant{sites: []string{JiraSite}, reader: kind == "reader", short: kind == "short", account: "5b10ac8d82e05b22cc7d4ef5", person: "Anna Example"}
	if kind == "both" {
		g.sites = append(g.sites, JiraLabSite)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	code := rand.Text()
	j.codes[code] = g
	return code
}

// token exchanges codes and renews.
func (j *Jira) token(w http.ResponseWriter, r *http.Request) {
	asked := map[string]string{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			sayJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
			return
		}
	} else {
		for name := range formOf(r) {
			asked[name] = r.PostForm.Get(name)
		}
	}
	if asked["client_id"] != JiraClient || asked["client_secret"] != j.secret {
		sayJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch asked["grant_type"] {
	case "authorization_code":
		g := j.codes[asked["code"]]
		delete(j.codes, asked["code"])
		if g == nil {
			sayJSON(w, http.StatusForbidden, map[string]string{"error": "invalid_grant"})
			return
		}
		sayJSON(w, http.StatusOK, j.give(g))
	case "refresh_token":
		g := j.turned(asked["refresh_token"])
		if g == nil {
			sayJSON(w, http.StatusForbidden, map[string]string{"error": "invalid_grant"})
			return
		}
		answer := j.give(g)
		j.renewed++
		if j.lost > 0 {
			j.lost--
			panic(http.ErrAbortHandler) // the connection ends; what was done is done
		}
		sayJSON(w, http.StatusOK, answer)
	default:
		sayJSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
	}
}

// turned uses a refresh token up; nil when it is worth nothing. Hold mu.
func (j *Jira) turned(token string) *grant {
	t := j.refresh[token]
	if t == nil || t.of.over {
		return nil
	}
	if t.used && (token != t.of.before || j.refresh[t.of.newest].used) {
		t.of.over = true // somebody has a copy
		return nil
	}
	t.used = true
	return t.of
}

// give makes new tokens. Hold mu.
func (j *Jira) give(g *grant) map[string]any {
	access := rand.Text()
	j.access[access] = g
	answer := map[string]any{"access_token": access, "expires_in": 3600, "token_type": "Bearer", "scope": strings.Join(g.scopes(), " ")}
	if !g.short {
		if old := j.refresh[g.newest]; old != nil && old.used {
			g.before = g.newest
		}
		g.newest = rand.Text()
		j.refresh[g.newest] = &turn{of: g}
		answer["refresh_token"] = g.newest
	}
	return answer
}

func (g *grant) scopes() []string {
	all := []string{"read:jira-work", "read:jira-user", "write:jira-work"}
	if g.reader {
		all = all[:2]
	}
	return all
}

// Renewals is how many renewals were answered, or were to be.
func (j *Jira) Renewals() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.renewed
}

// Lose loses the answers of the next n renewals, which happen all the same.
func (j *Jira) Lose(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lost = n
}

// LoseIssues loses the answers to the next n issues, which are created all the same.
func (j *Jira) LoseIssues(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.dropped = n
}

// Forget ends all access tokens.
func (j *Jira) Forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.access)
}

// Revoke ends all consents: refresh tokens are not taken any more, access tokens live on.
func (j *Jira) Revoke() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, t := range j.refresh {
		t.of.over = true
	}
}

// Leave takes a site out of all consents, as when the person loses access to it.
func (j *Jira) Leave(site string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, g := range j.access {
		g.sites = slices.DeleteFunc(slices.Clone(g.sites), func(s string) bool { return s == site })
	}
}

func formOf(r *http.Request) url.Values {
	if err := r.ParseForm(); err != nil {
		return nil // what cannot be read has no client in it, and is refused for that
	}
	return r.PostForm
}

func sayJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	// The reader may be gone by now; there is nobody to tell then.
	_ = json.NewEncoder(w).Encode(body)
}
