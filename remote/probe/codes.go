package probe

import (
	"slices"
	"strings"

	"patchbay/connector"
)

// Code is one way for a check to end: the stable word, the sentence, the likely cause and the next step. In Text, {there} is the
// origin that was asked, {who} is who we were to it, and {seen} is what was seen there.
type Code struct {
	Code, Text, Cause, Next string
	Status                  connector.Status
}

// Codes lists every code that a check can end with, for people: the places in the sentences are filled with general words.
func Codes() []Code {
	// What was seen is the end of most sentences, after a colon; a sentence for everybody does without it.
	general := strings.NewReplacer(": {seen}.", ".", " ({seen})", "", "{there}", "the server", "{who}", "the user", "{seen}", "…")
	all := slices.Concat(codes...)
	out := make([]Code, len(all))
	for i, c := range all {
		c.Text = upper(general.Replace(c.Text))
		out[i] = c
	}
	return out
}

func codeOf(name string) Code {
	for _, kind := range codes {
		for _, c := range kind {
			if c.Code == name {
				return c
			}
		}
	}
	return Code{Code: name, Status: connector.Unverified, Text: "The check ended in a way that has no sentence yet: {seen}."}
}

func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' || strings.HasPrefix(s, "http") || strings.HasPrefix(s, "ssh:") {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// codes has every code once, by what it is about.
var codes = [][]Code{
	wayCodes, gitCodes, sshCodes, artifactoryCodes, appDynamicsCodes, azureCodes, jiraCodes, serviceNowCodes, ticketCodes,
}
