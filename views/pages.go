// Package views shows: one component for each page, drawn from plain structs. It knows no store, no request and no rules;
// what may be done is asked of the [access.User] in the [Shell].
//
// Pages are whole without scripts. What patchbay.js adds hangs on data attributes, which stay as they are:
//
//	html.js, .js-only           shown only where scripts run
//	data-once                   a form that is sent once, however often its button is pressed
//	data-dirty                  a form that asks before it is left
//	data-rules                  a connector's form: data-vendor, data-type, data-mode, data-workspaces
//	data-field, data-when       the row of a field and the condition on which it is shown
//	pre[data-request]           the live request; input[data-as] chooses how it is written
//	data-copy, data-copy-from   a button that copies a text, or the text of an element
//	data-run                    a check that runs
//	data-keys, data-session-ends on the body
package views

import (
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Shell is what every page has around its own content.
type Shell struct {
	Title       string       // of the page, without the product's name
	Path        string       // with the query; marks the place in the navigation, and is where the theme switch comes back to
	User        *access.User // nil: nobody is signed in
	Nav         Nav
	Flash       Flash
	Now         time.Time
	Request     string    // id of the request
	SessionEnds time.Time // when the session ends if nothing is done; zero without one
	Running     bool      // something on the page is still running: without scripts it reloads by itself
	Rules       bool      // the page has a form that the browser module looks at
	Invalid     bool      // what was sent has problems: the title begins with "Error: "
}

// Nav are the figures beside the links of the navigation.
type Nav struct {
	Connectors, Failing, Trash int
}

// Flash says once how the last request ended.
type Flash struct {
	Kind string // "ok", "warn", "bad"; "" is "ok"
	Text string // whole sentence; "" says nothing
	Undo string // where to POST to take it back, or ""
}

// Snippets are the ways to write a connector down. None of them holds a secret; an empty one is not offered.
type Snippets struct {
	Request   string // method, path, headers and body
	Curl      string
	JSON      string
	YAML      string
	Terraform string
}

// LoginPage is where one signs in: POST /login with username, password and next.
type LoginPage struct {
	Shell
	Username string
	Next     string // where to go afterwards, a path on this site
	Problem  string // one sentence, or ""
}

// SetUpPage makes the first admin: POST /setup with code, username and password.
type SetUpPage struct {
	Shell
	Code, Username string
	Problems       connector.Problems // of code, username and password
}

// OverviewPage begins with what is red.
type OverviewPage struct {
	Shell
	Vendors    connector.Catalog
	Counts     connector.Counts      // of what the user may see
	Red        []connector.Connector // failing, degraded and waiting, worst first; a handful
	Changed    []connector.Connector // the latest changes, newest first; a handful
	Watch      connector.WatchState
	Ending     int // how many things end within 30 days, or have ended
	Workspaces []connector.Workspace
}

// Empty tells apart why a list has no rows.
type Empty string

// The reasons for an empty list.
const (
	EmptyNothing Empty = "nothing" // there is none yet
	EmptyNoMatch Empty = "nomatch" // the filters leave none
	EmptyDenied  Empty = "denied"  // the user may not look
	EmptyError   Empty = "error"   // the list could not be read
)

// ListPage is the list of connectors. A partial request asks for [Results] alone.
type ListPage struct {
	Shell
	Query      connector.Query // as it is in the URL
	Page       connector.Page
	Counts     connector.Counts // of what the user may see
	Vendors    connector.Catalog
	Workspaces []connector.Workspace
	Empty      Empty // why there are no rows; looked at only when there are none
}

// ChoosePage offers the types of connectors: GET /connectors/new.
type ChoosePage struct {
	Shell
	Vendors    connector.Catalog
	Workspaces []connector.Workspace
}

// FormPage creates or changes a connector. Fields carry their wire names; besides them the form sends workspace (when new),
// version (when it changes one), {field}.value (a new value for the secret that a reference names), {field}.state (keep,
// replace or remove, for a hidden field), keep.{field} (mine or theirs, after a conflict) and test.run (the test that is on its way).
type FormPage struct {
	Shell
	Vendor     *connector.Vendor
	Type       connector.Type
	Draft      *connector.Draft // with what was filled in
	Action     string           // where the form is posted
	Back       string           // where Cancel leads
	ID         string           // of the connector that is changed; "" for a new one
	Version    int64            // that the form was made from; 0 for a new one
	Called     string           // name of the connector that is changed, as kept
	Workspaces []connector.Workspace
	References []Reference
	Kept       map[string]bool // hidden fields, by wire name, that have a value
	Problems   connector.Problems
	Advice     connector.Problems
	As         Snippets // Request, Curl, JSON and YAML
	Conflict   *Conflict
	Test       *DraftPanel // of the draft; nil where a type cannot be tested before it is kept
}

// Reference is one secret that a field could point at.
type Reference struct {
	Text string // as a spec writes it: "account.git_token"
	Note string // "Acme account · text"
}

// Conflict is what somebody else changed in the meantime.
type Conflict struct {
	By   string
	At   time.Time
	Rows []Difference
}

// Difference is one field that two people left with different values.
type Difference struct {
	Name, Label  string
	Mine, Theirs string // as a form shows them
	Keep         string // what is chosen at first: "mine" or "theirs"
}

// ConnectorPage is one connector with all that is known of it.
type ConnectorPage struct {
	Shell
	Vendor       *connector.Vendor
	Type         connector.Type
	Workspace    connector.Workspace
	Connector    connector.Connector
	Asks         string          // what a check would ask, in a few words
	Last         *connector.Run  // the newest run, running or over; nil before the first
	Waits        bool            // the newest run waits for its turn
	History      []connector.Run // newest first, a few dozen
	Uses         []connector.Use
	UseProblems  connector.Problems // of kind, name and where
	Use          connector.Use      // what was typed into the form for one more
	Secrets      map[string]string  // wire name of a reference to the id of the secret that it points at; absent: not there
	As           Snippets           // JSON, YAML, Curl and Terraform
	Door         *access.Request    // the last request about it at a vendor door; nil: none
	Registration *Registration      // Jitterbit only
	Applied      bool               // the workspace has an OAuth application, through which a person can let the connector in
	Watch        WatchPanel
}

// Registration is what a Jitterbit registration has besides: POST /connectors/{id}/pair with key and secret, POST
// /connectors/{id}/payload with payload.
type Registration struct {
	Manifest  string // the lines of the manifest
	Key       string
	SecretSet bool
	Pair      *Verdict // of the pair that was typed in
	TypedKey  string
	Payload   string // as it was pasted
	Verdict   *Verdict
}

// Verdict is the answer to a question that was asked on the page.
type Verdict struct {
	OK       bool
	Text     string   // one sentence
	Findings []string // whole sentences
}

// CheckPanel is the verdict with its steps; partial requests to /connectors/{id}/runs/{run} get it alone.
type CheckPanel struct {
	Now       time.Time
	Connector connector.Connector
	Run       *connector.Run // nil before the first
	Waits     bool           // the run waits for its turn
	Asks      string
	May       bool   // the user may ask again, and cancel
	Trusts    bool   // the user may trust the host key of a server
	Refused   string // why no other check was begun, in whole sentences, or ""
	Alone     bool   // the panel stands on the run's own page
}

// DeletePage asks whether a connector should go: POST /connectors/{id}/delete with version.
type DeletePage struct {
	Shell
	Vendor    *connector.Vendor
	Workspace connector.Workspace
	Connector connector.Connector
	Uses      []connector.Use
}

// RetiredPage is a connector in the trash.
type RetiredPage struct {
	Shell
	Vendor    *connector.Vendor
	Workspace connector.Workspace
	Connector connector.Connector
	Uses      []connector.Use
}

// TrashPage lists what was retired, with the way back.
type TrashPage struct {
	Shell
	Query      connector.Query
	Page       connector.Page
	Vendors    connector.Catalog
	Workspaces []connector.Workspace
}

// PurgePage asks to type the name before a connector is gone for good: POST /connectors/{id}/purge with name.
type PurgePage struct {
	Shell
	Connector connector.Connector
	Typed     string
	Problems  connector.Problems // of name
}

// RunPage is one run of a check.
type RunPage struct {
	Shell
	Connector connector.Connector
	Run       connector.Run
	Waits     bool // for its turn
}
