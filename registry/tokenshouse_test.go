package registry_test

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/store"
)

// rotating stands in for an OAuth server that takes each refresh token once, and notes who asked with what.
type rotating struct {
	mu     sync.Mutex
	good   string
	n      int
	during func(n int) error // what happens while it renews
	asked  []string
}

func (o *rotating) Refresh(ctx context.Context, app connector.OAuthApp, secret, refresh connector.Opened) (connector.OAuthTokens, error) {
	to, _ := connector.OriginOf(app.TokenURL)
	s, mayClient := secret.For(to)
	r, mayToken := refresh.For(to)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, r)
	if !mayClient || !mayToken || s != "s" {
		return connector.OAuthTokens{}, &connector.Unrenewed{Why: connector.ClientRefused, Server: to}
	}
	if o.good == "" {
		o.good = "refresh" // what consents gives
	}
	if r != o.good {
		return connector.OAuthTokens{}, &connector.Unrenewed{Why: connector.ConsentGone, Server: to, Seen: "403 Forbidden"}
	}
	o.n++
	n := o.n
	o.good = "refresh " + strconv.Itoa(n)
	if o.during != nil {
		err := func() error {
			o.mu.Unlock()
			defer o.mu.Lock()
			return o.during(n)
		}()
		if err == nil && ctx.Err() != nil { // as a client does whose answer nobody waits for
			err = &connector.Unrenewed{Why: connector.RenewalUnanswered, Server: to, Err: ctx.Err()}
		}
		if err != nil {
			return connector.OAuthTokens{}, err
		}
	}
	return connector.OAuthTokens{Access: connector.NewSecret("access " + strconv.Itoa(n)), Refresh: connector.NewSecret("refresh " + strconv.Itoa(n)),
		Expires: noon.Add(100 * time.Hour)}, nil
}

func (o *rotating) renewals() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n
}

// fragile is a store that can refuse to keep renewed tokens, and counts how often tokens were read.
type fragile struct {
	*store.Store
	refuses atomic.Bool
	reads   atomic.Int64
}

func (f *fragile) OAuthTokens(ctx context.Context, id string) (connector.OAuthTokens, error) {
	defer f.reads.Add(1)
	return f.Store.OAuthTokens(ctx, id)
}

func (f *fragile) RenewOAuthTokens(ctx context.Context, id, holder string, had connector.Secret, t connector.OAuthTokens, ev access.Event) error {
	if f.refuses.Load() {
		return connector.ErrReadOnly
	}
	return f.Store.RenewOAuthTokens(ctx, id, holder, had, t, ev)
}

// desk opens tickets that count, with the token that it gets for them.
type desk struct {
	mu     sync.Mutex
	before func()
	used   func(token string) // right before a token would be sent
	again  bool               // the first token is refused
	tokens []string
	seen   []connector.NewTicket
	out    connector.Outcome
}

var issued = connector.Outcome{Status: connector.Healthy, Code: "JIRA_ISSUE_CREATED", Text: "There it is."}

