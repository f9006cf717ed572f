package registry

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Notices keeps channels, and what they were and will be told.
type Notices interface {
	// Channels lists all by name. Channel gives one; ErrNotFound.
	Channels(ctx context.Context) ([]connector.Channel, error)
	Channel(ctx context.Context, id string) (connector.Channel, error)
	// OpenChannel gives one with its address and, for a webhook, the key that signs its calls. ErrNotFound, ErrSealed.
	OpenChannel(ctx context.Context, id string) (c connector.Channel, address, key connector.Secret, err error)
	// KeepChannel keeps a new one (version 1; ErrTaken for its name) or a changed one (one more than stored; ErrConflict). Empty secrets
	// leave what is there. What waits for a channel that is paused by it is withdrawn in the same transaction.
	KeepChannel(ctx context.Context, c connector.Channel, address, key connector.Secret, ev access.Event) error
	// RemoveChannel forgets one with its notices. ErrNotFound.
	RemoveChannel(ctx context.Context, id string, ev access.Event) error

	// Unheard gives at most n events of the actions that came after those already heard, oldest first, with the number of the last heard and
	// that of the last event of the log that was looked at.
	Unheard(ctx context.Context, actions []string, n int) (heard, last int64, events []access.Event, err error)
	// Hear keeps what the events up to a number lead to, if the last heard is still the one that was given; ErrConflict. Raised notices are
	// new; settled ones are kept anew as they are given; both in one transaction.
	Hear(ctx context.Context, heard, upTo int64, raised, settled []connector.Notice) error
	// OpenNotices gives the failures of a connector that have not ended.
	OpenNotices(ctx context.Context, connectorID string) ([]connector.Notice, error)
	// DueChannels gives the channels, but for paused ones, for which something waits and is due. DueNotices gives at most n of what is due for
	// one, the longest waiting first. PutOff has all that is due for one wait until a time.
	DueChannels(ctx context.Context, now time.Time) ([]string, error)
	DueNotices(ctx context.Context, channel string, now time.Time, n int) ([]connector.Notice, error)
	PutOff(ctx context.Context, channel string, until time.Time) error
	// Notice gives one with its deliveries, oldest first; ErrNotFound. NoticesOf gives a channel's newest n.
	Notice(ctx context.Context, id string) (connector.Notice, []connector.Delivery, error)
	NoticesOf(ctx context.Context, channel string, n int) ([]connector.Notice, error)
	// KeepNotices keeps notices for the first time, or anew but for whether they are open; where d is not nil it is noted as a delivery of
	// each. ev is written only when its Action is set.
	KeepNotices(ctx context.Context, all []connector.Notice, d *connector.Delivery, ev access.Event) error
}

// Sender sends what channels are told.
type Sender interface {
	// Send sends once. said is how it ended, in a few words; gone means that the other side wants no more of it. Any error means that it was not
	// taken and may be tried again.
	Send(ctx context.Context, d connector.Dispatch) (said string, gone bool, err error)
	// Sends reports whether there is a way for the kind.
	Sends(k connector.ChannelKind) bool
}

// Notify is what a registry needs to tell channels of what happens.
type Notify struct {
	Notices Notices
	Sender  Sender
	Base    string // address of the console, for links
}

// ErrNoSender is a channel of a kind that nothing is set up for.
var ErrNoSender = errors.New("no way to send is set up")

func (r *Registry) notices(a access.Actor) error {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return err
	}
	if r.notify.Notices == nil {
		return connector.ErrNotFound
	}
	return nil
}

// SendsBy reports whether channels of the kind can be served.
func (r *Registry) SendsBy(k connector.ChannelKind) bool {
	return r.notify.Sender != nil && r.notify.Sender.Sends(k)
}

// Channels lists all channels by name.
func (r *Registry) Channels(ctx context.Context, a access.Actor) ([]connector.Channel, error) {
	if err := r.notices(a); err != nil {
		return nil, err
	}
	return r.notify.Notices.Channels(ctx)
}

// channelLog is how many notices the page of a channel shows.
const channelLog = 100

// Channel gives one with what it was told last.
func (r *Registry) Channel(ctx context.Context, a access.Actor, id string) (connector.Channel, []connector.Notice, error) {
	if err := r.notices(a); err != nil {
		return connector.Channel{}, nil, err
	}
	c, err := r.notify.Notices.Channel(ctx, id)
	if err != nil {
		return c, nil, err
	}
	all, err := r.notify.Notices.NoticesOf(ctx, id, channelLog)
	return c, all, err
}

// AddChannel opens a channel. The key that a webhook's calls are signed with is in the answer and never to be had again.
func (r *Registry) AddChannel(ctx context.Context, a access.Actor, c connector.Channel, address string) (connector.Channel, connector.Secret, error) {
	if err := r.notices(a); err != nil {
		return c, connector.Secret{}, err
	}
	if err := r.wellMade(ctx, a, &c, &address); err != nil {
		return c, connector.Secret{}, err
	}
	c.ID, c.Version, c.Created, c.CreatedBy = newID(), 1, r.now(), a.Name
	c.Place = c.PlaceOf(address)
	var key connector.Secret
	if c.Kind == connector.Webhook {
		key = signingKey()
	}
	err := r.notify.Notices.KeepChannel(ctx, c, connector.NewSecret(address), key, r.channelEvent(ctx, a, "channel.added", c))
	return c, key, problem(err, connector.ErrTaken, "name", "Name “"+c.Name+"” is already taken. Choose another.")
}

