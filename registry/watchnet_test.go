package registry_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
)

// hosts is the other side as many machines, of which some are out of reach.
type hosts struct {
	mu   sync.Mutex
	lost map[string]connector.Outcome // by host; "" stands for all of them
}

func (h *house) hosts() *hosts {
	m := &hosts{lost: map[string]connector.Outcome{}}
	h.other.will(func(_ context.Context, q connector.Question) connector.Outcome {
		m.mu.Lock()
		defer m.mu.Unlock()
		host, _, _ := strings.Cut(strings.TrimPrefix(q.Check.(connector.ReadArtifactory).URL, "https://"), "/")
		if out, ok := m.lost[host]; ok {
			return out
		}
		if out, ok := m.lost[""]; ok {
			return out
		}
		return fine
	})
	return m
}

func (m *hosts) lose(out connector.Outcome, which ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, host := range which {
		m.lost[host] = out
	}
}

func (m *hosts) find() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lost = map[string]connector.Outcome{}
}

// network keeps connectors of so many hosts, so many for each, and has each asked once.
func (h *house) network(t *testing.T, hosts, each int) (*watching, []string) {
	t.Helper()
	var ids []string
	for i := range hosts {
		for range each {
			ids = append(ids, h.at(t, fmt.Sprintf("host%d.example.com", i)).ID)
		}
	}
	w := h.watched(t, 10*time.Minute)
	w.pass(t, 10*time.Minute, 10*time.Second)
	if got := h.statuses(t, ids); got != fmt.Sprintf("%d healthy", len(ids)) {
		t.Fatalf("at first %s, want all %d healthy", got, len(ids))
	}
	return w, ids
}

