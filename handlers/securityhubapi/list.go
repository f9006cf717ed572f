package securityhubapi

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
)

// listing is what ListConnectorsV2 is asked.
type listing struct {
	provider, status, enablement string // "" is any
	size                         int
	after                        string
}

const (
	largestPage = 100
	// mostLooked is how many connectors one call looks at where a filter cannot be answered from an index. A page may then
	// have fewer than were asked for, and a token to go on.
	mostLooked = 1000
)

// Values of the enumerations that the filters take.
var (
	providers = []string{"JIRA_CLOUD", "SERVICENOW", "AZURE"}
	statuses  = map[string]connector.Status{
		"CONNECTED": connector.Healthy, "FAILED_TO_CONNECT": connector.Failing, "PENDING_CONFIGURATION": connector.Waiting,
		"PENDING_AUTHORIZATION": connector.Waiting, "DEGRADED": connector.Degraded, "UNKNOWN": connector.Unverified,
	}
	enablements = []string{"ENABLED", "PENDING_ENABLEMENT", "FAILED_TO_ENABLE", "PENDING_UPDATE", "FAILED_TO_UPDATE", "PENDING_DELETION", "FAILED_TO_DELETE"}
)

func (d *Door) listConnectors(c *call) (string, error) {
	counts, err := d.reg.Counts(c, c.actor)
	if err != nil {
		return "", err
	}
	types := typesIn(counts, c.workspace)
	asked, problems := listingOf(c.request.URL.RawQuery, c.workspace, types)
	if len(problems) > 0 {
		return "", problems
	}
	found, next, err := d.page(c, asked, types)
	if err != nil {
		return "", err
	}
	summaries := make([]wire.Value, len(found))
	for i := range found {
		summaries[i] = securityhub.Summary(c.workspace, &found[i])
	}
	reply := wire.Obj(wire.M("Connectors", wire.List(summaries...)))
	if next != "" {
		reply = reply.With("NextToken", wire.Text(asked.token(c.workspace, next)))
	}
	return reply.JSON(), nil
}

// page walks along the list, newest first, until the page is full. A filter that narrows to one type or one status is left to
// the store; what else is asked is looked at here.
func (d *Door) page(c *call, asked listing, types []string) (found []connector.Connector, next string, err error) {
	kinds := slices.DeleteFunc(slices.Clone(types), func(t string) bool { return !asked.mayBe(t) })
	if len(kinds) == 0 {
		return nil, "", nil
	}
	q := connector.Query{Workspace: c.workspace.ID, Status: statuses[asked.status], Sort: connector.SortCreated, After: asked.after, Size: asked.size}
	if len(kinds) == 1 {
		q.Type = kinds[0]
	}
	if len(kinds) > 1 && len(kinds) < len(types) || q.Status == connector.Waiting {
		q.Size = largestPage // a page may have much that does not fit
	}
	for looked := 0; looked < mostLooked; {
		page, matching, err := d.part(c, asked, q, asked.size-len(found))
		if err != nil {
			return nil, "", err
		}
		found, next = append(found, matching...), page.Next
		if next == "" || len(found) == asked.size {
			break
		}
		looked += len(page.Connectors)
		q.After = next
	}
	return found, next, nil
}

// part gives the connectors of one page of the store that fit, at most so many. Where there are more, the page is read again up
// to the last that has room, so that the next one begins right behind it.
func (d *Door) part(c *call, asked listing, q connector.Query, most int) (connector.Page, []connector.Connector, error) {
	for {
		page, err := d.reg.List(c, c.actor, q)
		if err != nil {
			return page, nil, err
		}
		var matching []connector.Connector
		full, more := 0, false
		for i := range page.Connectors {
			if !asked.fits(&page.Connectors[i]) {
				continue
			}
			if more = len(matching) == most; more {
				break
			}
			matching, full = append(matching, page.Connectors[i]), i+1
		}
		if !more {
			return page, matching, nil
		}
		q.Size = full
	}
}

