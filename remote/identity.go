package remote

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
)

// IdentityURL is where Azure's metadata service gives out tokens for the managed identities of the machine that asks.
const IdentityURL = "http://169.254.169.254/metadata/identity/oauth2/token"

// metadataAddress is the host and port of IdentityURL.
var metadataAddress = netip.AddrPortFrom(netip.AddrFrom4([4]byte{169, 254, 169, 254}), 80)

// Identity makes a client that can do one thing: get [IdentityURL], with the three parameters that the service knows. The guard
// refuses the service to everybody, since it hands out the machine's own credentials to whoever asks; this is the only way around it, it
// leads nowhere else, and nothing that a connector says is part of its address. ok is false where the operator has not opened it.
// The limits are those of [Dialer.Client]; call CloseIdleConnections when done.
func (d *Dialer) Identity() (client *http.Client, ok bool) {
	if !d.identity.IsValid() {
		return nil, false
	}
	way := d.over(func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.connect(ctx, "tcp", d.identity.String(), d.decideIdentity)
	})
	client = d.Client()
	client.Transport = &identityDoor{transport{encrypted: way, plain: way}, admitsIdentity}
	return client, true
}

// decideIdentity lets one address through, and that to nobody but the door.
func (d *Dialer) decideIdentity(to netip.AddrPort) error {
	if netip.AddrPortFrom(to.Addr().Unmap(), to.Port()) != d.identity {
		return refuse(to, "not the metadata service", "")
	}
	return nil
}

// identityDoor looks at each request before it goes to the metadata service.
type identityDoor struct {
	transport
	admits func(*http.Request) bool
}

// RoundTrip implements [http.RoundTripper].
func (i *identityDoor) RoundTrip(req *http.Request) (*http.Response, error) {
	if !i.admits(req) {
		return nil, dropped(req, &Refused{Address: req.URL.Redacted(), Reason: NotAllowed, Why: "not what the metadata service may be asked"})
	}
	req = req.Clone(req.Context())
	// The service answers nobody without this line, which a request that was led here by trickery does not have.
	req.Header.Set("Metadata", "true")
	return i.transport.RoundTrip(req)
}

// admitsIdentity reports whether a request asks for a token and nothing else.
func admitsIdentity(req *http.Request) bool {
	asked := *req.URL
	asked.RawQuery = ""
	if req.Method != http.MethodGet || req.Body != nil && req.Body != http.NoBody || asked.String() != IdentityURL || req.Host != "" && req.Host != req.URL.Host {
		return false
	}
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return false
	}
	for name, values := range query {
		if len(values) != 1 || !slices.Contains([]string{"api-version", "resource", "client_id"}, name) {
			return false
		}
	}
	return true
}
