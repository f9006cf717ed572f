package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
)

// post plays the ways that notices go: it keeps what was sent, and refuses as long as it is told to.
type post struct {
	mu      sync.Mutex
	sent    []connector.Dispatch
	refuses error
	gone    bool
}

func (p *post) Sends(connector.ChannelKind) bool { return true }

func (p *post) Send(_ context.Context, d connector.Dispatch) (string, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, d)
	return "200 OK", p.gone, p.refuses
}

// kinds gives what was sent since the last call, "channel kind" each.
func (p *post) kinds() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, d := range p.sent {
		for _, n := range d.Notices {
			out = append(out, d.Channel.Name+" "+string(n.Kind))
		}
	}
	p.sent = nil
	slices.Sort(out) // channels are served beside each other
	return out
}

func (p *post) will(err error, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses, p.gone = err, gone
}

func (h *house) channel(t *testing.T, c connector.Channel) connector.Channel {
	t.Helper()
	address := "https://hooks.example.com/T0K3N"
	if c.Kind == connector.Mail {
		address = "oncall@example.com"
	}
	if c.Tells == "" {
		c.Tells = connector.TellFailures
	}
	made, _, err := h.AddChannel(t.Context(), admin, c, address)
	if err != nil {
		t.Fatalf("AddChannel(%s) = %v", c.Name, err)
	}
	return made
}

// told lets what happened be told, and gives what was sent.
func (h *house) told(t *testing.T) string {
	t.Helper()
	if err := h.Tell(t.Context()); err != nil {
		t.Fatalf("Tell() = %v", err)
	}
	return strings.Join(h.post.kinds(), ", ")
}

func wantTold(t *testing.T, h *house, when, want string) {
	t.Helper()
	if got := h.told(t); got != want {
		t.Errorf("%s: told %q, want %q", when, got, want)
	}
}

func TestAFailureIsToldOnceAndSoIsItsEnd(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.other.says(failing)
	h.checked(t, c.ID)
	wantTold(t, h, "before there is a channel", "")
	h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	h.channel(t, connector.Channel{Name: "all", Kind: connector.Webhook, Tells: connector.TellChanges})
	h.channel(t, connector.Channel{Name: "rival", Kind: connector.Webhook, Workspace: h.rival})
	wantTold(t, h, "what happened before is not told", "")

	degraded := connector.Outcome{Status: connector.Degraded, Code: "D", Text: "It limps."}
	for _, step := range []struct {
		says connector.Outcome
		want string
	}{
		{healthy, "all connector.changed"}, // nobody was told of the failure
		{healthy, ""},
		{failing, "all connector.failing, ops connector.failing"},
		{failing, ""},
		{connector.Outcome{Status: connector.Unverified, Code: "U", Text: "Nobody knows."}, "all connector.changed"},
		{failing, ""}, // the same failure goes on
		{healthy, "all connector.recovered, ops connector.recovered"},
		{degraded, "all connector.changed"},
		{failing, "all connector.failing, ops connector.failing"},
		{degraded, "all connector.recovered, ops connector.recovered"},
	} {
		h.clock.pass(time.Minute)
		h.other.says(step.says)
		h.checked(t, c.ID)
		wantTold(t, h, string(step.says.Status), step.want)
	}

	h.other.says(failing)
	h.checked(t, c.ID)
	wantTold(t, h, "again", "all connector.failing, ops connector.failing")
	if _, err := h.Retire(t.Context(), admin, c.ID, 0); err != nil {
		t.Fatal(err)
	}
	wantTold(t, h, "in the trash", "all connector.removed, ops connector.removed")
}

func TestAnEndNamesItsBeginning(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	h.other.says(failing)
	h.checked(t, c.ID)
	h.told(t)
	h.other.says(healthy)
	h.checked(t, c.ID)
	h.told(t)
	_, all, err := h.Channel(t.Context(), admin, ch.ID)
	if err != nil || len(all) != 2 {
		t.Fatalf("Channel() = %v, %v, want two notices", all, err)
	}
	end, beginning := all[0], all[1]
	if end.Pair != beginning.ID || beginning.Open || end.State != connector.NoticeSent {
		t.Errorf("the end is %+v, want it paired with %s and sent", end, beginning.ID)
	}
	var body struct {
		Type string
		Data struct {
			Notice, Pair, From, To, Code string
			Connector                    struct{ ID, Name, URL string }
		}
	}
	if err := json.Unmarshal([]byte(end.Body), &body); err != nil {
		t.Fatalf("the body is no JSON: %v\n%s", err, end.Body)
	}
	if body.Type != "connector.recovered" || body.Data.Pair != beginning.ID || body.Data.From != "failing" || body.Data.To != "healthy" ||
		body.Data.Connector.URL != console+"/connectors/"+c.ID {
		t.Errorf("body = %+v", body)
	}
}

