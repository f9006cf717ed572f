package jitterbitapi_test

import (
	"net/http"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/registry"
)

// logIn tries to log in.
func (h *house) logIn(t *testing.T, email, password string) answer {
	t.Helper()
	return h.ask(t, "PUT", "/user/login", "", `{"email":"`+email+`","password":"`+password+`"}`)
}

func TestATokenLivesAsLongAsItIsUsedAndNoLongerThanTwelveHours(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	token := h.logIn(t, m.Email, m.Password.Reveal()).body.Get("authenticationToken").Text()
	list := func() answer { return h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "") }
	for range 3 { // each call begins the four hours anew
		h.clock.pass(registry.TokenIdle - time.Second)
		if a := list(); a.status != http.StatusOK {
			t.Fatalf("a token in use = %v", a)
		}
	}
	h.clock.pass(4 * time.Second)
	if a := list(); a.status != http.StatusUnauthorized || a.code() != "SESSION_EXPIRED" {
		t.Errorf("a token after twelve hours = %v", a)
	}

	token = h.logIn(t, m.Email, m.Password.Reveal()).body.Get("authenticationToken").Text()
	h.clock.pass(registry.TokenIdle + time.Second)
	if a := list(); a.status != http.StatusUnauthorized || a.code() != "SESSION_EXPIRED" {
		t.Errorf("a token that nobody used = %v", a)
	}
}

func TestARevokedCredentialEndsItsLogInsAtOnce(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	token := h.logIn(t, m.Email, m.Password.Reveal()).body.Get("authenticationToken").Text()
	other := h.token(t, acme, access.Editor)
	if _, err := h.Revoke(t.Context(), root, m.ID); err != nil {
		t.Fatal(err)
	}
	if a := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, ""); a.status != http.StatusUnauthorized || a.code() != "INVALID_AUTH_TOKEN" {
		t.Errorf("the token of a revoked credential = %v", a)
	}
	if a := h.logIn(t, m.Email, m.Password.Reveal()); a.code() != "INVALID_CREDENTIALS" {
		t.Errorf("a log-in of a revoked credential = %v", a)
	}
	if a := h.ask(t, "GET", "/orgs/"+acme+"/connector", other, ""); a.status != http.StatusOK {
		t.Errorf("the token of another credential = %v", a)
	}
}

func TestAnAddressMayLogInTenTimesAMinute(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	for i := range 10 {
		if a := h.logIn(t, m.Email, m.Password.Reveal()); a.code() != "" {
			t.Fatalf("log-in %d = %v", i+1, a)
		}
		h.clock.pass(time.Second)
	}
	for _, path := range []string{"/user/login", "/user/login/tfacode"} {
		a := h.ask(t, "PUT", path, "", `{}`)
		if a.status != http.StatusTooManyRequests || a.code() != "RATE_LIMITED" || a.header.Get("Retry-After") != "50" {
			t.Errorf("one more %s = %v, Retry-After: %s", path, a, a.header.Get("Retry-After"))
		}
	}
	h.clock.pass(50 * time.Second)
	if a := h.logIn(t, m.Email, m.Password.Reveal()); a.code() != "" {
		t.Errorf("a log-in after the wait = %v", a)
	}
	if a := h.logIn(t, m.Email, m.Password.Reveal()); a.code() != "RATE_LIMITED" || a.header.Get("Retry-After") != "1" {
		t.Errorf("a second log-in after the wait = %v", a)
	}
}

