package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"patchbay/connector"
	"patchbay/remote"
)

// ticketCodes are the ends of opening a ticket that are the same everywhere.
var ticketCodes = []Code{
	{"NO_TICKETS", "A connector of this kind opens no tickets.", "", "Use a connector to a ticket system.", connector.Unverified},
}

// OpenTicket opens a ticket at the other side that the question is about, or only finds out whether it could. It is the one thing in this room
// that changes something there, and no check comes here. The outcome is Healthy where there is a ticket, and says why not where there is none;
// the ticket's texts are sent without their control characters. When it returns, no connection is open.
func (p *Probe) OpenTicket(ctx context.Context, q connector.Question, t connector.NewTicket) (connector.Ticket, connector.Outcome) {
	ctx, cancel := context.WithTimeout(ctx, p.Deadline)
	defer cancel()
	a := &asking{probe: p, told: q.Step, secrets: q.Secrets, bearers: q.Bearer, who: "an anonymous caller"}
	switch check := q.Check.(type) {
	case connector.ReadJira:
		return a.openIssue(ctx, check, t)
	case connector.ReadServiceNow:
		return a.openIncident(ctx, check, t)
	}
	return connector.Ticket{}, a.end("NO_TICKETS", "")
}

// inTicket makes a text fit to stand in a ticket: one line without control characters.
func inTicket(text string) string { return remote.Excerpt(text, 2000) }

// send makes a request that sends JSON.
func (t *talk) send(ctx context.Context, v any, path ...string) (*http.Request, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	req, err := t.request(ctx, http.MethodPost, bytes.NewReader(text), nil, path...)
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}

// nothingSent are the codes of requests that did not leave, or not as a whole.
var nothingSent = []string{"SECRET_", "ADDRESS_", "PLAIN_HTTP_", "DNS_", "CONNECT_", "TLS_", "JIRA_"}

// unconfirmed turns the end of a request that changes something into one that says so, where nobody knows whether it was carried out: it left,
// and no answer came, or one from something in between. heard tells that an answer came.
func (t *talk) unconfirmed(out *connector.Outcome, r reply, heard bool, code string) *connector.Outcome {
	switch {
	case out == nil, heard && r.StatusCode < 500:
		return out
	case heard:
		return t.ended(code, r.Status)
	case slices.ContainsFunc(nothingSent, func(p string) bool { return strings.HasPrefix(out.Code, p) }):
		return out
	}
	seen := out.Code
	if n := len(t.steps); n > 0 {
		seen = t.steps[n-1].Evidence
	}
	return t.ended(code, seen)
}
