package registry_test

import (
	"errors"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

// session keeps a session for a user and gives what asks whether it goes on.
func (h *house) session(t *testing.T, u access.User) (goesOn func() bool) {
	t.Helper()
	hash := []byte(h.unique("hash of a cookie "))
	if err := h.store.KeepSession(t.Context(), access.Session{Hash: hash, User: u.ID, Created: h.clock.now(), Seen: h.clock.now(),
		Ends: h.clock.now().Add(1 << 40)}); err != nil {
		t.Fatalf("KeepSession() = %v", err)
	}
	return func() bool {
		_, _, err := h.store.Session(t.Context(), hash)
		return err == nil
	}
}

func TestAUserIsHeldToTheRules(t *testing.T) {
	h := opened(t)
	h.user(t, "dana", access.Viewer)
	for name, tt := range map[string]struct {
		user     string
		role     access.Role
		password string
		field    string
	}{
		"no name":                     {"", access.Viewer, "correct horse", "username"},
		"a name with a space":         {"da na", access.Viewer, "correct horse", "username"},
		"a name that begins badly":    {"-dana", access.Viewer, "correct horse", "username"},
		"a long name":                 {strings.Repeat("x", 65), access.Viewer, "correct horse", "username"},
		"a taken name":                {"dana", access.Viewer, "correct horse", "username"},
		"a name taken but for case":   {"DANA", access.Viewer, "correct horse", "username"},
		"no role":                     {"new", "", "correct horse", "role"},
		"a role that is none":         {"new", "root", "correct horse", "role"},
		"no password":                 {"new", access.Viewer, "", "password"},
		"a short password":            {"new", access.Viewer, "1234567", "password"},
		"a password past all measure": {"new", access.Viewer, strings.Repeat("x", 257), "password"},
		"the name as the password":    {"newcomer", access.Viewer, "NewComer", "password"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.AddUser(t.Context(), admin, tt.user, tt.role, tt.password)
			if text := problemAt(t, err, tt.field); len(tt.password) > 4 && tt.field != "username" && strings.Contains(text, tt.password) {
				t.Errorf("the problem %q repeats the password", text)
			}
		})
	}
}

func TestTheLastAdminStays(t *testing.T) {
	h := opened(t)
	first, second := h.user(t, "first", access.Admin), h.user(t, "second", access.Admin)
	if _, err := h.ChangeUser(t.Context(), admin, first.ID, 1, access.Viewer, false); err != nil {
		t.Fatalf("ChangeUser() with another admin left = %v", err)
	}
	for name, try := range map[string]func() error{
		"a lesser role": func() error {
			_, err := h.ChangeUser(t.Context(), admin, second.ID, 1, access.Editor, false)
			return err
		},
		"disabling": func() error { _, err := h.ChangeUser(t.Context(), admin, second.ID, 1, access.Admin, true); return err },
	} {
		if text := problemAt(t, try(), "role"); !strings.Contains(text, "second") {
			t.Errorf("%s of the last admin says %q, want the name", name, text)
		}
	}
	goesOn := h.session(t, second)
	if _, err := h.ChangeUser(t.Context(), admin, second.ID, 1, access.Viewer, true); err == nil || !goesOn() {
		t.Errorf("a refused change = %v, session goes on: %v, want a refusal and a session", err, goesOn())
	}
}

func TestAChangeOfAUserTakesTheVersionThatWasSeen(t *testing.T) {
	h := opened(t)
	u := h.user(t, "dana", access.Viewer)
	if _, err := h.ChangeUser(t.Context(), admin, u.ID, 3, access.Tester, false); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("ChangeUser() of version 3 = %v, want a conflict", err)
	}
	_, err := h.ChangeUser(t.Context(), admin, u.ID, 1, "root", false)
	problemAt(t, err, "role")
	if _, err := h.ChangeUser(t.Context(), admin, "nothing-has-this-id", 1, access.Tester, false); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("ChangeUser() of nobody = %v, want not found", err)
	}
}

