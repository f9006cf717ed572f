package connector

// The orders of a list.
const (
	SortWorst   = "status"   // worst first, then name; the default
	SortName    = "name"     //
	SortUpdated = "-updated" // newest change first
	SortCreated = "-created" // newest first
)

// PageSizes are the sizes that a list offers; the first is the default.
var PageSizes = []int{50, 25, 100, 200}

// Query asks for one page of connectors. Empty members ask for everything.
type Query struct {
	Text       string   // words that name, identifier, description, address or tags begin with or contain
	Vendor     string   // vendor id
	Type       string   // type name
	Workspace  string   // workspace id
	Scope      *Scope   // exactly this scope
	Status     Status   //
	Tag        string   // "key" or "key:value"
	Workspaces []string // when not nil: only in these, whatever else is asked (what the actor may see)
	Retired    bool     // the trash instead of the living
	Sort       string   //
	After      string   // cursor of the page before; opaque
	Size       int      // 1 to 200; 0 is the default
}

// Page is one page of a list.
type Page struct {
	Connectors []Connector
	Next       string // cursor of the next page; "" on the last
}

// Count is one facet: how many connectors share a value. They are kept by the writes, never counted on a list path.
type Count struct {
	Workspace string
	Vendor    string
	Type      string
	Status    Status
	N         int
}

// Counts are all facets of the living connectors.
type Counts []Count

// Of adds up the facets that the keep function accepts.
func (c Counts) Of(keep func(Count) bool) int {
	n := 0
	for _, one := range c {
		if keep(one) {
			n += one.N
		}
	}
	return n
}

// Total is how many connectors there are.
func (c Counts) Total() int { return c.Of(func(Count) bool { return true }) }

// Pick asks for a numbered page of connectors, as vendors' own lists do: exact values, each of several, and a total. Empty members ask for
// everything.
type Pick struct {
	Workspace   string
	Scopes      []Scope // in any of these
	Identifiers []string
	Names       []string
	Types       []string
	Statuses    []Status
	Text        string // a part of name, identifier or description, without regard to case, or a whole tag ("key" or "key:value")
	Description string // a part of the description, without regard to case
	Tags        Tags   // all of these
	On, Off     string // yes-or-no fields of the spec: one that is on, or that the type does not have; one that is off
	Sort        string // "name", "identifier", "created", "updated", "number", with a - in front for descending; "" is "-updated"
	Page, Size  int    // page counts from 0; without a size everything is on one page
}
