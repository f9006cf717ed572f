package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/remotetest"
)

// corpus are hostile addresses with the port of a sink: as people write them first, then by number, of which every second one will do where
// this is no drill. The probe's own tests take all of them for each kind of check.
func corpus(port uint16) []string {
	out := remotetest.HostileURLs(port)
	for i, a := range remotetest.HostileAddresses() {
		scheme := "https://"
		if i%3 == 0 {
			scheme = "http://"
		}
		if i%2 == 1 && !drilled() {
			continue
		}
		out = append(out, scheme+netip.AddrPortFrom(a, port).String()+"/app.git")
	}
	return out
}

// lured is a program whose name server is in it too, and the sink that it is lured to.
type lured struct {
	*whole
	sink *remotetest.Sink
	kept []connector.Connector // one for each address that the rules let through
	urls []string
}

// lure keeps a connector for each address, the types by turns. off lets loopback in: that is the control switched off.
func lure(t *testing.T, off bool) *lured {
	t.Helper()
	l := &lured{sink: remotetest.NewSink(t, nil)}
	l.whole = newWhole(t, remote.Config{AllowLoopback: off, Resolver: remotetest.Resolver(func(name string) []string {
		if to, ok := remotetest.HostileNames[strings.ToLower(strings.TrimSuffix(name, "."))]; ok {
			return to
		}
		return []string{"127.0.0.1"}
	})})
	l.urls = corpus(l.sink.Addr.Port())
	if off {
		l.urls = remotetest.HostileURLs(l.sink.Addr.Port())
	}
	for i, at := range l.urls {
		for j := range askings { // the first type, by turns, whose rules let the address through
			d := l.draft(t, askings[(i+j)%len(askings)], at, "canary-typed")
			c, err := l.Admit(t.Context(), asAdmin, d)
			if err == nil {
				l.kept = append(l.kept, c)
				break
			}
			if _, refused := err.(connector.Problems); !refused { //nolint:errorlint // the registry gives them bare
				t.Fatal(err)
			}
		}
	}
	if n := l.sink.Connections(); n != 0 {
		t.Fatalf("the sink saw %d connections before anything was asked", n)
	}
	return l
}

// each asks for every kept connector by an entry, and counts those that were really asked. Where the program is not the control switched off,
// nobody may arrive.
func (l *lured) each(t *testing.T, entry string, want int, only func(connector.Connector) bool, ask func(connector.Connector)) {
	t.Helper()
	before, asked := l.sink.Connections(), 0
	for _, c := range l.kept {
		if only == nil || only(c) {
			_, runs := l.last(t, c.ID)
			ask(c)
			if _, now := l.last(t, c.ID); now > runs {
				asked++
			}
		}
	}
	l.arrived(t, entry, asked, want, before)
}

// arrived fails where somebody arrived who should not, or where too few were asked to prove anything.
func (l *lured) arrived(t *testing.T, entry string, asked, want, before int) {
	t.Helper()
	n := l.sink.Connections() - before
	t.Logf("%s: %d asked, %d arrive", entry, asked, n)
	if asked < want {
		t.Errorf("%s: %d were asked, want at least %d", entry, asked, want)
	}
	if n != 0 {
		t.Errorf("%s: the sink saw %d connections, want none", entry, n)
	}
}

func ofHarness(c connector.Connector) bool { return c.Vendor == "harness" }

// entries asks by every way into the program that leads to a check or a call, and tells of each.
func (l *lured) entries(t *testing.T, each func(entry string, want int, only func(connector.Connector) bool, ask func(connector.Connector)), other func(entry string, want int, ask func(at string) bool)) {
	t.Helper()
	each("Validate on the page", 160, nil, func(c connector.Connector) { l.send(l.cookie, http.MethodPost, "/connectors/"+c.ID+"/validate", "") })
	each("test-connection of Harness v1", 140, ofHarness, func(c connector.Connector) {
		l.harness(http.MethodPost, "/v1/connectors/"+c.Identifier+"/test-connection", "")
	})
	each("testConnection of the older Harness", 140, ofHarness, func(c connector.Connector) {
		l.harness(http.MethodPost, "/ng/api/connectors/testConnection/"+c.Identifier+"?accountIdentifier="+l.spaces["harness"].Account, "")
	})
	other("the page of a draft", 160, l.draftAt(t))
	other("connectors and tickets of Security Hub", 80, l.hubAt(t))
	other("the return from an OAuth server", 160, l.consentAt(t))
	other("RegisterConnectorV2 of Security Hub", 160, l.registerAt(t))
	other("the test of a channel", 160, l.channelAt(t))
}

