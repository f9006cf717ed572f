package connector

import (
	"strings"
	"time"
)

// OAuthApp is an application at an OAuth 2.0 server that belongs to the operator of a workspace: people let connectors in through it.
// Its client secret is kept apart and sealed.
type OAuthApp struct {
	Workspace    string // workspace id
	AuthoriseURL string // where a person consents
	TokenURL     string // where the code of a consent is exchanged; the only place that the client secret goes to
	API          string // what lists the sites that a consent is for, below it; the only place that the token goes to here
	ClientID     string
	Version      int64 // counts from 1 up with each change; 0 when none is kept yet
	Set          time.Time
	SetBy        string
}

// Fields declares the settings with their rules. Whether plain http may be spoken is for the dialer, which knows the networks.
func (a *OAuthApp) Fields() []Field {
	return []Field{
		Text(&a.AuthoriseURL, "authorise", "Authorise URL").Must(HTTPURL, noQuery, Longest(2048)).Code().
			Hint("Where a person is sent to consent.", "https://auth.atlassian.com/authorize"),
		Text(&a.TokenURL, "token", "Token URL").Must(HTTPURL, noQuery, Longest(2048)).Code().
			Hint("Where Patchbay exchanges the code of a consent. The client secret goes there and nowhere else.", "https://auth.atlassian.com/oauth/token"),
		Text(&a.API, "api", "API base").Must(HTTPURL, noQuery, Longest(2048)).Code().
			Hint("Below it is the list of the sites that a consent is for.", "https://api.atlassian.com"),
		Text(&a.ClientID, "client_id", "Client id").Must(NoSpaces, Longest(255)).Code().
			Hint("As the OAuth server shows it for your application.", "p4tChb4yCl13nt1d"),
	}
}

// SameKeeper reports whether a client secret of the other application may stay: it was given for one client at one address.
func (a OAuthApp) SameKeeper(other OAuthApp) bool {
	return a.ClientID == other.ClientID && a.TokenURL == other.TokenURL
}

func noQuery(v string) string {
	if strings.ContainsAny(v, "?#") {
		return "must not contain ? or #."
	}
	return ""
}

// OAuthTokens are what a consent is worth: the access token for now, and the refresh token for later ones.
type OAuthTokens struct {
	Access  Secret
	Refresh Secret    // empty where the server gave none
	Expires time.Time // of the access token; zero where the server did not say

	// Whose they are, from [OAuthApp.Own]: the client that they were given to, the origin that renews them, and the one that the access
	// token is for.
	Client      string
	Server, API Origin
}

// Consent is what the exchange of a code brought: tokens, and at least one site that they are for.
type Consent struct {
	Tokens OAuthTokens
	Sites  []Site
}

// Site is one place at the other side that a consent is for.
type Site struct {
	ID      string
	Name    string // as people there call it, or ""
	Address string
}

// Chosen gives the site of that id. "" is the one site of a consent that is for no other.
func (c Consent) Chosen(id string) (Site, bool) {
	if id == "" && len(c.Sites) == 1 {
		return c.Sites[0], true
	}
	for _, s := range c.Sites {
		if id != "" && s.ID == id {
			return s, true
		}
	}
	return Site{}, false
}

// PendingConsent is a consent on its way: a person has gone to the OAuth server for it, or has come back with a code, or has to choose
// one of several sites. What it holds is kept sealed, and for a short while only.
type PendingConsent struct {
	ID        string  // random, in the address of the page that asks the person
	State     []byte  // SHA-256 of the state by which the answer is recognised
	Connector string  // id
	Actor     string  // whose it is, as an audit event names who is asking, but by id: "user:ID"
	Begun     bool    // that person began it here; false: its address came from elsewhere, through the vendor's own API
	Code      Secret  // what the person came back with; empty before, and once it was exchanged
	Brought   Consent // what the code was exchanged for; without sites before that
	Ends      time.Time
}

// ConsentRefused is why a code could not be exchanged, in sentences for people. Nothing of what the other side sent is in it.
type ConsentRefused struct {
	Code bool   // it is the code that was not taken: the person has to consent again
	Text string // what went wrong
	Next string // what to do
}

// Error gives both sentences.
func (e *ConsentRefused) Error() string { return e.Text + " " + e.Next }

// Authorising is for a [Spec] that a person has to let in at the other side, through the [OAuthApp] of the workspace.
type Authorising interface {
	// State gives the text by which the answer to the person's consent is recognised; "" when none is waited for.
	State() string
	// Await waits for a consent with a new state. identifier is the connector's.
	Await(identifier string, g Giver)
	// Invite writes the address for the person anew, for the application and the page that the person comes back to.
	// The zero OAuthApp is none.
	Invite(app OAuthApp, callback string)
	// Invitation gives the address for the person; "" when none is waited for.
	Invitation() string
	// Authorise notes the consent, which uses the state up.
	Authorise(site, address string)
}
