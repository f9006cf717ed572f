package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/store"
	"patchbay/store/storetest"
)

// begun opens a store with a connector and a consent for it.
func begun(t *testing.T) (*store.Store, string, connector.PendingConsent) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, storetest.Clock())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	addWorkspaces(t, s)
	one := storetest.NewRegistration(1, "x")
	if err := s.Insert(context.Background(), one, nil, nil, storetest.Event("x")); err != nil {
		t.Fatal(err)
	}
	p := connector.PendingConsent{ID: "p1", State: []byte("hash"), Connector: one.ID, Actor: "user:u1", Begun: true, Ends: storetest.Noon.Add(time.Minute)}
	if err := s.BeginConsent(context.Background(), p, storetest.Noon, storetest.Event("connector.consent-begun")); err != nil {
		t.Fatalf("BeginConsent() = %v", err)
	}
	return s, dir, p
}

func TestAConsentIsKeptForAWhile(t *testing.T) {
	s, _, p := begun(t)
	ctx := context.Background()
	read := func(wanted error) connector.PendingConsent {
		t.Helper()
		got, err := s.Consent(ctx, p.ID, storetest.Noon)
		if !errors.Is(err, wanted) {
			t.Errorf("Consent() = %v, want %v", err, wanted)
		}
		return got
	}
	if got := read(nil); got.Connector != p.Connector || got.Actor != p.Actor || !got.Begun || !got.Ends.Equal(p.Ends) || !got.Code.Empty() || len(got.Brought.Sites) > 0 {
		t.Errorf("Consent() = %+v, want %+v", got, p)
	}
	if held, err := s.HoldConsent(ctx, p.ID); err != nil || held.ID != p.ID || held.Actor != p.Actor || !held.Begun || !held.Ends.Equal(p.Ends) {
		t.Errorf("HoldConsent() = %+v, %v, want %+v", held, err, p)
	}
	if _, err := s.HoldConsent(ctx, p.ID); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("HoldConsent() twice = %v, want a conflict", err)
	}
	p.Code, p.Ends = connector.NewSecret("code"), storetest.Noon.Add(time.Hour)
	p.Brought = connector.Consent{Sites: []connector.Site{{ID: "a", Name: `A "b"`, Address: "https://a.example.com"}, {ID: "c"}},
		Tokens: connector.OAuthTokens{Access: connector.NewSecret("access"), Refresh: connector.NewSecret("refresh"), Expires: storetest.Noon}}
	if err := s.KeepConsent(ctx, p); err != nil {
		t.Errorf("KeepConsent() = %v", err)
	}
	got := read(nil)
	if got.Code.Reveal() != "code" || len(got.Brought.Sites) != 2 || got.Brought.Sites[0] != p.Brought.Sites[0] || got.Brought.Tokens.Refresh.Reveal() != "refresh" ||
		got.Brought.Tokens.Access.Reveal() != "access" || !got.Brought.Tokens.Expires.Equal(storetest.Noon) || !got.Ends.Equal(p.Ends) {
		t.Errorf("Consent() = %+v, want %+v", got, p)
	}
	if held, err := s.HoldConsent(ctx, p.ID); err != nil || held.Code.Reveal() != "code" || len(held.Brought.Sites) != 2 || held.Brought.Tokens.Refresh.Reveal() != "refresh" {
		t.Errorf("HoldConsent() after it was given back = %+v, %v, want what it holds now", held, err)
	}
	for _, state := range []string{"hash", "other"} {
		if _, err := s.BegunConsent(ctx, []byte(state), storetest.Noon); (err == nil) != (state == "hash") {
			t.Errorf("BegunConsent(%s) = %v", state, err)
		}
	}
	if _, err := s.BegunConsent(ctx, p.State, p.Ends); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("BegunConsent() when it is over = %v, want not found", err)
	}
	if err := s.SweepConsents(ctx, p.Ends); err != nil {
		t.Errorf("SweepConsents() = %v", err)
	}
	read(connector.ErrNotFound)
	if err := s.KeepConsent(ctx, p); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("KeepConsent() of what is gone = %v, want not found", err)
	}
}