// draftAt tests a draft at an address, the types by turns.
func (l *lured) draftAt(t *testing.T) func(string) bool {
	i := 0
	return func(at string) bool {
		for range askings {
			i++
			if l.tested(t, l.cookie, l.draft(t, askings[i%len(askings)], at, "canary-typed")) != "" {
				return true
			}
		}
		return false
	}
}

// hubAt creates a ServiceNow connector at an address, which checks it, and opens a ticket through it.
func (l *lured) hubAt(t *testing.T) func(string) bool {
	if _, err := l.KeepSecret(t.Context(), asAdmin, connector.NamedSecret{Kind: connector.SecretOAuth, SecretName: connector.SecretName{Workspace: l.spaces["securityhub"].ID, Name: snowARN}},
		connector.NewSecret(`{"ClientId":"a","ClientSecret":"canary-typed"}`)); err != nil {
		t.Fatal(err)
	}
	return func(at string) bool {
		body, err := json.Marshal(map[string]any{"Name": l.unique("desk"), "Provider": map[string]any{"ServiceNow": map[string]string{"InstanceName": at, "SecretArn": snowARN}}})
		if err != nil {
			t.Fatal(err)
		}
		a := l.hub(t, http.MethodPost, "/connectorsv2", string(body))
		var made struct{ ConnectorId string } //nolint:revive // the vendor's name
		if err := json.Unmarshal(a.Body.Bytes(), &made); a.Code != http.StatusOK || err != nil {
			return false
		}
		if a := l.hub(t, http.MethodPost, "/ticketsv2", `{"ConnectorId":"`+made.ConnectorId+`","FindingMetadataUid":"u"}`); a.Code < 400 {
			t.Errorf("a ticket was opened at %q: %s", at, a.Body)
		}
		return true
	}
}

// consentAt goes to an OAuth server and comes back with a code, which is exchanged at an address.
func (l *lured) consentAt(t *testing.T) func(string) bool {
	one := l.jira(t)
	return func(at string) bool {
		if l.application(at, at, "canary-client").Code != http.StatusSeeOther {
			return false
		}
		to, a := l.consent(t, one.ID)
		if c, err := l.Connector(t.Context(), asAdmin, one.ID); err != nil || c.Health.Status != connector.Waiting {
			t.Errorf("a consent at %q was taken: %v", at, err)
		}
		return strings.Contains(to, "/authorise/") && a.Code == http.StatusSeeOther
	}
}

// registerAt does the same by the vendor's own API.
func (l *lured) registerAt(t *testing.T) func(string) bool {
	var state string
	return func(at string) bool {
		if l.application(at, at, "canary-client").Code != http.StatusSeeOther {
			return false
		}
		if state == "" {
			var made struct{ AuthUrl string } //nolint:revive // the vendor's name
			if err := json.Unmarshal(l.hub(t, http.MethodPost, "/connectorsv2", `{"Name":"`+l.unique("jira")+`","Provider":{"JiraCloud":{"ProjectKey":"SEC"}}}`).Body.Bytes(), &made); err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(made.AuthUrl)
			if err != nil {
				t.Fatal(err)
			}
			state = u.Query().Get("state")
		}
		a := l.hub(t, http.MethodPost, "/connectorsv2/register", `{"AuthCode":"canary-code","AuthState":"`+state+`"}`)
		if a.Code == http.StatusOK {
			t.Errorf("a consent at %q was taken", at)
		}
		return !strings.Contains(a.Body.String(), "No connector of the account waits")
	}
}

