package handlers_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/web"
)

// signedIn reports whether the visitor still is.
func (v *visitor) signedIn(t *testing.T) bool {
	t.Helper()
	switch a := v.get("/account"); {
	case a.Code == http.StatusOK:
		return true
	case a.Code == http.StatusSeeOther && strings.HasPrefix(a.Header().Get("Location"), "/login"):
		return false
	default:
		t.Fatalf("GET /account = %d", a.Code)
		return false
	}
}

// like gives another browser that has the same cookie.
func (v *visitor) like() *visitor { return &visitor{c: v.c, cookie: v.cookie} }

func TestTheCookieOfASession(t *testing.T) {
	for base, want := range map[string]struct {
		name   string
		secure bool
	}{"http://console.test:8080": {"patchbay", false}, "https://console.test": {"__Host-patchbay", true}} {
		t.Run(base, func(t *testing.T) {
			c := opened(t, setting{base: base})
			v := c.as(t, "viewer")
			got := v.cookie
			if got.Name != want.name || got.Secure != want.secure || !got.HttpOnly || got.SameSite != http.SameSiteLaxMode || got.Path != "/" || got.Domain != "" {
				t.Errorf("cookie = %s, want %s, HttpOnly, SameSite=Lax, Path=/, no Domain, Secure: %v", got, want.name, want.secure)
			}
			if len(got.Value) != 43 { // 256 bits in base64
				t.Errorf("the value has %d characters, want 256 bits", len(got.Value))
			}
			if other := c.as(t, "viewer"); other.cookie.Value == got.Value {
				t.Error("two sign-ins have the same value")
			}
			v.cookie = &http.Cookie{Name: map[string]string{"patchbay": "__Host-patchbay", "__Host-patchbay": "patchbay"}[want.name], Value: got.Value}
			if v.signedIn(t) {
				t.Error("the value counts under the other name too")
			}
		})
	}
}

func TestAPageWithoutASignInSetsNoCookie(t *testing.T) {
	c := opened(t, setting{})
	for _, path := range []string{"/login", "/", "/livez", "/nowhere"} {
		if a := c.nobody().get(path); len(a.Result().Cookies()) > 0 {
			t.Errorf("GET %s as nobody sets %v", path, a.Result().Cookies())
		}
	}
}

func TestASignInBeginsWithAValueThatNobodyKnew(t *testing.T) {
	c := opened(t, setting{})
	attacker := c.as(t, "viewer")
	planted := attacker.cookie.Value

	victim := attacker.like() // the attacker's cookie was put into the victim's browser
	if a := victim.post("/login", "username", "admin", "password", password); a.Code != http.StatusSeeOther {
		t.Fatalf("sign in = %d", a.Code)
	}
	if victim.cookie.Value == planted {
		t.Error("the sign-in kept the value that the attacker knows")
	}
	if attacker.signedIn(t) {
		t.Error("the old session goes on beside the new one")
	}
	if !victim.signedIn(t) {
		t.Error("the new session does not go on")
	}
}

func TestAValueThatTheServerDidNotGiveOutIsNeverTakenOn(t *testing.T) {
	c := opened(t, setting{})
	c.as(t, "admin")
	made := strings.Repeat("A", 43)
	for _, value := range []string{made, "", "x", strings.Repeat("x", 8000), "../../etc", "' OR 1=1 --"} {
		v := c.nobody()
		v.cookie = &http.Cookie{Name: "patchbay", Value: value}
		if v.signedIn(t) {
			t.Errorf("the value %.20q is signed in", value)
		}
		if a := v.post("/login", "username", "admin", "password", password); a.Code != http.StatusSeeOther || v.cookie.Value == value {
			t.Errorf("signing in with the value %.20q = %d and keeps it: %v", value, a.Code, v.cookie.Value == value)
		}
	}
}

func TestASessionEndsWhenItIsIdle(t *testing.T) {
	c := opened(t, setting{})
	idle, busy := c.as(t, "viewer"), c.as(t, "viewer")
	for range 4 { // the busy one is used every 20 minutes
		c.clock.pass(20 * time.Minute)
		if !busy.signedIn(t) {
			t.Fatal("a session in use has ended")
		}
	}
	if idle.signedIn(t) {
		t.Error("a session goes on after 80 minutes without a request")
	}
	other := c.as(t, "viewer")
	c.clock.pass(30*time.Minute + time.Second)
	if other.signedIn(t) {
		t.Error("a session goes on after half an hour and a second")
	}
	exact := c.as(t, "viewer")
	c.clock.pass(30 * time.Minute)
	if !exact.signedIn(t) {
		t.Error("a session has ended after half an hour exactly")
	}
}

func TestASessionEndsAfterTwelveHoursHoweverBusy(t *testing.T) {
	c := opened(t, setting{})
	v := c.as(t, "viewer")
	for range 35 {
		c.clock.pass(20 * time.Minute)
		if !v.signedIn(t) {
			t.Fatalf("the session has ended at %s", c.clock.now().Sub(noon))
		}
	}
	c.clock.pass(20 * time.Minute)
	if v.signedIn(t) {
		t.Errorf("the session goes on after %s", c.clock.now().Sub(noon))
	}
}

