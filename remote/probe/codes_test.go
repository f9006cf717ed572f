package probe_test

import (
	"flag"
	"net/http"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote/probe"
)

// met are the codes that checks of these tests really ended with.
var met sync.Map

// meet notes the code of an outcome that a test looks at.
func meet(o connector.Outcome) { met.Store(o.Code, true) }

// unreached are the codes that no test here ends a check with for certain, and why.
var unreached = map[string]string{
	"CONNECT_FAILED": "it takes a machine without a route to the address, or a server that resets in time; TestNoWayThere makes the error by hand",
}

// TestTheEndsOfTickets has a row for each code that only the opening of a ticket ends with, and that is good or plain.
func TestTheEndsOfTickets(t *testing.T) {
	s := staged(t)
	p := s.person(t, "")
	incident := func(host string) connector.Question { return desk("https://"+host+".service-now.com", goodClient) }
	try, marked := finding(""), finding("patchbay-ends")
	try.Try = true
	odd := http.NewServeMux()
	odd.HandleFunc("POST /oauth_token.do", says(200, "application/json", `{"access_token":"`+granted+`"}`))
	odd.HandleFunc("POST /api/now/table/incident", says(400, "application/json", `{"error":{}}`))
	for _, tt := range []struct {
		q    connector.Question
		what connector.NewTicket
		code string
	}{
		{p.asks("SEC"), try, "JIRA_ISSUE_POSSIBLE"}, {p.asks("SEC"), marked, "JIRA_ISSUE_CREATED"}, {p.asks("SEC"), marked, "JIRA_ISSUE_FOUND"}, {p.asks("FORMS"), finding("m"), "JIRA_ISSUE_REFUSED"},
		{p.asks("STRICT"), try, "JIRA_NO_ISSUE_TYPE"}, {incident("acme"), try, "SERVICENOW_INCIDENT_POSSIBLE"}, {incident("acme"), marked, "SERVICENOW_INCIDENT_OPENED"},
		{incident("acme"), marked, "SERVICENOW_INCIDENT_FOUND"}, {incident("reader"), finding(""), "SERVICENOW_MAY_NOT_CREATE"}, {connector.Question{Check: connector.Nothing{}}, try, "NO_TICKETS"},
	} {
		_, got := s.probe.OpenTicket(t.Context(), tt.q, tt.what)
		if meet(got); got.Code != tt.code {
			t.Errorf("OpenTicket() = %s %q, want %s", got.Code, got.Text, tt.code)
		}
	}
	_, got := loopback(5*time.Second).OpenTicket(t.Context(), desk(listen(t, odd), goodClient), connector.NewTicket{Title: "x"})
	if meet(got); got.Code != "SERVICENOW_INCIDENT_REFUSED" {
		t.Errorf("OpenTicket() at an instance that does not take it = %s %q", got.Code, got.Text)
	}
}

// unmet says which codes of the catalogue no check has ended with, once all tests have run; "" where some were left out by a flag.
func unmet() string {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.bench"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return ""
		}
	}
	var missing []string
	for _, c := range probe.Codes() {
		if _, has := met.Load(c.Code); !has && unreached[c.Code] == "" {
			missing = append(missing, c.Code)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	sort.Strings(missing)
	return "no check of these tests ends with " + strings.Join(missing, ", ") + "; let one do so, or say in unreached why none can"
}