// channelAt tests a channel with an address.
func (l *lured) channelAt(t *testing.T) func(string) bool {
	return func(at string) bool {
		c, _, err := l.AddChannel(t.Context(), asAdmin, connector.Channel{Name: l.unique("channel"), Kind: connector.Webhook, Tells: connector.TellFailures}, at)
		if err != nil {
			return false
		}
		if a := l.send(l.cookie, http.MethodPost, "/notices/"+c.ID+"/test", ""); a.Code != http.StatusSeeOther {
			t.Fatalf("the test of a channel = %d", a.Code)
		}
		if err := l.Tell(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, told, err := l.Channel(t.Context(), asAdmin, c.ID)
		return err == nil && len(told) == 1 && told[0].Tries > 0
	}
}

// watched lets the watch ask for everything, and gives how many it asked for.
func (l *lured) watched(t *testing.T) (asked int) {
	t.Helper()
	had := map[string]int{}
	for _, c := range l.kept {
		_, had[c.ID] = l.last(t, c.ID)
	}
	ctx, stop := context.WithCancel(t.Context())
	ticks := make(chan time.Time)
	var ended sync.WaitGroup
	ended.Go(func() { l.Watch(ctx, registry.Watching{Every: time.Minute, Ticks: ticks}) })
	defer ended.Wait()
	defer stop()
	for range 20 { // each connector has its own place in the minute
		l.pass(10 * time.Second)
		ticks <- time.Time{}
		ticks <- time.Time{} // is taken when the round of the first is over
		for end := time.Now().Add(20 * time.Second); ; {
			state, err := l.WatchState(t.Context(), asAdmin)
			if err != nil || time.Now().After(end) {
				t.Fatalf("the watch asks for %d still, %v", state.Asking, err)
			}
			if state.Asking == 0 {
				break
			}
			runtime.Gosched()
		}
		asked = 0
		for _, c := range l.kept {
			if _, n := l.last(t, c.ID); n > had[c.ID] {
				asked++
			}
		}
		if asked == len(l.kept) {
			break
		}
	}
	return asked
}

// TestNoEntryReachesAHostileAddress is proof S1 through every entry: pages, doors, the watch, consents and notices.
func TestNoEntryReachesAHostileAddress(t *testing.T) {
	l := lure(t, false)
	t.Logf("%d addresses, %d pass the rules of some type", len(l.urls), len(l.kept))
	l.entries(t, func(entry string, want int, only func(connector.Connector) bool, ask func(connector.Connector)) {
		l.each(t, entry, want, only, ask)
	}, func(entry string, want int, ask func(string) bool) {
		before, asked := l.sink.Connections(), 0
		for _, at := range l.urls {
			if ask(at) {
				asked++
			}
		}
		l.arrived(t, entry, asked, want, before)
	})
	before := l.sink.Connections()
	l.arrived(t, "the watch", l.watched(t), 160, before)
	for _, c := range l.kept {
		if c, err := l.Connector(t.Context(), asAdmin, c.ID); err != nil || c.Health.Status == connector.Healthy || c.Health.Status == connector.Degraded {
			t.Errorf("%s is %s %s, %v", c.Name, c.Health.Status, c.Health.Code, err)
		}
	}
}

// TestWithoutTheGuardEveryEntryReachesTheSink shows the control switched off: by each entry somebody arrives.
func TestWithoutTheGuardEveryEntryReachesTheSink(t *testing.T) {
	l := lure(t, true)
	arrives := func(entry string, before int) {
		if n := l.sink.Connections() - before; n < 5 {
			t.Errorf("%s: without the guard %d arrive, want at least 5, or the test could not fail", entry, n)
		} else {
			t.Logf("%s: %d arrive", entry, n)
		}
	}
	l.entries(t, func(entry string, _ int, only func(connector.Connector) bool, ask func(connector.Connector)) {
		before := l.sink.Connections()
		for _, c := range l.kept {
			if only == nil || only(c) {
				ask(c)
			}
		}
		arrives(entry, before)
	}, func(entry string, _ int, ask func(string) bool) {
		before := l.sink.Connections()
		for _, at := range l.urls {
			ask(at)
		}
		arrives(entry, before)
	})
	before := l.sink.Connections()
	l.watched(t)
	arrives("the watch", before)
}