// ChangeChannel changes name, what is told, where, and whether it is paused; version is the one that the person saw. A new address may be
// given, for the same kind; "" leaves the one that is there.
func (r *Registry) ChangeChannel(ctx context.Context, a access.Actor, id string, version int64, change connector.Channel, address string) (connector.Channel, error) {
	if err := r.notices(a); err != nil {
		return change, err
	}
	c, err := r.notify.Notices.Channel(ctx, id)
	if err != nil {
		return c, err
	}
	if c.Version != version {
		return c, connector.ErrConflict
	}
	c.Name, c.Tells, c.Workspace, c.Paused = change.Name, change.Tells, change.Workspace, change.Paused
	given := address
	if address == "" { // the rules want one; the one that is kept has passed them
		given = map[connector.ChannelKind]string{connector.Webhook: "https://kept.example.com", connector.Mail: "kept@example.com"}[c.Kind]
	}
	if err := r.wellMade(ctx, a, &c, &given); err != nil {
		return c, err
	}
	var sealed connector.Secret
	if address != "" {
		c.Place, sealed = c.PlaceOf(given), connector.NewSecret(given)
	}
	c.Version++
	err = r.notify.Notices.KeepChannel(ctx, c, sealed, connector.Secret{}, r.channelEvent(ctx, a, "channel.changed", c))
	return c, problem(err, connector.ErrTaken, "name", "Name “"+c.Name+"” is already taken. Choose another.")
}

// wellMade cleans a channel and lists what is wrong with it.
func (r *Registry) wellMade(ctx context.Context, a access.Actor, c *connector.Channel, address *string) error {
	c.Name, *address = connector.Clean(c.Name, false), connector.Clean(*address, false)
	problems := connector.Validate(c.Fields(address))
	if c.Workspace != "" {
		if _, err := r.visible(ctx, a, c.Workspace); errors.Is(err, connector.ErrNotFound) {
			problems = append(problems, connector.Problem{Field: "workspace", Text: "Workspace must be one of the workspaces in the list, or all."})
		} else if err != nil {
			return err
		}
	}
	if len(problems) == 0 && !r.SendsBy(c.Kind) {
		problems = append(problems, connector.Problem{Field: "kind", Text: "Way “" + string(c.Kind) + "” is not set up. Start Patchbay with --smtp, or choose a webhook."})
	}
	return problems.Err()
}

// RemoveChannel closes a channel for good.
func (r *Registry) RemoveChannel(ctx context.Context, a access.Actor, id string) (connector.Channel, error) {
	if err := r.notices(a); err != nil {
		return connector.Channel{}, err
	}
	c, err := r.notify.Notices.Channel(ctx, id)
	if err != nil {
		return c, err
	}
	return c, r.notify.Notices.RemoveChannel(ctx, id, r.channelEvent(ctx, a, "channel.removed", c))
}

// errPaused is a notice that a person wants to send through a channel that is paused.
var errPaused = connector.Problems{{Field: "paused", Text: "Paused channels send nothing. Take the pause away first."}}

// TestChannel sends a notice that says that it is a test. It is on its way when TestChannel returns. Problems when the channel is paused.
func (r *Registry) TestChannel(ctx context.Context, a access.Actor, id string) (connector.Notice, error) {
	if err := r.notices(a); err != nil {
		return connector.Notice{}, err
	}
	c, err := r.notify.Notices.Channel(ctx, id)
	if err != nil {
		return connector.Notice{}, err
	}
	if c.Paused {
		return connector.Notice{}, errPaused
	}
	n := r.newNotice(c, connector.ChannelTested)
	n.Next = n.At
	n.Subject = "A test of the channel " + c.Name
	n.Text = a.Name + " asked for this test. Nothing has happened to any connector."
	n.Body = testBody(n, c, a.Name)
	defer r.wake()
	return n, r.notify.Notices.KeepNotices(ctx, []connector.Notice{n}, nil, r.channelEvent(ctx, a, "channel.tested", c))
}

// Notice gives one notice with all tries to send it.
func (r *Registry) Notice(ctx context.Context, a access.Actor, id string) (connector.Notice, []connector.Delivery, error) {
	if err := r.notices(a); err != nil {
		return connector.Notice{}, nil, err
	}
	return r.notify.Notices.Notice(ctx, id)
}

// Redeliver sends a notice once more, whatever became of it before, with the same id and the same body. Problems when the channel is paused.
func (r *Registry) Redeliver(ctx context.Context, a access.Actor, id string) (connector.Notice, error) {
	n, _, err := r.Notice(ctx, a, id)
	if err != nil {
		return n, err
	}
	c, err := r.notify.Notices.Channel(ctx, n.Channel)
	if err != nil {
		return n, err
	}
	if c.Paused {
		return n, errPaused
	}
	// One try stays on the account of a notice that was tried: only what was never tried can be withdrawn when it ends.
	n.State, n.Tries, n.Next = connector.NoticeWaiting, min(n.Tries, 1), r.now()
	ev := r.channelEvent(ctx, a, "channel.redelivered", c)
	ev.Detail += ", notice " + n.ID
	defer r.wake()
	return n, r.notify.Notices.KeepNotices(ctx, []connector.Notice{n}, nil, ev)
}

func (r *Registry) channelEvent(ctx context.Context, a access.Actor, action string, c connector.Channel) access.Event {
	ev := r.event(ctx, a, action)
	ev.Object, ev.Name, ev.Workspace, ev.Detail = "channel:"+c.ID, c.Name, c.Workspace, string(c.Kind)+" to "+c.Place
	return ev
}

// signingKey gives 24 random bytes in the form that the Standard Webhooks specification has for keys.
func signingKey() connector.Secret {
	var b [24]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	return connector.NewSecret("whsec_" + base64.StdEncoding.EncodeToString(b[:]))
}
