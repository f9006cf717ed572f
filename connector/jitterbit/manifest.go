package jitterbit

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"patchbay/connector"
)

// Build is what the developer of a JAR decides. The zero Build is fine.
type Build struct {
	Author    string
	Version   string   // of the JAR; the registered version when empty
	UI        string   // file of the payload; adapter.json when empty
	ClassPath []string // relative paths of JARs
}

// The headers of a manifest that belong to a connector. The short ones are an older spelling, read but never written.
const (
	headerKey           = "Jitterbit-Connector-Key"
	headerSecret        = "Jitterbit-Connector-Secret"
	headerEndpoint      = "Jitterbit-Connector-Endpoint-EntityTypeId"
	headerEndpointShort = "Jitterbit-Connector-Endpoint-Id"
	headerActivity      = "Jitterbit-Activity-EntityTypeId-"
	headerActivityShort = "Jitterbit-Activity-Id-"
	headerUI            = "Jitterbit-Connector-UI"
)

// secretToFill stands for a secret that whoever looks may not see.
const secretToFill = "****"

// Manifest gives META-INF/MANIFEST.MF for the JAR of a registration. The secret is there only when it was opened into
// the spec; otherwise four asterisks stand for it. Each activity keeps the number that it was given first.
func Manifest(s *Registration, b Build) string {
	var out manifest
	out.line("Manifest-Version", "1.0")
	out.line("Author", b.Author)
	out.line("Version", or(b.Version, s.Version))
	out.line("Jitterbit-Connector", "true")
	out.line(headerKey, s.Key)
	out.line(headerSecret, or(s.Secret.Reveal(), secretToFill))
	out.line(headerEndpoint, s.EndpointEntityID)
	if start, err := strconv.ParseInt(s.FunctionEntityStartID, 10, 64); err == nil { // without a block there are no numbers yet
		numbered := s.numbered()
		for _, name := range s.Activities {
			out.line(headerActivity+name, strconv.FormatInt(start+int64(slices.Index(numbered, name)), 10))
		}
	}
	out.line(headerUI, or(b.UI, "adapter.json"))
	out.line("Class-Path", strings.Join(b.ClassPath, " "))
	// The empty line makes sure that the last header ends with a line break, or a reader may drop it.
	return out.String() + "\n"
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

type manifest struct{ strings.Builder }

// longest is how many bytes a line of a manifest may have, its end not counted.
const longest = 72

// line writes one header, folded: a line goes on in the next one after a single space, which readers drop. A space of the
// value never stands at the end of a line, where an editor might take it away; the one after the colon must.
func (m *manifest) line(name, value string) {
	if value = oneLine(value); value == "" {
		return
	}
	rest := name + ": " + value
	pad, least := "", len(name)+len(": ")
	for rest != "" {
		n := min(len(rest), longest-len(pad))
		for n < len(rest) && n > least && (!utf8.RuneStart(rest[n]) || rest[n-1] == ' ') {
			n--
		}
		m.WriteString(pad + rest[:n] + "\n")
		rest, pad, least = rest[n:], " ", 1
	}
}

// oneLine makes one line of a value, without runs of spaces.
func oneLine(value string) string {
	return strings.Join(strings.Fields(connector.Clean(value, false)), " ")
}

// Entry is one header of a manifest.
type Entry struct {
	Name, Value string
	Line        int // on which it begins, from 1
}

// ParseManifest reads the main section of a manifest. The findings tell what is wrong with the text itself; the entries
// that could be read are there all the same.
func ParseManifest(text string) ([]Entry, []Finding) {
	var entries []Entry
	var findings []Finding
	fail := func(line int, text string) {
		findings = append(findings, Finding{Severity: Error, Where: "line " + strconv.Itoa(line), Line: line, Text: text})
	}
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
	for i, line := range lines {
		if line == "" {
			break // the main section ends at the first empty line
		}
		if i == len(lines)-1 {
			fail(i+1, "The last line has no line break at its end, so some readers drop it. Add one.")
		}
		if len(line) > longest {
			fail(i+1, "The line has more than 72 bytes. Go on in the next line after one space.")
		}
		if rest, more := strings.CutPrefix(line, " "); more {
			if len(entries) == 0 {
				fail(i+1, "The line goes on with a header, but none was begun.")
				continue
			}
			entries[len(entries)-1].Value += rest
			continue
		}
		name, value, ok := strings.Cut(line, ": ")
		switch {
		case !ok || !isHeader(name):
			fail(i+1, "The line must be a header's name, a colon, a space and its value.")
		case find(entries, name) >= 0:
			fail(i+1, "The header "+name+" is there twice. Remove one.")
		default:
			entries = append(entries, Entry{name, value, i + 1})
		}
	}
	return entries, findings
}

// isHeader reports whether a name is a header's: letters, digits, - and _, at most 70 bytes.
func isHeader(name string) bool {
	for i, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || i > 0 && (r == '-' || r == '_')) {
			return false
		}
	}
	return name != "" && len(name) <= 70
}

func find(entries []Entry, name string) int {
	return slices.IndexFunc(entries, func(e Entry) bool { return strings.EqualFold(e.Name, name) })
}

// CheckManifest compares the headers of a manifest with a registration: the pair, the endpoint, and the numbers of the
// activities. The secret is compared only when it was opened into the spec.
func CheckManifest(entries []Entry, s *Registration) []Finding {
	var out []Finding
	say := func(severity string, e Entry, text string) {
		out = append(out, Finding{Severity: severity, Where: e.Name, Line: e.Line, Text: text})
	}
	same := func(header, older, want string) {
		i := find(entries, header)
		if i < 0 && older != "" {
			if i = find(entries, older); i >= 0 {
				say(Warning, entries[i], "The header "+older+" is an older spelling of "+header+".")
			}
		}
		switch {
		case i < 0:
			say(Error, Entry{Name: header}, "The header "+header+" is missing.")
		case entries[i].Value == "" || strings.Contains(entries[i].Value, secretToFill):
			say(Error, entries[i], "The header "+header+" still has a placeholder.")
		case want != "" && !strings.EqualFold(entries[i].Value, want):
			say(Error, entries[i], "The header "+header+" is not that of this registration.")
		}
	}
	same(headerKey, "", s.Key)
	same(headerSecret, "", s.Secret.Reveal())
	same(headerEndpoint, headerEndpointShort, s.EndpointEntityID)
	start, wrongStart := strconv.ParseInt(s.FunctionEntityStartID, 10, 64)
	end, wrongEnd := strconv.ParseInt(s.FunctionEntityEndID, 10, 64)
	used := map[string]string{}
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name, headerActivity)
		if !ok {
			if name, ok = strings.CutPrefix(e.Name, headerActivityShort); !ok {
				continue
			}
			say(Warning, e, "The header "+e.Name+" is an older spelling of "+headerActivity+name+".")
		}
		id, err := strconv.ParseInt(e.Value, 10, 64)
		if wrongStart == nil && wrongEnd == nil && (err != nil || id < start || id > end) {
			say(Error, e, "The activity "+name+" must have a number from "+s.FunctionEntityStartID+" to "+s.FunctionEntityEndID+".")
		}
		if had, twice := used[e.Value]; twice {
			say(Error, e, "The activities "+had+" and "+name+" have the same number "+e.Value+".")
		}
		used[e.Value] = name
	}
	return out
}
