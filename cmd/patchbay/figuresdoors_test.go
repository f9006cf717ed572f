//go:build bench

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/access/password"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers/harnessapi"
	"patchbay/handlers/jitterbitapi"
	"patchbay/handlers/securityhubapi"
	"patchbay/registry"
	"patchbay/store"
	"patchbay/store/storetest"
	"patchbay/web"
)

// hallRegistrations is how many registrations the Harmony organisation has: its list has no pages, so that each answer is all of them.
const hallRegistrations = 1000

// hall is the program with its three doors, as clients of the vendors reach it over loopback.
type hall struct {
	store  *store.Store
	reg    *registry.Registry
	base   string
	client *http.Client
	n      atomic.Int64 // of what was created
}

// doorway is one door with what is asked of it, and the same work without it.
type doorway struct {
	name      string
	create    func(n int64) *http.Request
	admit     func(n int64) connector.Draft     // for the registry
	one       func(n int64) connector.Connector // for the store
	lists     []doorList
	workspace connector.Workspace
	actor     access.Actor
}

// doorList is one list, asked for at a door and of the registry.
type doorList struct {
	what   string
	ask    func() *http.Request
	direct func() error
}

// TestFiguresOfTheDoors prints the figures of the vendors' APIs for docs/performance.md. The limits of the vendors are lifted, or there
// would be little to measure; everything else is as in the program, the request log too. Client and server are one process.
func TestFiguresOfTheDoors(t *testing.T) {
	h := openHall(t)
	all := []*doorway{harnessDoorway(t, h), hubDoorway(t, h), harmonyDoorway(t, h)}

	fmt.Print("\n| list of 50 | door, alone | registry, alone | door : registry | door, 16 at once | registry, 16 at once |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, d := range all {
		var work []func(int) error
		for _, l := range d.lists {
			work = append(work, func(int) error { return h.ask(l.ask(), http.StatusOK) }, func(int) error { return l.direct() })
		}
		alone, together := alternate(t, 1, work...), alternate(t, 16, work...)
		for i, l := range d.lists {
			fmt.Printf("| %s, %s | %.0f/s | %.0f/s | 1 : %.1f | %.0f/s | %.0f/s |\n",
				d.name, l.what, alone[2*i], alone[2*i+1], alone[2*i+1]/alone[2*i], together[2*i], together[2*i+1])
		}
		if len(d.lists) > 2 {
			for i, rates := range [][]float64{alone, together} {
				fmt.Printf("| %s at depth, first : middle : last, %s | 1 : %.2f : %.2f | 1 : %.2f : %.2f | | | |\n", d.name, []string{"alone", "16 at once"}[i],
					rates[0]/rates[2], rates[0]/rates[4], rates[1]/rates[3], rates[1]/rates[5])
			}
		}
	}
	h.afterChanges(t, all[0])

	fmt.Print("\n| durable creates | store | registry | door | door : registry : store |\n| --- | --- | --- | --- | --- |\n")
	for _, at := range []int{1, 16} {
		for _, d := range all {
			rates := alternate(t, at,
				func(int) error {
					return h.store.Insert(t.Context(), d.one(h.n.Add(1)), nil, nil, storetest.Event("connector.created"))
				},
				func(int) error {
					_, err := h.reg.Admit(t.Context(), d.actor, d.admit(h.n.Add(1)))
					return err
				},
				func(int) error { return h.ask(d.create(h.n.Add(1)), http.StatusOK, http.StatusCreated) })
			fmt.Printf("| %s, %d at once | %.0f/s | %.0f/s | %.0f/s | 1 : %.1f : %.1f |\n",
				d.name, at, rates[0], rates[1], rates[2], rates[1]/rates[2], rates[0]/rates[2])
		}
	}
}

// alternate does each work for a short while in turn, again and again, so that whatever else the machine does falls on all of them, and
// gives how often a second each was done, the median of the turns.
func alternate(t *testing.T, at int, work ...func(hand int) error) []float64 {
	t.Helper()
	const turns, long = 11, 300 * time.Millisecond
	rates := make([][]float64, len(work))
	for range turns {
		for i, do := range work {
			rate, _ := load(t, at, long, do)
			rates[i] = append(rates[i], rate)
		}
	}
	out := make([]float64, len(work))
	for i := range rates {
		slices.Sort(rates[i])
		out[i] = rates[i][turns/2]
	}
	return out
}

