package connector

// NewTicket is what a ticket is to say.
type NewTicket struct {
	Title string
	Lines []string // of its text, one paragraph each
	Facts []Fact   // that are known, listed below the lines
	// Mark is a word by which the ticket is found again, so that no second one is opened when an answer got lost; "" opens one in any
	// case. It has letters, digits and dashes only.
	Mark string
	Try  bool // only find out whether it could be opened, and change nothing
}

// Fact is one thing that is known: what it is, and how it is.
type Fact struct{ Name, Value string }

// Ticket is one that was opened at the other side, or found there.
type Ticket struct {
	ID      string // as people there call it: "SEC-7", or the sys_id of a ServiceNow record; "" for one that was only tried
	Address string // where people read it; of one that was only tried, where it would appear
}
