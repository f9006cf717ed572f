package registry

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"patchbay/connector"
)

// When our own network is down every host seems to be, and no connector is to blame. The rule: our network is taken to be down when, in the
// last two minutes and among the last twenty results, and since anybody was last reached,
//
//   - connectors that worked before failed on the way (a name that was not found, a connection that did not come about) towards at
//     least five different hosts, or towards all hosts that are known where those are three or four, and
//   - these are at least four fifths of the results.
//
// It is up again as soon as anybody is reached. What fails on the way meanwhile is no verdict. A host that is down is one host, however
// many connectors ask it, so they turn red as they should.
const (
	netSpan    = 2 * time.Minute
	netResults = 20
	netHosts   = 5
	netLeast   = 3
	netKnown   = 1024             // hosts that are remembered at most
	netMemory  = 24 * time.Hour   // and for how long
	netProof   = 30 * time.Second // how long it counts that somebody was reached: no longer than since the attempt before the last one
	netAsk     = 15 * time.Second // between two questions whether the network is up again
)

// way is what the outcome of a check tells of the network between us and the other side.
type way int

const (
	unsaid  way = iota // nothing: nobody was asked
	lost               // the other side was not reached
	unclear            // somebody took the connection, and that was all
	reached            // the other side answered
)

// onTheWay are the codes of a check that did not come through. Being kept from it by our own rules is not among them.
var onTheWay = []string{"DNS_NOT_FOUND", "DNS_FAILED", "CONNECT_REFUSED", "CONNECT_TIMEOUT", "CONNECT_FAILED"}

// OnTheWay lists the codes that say that the other side was not reached.
func OnTheWay() []string { return slices.Clone(onTheWay) }

func wayOf(out connector.Outcome) way {
	if slices.Contains(onTheWay, out.Code) {
		return lost
	}
	found := unsaid
	for _, s := range out.Steps {
		switch ok := s.State == connector.StepOK || s.State == connector.StepWarn; {
		case s.Name == "Connect" && ok:
			found = unclear
		case found == unclear && ok:
			return reached
		case found == unclear && s.Name != "TLS" && s.State == connector.StepFailed && out.Code != "TIMEOUT" && out.Code != "RESET":
			return reached // it answered, only not as it should
		}
	}
	return found
}

// network is what the results of checks tell of our own network.
type network struct {
	mu      sync.Mutex
	results []heard // since anybody was last reached, the oldest first
	known   map[string]contact
	proven  time.Time // when somebody was last reached
	since   time.Time // when our network was taken to be down; zero while it is up
	asked   time.Time // when a canary was last asked
}

type heard struct {
	host string
	way  way
	at   time.Time
}

// contact is a connector by which a host can be asked.
type contact struct {
	connector string
	at        time.Time
}

// hear takes one result in. worked says that the connector was not failing before. It reports whether our network is down now, and whether
// that is news.
func (n *network) hear(host, connectorID string, worked bool, w way, at time.Time) (down, news bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	was := !n.since.IsZero()
	if host == "" || w == unsaid {
		return was, false
	}
	if w == lost && !worked { // what did not work before says nothing, and is nobody to ask
		if n.known[host].connector == connectorID {
			delete(n.known, host)
		}
		return was, false
	}
	n.remember(host, connectorID, at)
	if w == reached {
		n.results, n.since, n.proven = nil, time.Time{}, at
		return false, was
	}
	n.results = append(n.results, heard{host, w, at})
	n.results = slices.DeleteFunc(n.results, func(h heard) bool { return at.Sub(h.at) > netSpan })
	if over := len(n.results) - netResults; over > 0 {
		n.results = slices.Delete(n.results, 0, over)
	}
	if !was && n.lost(at) {
		n.since = at
		return true, true
	}
	return was, false
}

// lost looks at the results. Hold mu.
func (n *network) lost(now time.Time) bool {
	hosts := map[string]bool{}
	failed := 0
	for _, h := range n.results {
		if h.way == lost {
			failed++
			hosts[h.host] = true
		}
	}
	return len(hosts) >= min(max(n.hosts(now), netLeast), netHosts) && failed*5 >= len(n.results)*4
}

// hosts is how many hosts are known. Hold mu.
func (n *network) hosts(now time.Time) int {
	all := 0
	for _, c := range n.known {
		if now.Sub(c.at) <= netMemory {
			all++
		}
	}
	return all
}

// remember notes how a host can be asked. Hold mu.
func (n *network) remember(host, connectorID string, at time.Time) {
	if n.known == nil {
		n.known = map[string]contact{}
	}
	n.known[host] = contact{connectorID, at}
	if len(n.known) > netKnown {
		delete(n.known, n.oldest())
	}
}

// oldest gives the host that was asked least recently. Hold mu.
func (n *network) oldest() string {
	oldest := ""
	for h, c := range n.known {
		if was := n.known[oldest]; oldest == "" || c.at.Before(was.at) || c.at.Equal(was.at) && h < oldest {
			oldest = h
		}
	}
	return oldest
}

// offline gives since when our network is down; zero while it is up.
func (n *network) offline() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.since
}

// doubt gives connectors of other hosts to ask for a second opinion before one that worked turns red because its host was not reached. There
// are none where the network has shown lately that it works, or where too few hosts are known for an opinion.
func (n *network) doubt(host string, now time.Time) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.proven) <= netProof || n.hosts(now) < netLeast {
		return nil
	}
	var hosts []string
	for h := range n.known {
		if h != host {
			hosts = append(hosts, h)
		}
	}
	slices.SortFunc(hosts, func(a, b string) int { // the most recent first: those are most likely to be there still
		return cmp.Or(n.known[b].at.Compare(n.known[a].at), cmp.Compare(a, b))
	})
	var out []string
	for _, h := range hosts[:min(netHosts-1, len(hosts))] {
		out = append(out, n.known[h].connector)
	}
	return out
}

// canary gives, every now and then while our network is down, one connector by which to find out whether it is up again.
func (n *network) canary(now time.Time) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.since.IsZero() || now.Sub(n.asked) < netAsk || len(n.known) == 0 {
		return ""
	}
	n.asked = now
	host := n.oldest()
	c := n.known[host]
	n.known[host] = contact{c.connector, now} // the next time it is another one's turn
	return c.connector
}
