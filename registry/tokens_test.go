package registry_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// TestTwentyAtOnceUseOneRenewal: a refresh token is good once, so all who need a new access token wait for one renewal.
func TestTwentyAtOnceUseOneRenewal(t *testing.T) {
	h := renews(t)
	var there, all sync.WaitGroup
	there.Add(20)
	h.desk.before = func() { there.Done(); there.Wait() } // nobody asks for a token before all are about to
	h.desk.used = func(token string) {
		if kept, _ := h.tokens(t); kept != token {
			t.Errorf("%q is used while %q is kept", token, kept)
		}
	}
	h.disk.reads.Store(0)
	h.server.during = func(int) error {
		for h.disk.reads.Load() < 2*20+1 { // each has seen twice that its token is almost over, and the renewal once
			runtime.Gosched()
		}
		if got, _ := h.tokens(t); got != "access good" {
			t.Errorf("while it renews %q is kept", got)
		}
		return nil
	}
	for range 20 {
		all.Go(func() {
			if _, err := h.open(t); err != nil {
				t.Errorf("OpenTicket() = %v", err)
			}
		})
	}
	all.Wait()
	if len(h.server.asked) != 1 {
		t.Errorf("the server was asked %d times, want once", len(h.server.asked))
	}
	for _, token := range h.desk.tokens {
		if token != "access 1" {
			t.Errorf("a ticket was opened with %q, want the new token", token)
		}
	}
	if a, r := h.tokens(t); a != "access 1" || r != "refresh 1" {
		t.Errorf("%q and %q are kept", a, r)
	}
	if ev := h.events(t, "connector.tokens-renewed"); len(ev) != 1 || ev[0].Actor != "system:oauth" || ev[0].Object != "connector:"+h.id {
		t.Errorf("events = %+v, want one", ev)
	}
}

// TestWithoutOneFlightTheConsentIsBurnt shows the control switched off: two who renew side by side use the same refresh token, and a server that
// takes it once says that the consent is gone.
func TestWithoutOneFlightTheConsentIsBurnt(t *testing.T) {
	h := renews(t)
	app, secret, err := h.store.OpenOAuthApp(t.Context(), h.hub)
	had, err2 := h.store.OAuthTokens(t.Context(), h.id)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	var results []error
	for range 2 {
		_, err := h.server.Refresh(t.Context(), app, connector.NewOpened(secret, had.Server), connector.NewOpened(had.Refresh, had.Server))
		results = append(results, err)
	}
	var no *connector.Unrenewed
	if results[0] != nil || !errors.As(results[1], &no) || no.Why != connector.ConsentGone {
		t.Errorf("Refresh() twice with one token = %v, want the second refused", results)
	}
}

func TestATokenIsRenewedWhenItIsAlmostOverOrRefused(t *testing.T) {
	h := renews(t)
	if code := h.code(t); code != "" || h.desk.tokens[0] != "access 1" {
		t.Errorf("with a token that is almost over: %s, %v", code, h.desk.tokens)
	}
	if code := h.code(t); code != "" || h.desk.tokens[1] != "access 1" || h.server.renewals() != 1 {
		t.Errorf("with a token that is good: %s, %v after %d renewals", code, h.desk.tokens, h.server.renewals())
	}
	h.desk.again = true
	if code := h.code(t); code != "" || h.desk.tokens[2] != "access 2" || h.server.renewals() != 2 {
		t.Errorf("with a token that is refused: %s, %v after %d renewals", code, h.desk.tokens, h.server.renewals())
	}
	h.clock.pass(101 * time.Hour) // now all that the server gives is over already
	if code := h.code(t); code != string(connector.RenewalUnusable) {
		t.Errorf("with a server whose tokens are over: %s", code)
	}
}

