package remote

import (
	"net"
	"net/netip"

	"code.dny.dev/ssrf"
)

// guard decides which addresses may be connected. It looks at the address that the system is about to connect, never at a
// name, so a name that changes its mind between two look-ups gains nothing.
type guard struct {
	allow    []netip.Prefix
	loopback bool
	own      func() []netip.AddrPort
	public   *ssrf.Guardian
}

func newGuard(allow []netip.Prefix, loopback bool, own func() []netip.AddrPort) *guard {
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		p = plainPrefix(p)
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else if p.IsValid() {
			v6 = append(v6, p)
		}
	}
	return &guard{
		allow:    append(append([]netip.Prefix(nil), v4...), v6...),
		loopback: loopback,
		own:      own,
		// Every port is fine: Git servers, Artifactories and controllers live anywhere. The address is what matters.
		public: ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)),
	}
}

// plainPrefix writes ::ffff:10.0.0.0/104 as 10.0.0.0/8, since addresses are looked at in that form too.
func plainPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

type network struct {
	prefix netip.Prefix
	why    string
}

// never lists what no flag opens: the address of nobody, of everybody and of this link, and the places where clouds hand
// out the credentials of the machine.
var never = []network{
	{netip.MustParsePrefix("169.254.169.254/32"), "the metadata service of a cloud"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("fd00:ec2::/32"), "the metadata service of a cloud"},      // AWS
	{netip.MustParsePrefix("fd20:ce::254/128"), "the metadata service of a cloud"},   // Google Cloud
	{netip.MustParsePrefix("fd00:42::42/128"), "the metadata service of a cloud"},    // Scaleway
	{netip.MustParsePrefix("100.100.100.200/32"), "the metadata service of a cloud"}, // Alibaba Cloud
	{netip.MustParsePrefix("192.0.0.192/32"), "the metadata service of a cloud"},     // Oracle Cloud
	{netip.MustParsePrefix("168.63.129.16/32"), "the host service of a cloud"},       // Azure
	{netip.MustParsePrefix("0.0.0.0/8"), "the address of no host"},
	{netip.MustParsePrefix("::/128"), "the address of no host"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	{netip.MustParsePrefix("255.255.255.255/32"), "the broadcast address"},
}

// decide gives nil when the address may be connected, and *Refused when not. plain is true for http without encryption.
func (g *guard) decide(to netip.AddrPort, plain bool) error {
	addr := to.Addr().Unmap()
	to = netip.AddrPortFrom(addr, to.Port())
	if !addr.IsValid() || to.Port() == 0 || addr.Zone() != "" {
		return refuse(to, "not an address of a host and a port", "")
	}
	for _, n := range never {
		if n.prefix.Contains(addr) {
			return refuse(to, n.why, "")
		}
	}
	if g.isOwn(to) {
		return refuse(to, "where Patchbay itself listens", "")
	}
	if addr.IsLoopback() {
		if g.loopback {
			return nil
		}
		return refuse(to, "a loopback address", "Use an address that other machines can reach too. Only \"serve --dev\" lets checks reach this machine.")
	}
	for _, inner := range embedded(addr) {
		if g.decide(netip.AddrPortFrom(inner, to.Port()), false) != nil {
			return refuse(to, "an IPv6 form of the address "+inner.String()+" that is not allowed", "")
		}
	}
	if g.public.SafeAddr(addr) != nil {
		return refuse(to, kind(addr), "If checks may reach it, start Patchbay with --allow-egress and its network, for this address alone --allow-egress "+single(addr)+".")
	}
	if plain && !g.allows(addr) {
		return refusePlain(to)
	}
	return nil
}

func (g *guard) allows(addr netip.Addr) bool {
	for _, p := range g.allow {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// isOwn tells whether Patchbay itself listens there. Who listens on all addresses listens on each of the machine's.
func (g *guard) isOwn(to netip.AddrPort) bool {
	if g.own == nil {
		return false
	}
	for _, own := range g.own() {
		listens := own.Addr().Unmap()
		if own.Port() == to.Port() && (listens == to.Addr() || listens.IsUnspecified() && isHere(to.Addr())) {
			return true
		}
	}
	return false
}

func isHere(addr netip.Addr) bool {
	here, err := net.InterfaceAddrs()
	if err != nil || addr.IsLoopback() {
		return true // who cannot tell says yes: it only refuses
	}
	for _, a := range here {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Unmap().WithZone("") == addr {
			return true
		}
	}
	return false
}

func kind(addr netip.Addr) string {
	if addr.IsPrivate() {
		return "a private address"
	}
	return "an address for special purposes"
}

var (
	nat64  = []netip.Prefix{netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48")}
	compat = []netip.Prefix{netip.MustParsePrefix("::/96"), netip.MustParsePrefix("::ffff:0:0:0/96")}
	to6to4 = netip.MustParsePrefix("2002::/16")
	teredo = netip.MustParsePrefix("2001::/32")
)

// embedded gives the IPv4 addresses that an IPv6 address carries inside: a gateway may unpack it and connect those.
func embedded(addr netip.Addr) []netip.Addr {
	if !addr.Is6() {
		return nil
	}
	b := addr.As16()
	last := netip.AddrFrom4([4]byte(b[12:16]))
	for _, p := range append(nat64, compat...) {
		if p.Contains(addr) {
			return []netip.Addr{last}
		}
	}
	switch {
	case to6to4.Contains(addr):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[2:6]))}
	case teredo.Contains(addr): // the relay's address in clear, the client's with every bit turned
		client := [4]byte{^b[12], ^b[13], ^b[14], ^b[15]}
		return []netip.Addr{netip.AddrFrom4([4]byte(b[4:8])), netip.AddrFrom4(client)}
	case b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP, in any network
		return []netip.Addr{last}
	}
	return nil
}
