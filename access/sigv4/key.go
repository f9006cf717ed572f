package sigv4

import "time"

// Key is the hidden half of an access key. However it is printed, logged or marshalled, it says [redacted]. The zero Key is
// no key: nothing verifies with it.
type Key struct{ open func() hidden } // fmt looks through pointers, even unexported ones, but never into a function

type hidden struct {
	secret, token string
	ends          time.Time
}

const redacted = "[redacted]"

// NewKey is a lasting key. An empty secret gives the zero Key.
func NewKey(secret string) Key { return NewSessionKey(secret, "", time.Time{}) }

// NewSessionKey is a temporary key, good only together with its session token and until it ends; a zero time is no end.
func NewSessionKey(secret, token string, ends time.Time) Key {
	if secret == "" {
		return Key{}
	}
	return Key{func() hidden { return hidden{secret, token, ends} }}
}

// Empty reports whether there is no key.
func (k Key) Empty() bool { return k.open == nil }

// String is "[redacted]".
func (k Key) String() string { return redacted }

// GoString is "[redacted]".
func (k Key) GoString() string { return redacted }

// MarshalText is "[redacted]".
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (k Key) reveal() hidden {
	if k.open == nil {
		return hidden{}
	}
	return k.open()
}

// Credentials is an access key to sign with.
type Credentials struct {
	AccessKeyID string
	Key         Key
}
