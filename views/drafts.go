package views

import (
	"net/url"
	"time"

	"patchbay/connector"
)

// DraftPanel is the test of what a form holds, before it is saved: POST …/test beside the form's own address. Partial requests get it alone.
type DraftPanel struct {
	Now      time.Time
	Run      *connector.Run // nil before the first
	Waits    bool           // the run waits for its turn
	Asks     string         // what would be asked, in a few words
	Refused  string         // why no test was begun, in whole sentences, or ""
	Problems connector.Problems
	Retype   bool // values of secrets were typed, and the page came back without them
	Alone    bool // the panel stands on a page of its own
}

// TestedPage is the test of a draft on a page of its own.
type TestedPage struct {
	Shell
	Test DraftPanel
}

func (p DraftPanel) running() bool { return p.Run != nil && p.Run.State == connector.Running }

func (p DraftPanel) asks() string {
	what := "Nothing is saved by it. A stored secret goes only where it may go already; a value that you type serves the test alone."
	if p.Asks != "" {
		return "The test would ask: " + p.Asks + ". " + what
	}
	return what
}

// news is what a swap has read out, when no test was begun.
func (p DraftPanel) news() string {
	switch {
	case p.Refused != "":
		return p.Refused
	case len(p.Problems) > 0:
		return "The test was not begun. " + p.Problems[0].Text
	}
	return ""
}

// after says what the test means for what is saved.
func (p DraftPanel) after() string {
	switch {
	case p.Run.State == connector.Done && p.Run.Status == connector.Healthy:
		return "Save it as it is within ten minutes, and this test is its first check."
	case p.Run.State == connector.Done && p.Run.Status != connector.Unverified:
		return "Nothing is saved yet. You may save it all the same; it then counts as unverified."
	}
	return "Nothing is saved yet, and nothing is known from this test."
}

func draftURL(run string, parts ...string) string {
	out := "/drafts/" + url.PathEscape(run)
	for _, p := range parts {
		out += "/" + url.PathEscape(p)
	}
	return out
}