func TestAChangeOfRoleOrPasswordEndsTheSessions(t *testing.T) {
	h := opened(t)
	for name, change := range map[string]func(access.User) error{
		"a new role": func(u access.User) error {
			_, err := h.ChangeUser(t.Context(), admin, u.ID, 1, access.Tester, false)
			return err
		},
		"disabling": func(u access.User) error {
			_, err := h.ChangeUser(t.Context(), admin, u.ID, 1, access.Viewer, true)
			return err
		},
		"a password from an admin": func(u access.User) error {
			return h.SetPassword(t.Context(), admin, u.ID, "", "battery staple", "192.0.2.1")
		},
		"an own password": func(u access.User) error {
			return h.SetPassword(t.Context(), u.Actor(), u.ID, "correct horse", "battery staple", "192.0.2.1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			u, other := h.user(t, h.unique("dana"), access.Viewer), h.user(t, h.unique("other"), access.Viewer)
			ended, stays := h.session(t, u), h.session(t, other)
			if !ended() {
				t.Fatal("the session does not go on before the change")
			}
			if err := change(u); err != nil {
				t.Fatalf("change = %v", err)
			}
			if ended() || !stays() {
				t.Errorf("the session goes on: %v, another user's: %v, want only the other's", ended(), stays())
			}
		})
	}
}

func TestAnOwnPasswordTakesTheOldOne(t *testing.T) {
	h := opened(t)
	u := h.user(t, "dana", access.Viewer)
	err := h.SetPassword(t.Context(), u.Actor(), u.ID, "wrong", "battery staple", "192.0.2.1")
	problemAt(t, err, "current")
	err = h.SetPassword(t.Context(), u.Actor(), u.ID, "correct horse", "short", "192.0.2.1")
	problemAt(t, err, "password")
	if _, err := h.SignIn(t.Context(), "dana", "correct horse", "192.0.2.1"); err != nil {
		t.Errorf("SignIn() with the old password after refusals = %v", err)
	}
	if err := h.SetPassword(t.Context(), u.Actor(), u.ID, "correct horse", "battery staple", "192.0.2.1"); err != nil {
		t.Fatalf("SetPassword() = %v", err)
	}
	if _, err := h.SignIn(t.Context(), "dana", "correct horse", "192.0.2.1"); !errors.Is(err, registry.ErrCredentials) {
		t.Errorf("SignIn() with the old password = %v, want a refusal", err)
	}
	if _, err := h.SignIn(t.Context(), "DANA", "battery staple", "192.0.2.1"); err != nil {
		t.Errorf("SignIn() with the new password = %v", err)
	}
	// An admin's own password takes the old one too: an open browser is not enough.
	root := h.user(t, "root", access.Admin)
	problemAt(t, h.SetPassword(t.Context(), root.Actor(), root.ID, "", "battery staple", "192.0.2.1"), "current")
}

func TestASignInIsNotedAndOnlyForWhoMay(t *testing.T) {
	h := opened(t)
	u := h.user(t, "dana", access.Viewer)
	ctx := registry.From(t.Context(), "192.0.2.7")
	got, err := h.SignIn(ctx, " dana ", "correct horse", "192.0.2.7")
	if err != nil || got.ID != u.ID || !got.LastSeen.Equal(noon) {
		t.Errorf("SignIn() = %+v, %v, want dana, seen at noon", got, err)
	}
	if ev := h.events(t, "user.signed-in"); len(ev) != 1 || ev[0].Address != "192.0.2.7" {
		t.Errorf("events = %v, want one with the address", ev)
	}
	if err := h.SignedOut(ctx, u.Actor()); err != nil || len(h.events(t, "user.signed-out")) != 1 {
		t.Errorf("SignedOut() = %v, want it noted", err)
	}
	if _, err := h.ChangeUser(t.Context(), admin, u.ID, 1, access.Viewer, true); err != nil {
		// dana is no admin, so nothing holds her
		t.Fatalf("ChangeUser() = %v", err)
	}
	if _, err := h.SignIn(ctx, "dana", "correct horse", "192.0.2.7"); !errors.Is(err, registry.ErrCredentials) {
		t.Errorf("SignIn() of a disabled user = %v, want the refusal of a wrong password", err)
	}
}

func TestPreferencesKeepToWhatThereIs(t *testing.T) {
	h := opened(t)
	u := h.user(t, "dana", access.Viewer)
	for theme, want := range map[string]string{"dark": "dark", "light": "light", "system": "", "<script>": ""} {
		u.Theme, u.Keys = theme, theme == "dark"
		if err := h.SetPreferences(t.Context(), u); err != nil {
			t.Fatalf("SetPreferences(%s) = %v", theme, err)
		}
		if now, err := h.store.User(t.Context(), u.ID); err != nil || now.Theme != want || now.Keys != u.Keys || now.Role != access.Viewer {
			t.Errorf("theme %q is kept as %+v, %v, want %q", theme, now, err, want)
		}
	}
}
