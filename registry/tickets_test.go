package registry_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/access"
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

// counter is a desk at which everybody stays until the test lets them go.
type counter struct {
	came, leave chan struct{}
	mu          sync.Mutex
	here, most  int
}

func (h *renewing) stays() *counter {
	at := &counter{came: make(chan struct{}, 100), leave: make(chan struct{})}
	h.desk.before = func() {
		at.mu.Lock()
		at.here++
		at.most = max(at.most, at.here)
		at.mu.Unlock()
		at.came <- struct{}{}
		<-at.leave
		at.mu.Lock()
		at.here--
		at.mu.Unlock()
	}
	return at
}

// opens asks for a ticket on the side; the answer comes through the channel.
func (h *renewing) opens(ctx context.Context, a access.Actor) <-chan error {
	out := make(chan error, 1)
	go func() {
		_, err := h.OpenTicket(ctx, a, h.id, connector.NewTicket{Title: "Finding"})
		out <- err
	}()
	return out
}

// until waits for something that is bound to happen.
func (h *renewing) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	(&watching{h: h.house}).until(t, what, is)
}

func TestTicketsAreOpenedUnderTheLimitsOfChecks(t *testing.T) {
	h := renewsWithin(t, registry.Limits{AtOnce: 8, PerHost: 2, PerUser: 3})
	at := h.stays()
	var mine []<-chan error
	for range 3 {
		mine = append(mine, h.opens(t.Context(), editor))
	}
	<-at.came
	<-at.came
	h.until(t, "the third waits for a place at the host", func() bool { return registry.Waiting(h.Registry) == 1 })
	var busy *connector.Busy
	if _, err := h.open(t); !errors.As(err, &busy) || busy.After <= 0 || !strings.Contains(busy.Text, "no ticket was opened") {
		t.Errorf("OpenTicket() of a fourth by the same person = %v, want it refused as busy", err)
	}
	other := h.opens(t.Context(), rivalEditor)
	h.until(t, "another person's waits, too", func() bool { return registry.Waiting(h.Registry) == 2 })
	if n := len(h.events(t, "connector.ticket-begun")); n != 2 {
		t.Errorf("%d tickets are said to have begun, want the two whose turn it is", n)
	}
	close(at.leave)
	for _, answer := range append(mine, other) {
		if err := <-answer; err != nil {
			t.Errorf("OpenTicket() whose turn came = %v", err)
		}
	}
	if at.most != 2 || len(h.desk.seen) != 4 {
		t.Errorf("%d tickets were opened, %d at the same time, want 4 and two at most", len(h.desk.seen), at.most)
	}
}

func TestATicketThatWaitsIsAskedForAnew(t *testing.T) {
	h := renewsWithin(t, registry.Limits{AtOnce: 1, PerHost: 1})
	at := h.stays()
	key, err := h.Mint(t.Context(), admin, h.hub, "ci", access.Editor)
	if err != nil {
		t.Fatal(err)
	}
	good, err := h.Mint(t.Context(), admin, h.hub, "good", access.Editor)
	if err != nil {
		t.Fatal(err)
	}
	first := h.opens(t.Context(), editor)
	<-at.came
	ctx, leaves := context.WithCancel(t.Context())
	gone := h.opens(ctx, rivalEditor)
	h.until(t, "one waits", func() bool { return registry.Waiting(h.Registry) == 1 })
	leaves()
	if err := <-gone; !errors.Is(err, context.Canceled) || registry.Waiting(h.Registry) != 0 {
		t.Errorf("OpenTicket() for somebody who leaves before its turn = %v, and %d wait", err, registry.Waiting(h.Registry))
	}
	revoked, stays := h.opens(t.Context(), key.Actor()), h.opens(t.Context(), good.Actor())
	h.until(t, "two wait", func() bool { return registry.Waiting(h.Registry) == 2 })
	if _, err := h.Revoke(t.Context(), admin, key.ID); err != nil {
		t.Fatal(err)
	}
	close(at.leave)
	if err := <-revoked; !errors.Is(err, registry.ErrCredentials) {
		t.Errorf("OpenTicket() with a credential that was revoked while it waited = %v, want %v", err, registry.ErrCredentials)
	}
	if err := errors.Join(<-first, <-stays); err != nil || len(h.desk.seen) != 2 || len(h.events(t, "connector.ticket-begun")) != 2 {
		t.Errorf("the others = %v, and %d tickets were opened, want two", err, len(h.desk.seen))
	}

	// The connector, too, is what it is when the turn comes.
	at = h.stays()
	first = h.opens(t.Context(), editor)
	<-at.came
	late := h.opens(t.Context(), rivalEditor)
	h.until(t, "one waits again", func() bool { return registry.Waiting(h.Registry) == 1 })
	if _, err := h.Retire(t.Context(), editor, h.id, h.now(t, h.id).Version); err != nil {
		t.Fatal(err)
	}
	close(at.leave)
	if err := <-first; err != nil {
		t.Errorf("OpenTicket() = %v", err)
	}
	if err := <-late; !errors.Is(err, connector.ErrNotFound) || len(h.desk.seen) != 3 {
		t.Errorf("OpenTicket() of what is in the trash by now = %v, and %d tickets were opened", err, len(h.desk.seen))
	}
}

func TestATicketWhoseTurnDoesNotComeIsNotBegun(t *testing.T) {
	h := renewsWithin(t, registry.Limits{AtOnce: 1})
	at := h.stays()
	first := h.opens(t.Context(), editor)
	<-at.came
	late := h.opens(t.Context(), rivalEditor)
	h.until(t, "one waits", func() bool { return registry.Waiting(h.Registry) == 1 })
	stopped := make(chan struct{})
	go func() { h.Close(); close(stopped) }()
	var busy *connector.Busy
	if err := <-late; !errors.As(err, &busy) {
		t.Errorf("OpenTicket() that waits while the program stops = %v, want it refused as busy", err)
	}
	close(at.leave)
	if err := <-first; err != nil {
		t.Errorf("OpenTicket() that was begun when the program stopped = %v, want it ended", err)
	}
	<-stopped
	if n := len(h.events(t, "connector.ticket-begun")); n != 1 {
		t.Errorf("%d tickets are said to have begun, want one", n)
	}
}
