package probe_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
)

func finding(mark string) connector.NewTicket {
	return connector.NewTicket{Title: "Security Hub finding uid-1\n" + strings.Repeat("x", 300), Lines: []string{"First line.", "", "Second line."},
		Facts: []connector.Fact{{Name: "Finding", Value: "uid-1"}, {Name: "Nothing", Value: ""}}, Mark: mark}
}

func TestAnIssueIsCreatedOnce(t *testing.T) {
	s := staged(t)
	p := s.person(t, "")
	open := func(project, mark string) (connector.Ticket, connector.Outcome) {
		return s.probe.OpenTicket(t.Context(), p.asks(project), finding(mark))
	}
	ticket, out := open("SEC", "patchbay-1")
	want(t, out, connector.Healthy, "JIRA_ISSUE_CREATED")
	if ticket != (connector.Ticket{ID: "SEC-1", Address: "https://acme.atlassian.net/browse/SEC-1"}) {
		t.Errorf("OpenTicket() = %+v", ticket)
	}
	issue := s.Jira.Issues()[0]
	if issue.Type != "Task" || issue.Description != "First line.\nSecond line.\nFinding: uid-1" || len(issue.Labels) != 1 || issue.Labels[0] != "patchbay-1" ||
		!strings.HasPrefix(issue.Summary, "Security Hub finding uid-1 xxx") || len([]rune(issue.Summary)) != 255 {
		t.Errorf("the issue is %+v", issue)
	}
	if again, out := open("SEC", "patchbay-1"); again != ticket || out.Code != "JIRA_ISSUE_FOUND" || len(s.Jira.Issues()) != 1 {
		t.Errorf("OpenTicket() with the same mark = %+v, %s, and there are %d issues", again, out.Code, len(s.Jira.Issues()))
	}
	if other, _ := open("SEC", "patchbay-2"); other.ID != "SEC-2" {
		t.Errorf("OpenTicket() with another mark = %+v", other)
	}
	if unmarked, _ := open("SEC", ""); unmarked.ID != "SEC-3" || len(s.Jira.Issues()[2].Labels) != 0 {
		t.Errorf("OpenTicket() without a mark = %+v", unmarked)
	}
	// A screen without description and labels, and a type in another language.
	if ops, out := open("OPS", "patchbay-3"); ops.ID != "OPS-4" || out.Code != "JIRA_ISSUE_CREATED" || s.Jira.Issues()[3].Type != "Aufgabe" {
		t.Errorf("OpenTicket() in OPS = %+v, %s %s", ops, out.Code, out.Text)
	}
	s.Jira.Forget()
	if renewed, out := open("SEC", "patchbay-4"); renewed.ID != "SEC-5" {
		t.Errorf("OpenTicket() with a token that is refused = %+v, %s", renewed, out.Code)
	}
	clean(t, out, p.given...)
}

func TestWhyNoIssueIsCreated(t *testing.T) {
	s := staged(t)
	for _, tt := range []struct{ kind, project, code, says string }{
		{"", "NOPE", "JIRA_PROJECT_NOT_FOUND", "NOPE"},
		{"", "LOCKED", "JIRA_MAY_NOT_CREATE", "LOCKED"},
		{"reader", "SEC", "JIRA_MAY_NOT_CREATE", "SEC"},
		{"", "STRICT", "JIRA_NO_ISSUE_TYPE", "Task asks for Cost centre, Bug asks for Cost centre"},
		{"", "EMPTY", "JIRA_NO_ISSUE_TYPE", "none but for parts of other issues"},
		{"", "FORMS", "JIRA_ISSUE_REFUSED", "the field summary"},
		{"", "SHUT", "JIRA_FORBIDDEN", "403"},
		{"", "BUSY", "RATE_LIMITED", "429"},
	} {
		got, out := s.probe.OpenTicket(t.Context(), s.person(t, tt.kind).asks(tt.project), finding("m"))
		if out.Code != tt.code || out.Status == connector.Healthy || got != (connector.Ticket{}) || !strings.Contains(out.Text, tt.says) || strings.Contains(out.Text, "validator") {
			t.Errorf("OpenTicket(%s) = %+v, %s %q, want %s with %q", tt.project, got, out.Code, out.Text, tt.code, tt.says)
		}
	}
	gone := s.person(t, "")
	gone.stale = true
	s.Jira.Revoke()
	if _, out := s.probe.OpenTicket(t.Context(), gone.asks("SEC"), finding("m")); out.Code != "JIRA_CONSENT_GONE" {
		t.Errorf("OpenTicket() without a consent = %s", out.Code)
	}
	if n := len(s.Jira.Issues()); n != 0 {
		t.Errorf("%d issues were created", n)
	}
}

