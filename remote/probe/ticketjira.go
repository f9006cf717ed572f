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

const (
	// mostTypes is how many issue types of a project are looked into, since each costs a request.
	mostTypes = 5
	// longestSummary is how many characters Jira takes for a summary.
	longestSummary = 255
)

// openIssue opens an issue in the connector's project.
func (a *asking) openIssue(ctx context.Context, q connector.ReadJira, t connector.NewTicket) (connector.Ticket, connector.Outcome) {
	j, out := a.jira(ctx, q)
	if out != nil {
		return connector.Ticket{}, *out
	}
	defer j.leave()
	form, out := j.form(ctx)
	if out != nil {
		return connector.Ticket{}, *out
	}
	if t.Try {
		return connector.Ticket{Address: j.address(q.ProjectKey)}, j.end("JIRA_ISSUE_POSSIBLE", q.ProjectKey)
	}
	if t.Mark != "" && form.has("labels") {
		key, out := j.marked(ctx, t.Mark)
		if out != nil {
			return connector.Ticket{}, *out
		}
		if key != "" {
			return connector.Ticket{ID: key, Address: j.address(key)}, j.end("JIRA_ISSUE_FOUND", key)
		}
	}
	key, out := j.create(ctx, form, t)
	if out != nil {
		return connector.Ticket{}, *out
	}
	return connector.Ticket{ID: key, Address: j.address(key)}, j.end("JIRA_ISSUE_CREATED", key)
}

// address is where people read an issue; "" where the site's address is not known.
func (j *jiraAsking) address(key string) string {
	if connector.HTTPSURL(j.q.Site) != "" {
		return ""
	}
	return strings.TrimRight(j.q.Site, "/") + "/browse/" + key
}

// issueForm is an issue type with the fields that can be filled in.
type issueForm struct {
	id, name string
	fields   []string
}

func (f issueForm) has(field string) bool { return slices.Contains(f.fields, field) }

// form finds the issue type that a ticket is opened as: the first, plain ones before others, that asks for nothing that we do not know.
func (j *jiraAsking) form(ctx context.Context) (issueForm, *connector.Outcome) {
	forms, out := j.types(ctx)
	if out != nil {
		return issueForm{}, out
	}
	var lacks []string
	for _, f := range forms[:min(len(forms), mostTypes)] {
		lack, out := j.look(ctx, &f)
		if out != nil {
			return f, out
		}
		if len(lack) == 0 {
			return f, nil
		}
		lacks = append(lacks, f.name+" asks for "+strings.Join(lack, " and "))
	}
	seen := listOr(lacks, "it has none but for parts of other issues")
	j.since(j.probe.now(), use, connector.StepFailed, seen)
	return issueForm{}, j.ended("JIRA_NO_ISSUE_TYPE", seen)
}

// types lists the issue types of the project in the order in which they are tried. Their names are in the language of the site.
func (j *jiraAsking) types(ctx context.Context) ([]issueForm, *connector.Outcome) {
	var list struct {
		IssueTypes []struct {
			ID, Name string
			Subtask  bool
		}
	}
	_, out := j.asks(ctx, use, j.at(ctx, nil, "issue", "createmeta", j.q.ProjectKey, "issuetypes"), func(r reply) judged {
		switch {
		case r.StatusCode != http.StatusOK || r.isPage() || len(r.body) == 0:
			return j.misfit(r, "JIRA_PROJECT_NOT_FOUND")
		case !r.json(&list):
			return j.notJira(r)
		}
		return judged{silent: true}
	})
	var forms []issueForm
	for _, t := range list.IssueTypes {
		if isPlain(t.ID) && !t.Subtask {
			forms = append(forms, issueForm{id: t.ID, name: remote.Excerpt(j.hide.in(t.Name), 40)})
		}
	}
	slices.SortStableFunc(forms, func(a, b issueForm) int { return liking(a.name) - liking(b.name) })
	return forms, out
}

func liking(name string) int {
	first := []string{"Task", "Bug"}
	if i := slices.Index(first, name); i >= 0 {
		return i
	}
	return len(first)
}

// look finds out which fields a type has, and which of those that it asks for nobody here can fill in. Where the list of fields is longer than
// is read, only what every type has is filled in, and Jira says what is missing.
func (j *jiraAsking) look(ctx context.Context, f *issueForm) (lacks []string, out *connector.Outcome) {
	var list struct {
		Fields []struct {
			FieldID, Key, Name        string
			Required, HasDefaultValue bool
		}
	}
	j.long = true
	defer func() { j.long = false }()
	r, out := j.asks(ctx, use, j.at(ctx, url.Values{"maxResults": {"200"}}, "issue", "createmeta", j.q.ProjectKey, "issuetypes", f.id), func(r reply) judged {
		switch {
		case r.StatusCode != http.StatusOK || r.isPage() || len(r.body) == 0:
			return j.misfit(r, "JIRA_PROJECT_NOT_FOUND")
		case !r.cut && !r.json(&list):
			return j.notJira(r)
		}
		return judged{silent: true}
	})
	if out != nil || r.cut {
		return nil, out
	}
	known := []string{"project", "issuetype", "summary", "description", "labels"}
	for _, field := range list.Fields {
		id := field.FieldID
		if id == "" {
			id = field.Key
		}
		switch {
		case slices.Contains(known, id):
			f.fields = append(f.fields, id)
		case field.Required && !field.HasDefaultValue:
			lacks = append(lacks, remote.Excerpt(j.hide.in(field.Name), 40))
		}
	}
	return lacks, nil
}

