package remote

import (
	"errors"
	"net/netip"
)

// Reason is why the guard did not let a connection happen.
type Reason string

// The reasons.
const (
	NotAllowed Reason = "address not allowed" // the connected address is out of bounds
	PlainHTTP  Reason = "plain http"          // http to an address that no CIDR was allowed for
	Unclear    Reason = "unclear address"     // two readers could take the address for two hosts
)

// Refused is the guard's no. Nothing was sent: the decision falls after the name is resolved and before the connection.
type Refused struct {
	Address string // host and port as they were to be connected, or the address as it was asked for
	Reason  Reason
	Why     string // what the address is, to go on from "which is": "a private address"
	Way     string // the way out as a sentence, or "" when there is none
}

// Error implements error.
func (r *Refused) Error() string {
	switch r.Reason {
	case PlainHTTP:
		return "refused " + r.Address + ": " + r.Why
	default:
		return "refused " + r.Address + ", which is " + r.Why
	}
}

func refuse(to netip.AddrPort, why, way string) error {
	return &Refused{Address: to.String(), Reason: NotAllowed, Why: why, Way: way}
}

func refusePlain(to netip.AddrPort) error {
	return &Refused{Address: to.String(), Reason: PlainHTTP, Why: "http without encryption is only for allowed networks",
		Way: "Use https, or start Patchbay with --allow-egress " + single(to.Addr()) + " if the network in between is trusted."}
}

func unclear(address, why string) error {
	return &Refused{Address: address, Reason: Unclear, Why: why, Way: "Write the address in its plainest form, as in https://git.example.com:8443/acme/app.git."}
}

func single(addr netip.Addr) string { return netip.PrefixFrom(addr, addr.BitLen()).String() }

// ErrTooLarge is an answer whose header or body goes on past the limits of the client.
var ErrTooLarge = errors.New("the answer is larger than Patchbay reads")
