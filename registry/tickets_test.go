package registry_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
)

func TestATicketIsAudited(t *testing.T) {
	h := renews(t)
	h.clock.pass(time.Second)
	got, err := h.OpenTicket(registry.From(t.Context(), "192.0.2.7"), editor, h.id, connector.NewTicket{Title: "Finding uid-1"})
	if err != nil || got.ID != "SEC-1" {
		t.Fatalf("OpenTicket() = %+v, %v", got, err)
	}
	for action, detail := range map[string]string{"connector.ticket-begun": "Finding uid-1", "connector.ticket-opened": "SEC-1"} {
		if ev := h.events(t, action); len(ev) != 1 || ev[0].Detail != detail || ev[0].Actor != "user:edda" || ev[0].Address != "192.0.2.7" {
			t.Errorf("events of %s = %+v, want one with %q", action, ev, detail)
		}
	}
	if _, err := h.OpenTicket(t.Context(), editor, h.id, connector.NewTicket{Title: "x", Try: true}); err != nil || len(h.events(t, "connector.ticket-begun")) != 1 {
		t.Errorf("a try = %v, and has an event", err)
	}
	ctx, leaves := context.WithCancel(t.Context())
	h.desk.before = leaves
	if got, err := h.OpenTicket(ctx, editor, h.id, connector.NewTicket{Title: "y"}); err != nil || got.ID != "SEC-3" || len(h.events(t, "connector.ticket-opened")) != 2 {
		t.Errorf("OpenTicket() for somebody who leaves = %+v, %v, want it opened and noted", got, err)
	}
	h.desk.before = nil
	h.desk.out = connector.Outcome{Status: connector.Failing, Code: "JIRA_MAY_NOT_CREATE", Text: "No.", Next: "Ask."}
	var no *registry.TicketRefused
	if _, err := h.open(t); !errors.As(err, &no) || no.Code != "JIRA_MAY_NOT_CREATE" || err.Error() != "No. Ask." {
		t.Errorf("OpenTicket() that is refused = %v", err)
	}
	if ev := h.events(t, "connector.ticket-refused"); len(ev) != 1 || ev[0].Detail != "JIRA_MAY_NOT_CREATE" {
		t.Errorf("events = %+v", ev)
	}
	// What cannot be audited is not begun.
	exec(t, h.store.Dir(), `CREATE TRIGGER silent BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	before := len(h.desk.seen)
	if _, err := h.open(t); err == nil || len(h.desk.seen) != before {
		t.Errorf("OpenTicket() that cannot be noted = %v after %d tickets", err, len(h.desk.seen)-before)
	}
}

func TestNoTicketThroughWhatNobodyAuthorised(t *testing.T) {
	h := renews(t)
	c := h.house.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "New", Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}})
	var no *registry.TicketRefused
	if _, err := h.OpenTicket(t.Context(), editor, c.ID, connector.NewTicket{Title: "x"}); !errors.As(err, &no) || no.Code != "NEEDS_A_PERSON" || len(h.desk.seen) != 0 {
		t.Errorf("OpenTicket() = %v", err)
	}
	if strings.Contains(no.Error(), "  ") || !strings.HasSuffix(no.Error(), ".") {
		t.Errorf("Error() = %q", no)
	}
	bare, _ := letting(t)
	git := bare.kept(t, bare.git(bare.acme))
	if _, err := bare.OpenTicket(t.Context(), editor, git.ID, connector.NewTicket{Title: "x"}); !errors.As(err, &no) || no.Code != "NO_TICKETS_HERE" {
		t.Errorf("OpenTicket() of a registry that opens none = %v", err)
	}
}