// afterChanges measures what a list by number of page costs when something has just changed, and when nobody has asked for it before.
func (h *hall) afterChanges(t *testing.T, d *doorway) {
	t.Helper()
	last := d.lists[2]
	var calm, changed, first []time.Duration
	timed := func(into *[]time.Duration, ask *http.Request) {
		began := time.Now()
		if err := h.ask(ask, http.StatusOK); err != nil {
			t.Fatal(err)
		}
		*into = append(*into, time.Since(began))
	}
	for range 200 {
		timed(&calm, last.ask())
		if _, err := h.reg.Admit(t.Context(), d.actor, d.admit(h.n.Add(1))); err != nil {
			t.Fatal(err)
		}
		timed(&changed, last.ask())
	}
	for _, query := range []string{"sort=created&order=ASC", "sort=created&order=DESC", "sort=name&order=ASC", "sort=name&order=DESC", "sort=identifier&order=ASC"} {
		ask := last.ask()
		ask.URL.RawQuery += "&" + query
		timed(&first, ask)
	}
	for _, times := range [][]time.Duration{calm, changed, first} {
		slices.Sort(times)
	}
	middle := func(times []time.Duration) time.Duration { return times[len(times)/2].Round(10 * time.Microsecond) }
	fmt.Printf("\nThe last page of %s, median: %v; right after a change %v; in an order that nobody asked for before %v.\n",
		d.name, middle(calm), middle(changed), middle(first))
}

func openHall(t *testing.T) *hall {
	t.Helper()
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "data"), catalog.All(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	reg := registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: nobody{}, Passwords: password.New(), Now: time.Now})
	requests := registry.NewRequestLog(st)
	quiet := slog.New(slog.DiscardHandler)
	e := web.New(web.Config{Sessions: web.NewSessions(st, false, time.Now), Scheme: "http", Log: quiet, Now: time.Now,
		Errors: func(c echo.Context, e web.Error) error { return c.String(e.Status, e.Text) }})
	// Without Limit, a door lets everybody call as often as they like.
	harnessapi.New(harnessapi.Config{Registry: reg, Now: time.Now, Log: quiet, Note: requests.Note}).Mount(e)
	securityhubapi.New(securityhubapi.Config{Registry: reg, Now: time.Now, Note: requests.Note}).Mount(e)
	jitterbitapi.New(jitterbitapi.Config{Registry: reg, Now: time.Now, Note: requests.Note}).Mount(e)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := web.Server(e)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // it always says that the server was closed
	}()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-ended
		if n := requests.Dropped(); n > 0 {
			fmt.Printf("\n%d lines of the request log were dropped, since more came than could be kept.\n", n)
		}
		requests.Close()
		reg.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return &hall{store: st, reg: reg, base: "http://" + listener.Addr().String(), client: &http.Client{Transport: transport}}
}

// opens makes a workspace with a credential of an editor who may keep secrets too, and fills it.
func (h *hall) opens(t *testing.T, w connector.Workspace, n int, one func(w connector.Workspace, i int64) connector.Connector) (connector.Workspace, registry.Minted) {
	t.Helper()
	root := access.System("figures")
	w, err := h.reg.AddWorkspace(t.Context(), root, w)
	if err != nil {
		t.Fatal(err)
	}
	m, err := h.reg.Mint(t.Context(), root, w.ID, "figures", access.Admin)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t, h.store, n, func(int) connector.Connector { return one(w, h.n.Add(1)) })
	return w, m
}

// ask sends a request and reads its answer to the end.
func (h *hall) ask(r *http.Request, want ...int) error {
	_, err := h.answer(r, want...)
	return err
}

func (h *hall) answer(r *http.Request, want ...int) (string, error) {
	answer, err := h.client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if !slices.Contains(want, answer.StatusCode) {
		return "", fmt.Errorf("%s %s = %d %s", r.Method, r.URL, answer.StatusCode, body)
	}
	return string(body), nil
}

// request makes a request to a door.
func (h *hall) request(method, path, body string) *http.Request {
	r, err := http.NewRequest(method, h.base+path, strings.NewReader(body))
	if err != nil {
		panic(err) // the addresses stand in this file
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}
