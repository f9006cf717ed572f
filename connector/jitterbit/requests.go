package jitterbit

import (
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// LogIn is what a log-in sends. Code comes with the second step of a two-factor log-in only.
type LogIn struct {
	Email    string
	Password connector.Secret
	DeviceID string
	Code     string
}

// DecodeLogIn reads the body of a log-in.
func DecodeLogIn(body wire.Value) (LogIn, connector.Problems) {
	in := logIn(body)
	_, problems := member(body, "email")
	_, more := member(body, "password")
	return in, append(problems, more...)
}

// DecodeCode reads the body of the second step: a code that came by mail, from the device that asked for it.
func DecodeCode(body wire.Value) (LogIn, connector.Problems) {
	var problems connector.Problems
	for _, name := range []string{"email", "code", "deviceId"} {
		_, more := member(body, name)
		problems = append(problems, more...)
	}
	return logIn(body), problems
}

func logIn(body wire.Value) LogIn {
	return LogIn{
		// Addresses are the same in any letter case to every mail server that is in use.
		Email:    strings.ToLower(strings.TrimSpace(body.Get("email").Text())),
		Password: connector.NewSecret(body.Get("password").Text()),
		DeviceID: body.Get("deviceId").Text(),
		Code:     body.Get("code").Text(),
	}
}

// Pair is what an agent asks about: do a name, a key and a secret belong together?
type Pair struct {
	Name, Key string
	Secret    connector.Secret
}

// DecodePair reads the body of a validate call.
func DecodePair(body wire.Value) (Pair, connector.Problems) {
	name, problems := member(body, "name")
	key, more := member(body, "key")
	secret, evenMore := member(body, "secret")
	return Pair{Name: name, Key: key, Secret: connector.NewSecret(secret)}, append(append(problems, more...), evenMore...)
}

// member reads a member that must be a string with something in it.
func member(body wire.Value, name string) (string, connector.Problems) {
	switch v := body.Get(name); {
	case v.IsNull(), v.Kind() == wire.String && strings.TrimSpace(v.Text()) == "":
		return "", connector.Problems{{Field: name, Text: "The field '" + name + "' is required."}}
	case v.Kind() != wire.String:
		return "", connector.Problems{{Field: name, Text: "The field '" + name + "' must be a string."}}
	default:
		return v.Text(), nil
	}
}
