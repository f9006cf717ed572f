package rehearsal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Issue is one that was created at the rehearsal's Jira.
type Issue struct {
	Site, Project, Key string
	Type               string // "Task"
	Summary            string
	Description        string // all text of it, one paragraph a line
	Labels             []string
}

// Issues gives those that were created, in their order.
func (j *Jira) Issues() []Issue {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.issues)
}

// api plays the API: the sites that a token is for, and Jira on each. On acme there are the projects
//
//	SEC      company-managed; whoever is in may create issues, as Task or Bug
//	OPS      team-managed; the same, with types that have German names and a screen without description and labels
//	LOCKED   can be read, and nobody may create issues
//	STRICT   every type asks for a field that nobody but a person can fill in
//	EMPTY    has no type but one for sub-tasks
//	FORMS    takes no issue, whatever its screens say
//	BUSY     answers that too many requests came
//	SHUT     is forbidden to this application
//
// and on acme-labs there is LAB. Other projects are not there, or not for us: Jira does not say which.
func (j *Jira) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/token/accessible-resources", func(w http.ResponseWriter, r *http.Request) {
		g := j.let(r)
		if g == nil {
			sayJSON(w, http.StatusUnauthorized, map[string]any{"code": 401, "message": "Unauthorized"})
			return
		}
		list := []any{}
		for _, id := range j.sites(g) {
			name := map[string]string{JiraSite: "acme", JiraLabSite: "acme-labs"}[id]
			for _, scopes := range [][]string{g.scopes(), {"read:confluence-space.summary"}} {
				list = append(list, map[string]any{"id": id, "name": name, "url": "https://" + name + ".atlassian.net", "scopes": scopes})
			}
		}
		sayJSON(w, http.StatusOK, list)
	})
	const jira = " /ex/jira/{site}/rest/api/3"
	handle := func(method, path string, h func(http.ResponseWriter, *http.Request, *grant)) {
		mux.HandleFunc(method+jira+path, func(w http.ResponseWriter, r *http.Request) {
			g := j.let(r)
			switch {
			case g == nil:
				sayJSON(w, http.StatusUnauthorized, map[string]any{"code": 401, "message": "Unauthorized"})
			case !slices.Contains(j.sites(g), r.PathValue("site")):
				sayJSON(w, http.StatusNotFound, map[string]any{"code": 404, "message": "No such site."})
			default:
				h(w, r, g)
			}
		})
	}
	handle("GET", "/myself", func(w http.ResponseWriter, _ *http.Request, g *grant) {
		sayJSON(w, http.StatusOK, map[string]any{"accountId": g.account, "displayName": g.person, "active": true})
	})
	handle("GET", "/project/{key}", func(w http.ResponseWriter, r *http.Request, _ *grant) {
		if p := j.project(w, r.PathValue("site"), r.PathValue("key")); p != nil {
			sayJSON(w, http.StatusOK, map[string]any{"id": "10000", "key": p.key, "name": p.name, "style": p.style, "simplified": p.style == "next-gen"})
		}
	})
	handle("GET", "/mypermissions", func(w http.ResponseWriter, r *http.Request, g *grant) {
		if p := j.project(w, r.PathValue("site"), r.URL.Query().Get("projectKey")); p != nil {
			sayJSON(w, http.StatusOK, map[string]any{"permissions": map[string]any{"CREATE_ISSUES": map[string]any{"key": "CREATE_ISSUES", "havePermission": !p.locked && !g.reader}}})
		}
	})
	handle("GET", "/issue/createmeta/{key}/issuetypes", func(w http.ResponseWriter, r *http.Request, _ *grant) {
		p := j.project(w, r.PathValue("site"), r.PathValue("key"))
		if p == nil {
			return
		}
		types := []any{map[string]any{"id": "10003", "name": "Sub-task", "subtask": true, "hierarchyLevel": -1}}
		for i, name := range p.types {
			types = append(types, map[string]any{"id": strconv.Itoa(10004 + i), "name": name, "subtask": false, "hierarchyLevel": 0})
		}
		sayJSON(w, http.StatusOK, map[string]any{"startAt": 0, "maxResults": 50, "total": len(types), "issueTypes": types})
	})
	handle("GET", "/issue/createmeta/{key}/issuetypes/{type}", func(w http.ResponseWriter, r *http.Request, _ *grant) {
		if p := j.project(w, r.PathValue("site"), r.PathValue("key")); p != nil {
			fields := []any{}
			for _, f := range p.fields() {
				fields = append(fields, map[string]any{"fieldId": f.id, "key": f.id, "name": f.name, "required": f.required, "hasDefaultValue": f.given})
			}
			sayJSON(w, http.StatusOK, map[string]any{"startAt": 0, "maxResults": 200, "total": len(fields), "fields": fields})
		}
	})
	handle("GET", "/search/jql", j.search)
	handle("POST", "/issue", j.create)
	return mux
}

