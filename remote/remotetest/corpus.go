package remotetest

import (
	"net/netip"
	"strconv"
	"strings"
)

// HostileAddresses are addresses that no check may connect when nothing is allowed: everything of special purpose, and
// the forms of IPv6 that carry such an IPv4 address inside.
func HostileAddresses() []netip.Addr {
	var out []netip.Addr
	for text := range strings.FieldsSeq(special4 + special6) {
		out = append(out, netip.MustParseAddr(text))
	}
	for text := range strings.FieldsSeq(carried) {
		out = append(out, carriers(netip.MustParseAddr(text))...)
	}
	return out
}

const special4 = `
	127.0.0.1 127.0.0.2 127.0.1.1 127.1.1.1 127.255.255.254
	0.0.0.0 0.0.0.1 0.1.2.3 0.255.255.255
	10.0.0.0 10.0.0.1 10.1.2.3 10.255.255.255
	172.16.0.1 172.17.0.1 172.20.10.5 172.31.255.255
	192.168.0.1 192.168.1.1 192.168.122.1 192.168.255.255
	100.64.0.1 100.100.100.200 100.127.255.255
	169.254.0.1 169.254.169.123 169.254.169.253 169.254.169.254 169.254.170.2 169.254.170.23 169.254.255.255
	168.63.129.16 192.0.0.1 192.0.0.8 192.0.0.170 192.0.0.192
	192.0.2.1 198.51.100.7 203.0.113.9
	192.31.196.1 192.52.193.1 192.88.99.1 192.175.48.1
	198.18.0.1 198.19.255.255
	224.0.0.1 224.0.0.251 233.252.0.1 239.255.255.250
	240.0.0.1 250.1.2.3 255.255.255.254 255.255.255.255 `

const special6 = `
	:: ::1 ::2 ::1%lo fe80::1 fe80::1%eth0 fe80::a9fe:a9fe febf::1 fec0::1 feff::1
	fc00::1 fd00::1 fdff::1 fd00:ec2::23 fd00:ec2::253 fd00:ec2::254 fd20:ce::254 fd00:42::42
	ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1
	100::1 100:0:0:1::1 2001::1 2001:2::1 2001:3::1 2001:10::1 2001:20::1 2001:30::1
	2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1 5f00::1 4000::1 8000::1 e000::1 2620:4f:8000::1 `

// carried are the IPv4 addresses that are put into each carrier.
const carried = `
	127.0.0.1 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 169.254.170.2 100.64.0.1 100.100.100.200
	168.63.129.16 192.0.0.192 198.18.0.1 224.0.0.1 255.255.255.255`

// carriers gives the ways to put an IPv4 address into an IPv6 one.
func carriers(v4 netip.Addr) []netip.Addr {
	b := v4.As4()
	at := func(prefix string, place int, turned byte) netip.Addr {
		a := netip.MustParseAddr(prefix).As16()
		for i := range b {
			a[place+i] = b[i] ^ turned
		}
		return netip.AddrFrom16(a)
	}
	return []netip.Addr{
		at("::ffff:0:0", 12, 0),          // mapped
		at("::ffff:0:0:0", 12, 0),        // translated
		at("::", 12, 0),                  // compatible
		at("64:ff9b::", 12, 0),           // NAT64
		at("64:ff9b:1::", 12, 0),         // NAT64, local
		at("2002::1", 2, 0),              // 6to4
		at("2001:0:808:808::", 12, 0xff), // Teredo, the client
		at("2001::f7f7:f7f7", 4, 0),      // Teredo, the server
		at("2a00:1450::5efe:0:0", 12, 0), // ISATAP in a public network
		at("2a00::200:5efe:0:0", 12, 0),  // ISATAP, marked as global
	}
}

// GoodAddresses are public addresses, many of them right beside a forbidden network.
func GoodAddresses() []netip.Addr {
	var out []netip.Addr
	for text := range strings.FieldsSeq(`
		1.1.1.1 8.8.8.8 9.9.9.9 140.82.112.3 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
		168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 191.255.255.255 192.0.1.1
		192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 223.255.255.255 ::ffff:8.8.8.8
		2001:4860:4860::8888 2003::1 2600:1f18::1 2606:4700:4700::1111 2620:4f:8001::1 2a00:1450:4001::1`) {
		out = append(out, netip.MustParseAddr(text))
	}
	return out
}