// What is over before anybody was told of it is not told.
func TestAShortFailureIsNotToldByMail(t *testing.T) {
	h := opened(t)
	c, d := h.kept(t, h.git(h.acme)), h.kept(t, h.git(h.acme))
	h.channel(t, connector.Channel{Name: "mail", Kind: connector.Mail})
	h.other.says(failing)
	h.checked(t, c.ID)
	h.checked(t, d.ID)
	wantTold(t, h, "at once", "")
	h.clock.pass(10 * time.Second)
	h.other.says(healthy)
	h.checked(t, c.ID)
	wantTold(t, h, "after ten seconds", "")
	h.clock.pass(time.Minute)
	if err := h.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(h.post.sent) != 1 || len(h.post.sent[0].Notices) != 1 || h.post.sent[0].Notices[0].Connector != d.ID {
		t.Errorf("sent %+v, want one mail about the one that is still failing", h.post.sent)
	}
	// What waits together goes together.
	h.post.kinds()
	h.checked(t, d.ID)
	h.other.says(failing)
	h.checked(t, c.ID)
	h.told(t)
	h.clock.pass(time.Minute)
	if err := h.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(h.post.sent) != 1 || len(h.post.sent[0].Notices) != 2 {
		t.Errorf("sent %d mails, want one with both", len(h.post.sent))
	}
}

func TestWhatIsNotTakenIsTriedAgainAndInTheEndGivenUp(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	h.other.says(failing)
	h.checked(t, c.ID)
	h.post.will(errors.New("the address answered 500"), false)
	wantTold(t, h, "the first try", "ops connector.failing")
	wantTold(t, h, "at once", "")
	tries := 1
	for range 40 {
		h.clock.pass(5 * time.Hour)
		if h.told(t) != "" {
			tries++
		}
	}
	n := h.notice(t, ch.ID)
	if n.State != connector.NoticeGivenUp || n.Tries != tries || tries != 10 {
		t.Errorf("after %d tries the notice is %+v, want it given up after 10", tries, n)
	}
	if _, log, err := h.Notice(t.Context(), admin, n.ID); err != nil || len(log) != 10 || log[0].Said != "the address answered 500" || log[0].Sent {
		t.Errorf("the log is %+v, %v, want ten failed tries", log, err)
	}
	// A person sends it once more: the same id, the same body.
	h.post.will(nil, false)
	if _, err := h.Redeliver(t.Context(), admin, n.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := h.post.sent; len(got) != 1 || got[0].Notices[0].ID != n.ID || got[0].Notices[0].Body != n.Body {
		t.Errorf("sent %+v, want the same notice", got)
	}
	if again := h.notice(t, ch.ID); again.State != connector.NoticeSent {
		t.Errorf("state = %s, want sent", again.State)
	}
}

// notice gives the newest of a channel.
func (h *house) notice(t *testing.T, channel string) connector.Notice {
	t.Helper()
	_, all, err := h.Channel(t.Context(), admin, channel)
	if err != nil || len(all) == 0 {
		t.Fatalf("Channel(%s) = %d notices, %v", channel, len(all), err)
	}
	return all[0]
}

func TestWhoWantsNoMoreIsLeftAlone(t *testing.T) {
	h := opened(t)
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	if _, err := h.TestChannel(t.Context(), admin, ch.ID); err != nil {
		t.Fatal(err)
	}
	h.post.will(errors.New("the address answered 410 Gone"), true)
	wantTold(t, h, "a test", "ops channel.tested")
	if n := h.notice(t, ch.ID); n.State != connector.NoticeGivenUp || n.Tries != 1 {
		t.Errorf("notice = %+v, want it given up at once", n)
	}
}

func TestAPausedChannelIsToldNothing(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	ch.Paused = true
	if _, err := h.ChangeChannel(t.Context(), admin, ch.ID, ch.Version, ch, ""); err != nil {
		t.Fatal(err)
	}
	h.other.says(failing)
	h.checked(t, c.ID)
	wantTold(t, h, "while it is paused", "")
	if _, err := h.ChangeChannel(t.Context(), admin, ch.ID, ch.Version, ch, ""); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("ChangeChannel(an old version) = %v, want a conflict", err)
	}
	ch.Paused = false
	if _, err := h.ChangeChannel(t.Context(), admin, ch.ID, ch.Version+1, ch, "https://other.example.com/T0K3N"); err != nil {
		t.Fatal(err)
	}
	h.other.says(healthy)
	h.checked(t, c.ID)
	wantTold(t, h, "the end of what was never told", "")
	h.other.says(failing)
	h.checked(t, c.ID)
	if err := h.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(h.post.sent) != 1 || h.post.sent[0].Address.Reveal() != "https://other.example.com/T0K3N" || h.post.sent[0].Key.Empty() {
		t.Errorf("sent %+v, want it at the new address with the old key", h.post.sent)
	}
}

