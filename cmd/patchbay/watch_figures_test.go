//go:build bench

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/access/password"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/harness"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/store"
	"patchbay/store/storetest"
)

// answering is a house of connectors, each with a host of its own, that are asked by the real probe over the loopback; all hosts are one
// server in this process, whose work is in the figures too.
type answering struct {
	store *store.Store
	reg   *registry.Registry

	mu   sync.Mutex
	lags []time.Duration
}

func answeringSide(t *testing.T, n int, after time.Duration) *answering {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(after)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"key":"libs","type":"LOCAL","url":"http://x/libs","packageType":"Maven"}]`)
	}))
	t.Cleanup(server.Close)
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "data"), catalog.All(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]string{}
	for i := range n {
		routes[fmt.Sprintf("host%d.figures.test:80", i)] = server.Listener.Addr().(*net.TCPAddr).String()
	}
	dialer := remote.New(remote.Config{AllowLoopback: true, ConnectTo: routes})
	a := &answering{store: st}
	a.reg = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: probe.New(dialer, time.Now), Passwords: password.New(), Now: time.Now})
	t.Cleanup(func() {
		a.reg.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w, err := a.reg.AddWorkspace(context.Background(), access.System("figures"), connector.Workspace{Name: "Figures", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t, st, n, func(i int) connector.Connector {
		return connector.Connector{
			ID: fmt.Sprintf("fig%013d", i), Vendor: "harness", Type: "ArtifactoryAnonymous", Workspace: w.ID, Identifier: fmt.Sprintf("c_%d", i), Name: fmt.Sprintf("Mirror %d", i),
			Version: 1, Created: time.Now(), Updated: time.Now(), CreatedBy: "figures", UpdatedBy: "figures", Health: connector.Health{Status: connector.Unverified, Since: time.Now()},
			Spec: &harness.ArtifactoryAnonymous{Server: harness.Server{URL: fmt.Sprintf("http://host%d.figures.test/artifactory", i)}},
		}
	})
	return a
}

// watch runs the watch as the program does, and stops it with the test.
func (a *answering) watch(t *testing.T, every time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	ticks := time.NewTicker(watchTick)
	var ended sync.WaitGroup
	ended.Go(func() {
		a.reg.Watch(ctx, registry.Watching{Every: every, Ticks: ticks.C, Lag: func(d time.Duration) {
			a.mu.Lock()
			a.lags = append(a.lags, d)
			a.mu.Unlock()
		}})
	})
	t.Cleanup(func() { cancel(); ended.Wait(); ticks.Stop() })
}

// take gives the lags since the last call, the shortest first.
func (a *answering) take() []time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.lags
	a.lags = nil
	slices.Sort(out)
	return out
}

func (a *answering) healthy(t *testing.T) int {
	t.Helper()
	counts, err := a.store.Counts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return counts.Of(func(c connector.Count) bool { return c.Status == connector.Healthy })
}

func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func residentHere() string {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "not known here"
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "not known here"
}

func at(lags []time.Duration, percent int) time.Duration {
	if len(lags) == 0 {
		return 0
	}
	return lags[min(len(lags)-1, len(lags)*percent/100)].Round(time.Millisecond)
}

// TestFiguresOfAQuietWatch measures a thousand connectors, each asked once a minute, for two minutes once all have been asked.
func TestFiguresOfAQuietWatch(t *testing.T) {
	const n = 1000
	a := answeringSide(t, n, 0)
	a.watch(t, time.Minute)
	for a.healthy(t) < n {
		time.Sleep(100 * time.Millisecond)
	}
	a.take()
	began, used := time.Now(), cpu(t)
	time.Sleep(2 * time.Minute)
	took, lags := time.Since(began), a.take()
	fmt.Printf("| 1,000 checks a minute, for two minutes: checks | %d |\n", len(lags))
	fmt.Printf("| of one core, other side and store included | %.1f %% |\n", 100*float64(cpu(t)-used)/float64(took))
	fmt.Printf("| resident memory, other side included | %s |\n", residentHere())
	fmt.Printf("| lag, median / p99 / most | %v / %v / %v |\n", at(lags, 50), at(lags, 99), at(lags, 100))
}

// TestFiguresOfABusyWatch measures ten thousand that are due at the same moment and answer after 50 ms, against what the limits allow.
func TestFiguresOfABusyWatch(t *testing.T) {
	const n, after, share = 10_000, 50 * time.Millisecond, 6 // of eight at once, the watch may use six
	a := answeringSide(t, n, after)
	all, err := a.store.Due(context.Background(), time.Now(), n)
	if err != nil || len(all) != n {
		t.Fatalf("Due() = %d, %v", len(all), err)
	}
	due := time.Now().Add(10 * time.Second)
	for i := range all {
		all[i].Slot, all[i].Due = due, due
	}
	if _, err := a.store.Plan(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	a.watch(t, 24*time.Hour)
	time.Sleep(time.Until(due))
	used := cpu(t)
	for a.healthy(t) < n {
		time.Sleep(50 * time.Millisecond)
	}
	took, bound := time.Since(due), n*after/share
	lags := a.take()
	fmt.Printf("| 10,000 due at once, answered after 50 ms: all done after | %v |\n", took.Round(100*time.Millisecond))
	fmt.Printf("| what six at a time allow | %v, which is %.0f %% of that |\n", bound.Round(100*time.Millisecond), 100*float64(bound)/float64(took))
	fmt.Printf("| checks | %d |\n", len(lags))
	fmt.Printf("| of one core meanwhile | %.0f %% |\n", 100*float64(cpu(t)-used)/float64(took))
	fmt.Printf("| resident memory | %s |\n", residentHere())
}
