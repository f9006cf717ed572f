package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
)

// What channels are told comes from the audit log: a change of a status and its event are kept in one transaction, so whatever happened is
// heard exactly once, also when another process made it happen or this one was stopped in between.
var heardActions = []string{flipped, retired, expiring, secretExpiring}

const (
	flipped  = "connector.flipped"
	retired  = "connector.retired"
	expiring = "connector.expiring"
)

// flip is the detail of an event that tells of a change of status; readFlip reads it again.
func flip(before, after connector.Status, code string) string {
	return fmt.Sprintf("%s → %s (%s)", before, after, code)
}

func readFlip(detail string) (before, after connector.Status, code string) {
	from, rest, _ := strings.Cut(detail, " → ")
	to, code, _ := strings.Cut(strings.TrimSuffix(rest, ")"), " (")
	return connector.Status(from), connector.Status(to), code
}

// hear turns what happened into notices. It reads until nothing is unheard.
func (r *Registry) hear(ctx context.Context) error {
	channels, err := r.notify.Notices.Channels(ctx)
	if err != nil {
		return err
	}
	// skipped is how much of the log that tells nothing is read again before it is noted as heard, which costs a write.
	const atATime, skipped = 100, 1000
	for {
		heard, last, events, err := r.notify.Notices.Unheard(ctx, heardActions, atATime)
		if err != nil || len(events) == 0 && last-heard < skipped {
			return err
		}
		if len(events) == 0 {
			return r.notify.Notices.Hear(ctx, heard, last, nil, nil)
		}
		told := telling{r: r, channels: channels, open: map[string][]connector.Notice{}}
		for _, ev := range events {
			if err := told.event(ctx, ev); err != nil {
				return err
			}
		}
		err = r.notify.Notices.Hear(ctx, heard, events[len(events)-1].Seq, told.raised, told.settled())
		if err != nil || len(events) < atATime {
			return err
		}
	}
}

// telling gathers what some events lead to.
type telling struct {
	r        *Registry
	channels []connector.Channel
	raised   []connector.Notice
	open     map[string][]connector.Notice // by connector, as they are after the events so far
	touched  []string                      // ids of open ones that changed
}

func (t *telling) event(ctx context.Context, ev access.Event) error {
	if ev.Action == secretExpiring {
		t.secret(ev)
		return nil
	}
	id := strings.TrimPrefix(ev.Object, "connector:")
	c, err := t.r.store.Connector(ctx, id)
	if errors.Is(err, connector.ErrNotFound) { // purged since
		c, err = connector.Connector{ID: id, Name: ev.Name, Workspace: ev.Workspace}, nil
	}
	if err != nil {
		return err
	}
	if _, known := t.open[id]; !known {
		if t.open[id], err = t.r.notify.Notices.OpenNotices(ctx, id); err != nil {
			return err
		}
	}
	for _, ch := range t.channels {
		if ch.Workspace == "" || ch.Workspace == c.Workspace {
			t.channel(ch, c, ev)
		} else if had := t.incident(ch.ID, c.ID); had != nil && !stillFailing(ev) { // the channel was moved away meanwhile
			t.end(had)
		}
	}
	return nil
}

// stillFailing reports whether an event leaves a failure as open as it was.
func stillFailing(ev access.Event) bool {
	_, after, _ := readFlip(ev.Detail)
	return ev.Action == expiring || ev.Action == flipped && after != connector.Healthy && after != connector.Degraded
}

// secret tells every channel of the workspace that a secret which no connector needs ends soon.
func (t *telling) secret(ev access.Event) {
	for _, ch := range t.channels {
		if ch.Workspace != "" && ch.Workspace != ev.Workspace || ch.Paused {
			continue
		}
		n := t.r.newNotice(ch, connector.SecretExpiring)
		n.Subject = ev.Detail
		n.Text = t.r.notify.Base + "/secrets/" + strings.TrimPrefix(ev.Object, "secret:")
		n.Body = wire.Obj(wire.M("type", wire.Text(string(n.Kind))), wire.M("timestamp", wire.Text(ev.At.UTC().Format(time.RFC3339))), wire.M("data", wire.Obj(
			wire.M("notice", wire.Text(n.ID)), wire.M("event", wire.Int(ev.Seq)), wire.M("subject", wire.Text(n.Subject)),
			wire.M("secret", wire.Obj(wire.M("name", wire.Text(ev.Name)), wire.M("workspace", wire.Text(ev.Workspace)), wire.M("url", wire.Text(n.Text))))))).JSON()
		t.raised = append(t.raised, n)
	}
}