// marked looks for an issue with the mark. The index behind it lags a little, so what was created a moment ago may not be found.
func (j *jiraAsking) marked(ctx context.Context, mark string) (key string, out *connector.Outcome) {
	query := url.Values{"jql": {`project = "` + j.q.ProjectKey + `" AND labels = "` + mark + `"`}, "fields": {"key"}, "maxResults": {"1"}}
	_, out = j.asks(ctx, use, j.at(ctx, query, "search", "jql"), func(r reply) judged {
		var found struct{ Issues []struct{ Key string } }
		switch {
		case r.StatusCode != http.StatusOK || r.isPage() || len(r.body) == 0:
			return j.misfit(r, "")
		case !r.json(&found):
			return j.notJira(r)
		}
		note := ", there is no issue with the mark " + mark + " yet"
		if len(found.Issues) > 0 && isPlain(found.Issues[0].Key) {
			key = found.Issues[0].Key
			note = ", " + key + " has the mark " + mark
		}
		return judged{state: connector.StepOK, note: note}
	})
	return key, out
}

// create creates the issue and gives its key.
func (j *jiraAsking) create(ctx context.Context, f issueForm, t connector.NewTicket) (key string, out *connector.Outcome) {
	type named map[string]any
	fields := named{"project": named{"key": j.q.ProjectKey}, "issuetype": named{"id": f.id}, "summary": remote.Excerpt(t.Title, longestSummary)}
	if f.has("description") {
		fields["description"] = document(t)
	}
	if t.Mark != "" && f.has("labels") {
		fields["labels"] = []string{t.Mark}
	}
	heard := false
	r, out := j.asks(ctx, use, func() (*http.Request, error) { return j.send(ctx, named{"fields": fields}, j.below("issue")...) }, func(r reply) judged {
		var made struct {
			Key    string
			Errors map[string]any
		}
		heard = true
		failed := judged{state: connector.StepFailed, note: j.typeNote(r.Response), seen: r.Status}
		is := r.json(&made)
		switch {
		case r.StatusCode == http.StatusCreated && is && isPlain(made.Key):
			key = made.Key
			return judged{state: connector.StepOK, note: ", " + key}
		case r.StatusCode == http.StatusBadRequest && is:
			failed.code, failed.seen = "JIRA_ISSUE_REFUSED", refusedFields(made.Errors)
		case r.StatusCode == http.StatusForbidden && !r.isPage():
			failed.code, failed.seen = "JIRA_MAY_NOT_CREATE", j.q.ProjectKey
		case r.StatusCode < 300:
			failed.code = "JIRA_ISSUE_UNCONFIRMED"
		default:
			return j.misfit(r, "JIRA_PROJECT_NOT_FOUND")
		}
		return failed
	})
	return key, j.unconfirmed(out, r, heard, "JIRA_ISSUE_UNCONFIRMED")
}

// refusedFields names the fields that Jira complained of; what it wrote about them is not shown.
func refusedFields(errors map[string]any) string {
	var names []string
	for name := range errors {
		if isWord(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	switch len(names) {
	case 0:
		return "it names no field"
	case 1:
		return "it complains of the field " + names[0]
	}
	return "it complains of the fields " + listOr(names, "")
}

// document writes the ticket's text in Atlassian's document format.
func document(t connector.NewTicket) any {
	type node map[string]any
	text := func(s string, marks ...any) node {
		n := node{"type": "text", "text": s}
		if len(marks) > 0 {
			n["marks"] = marks
		}
		return n
	}
	paragraph := func(content ...any) node { return node{"type": "paragraph", "content": content} }
	var content []any
	for _, line := range t.Lines {
		if line = inTicket(line); line != "" {
			content = append(content, paragraph(text(line)))
		}
	}
	var items []any
	for _, f := range t.Facts {
		if value := inTicket(f.Value); value != "" {
			items = append(items, node{"type": "listItem", "content": []any{paragraph(text(f.Name+": ", node{"type": "strong"}), text(value))}})
		}
	}
	if len(items) > 0 {
		content = append(content, node{"type": "bulletList", "content": items})
	}
	return node{"type": "doc", "version": 1, "content": content}
}
