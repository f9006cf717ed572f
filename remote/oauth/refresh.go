package oauth

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/oauth2"

	"patchbay/connector"
	"patchbay/remote"
)

// Refresh renews tokens. The refresh token and the client secret go to the token URL's origin and nowhere else, if each may go there. It asks
// once: a server that rotates refresh tokens may take the second question for a theft. Without a new refresh token in the answer the old one
// is good still. What goes wrong is a *[connector.Unrenewed].
func (c *Client) Refresh(ctx context.Context, app connector.OAuthApp, secret, refresh connector.Opened) (connector.OAuthTokens, error) {
	to, _ := connector.OriginOf(app.TokenURL)
	clientSecret, mayClient := secret.For(to)
	token, mayToken := refresh.For(to)
	if !mayClient || !mayToken {
		return connector.OAuthTokens{}, &connector.Unrenewed{Why: connector.RenewalUnreached, Server: to, Err: errNotForIt}
	}
	client := c.dialer.Client()
	defer client.CloseIdleConnections()
	way := &followed{client: client, dialer: c.dialer, to: to}
	whole := *client
	whole.Transport = complete{way}

	began := c.dialer.Now()
	config := oauth2.Config{ClientID: app.ClientID, ClientSecret: clientSecret, Endpoint: oauth2.Endpoint{TokenURL: app.TokenURL, AuthStyle: oauth2.AuthStyleInParams}}
	got, err := renewed(context.WithValue(ctx, oauth2.HTTPClient, &whole), config, token)
	if err != nil {
		return connector.OAuthTokens{}, way.unrenewed(err)
	}
	if !isBearer(got) {
		return connector.OAuthTokens{}, &connector.Unrenewed{Why: connector.RenewalUnusable, Server: to, Seen: "a token of another kind"}
	}
	return c.tokens(got, began), nil
}

var errNotForIt = errors.New("the refresh token and the client secret were given for another address")

// tokens reads what a server gave, which it began to give at a time.
func (c *Client) tokens(got *oauth2.Token, began time.Time) connector.OAuthTokens {
	out := connector.OAuthTokens{Access: connector.NewSecret(got.AccessToken), Refresh: connector.NewSecret(got.RefreshToken)}
	if life := time.Duration(min(got.ExpiresIn, int64(longestLife/time.Second))) * time.Second; life > 0 {
		out.Expires = began.Add(life)
	}
	return out
}

// renewed asks for the token, with the client in the form; a server that does not know the client that way has not looked at the refresh token
// yet, so it is asked once more with both in the header.
func renewed(ctx context.Context, config oauth2.Config, refresh string) (*oauth2.Token, error) {
	got, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	var no *oauth2.RetrieveError
	if errors.As(err, &no) && no.ErrorCode == "invalid_client" {
		config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
		return config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	}
	return got, err
}

// followed sends requests to one origin and remembers how far the last one came.
type followed struct {
	client *http.Client
	dialer *remote.Dialer
	to     connector.Origin
	trace  *remote.Trace
}

// RoundTrip implements [http.RoundTripper].
func (f *followed) RoundTrip(req *http.Request) (*http.Response, error) {
	if at, ok := connector.OriginOf(req.URL.Scheme + "://" + req.URL.Host); !ok || at != f.to {
		return nil, errNotForIt // right before anything is sent
	}
	f.trace = f.dialer.Trace(nil)
	return f.trace.Do(f.client, req, nil)
}

// unrenewed says why there is no token. Of what the server wrote only the code of its error is looked at.
func (f *followed) unrenewed(err error) *connector.Unrenewed {
	out := &connector.Unrenewed{Server: f.to}
	if f.trace != nil {
		out.Reached = f.trace.Reached()
	}
	var no *oauth2.RetrieveError
	var transport *url.Error
	switch {
	case errors.As(err, &no):
		// The words behind the number are the server's, which has seen both secrets.
		out.Why, out.Seen = whyNot(no), strconv.Itoa(no.Response.StatusCode)+" "+http.StatusText(no.Response.StatusCode)
		if out.Why == connector.RenewalElsewhere {
			out.Seen = "another address"
		}
	case out.Reached != remote.HTTP:
		out.Why, out.Err = connector.RenewalUnreached, err
	case errors.As(err, &transport) && !errors.Is(err, remote.ErrTooLarge):
		out.Why, out.Err = connector.RenewalUnanswered, wordless(err)
	default:
		out.Why, out.Seen = connector.RenewalUnusable, "an answer that is no token"
	}
	return out
}

var errNotRead = errors.New("the answer could not be read")

// wordless leaves an error as it is where it is one of the connection. Of an answer that cannot be read net/http shows a part, and the server
// has seen both secrets.
func wordless(err error) error {
	var system syscall.Errno
	var timeout net.Error
	switch {
	case errors.As(err, &system), errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	return errNotRead
}

func whyNot(no *oauth2.RetrieveError) connector.RenewalEnd {
	switch no.ErrorCode {
	case "invalid_grant":
		return connector.ConsentGone
	case "invalid_client", "unauthorized_client":
		return connector.ClientRefused
	}
	switch status := no.Response.StatusCode; {
	case status == http.StatusTooManyRequests:
		return connector.RenewalBusy
	case status == http.StatusUnauthorized:
		return connector.ClientRefused
	case status >= 500:
		return connector.RenewalTrouble
	case status >= 300 && status < 400:
		return connector.RenewalElsewhere
	case status < 300: // an answer that is no token, and no refusal either
		return connector.RenewalUnusable
	}
	return connector.RenewalRefused
}
