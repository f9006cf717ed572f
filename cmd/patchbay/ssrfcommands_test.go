package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote/remotetest"
)

// TestTheCommandLineReachesNoHostileAddress is S1 for patchbay check and connector validate, which make a dialer of their own.
func TestTheCommandLineReachesNoHostileAddress(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	dir := filepath.Join(t.TempDir(), "data")
	o, err := open(t.Context(), Env{Stderr: t.Output(), Now: time.Now}, dir)
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{Registry: o.reg, spaces: map[string]connector.Workspace{}}
	for _, s := range sampleWorkspaces {
		if w.spaces[s.Vendor], err = o.reg.AddWorkspace(t.Context(), asAdmin, s); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	one := ""
	for i, at := range corpus(sink.Addr.Port()) {
		u, err := url.Parse(at)
		if err != nil {
			continue
		}
		if _, err := netip.ParseAddr(u.Hostname()); err != nil && u.Hostname() != "localhost" {
			continue // a name would be looked up on the network
		}
		if c, err := o.reg.Admit(t.Context(), asAdmin, w.draft(t, askings[i%len(askings)], at, "canary-typed")); err == nil {
			kept, one = kept+1, c.ID
		}
	}
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
	code, out, said := ran(t, "", "check", "--all", "--json", "--at-once", "64", "--data", dir)
	var got report
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != failed || got.Total != kept || got.Healthy != 0 || kept < 120 {
		t.Errorf("check --all = %d, %v: %d of %d, %d healthy, want all of at least 120 and none healthy: %s", code, err, got.Total, kept, got.Healthy, said)
	}
	if code, _, said := ran(t, "", "connector", "validate", one, "--data", dir); code != failed {
		t.Errorf("connector validate = %d %s", code, said)
	}
	if n := sink.Connections(); n != 0 || strings.Contains(out+said, "canary") {
		t.Errorf("the sink saw %d connections, want none", n)
	}
	t.Logf("%d connectors", kept)
}

// TestTheCommandLineReachesWhatTheOperatorAllows is the control of the test above switched off: an address of this machine is reached without
// encryption where its network is allowed, and not else.
func TestTheCommandLineReachesWhatTheOperatorAllows(t *testing.T) {
	at := ownAddress(t)
	if !at.IsValid() {
		t.Skip("this machine has no address but loopback")
	}
	met := make(chan struct{}, 100)
	listener, err := net.Listen("tcp", netip.AddrPortFrom(at, 0).String())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		met <- struct{}{}
		rw.WriteHeader(http.StatusUnauthorized)
	}))
	if err := server.Listener.Close(); err != nil {
		t.Fatal(err)
	}
	server.Listener = listener
	server.Start()
	defer server.Close()
	dir, ids := filled(t)
	o, err := open(t.Context(), Env{Stderr: t.Output(), Now: time.Now}, dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.reg.Connector(t.Context(), asAdmin, ids["Checkout Git"])
	if err != nil {
		t.Fatal(err)
	}
	kind, _ := o.reg.Catalog().Type("harness", "GitHttp")
	d := c.Draft(kind)
	for _, f := range d.Spec.Fields() {
		if f.Name == "url" {
			connector.Bind([]connector.Field{f}, map[string][]string{"url": {server.URL + "/app.git"}})
		}
	}
	if _, err := o.reg.Change(t.Context(), asAdmin, c.ID, c.Version, d); err != nil {
		t.Fatal(err)
	}
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
	ran(t, "", "check", c.ID, "--data", dir)
	if len(met) != 0 {
		t.Error("an address was reached that nobody allowed")
	}
	ran(t, "", "check", c.ID, "--data", dir, "--allow-egress", netip.PrefixFrom(at, at.BitLen()).String())
	if len(met) == 0 {
		t.Error("an address was not reached although it was allowed")
	}
}

// ownAddress gives an address of this machine by which others reach it, or none.
func ownAddress(t *testing.T) netip.Addr {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && p.Addr().IsGlobalUnicast() {
			return p.Addr()
		}
	}
	return netip.Addr{}
}
