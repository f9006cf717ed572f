package connector

import (
	"strings"
	"time"
)

// Secret is a hidden value. However it is printed, logged or marshalled, it says [redacted]; only Reveal gives the text,
// so every place that sees one is found by searching for that word. The zero Secret is empty.
//
// The text is held in a function, since fmt prints the strings of structs that it meets in unexported fields without asking them.
type Secret struct{ text func() string }

const redacted = "[redacted]"

// NewSecret hides a text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{func() string { return text }}
}

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return s.text == nil }

// Reveal gives the text. Call it only where the value is sealed, compared or sent to an allowed origin.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return s.text()
}

// String is "[redacted]".
func (s Secret) String() string { return redacted }

// GoString is "[redacted]".
func (s Secret) GoString() string { return redacted }

// MarshalText is "[redacted]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Origin is where a secret may go: scheme, host and port, in lower case and with the port always said:
// "https://git.example.com:443". The zero Origin is nowhere.
type Origin string

// OriginOf gives the origin of an address with a scheme (https, http, ssh) or in Git's short form user@host:path.
// It answers only for addresses in the plainest form: anything that two readers could take for two different hosts has none.
func OriginOf(address string) (Origin, bool) {
	if strings.ContainsAny(address, " \\") || hasControl(address) { // where these end a host is a matter of taste
		return "", false
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		_, at, isShort := strings.Cut(address, "@")
		host, path, hasPath := strings.Cut(at, ":")
		number, _, hasNumber := strings.Cut(path, ":")
		if !isShort || !hasPath || hasNumber && Digits(number) == "" { // user@host:22:path: a port to some, a path to others
			return "", false
		}
		return origin("ssh", host, "")
	}
	authority := rest
	if i := strings.IndexAny(rest, `/?#`); i >= 0 {
		authority = rest[:i]
	}
	if _, after, has := strings.Cut(authority, "@"); has {
		authority = after // a second @ is no part of a host, so it is refused below
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && i > strings.LastIndexByte(authority, ']') {
		host, port = authority[:i], authority[i+1:]
		if port == "" {
			return "", false
		}
	}
	return origin(strings.ToLower(scheme), host, port)
}

func origin(scheme, host, port string) (Origin, bool) {
	standard := map[string]string{"https": "443", "http": "80", "ssh": "22"}[scheme]
	if standard == "" || !isHost(host) || port != "" && !isPort(port) {
		return "", false
	}
	if port == "" {
		port = standard
	}
	return Origin(scheme + "://" + strings.ToLower(host) + ":" + port), true
}

// Opened is a secret that was opened for one check, with the origins that it may go to. There is no way to the value
// but [Opened.For], so no one can send it anywhere without naming the place first.
type Opened struct {
	value   Secret
	allowed []Origin
}

// NewOpened pairs a value with the origins that it may go to.
func NewOpened(value Secret, allowed ...Origin) Opened { return Opened{value, allowed} }

// For gives the value if it may go to the origin.
func (o Opened) For(to Origin) (text string, ok bool) {
	for _, a := range o.allowed {
		if a == to && to != "" {
			return o.value.Reveal(), true
		}
	}
	return "", false
}

// SecretKind is what a workspace's secret holds.
type SecretKind string

// The kinds of secrets that a workspace keeps.
const (
	SecretText   SecretKind = "text"   // a password, token or client secret
	SecretFile   SecretKind = "file"   // a certificate with its key, PEM
	SecretSSHKey SecretKind = "sshkey" // a private key, PEM
	SecretOAuth  SecretKind = "oauth"  // JSON with ClientId and ClientSecret
)

// SecretKinds are all kinds, with what a person sees.
var SecretKinds = []Option{
	{string(SecretText), "Text: a password, token or client secret"},
	{string(SecretFile), "File: a certificate with its key (PEM)"},
	{string(SecretSSHKey), "SSH key: a private key (PEM)"},
	{string(SecretOAuth), "OAuth client: JSON with ClientId and ClientSecret"},
}

// SecretName is where a workspace's secret lives and what it is called there.
type SecretName struct {
	Workspace string // workspace id
	Scope     Scope
	Name      string
}

// NamedSecret is what may be known of a workspace's secret: everything but the value.
type NamedSecret struct {
	ID string
	SecretName
	Kind    SecretKind
	Version int64    // counts from 1 up with each new value
	Origins []Origin // where it may go
	Set     time.Time
	SetBy   string
	Created time.Time
	Ends    time.Time // midnight UTC of the day on which it ends, as a person noted it; zero: nobody did
	UsedBy  int       // how many connectors point at it
}

// Grant notes that a connector's field points at a secret, and lets the secret go to one more origin.
type Grant struct {
	Secret SecretName
	Field  string // wire name
	To     Origin // "" notes the pointer only
}

// Made is a secret that is created together with the connector that points at it.
type Made struct {
	Secret NamedSecret
	Value  Secret
}
