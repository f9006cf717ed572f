package connector

import (
	"strings"
	"time"
)

// ChannelKind is by what way notices go.
type ChannelKind string

// The kinds of channels.
const (
	Webhook ChannelKind = "webhook"
	Mail    ChannelKind = "mail"
)

// Tells is what a channel is told of.
type Tells string

// What a channel may be told of.
const (
	TellFailures Tells = "failures" // a connector fails, and later works again
	TellChanges  Tells = "changes"  // every change of a status
)

// Channel is where notices go: a web address that takes signed calls, or a mail address.
type Channel struct {
	ID        string
	Name      string
	Kind      ChannelKind
	Place     string // what may be shown of the address: the origin of a web address, which may hold a token; the whole mail address
	Tells     Tells
	Workspace string // id; only what happens there, or "" for everywhere
	Paused    bool   // nothing is sent; what happens meanwhile is not kept for later
	Version   int64
	Created   time.Time
	CreatedBy string
}

// Fields declares what a person fills in. address is the whole address, which is kept sealed.
func (c *Channel) Fields(address *string) []Field {
	return []Field{
		Text(&c.Name, "name", "Name").Must(Longest(64)).Hint("Who reads it there.", "Platform on-call"),
		choiceOf((*string)(&c.Kind), "kind", "Way", "webhook: a signed call to a web address", "mail: an e-mail"),
		Text(address, "address", "Address").Must(Longest(2048), c.addressRule).Code().Hint("An https:// address, or an e-mail address.", "https://hooks.example.com/patchbay"),
		choiceOf((*string)(&c.Tells), "tells", "Told of", "failures: a connector fails, and when it works again", "changes: every change of a status"),
	}
}

func choiceOf(p *string, name, label string, values ...string) Field {
	return Choice(p, name, label, values...).Must()
}

func (c *Channel) addressRule(v string) string {
	if c.Kind == Webhook {
		return HTTPURL(v)
	}
	user, host, ok := cut(v, "@")
	if !ok || user == "" || strings.ContainsAny(v, " \t<>,;:\"()[]\\") || !strings.Contains(host, ".") || Host(host) != "" {
		return "must be an e-mail address, such as oncall@example.com."
	}
	return ""
}

// PlaceOf gives what may be shown of an address.
func (c *Channel) PlaceOf(address string) string {
	if c.Kind != Webhook {
		return address
	}
	origin, _ := OriginOf(address)
	return string(origin)
}

// NoticeKind is what a notice tells.
type NoticeKind string

// The kinds of notices; they are the "type" of a webhook's body.
const (
	ConnectorFailing   NoticeKind = "connector.failing"
	ConnectorRecovered NoticeKind = "connector.recovered"
	ConnectorRemoved   NoticeKind = "connector.removed" // while it was failing
	ConnectorChanged   NoticeKind = "connector.changed" // to another status, for channels that are told of every change
	ConnectorExpiring  NoticeKind = "connector.expiring"
	SecretExpiring     NoticeKind = "secret.expiring" // one that no connector needs
	ChannelTested      NoticeKind = "channel.tested"
)

// NoticeState is how far a notice has come.
type NoticeState string

// The states of a notice.
const (
	NoticeWaiting   NoticeState = "waiting"   // to be sent, or to be sent again
	NoticeSent      NoticeState = "sent"      // the other side took it
	NoticeGivenUp   NoticeState = "given up"  // after the last try
	NoticeWithdrawn NoticeState = "withdrawn" // it was no longer true before it could be sent
)

// Notice is one thing that one channel is told.
type Notice struct {
	ID        string // stays the same however often it is sent, so that who takes it can know it again
	Channel   string
	Kind      NoticeKind
	Pair      string // id of the notice that this one ends, or ""
	Connector string // id, or "" for a test
	Subject   string // one line for people
	Text      string // the rest for people
	Body      string // JSON, as a webhook sends it
	At        time.Time
	State     NoticeState
	Open      bool // a failure that has not ended yet
	Tries     int
	Next      time.Time // when it is sent next, while it waits
}

// Delivery is one try to send a notice.
type Delivery struct {
	At   time.Time
	Took time.Duration
	Sent bool
	Said string // how it ended: a status line, or what went wrong; nothing of the body
}

// Dispatch is what is sent at once by one channel: a webhook takes one notice, a mail all that wait.
type Dispatch struct {
	Channel Channel
	Address Secret
	Key     Secret // that a webhook's calls are signed with; empty for a mail
	Notices []Notice
}
