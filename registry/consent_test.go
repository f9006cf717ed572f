package registry_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/store"
)

// rivalEditor is somebody else with the same rights, and even the same name.
var rivalEditor = access.Actor{Kind: "user", ID: "u-rival", Name: "edda", Role: access.Editor}

// apiState gives the state that the vendor's own API shows to everybody who may read the connector, with the identifier that it names.
func (h *house) apiState(t *testing.T, id string) (identifier, state string) {
	t.Helper()
	c := h.now(t, id)
	return c.Identifier, c.Spec.(*securityhub.JiraCloud).State()
}

func refusedFor(t *testing.T, what string, err error, text string) {
	t.Helper()
	var no *connector.ConsentRefused
	if !errors.As(err, &no) || no.Text != text && text != "" {
		t.Errorf("%s = %v, want a refusal with %q", what, err, text)
	}
}

func TestAConsentBelongsToWhoeverBeganIt(t *testing.T) {
	h, o := letting(t)
	id := anInvited(t, h, "")
	_, shown := h.apiState(t, id)
	state := h.goes(t, editor, id)
	if state == shown || h.now(t, id).Spec.(*securityhub.JiraCloud).State() != shown {
		t.Fatal("a person's state is the one that everybody sees, or has replaced it")
	}
	const another = "Somebody else began this authorisation, so nothing was changed."
	for _, a := range []access.Actor{rivalEditor, admin} {
		_, err := h.ReturnConsent(t.Context(), a, "", state, "theirs")
		refusedFor(t, "ReturnConsent() by "+a.ID, err, another)
	}
	p, err := h.ReturnConsent(t.Context(), editor, "", state, "good")
	if err != nil || p.Connector != id || !p.Begun || o.asked() != 0 {
		t.Fatalf("ReturnConsent() = %+v, %v after %d exchanges, want the code kept and nothing asked", p, err, o.asked())
	}
	if h.now(t, id).Spec.(*securityhub.JiraCloud).Authorised() {
		t.Error("coming back authorised the connector without a word of the person")
	}
	_, err = h.ReturnConsent(t.Context(), editor, "", state, "another code")
	refusedFor(t, "ReturnConsent() with a second code", err, "")
	for what, err := range map[string]error{
		"somebody else":     second(h.PendingConsent(t.Context(), rivalEditor, id, p.ID)),
		"another connector": second(h.PendingConsent(t.Context(), editor, aJira(t, h, ""), p.ID)),
		"an unknown id":     second(h.PendingConsent(t.Context(), editor, id, "nothing-has-this-id")),
		"taken by another":  second(h.TakeConsent(t.Context(), rivalEditor, id, p.ID, "")),
	} {
		if !errors.Is(err, connector.ErrNotFound) {
			t.Errorf("the consent for %s = %v, want not found", what, err)
		}
	}
	if seen, err := h.PendingConsent(t.Context(), editor, id, p.ID); err != nil || !seen.Code.Empty() || !seen.Brought.Tokens.Access.Empty() {
		t.Errorf("PendingConsent() = %+v, %v, want it without what is secret", seen, err)
	}
	kept, err := h.TakeConsent(t.Context(), editor, id, p.ID, "")
	if err != nil || !kept.Spec.(*securityhub.JiraCloud).Authorised() || o.asked() != 1 || o.codes[0] != "good" {
		t.Fatalf("TakeConsent() = %+v, %v with the codes %v", kept.Spec, err, o.codes)
	}
	if ev := h.events(t, "connector.consent-begun"); len(ev) != 1 || ev[0].Actor != "user:edda" || ev[0].Object != "connector:"+id {
		t.Errorf("events = %+v, want who began", ev)
	}
	if _, err := h.TakeConsent(t.Context(), editor, id, p.ID, ""); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("TakeConsent() again = %v, want not found", err)
	}
	// Once more, on a connector that is authorised already.
	if kept, err := h.TakeConsent(t.Context(), editor, id, h.back(t, editor, id), ""); err != nil || kept.Version <= 2 {
		t.Errorf("TakeConsent() of a second authorisation = %v, %v", kept.Version, err)
	}
}