// let finds the consent behind the token of a request; nil for none.
func (j *Jira) let(r *http.Request) *grant {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	j.mu.Lock()
	defer j.mu.Unlock()
	if g := j.access[token]; ok && g != nil {
		return g
	}
	return nil
}

func (j *Jira) sites(g *grant) []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(g.sites)
}

type project struct {
	key, name, style string
	types            []string
	locked, plain    bool   // nobody may create issues; the screen has a summary alone
	wants            string // a field that must be filled in
}

type screenField struct {
	id, name        string
	required, given bool
}

func (p project) fields() []screenField {
	out := []screenField{{"summary", "Summary", true, false}, {"issuetype", "Issue Type", true, false}, {"project", "Project", true, false},
		{"reporter", "Reporter", true, true}, {"priority", "Priority", false, true}}
	if !p.plain {
		out = append(out, screenField{"description", "Description", false, false}, screenField{"labels", "Labels", false, false})
	}
	if p.wants != "" {
		out = append(out, screenField{"customfield_10042", p.wants, true, false})
	}
	return out
}

var projects = map[string][]project{
	JiraSite: {
		{key: "SEC", name: "Security", style: "classic", types: []string{"Bug", "Task"}},
		{key: "OPS", name: "Operations", style: "next-gen", types: []string{"Aufgabe"}, plain: true},
		{key: "LOCKED", name: "Archive", style: "classic", types: []string{"Task"}, locked: true},
		{key: "STRICT", name: "Change board", style: "classic", types: []string{"Task", "Bug"}, wants: "Cost centre"},
		{key: "EMPTY", name: "Empty", style: "classic"},
		{key: "FORMS", name: "Forms", style: "classic", types: []string{"Task"}},
		{key: "BUSY"}, {key: "SHUT"},
	},
	JiraLabSite: {{key: "LAB", name: "Labs", style: "classic", types: []string{"Task"}}},
}

// project finds a project, or says why there is none.
func (j *Jira) project(w http.ResponseWriter, site, key string) *project {
	for _, p := range projects[site] {
		switch {
		case p.key != key:
		case key == "BUSY":
			w.Header().Set("Retry-After", "7")
			sayJSON(w, http.StatusTooManyRequests, map[string]any{"errorMessages": []string{"Slow down."}})
			return nil
		case key == "SHUT":
			sayJSON(w, http.StatusForbidden, map[string]any{"code": 403, "message": "Not for this application."})
			return nil
		default:
			return &p
		}
	}
	sayJSON(w, http.StatusNotFound, map[string]any{"errorMessages": []string{"No such project."}, "errors": map[string]string{}})
	return nil
}