// mayBe reports whether a connector of the type can fit.
func (l listing) mayBe(typeName string) bool {
	t, _ := connector.Catalog{securityhub.Vendor()}.Type(vendorID, typeName)
	return l.suits(&connector.Connector{Type: typeName, Spec: t.New()})
}

func (l listing) suits(c *connector.Connector) bool {
	return (l.provider == "" || l.provider == securityhub.ProviderName(c.Type)) &&
		(l.enablement == "" || l.enablement == securityhub.EnablementWord(c))
}

func (l listing) fits(c *connector.Connector) bool {
	return l.suits(c) && (l.status == "" || l.status == securityhub.StatusWord(c))
}

// typesIn gives the types that the workspace has connectors of.
func typesIn(counts connector.Counts, w connector.Workspace) []string {
	var out []string
	for _, n := range counts {
		if n.Workspace == w.ID && n.N > 0 && !slices.Contains(out, n.Type) {
			out = append(out, n.Type)
		}
	}
	return out
}

// listingOf reads the query. Names that it does not know are passed over, as AWS does.
func listingOf(raw string, w connector.Workspace, types []string) (listing, connector.Problems) {
	l := listing{size: largestPage}
	query, err := sigv4.Query(raw)
	if err != nil {
		return l, connector.Problems{{Text: "The query cannot be decoded."}}
	}
	var problems connector.Problems
	wrong := func(field, text string) { problems = append(problems, connector.Problem{Field: field, Text: text}) }
	for _, name := range []string{"MaxResults", "NextToken", "ProviderName", "ConnectorStatus", "EnablementStatus"} {
		if len(query[name]) > 1 {
			wrong(name, "It can be given once.")
		}
	}
	l.provider, l.status, l.enablement = query.Get("ProviderName"), query.Get("ConnectorStatus"), query.Get("EnablementStatus")
	known := slices.Clone(providers)
	for _, t := range types {
		known = append(known, securityhub.ProviderName(t))
	}
	if query.Has("ProviderName") && !slices.Contains(known, l.provider) {
		wrong("ProviderName", "It must be "+oneOf(providers)+".")
	}
	if _, ok := statuses[l.status]; query.Has("ConnectorStatus") && !ok {
		wrong("ConnectorStatus", "It must be CONNECTED, FAILED_TO_CONNECT, PENDING_CONFIGURATION, PENDING_AUTHORIZATION, DEGRADED or UNKNOWN.")
	}
	if query.Has("EnablementStatus") && !slices.Contains(enablements, l.enablement) {
		wrong("EnablementStatus", "It must be "+oneOf(enablements)+".")
	}
	if query.Has("MaxResults") {
		n, err := strconv.Atoi(query.Get("MaxResults"))
		if err != nil || n < 1 || n > largestPage {
			wrong("MaxResults", "It must be a number from 1 to "+strconv.Itoa(largestPage)+".")
		}
		l.size = n
	}
	if token := query.Get("NextToken"); token != "" {
		var ok bool
		if l.after, ok = l.cursor(w, token); !ok {
			wrong("NextToken", "It does not belong to a list with these filters. Begin again without it.")
		}
	}
	return l, problems
}

func oneOf(values []string) string {
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

// sealLength is how much of a token says which list it belongs to.
const sealLength = 12

// token gives the place in this list as a text that is good for this list only.
func (l listing) token(w connector.Workspace, cursor string) string {
	return base64.RawURLEncoding.EncodeToString(append(l.seal(w, cursor), cursor...))
}

func (l listing) cursor(w connector.Workspace, token string) (string, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= sealLength {
		return "", false
	}
	cursor := string(raw[sealLength:])
	return cursor, string(l.seal(w, cursor)) == string(raw[:sealLength])
}

func (l listing) seal(w connector.Workspace, cursor string) []byte {
	sum := sha256.Sum256([]byte(url.Values{"list": {w.ID, l.provider, l.status, l.enablement, cursor}}.Encode()))
	return sum[:sealLength]
}
