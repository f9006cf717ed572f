package securityhub

import (
	"strings"

	"patchbay/connector"
)

// Atlassian gives the addresses of the vendor's own OAuth 2.0 server, without a client.
func Atlassian() connector.OAuthApp {
	return connector.OAuthApp{
		AuthoriseURL: "https://auth.atlassian.com/authorize",
		TokenURL:     "https://auth.atlassian.com/oauth/token",
		API:          "https://api.atlassian.com",
	}
}

// Await implements [connector.Authorising].
func (s *JiraCloud) Await(identifier string, g connector.Giver) {
	s.AuthURL = AuthURL("", "", newState(identifier, g))
}

// Invite implements [connector.Authorising]. A connector that waits for nobody stays without an address.
func (s *JiraCloud) Invite(app connector.OAuthApp, callback string) {
	state := s.State()
	switch {
	case state == "":
	case app.ClientID == "":
		s.AuthURL = AuthURL("", "", state)
	default:
		s.AuthURL = authURL(app, callback, state)
	}
}

// Invitation implements [connector.Authorising].
func (s *JiraCloud) Invitation() string { return s.AuthURL }

// audience is the host of the API that the token is for.
func audience(api string) string {
	_, rest, _ := strings.Cut(api, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