// TestARenewalThatCannotBeKeptIsTold: the new token is not used, the status says why, and as soon as the store writes again the same tokens are
// kept, without another renewal.
func TestARenewalThatCannotBeKeptIsTold(t *testing.T) {
	h := renews(t)
	h.disk.refuses.Store(true)
	for range 2 {
		if code := h.code(t); code != string(connector.RenewalNotKept) {
			t.Errorf("with a full disk: %q", code)
		}
	}
	if a, r := h.tokens(t); len(h.desk.tokens) != 0 || h.server.renewals() != 1 || a != "access good" || r != "refresh" {
		t.Errorf("after it %v were used, %q and %q are kept, after %d renewals", h.desk.tokens, a, r, h.server.renewals())
	}
	h.disk.refuses.Store(false)
	if code := h.code(t); code != "" || h.desk.tokens[0] != "access 1" || h.server.renewals() != 1 {
		t.Errorf("with room again: %q, %v after %d renewals", code, h.desk.tokens, h.server.renewals())
	}
	if _, r := h.tokens(t); r != "refresh 1" {
		t.Errorf("%q is kept", r)
	}
	// What waits to be kept is worth nothing once a person has consented anew.
	h.over(t)
	h.disk.refuses.Store(true)
	h.code(t)
	h.disk.refuses.Store(false)
	h.consents(t)
	h.server.good = "refresh"
	if code := h.code(t); code != "" || h.server.renewals() != 3 {
		t.Errorf("after a new consent: %q after %d renewals", code, h.server.renewals())
	}
}

func TestANewConsentIsNeverOverwritten(t *testing.T) {
	h := renews(t)
	h.server.during = func(n int) error {
		if n == 1 {
			had, err := h.store.OAuthTokens(context.Background(), h.id)
			if err != nil {
				return err
			}
			had.Access, had.Refresh, had.Expires = connector.NewSecret("access anew"), connector.NewSecret("refresh anew"), time.Time{}
			return h.store.KeepOAuthTokens(context.Background(), h.id, had, access.Event{At: noon, Actor: "x", Action: "x"})
		}
		return nil
	}
	if code := h.code(t); code != "" || h.desk.tokens[0] != "access anew" {
		t.Errorf("after a consent in the middle of a renewal: %q, %v", code, h.desk.tokens)
	}
	if a, r := h.tokens(t); a != "access anew" || r != "refresh anew" {
		t.Errorf("%q and %q are kept, want what the person's consent brought", a, r)
	}
}

// TestAnotherProgramOnTheSameDirectoryMayHaveRenewed: its renewal used the refresh token up, and what it kept is good for us too.
func TestAnotherProgramOnTheSameDirectoryMayHaveRenewed(t *testing.T) {
	h := renews(t)
	h.server.during = func(n int) error {
		had, err := h.store.OAuthTokens(context.Background(), h.id)
		if err != nil {
			return err
		}
		had.Access, had.Refresh, had.Expires = connector.NewSecret("access of the other"), connector.NewSecret("refresh of the other"), time.Time{}
		return errors.Join(h.store.KeepOAuthTokens(context.Background(), h.id, had, access.Event{At: noon, Actor: "x", Action: "x"}),
			&connector.Unrenewed{Why: connector.ConsentGone})
	}
	if code := h.code(t); code != "" || h.desk.tokens[0] != "access of the other" {
		t.Errorf("%q, %v, want the other program's token", code, h.desk.tokens)
	}
	h.over(t)
	h.server.during = nil
	if code := h.code(t); code != string(connector.ConsentGone) {
		t.Errorf("with a refresh token that nobody replaced: %q", code)
	}
}

func TestARenewalGoesOnWithoutWhoeverAskedForIt(t *testing.T) {
	h := renews(t)
	begun, leave := make(chan struct{}), make(chan struct{})
	h.server.during = func(int) error { close(begun); <-leave; return nil }
	h.other.will(func(ctx context.Context, q connector.Question) connector.Outcome {
		if _, err := q.Bearer(ctx, false); !errors.Is(err, context.Canceled) {
			t.Errorf("Bearer() of a check that is cancelled = %v", err)
		}
		return connector.Outcome{Status: connector.Unverified, Code: "CANCELLED", Text: "Cancelled."}
	})
	run, err := h.Check(t.Context(), tester, h.id)
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := h.Cancel(t.Context(), tester, h.id, run.ID); err != nil {
		t.Fatal(err)
	}
	h.Wait(t.Context(), run.ID)
	close(leave)
	h.Close() // waits for the renewal
	if a, r := h.tokens(t); a != "access 1" || r != "refresh 1" {
		t.Errorf("%q and %q are kept, want the new ones", a, r)
	}
}

