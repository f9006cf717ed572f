package connector

import (
	"strings"
	"testing"
)

func TestHTTPURL(t *testing.T) {
	tests := []struct{ in, want string }{ // part of the sentence; "" means fine
		{"https://git.example.com/acme/app.git", ""},
		{"HTTP://Git.Example.com:8080", ""},
		{"http://localhost", ""},
		{"https://127.0.0.1/x", ""},
		{"https://[2001:db8::1]:8443/x", ""},
		{"https://xn--bcher-kva.example/", ""},
		{"https://host/a%20b?x=%C3%A9#f", ""},
		{"https://3par/", ""},
		{"https://git_lab.corp./", ""},

		{"git.example.com", "must start with http:// or https://."},
		{"ftp://host", "must start with http:// or https://."},
		{"javascript:alert(1)", "must start with http:// or https://."},
		{"file:///etc/passwd", "must start with http:// or https://."},
		{"https:/host", "must start with http:// or https://."},
		{"https:host", "must start with http:// or https://."},
		{" https://host", "must start with http:// or https://."},

		{"https://", "must name a host"},
		{"https:///path", "must name a host"},
		{"https://?x", "must name a host"},
		{"https://:443", "must name a host"},
		{"https://host:", "must name a host"},
		{"https://host:0", "must name a host"},
		{"https://host:65536", "must name a host"},
		{"https://host:0443", "must name a host"},
		{"https://host:+443", "must name a host"},
		{"https://host:80:80", "must name a host"},
		{"https://host:http", "must name a host"},
		{"https://a..b", "must name a host"},
		{"https://.a", "must name a host"},
		{"https://-a", "must name a host"},
		{"https://a-", "must name a host"},
		{"https://" + strings.Repeat("a", 64), "must name a host"},
		{"https://" + strings.Repeat("a.", 127) + "a", "must name a host"},
		{"https://bücher.example", "must name a host"},
		{"https://ⓛocalhost", "must name a host"},
		{"https://127.1", "must name a host"},
		{"https://0x7f000001", "must name a host"},
		{"https://0x7f.0.0.1", "must name a host"},
		{"https://127.0.0.0x1", "must name a host"},
		{"https://0X7F.1", "must name a host"},
		{"https://0177.0.0.1", "must name a host"},
		{"https://2130706433", "must name a host"},
		{"https://127.0.0.1.", "must name a host"},
		{"https://256.0.0.1", "must name a host"},
		{"https://1.2.3.4.5", "must name a host"},
		{"https://example.0", "must name a host"},
		{"https://example.0x", "must name a host"},
		{"https://[::1", "must name a host"},
		{"https://::1", "must name a host"},
		{"https://[127.0.0.1]", "must name a host"},
		{"https://[fe80::1%25eth0]", "must name a host"},
		{"https://[::1]x", "must name a host"},
		{"https://%31%32%37.0.0.1", "must name a host"},
		{"https://host%00.example", "must name a host"},

		{"https://user@host", "must not contain a user name or password."},
		{"https://user:pw@host", "must not contain a user name or password."},
		{"https://@host", "must not contain a user name or password."},
		{"https://good.example@evil.example/", "must not contain a user name or password."},
		{"https://host/@x", ""},

		{"https://ho st", "must not contain spaces"},
		{`https://good.example\@evil.example`, "must not contain spaces or any of"},
		{`https:\\host`, "must start with http:// or https://."},
		{"https://host/<script>", "must not contain spaces or any of"},
		{"https://host/a%", "is not followed by two hexadecimal digits"},
		{"https://host/a%2", "is not followed by two hexadecimal digits"},
		{"https://host/a%zz", "is not followed by two hexadecimal digits"},
	}
	for _, tt := range tests {
		got := HTTPURL(tt.in)
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("HTTPURL(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := HTTPSURL("http://host"); got != "must start with https://." {
		t.Errorf("HTTPSURL of an http address = %q", got)
	}
}

func TestSSHURL(t *testing.T) {
	for _, good := range []string{"git@git.example.com:acme/app.git", "ssh://git@git.example.com/acme/app.git", "ssh://git.example.com:2222/a",
		"deploy-1@127.0.0.1:a", "git@host:~user/app.git", "git@host:2222/app.git", "ssh://git@[2001:db8::1]:22/a"} {
		if wrong := SSHURL(good); wrong != "" {
			t.Errorf("SSHURL(%q) = %q, want it taken", good, wrong)
		}
	}
	tests := []struct{ in, want string }{
		{"https://git.example.com/a", "must start with ssh:// or look like git@host:path."},
		{"git.example.com:a", "must start with ssh:// or look like git@host:path."},
		{"@host:a", "must start with ssh:// or look like git@host:path."},
		{"-oProxyCommand=x@host:a", "must start with ssh:// or look like git@host:path."},
		{"-x@host:a", "must start with ssh:// or look like git@host:path."},
		{"a/b@host:c", "must start with ssh:// or look like git@host:path."},
		{"git+ssh://git@host/a", "must start with ssh:// or look like git@host:path."},
		{"git@-oProxyCommand:a", "must name a host between @ and the colon"},
		{"git@evil@host:a", "must name a host between @ and the colon"},
		{"git@:a", "must name a host between @ and the colon"},
		{"git@127.1:a", "must name a host between @ and the colon"},
		{"git@host", "must name the repository after a colon"},
		{"git@host:", "must name the repository after a colon"},
		{"git@host:2222:app.git", "which some programs take for a port"},
		{"ssh://git:pw@host/a", "must not contain a user name or password"},
		{"ssh://-oProxyCommand/a", "must name a host"},
		{"ssh://a@b@host/a", "must name a host"},
		{"git@host:a b", "must not contain spaces, quotes"},
		{"git@host:a';id;'", "must not contain spaces, quotes"},
		{"ssh://git@host/$(id)", "must not contain spaces, quotes"},
		{"git@host:`id`", "must not contain spaces, quotes"},
		{`git@host:\\evil\x`, "must not contain spaces, quotes"},
	}
	for _, tt := range tests {
		if got := SSHURL(tt.in); !strings.Contains(got, tt.want) {
			t.Errorf("SSHURL(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// Of each address, what two readers could take for two hosts has no origin.
func TestOriginOf(t *testing.T) {
	tests := []struct {
		in   string
		want Origin // "" means none
	}{
		{"https://git.example.com/acme/app.git", "https://git.example.com:443"},
		{"HTTPS://Git.Example.COM:443", "https://git.example.com:443"},
		{"http://git.example.com", "http://git.example.com:80"},
		{"https://git.example.com:8443?x=@evil", "https://git.example.com:8443"},
		{"https://git.example.com#@evil.example", "https://git.example.com:443"},
		{"https://git.example.com/@evil.example", "https://git.example.com:443"},
		{"https://user@git.example.com/", "https://git.example.com:443"},
		{"https://user:pw@git.example.com:1/", "https://git.example.com:1"},
		{"ssh://git@git.example.com/a", "ssh://git.example.com:22"},
		{"ssh://git@git.example.com:2222/a", "ssh://git.example.com:2222"},
		{"git@git.example.com:acme/app.git", "ssh://git.example.com:22"},
		{"git@git.example.com:2222/app.git", "ssh://git.example.com:22"},
		{"https://[2001:db8::1]/x", "https://[2001:db8::1]:443"},
		{"https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443"},

		{"", ""},
		{"git.example.com", ""},
		{"//git.example.com/a", ""},
		{"https://", ""},
		{"https:git.example.com", ""},
		{"ftp://git.example.com", ""},
		{"git://git.example.com/a", ""},
		{"file:///etc/passwd", ""},
		{"https://git.example.com:", ""},
		{"https://git.example.com:0443", ""},
		{"https://git.example.com:80:443", ""},
		{"https://good.example@evil.example@good.example/", ""},
		{`https://good.example\@evil.example/`, ""},
		{`https://good.example\.evil.example/`, ""},
		{`https:\\good.example\`, ""},
		{"https://good.example\t.evil.example/", ""},
		{"https://good.example\n@evil.example/", ""},
		{"https://good.example\x00.evil.example/", ""},
		{"https://good.example .evil.example/", ""},
		{" https://good.example/", ""},
		{"https://good.example%2eevil.example/", ""},
		{"https://good.example%40evil.example/", ""},
		{"https://good.example;.evil.example/", ""},
		{"https://good.example&.evil.example/", ""},
		{"https://good。example/", ""},
		{"https://goodⅰ.example/", ""},
		{"https://127.1/", ""},
		{"https://0x7f000001/", ""},
		{"https://0177.0.0.1/", ""},
		{"https://2130706433/", ""},
		{"https://[::1%25lo]/", ""},
		{"https://[::1]evil.example/", ""},
		{"https://[127.0.0.1]/", ""},
		{"git@good.example@evil.example:a", ""},
		{"git@good.example:22:a", ""},
		{"git@good.example", ""},
		{"git@[::1]:a", ""},
	}
	for _, tt := range tests {
		got, ok := OriginOf(tt.in)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("OriginOf(%q) = %q, %v, want %q", tt.in, got, ok, tt.want)
		}
	}
}

// Every address that a rule takes has an origin, so its secrets have somewhere to go.
func TestTakenAddressesHaveAnOrigin(t *testing.T) {
	for _, address := range []string{"https://h", "http://h:1", "https://[::1]:2/x?y#z", "ssh://g@h/x", "g@h:x", "https://h/@:x", "https://h?@", "ssh://h/a@b"} {
		taken := HTTPURL(address) == "" || SSHURL(address) == ""
		if origin, ok := OriginOf(address); !taken || !ok || origin == "" {
			t.Errorf("%q: taken %v, origin %q", address, taken, origin)
		}
	}
}

func TestSmallRules(t *testing.T) {
	word := Spelled("a_", "a0_$", "must be a word.")
	tests := []struct {
		name string
		rule Rule
		in   string
		want string
	}{
		{"Longest", Longest(3), "日本語", ""},
		{"Longest", Longest(3), "abcd", "must have at most 3 characters."},
		{"Shortest", Shortest(2), "日本", ""},
		{"Shortest", Shortest(2), "日", "must have at least 2 characters."},
		{"NoSpaces", NoSpaces, "ab", ""},
		{"NoSpaces", NoSpaces, "a b", "must not contain spaces."},
		{"UUID", UUID, "11111111-2222-4333-8444-555555555555", ""},
		{"UUID", UUID, "AAAAAAAA-bbbb-0000-0000-000000000000", ""},
		{"UUID", UUID, "11111111-2222-4333-8444-55555555555", "must be a UUID, such as 11111111-2222-4333-8444-555555555555."},
		{"UUID", UUID, "11111111x2222-4333-8444-555555555555", "must be a UUID, such as 11111111-2222-4333-8444-555555555555."},
		{"UUID", UUID, "1111111g-2222-4333-8444-555555555555", "must be a UUID, such as 11111111-2222-4333-8444-555555555555."},
		{"Digits", Digits, "0123", ""},
		{"Digits", Digits, "١٢", "must be digits only."},
		{"Host", Host, "acme.service-now.com", ""},
		{"Host", Host, "https://acme", "must be a host name, such as acme.service-now.com."},
		{"Spelled", word, "_a9$", ""},
		{"Spelled", word, "9a", "must be a word."},
		{"Spelled", word, "a-", "must be a word."},
		{"Spelled", word, "aé", "must be a word."},
		{"NotOneOf", NotOneOf("or and"), "or", "must not be or, which is a reserved word. Choose another."},
		{"NotOneOf", NotOneOf("or and"), "Or", ""},
		{"NotOneOf", NotOneOf("or and"), "o", ""},
	}
	for _, tt := range tests {
		if got := tt.rule(tt.in); got != tt.want {
			t.Errorf("%s(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

// FuzzAddress holds the rules and the origin to one reading of an address.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"https://h/x", "git@h:x", "ssh://g@h:2/x", `https://a\@b`, "https://[::1]:1", "http://1.2.3.4", "a@b:1:c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		origin, ok := OriginOf(address)
		if ok != (origin != "") {
			t.Fatalf("OriginOf(%q) = %q, %v", address, origin, ok)
		}
		if (HTTPURL(address) == "" || SSHURL(address) == "") && !ok && !hasControl(address) {
			t.Fatalf("a rule takes %q, which has no origin", address)
		}
		if again, same := OriginOf(string(origin)); ok && (!same || again != origin) {
			t.Fatalf("the origin of %q is %q, and the origin of that is %q", address, origin, again)
		}
	})
}
