package connector

import "time"

// Status is how a connector is.
type Status string

// The statuses, worst first.
const (
	Failing    Status = "failing"    // the other side was asked and the answer is no
	Degraded   Status = "degraded"   // it works, but not as it should
	Waiting    Status = "waiting"    // a person has to authorise or configure something first
	Unverified Status = "unverified" // nobody has asked, or nobody could
	Healthy    Status = "healthy"    // proven by the last check
)

// Statuses are all statuses, worst first.
var Statuses = []Status{Failing, Degraded, Waiting, Unverified, Healthy}

// Label is the status as people read it.
func (s Status) Label() string {
	if s == "" {
		return ""
	}
	return string(s[0]-'a'+'A') + string(s[1:])
}

// Rank sorts statuses, worst first, from 0.
func (s Status) Rank() int {
	for i, other := range Statuses {
		if other == s {
			return i
		}
	}
	return len(Statuses)
}

// Health is what is known of a connector from its last check.
type Health struct {
	Status  Status
	Since   time.Time // when the status last changed
	Checked time.Time // end of the last check; zero before the first
	Proven  time.Time // end of the last healthy check; zero before the first
	Code    string    // of the last outcome
	Summary string    // one sentence of the last outcome
}

// StepState is how one step of a check ended.
type StepState string

// The states of a step.
const (
	StepOK      StepState = "ok"
	StepWarn    StepState = "warn"
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped" // not reached
)

// Step is one timed part of a check.
type Step struct {
	Name     string // "Resolve", "Connect", "TLS", "HTTP", "Authenticate", "Authorise", "Use"
	State    StepState
	Began    time.Time
	Took     time.Duration
	Evidence string // what was seen, redacted: addresses, certificate, status, first bytes
}

// Outcome is the answer to a check.
type Outcome struct {
	Status  Status // Healthy, Degraded, Failing, Waiting or Unverified
	Code    string // stable, upper case: "GIT_AUTH_REFUSED"
	Text    string // one sentence: what happened
	Cause   string // the likely cause, or ""
	Next    string // what to do, or ""
	Steps   []Step
	Expires []Expiry // what was seen to end one day, whatever the status
	HostKey *HostKey // that an SSH server showed; nil where none was seen
}

// ExpiryKind is what it is that ends one day.
type ExpiryKind string

// The kinds of things that end.
const (
	ServerCertificate ExpiryKind = "server certificate" // that the other side shows
	ClientCertificate ExpiryKind = "client certificate" // that we sign in with
	ClientSecret      ExpiryKind = "client secret"
	AccessToken       ExpiryKind = "token" // that nothing renews by itself
)

// Expiry is one thing that a check saw the end of.
type Expiry struct {
	Kind ExpiryKind
	Name string // whose it is: a host, an application
	At   time.Time
}

// HostKey is the public key by which an SSH server is known.
type HostKey struct {
	Origin      Origin // ssh://host:port
	Algorithm   string // "ssh-ed25519"
	Fingerprint string // "SHA256:…" as ssh-keygen -lf prints it
	Key         string // algorithm and base64, as in a known_hosts file
}

// RunState tells where a check stands.
type RunState string

// The states of a run.
const (
	Running     RunState = "running"
	Done        RunState = "done"
	Interrupted RunState = "interrupted" // the program stopped while it ran
	Cancelled   RunState = "cancelled"   // somebody ended it before it had an answer
)

// Run is one check of a connector, kept as history.
type Run struct {
	ID        string
	Connector string
	State     RunState
	Asked     string    // what was asked, from Check.Title
	By        string    // who asked
	Planned   time.Time // when the watch meant to ask; zero when a person asked. It is known only while the run is on its way
	Began     time.Time
	Ended     time.Time // zero while running
	Was       Status    // of the connector before, where this run changed it; else ""
	Outcome
}

// Took is how long the run lasted; 0 while it runs.
func (r Run) Took() time.Duration {
	if r.Ended.IsZero() {
		return 0
	}
	return r.Ended.Sub(r.Began)
}