// channel is the rule of what one channel is told: a failure once, and its end once if the failure was told.
func (t *telling) channel(ch connector.Channel, c connector.Connector, ev access.Event) {
	before, after, code := readFlip(ev.Detail)
	had := t.incident(ch.ID, c.ID)
	switch {
	case ev.Action == expiring:
		t.raise(ch, connector.ConnectorExpiring, "", c, ev, c.Name+": "+ev.Detail, "", "", "")
	case ev.Action == retired && had != nil:
		if t.end(had) {
			t.raise(ch, connector.ConnectorRemoved, had.ID, c, ev, c.Name+" was moved to the trash while it was failing", before, after, code)
		}
	case ev.Action == retired:
	case after == connector.Failing && had == nil:
		t.raise(ch, connector.ConnectorFailing, "", c, ev, c.Name+" is failing", before, after, code)
	case after == connector.Failing: // it is known
	case had != nil && (after == connector.Healthy || after == connector.Degraded):
		if t.end(had) {
			t.raise(ch, connector.ConnectorRecovered, had.ID, c, ev, c.Name+" works again", before, after, code)
		}
	case ch.Tells == connector.TellChanges:
		t.raise(ch, connector.ConnectorChanged, "", c, ev, c.Name+" is "+strings.ToLower(after.Label())+" now", before, after, code)
	}
}

// incident gives the open failure of a connector that a channel was or will be told of; nil for none.
func (t *telling) incident(channel, connectorID string) *connector.Notice {
	for i := range t.raised {
		if n := &t.raised[i]; n.Open && n.Channel == channel && n.Connector == connectorID {
			return n
		}
	}
	for i := range t.open[connectorID] {
		if n := &t.open[connectorID][i]; n.Open && n.Channel == channel {
			return n
		}
	}
	return nil
}

// end closes an incident and reports whether its end is to be told: one that nobody was told of yet is withdrawn instead.
func (t *telling) end(n *connector.Notice) (tell bool) {
	n.Open = false
	if n.State == connector.NoticeWaiting && n.Tries == 0 {
		n.State, n.Next = connector.NoticeWithdrawn, time.Time{}
	}
	t.touched = append(t.touched, n.ID)
	return n.State != connector.NoticeWithdrawn
}