func TestATryChangesNothing(t *testing.T) {
	s := staged(t)
	try := finding("m")
	try.Try = true
	got, out := s.probe.OpenTicket(t.Context(), s.person(t, "").asks("SEC"), try)
	if out.Code != "JIRA_ISSUE_POSSIBLE" || got != (connector.Ticket{Address: "https://acme.atlassian.net/browse/SEC"}) {
		t.Errorf("OpenTicket() to try = %+v, %s", got, out.Code)
	}
	got, out = s.probe.OpenTicket(t.Context(), desk("https://acme.service-now.com", goodClient), try)
	if out.Code != "SERVICENOW_INCIDENT_POSSIBLE" || got != (connector.Ticket{Address: "https://acme.service-now.com/nav_to.do?uri=incident_list.do"}) {
		t.Errorf("OpenTicket() to try = %+v, %s", got, out.Code)
	}
	if len(s.Jira.Issues())+len(s.Desk.Incidents()) != 0 {
		t.Errorf("a try opened %v and %v", s.Jira.Issues(), s.Desk.Incidents())
	}
	_, out = s.probe.OpenTicket(t.Context(), s.person(t, "").asks("STRICT"), try)
	want(t, out, connector.Failing, "JIRA_NO_ISSUE_TYPE")
	_, out = s.probe.OpenTicket(t.Context(), desk("https://strict.service-now.com", goodClient), try)
	want(t, out, connector.Failing, "SERVICENOW_FORBIDDEN")
	_, out = s.probe.OpenTicket(t.Context(), connector.Question{Check: connector.Nothing{}}, try)
	want(t, out, connector.Unverified, "NO_TICKETS")
}

func TestAnIncidentIsOpenedOnce(t *testing.T) {
	s := staged(t)
	open := func(host, mark string) (connector.Ticket, connector.Outcome) {
		return s.probe.OpenTicket(t.Context(), desk("https://"+host+".service-now.com", goodClient), finding(mark))
	}
	ticket, out := open("acme", "patchbay-1")
	want(t, out, connector.Healthy, "SERVICENOW_INCIDENT_OPENED")
	got := s.Desk.Incidents()
	if len(got) != 1 || ticket.ID != got[0].ID || len(ticket.ID) != 32 || ticket.Address != "https://acme.service-now.com/nav_to.do?uri=incident.do?sys_id="+ticket.ID ||
		got[0].Text != "First line.\n\nSecond line.\nFinding: uid-1" || got[0].Mark != "patchbay-1" || len([]rune(got[0].Title)) != 160 {
		t.Fatalf("OpenTicket() = %+v, and the incidents are %+v", ticket, got)
	}
	if again, out := open("acme", "patchbay-1"); again != ticket || out.Code != "SERVICENOW_INCIDENT_FOUND" {
		t.Errorf("OpenTicket() with the same mark = %+v, %s", again, out.Code)
	}
	if unmarked, out := open("acme", ""); unmarked.ID == ticket.ID || out.Code != "SERVICENOW_INCIDENT_OPENED" {
		t.Errorf("OpenTicket() without a mark = %+v, %s", unmarked, out.Code)
	}
	for host, code := range map[string]string{"reader": "SERVICENOW_MAY_NOT_CREATE", "strict": "SERVICENOW_FORBIDDEN", "asleep": "SERVICENOW_ASLEEP", "closed": "SERVICENOW_GRANT_OFF"} {
		if got, out := open(host, "m"); out.Code != code || got.ID != "" {
			t.Errorf("OpenTicket() at %s = %+v, %s, want %s", host, got, out.Code, code)
		}
	}
}

