package connector

import "time"

// Bearer is an access token that a person's consent brought, with the one API that it is for.
type Bearer struct {
	API     string    // base address of the API
	Token   Opened    // may go to the origin of the API and nowhere else
	Ends    time.Time // of the token; zero where the OAuth server did not say
	Lasting bool      // it is renewed when it ends
	Renewed Origin    // of the OAuth server that renewed it for this question; "" where the kept one is good
}

// Bearers gives the access token for a question, unless nobody waits for it any more. With again, the one that was given last was refused,
// and another one is wanted. What goes wrong is an *[Unrenewed], or the error of until.
type Bearers func(until Until, again bool) (Bearer, error)

// Until tells when nobody waits for an answer any more. A context is one; its own package would be carried to the browser.
type Until interface {
	Done() <-chan struct{}
	Err() error
}

// Unrenewed is why an access token could not be renewed. Nothing of what the other side wrote is in it.
type Unrenewed struct {
	Why     RenewalEnd
	Server  Origin // the OAuth server
	Seen    string // what it answered, in a few words: "403 Forbidden"; "" for nothing
	Reached string // the part of the way that was reached where Err ended it: "Connect"
	Err     error  // of the connection; nil where an answer came
}

// Error says what happened, for the log.
func (u *Unrenewed) Error() string {
	text := "renew the access token at " + string(u.Server) + ": " + string(u.Why)
	if u.Seen != "" {
		text += ", " + u.Seen
	}
	if u.Err != nil {
		text += ": " + u.Err.Error()
	}
	return text
}

// Unwrap gives the error of the connection.
func (u *Unrenewed) Unwrap() error { return u.Err }

// RenewalEnd is how a renewal ended that brought no token.
type RenewalEnd string

// The ends of renewals.
const (
	ConsentGone       RenewalEnd = "CONSENT_GONE"       // the server does not take the refresh token any more
	ConsentEnded      RenewalEnd = "CONSENT_ENDED"      // the access token has ended, and there is no refresh token
	ClientRefused     RenewalEnd = "CLIENT_REFUSED"     // the server does not take the application
	RenewalRefused    RenewalEnd = "RENEWAL_REFUSED"    // the server says no for another reason
	RenewalUnanswered RenewalEnd = "RENEWAL_UNANSWERED" // the request went out, and no whole answer came back
	RenewalUnreached  RenewalEnd = "RENEWAL_UNREACHED"  // the request did not go out
	RenewalUnusable   RenewalEnd = "RENEWAL_UNUSABLE"   // the answer has no token that could be used
	RenewalNotKept    RenewalEnd = "RENEWAL_NOT_KEPT"   // the new tokens came and could not be kept, so they are not used
	TokensUnreadable  RenewalEnd = "TOKENS_UNREADABLE"  // what is kept could not be read
	RenewalElsewhere  RenewalEnd = "REDIRECTED"         // the server leads to another address
	RenewalBusy       RenewalEnd = "RATE_LIMITED"       // the server is asked too often
	RenewalTrouble    RenewalEnd = "SERVER_ERROR"       // the server is in trouble of its own
)

// Own notes whose tokens these are: a token is for the client and the origins that it was given for, and for nothing else.
func (a OAuthApp) Own(t OAuthTokens) OAuthTokens {
	t.Client = a.ClientID
	t.Server, _ = OriginOf(a.TokenURL) // an address without a plain origin gives "", to which nothing is sent
	t.API, _ = OriginOf(a.API)
	return t
}

// Owns reports whether tokens belong to the application as it is set now.
func (a OAuthApp) Owns(t OAuthTokens) bool {
	own := a.Own(OAuthTokens{})
	return own.Server != "" && own.API != "" && t.Client == own.Client && t.Server == own.Server && t.API == own.API
}
