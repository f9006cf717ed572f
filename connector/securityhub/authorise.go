package securityhub

import (
	"strings"

	"patchbay/connector"
)

// uuidLength is how long an identifier is, with its dashes.
const uuidLength = 36

// newState makes the state of an authorisation: the identifier of the connector that it is for, then 244 random bits, which
// nobody can guess. A program that brings it back names no connector; the state does.
func newState(identifier string, g connector.Giver) string {
	return strings.ReplaceAll(identifier+g.UUID()+g.UUID(), "-", "")
}

// StateFor gives the identifier of the connector that a state was made for; "" for a text that is no state.
func StateFor(state string) string {
	if len(state) != 3*(uuidLength-4) || !isHex(state) {
		return ""
	}
	return state[:8] + "-" + state[8:12] + "-" + state[12:16] + "-" + state[16:20] + "-" + state[20:32]
}

// State gives the state that the connector waits for; "" when it waits for none.
func (s *JiraCloud) State() string {
	_, rest, _ := strings.Cut(s.AuthURL, "&state=")
	state, _, _ := strings.Cut(rest, "&")
	return state
}

// Authorise notes that a person has let the connector in: which site it was, and that the state is used up.
func (s *JiraCloud) Authorise(cloudID, domain string) {
	s.CloudID, s.Domain, s.AuthStatus, s.AuthURL = cloudID, domain, AuthActive, ""
}

// IsIdentifier reports whether the text has the form of a connector's id: a UUID in lower case. Its version bits do not
// count, since the vendor's own samples have odd ones.
func IsIdentifier(text string) bool {
	if len(text) != uuidLength {
		return false
	}
	for _, dash := range []int{8, 13, 18, 23} {
		if text[dash] != '-' {
			return false
		}
	}
	return len(strings.ReplaceAll(text, "-", "")) == uuidLength-4 && isHex(strings.ReplaceAll(text, "-", ""))
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }
