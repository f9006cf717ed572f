package probe

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"patchbay/connector"
	"patchbay/remote"
)

// longestShort is how many characters ServiceNow takes for a short description.
const longestShort = 160

// openIncident opens an incident at the connector's instance. Trying it can tell no more than that the table is read: there is no question that
// tells what may be created.
func (a *asking) openIncident(ctx context.Context, q connector.ReadServiceNow, t connector.NewTicket) (connector.Ticket, connector.Outcome) {
	s, out := a.serviceNow(ctx, q)
	if out != nil {
		return connector.Ticket{}, *out
	}
	defer s.leave()
	query := url.Values{"sysparm_limit": {"1"}, "sysparm_fields": {"sys_id,number"}}
	if t.Mark != "" && !t.Try {
		query.Set("sysparm_query", "correlation_id="+t.Mark)
	}
	if t.Mark != "" || t.Try {
		rows, out := s.rows(ctx, query)
		switch {
		case out != nil:
			return connector.Ticket{}, *out
		case t.Try:
			return connector.Ticket{Address: s.address("incident_list.do")}, s.end("SERVICENOW_INCIDENT_POSSIBLE", "")
		case len(rows) > 0 && isPlain(rows[0].ID):
			return s.ticket(rows[0]), s.end("SERVICENOW_INCIDENT_FOUND", remote.Excerpt(rows[0].Number, 40))
		}
	}
	row, out := s.open(ctx, t)
	if out != nil {
		return connector.Ticket{}, *out
	}
	return s.ticket(row), s.end("SERVICENOW_INCIDENT_OPENED", remote.Excerpt(row.Number, 40))
}

func (s *instance) ticket(r record) connector.Ticket {
	return connector.Ticket{ID: r.ID, Address: s.address("incident.do?sys_id=" + r.ID)}
}

// address is where people see what is at a path of the instance, in the form in which the vendor's own tools give it.
func (s *instance) address(path string) string {
	return strings.TrimSuffix(string(s.origin), ":443") + "/nav_to.do?uri=" + path
}

// open opens the incident.
func (s *instance) open(ctx context.Context, t connector.NewTicket) (made record, out *connector.Outcome) {
	var text []string
	for _, line := range t.Lines {
		text = append(text, inTicket(line))
	}
	for _, f := range t.Facts {
		if value := inTicket(f.Value); value != "" {
			text = append(text, f.Name+": "+value)
		}
	}
	body := map[string]string{"short_description": remote.Excerpt(t.Title, longestShort), "description": strings.Join(text, "\n")}
	if t.Mark != "" {
		body["correlation_id"], body["correlation_display"] = t.Mark, "Patchbay"
	}
	req, err := s.send(ctx, body, "api", "now", "table", "incident")
	if err == nil {
		req.URL.RawQuery = url.Values{"sysparm_fields": {"sys_id,number"}}.Encode()
		err = s.sign(req)
	}
	if err != nil {
		return made, s.unsent(use, err)
	}
	heard := false
	r, out := s.ask(ctx, req, use, func(r reply) judged {
		var answer struct{ Result record }
		heard = true
		failed := judged{state: connector.StepFailed, note: s.typeNote(r.Response), seen: r.Status}
		switch {
		case r.StatusCode == http.StatusCreated && r.json(&answer) && isPlain(answer.Result.ID):
			made = answer.Result
			return judged{state: connector.StepOK, note: ", " + remote.Excerpt(s.hide.in(made.Number), 40)}
		case s.sleeps(r):
			failed.code = "SERVICENOW_ASLEEP"
		case r.isPage():
			return s.odd(r)
		case r.StatusCode == http.StatusUnauthorized:
			failed.code = "SERVICENOW_TOKEN_REFUSED"
		case r.StatusCode == http.StatusForbidden:
			failed.code = "SERVICENOW_MAY_NOT_CREATE"
		case r.StatusCode == http.StatusNotFound:
			failed.code = "SERVICENOW_TABLE_MISSING"
		case r.StatusCode == http.StatusBadRequest:
			failed.code = "SERVICENOW_INCIDENT_REFUSED"
		case r.StatusCode < 300:
			failed.code = "SERVICENOW_INCIDENT_UNCONFIRMED"
		default:
			return s.odd(r)
		}
		return failed
	})
	return made, s.unconfirmed(out, r, heard, "SERVICENOW_INCIDENT_UNCONFIRMED")
}