func (d *desk) OpenTicket(ctx context.Context, q connector.Question, t connector.NewTicket) (connector.Ticket, connector.Outcome) {
	if d.before != nil {
		d.before()
	}
	if ctx.Err() != nil {
		return connector.Ticket{}, connector.Outcome{Status: connector.Failing, Code: "CUT_SHORT", Text: "It may be there."}
	}
	token := ""
	for _, again := range []bool{false, true} {
		if again && !d.again {
			break
		}
		b, err := q.Bearer(ctx, again)
		if err != nil {
			var no *connector.Unrenewed
			if !errors.As(err, &no) {
				return connector.Ticket{}, connector.Outcome{Status: connector.Unverified, Code: "CANCELLED", Text: err.Error() + "."}
			}
			return connector.Ticket{}, connector.Outcome{Status: connector.Failing, Code: string(no.Why), Text: "No token."}
		}
		at, _ := connector.OriginOf(b.API)
		token, _ = b.Token.For(at)
		if d.used != nil {
			d.used(token)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tokens, d.seen = append(d.tokens, token), append(d.seen, t)
	if d.out.Code != "" {
		return connector.Ticket{}, d.out
	}
	return connector.Ticket{ID: "SEC-" + strconv.Itoa(len(d.seen)), Address: "https://acme.atlassian.net/browse/SEC"}, issued
}

// always opens a ticket, whatever it is for.
type always struct{}

func (always) OpenTicket(context.Context, connector.Question, connector.NewTicket) (connector.Ticket, connector.Outcome) {
	return connector.Ticket{ID: "SEC-1"}, issued
}

// renewing is a house with an authorised Jira connector, whose access token lasts for no time that anybody said.
type renewing struct {
	*house
	server *rotating
	disk   *fragile
	desk   *desk
	id     string
}

func renews(t *testing.T) *renewing {
	t.Helper()
	// Twenty at once are the subject of some of its tests, and limits of others.
	return renewsWithin(t, registry.Limits{AtOnce: 32, PerHost: 32, PerUser: 32})
}

// renewsWithin is the same under limits.
func renewsWithin(t *testing.T, l registry.Limits) *renewing {
	t.Helper()
	h := &renewing{house: &house{clock: &clock{at: noon}, passwords: &cheap{}, other: &other{}}, server: &rotating{}, desk: &desk{}}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.store, h.disk = st, &fragile{Store: st}
	h.Registry = registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now, Tickets: h.desk, Limits: l,
		OAuth: registry.OAuth{Apps: h.disk, Exchanger: &consents{}, Refresher: h.server, Callback: oauthCallback}})
	t.Cleanup(func() {
		h.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	h.hub = h.workspace(t, connector.Workspace{Name: "Hub", Vendor: "securityhub", Account: "123456789012", Region: "eu-west-1"})
	if _, err := h.SetOAuthApp(t.Context(), admin, h.app(), connector.NewSecret("s")); err != nil {
		t.Fatal(err)
	}
	c := h.house.kept(t, connector.Draft{Type: kind("securityhub", "JiraCloud"), Workspace: h.hub, Name: "Jira", Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}})
	h.id = c.ID
	h.consents(t)
	return h
}

// consents lets the connector in, again if need be, as a person does who begins it here.
func (h *renewing) consents(t *testing.T) {
	t.Helper()
	address, err := h.BeginConsent(t.Context(), editor, h.id)
	if err != nil {
		t.Fatalf("BeginConsent() = %v", err)
	}
	_, rest, _ := strings.Cut(address, "&state=")
	state, _, _ := strings.Cut(rest, "&")
	p, err := h.ReturnConsent(t.Context(), editor, "", state, "good")
	if err == nil {
		_, err = h.TakeConsent(t.Context(), editor, h.id, p.ID, "")
	}
	if err != nil {
		t.Fatalf("TakeConsent() = %v", err)
	}
	h.over(t)
}

// over makes the kept access token one that is almost over.
func (h *renewing) over(t *testing.T) {
	t.Helper()
	had, err := h.store.OAuthTokens(t.Context(), h.id)
	if err != nil {
		t.Fatal(err)
	}
	had.Expires = h.clock.now().Add(59 * time.Second)
	if err := h.store.KeepOAuthTokens(t.Context(), h.id, had, access.Event{At: noon, Actor: "x", Action: "x"}); err != nil {
		t.Fatal(err)
	}
}

func (h *renewing) tokens(t *testing.T) (accessToken, refresh string) {
	t.Helper()
	got, err := h.store.OAuthTokens(t.Context(), h.id)
	if err != nil {
		t.Fatalf("OAuthTokens() = %v", err)
	}
	return got.Access.Reveal(), got.Refresh.Reveal()
}

func (h *renewing) open(t *testing.T) (connector.Ticket, error) {
	return h.OpenTicket(t.Context(), editor, h.id, connector.NewTicket{Title: "Finding"})
}

// code gives the code of a refused ticket, "" for one that was opened.
func (h *renewing) code(t *testing.T) string {
	t.Helper()
	_, err := h.open(t)
	var no *registry.TicketRefused
	if err != nil && !errors.As(err, &no) {
		t.Fatalf("OpenTicket() = %v", err)
	}
	if no == nil {
		return ""
	}
	return no.Code
}
