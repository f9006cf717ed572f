package registry

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Ticketer opens tickets at the other side of a question. The outcome is Healthy where there is one, and says why not where there is none.
type Ticketer interface {
	OpenTicket(ctx context.Context, q connector.Question, t connector.NewTicket) (connector.Ticket, connector.Outcome)
}

// TicketRefused is why no ticket was opened, as a check would say it.
type TicketRefused struct{ connector.Outcome }

// Error gives the sentences.
func (e *TicketRefused) Error() string {
	text := e.Text
	if e.Next != "" {
		text += " " + e.Next
	}
	return text
}

// ticketPatience is how long a ticket waits for its turn; a program that asked has given up by then, or soon will.
const ticketPatience = 30 * time.Second

// OpenTicket opens a ticket through a connector, or only tries whether it could. It takes its turn among the checks, under the same limits; while
// too much is on its way, and when its turn does not come within half a minute, the answer is *[connector.Busy] and nothing was begun. What is
// going to happen is audited before it does, since it cannot be taken back, and what came of it afterwards; one that is only tried changes
// nothing and has no event. A no of the other side is *[TicketRefused]; [ErrCredentials] is for a program whose credential was revoked while it
// waited.
func (r *Registry) OpenTicket(ctx context.Context, a access.Actor, id string, t connector.NewTicket) (connector.Ticket, error) {
	if err := may(a, access.Edit); err != nil {
		return connector.Ticket{}, err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return connector.Ticket{}, err
	}
	if r.tickets == nil {
		return connector.Ticket{}, &TicketRefused{noTickets}
	}
	it := newJob(connector.Run{ID: newID(), Connector: c.ID}, a, c.Spec.Check())
	it.draft = true // no check of the connector is answered with it, and nobody else sees it
	if _, _, err := r.jobs.claim(it); err != nil {
		return connector.Ticket{}, unopened(err)
	}
	var ticket connector.Ticket
	err = errTurnMissed
	r.jobs.start(it, func(turn context.Context) {
		if turn.Err() == nil {
			ticket, err = r.openInTurn(ctx, a, id, t)
		}
	}, nil)
	waiting, stop := context.WithTimeout(ctx, ticketPatience)
	defer stop()
	select {
	case <-it.done:
	case <-waiting.Done():
		r.jobs.cancel(it, errTurnMissed) // one that has begun is ended all the same
		<-it.done
	}
	if errors.Is(err, errTurnMissed) && ctx.Err() != nil {
		err = ctx.Err()
	}
	return ticket, unopened(err)
}

// errTurnMissed is a ticket that was given up, by its caller, for its time or for the end of the program, before it was begun.
var errTurnMissed = errors.New("the ticket's turn did not come")

// unopened says that no ticket was begun in words that are about tickets; what is something else stays as it is.
func unopened(err error) error {
	var busy *connector.Busy
	switch {
	case errors.As(err, &busy):
		return &connector.Busy{Text: "Too much is on its way to other sides already, so no ticket was opened. Wait a moment and try again.", After: busy.After}
	case errors.Is(err, errTurnMissed):
		return &connector.Busy{Text: "The ticket's turn did not come in time, so none was opened. Try again in half a minute.", After: 30 * time.Second}
	}
	return err
}

// openInTurn opens the ticket. Its turn may have been long in coming, so the connector is taken as it is now, and a credential must still be good.
func (r *Registry) openInTurn(ctx context.Context, a access.Actor, id string, t connector.NewTicket) (connector.Ticket, error) {
	if err := r.stillGood(ctx, a); err != nil {
		return connector.Ticket{}, err
	}
	c, err := r.living(ctx, a, id)
	if err != nil {
		return connector.Ticket{}, err
	}
	if s, ok := c.Spec.(connector.Starting); ok {
		if status, why := s.Start(); status == connector.Waiting {
			return connector.Ticket{}, &TicketRefused{needsAPerson(status, why)}
		}
	}
	if !t.Try {
		ev := r.connectorEvent(ctx, a, "connector.ticket-begun", c)
		ev.Detail = shortened(t.Title)
		if err := r.store.Note(ctx, ev); err != nil {
			return connector.Ticket{}, err
		}
	}
	// Whoever asked may have gone, but what was begun is ended, or nobody would know what came of it.
	working, stop := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	defer stop()
	ticket, out := r.openTicket(working, c, t)
	if out.Status != connector.Healthy {
		err = &TicketRefused{out}
	}
	if !t.Try {
		ev := r.connectorEvent(ctx, a, "connector.ticket-opened", c)
		ev.Detail = ticket.ID
		if err != nil {
			ev.Action, ev.Detail = "connector.ticket-refused", out.Code
		}
		if noted := r.store.Note(context.WithoutCancel(ctx), ev); noted != nil { // it has happened, and its beginning is noted
			slog.ErrorContext(ctx, "what came of a ticket could not be noted", "connector", c.ID, "ticket", ticket.ID, "code", out.Code, "error", noted)
		}
	}
	return ticket, err
}

// stillGood is [ErrCredentials] for a program whose credential is not good any more.
func (r *Registry) stillGood(ctx context.Context, a access.Actor) error {
	if a.Kind != "credential" {
		return nil
	}
	all, err := r.doors.Credentials(ctx, a.Workspace)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ID == a.ID && c.Revoked.IsZero() {
			return nil
		}
	}
	return ErrCredentials
}

// shortened is a text that came from outside, fit for a line of the log.
func shortened(text string) string {
	const most = 200
	r := []rune(connector.Clean(text, false))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}

// openTicket asks for the ticket, and answers in words even where the asker comes to grief over what the other side sent.
func (r *Registry) openTicket(ctx context.Context, c connector.Connector, t connector.NewTicket) (ticket connector.Ticket, out connector.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "the opening of a ticket panicked", "connector", c.ID, "panic", p, "stack", string(debug.Stack()))
			ticket, out = connector.Ticket{}, brokenTicket
		}
	}()
	q, known := r.question(ctx, asked{Connector: c}, c.Spec.Check(), nil)
	if known != nil {
		return connector.Ticket{}, *known
	}
	return r.tickets.OpenTicket(ctx, q, t)
}

var (
	noTickets = connector.Outcome{Status: connector.Unverified, Code: "NO_TICKETS_HERE", Text: "This program opens no tickets."}
	// brokenTicket says nothing of whether there is one.
	brokenTicket = connector.Outcome{Status: connector.Unverified, Code: "TICKET_BROKE", Text: "The opening of the ticket broke off; it may have been opened.",
		Cause: "The program stumbled over what it met; the reason is in its log.", Next: "Look for the ticket at the other side. If it happens again, report it with that line of the log."}
)
