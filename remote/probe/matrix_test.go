package probe_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote/probe"
	"patchbay/remote/remotetest"
)

// measure is how much of the machine the process holds.
type measure struct {
	goroutines, files int
	heap              uint64
}

// measured gives what is held once what can be freed is freed.
func measured() measure {
	runtime.GC()
	runtime.GC() // what finalizers let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	out := measure{goroutines: runtime.NumGoroutine(), heap: m.HeapAlloc}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil { // where the system has it
		out.files = len(open)
	}
	return out
}

func (m measure) String() string {
	return fmt.Sprintf("%d goroutines, %d files, %.1f MiB of heap", m.goroutines, m.files, float64(m.heap)/(1<<20))
}

// drilled says whether this is the long form: a hundred of each kind at once, for as long as a check may last in the program.
func drilled() bool { return os.Getenv("PATCHBAY_DRILL") != "" }

// TestEveryKindOfCheckEndsWhateverTheOtherSideDoes is proof S9: each way to misbehave, at each point of each kind of check, all at once.
func TestEveryKindOfCheckEndsWhateverTheOtherSideDoes(t *testing.T) {
	// In the short form those wait little who wait in vain, and the others until they have their answer.
	atOnce, short, long, patience := 0, 300*time.Millisecond, 5*time.Second, 8*time.Second
	if drilled() {
		atOnce, short, long, patience = 100, 10*time.Second, 10*time.Second, 11*time.Second
	}
	authority, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	host, _ := pair(t)
	_, key := pair(t)
	kinds := everyKind(t, line(host.PublicKey()), key, someCertificate(t).text())
	var all []*position
	for _, k := range kinds {
		for stage := range k.stages {
			all = append(all, stand(t, authority, k, stage, letting(host, func(c *ssh.ServerConfig) { c.MaxAuthTries = 1 })))
		}
	}
	asked := 0
	// Good servers first: else nothing that follows would prove anything.
	for _, got := range atOnceAt(t.Context(), all, nil, 0, 10*time.Second) {
		asked++
		if got.Status != connector.Healthy {
			t.Fatalf("%s, well behaved: %s %s %q %v, want it healthy", got.at.name(), got.Status, got.Code, got.Text, got.Steps)
		}
	}
	settle(t, all)
	ignored, before := goleak.IgnoreCurrent(), measured()
	began, longest, most := time.Now(), time.Duration(0), 0
	ways := hostilities()
	for _, bad := range ways {
		within := long
		if bad.waits {
			within = short
		}
		for _, some := range together(all, bad) {
			for _, got := range atOnceAt(t.Context(), some, bad, atOnce, within) {
				asked++
				longest, most = max(longest, got.took), max(most, got.goroutines)
				if got.took > patience {
					t.Errorf("%s, %s: took %s, want an end within %s", got.at.name(), bad.name, got.took, patience)
				}
				got.judge(t, bad)
			}
			settle(t, some)
		}
	}
	for _, p := range all {
		p.now.Store(nil)
		if n := p.played.Load(); n < int64(len(ways))/3 {
			t.Errorf("%s: nobody got there in %d of %d rounds, so little is proven", p.name(), int64(len(ways))-n, len(ways))
		}
		if n := p.leaked.Load(); n != 0 {
			t.Errorf("%s: %d requests carried a token that cannot be one", p.name(), n)
		}
	}
	after := measured()
	if err := goleak.Find(ignored); err != nil {
		t.Error(err)
	}
	if after.goroutines > before.goroutines+3 || after.files > before.files+3 || after.heap > before.heap+16<<20 {
		t.Errorf("before %s, after %s", before, after)
	}
	t.Logf("%d ways to misbehave at %d points of %d kinds, %d checks in %s; the longest took %s; %d goroutines at most; before %s, after %s",
		len(ways), len(all), len(kinds), asked, time.Since(began).Round(time.Millisecond), longest.Round(time.Millisecond), most, before, after)
	if len(ways) < 20 || len(kinds) < 14 {
		t.Errorf("%d ways and %d kinds, want at least 20 and 14", len(ways), len(kinds))
	}
}