// statuses counts the statuses of connectors, worst first.
func (h *house) statuses(t *testing.T, ids []string) string {
	t.Helper()
	counts := map[connector.Status]int{}
	for _, id := range ids {
		counts[h.now(t, id).Health.Status]++
	}
	var out []string
	for _, s := range connector.Statuses {
		if counts[s] > 0 {
			out = append(out, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	return strings.Join(out, ", ")
}

// codes counts the codes of the runs since a time.
func (h *house) codes(t *testing.T, ids []string, since time.Time) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, id := range ids {
		for _, r := range h.runs(t, id) {
			if r.Began.After(since) {
				counts[r.Code]++
			}
		}
	}
	return counts
}

func (h *house) offline(t *testing.T) bool {
	t.Helper()
	s, err := h.WatchState(t.Context(), viewer)
	if err != nil {
		t.Fatal(err)
	}
	return !s.Offline.IsZero()
}

func TestNobodyTurnsRedWhileOurOwnNetworkIsDown(t *testing.T) {
	for name, size := range map[string]struct{ hosts, each int }{"a large house": {12, 3}, "a house of five hosts": {5, 1}, "a house of three": {3, 1}} {
		t.Run(name, func(t *testing.T) {
			h := opened(t)
			machines := h.hosts()
			w, ids := h.network(t, size.hosts, size.each)
			began := h.clock.now()
			machines.lose(unheard, "")
			w.pass(t, 30*time.Minute, 10*time.Second)
			if got := h.statuses(t, ids); got != fmt.Sprintf("%d healthy", len(ids)) {
				t.Errorf("half an hour without a network: %s, want nobody red", got)
			}
			if !h.offline(t) {
				t.Error("the watch does not know that the network is down")
			}
			codes := h.codes(t, ids, began)
			if codes["OWN_NETWORK"] < len(ids) || codes["CONNECT_TIMEOUT"] > 4*size.hosts {
				t.Errorf("the runs say %v, want most of them that it is our own network", codes)
			}
			if ev := h.events(t, "watch.offline"); len(ev) != 1 || ev[0].Actor != "system:watch" {
				t.Errorf("events = %+v, want one", ev)
			}
			// Whoever asks by hand is told the same.
			if run := h.checked(t, ids[0]); run.Code != "OWN_NETWORK" || run.Status != connector.Unverified || !strings.Contains(run.Cause, "It was not reached.") {
				t.Errorf("a person's check = %+v, want it marked, with what was seen", run.Outcome)
			}

			// It comes back by itself, well before the next slot of most.
			machines.find()
			w.pass(t, 30*time.Second, 10*time.Second)
			if h.offline(t) || len(h.events(t, "watch.online")) != 1 {
				t.Error("half a minute after the network came back the watch does not know it")
			}
			w.pass(t, 10*time.Minute, 10*time.Second)
			if got := h.statuses(t, ids); got != fmt.Sprintf("%d healthy", len(ids)) || len(h.events(t, "connector.flipped")) != len(ids) {
				t.Errorf("after it came back: %s and %d flips, want none but the first of each", got, len(h.events(t, "connector.flipped")))
			}
		})
	}
}

func TestAHostThatIsDownTurnsRed(t *testing.T) {
	for name, tt := range map[string]struct {
		hosts, each int
		down        []string
		red         int
	}{
		"one of many":                             {8, 2, []string{"host3.example.com"}, 2},
		"one with many connectors":                {6, 8, []string{"host0.example.com"}, 8},
		"the only one there is":                   {1, 10, []string{"host0.example.com"}, 10},
		"both that there are":                     {2, 3, []string{"host0.example.com", "host1.example.com"}, 6},
		"four of eight, while the others answer":  {8, 2, []string{"host0.example.com", "host1.example.com", "host2.example.com", "host3.example.com"}, 8},
		"one of three, where the others are told": {3, 1, []string{"host2.example.com"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := opened(t)
			machines := h.hosts()
			w, ids := h.network(t, tt.hosts, tt.each)
			machines.lose(unheard, tt.down...)
			w.pass(t, 15*time.Minute, 10*time.Second)
			if h.offline(t) {
				t.Error("the watch takes our own network for down")
			}
			want := fmt.Sprintf("%d failing", tt.red)
			if tt.red < len(ids) {
				want += fmt.Sprintf(", %d healthy", len(ids)-tt.red)
			}
			if got := h.statuses(t, ids); got != want {
				t.Errorf("after a quarter of an hour %s, want %s", got, want)
			}
		})
	}
}

// Trouble of many other sides at once is not our network's: they were reached.
func TestWhoAnswersWithAnErrorWasReached(t *testing.T) {
	h := opened(t)
	machines := h.hosts()
	w, ids := h.network(t, 8, 1)
	machines.lose(inPieces, "")
	w.pass(t, 15*time.Minute, 10*time.Second)
	if got := h.statuses(t, ids); got != "8 failing" || h.offline(t) {
		t.Errorf("every server is in trouble: %s, offline %v; want all of them red", got, h.offline(t))
	}
}

// What was red before says nothing about the network, however long it has been.
func TestTheLongDeadDoNotMakeANetworkLookDown(t *testing.T) {
	h := opened(t)
	machines := h.hosts()
	for i := range 7 {
		machines.lose(unheard, fmt.Sprintf("host%d.example.com", i))
	}
	var ids []string
	for i := range 8 {
		ids = append(ids, h.at(t, fmt.Sprintf("host%d.example.com", i)).ID)
	}
	w := h.watched(t, 10*time.Minute)
	w.pass(t, time.Hour, 10*time.Second)
	if got := h.statuses(t, ids); got != "7 failing, 1 healthy" || h.offline(t) || len(h.events(t, "watch.offline")) != 0 {
		t.Errorf("seven that never worked: %s, offline %v", got, h.offline(t))
	}
	machines.lose(unheard, "host7.example.com")
	w.pass(t, 15*time.Minute, 10*time.Second)
	if got := h.statuses(t, ids); got != "8 failing" {
		t.Errorf("and the last one: %s, want it red too", got)
	}
}
