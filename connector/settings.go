package connector

import "strings"

// Settings are what an admin decides for a workspace where its vendor leaves it open; see [Vendor.Settings] for whose workspaces have any.
type Settings struct {
	Strict   bool   // the door answers failures with statuses of their own, rather than with 200 and a word in the body
	Reserved string // names that no connector gets, one a line
}

// The bounds of the names that a workspace reserves.
const (
	mostReserved    = 200
	longestReserved = 100
)

// Fields declares the settings with their rules.
func (s *Settings) Fields() []Field {
	return []Field{
		Flag(&s.Strict, "strict", "Strict failures"),
		Long(&s.Reserved, "reserved", "Reserved names").May(reservedNames).
			Hint("One a line. Capitals make no difference.", "Salesforce"),
	}
}

// Tidy brings the names into one form: each once, without spaces around it.
func (s *Settings) Tidy() {
	var out []string
	for line := range strings.Lines(s.Reserved) {
		if name := Clean(line, false); name != "" && !reserves(out, name) {
			out = append(out, name)
		}
	}
	s.Reserved = strings.Join(out, "\n")
}

// Names gives the reserved names.
func (s Settings) Names() []string {
	if s.Reserved == "" {
		return nil
	}
	return strings.Split(s.Reserved, "\n")
}

// Reserves reports whether no connector may get the name.
func (s Settings) Reserves(name string) bool { return reserves(s.Names(), Clean(name, false)) }

func reserves(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

func reservedNames(text string) string {
	names := strings.Split(text, "\n")
	if len(names) > mostReserved {
		return "must be at most 200 names."
	}
	for _, name := range names {
		if len([]rune(name)) > longestReserved {
			return "must have at most 100 characters each."
		}
	}
	return ""
}