func TestAnAccountIsLockedAfterFiveFailures(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	other := h.minted(t, acme, "other", access.Editor)
	for _, email := range []string{m.Email, "nobody@acme.example"} { // who does not exist looks the same
		for i := range 5 {
			if a := h.logIn(t, email, "wrong"); a.code() != "INVALID_CREDENTIALS" {
				t.Fatalf("failure %d of %s = %v", i+1, email, a)
			}
			h.clock.pass(time.Minute)
		}
		a := h.logIn(t, email, m.Password.Reveal())
		if a.status != http.StatusOK || a.code() != "ACCOUNT_LOCKED" || a.header.Get("Retry-After") != "600" {
			t.Errorf("the right password of the locked account %s = %v, Retry-After: %s", email, a, a.header.Get("Retry-After"))
		}
		h.beStrict(t, true)
		if a := h.logIn(t, email, "wrong"); a.status != http.StatusLocked {
			t.Errorf("a locked account in strict mode = %v", a)
		}
		h.beStrict(t, false)
	}
	if a := h.logIn(t, other.Email, other.Password.Reveal()); a.code() != "" {
		t.Errorf("another account = %v", a)
	}
	h.clock.pass(10 * time.Minute)
	if a := h.logIn(t, m.Email, m.Password.Reveal()); a.code() != "" {
		t.Errorf("the account after its lock = %v", a)
	}
	for range 4 { // a log-in that was right has forgotten the failures before it
		h.logIn(t, m.Email, "wrong")
	}
	if a := h.logIn(t, m.Email, m.Password.Reveal()); a.code() != "" {
		t.Errorf("the account after four failures = %v", a)
	}
}

func TestOtherCallsAreLimitedByTheirCredential(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	token := h.logIn(t, m.Email, m.Password.Reveal()).body.Get("authenticationToken").Text()
	asked := ""
	h.limitedBy(func(credential string) (time.Duration, bool) {
		asked = credential
		return 1500 * time.Millisecond, false
	})
	a := h.ask(t, "POST", "/orgs/"+acme+"/connector", token, `{"name":"a"}`)
	if a.status != http.StatusTooManyRequests || a.code() != "RATE_LIMITED" || a.header.Get("Retry-After") != "2" || a.body.Get("operation").Text() != "Register a connector" {
		t.Errorf("a call over the limit = %v, Retry-After: %s", a, a.header.Get("Retry-After"))
	}
	if asked != m.ID {
		t.Errorf("the limit of credential %q was asked, want %q", asked, m.ID)
	}
	h.limitedBy(nil)
	if a := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, ""); a.text != `{"status":true,"operation":"List registered connectors","registeredConnectorList":[]}` {
		t.Errorf("what came over the limit was carried out: %v", a)
	}
}

func TestWhatComesThroughTheDoorIsNoted(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	token := h.logIn(t, m.Email, m.Password.Reveal()).body.Get("authenticationToken").Text()
	if line := h.last(t); line.Operation != "User login" || line.Credential != "build" || line.Workspace != h.workspaces[acme] || line.Status != 200 || line.Method != "PUT" {
		t.Errorf("the line of a log-in = %+v", line)
	}
	made := h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	line := h.last(t)
	if line.Vendor != "jitterbit" || line.Operation != "Register a connector" || line.Connector == "" || line.ID == "" || line.Address != "127.0.0.1" ||
		line.Path != "/api/jitterbit/jitterbit-cloud-restful-service/orgs/512604/connector" || !line.At.Equal(noon) {
		t.Errorf("the line of a register = %+v", line)
	}
	about := line.Connector
	h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+made.Get("id").Text()+"?secret=x", token, "")
	if line := h.last(t); line.Connector != about || line.Operation != "Delete a connector registration" || line.Path[len(line.Path)-len("/connector/1"):] != "/connector/1" {
		t.Errorf("the line of a delete = %+v", line)
	}
	h.ask(t, "GET", "/nothing", token, "")
	if line := h.last(t); line.Operation != "" || line.Status != 404 || line.Credential != "" {
		t.Errorf("the line of nothing = %+v", line)
	}
	h.ask(t, "GET", "/orgs/"+acme+"/connector", "wrong", "")
	if line := h.last(t); line.Operation != "List registered connectors" || line.Status != 401 || line.Workspace != "" {
		t.Errorf("the line of a stranger = %+v", line)
	}
}

func TestListingSecretsIsAudited(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	h.registered(t, acme, token, "Other", "1.0.0")
	h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "")
	events, err := h.Events(t.Context(), root, access.EventQuery{Action: "registration.secrets-listed", Size: 10})
	if err != nil || len(events) != 1 || events[0].Workspace != h.workspaces[acme] || events[0].Address != "127.0.0.1" {
		t.Errorf("events = %+v, %v, want one of the list", events, err)
	}
}
