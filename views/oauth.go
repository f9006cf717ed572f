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

// authorises reports whether a person lets the connector in at all, and whether one is waited for now.
func (p ConnectorPage) authorises() (is, waits bool) {
	s, is := p.Connector.Spec.(connector.Authorising)
	return is, is && s.State() != ""
}

// authoriseAt gives the address for the person; "" while the workspace has no application, since nobody could consent to nothing.
func (p ConnectorPage) authoriseAt() string {
	for _, f := range p.Connector.Spec.Fields() {
		if f.Name != "AuthUrl" {
			continue
		}
		if u, err := url.Parse(f.Value()); err == nil && u.Query().Get("client_id") != "" {
			return f.Value()
		}
	}
	return ""
}

func (p ConnectorPage) mayAuthorise() bool { return p.May(access.Edit) }
