package registry_test

import (
	"errors"
	"testing"
	"time"

	"patchbay/connector"
)

// A channel that takes nothing holds up no other, however much waits for it.
func TestADeadChannelStarvesNobody(t *testing.T) {
	h := opened(t)
	dead := h.channel(t, connector.Channel{Name: "dead", Kind: connector.Webhook})
	for range 120 {
		if _, err := h.TestChannel(t.Context(), admin, dead.ID); err != nil {
			t.Fatal(err)
		}
	}
	h.post.will(errors.New("the address answered 500"), false)
	wantTold(t, h, "the dead channel alone", "dead channel.tested")
	alive := h.channel(t, connector.Channel{Name: "alive", Kind: connector.Webhook})
	if _, err := h.TestChannel(t.Context(), admin, alive.ID); err != nil {
		t.Fatal(err)
	}
	h.post.will(nil, false)
	wantTold(t, h, "beside the dead one", "alive channel.tested")
	wantTold(t, h, "again", "")
	h.clock.pass(time.Minute)
	if err := h.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(h.post.kinds()); got != 50 {
		t.Errorf("once it works again it is sent %d at first, want 50", got)
	}
}

func TestAChannelThatIsPausedSendsNothingThatWaits(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	h.other.says(failing)
	h.checked(t, c.ID)
	h.post.will(errors.New("the address answered 500"), false)
	wantTold(t, h, "the failure", "ops connector.failing")
	ch.Paused = true
	paused, err := h.ChangeChannel(t.Context(), admin, ch.ID, ch.Version, ch, "")
	if err != nil {
		t.Fatal(err)
	}
	h.post.will(nil, false)
	h.clock.pass(time.Hour)
	wantTold(t, h, "while it is paused", "")
	if n := h.notice(t, ch.ID); n.State != connector.NoticeWithdrawn {
		t.Errorf("state = %s, want withdrawn", n.State)
	}
	var p connector.Problems
	if _, err := h.TestChannel(t.Context(), admin, ch.ID); !errors.As(err, &p) {
		t.Errorf("TestChannel(paused) = %v, want a problem", err)
	}
	if _, err := h.Redeliver(t.Context(), admin, h.notice(t, ch.ID).ID); !errors.As(err, &p) {
		t.Errorf("Redeliver(paused) = %v, want a problem", err)
	}
	paused.Paused = false
	if _, err := h.ChangeChannel(t.Context(), admin, ch.ID, paused.Version, paused, ""); err != nil {
		t.Fatal(err)
	}
	wantTold(t, h, "after the pause", "")
}

func TestAChannelThatWasMovedAwayDoesNotForgetToTell(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	check := func(says connector.Outcome) {
		t.Helper()
		h.other.says(says)
		h.checked(t, c.ID)
	}
	move := func(to string) {
		t.Helper()
		ch.Workspace = to
		moved, err := h.ChangeChannel(t.Context(), admin, ch.ID, ch.Version, ch, "")
		if err != nil {
			t.Fatal(err)
		}
		ch = moved
	}
	check(failing)
	wantTold(t, h, "the first failure", "ops connector.failing")
	move(h.rival)
	check(healthy)
	wantTold(t, h, "while it is elsewhere", "")
	move("")
	check(failing)
	wantTold(t, h, "back again", "ops connector.failing")
}

// What a person sends again was told before: its end is told too.
func TestTheEndOfWhatIsSentAgainIsTold(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	h.other.says(failing)
	h.checked(t, c.ID)
	wantTold(t, h, "the failure", "ops connector.failing")
	before := len(h.events(t, "channel.redelivered"))
	if _, err := h.Redeliver(t.Context(), admin, h.notice(t, ch.ID).ID); err != nil {
		t.Fatal(err)
	}
	if got := h.events(t, "channel.redelivered"); len(got) != before+1 || got[0].Actor != "user:anna" {
		t.Errorf("events = %+v, want one by the person", got)
	}
	h.other.says(healthy)
	h.checked(t, c.ID)
	wantTold(t, h, "both", "ops connector.failing, ops connector.recovered")
}

// The mark of what was heard passes what nobody listens for, so that hearing costs the same for ever.
func TestHearingPassesWhatTellsNothing(t *testing.T) {
	h := opened(t)
	for range 1200 {
		if err := h.store.Note(t.Context(), h.events(t, "workspace.added")[0]); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	heard, last, events, err := h.store.Unheard(t.Context(), []string{"connector.flipped"}, 1)
	if err != nil || heard != last || len(events) != 0 || last < 1200 {
		t.Errorf("Unheard() = %d of %d, %v, %v, want all of it heard", heard, last, events, err)
	}
}