// search knows one question: the issues of a project that have a label.
func (j *Jira) search(w http.ResponseWriter, r *http.Request, _ *grant) {
	var key, label string
	if n, err := fmt.Sscanf(r.URL.Query().Get("jql"), `project = %q AND labels = %q`, &key, &label); n != 2 || err != nil {
		sayJSON(w, http.StatusBadRequest, map[string]any{"errorMessages": []string{"The query is not understood."}})
		return
	}
	found := []any{}
	for _, i := range j.Issues() {
		if i.Site == r.PathValue("site") && i.Project == key && slices.Contains(i.Labels, label) {
			found = append(found, map[string]any{"id": "1", "key": i.Key})
		}
	}
	sayJSON(w, http.StatusOK, map[string]any{"issues": found, "isLast": true})
}

// create takes an issue in, as strictly as the real one.
func (j *Jira) create(w http.ResponseWriter, r *http.Request, g *grant) {
	var body struct {
		Fields map[string]json.RawMessage `json:"fields"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		sayJSON(w, http.StatusBadRequest, map[string]any{"errorMessages": []string{"No JSON."}})
		return
	}
	var in struct {
		project, kind struct {
			Key string `json:"key"`
			ID  string `json:"id"`
		}
		summary     string
		description node
		labels      []string
	}
	wrong := map[string]string{}
	read := func(name string, v any) {
		if raw, ok := body.Fields[name]; ok && json.Unmarshal(raw, v) != nil {
			wrong[name] = "It has the wrong form."
		}
	}
	read("project", &in.project)
	read("issuetype", &in.kind)
	read("summary", &in.summary)
	read("description", &in.description)
	read("labels", &in.labels)
	p := j.project(w, r.PathValue("site"), in.project.Key)
	if p == nil {
		return
	}
	if p.locked || g.reader {
		sayJSON(w, http.StatusForbidden, map[string]any{"errorMessages": []string{"You may not create issues here."}})
		return
	}
	for _, f := range p.fields() {
		if _, given := body.Fields[f.id]; f.required && !f.given && !given {
			wrong[f.id] = f.name + " is needed."
		}
	}
	for name := range body.Fields {
		if !slices.ContainsFunc(p.fields(), func(f screenField) bool { return f.id == name }) {
			wrong[name] = "It is not on the screen."
		}
	}
	number, err := strconv.Atoi(in.kind.ID)
	switch {
	case err != nil || number < 10004 || number-10004 >= len(p.types):
		wrong["issuetype"] = "There is no such type."
	case in.summary == "" || utf8.RuneCountInString(in.summary) > 255 || strings.Contains(in.summary, "\n"):
		wrong["summary"] = "It must be one line of at most 255 characters."
	case body.Fields["description"] != nil && (in.description.Type != "doc" || in.description.Version != 1):
		wrong["description"] = "It must be a document."
	case slices.ContainsFunc(in.labels, func(l string) bool { return strings.Contains(l, " ") }):
		wrong["labels"] = "A label has no spaces."
	case p.key == "FORMS":
		wrong["summary"] = "A validator says no."
	}
	if len(wrong) > 0 {
		sayJSON(w, http.StatusBadRequest, map[string]any{"errorMessages": []string{}, "errors": wrong})
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	i := Issue{Site: r.PathValue("site"), Project: p.key, Key: p.key + "-" + strconv.Itoa(len(j.issues)+1), Type: p.types[number-10004], Summary: in.summary,
		Description: strings.TrimSpace(in.description.text()), Labels: in.labels}
	j.issues = append(j.issues, i)
	if j.dropped > 0 {
		j.dropped--
		panic(http.ErrAbortHandler) // the connection ends; what was done is done
	}
	sayJSON(w, http.StatusCreated, map[string]any{"id": strconv.Itoa(20000 + len(j.issues)), "key": i.Key, "self": "https://api.atlassian.com/"})
}

// node is one of Atlassian's document format.
type node struct {
	Type    string `json:"type"`
	Version int    `json:"version"`
	Text    string `json:"text"`
	Content []node `json:"content"`
}

func (n node) text() string {
	out := n.Text
	for _, c := range n.Content {
		out += c.text()
	}
	if n.Type == "paragraph" {
		out += "\n"
	}
	return out
}
