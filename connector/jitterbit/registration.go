package jitterbit

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"patchbay/connector"
)

// Registration is a connector of one's own making, registered before its JAR is built.
type Registration struct {
	Version string
	// Activities are the names in the manifest. They are Patchbay's: the vendor's API does not know them.
	Activities []string
	// Numbered are all names that ever had a number, in the order of their numbers, so that removing an activity never
	// shifts the others.
	Numbered []string

	// What the registry gives: a key pair, and a block of entity ids.
	Key                                                          string
	Secret                                                       connector.Secret
	EndpointEntityID, FunctionEntityStartID, FunctionEntityEndID string
}

var registration = connector.Type{
	Vendor: vendorID, Name: "Registration", Title: "Custom connector", Family: "Registration",
	Note: "Registers a connector of your own making: a key pair and a block of entity ids for its JAR.",
	New:  func() connector.Spec { return &Registration{Version: "1.0.0"} },
}

// Fields implements [connector.Spec].
func (s *Registration) Fields() []connector.Field {
	return []connector.Field{
		connector.Text(&s.Version, "version", "Version").Must(versionLetters, connector.Longest(32)).Once().Code().
			Hint("The version to register; name and version together are unique. It cannot change later.", "1.0.0"),
		connector.List(&s.Activities, "activities", "Activities").May(activityLetters, connector.Longest(MaxActivityName)).Code().
			Hint("The activities of the connector, for the lines of its manifest.", "query"),
		connector.List(&s.Numbered, "numberedActivities", "Numbered activities").FromRegistry().Code().
			Hint("All activities that ever had a number, in the order of their numbers.", ""),
		connector.Text(&s.Key, "key", "Key").FromRegistry().Code().
			Hint("Goes into the manifest of the JAR.", ""),
		connector.Hidden(&s.Secret, "secret", "Secret").FromRegistry().Code().
			Hint("Goes into the manifest of the JAR.", ""),
		connector.Text(&s.EndpointEntityID, "endpointEntityId", "Endpoint entity id").FromRegistry().Code().
			Hint("The number of the connector's endpoint.", ""),
		connector.Text(&s.FunctionEntityStartID, "functionEntityStartId", "First activity id").FromRegistry().Code().
			Hint("The first number that an activity may have.", ""),
		connector.Text(&s.FunctionEntityEndID, "functionEntityEndId", "Last activity id").FromRegistry().Code().
			Hint("The last number that an activity may have.", ""),
	}
}

// Check asks the organisation's registry whether name, key and secret belong together. The name is the connector's
// own and comes with the asking.
func (s *Registration) Check() connector.Check { return connector.HarmonyPair{Key: s.Key} }

// MaxActivities is how many activities a connector may have: the numbers of its block. MaxActivityName is how long the
// name of one may be, so that its line in the manifest has a legal name.
const (
	MaxActivities   = 99
	MaxActivityName = 38
)

var (
	versionLetters = connector.Spelled("a0.-_", "a0.-_",
		"must have only letters, digits, ., - and _, as in 1.0.0.")
	activityLetters = connector.Spelled("a0-_", "a0-_",
		"must have only letters without accents, digits, - and _.")
)

// Tidy implements [connector.Tidying]: each new activity gets the next number.
func (s *Registration) Tidy() { s.Numbered = s.numbered() }

// numbered is every name that has a number now: the ones that had one, then the new ones in their order.
func (s *Registration) numbered() []string {
	out := slices.Clone(s.Numbered)
	for _, name := range s.Activities {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Whole implements [connector.Whole]. Names of headers are compared without case in a manifest, so two activities that
// differ in nothing else are one.
func (s *Registration) Whole() connector.Problems {
	seen := map[string]string{}
	for _, name := range s.Activities {
		folded := strings.ToLower(name)
		if had, twice := seen[folded]; twice {
			return connector.Problems{{Field: "activities", Text: "Activities has “" + had + "” and “" + name +
				"”, which a manifest cannot tell apart. Rename one of them."}}
		}
		seen[folded] = name
	}
	if n := len(s.numbered()); n > MaxActivities {
		return connector.Problems{{Field: "activities", Text: "Activities would use " + strconv.Itoa(n) + " numbers, and a block has " +
			strconv.Itoa(MaxActivities) + "; removed activities keep theirs. Remove some, or register another connector."}}
	}
	return nil
}

// highest is the greatest entity id that is handed out: agents take the ids as signed 32-bit numbers.
const highest = 2147483600

// Grant gives the registration its key pair and the block of entity ids with this number: the endpoint has 100n+1, the
// activities 100n+2 to 100n+100.
func (s *Registration) Grant(number int64, key string, secret connector.Secret) error {
	if number < 1 || number > highest/100-1 {
		return errors.New("the blocks of entity ids are used up: block " + strconv.FormatInt(number, 10) + " would go past " +
			strconv.Itoa(highest))
	}
	first := 100*number + 1
	s.Key, s.Secret = key, secret
	s.EndpointEntityID = strconv.FormatInt(first, 10)
	s.FunctionEntityStartID = strconv.FormatInt(first+1, 10)
	s.FunctionEntityEndID = strconv.FormatInt(first+99, 10)
	return nil
}