func TestARefresherThatPanicsTakesNobodyAlong(t *testing.T) {
	h := renews(t)
	h.server.during = func(int) error { panic("a hostile answer") }
	if code := h.code(t); code != string(connector.TokensUnreadable) {
		t.Errorf("code = %q", code)
	}
}

func TestWhatIsMissingForATokenIsSaidWithoutAsking(t *testing.T) {
	change := func(f func(*connector.OAuthApp)) func(*testing.T, *renewing) {
		return func(t *testing.T, h *renewing) {
			app, err := h.OAuthApp(t.Context(), admin, h.hub)
			if err != nil {
				t.Fatal(err)
			}
			f(&app)
			if _, err := h.SetOAuthApp(t.Context(), admin, app, connector.NewSecret("s")); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		before func(*testing.T, *renewing)
		status connector.Status
		code   string
	}{
		{"no application", func(t *testing.T, h *renewing) {
			if err := h.RemoveOAuthApp(t.Context(), admin, h.hub); err != nil {
				t.Fatal(err)
			}
		}, connector.Waiting, "OAUTH_NO_APPLICATION"},
		{"another API", change(func(a *connector.OAuthApp) { a.API = "https://evil.example" }), connector.Waiting, "OAUTH_APPLICATION_CHANGED"},
		{"another port of the API", change(func(a *connector.OAuthApp) { a.API += ":8443" }), connector.Waiting, "OAUTH_APPLICATION_CHANGED"},
		{"another token URL", change(func(a *connector.OAuthApp) { a.TokenURL = "https://evil.example/token" }), connector.Waiting, "OAUTH_APPLICATION_CHANGED"},
		{"another client", change(func(a *connector.OAuthApp) { a.ClientID = "client-2" }), connector.Waiting, "OAUTH_APPLICATION_CHANGED"},
		{"another path of the API", change(func(a *connector.OAuthApp) { a.API += "/v2" }), "", ""},
		{"no tokens", func(t *testing.T, h *renewing) { exec(t, h.store.Dir(), `DELETE FROM oauth_tokens`) }, connector.Waiting, "OAUTH_NO_TOKENS"},
		{"tokens that nobody owns", func(t *testing.T, h *renewing) {
			if err := h.store.KeepOAuthTokens(t.Context(), h.id, connector.OAuthTokens{Access: connector.NewSecret("a")}, access.Event{At: noon, Actor: "x", Action: "x"}); err != nil {
				t.Fatal(err)
			}
		}, connector.Waiting, "OAUTH_APPLICATION_CHANGED"},
		{"tokens that do not open", func(t *testing.T, h *renewing) { exec(t, h.store.Dir(), `UPDATE oauth_tokens SET sealed = X'00'`) }, connector.Failing, "OAUTH_SEALED"},
		{"an application that does not open", func(t *testing.T, h *renewing) { exec(t, h.store.Dir(), `UPDATE oauth_apps SET sealed = X'00'`) }, connector.Failing, "OAUTH_SEALED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := renews(t)
			tt.before(t, h)
			if code := h.code(t); code != tt.code || (len(h.desk.tokens) > 0) != (tt.code == "") {
				t.Errorf("a ticket: %q, asked with %v, want %q", code, h.desk.tokens, tt.code)
			}
			if tt.code == "" {
				return
			}
			if run := h.checked(t, h.id); run.Code != tt.code || run.Status != tt.status || run.Next == "" || h.other.times() != 0 {
				t.Errorf("a check: %+v after %d questions, want %s and %s", run.Outcome, h.other.times(), tt.code, tt.status)
			}
			if n := h.server.renewals(); n != 0 {
				t.Errorf("%d renewals, want none", n)
			}
			// A person who authorises again puts it right, where there is an application.
			if tt.code == "OAUTH_NO_APPLICATION" || tt.name == "an application that does not open" {
				return
			}
			h.consents(t)
			if code := h.code(t); code != "" {
				t.Errorf("authorised again: %q", code)
			}
		})
	}
}
