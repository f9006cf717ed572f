package views

import (
	"net/url"

	"patchbay/access"
	"patchbay/connector"
)

// OAuthPage is the OAuth application of a workspace: POST /workspaces/{id}/oauth with version, authorise, token, api, client_id and
// client_secret, and client_secret.state (keep or replace) where a secret is kept; POST /workspaces/{id}/oauth/remove.
type OAuthPage struct {
	Shell
	Vendor    *connector.Vendor
	Workspace connector.Workspace
	App       connector.OAuthApp // as kept, or what was typed; Version is 0 while none is kept
	Kept      bool               // an application is kept, and so is its secret
	Replace   bool               // the person wanted to replace the secret
	Callback  string             // what has to be registered at the OAuth server
	Problems  connector.Problems // of the fields
}

// takesOAuth reports whether the workspace's vendor has connectors that a person lets in.
func takesOAuth(vendors connector.Catalog, w connector.Workspace) bool {
	v, ok := vendors.Vendor(w.Vendor)
	if !ok {
		return false
	}
	for _, t := range v.Types {
		if _, ok := t.New().(connector.Authorising); ok {
			return true
		}
	}
	return false
}

func oauthURL(w connector.Workspace, parts ...string) string {
	out := "/workspaces/" + url.PathEscape(w.ID) + "/oauth"
	for _, p := range parts {
		out += "/" + p
	}
	return out
}

// lapsed reports whether a check found that a consent, once given, is good no more: then the connector waits, and not for its settings.
func (p ConnectorPage) lapsed() bool {
	h := p.Connector.Health
	return h.Status == connector.Waiting && h.Code != "" && h.Code != "NEEDS_A_PERSON"
}

// authorises reports whether a person lets the connector in at all, and whether one is waited for now.
func (p ConnectorPage) authorises() (is, waits bool) {
	s, is := p.Connector.Spec.(connector.Authorising)
	return is, is && s.State() != ""
}

// LeavingPage is shown for the moment in which the browser goes on to the OAuth server: POST /connectors/{id}/authorise.
type LeavingPage struct {
	Shell
	Connector connector.Connector
	Address   string // at the OAuth server
}

// server is where the browser goes.
func (p LeavingPage) server() string {
	if u, err := url.Parse(p.Address); err == nil && u.Host != "" {
		return u.Host
	}
	return "the OAuth server"
}

// ConsentPage asks a person who came back from the OAuth server for their word: POST /connectors/{id}/authorise/{consent}, with site where
// the consent is for several.
type ConsentPage struct {
	Shell
	Vendor    *connector.Vendor
	Workspace connector.Workspace
	Connector connector.Connector
	Consent   connector.PendingConsent // without what is secret
	Problems  connector.Problems       // of site
}

// choosing reports whether a site has to be chosen.
func (p ConsentPage) choosing() bool { return len(p.Consent.Brought.Sites) > 1 }

// now gives the site that the connector is authorised for at present, or "".
func (p ConsentPage) now() string {
	for _, f := range p.Connector.Spec.Fields() {
		if f.Name == "Domain" {
			return f.Value()
		}
	}
	return ""
}

// siteName is how a site is offered: by name where it has one that its address does not say already.
func siteName(s connector.Site) string {
	if s.Name == "" {
		return s.Address
	}
	return s.Name
}

// tells reports whether a field may be shown: an address with the state of a consent in it is nobody's business but the program's that asked.
func (p ConnectorPage) tells(f connector.Field) bool {
	s, is := p.Connector.Spec.(connector.Authorising)
	return !is || f.Value() != s.Invitation()
}

func (p ConnectorPage) mayAuthorise() bool { return p.May(access.Edit) }