func TestAChannelIsWellMade(t *testing.T) {
	h := opened(t)
	h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	for _, tt := range []struct {
		c              connector.Channel
		address, field string
	}{
		{connector.Channel{Kind: connector.Webhook, Tells: connector.TellFailures}, "https://x.example.com", "name"},
		{connector.Channel{Name: "a", Kind: "pigeon", Tells: connector.TellFailures}, "https://x.example.com", "kind"},
		{connector.Channel{Name: "a", Kind: connector.Webhook, Tells: "nothing"}, "https://x.example.com", "tells"},
		{connector.Channel{Name: "a", Kind: connector.Webhook, Tells: connector.TellFailures}, "oncall@example.com", "address"},
		{connector.Channel{Name: "a", Kind: connector.Webhook, Tells: connector.TellFailures}, "https://user:pw@x.example.com", "address"},
		{connector.Channel{Name: "a", Kind: connector.Mail, Tells: connector.TellFailures}, "https://x.example.com", "address"},
		{connector.Channel{Name: "a", Kind: connector.Mail, Tells: connector.TellFailures}, "a@b.example\r\nBcc: c@d.example", "address"},
		{connector.Channel{Name: "a", Kind: connector.Webhook, Tells: connector.TellFailures, Workspace: "nowhere"}, "https://x.example.com", "workspace"},
		{connector.Channel{Name: "OPS", Kind: connector.Webhook, Tells: connector.TellFailures}, "https://x.example.com", "name"},
	} {
		_, _, err := h.AddChannel(t.Context(), admin, tt.c, tt.address)
		var p connector.Problems
		if !errors.As(err, &p) || p.At(tt.field) == "" {
			t.Errorf("AddChannel(%+v, %q) = %v, want a problem at %s", tt.c, tt.address, err, tt.field)
		}
	}
}

// The address may hold a token: it is not in the list, not in the log and not in the audit log.
func TestTheAddressOfAWebhookIsNotShown(t *testing.T) {
	h := opened(t)
	ch := h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	if _, err := h.TestChannel(t.Context(), admin, ch.ID); err != nil {
		t.Fatal(err)
	}
	h.told(t)
	c, all, err := h.Channel(t.Context(), admin, ch.ID)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal([]any{c, all, h.events(t, "")})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(shown), "T0K3N") || !strings.Contains(string(shown), "https://hooks.example.com:443") {
		t.Errorf("shown is %s, want the origin alone", shown)
	}
}

// A change whose notice could not be kept is heard again; a second reader of the log does not tell it twice.
func TestWhatHappenedIsHeardExactlyOnce(t *testing.T) {
	h := opened(t)
	c := h.kept(t, h.git(h.acme))
	h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	h.other.says(failing)
	h.checked(t, c.ID)
	exec(t, h.store.Dir(), `CREATE TRIGGER full BEFORE INSERT ON notices BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	if err := h.Tell(t.Context()); err == nil {
		t.Error("Tell() = nil while the store keeps nothing, want an error")
	}
	exec(t, h.store.Dir(), `DROP TRIGGER full`)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			if err := h.Tell(context.Background()); err != nil {
				t.Errorf("Tell() = %v", err)
			}
		})
	}
	work.Wait()
	all, err := h.store.OpenNotices(t.Context(), c.ID)
	if err != nil || len(all) != 1 {
		t.Errorf("%d notices of one failure, %v, want one", len(all), err)
	}
}

// What ends soon is told too: of a connector, and of a secret that no connector needs.
func TestWhatEndsSoonIsTold(t *testing.T) {
	h := opened(t)
	h.channel(t, connector.Channel{Name: "ops", Kind: connector.Webhook})
	h.channel(t, connector.Channel{Name: "rival", Kind: connector.Webhook, Workspace: h.rival})
	secret := h.secret(t, h.acme, "azure", "x")
	if _, err := h.NoteEnd(t.Context(), editor, secret, "2026-11-25"); err != nil {
		t.Fatal(err)
	}
	h.other.says(endsAt(noon.AddDate(0, 0, 3)))
	c := h.kept(t, h.git(h.acme))
	h.checked(t, c.ID)
	h.watched(t, 10*time.Minute)
	if err := h.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	about := map[connector.NoticeKind]connector.Notice{}
	for _, d := range h.post.sent {
		about[d.Notices[0].Kind] = d.Notices[0]
	}
	if len(h.post.sent) != 2 || len(about) != 2 {
		t.Fatalf("sent %+v, want one notice for each of the two", h.post.sent)
	}
	if n := about[connector.SecretExpiring]; !strings.Contains(n.Subject, "secret azure ends on 25 Nov 2026") || !strings.Contains(n.Body, "/secrets/"+secret) {
		t.Errorf("the secret's notice is %+v", n)
	}
	if n := about[connector.ConnectorExpiring]; n.Connector != c.ID || !strings.Contains(n.Subject, "repo.example.com ends on 25 Nov 2026") {
		t.Errorf("the connector's notice is %+v", n)
	}
}