func TestAPersonHasOneConsentForAConnector(t *testing.T) {
	s, _, p := begun(t)
	ctx := context.Background()
	begin := func(change func(*connector.PendingConsent)) string {
		t.Helper()
		one := p
		change(&one)
		if err := s.BeginConsent(ctx, one, storetest.Noon, storetest.Event("x")); err != nil {
			t.Fatalf("BeginConsent(%s) = %v", one.ID, err)
		}
		return one.ID
	}
	there := func(want string, ids ...string) {
		t.Helper()
		got := ""
		for _, id := range ids {
			if _, err := s.Consent(ctx, id, storetest.Noon); err == nil {
				got += id + " "
			}
		}
		if got != want {
			t.Errorf("consents = %q, want %q", got, want)
		}
	}
	second := begin(func(p *connector.PendingConsent) { p.ID = "p2" })
	elsewhere := begin(func(p *connector.PendingConsent) { p.ID, p.Begun = "p3", false })
	other := begin(func(p *connector.PendingConsent) { p.ID, p.Actor = "p4", "user:u2" })
	there("p2 p3 p4 ", p.ID, second, elsewhere, other)
	if err := s.DropConsent(ctx, elsewhere); err != nil {
		t.Errorf("DropConsent() = %v", err)
	}
	there("p2 p4 ", p.ID, second, elsewhere, other)
	if err := s.BeginConsent(ctx, connector.PendingConsent{ID: "p5", Connector: "nobody", Ends: p.Ends, State: []byte("x")}, storetest.Noon, storetest.Event("x")); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("BeginConsent() for no connector = %v, want not found", err)
	}
	c, err := s.Connector(ctx, p.Connector)
	if err != nil {
		t.Fatal(err)
	}
	c.Version++
	tokens := connector.OAuthTokens{Access: connector.NewSecret("a")}
	if err := s.KeepAuthorised(ctx, c, nil, tokens, storetest.Event("connector.authorised")); err != nil {
		t.Fatalf("KeepAuthorised() = %v", err)
	}
	there("", p.ID, second, elsewhere, other)
	if err := s.KeepAuthorised(ctx, c, nil, connector.OAuthTokens{Access: connector.NewSecret("b")}, storetest.Event("x")); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("KeepAuthorised() of an older version = %v, want a conflict", err)
	}
	if got, err := s.OAuthTokens(ctx, c.ID); err != nil || got.Access.Reveal() != "a" {
		t.Errorf("OAuthTokens() = %q, %v, want those of the version that was kept", got.Access.Reveal(), err)
	}
}

func TestAConsentOpensOnlyForItsPersonAndConnector(t *testing.T) {
	for _, change := range []string{`actor = 'user:u2'`, `id = 'p9'`} {
		s, dir, p := begun(t)
		p.Code = connector.NewSecret("canary-code")
		if err := s.KeepConsent(context.Background(), p); err != nil {
			t.Fatal(err)
		}
		exec(t, dir, `UPDATE consents SET `+change)
		id := p.ID
		if strings.HasPrefix(change, "id") {
			id = "p9"
		}
		got, err := s.Consent(context.Background(), id, storetest.Noon)
		if !errors.Is(err, connector.ErrSealed) || !got.Code.Empty() {
			t.Errorf("Consent() after %s = %q, %v, want it sealed", change, got.Code.Reveal(), err)
		}
		for range 2 { // what could not be opened is not held
			if got, err := s.HoldConsent(context.Background(), id); !errors.Is(err, connector.ErrSealed) || !got.Code.Empty() {
				t.Errorf("HoldConsent() after %s = %q, %v, want it sealed", change, got.Code.Reveal(), err)
			}
		}
	}
}
