package remote

import (
	"errors"
	"net/netip"
	"testing"

	"patchbay/remote/remotetest"
)

func TestHostileAddressesAreRefused(t *testing.T) {
	hostile := remotetest.HostileAddresses()
	if len(hostile) < 160 {
		t.Fatalf("the corpus has %d hostile addresses, want at least 160", len(hostile))
	}
	closed := newGuard(nil, false, nil)
	for _, addr := range hostile {
		for _, plain := range []bool{false, true} {
			var refused *Refused
			if err := closed.decide(netip.AddrPortFrom(addr, 443), plain); !errors.As(err, &refused) || refused.Reason != NotAllowed {
				t.Errorf("decide(%s, plain %t) = %v, want it refused", addr, plain, err)
			}
		}
	}
}

func TestAGuardThatAllowsEverythingStillRefusesMetadataAndLinkLocal(t *testing.T) {
	everything := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	open := newGuard(everything, true, nil)
	for _, text := range []string{"169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200",
		"168.63.129.16", "192.0.0.192", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255",
		"::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2a00::5efe:a9fe:a9fe", "2001:0:808:808::5601:5601"} {
		if err := open.decide(netip.AddrPortFrom(netip.MustParseAddr(text), 80), false); err == nil {
			t.Errorf("decide(%s) lets it through although nothing may open it", text)
		}
	}
	// The same guard is open indeed, or the loop above would prove nothing.
	for _, text := range []string{"10.0.0.1", "192.168.1.1", "fd12::1", "127.0.0.1", "::1", "203.0.113.9"} {
		if err := open.decide(netip.AddrPortFrom(netip.MustParseAddr(text), 80), true); err != nil {
			t.Errorf("decide(%s) = %v, want it allowed by the CIDR", text, err)
		}
	}
	noLoopback := newGuard(everything, false, nil)
	for _, text := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1"} {
		if err := noLoopback.decide(netip.AddrPortFrom(netip.MustParseAddr(text), 80), false); err == nil {
			t.Errorf("decide(%s) is opened by a CIDR; only AllowLoopback may do that", text)
		}
	}
}

func TestGoodAddressesPass(t *testing.T) {
	good := remotetest.GoodAddresses()
	if len(good) < 25 {
		t.Fatalf("the corpus has %d good addresses, want at least 25", len(good))
	}
	closed := newGuard(nil, false, nil)
	for _, addr := range good {
		if err := closed.decide(netip.AddrPortFrom(addr, 8443), false); err != nil {
			t.Errorf("decide(%s) = %v, want nil", addr, err)
		}
		var refused *Refused
		if err := closed.decide(netip.AddrPortFrom(addr, 80), true); !errors.As(err, &refused) || refused.Reason != PlainHTTP || refused.Way == "" {
			t.Errorf("decide(%s, plain) = %v, want plain http refused with a way out", addr, err)
		}
	}
}

func TestAnAllowedNetworkOpensItselfAlone(t *testing.T) {
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("::ffff:192.168.5.0/120"), netip.MustParsePrefix("fd12:3456::/32")}, false, nil)
	for text, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "192.168.5.9": true, "192.168.6.1": false,
		"fd12:3456::1": true, "fd12:3457::1": false, "172.16.0.1": false, "64:ff9b::a01:203": false, "127.0.0.1": false,
	} {
		for _, plain := range []bool{false, true} {
			if err := g.decide(netip.AddrPortFrom(netip.MustParseAddr(text), 80), plain); (err == nil) != want {
				t.Errorf("decide(%s, plain %t) = %v, want allowed %t", text, plain, err, want)
			}
		}
	}
}

func TestItsOwnListenersAreRefusedWhateverIsAllowed(t *testing.T) {
	own := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8080"), netip.MustParseAddrPort("[::]:9090"), netip.MustParseAddrPort("10.0.0.5:443")}
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, true, func() []netip.AddrPort { return own })
	for text, want := range map[string]bool{
		"127.0.0.1:8080": false, "[::ffff:127.0.0.1]:8080": false, "127.0.0.1:8081": true, "127.0.0.2:8080": true,
		"127.0.0.1:9090": false, "127.9.9.9:9090": false, "[::1]:9090": false, "10.0.0.5:443": false, "10.0.0.6:443": true, "8.8.8.8:9090": true,
	} {
		if err := g.decide(netip.MustParseAddrPort(text), false); (err == nil) != want {
			t.Errorf("decide(%s) = %v, want allowed %t", text, err, want)
		}
	}
}

func TestARefusalSaysWhatToDo(t *testing.T) {
	g := newGuard(nil, false, nil)
	for text, want := range map[string]string{
		"10.0.0.1:443":        "If checks may reach it, start Patchbay with --allow-egress and its network, for this address alone --allow-egress 10.0.0.1/32.",
		"[fd12::1]:443":       "If checks may reach it, start Patchbay with --allow-egress and its network, for this address alone --allow-egress fd12::1/128.",
		"169.254.169.254:443": "",
	} {
		var refused *Refused
		if err := g.decide(netip.MustParseAddrPort(text), false); !errors.As(err, &refused) || refused.Way != want {
			t.Errorf("decide(%s) = %+v, want the way out %q", text, err, want)
		}
	}
}

// FuzzGuard holds the guard to one promise: an address that is let through is public, in whatever form it comes.
func FuzzGuard(f *testing.F) {
	for _, addr := range append(remotetest.HostileAddresses(), remotetest.GoodAddresses()...) {
		f.Add(addr.AsSlice())
	}
	closed := newGuard(nil, false, nil)
	f.Fuzz(func(t *testing.T, raw []byte) {
		addr, ok := netip.AddrFromSlice(raw)
		if !ok || closed.decide(netip.AddrPortFrom(addr, 443), false) != nil {
			return
		}
		for _, a := range append(embedded(addr), addr.Unmap()) {
			if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
				t.Errorf("decide(%s) lets %s through", addr, a)
			}
		}
	})
}
