//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/catalog"
)

// candidates are texts of which each is refused by some rule or other. A field's wrong values are found among them by
// asking the rules, so a new type or a new rule needs no line here as long as one of these offends it.
var candidates = []string{
	"",
	"   ",
	"escape\x1b",
	"größe",
	"two words",
	"9lives",
	"-dash",
	"a/b",
	"and",
	"a:b:c",
	":value without a key",
	"aws:owner",
	"owner:" + strings.Repeat("v", 257),
	"lower",
	"X",
	"Y,y",
	strings.Repeat("long", 40),
	strings.Repeat("longer", 60),
	"ftp://git.example.com/app.git",
	"https://",
	"https://git.example.com:99999/app.git",
	"https://dana:hunter2@git.example.com/app.git",
	"https://git.example.com/a b",
	"https://git.example.com/%zz",
	"ssh://",
	"ssh://git@git.example.com:0/acme/app.git",
	"git@git.example.com:acme/$(reboot).git",
	"git@bad_host!:acme/app.git",
	"git@-bad-:acme/app.git",
	"git@git.example.com",
	"git@git.example.com:22:acme/app.git",
	"../outside.git",
	"/leading/slash",
	"account.",
	"account.9lives",
	"org.git_token",
	"project.git_token",
	"git_token",
	"arn:aws:s3:::bucket",
	"11111111-2222-4333-8444",
	"bad host",
}

// quoted is the part of a sentence that repeats what was typed.
var quoted = regexp.MustCompile(`“[^”]*”`)

// wrongValues gives for each field of a type one value for each sentence that its rules can say.
func wrongValues(v *connector.Vendor, typ connector.Type) map[string][]string {
	out := map[string][]string{}
	seen := map[string]bool{}
	for _, all := range variants(v, typ) {
		for name, example := range all {
			f := fresh(v, typ, name)
			if f.Kind == connector.KindChoice || f.Kind == connector.KindFlag {
				continue
			}
			for _, c := range candidates {
				all[name] = c
				said := wrongWith(v, typ, all).At(name)
				key := name + ": " + quoted.ReplaceAllString(said, "“”")
				if said != "" && !seen[key] && !rejoined(f, c) {
					seen[key] = true
					out[name] = append(out[name], c)
				}
			}
			all[name] = example
		}
	}
	return out
}

// rejoined tells that a browser would send another text than was typed: one line has no line breaks.
func rejoined(f connector.Field, text string) bool {
	return f.Kind != connector.KindLong && f.Kind != connector.KindTags && strings.Contains(text, "\n")
}

// variants are the form with all examples, once for each value of each choice, so that every field is shown in one of them.
func variants(v *connector.Vendor, typ connector.Type) []map[string]string {
	plain := filledIn(v, typ, exampleWith("x"))
	out := []map[string]string{plain}
	for name := range plain {
		for _, o := range fresh(v, typ, name).Choices {
			form := filledIn(v, typ, func(f connector.Field) string {
				if f.Name == name {
					return o.Value
				}
				return exampleOf(f, "x")
			})
			if len(form) > len(plain) { // a field has come to light
				out = append(out, form)
			}
		}
	}
	return out
}

// The candidates have to go on finding the rules: a field that refuses something and none of them offends would go untested.
func TestCandidatesOffendTheRules(t *testing.T) {
	sentences := 0
	eachType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		wrong := wrongValues(v, typ)
		for _, f := range v.All(&connector.Draft{Type: typ, Spec: typ.New()}) {
			if f.Given || f.Kind == connector.KindFlag || f.Kind == connector.KindChoice || f.Kind == connector.KindSecret {
				continue
			}
			if len(wrong[f.Name]) == 0 {
				t.Errorf("no candidate is wrong for %s", f.Name)
			}
			if f.Required && f.Name != "identifier" && !strings.HasSuffix(wrongWith(v, typ, map[string]string{}).At(f.Name), "is required.") &&
				f.Kind != connector.KindList {
				t.Errorf("%s is required, and nobody says so of an empty form", f.Name)
			}
			sentences += len(wrong[f.Name])
		}
	})
	if least := 10 * len(catalog.All()[0].Types); sentences < least {
		t.Errorf("the candidates call forth %d sentences, want at least %d", sentences, least)
	}
	t.Logf("%d sentences", sentences)
}