func TestSigningOutEndsTheSessionOnTheServer(t *testing.T) {
	c := opened(t, setting{})
	v := c.as(t, "viewer")
	thief, other := v.like(), c.as(t, "viewer")
	if a := v.post("/logout"); a.Code != http.StatusSeeOther || v.cookie != nil {
		t.Errorf("POST /logout = %d, cookie %v, want it taken away", a.Code, v.cookie)
	}
	if thief.signedIn(t) {
		t.Error("the cookie's value is good after signing out")
	}
	if !other.signedIn(t) {
		t.Error("another session of the user has ended too")
	}
	if a := other.get("/logout"); a.Code != http.StatusMethodNotAllowed || !other.signedIn(t) {
		t.Errorf("GET /logout = %d, want that a mere link signs nobody out", a.Code)
	}
}

// ends are the changes of a user after which no session may go on.
var ends = map[string]func(*testing.T, *console, access.User){
	"disabling": func(t *testing.T, c *console, u access.User) {
		if _, err := c.reg.ChangeUser(t.Context(), root, u.ID, u.Version, u.Role, true); err != nil {
			t.Fatal(err)
		}
	},
	"a lesser role": func(t *testing.T, c *console, u access.User) {
		if _, err := c.reg.ChangeUser(t.Context(), root, u.ID, u.Version, access.Viewer, false); err != nil {
			t.Fatal(err)
		}
	},
	"a greater role": func(t *testing.T, c *console, u access.User) {
		if _, err := c.reg.ChangeUser(t.Context(), root, u.ID, u.Version, access.Admin, false); err != nil {
			t.Fatal(err)
		}
	},
	"a new password": func(t *testing.T, c *console, u access.User) {
		if err := c.reg.SetPassword(t.Context(), root, u.ID, "", "battery staple", ""); err != nil {
			t.Fatal(err)
		}
	},
}

func TestAChangeOfTheUserEndsTheSessionsAtOnce(t *testing.T) {
	c := opened(t, setting{})
	for name, change := range ends {
		t.Run(name, func(t *testing.T) {
			u := c.user(t, c.unique("dana"), access.Editor)
			v := c.as(t, u.Name)
			if !v.signedIn(t) {
				t.Fatal("not signed in before")
			}
			change(t, c, u)
			if v.signedIn(t) {
				t.Errorf("the session goes on after %s", name)
			}
			if a := v.post("/connectors", "vendor", "harness"); a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), "/login") {
				t.Errorf("a change after %s = %d, want the sign-in page", name, a.Code)
			}
		})
	}
}

func TestAnOwnNewPasswordEndsTheOtherSessionsAndRenewsThisOne(t *testing.T) {
	c := opened(t, setting{})
	c.user(t, "dana", access.Viewer)
	v, other := c.as(t, "dana"), c.as(t, "dana")
	old := v.like()
	if a := v.post("/account/password", "current", password, "password", "battery staple"); a.Code != http.StatusSeeOther {
		t.Fatalf("POST /account/password = %d", a.Code)
	}
	if !v.signedIn(t) || v.cookie.Value == old.cookie.Value {
		t.Error("this browser must go on, under a new value")
	}
	if old.signedIn(t) || other.signedIn(t) {
		t.Error("a session from before the new password goes on")
	}
}

func TestStayingSignedInTellsWhenTheSessionEnds(t *testing.T) {
	c := opened(t, setting{})
	v := c.as(t, "viewer")
	c.clock.pass(29 * time.Minute)
	want := `{"ends":` + strconv.FormatInt(c.clock.now().Add(30*time.Minute).UnixMilli(), 10) + `}`
	if a := v.post("/account/stay"); strings.TrimSpace(a.Body.String()) != want {
		t.Errorf("POST /account/stay = %s, want %s", a.Body, want)
	}
	c.clock.pass(29 * time.Minute)
	if !v.signedIn(t) {
		t.Error("the session has ended though the user stayed")
	}
}

// stateless is a keeper as a signed cookie would be: what it has once said stays true, whatever the server does.
type stateless struct {
	web.SessionKeeper
	c    func() time.Time
	rows map[string]access.Session
	user map[string]access.User
}

func (s *stateless) Session(ctx context.Context, hash []byte) (access.Session, access.User, error) {
	row, user, err := s.SessionKeeper.Session(ctx, hash)
	if err == nil {
		s.rows[string(hash)], s.user[string(hash)] = row, user
	}
	if had, ok := s.rows[string(hash)]; ok {
		had.Seen, had.Ends = s.c(), s.c().Add(time.Hour)
		return had, s.user[string(hash)], nil
	}
	return row, user, err
}

// TestACookieAloneWouldGoOn shows the control switched off: with sessions that are no rows, none of the ends above is one.
func TestACookieAloneWouldGoOn(t *testing.T) {
	var c *console
	c = opened(t, setting{keeper: func(k web.SessionKeeper) web.SessionKeeper {
		return &stateless{k, func() time.Time { return c.clock.now() }, map[string]access.Session{}, map[string]access.User{}}
	}})
	v := c.as(t, "viewer")
	thief := v.like()
	if !v.signedIn(t) {
		t.Fatal("not signed in before")
	}
	v.post("/logout")
	if !thief.signedIn(t) {
		t.Error("without rows signing out should end nothing")
	}
	for name, change := range ends {
		u := c.user(t, c.unique("dana"), access.Editor)
		v := c.as(t, u.Name)
		if !v.signedIn(t) {
			t.Fatal("not signed in before")
		}
		change(t, c, u)
		if !v.signedIn(t) {
			t.Errorf("without rows %s should end nothing", name)
		}
	}
	c.clock.pass(13 * time.Hour)
	if !thief.signedIn(t) {
		t.Error("without rows no time should end anything")
	}
}