// settled gives the notices that were kept before and have changed.
func (t *telling) settled() []connector.Notice {
	var out []connector.Notice
	for _, of := range t.open {
		for _, n := range of {
			for _, id := range t.touched {
				if n.ID == id {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

func (t *telling) raise(ch connector.Channel, kind connector.NoticeKind, pair string, c connector.Connector, ev access.Event, subject string, from, to connector.Status, code string) {
	if ch.Paused {
		return
	}
	n := t.r.newNotice(ch, kind)
	n.Pair, n.Connector, n.Subject, n.Open = pair, c.ID, subject, kind == connector.ConnectorFailing
	link := t.r.notify.Base + "/connectors/" + c.ID
	n.Text = strings.TrimSpace(c.Health.Summary + "\n" + link)
	if c.Health.Code != code || kind == connector.ConnectorExpiring { // it has changed again since
		n.Text = link
	}
	n.Body = wire.Obj(wire.M("type", wire.Text(string(kind))), wire.M("timestamp", wire.Text(ev.At.UTC().Format(time.RFC3339))), wire.M("data", wire.Obj(
		wire.M("notice", wire.Text(n.ID)), wire.M("pair", orNull(pair)), wire.M("event", wire.Int(ev.Seq)), wire.M("subject", wire.Text(subject)),
		wire.M("from", orNull(string(from))), wire.M("to", orNull(string(to))), wire.M("code", orNull(code)),
		wire.M("connector", wire.Obj(wire.M("id", wire.Text(c.ID)), wire.M("vendor", wire.Text(c.Vendor)), wire.M("type", wire.Text(c.Type)),
			wire.M("workspace", wire.Text(c.Workspace)), wire.M("scope", wire.Text(c.Scope.Path())), wire.M("identifier", wire.Text(c.Identifier)),
			wire.M("name", wire.Text(c.Name)), wire.M("url", wire.Text(link))))))).JSON()
	t.raised = append(t.raised, n)
}

func testBody(n connector.Notice, c connector.Channel, by string) string {
	return wire.Obj(wire.M("type", wire.Text(string(n.Kind))), wire.M("timestamp", wire.Text(n.At.UTC().Format(time.RFC3339))), wire.M("data", wire.Obj(
		wire.M("notice", wire.Text(n.ID)), wire.M("subject", wire.Text(n.Subject)), wire.M("channel", wire.Text(c.Name)), wire.M("by", wire.Text(by))))).JSON()
}

func orNull(s string) wire.Value {
	if s == "" {
		return wire.Value{}
	}
	return wire.Text(s)
}

// gather is how long a mail waits for others to go with it; what recovers meanwhile is not sent at all.
const gather = 30 * time.Second

func (r *Registry) newNotice(c connector.Channel, kind connector.NoticeKind) connector.Notice {
	n := connector.Notice{ID: newID(), Channel: c.ID, Kind: kind, At: r.now(), State: connector.NoticeWaiting}
	n.Next = n.At
	if c.Kind == connector.Mail {
		n.Next = n.At.Add(gather)
	}
	return n
}

// resends are how long after each try that failed the next one comes; after the last of them a notice is given up. They are those that the
// Standard Webhooks specification advises.
var resends = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// tooOld is the age at which what was not taken is given up, however few times it was tried: it waited behind others.
const tooOld = 5 * 24 * time.Hour

// channelsAtOnce is how many channels are served beside each other, so that one that hangs holds up no other.
const channelsAtOnce = 8

// Tell hears what happened and sends what is due, each channel beside the others. It returns when all that was due has been tried once.
func (r *Registry) Tell(ctx context.Context) error {
	if r.notify.Notices == nil {
		return nil
	}
	var problems []error
	if err := r.hear(ctx); err != nil && !errors.Is(err, connector.ErrConflict) { // somebody else has heard it
		problems = append(problems, fmt.Errorf("hear what happened: %w", err)) // what is due is sent all the same
	}
	due, err := r.notify.Notices.DueChannels(ctx, r.now())
	if err != nil {
		return errors.Join(append(problems, fmt.Errorf("read what is to be sent: %w", err))...)
	}
	var work sync.WaitGroup
	slots := make(chan struct{}, channelsAtOnce)
	for _, id := range due {
		slots <- struct{}{}
		work.Go(func() {
			defer func() { <-slots }()
			if err := r.deliver(ctx, id); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "a notice could not be kept", "channel", id, "error", err)
			}
		})
	}
	work.Wait()
	return errors.Join(append(problems, ctx.Err())...)
}

// Woken is told when something may be to send sooner than expected.
func (r *Registry) Woken() <-chan struct{} { return r.woken }

func (r *Registry) wake() {
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

// aRound is how much one channel is sent before the others have their turn again.
const aRound = 50

// deliver sends what is due for one channel. After a try that failed, all that is due for it waits as long: the other side is in trouble.
func (r *Registry) deliver(ctx context.Context, id string) error {
	c, address, key, err := r.notify.Notices.OpenChannel(ctx, id)
	if errors.Is(err, connector.ErrNotFound) { // closed meanwhile, and its notices with it
		return nil
	}
	if err != nil {
		return err
	}
	due, err := r.notify.Notices.DueNotices(ctx, id, r.now(), aRound)
	if err != nil || len(due) == 0 {
		return err
	}
	if len(due) == aRound {
		defer r.wake()
	}
	lots := [][]connector.Notice{due}
	if c.Kind == connector.Webhook {
		lots = lots[:0]
		for i := range due {
			lots = append(lots, due[i:i+1])
		}
	}
	for _, lot := range lots {
		again, err := r.send(ctx, connector.Dispatch{Channel: c, Address: address, Key: key, Notices: lot})
		if err != nil || ctx.Err() != nil {
			return err
		}
		if !again.IsZero() {
			return r.notify.Notices.PutOff(ctx, id, again)
		}
	}
	return nil
}

// send tries once and keeps how it went; again is when it is tried next, if it is.
func (r *Registry) send(ctx context.Context, d connector.Dispatch) (again time.Time, err error) {
	began := r.now()
	said, gone, failure := "", false, ErrNoSender
	if r.SendsBy(d.Channel.Kind) {
		said, gone, failure = r.notify.Sender.Send(ctx, d)
	}
	if ctx.Err() != nil { // the program is stopping, which says nothing of the other side
		return again, nil
	}
	if failure != nil {
		said = failure.Error()
	}
	note := connector.Delivery{At: began, Took: r.now().Sub(began), Sent: failure == nil, Said: said}
	for i := range d.Notices {
		n := &d.Notices[i]
		switch {
		case failure == nil:
			n.State, n.Next = connector.NoticeSent, time.Time{}
		case gone || n.Tries >= len(resends) || began.Sub(n.At) > tooOld:
			n.State, n.Next = connector.NoticeGivenUp, time.Time{}
		default:
			n.Next = r.now().Add(resends[n.Tries])
			again = n.Next
		}
		n.Tries++
	}
	return again, r.notify.Notices.KeepNotices(ctx, d.Notices, &note, access.Event{})
}
