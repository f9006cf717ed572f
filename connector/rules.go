package connector

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// HTTPURL wants an address that starts with http:// or https://, names a host, and holds no user name or password.
func HTTPURL(v string) string { return address(v, "http", "https") }

// HTTPSURL wants the same, and encryption.
func HTTPSURL(v string) string { return address(v, "https") }

// SSHURL wants a Git address over SSH: ssh://user@host/path or user@host:path. The path becomes part of a command on the
// other side, so it holds nothing that a shell would act on.
func SSHURL(v string) string {
	if strings.ContainsAny(v, shellMarks) {
		return "must not contain spaces, quotes or any of ` $ ; & | < > ( ) { } * ? ! # \\."
	}
	if strings.HasPrefix(v, "ssh://") {
		return address(v, "ssh")
	}
	user, rest, ok := strings.Cut(v, "@")
	host, path, isShort := strings.Cut(rest, ":")
	switch {
	case !ok || strings.Trim(user, userLetters) != "" || user == "" || user[0] == '-' || strings.Contains(v, "://"):
		return "must start with ssh:// or look like git@host:path."
	case !isHost(host):
		return "must name a host between @ and the colon, as in git@git.example.com:acme/app.git."
	case !isShort || path == "":
		return "must name the repository after a colon, as in git@git.example.com:acme/app.git."
	}
	if _, ok := OriginOf(v); !ok {
		return "has a number and a colon before the path, which some programs take for a port. " +
			"Write ssh://git@git.example.com:2222/acme/app.git instead."
	}
	return ""
}

const (
	shellMarks  = " \t'\"`$;&|<>(){}*?!#\\"
	userLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
)

func address(v string, schemes ...string) string {
	scheme, rest, ok := strings.Cut(v, "://")
	known := false
	for _, s := range schemes {
		known = known || strings.EqualFold(scheme, s)
	}
	if !ok || !known {
		return "must start with " + strings.Join(schemes, ":// or ") + "://."
	}
	if strings.ContainsAny(v, " \t\"<>^`{|}\\") {
		return "must not contain spaces or any of \" < > ^ ` { | } \\. Write them as %20 and so on."
	}
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && (i+2 >= len(v) || !isHex(v[i+1]) || !isHex(v[i+2])) {
			return "has a % that is not followed by two hexadecimal digits."
		}
	}
	authority, _, _ := strings.Cut(strings.NewReplacer("?", "/", "#", "/").Replace(rest), "/")
	if before, _, has := strings.Cut(authority, "@"); has && (!strings.EqualFold(scheme, "ssh") || strings.Contains(before, ":")) {
		return "must not contain a user name or password. Put them into their own fields."
	}
	if _, ok := OriginOf(v); !ok {
		return "must name a host, and a port only as a number from 1 to 65535, as in https://git.example.com:8443/path."
	}
	return ""
}

// isHost takes a DNS name, an IPv4 address or an IPv6 address in brackets, each in its plainest form. A name of only
// digits, dots and hexadecimal forms must be a real IPv4 address, since resolvers take such names for addresses.
func isHost(s string) bool {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		return ok && err == nil && addr.Is6() && addr.Zone() == ""
	}
	if s == "" || len(s) > 253 {
		return false
	}
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if !isLetter(r) && !isDigit(r) && r != '-' && r != '_' {
				return false
			}
		}
	}
	if isNumber(labels[len(labels)-1]) { // 127.1, 0x7f.1 and 2130706433 are addresses to some readers
		addr, err := netip.ParseAddr(s)
		return err == nil && addr.Is4()
	}
	return true
}

// isNumber reports whether some reader takes the label for a number: decimal, octal or after 0x.
func isNumber(label string) bool {
	if hex := strings.ToLower(label); strings.HasPrefix(hex, "0x") {
		return strings.Trim(hex[2:], "0123456789abcdef") == ""
	}
	return Digits(label) == ""
}

// Host wants the bare name or address of a host.
func Host(v string) string {
	if !isHost(v) {
		return "must be a host name, such as acme.service-now.com."
	}
	return ""
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 65536 && s[0] != '+' && s[0] != '0'
}

// Longest wants at most n characters.
func Longest(n int) Rule {
	return func(v string) string {
		if utf8.RuneCountInString(v) > n {
			return "must have at most " + strconv.Itoa(n) + " characters."
		}
		return ""
	}
}

// Shortest wants at least n characters.
func Shortest(n int) Rule {
	return func(v string) string {
		if utf8.RuneCountInString(v) < n {
			return "must have at least " + strconv.Itoa(n) + " characters."
		}
		return ""
	}
}

// NoSpaces wants a word without white space.
func NoSpaces(v string) string {
	if strings.ContainsAny(v, " \t\n\r") {
		return "must not contain spaces."
	}
	return ""
}

// UUID wants 36 characters in the pattern 8-4-4-4-12, hexadecimal; version bits are not looked at, since vendors do not either.
func UUID(v string) string {
	if !IsUUID(v) {
		return "must be a UUID, such as 11111111-2222-4333-8444-555555555555."
	}
	return ""
}

// IsUUID reports whether the text has the form of a UUID.
func IsUUID(v string) bool {
	if len(v) != 36 {
		return false
	}
	for i := 0; i < 36; i++ {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (v[i] == '-') || !dash && !isHex(v[i]) {
			return false
		}
	}
	return true
}

// Digits wants decimal digits only.
func Digits(v string) string {
	for _, r := range v {
		if !isDigit(r) {
			return "must be digits only."
		}
	}
	return ""
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// Spelled builds a rule from the characters that a value may start with and go on with, letters and digits being asked for
// with 'a' and '0' in the two texts; wrong is what is said otherwise.
func Spelled(first, rest, wrong string) Rule {
	among := func(set string, r rune) bool {
		return isLetter(r) && strings.ContainsRune(set, 'a') || isDigit(r) && strings.ContainsRune(set, '0') ||
			!isLetter(r) && !isDigit(r) && strings.ContainsRune(set, r)
	}
	return func(v string) string {
		for i, r := range v {
			if i == 0 && !among(first, r) || i > 0 && !among(rest, r) {
				return wrong
			}
		}
		return ""
	}
}

// NotOneOf refuses reserved words, compared with case.
func NotOneOf(words string) Rule {
	return func(v string) string {
		for w := range strings.FieldsSeq(words) {
			if w == v {
				return "must not be " + v + ", which is a reserved word. Choose another."
			}
		}
		return ""
	}
}
