package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/registry"
	"patchbay/remote/probe"
	"patchbay/views"
)

func TestTheWatchIsToldHowOften(t *testing.T) {
	for _, tt := range []struct {
		every time.Duration
		wrong bool
	}{{10 * time.Minute, false}, {time.Minute, false}, {24 * time.Hour, false}, {59 * time.Second, true}, {25 * time.Hour, true}, {0, true}, {-time.Hour, true}} {
		err := watchFlags{WatchInterval: tt.every}.valid()
		if (err != nil) != tt.wrong || err != nil && !strings.Contains(err.Error(), "--no-watch") {
			t.Errorf("--watch-interval %s = %v, want it refused: %v", tt.every, err, tt.wrong)
		}
	}
}

// The codes by which the watch tells that our own network is down are those that the probe gives.
func TestTheCodesOfTheWayAreTheProbes(t *testing.T) {
	var known []string
	for _, c := range probe.Codes() {
		known = append(known, c.Code)
	}
	for _, code := range registry.OnTheWay() {
		if !slices.Contains(known, code) {
			t.Errorf("no check ends with %s any more", code)
		}
	}
	if !slices.ContainsFunc(codes(), func(c views.Code) bool { return c.Code == "OWN_NETWORK" }) {
		t.Error("the reference of codes does not explain OWN_NETWORK")
	}
}

// The program watches by itself, as often as it is told, and not where it is told not to; and it stops in order while it does.
func TestTheProgramWatches(t *testing.T) {
	for _, tt := range []struct {
		flags []string
		says  string
	}{
		{nil, "every 10 minutes, where nothing else is chosen"},
		{[]string{"--watch-interval", "1h"}, "every hour, where nothing else is chosen"},
		{[]string{"--no-watch"}, "the program was started without the watch"},
	} {
		p, base := serving(t, map[string]string{"PATCHBAY_DEV_PASSWORD": "correct horse"}, append([]string{"--dev"}, tt.flags...)...)
		b := browser(t)
		cookie := signIn(t, b, base, "admin", "correct horse")
		if cookie == nil {
			t.Fatal("nobody can sign in")
		}
		for said := ""; !strings.Contains(said, tt.says); { // the watch begins beside the first answers
			r, err := http.NewRequest(http.MethodGet, base+"/watch", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.AddCookie(cookie)
			a, err := b.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(a.Body)
			if said = string(body); err != nil || a.StatusCode != http.StatusOK {
				t.Fatalf("GET /watch = %d, %v", a.StatusCode, err)
			}
			a.Body.Close()
		}
		if got := p.end(); got != fine {
			t.Errorf("serve %v ended with %d: %s", tt.flags, got, p.err)
		}
	}
	if code, _, err := ran(t, "", "serve", "--listen", "127.0.0.1:0", "--watch-interval", "10s"); code == fine || !strings.Contains(err, "--watch-interval must lie between 1m and 24h") {
		t.Errorf("serve --watch-interval 10s = %d, %q; want it refused", code, err)
	}
}