// TestATicketWhoseAnswerGotLostIsFoundAgain: nobody knows whether it is there, which is said; the same request later finds it.
func TestATicketWhoseAnswerGotLostIsFoundAgain(t *testing.T) {
	s := staged(t)
	p := s.person(t, "")
	s.Jira.LoseIssues(1)
	_, out := s.probe.OpenTicket(t.Context(), p.asks("SEC"), finding("patchbay-1"))
	want(t, out, connector.Failing, "JIRA_ISSUE_UNCONFIRMED")
	if !strings.Contains(out.Text, "It may have been created.") {
		t.Errorf("Text = %q", out.Text)
	}
	if got, out := s.probe.OpenTicket(t.Context(), p.asks("SEC"), finding("patchbay-1")); got.ID != "SEC-1" || out.Code != "JIRA_ISSUE_FOUND" || len(s.Jira.Issues()) != 1 {
		t.Errorf("OpenTicket() again = %+v, %s, with %d issues", got, out.Code, len(s.Jira.Issues()))
	}
	q := desk("https://acme.service-now.com", goodClient)
	s.Desk.Lose(1)
	_, out = s.probe.OpenTicket(t.Context(), q, finding("patchbay-1"))
	want(t, out, connector.Failing, "SERVICENOW_INCIDENT_UNCONFIRMED")
	if got, out := s.probe.OpenTicket(t.Context(), q, finding("patchbay-1")); got.ID == "" || out.Code != "SERVICENOW_INCIDENT_FOUND" || len(s.Desk.Incidents()) != 1 {
		t.Errorf("OpenTicket() again = %+v, %s, with %d incidents", got, out.Code, len(s.Desk.Incidents()))
	}
}

// TestOddAnswersToATicket are instances that answer an insert as none should.
func TestOddAnswersToATicket(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		code   string
	}{
		{201, `{"result":{"sys_id":"../evil","number":"x"}}`, "SERVICENOW_INCIDENT_UNCONFIRMED"},
		{201, `{}`, "SERVICENOW_INCIDENT_UNCONFIRMED"},
		{200, `{"result":{"sys_id":"abc"}}`, "SERVICENOW_INCIDENT_UNCONFIRMED"},
		{504, ``, "SERVICENOW_INCIDENT_UNCONFIRMED"},
		{400, `{"error":{}}`, "SERVICENOW_INCIDENT_REFUSED"},
		{401, ``, "SERVICENOW_TOKEN_REFUSED"},
		{404, ``, "SERVICENOW_TABLE_MISSING"},
		{429, ``, "RATE_LIMITED"},
		{200, `<html>Hibernating`, "SERVICENOW_ASLEEP"},
		{200, `<html>in`, "PAGE_INSTEAD"},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /oauth_token.do", func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(`{"access_token":"a-token-of-the-instance"}`))
		})
		mux.HandleFunc("POST /api/now/table/incident", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tt.status)
			w.Write([]byte(tt.body))
		})
		got, out := loopback(5*time.Second).OpenTicket(t.Context(), desk(listen(t, mux), goodClient), connector.NewTicket{Title: "x"})
		if out.Code != tt.code || got != (connector.Ticket{}) || out.Status == connector.Healthy {
			t.Errorf("OpenTicket() after %d %s = %+v, %s %s, want %s", tt.status, tt.body, got, out.Code, out.Text, tt.code)
		}
	}
}