// TestACraftedLinkTakesNoAccount is the attack: who may read the connector knows the state of its AuthUrl, and brings an editor to the
// callback with a code of an account of their own.
func TestACraftedLinkTakesNoAccount(t *testing.T) {
	h, o := letting(t)
	id := anInvited(t, h, "")
	identifier, shown := h.apiState(t, id)
	state := h.goes(t, editor, id) // the editor is about to authorise, too
	p, err := h.ReturnConsent(t.Context(), editor, identifier, shown, "the attacker's")
	if err != nil || p.Begun || o.asked() > 0 {
		t.Fatalf("ReturnConsent() = %+v, %v after %d exchanges, want it kept as one that nobody began here", p, err, o.asked())
	}
	mine, err := h.ReturnConsent(t.Context(), editor, "", state, "good")
	if err != nil || mine.ID == p.ID {
		t.Fatalf("ReturnConsent() = %+v, %v, want the editor's own beside it", mine, err)
	}
	if _, err := h.TakeConsent(t.Context(), editor, id, mine.ID, ""); err != nil || len(o.codes) != 1 || o.codes[0] != "good" {
		t.Errorf("TakeConsent() = %v with the codes %v, want the editor's own", err, o.codes)
	}
	// The attacker's is worth nothing any more.
	if _, err := h.TakeConsent(t.Context(), editor, id, p.ID, ""); !errors.Is(err, connector.ErrNotFound) || o.asked() != 1 {
		t.Errorf("TakeConsent() of the crafted one = %v, want not found", err)
	}
	for what, of := range map[string][2]string{"no state": {identifier, ""}, "a forged one": {identifier, shown[:32] + "00"}, "no connector": {"", "x"}} {
		_, err := h.ReturnConsent(t.Context(), editor, of[0], of[1], "code")
		refusedFor(t, "ReturnConsent() with "+what, err, "")
	}
	// What came through the vendor's API is taken too, on the person's word, as long as the connector still waits for it.
	id = aJira(t, h, "")
	identifier, shown = h.apiState(t, id)
	p, err = h.ReturnConsent(t.Context(), editor, identifier, shown, "good")
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := h.TakeConsent(t.Context(), editor, id, p.ID, ""); err != nil || !kept.Spec.(*securityhub.JiraCloud).Authorised() {
		t.Errorf("TakeConsent() of one from elsewhere = %v", err)
	}
}

// TestAStateIsGoodForOneAuthorisation has a program finish with the very state that a person is about to finish with.
func TestAStateIsGoodForOneAuthorisation(t *testing.T) {
	h, o := letting(t)
	id := anInvited(t, h, "")
	identifier, shown := h.apiState(t, id)
	p, err := h.ReturnConsent(t.Context(), editor, identifier, shown, "late")
	if err != nil {
		t.Fatal(err)
	}
	o.during = func() {
		o.during = nil
		if _, err := h.Consent(t.Context(), admin, h.hub, identifier, shown, "quick"); err != nil {
			t.Errorf("Consent() = %v", err)
		}
	}
	if _, err := h.TakeConsent(t.Context(), editor, id, p.ID, ""); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("TakeConsent() with a state that is used up = %v, want not found", err)
	}
	if tokens, err := h.store.OAuthTokens(t.Context(), id); err != nil || tokens.Access.Reveal() != "access quick" {
		t.Errorf("OAuthTokens() = %v, %v, want those of whoever was first", tokens.Access.Reveal(), err)
	}
}

func TestAConsentIsNotWaitedForLong(t *testing.T) {
	h, _ := letting(t)
	id := anInvited(t, h, "")
	state := h.goes(t, editor, id)
	h.clock.pass(10 * time.Minute)
	_, err := h.ReturnConsent(t.Context(), editor, "", state, "good")
	refusedFor(t, "ReturnConsent() after ten minutes", err, "")
	pending := h.back(t, editor, id)
	h.clock.pass(10 * time.Minute)
	if _, err := h.TakeConsent(t.Context(), editor, id, pending, ""); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("TakeConsent() after ten minutes = %v, want not found", err)
	}
	// A new one of the same person takes the old one's place.
	first := h.goes(t, editor, id)
	h.goes(t, editor, id)
	_, err = h.ReturnConsent(t.Context(), editor, "", first, "good")
	refusedFor(t, "ReturnConsent() to an older one", err, "")
}

func TestOneOfSeveralSitesIsChosen(t *testing.T) {
	h, o := letting(t)
	id := anInvited(t, h, "")
	p, err := h.ReturnConsent(t.Context(), editor, "", h.goes(t, editor, id), "two")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.TakeConsent(t.Context(), editor, id, p.ID, ""); !errors.Is(err, registry.ErrManySites) {
		t.Fatalf("TakeConsent() for two sites = %v, want a choice asked for", err)
	}
	seen, err := h.PendingConsent(t.Context(), editor, id, p.ID)
	if err != nil || len(seen.Brought.Sites) != 2 || seen.Brought.Sites[1].Name != "beta" || !seen.Brought.Tokens.Access.Empty() || !seen.Code.Empty() {
		t.Errorf("PendingConsent() = %+v, %v, want the sites and nothing secret", seen, err)
	}
	var problems connector.Problems
	if _, err := h.TakeConsent(t.Context(), editor, id, p.ID, "cloud-of-another"); !errors.As(err, &problems) || problems.At("site") == "" {
		t.Errorf("TakeConsent() of a site that was not offered = %v, want a problem", err)
	}
	if _, err := h.TakeConsent(t.Context(), editor, id, p.ID, ""); !errors.Is(err, registry.ErrManySites) {
		t.Errorf("TakeConsent() without a choice = %v, want it asked for again", err)
	}
	kept, err := h.TakeConsent(t.Context(), editor, id, p.ID, "cloud-2")
	if s := kept.Spec.(*securityhub.JiraCloud); err != nil || s.CloudID != "cloud-2" || s.Domain != "https://beta.atlassian.net" || o.asked() != 1 {
		t.Errorf("TakeConsent() = %+v, %v after %d exchanges, want the second site and one exchange", s, err, o.asked())
	}
	if tokens, err := h.store.OAuthTokens(t.Context(), id); err != nil || tokens.Access.Reveal() != "access two" {
		t.Errorf("OAuthTokens() = %v", err)
	}
}