// HostileNames resolve, by [Resolver], to where nobody may connect.
var HostileNames = map[string][]string{
	"loopback.example.test":       {"127.0.0.1"},
	"six.example.test":            {"::1"},
	"mapped.example.test":         {"::ffff:127.0.0.1"},
	"zero.example.test":           {"0.0.0.0"},
	"none.example.test":           {"::"},
	"second.example.test":         {"203.0.113.9", "127.0.0.1"},
	"127.0.0.1.example.test":      {"127.0.0.1"},
	"metadata.google.internal":    {"169.254.169.254"},
	"instance-data.example.test":  {"169.254.169.254", "127.0.0.1"},
	"xn--80ak6aa92e.example.test": {"127.0.0.1"},
}

// HostileURLs are addresses of a sink on the port of 127.0.0.1 and ::1, written so that some reader may be taken in.
func HostileURLs(port uint16) []string {
	var out []string
	for _, host := range strings.Fields(`
		127.0.0.1 127.1 127.0.1 127.0.0.1. 127.00.0.1 127.0.0.01 127.0.0.2 0 0.0.0.0 0x7f000001 0x7f.0.0.1 0x7f.1 0X7F.1 2130706433
		017700000001 0177.0.0.1 0177.1 127.0.0.1%00.example.com 127.0.0.1%09 localhost LOCALHOST localhost. ip6-localhost
		[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::FFFF:7F00:1] [0:0:0:0:0:ffff:7f00:1] [::127.0.0.1] [::1%25lo] [::1%lo]
		[64:ff9b::7f00:1] [2002:7f00:1::] [2001:0:808:808::80ff:fffe] [fe80::1%25lo]
		①②⑦.⓪.⓪.① 127。0。0。1 １２７.0.0.1 locаlhost`) {
		out = append(out, "http://"+host+":{port}/app.git", "https://"+host+":{port}/app.git")
	}
	for name := range HostileNames {
		out = append(out, "http://"+name+":{port}/app.git", "https://"+name+":{port}/app.git")
	}
	out = append(out,
		"http://example.com@127.0.0.1:{port}/app.git", "http://example.com:80@127.0.0.1:{port}/app.git", "http://127.0.0.1:{port}@example.test/",
		"http://127.0.0.1:{port}#@example.com/app.git", "http://127.0.0.1:{port}?@example.com/app.git", `http://127.0.0.1:{port}\@example.com/`,
		`http://example.com\@127.0.0.1:{port}/`, "http://example.com%40127.0.0.1:{port}/", "http:///127.0.0.1:{port}/app.git", "http:/127.0.0.1:{port}/app.git",
		"http:127.0.0.1:{port}/app.git", "//127.0.0.1:{port}/app.git", "127.0.0.1:{port}/app.git", "hTTp://127.0.0.1:{port}/app.git",
		" http://127.0.0.1:{port}/app.git", "http://127.0.0.1:{port} /app.git", "http://127.0.0.1:{port}\r\nHost: example.com/", "http://127.0.0.1:+{port}/",
		"http://127.0.0.1:0{port}/app.git", "file:///etc/passwd", "file://127.0.0.1:{port}/app.git", "ftp://127.0.0.1:{port}/app.git", "git://127.0.0.1:{port}/app.git",
		"gopher://127.0.0.1:{port}/_GET", "dict://127.0.0.1:{port}/x", "ldap://127.0.0.1:{port}/", "ws://127.0.0.1:{port}/", "unix:///var/run/docker.sock",
		"http+unix://%2Fvar%2Frun%2Fdocker.sock/", "jar:http://127.0.0.1:{port}!/", "javascript:fetch('http://127.0.0.1:{port}')", "data:text/plain,x",
		"ext::sh -c true", "-oProxyCommand=true", "--upload-pack=true", "")
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], "{port}", strconv.Itoa(int(port)))
	}
	return out
}
