// Package oauth exchanges the code of a person's consent for tokens, at whatever OAuth 2.0 server a workspace names, asks which site the
// consent is for, and renews the tokens. It speaks through the guarded client only, and believes nothing that it is told without looking at it.
package oauth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"patchbay/connector"
	"patchbay/remote"
)

// Client speaks to OAuth 2.0 servers. It is safe for concurrent use.
type Client struct{ dialer *remote.Dialer }

// New makes a client on the dialer.
func New(d *remote.Dialer) *Client { return &Client{d} }

const (
	longestCode  = 4096
	longestToken = 16 << 10
	longestLife  = 365 * 24 * time.Hour
)

// Exchange exchanges a code. Each value goes to one place: the code and the client secret to the token URL, the access token to the API.
// No redirect is followed. A no is a *[connector.ConsentRefused].
func (c *Client) Exchange(ctx context.Context, app connector.OAuthApp, secret connector.Secret, callback, code string) (connector.Consent, error) {
	if code == "" || len(code) > longestCode || !isPlain(code) {
		return connector.Consent{}, notTaken
	}
	client := c.dialer.Client()
	defer client.CloseIdleConnections()
	whole := *client
	whole.Transport = complete{client.Transport}

	began := c.dialer.Now()
	token, err := exchanged(context.WithValue(ctx, oauth2.HTTPClient, &whole), app, secret, callback, code)
	if err != nil {
		return connector.Consent{}, explain(ctx, err, "token URL")
	}
	if !isBearer(token) {
		return connector.Consent{}, refused("The token URL answered with a token that Patchbay cannot use.", "Look whether it is the address of an OAuth 2.0 server.")
	}
	out := connector.Consent{Tokens: c.tokens(token, began)}
	out.Sites, err = sites(ctx, &whole, app.API, token.AccessToken)
	return out, err
}

// exchanged asks for the token. The client's name and secret go into the form, as most servers take them; a server that does not know
// the client that way has not looked at the code yet, so it is asked once more with both in the header, as the others want it.
func exchanged(ctx context.Context, app connector.OAuthApp, secret connector.Secret, callback, code string) (*oauth2.Token, error) {
	config := oauth2.Config{ClientID: app.ClientID, ClientSecret: secret.Reveal(), RedirectURL: callback,
		Endpoint: oauth2.Endpoint{AuthURL: app.AuthoriseURL, TokenURL: app.TokenURL, AuthStyle: oauth2.AuthStyleInParams}}
	token, err := config.Exchange(ctx, code)
	var no *oauth2.RetrieveError
	if errors.As(err, &no) && no.ErrorCode == "invalid_client" {
		config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
		return config.Exchange(ctx, code)
	}
	return token, err
}

// isBearer reports whether the token is of the one kind that is sent as it is, and can be sent.
func isBearer(t *oauth2.Token) bool {
	return (t.TokenType == "" || strings.EqualFold(t.TokenType, "bearer")) && len(t.AccessToken) <= longestToken && isPlain(t.AccessToken) &&
		len(t.RefreshToken) <= longestToken && isPlain(t.RefreshToken)
}

// isPlain reports whether a text has only printable ASCII characters without spaces.
func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// complete reads an answer to its end before anybody looks at it, so that what breaks off half-way or is too large is an error of the request,
// in which its reason can still be seen.
type complete struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (c complete) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Accept", "application/json")
	res, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(strings.NewReader(string(body)))
	return res, nil
}
