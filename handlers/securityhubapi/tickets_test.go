package securityhubapi_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/oauth"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
)

// OpenTicket is the other side of every ticket.
func (h *house) OpenTicket(_ context.Context, _ connector.Question, t connector.NewTicket) (connector.Ticket, connector.Outcome) {
	h.mu.Lock()
	during := h.during
	h.mu.Unlock()
	if during != nil {
		during()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refusal.Code != "" {
		return connector.Ticket{}, h.refusal
	}
	if t.Try {
		return connector.Ticket{Address: "https://tickets.example.com/"}, healthy
	}
	h.tickets = append(h.tickets, t)
	id := "T-" + strconv.Itoa(len(h.tickets))
	return connector.Ticket{ID: id, Address: "https://tickets.example.com/" + id}, healthy
}

func (h *house) refuses(out connector.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refusal = out
}

func TestTickets(t *testing.T) {
	h := opened(t)
	h.secret(t)
	jira, id := h.jira(t, "jira"), h.snow(t, "snow")
	ask := func(id, more string) reply {
		return h.ask(t, access.Editor, post, "/ticketsv2", `{"ConnectorId":"`+id+`","FindingMetadataUid":"uid-1"`+more+`}`)
	}
	ask(jira, "").refused(t, 409, "ConflictException", "not authorised")
	ask(unknown, "").refused(t, 404, "ResourceNotFoundException", "no such connector")
	azure := h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"other","Provider":{"Other":{}}}`).ok(t).get("ConnectorId")
	ask(azure, "").refused(t, 409, "ConflictException", "kind Other opens no tickets")
	if dry := ask(id, `,"Mode":"DRYRUN"`).ok(t); dry.text != `{"TicketId":"DRYRUN","TicketSrcUrl":"https://tickets.example.com/"}` || len(h.tickets) != 0 {
		t.Errorf("a dry run = %s, and %d tickets", dry.text, len(h.tickets))
	}

	first := ask(id, `,"ClientToken":"t"`).ok(t)
	if first.text != `{"TicketId":"T-1","TicketSrcUrl":"https://tickets.example.com/T-1"}` {
		t.Errorf("CreateTicketV2 = %s", first.text)
	}
	if again := ask(id, `,"ClientToken":"t"`).ok(t); again.text != first.text || len(h.tickets) != 1 {
		t.Errorf("the same call again = %s after %d tickets", again.text, len(h.tickets))
	}
	h.ask(t, access.Editor, post, "/ticketsv2", `{"ConnectorId":"`+id+`","FindingMetadataUid":"uid-2","ClientToken":"t"}`).refused(t, 409, "ConflictException", "ClientToken")
	ask(id, "").ok(t)
	ticket, plain := h.tickets[0], h.tickets[1]
	if !regexp.MustCompile(`^patchbay-[0-9a-f]{16}$`).MatchString(ticket.Mark) || plain.Mark != "" || ticket.Title != "Security Hub finding uid-1" {
		t.Errorf("the tickets are %+v and %+v", ticket, plain)
	}
	for _, want := range []connector.Fact{{Name: "Finding", Value: "uid-1"}, {Name: "AWS account", Value: account}, {Name: "Region", Value: region}, {Name: "Connector", Value: arn(account, id)}} {
		found := false
		for _, f := range ticket.Facts {
			found = found || f == want
		}
		if !found {
			t.Errorf("the ticket says %+v, want %+v among it", ticket.Facts, want)
		}
	}
}

func TestRefusedTicketsAreSaidInTheVendorsWords(t *testing.T) {
	h := opened(t)
	h.secret(t)
	id := h.snow(t, "snow")
	for code, want := range map[string]struct {
		status int
		name   string
	}{
		"JIRA_PROJECT_NOT_FOUND": {409, "ConflictException"}, "JIRA_ISSUE_UNCONFIRMED": {409, "ConflictException"}, "SERVICENOW_ASLEEP": {409, "ConflictException"},
		"SECRET_MISSING": {409, "ConflictException"}, "RATE_LIMITED": {429, "ThrottlingException"}, "SERVER_ERROR": {500, "InternalServerException"},
		"TIMEOUT": {500, "InternalServerException"}, "JIRA_RENEWAL_NOT_KEPT": {500, "InternalServerException"},
	} {
		h.refuses(connector.Outcome{Status: connector.Failing, Code: code, Text: "It is so.", Next: "Do that."})
		got := h.ask(t, access.Editor, post, "/ticketsv2", `{"ClientToken":"`+code+`","ConnectorId":"`+id+`","FindingMetadataUid":"u"}`)
		got.refused(t, want.status, want.name, "It is so. Do that.")
		if (got.header.Get("Retry-After") != "") != (want.status == 429) {
			t.Errorf("%s: Retry-After = %q", code, got.header.Get("Retry-After"))
		}
	}
	h.refuses(connector.Outcome{})
	h.ask(t, access.Editor, post, "/ticketsv2", `{"ClientToken":"TIMEOUT","ConnectorId":"`+id+`","FindingMetadataUid":"u"}`).ok(t) // a refusal is not what is answered for ever
}

// TestTicketsThroughTheOfficialClient opens tickets with AWS's own client, through the door, the registry, the probe and the guarded dialer, at
// an Atlassian and a ServiceNow that are played on this machine.
func TestTicketsThroughTheOfficialClient(t *testing.T) {
	const password = "canary-2d7e-of-the-rehearsal"
	there, err := rehearsal.New("ci-bot", password, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := there.Close(); err != nil {
			t.Error(err)
		}
	})
	dialer := remote.New(remote.Config{AllowLoopback: true, ConnectTo: there.Routes(), Roots: there.Roots()})
	h := speaking(t, func(c *registry.Config) {
		p := probe.New(dialer, nil)
		c.Asker, c.Tickets, c.OAuth.Exchanger, c.OAuth.Refresher = p, p, oauth.New(dialer), oauth.New(dialer)
	})
	app := securityhub.Atlassian()
	app.Workspace, app.ClientID = h.workspace.ID, rehearsal.JiraClient
	if _, err := h.SetOAuthApp(t.Context(), admin, app, connector.NewSecret(password)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.KeepSecret(t.Context(), admin, connector.NamedSecret{Kind: connector.SecretOAuth, SecretName: connector.SecretName{Workspace: h.workspace.ID, Name: secret}},
		connector.NewSecret(`{"ClientId":"`+rehearsal.DeskClient+`","ClientSecret":"`+password+`"}`)); err != nil {
		t.Fatal(err)
	}
	key := h.keys[access.Editor]
	client := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-run=TestTicketsAtTheOtherSide", "./testdata/walk")
	client.Env = append(os.Environ(), "DOOR_URL="+h.url, "DOOR_SECRET="+secret, "DOOR_EDITOR="+key.AccessKeyID+" "+key.SecretAccessKey.Reveal(),
		"DOOR_CODES="+there.Jira.Code("")+" "+there.Jira.Code("")+" "+there.Jira.Code(""))
	if out, err := client.CombinedOutput(); err != nil || strings.Contains(string(out), "no tests to run") {
		t.Fatalf("the client: %v\n%s", err, out)
	}
	issues, incidents := there.Jira.Issues(), there.Desk.Incidents()
	if len(issues) != 1 || issues[0].Key != "SEC-1" || issues[0].Type != "Task" || issues[0].Summary != "Security Hub finding uid-1" || len(issues[0].Labels) != 1 ||
		!strings.Contains(issues[0].Description, "Finding: uid-1\nAWS account: "+account+"\nRegion: "+region+"\nConnector: arn:aws:securityhub:") {
		t.Errorf("the issues are %+v, want one", issues)
	}
	if len(incidents) != 1 || incidents[0].Host != "acme.service-now.com" || incidents[0].Title != "Security Hub finding uid-2" || !strings.Contains(incidents[0].Text, "Finding: uid-2") {
		t.Errorf("the incidents are %+v, want one", incidents)
	}
	for action, n := range map[string]int{"connector.ticket-begun": 4, "connector.ticket-opened": 2, "connector.ticket-refused": 2} {
		ev, err := h.Events(t.Context(), admin, access.EventQuery{Action: action, Size: 20})
		if err != nil || len(ev) != n {
			t.Errorf("%d events of %s, %v, want %d", len(ev), action, err, n)
		}
		for _, e := range ev {
			if strings.Contains(e.Detail, password) {
				t.Errorf("the log has a secret in it: %+v", e)
			}
		}
	}
}