func TestACodeIsTriedAgainOnlyWhenNobodyHasSeenIt(t *testing.T) {
	h, o := letting(t)
	id := anInvited(t, h, "")
	take := func(code string) (pending string, err error) {
		t.Helper()
		p, err := h.ReturnConsent(t.Context(), editor, "", h.goes(t, editor, id), code)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.TakeConsent(t.Context(), editor, id, p.ID, "")
		return p.ID, err
	}
	down, err := take("down")
	refusedFor(t, "TakeConsent() that reaches nobody", err, "Not reached.")
	if _, err := h.TakeConsent(t.Context(), editor, id, down, ""); err == nil || o.asked() != 2 {
		t.Errorf("TakeConsent() again = %v after %d exchanges, want it tried again", err, o.asked())
	}
	bad, err := take("bad")
	refusedFor(t, "TakeConsent() of a bad code", err, "Not taken.")
	if _, err := h.TakeConsent(t.Context(), editor, id, bad, ""); !errors.Is(err, connector.ErrNotFound) || o.asked() != 3 {
		t.Errorf("TakeConsent() of a bad code again = %v after %d exchanges, want it forgotten", err, o.asked())
	}
}

// TestTwoClicksExchangeACodeOnce has the same consent taken twice at once: a server may end everything that it gave when a code comes twice.
func TestTwoClicksExchangeACodeOnce(t *testing.T) {
	h, o := letting(t)
	id := anInvited(t, h, "")
	pending := h.back(t, editor, id)
	there, on := make(chan struct{}), make(chan struct{})
	o.during = func() { close(there); <-on }
	var first error
	var wait sync.WaitGroup
	wait.Go(func() { _, first = h.TakeConsent(t.Context(), editor, id, pending, "") })
	<-there
	if _, err := h.TakeConsent(t.Context(), editor, id, pending, ""); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("TakeConsent() while it is being taken = %v, want a conflict", err)
	}
	close(on)
	wait.Wait()
	if first != nil || o.asked() != 1 {
		t.Errorf("TakeConsent() = %v after %d exchanges, want one", first, o.asked())
	}
}

// late is a store that lets something happen right after a consent was read, once.
type late struct {
	*store.Store
	then func()
}

func (l *late) Consent(ctx context.Context, id string, now time.Time) (connector.PendingConsent, error) {
	p, err := l.Store.Consent(ctx, id, now)
	if then := l.then; then != nil {
		l.then = nil
		then()
	}
	return p, err
}

// TestASecondClickGoesOnWhereTheFirstEnded has one click read a consent before, and hold it after, another has exchanged its code: the code is
// good once, so what the first brought must neither be asked for again nor be written over.
func TestASecondClickGoesOnWhereTheFirstEnded(t *testing.T) {
	disk, o := &late{}, &consents{}
	h := asking(t, o, func(st *store.Store) registry.OAuthApps { disk.Store = st; return disk })
	id := anInvited(t, h, "")
	p, err := h.ReturnConsent(t.Context(), editor, "", h.goes(t, editor, id), "two")
	if err != nil {
		t.Fatal(err)
	}
	disk.then = func() {
		if _, err := h.TakeConsent(t.Context(), editor, id, p.ID, ""); !errors.Is(err, registry.ErrManySites) {
			t.Errorf("TakeConsent() of the first = %v, want a choice asked for", err)
		}
	}
	kept, err := h.TakeConsent(t.Context(), editor, id, p.ID, "cloud-2")
	if s, ok := kept.Spec.(*securityhub.JiraCloud); err != nil || !ok || s.CloudID != "cloud-2" || o.asked() != 1 {
		t.Errorf("TakeConsent() of the second = %v after %d exchanges, want the second site and one exchange", err, o.asked())
	}
	if tokens, err := h.store.OAuthTokens(t.Context(), id); err != nil || tokens.Access.Reveal() != "access two" {
		t.Errorf("OAuthTokens() = %q, %v, want those of the one exchange", tokens.Access.Reveal(), err)
	}
}

func TestNothingOfAConsentIsOnTheDiskInClear(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	h := lettingIn(t, dir)
	id := anInvited(t, h, "")
	address, err := h.BeginConsent(t.Context(), editor, id)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	state := u.Query().Get("state")
	if _, err := h.ReturnConsent(t.Context(), editor, "", state, "canary-code-7c1d"); err != nil {
		t.Fatal(err)
	}
	onDisk(t, dir, state, false)
	onDisk(t, dir, "canary-code-7c1d", false)
	onDisk(t, dir, id, true) // or the search proves nothing
}

// onDisk looks for a text in what was written last.
func onDisk(t *testing.T, dir, text string, want bool) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(dir, "patchbay.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Contains(log, []byte(text)); got != want {
		t.Errorf("the database's log has %q: %v, want %v", text, got, want)
	}
}
