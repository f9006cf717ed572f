package registry_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/registry"
)

// endsAt has the other side show a certificate that ends at a time.
func endsAt(at time.Time) connector.Outcome {
	out := fine
	out.Expires = []connector.Expiry{{Kind: connector.ServerCertificate, Name: "repo.example.com", At: at}}
	return out
}

func TestWhatEndsIsWarnedOfOnceAtEachStage(t *testing.T) {
	h := opened(t)
	end := noon.AddDate(0, 0, 40)
	h.other.says(endsAt(end))
	first, second := h.kept(t, h.git(h.acme)), h.kept(t, h.git(h.acme))
	h.checked(t, first.ID)
	h.checked(t, second.ID)
	secret := h.secret(t, h.acme, "azure", "x")
	if s, err := h.NoteEnd(t.Context(), editor, secret, "2026-12-30"); err != nil || !s.Ends.Equal(time.Date(2026, 12, 30, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("NoteEnd() = %+v, %v", s, err)
	}
	var told []string
	registry.OnWarned(h.Registry, func(w connector.Warning) { told = append(told, fmt.Sprint(w.Expiry.Name, " ", w.Days, " ", w.Users)) })
	if err := h.SetWatch(t.Context(), editor, first.ID, connector.Never); err != nil {
		t.Fatal(err)
	}
	if err := h.SetWatch(t.Context(), editor, second.ID, connector.Never); err != nil {
		t.Fatal(err)
	}
	w := h.watched(t, 10*time.Minute)
	var days []string
	for day := range 41 {
		before := len(told)
		h.clock.pass(24 * time.Hour)
		w.tick()
		for _, text := range told[before:] {
			days = append(days, fmt.Sprint(day+1, ": ", text))
		}
		if day%9 == 0 { // neither a restart nor another tick repeats it
			w.stop()
			w = h.watched(t, 10*time.Minute)
		}
	}
	// 22 November and 40 days is 1 January; the secret ends with the 29th of December.
	want := []string{"8: azure 30 0", "10: repo.example.com 30 2", "31: azure 7 0", "33: repo.example.com 7 2", "37: azure 1 0", "39: repo.example.com 1 2"}
	if !slices.Equal(days, want) {
		t.Errorf("warned on the days %q, want %q", days, want)
	}
	about, secrets := h.events(t, "connector.expiring"), h.events(t, "secret.expiring")
	if len(about) != 3 || about[2].Object != "connector:"+min(first.ID, second.ID) || about[2].Detail != "server certificate repo.example.com ends on 1 Jan 2027, in 30 d; 2 connectors need it" {
		t.Errorf("events = %+v, want one for each warning of the certificate", about)
	}
	if len(secrets) != 3 || secrets[2].Object != "secret:"+secret || secrets[2].Detail != "secret azure ends on 30 Dec 2026, in 30 d" {
		t.Errorf("events = %+v, want one for each warning of the secret", secrets)
	}
}

// A secret that connectors need is theirs to warn of: they will fail.
func TestASecretThatEndsIsToldOfWhatNeedsIt(t *testing.T) {
	h := opened(t)
	secret := h.secret(t, h.acme, "token", "x")
	c := h.kept(t, h.login(h.acme, here, "account.token"))
	if _, err := h.NoteEnd(t.Context(), editor, secret, "2026-11-25"); err != nil {
		t.Fatal(err)
	}
	h.watched(t, 10*time.Minute)
	events := h.events(t, "connector.expiring")
	if len(events) != 1 || events[0].Object != "connector:"+c.ID || events[0].Name != c.Name || events[0].Detail != "secret token ends on 25 Nov 2026, in 3 d" {
		t.Errorf("events = %+v, want one about %s", events, c.Name)
	}
	if got, err := h.ConnectorEndings(t.Context(), viewer, c.ID); err != nil || len(got) != 1 || got[0].Secret != secret || got[0].Users != 1 {
		t.Errorf("ConnectorEndings() = %+v, %v; want the secret", got, err)
	}
}

func TestARenewedCertificateIsAnotherOne(t *testing.T) {
	h := opened(t)
	h.other.says(endsAt(noon.AddDate(0, 0, 5)))
	id := h.kept(t, h.git(h.acme)).ID
	h.checked(t, id)
	w := h.watched(t, 10*time.Minute)
	if n := len(h.events(t, "connector.expiring")); n != 1 {
		t.Fatalf("%d warnings of what ends in five days, want one, for seven days", n)
	}
	h.other.says(endsAt(noon.AddDate(0, 0, 90)))
	w.pass(t, 2*time.Hour, time.Minute)
	if got, err := h.ConnectorEndings(t.Context(), viewer, id); err != nil || len(got) != 1 || !got[0].At.Equal(noon.AddDate(0, 0, 90)) || len(h.events(t, "connector.expiring")) != 1 {
		t.Errorf("ConnectorEndings() = %+v, %v; want the new end alone and no more warnings", got, err)
	}
	if n, err := h.EndingSoon(t.Context(), viewer); err != nil || n != 0 {
		t.Errorf("EndingSoon() = %d, %v; want none", n, err)
	}
}

func TestWhatEndsIsShownToWhoMaySeeIt(t *testing.T) {
	h := opened(t)
	h.other.says(endsAt(noon.AddDate(0, 0, 5)))
	mine, theirs := h.kept(t, h.git(h.acme)).ID, h.kept(t, h.git(h.rival)).ID
	h.checked(t, mine)
	h.checked(t, theirs)
	if _, err := h.NoteEnd(t.Context(), admin, h.secret(t, h.rival, "theirs", "x"), "2026-12-01"); err != nil {
		t.Fatal(err)
	}
	limited := access.Actor{Kind: "credential", ID: "k1", Name: "ci", Role: access.Viewer, Workspace: h.acme}
	page, err := h.Endings(t.Context(), limited, connector.EndingQuery{})
	if err != nil || len(page.Endings) != 1 || page.Endings[0].Users != 1 || page.Endings[0].Connectors[0].ID != mine {
		t.Errorf("Endings() = %+v, %v; want the own workspace's alone", page, err)
	}
	if n, err := h.EndingSoon(t.Context(), limited); err != nil || n != 1 {
		t.Errorf("EndingSoon() = %d, %v; want 1", n, err)
	}
	// The control switched off: whoever is not limited sees all.
	if page, err = h.Endings(t.Context(), viewer, connector.EndingQuery{}); err != nil || len(page.Endings) != 2 || page.Endings[0].Users != 2 {
		t.Errorf("Endings() of all = %+v, %v", page, err)
	}
}

func TestTheEndOfASecretIsADay(t *testing.T) {
	h := opened(t)
	id := h.secret(t, h.acme, "azure", "x")
	for _, day := range []string{"tomorrow", "31.12.2026", "2026-13-01", "1926-12-31", "9999-01-01"} {
		var p connector.Problems
		if _, err := h.NoteEnd(t.Context(), editor, id, day); !errors.As(err, &p) || p.At("ends") == "" {
			t.Errorf("NoteEnd(%q) = %v, want a problem", day, err)
		}
	}
	if _, err := h.NoteEnd(t.Context(), editor, id, "2027-01-31"); err != nil {
		t.Fatal(err)
	}
	if s, err := h.NoteEnd(t.Context(), editor, id, ""); err != nil || !s.Ends.IsZero() {
		t.Errorf("NoteEnd() of nothing = %+v, %v; want it forgotten", s, err)
	}
	if ev := h.events(t, "secret.end-noted"); len(ev) != 2 || ev[1].Detail != "account, 2027-01-31" || ev[0].Detail != "account, none" {
		t.Errorf("events = %+v", ev)
	}
	// A new value has an end of its own, or none that anybody knows.
	if _, err := h.NoteEnd(t.Context(), editor, id, "2027-01-31"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ReplaceSecret(t.Context(), editor, id, 0, connector.NewSecret("y")); err != nil {
		t.Fatal(err)
	}
	if s, _, err := h.Secret(t.Context(), viewer, id); err != nil || !s.Ends.IsZero() {
		t.Errorf("after its value was replaced the secret ends %s, %v; want that nobody knows", s.Ends, err)
	}
}