// together puts the positions together that are asked at the same time: all of them, but for a drill with other sides that keep the machine busy.
// Their floods are made in this very process, and a hundred checks of each kind at once would wait for a processor and not for them.
func together(all []*position, bad *hostility) [][]*position {
	if !drilled() || bad.waits {
		return [][]*position{all}
	}
	var out [][]*position
	last, kinds := "", 0
	for _, p := range all {
		if p.kind.name != last {
			last = p.kind.name
			if kinds%4 == 0 {
				out = append(out, nil)
			}
			kinds++
		}
		out[len(out)-1] = append(out[len(out)-1], p)
	}
	return out
}

// answered is what one check came to.
type answered struct {
	connector.Outcome
	at         *position
	took       time.Duration
	goroutines int // of the process, when it ended
}

// atOnceAt asks at all positions at the same time, while the other sides misbehave in one way: n times for each kind, spread over its
// positions, or once for each position.
func atOnceAt(ctx context.Context, all []*position, bad *hostility, n int, within time.Duration) []answered {
	byKind := map[string][]*position{}
	for _, p := range all {
		p.patient = within
		p.now.Store(bad)
		// Before anything is asked, only the first stage of a host can be told from the others.
		if bad == nil || bad.when == onRequest || slices.ContainsFunc(p.kind.hosts, func(h host) bool { return h.stages[0] == p.stage }) {
			byKind[p.kind.name] = append(byKind[p.kind.name], p)
		}
	}
	var mu sync.Mutex
	var out []answered
	var asking sync.WaitGroup
	for _, at := range byKind {
		for i := range max(n, len(at)) {
			p := at[i%len(at)]
			asking.Go(func() {
				began := time.Now()
				got := p.kind.ask(ctx, p.dialer, within)
				one := answered{got, p, time.Since(began), runtime.NumGoroutine()}
				mu.Lock()
				defer mu.Unlock()
				out = append(out, one)
			})
		}
	}
	asking.Wait()
	return out
}

// settle waits until the checks have hung up everywhere.
func settle(t *testing.T, all []*position) {
	t.Helper()
	until := time.Now().Add(10 * time.Second)
	for _, p := range all {
		for p.open.Load() != 0 {
			if time.Now().After(until) {
				t.Fatalf("%s: %d connections are still open", p.name(), p.open.Load())
			}
			runtime.Gosched()
		}
	}
}

// judge fails where an outcome is not what a check may come to.
func (a answered) judge(t *testing.T, bad *hostility) {
	t.Helper()
	where := a.at.name() + ", " + bad.name
	taken := bad.taken && strings.HasPrefix(a.Code, "TAKEN 20")
	switch {
	case a.Status == connector.Healthy && !taken, a.Status == connector.Degraded && !slices.Contains(bad.right, a.Code):
		t.Errorf("%s: %s %s %q %v", where, a.Status, a.Code, a.Text, a.Steps)
	case a.Code == "" || a.Text == "" || a.Status == connector.Failing && (a.Cause == "" || a.Next == ""):
		t.Errorf("%s: %+v, want a code, a sentence, a cause and a next step", where, a.Outcome)
	case a.Code != "REFUSED" && !taken && !slices.ContainsFunc(probe.Codes(), func(c probe.Code) bool { return c.Code == a.Code }):
		t.Errorf("%s: %s is not in the list of codes", where, a.Code)
	}
	for _, text := range append(evidence(a.Outcome), a.Text, a.Cause, a.Next) {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%s: %q has control characters", where, text)
		}
		for _, secret := range append([]string{noSecret, granted, "canary", "Y2FuYXJ5"}, a.at.kind.secrets...) {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %q shows %q", where, text, secret)
			}
		}
	}
}
