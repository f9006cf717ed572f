package main

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// TestTokensAreRenewedAtARealOAuthServer checks connectors whose access tokens are over at an OAuth 2.0 server that others wrote, which takes each
// refresh token once.
func TestTokensAreRenewedAtARealOAuthServer(t *testing.T) {
	for name, header := range map[string]bool{"client in the form": false, "client in the header": true} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.server.header.Store(header)
			h.set(t, clientSecret, nil)
			id, authURL := h.create(t, "jira", `"ProjectKey":"SEC"`)
			if code, answer := h.register(t, h.server.consent(t, authURL, callback)); code != http.StatusOK {
				t.Fatalf("RegisterConnectorV2 = %d %v", code, answer)
			}
			c, _ := h.jira(t, id)
			ev := access.Event{At: time.Now(), Actor: "system:test", Action: "x"}
			seen := map[string]bool{}
			for range 3 {
				had := h.own(t, id)
				had.Expires = time.Now().Add(30 * time.Second)
				if err := h.store.KeepOAuthTokens(t.Context(), c.ID, had, ev); err != nil {
					t.Fatal(err)
				}
				run, err := h.Check(t.Context(), asAdmin, c.ID)
				if err != nil {
					t.Fatal(err)
				}
				h.Wait(t.Context(), run.ID)
				// The server's list of sites is for reading only, so the check gets no further.
				if run, err = h.Run(t.Context(), asAdmin, c.ID, run.ID); err != nil || run.Code != "JIRA_SCOPE_MISSING" || run.Steps[0].State != connector.StepOK {
					t.Fatalf("run = %+v, %v", run, err)
				}
				now := h.own(t, id) // compares with what the server gave
				if now.Access.Reveal() == had.Access.Reveal() || now.Refresh.Reveal() == had.Refresh.Reveal() || seen[now.Refresh.Reveal()] {
					t.Error("the tokens that are kept are not new ones")
				}
				seen[now.Refresh.Reveal()] = true
				if old, err := h.server.kept.get(had.Refresh.Reveal()); err != nil || old != nil {
					t.Errorf("the server still knows the old refresh token (%v)", err)
				}
				h.clean(t, clientSecret, had.Access.Reveal(), had.Refresh.Reveal(), now.Access.Reveal(), now.Refresh.Reveal())
			}
			// The server forgets everything: then a person has to authorise again.
			now := h.own(t, id)
			if err := h.server.kept.remove(now.Refresh.Reveal()); err != nil {
				t.Fatal(err)
			}
			now.Expires = time.Now()
			if err := h.store.KeepOAuthTokens(t.Context(), c.ID, now, ev); err != nil {
				t.Fatal(err)
			}
			run, err := h.Check(t.Context(), asAdmin, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			h.Wait(t.Context(), run.ID)
			if run, err = h.Run(t.Context(), asAdmin, c.ID, run.ID); err != nil || run.Code != "JIRA_CONSENT_GONE" || run.Status != connector.Waiting {
				t.Errorf("run = %+v, %v, want the consent gone", run.Outcome, err)
			}
		})
	}
}

// TestTwentyChecksAtOnceRenewOnce: a connector whose access token is over, checked by many at once, uses its refresh token once.
func TestTwentyChecksAtOnceRenewOnce(t *testing.T) {
	h := newHub(t)
	h.set(t, clientSecret, nil)
	id, authURL := h.create(t, "jira", `"ProjectKey":"SEC"`)
	if code, answer := h.register(t, h.server.consent(t, authURL, callback)); code != http.StatusOK {
		t.Fatalf("RegisterConnectorV2 = %d %v", code, answer)
	}
	c, _ := h.jira(t, id)
	had := h.own(t, id)
	had.Expires = time.Now()
	if err := h.store.KeepOAuthTokens(t.Context(), c.ID, had, access.Event{At: time.Now(), Actor: "system:test", Action: "x"}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			run, err := h.Check(t.Context(), asAdmin, c.ID)
			if err != nil {
				t.Errorf("Check() = %v", err)
				return
			}
			h.Wait(t.Context(), run.ID)
		})
	}
	all.Wait()
	h.own(t, id) // had a refresh token been used twice, the server would not know the tokens that are kept
	ev, err := h.Events(t.Context(), asAdmin, access.EventQuery{Action: "connector.tokens-renewed", Size: 50})
	if err != nil || len(ev) != 1 {
		t.Errorf("%d renewals, %v, want one", len(ev), err)
	}
}
