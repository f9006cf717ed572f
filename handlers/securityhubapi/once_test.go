package securityhubapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/registry"
)

// waiters are calls of one token that wait for the first of them, which opens its ticket until the test says that it may end.
type waiters struct {
	*house
	id      string
	answers chan reply
	end     func()
	late    *http.Request // the one for which there was no place, not sent again yet
}

// crowded fills the places to wait for one token. That all of them are taken shows by the one that is refused.
func crowded(t *testing.T, ctx context.Context) *waiters {
	t.Helper()
	w := &waiters{house: opened(t), answers: make(chan reply, 20)}
	w.secret(t)
	w.id = w.snow(t, "snow")
	there, on := make(chan struct{}, 20), make(chan struct{})
	w.during = func() { there <- struct{}{}; <-on }
	w.end = func() { close(on) }
	w.send(t, t.Context(), w.ticket(t))
	<-there
	all := map[string]*http.Request{}
	for range 9 {
		one := w.ticket(t)
		all[one.Header.Get("Authorization")] = one
		w.send(t, ctx, one)
	}
	refused := <-w.answers
	refused.refused(t, 429, "ThrottlingException", "Other calls with this ClientToken are on their way.")
	if refused.header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After = %q, want 5", refused.header.Get("Retry-After"))
	}
	w.late = all[refused.header.Get("sent")]
	return w
}

// ticket is the call, signed anew.
func (w *waiters) ticket(t *testing.T) *http.Request {
	t.Helper()
	return w.signed(t, w.keys[access.Editor], post, "/ticketsv2", w.body())
}

func (w *waiters) body() string {
	return `{"ClientToken":"t","ConnectorId":"` + w.id + `","FindingMetadataUid":"uid-1"}`
}

// send sends a request on the side; the answer says in its header which one it is to.
func (w *waiters) send(t *testing.T, ctx context.Context, req *http.Request) {
	t.Helper()
	signature := req.Header.Get("Authorization")
	go func() {
		answer, err := http.DefaultClient.Do(req.WithContext(ctx))
		if err != nil {
			w.answers <- reply{text: err.Error()}
			return
		}
		defer answer.Body.Close() //nolint:errcheck // it was read to its end
		text, err := io.ReadAll(answer.Body)
		answer.Header.Set("sent", signature)
		r := reply{status: answer.StatusCode, header: answer.Header, text: string(text)}
		if err = errors.Join(err, json.Unmarshal(text, &r.body)); err != nil {
			r = reply{text: err.Error()}
		}
		w.answers <- r
	}()
}

func TestCallsOfOneTokenWaitInNumbers(t *testing.T) {
	w := crowded(t, t.Context())
	w.end()
	for range 9 {
		if got := (<-w.answers); got.status != http.StatusOK || got.get("TicketId") != "T-1" {
			t.Errorf("a call that waited = %d %s, want the one ticket", got.status, got.text)
		}
	}
	// The one that found no place was not carried out, so the very same request may come again.
	again := w.late.Clone(t.Context())
	again.Body = io.NopCloser(strings.NewReader(w.body()))
	if got := w.do(t, again).ok(t); got.get("TicketId") != "T-1" || len(w.tickets) != 1 {
		t.Errorf("the refused call again = %s after %d tickets, want the one ticket", got.text, len(w.tickets))
	}
}

func TestWhoGivesUpNoLongerWaitsForATokensTurn(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	w := crowded(t, ctx)
	leave()
	for range 8 {
		if got := <-w.answers; got.status != 0 {
			t.Errorf("a call that was given up = %d %s", got.status, got.text)
		}
	}
	// While the first is still on its way the door has done with all the others.
	for {
		given := 0
		for _, line := range w.noted() {
			if line.Status == http.StatusRequestTimeout {
				given++
			}
		}
		if given == 8 {
			break
		}
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
		runtime.Gosched()
	}
	w.send(t, t.Context(), w.ticket(t)) // there is room again
	w.end()
	for range 2 {
		if got := <-w.answers; got.status != http.StatusOK || got.get("TicketId") != "T-1" {
			t.Errorf("a call that waited = %d %s, want the one ticket", got.status, got.text)
		}
	}
}

func TestARevokedKeyDoesNotOutliveItsWait(t *testing.T) {
	w := crowded(t, t.Context())
	if _, err := w.Revoke(t.Context(), admin, w.keys[access.Editor].ID); err != nil {
		t.Fatal(err)
	}
	w.end()
	statuses := map[int]int{}
	for range 9 {
		got := <-w.answers
		statuses[got.status]++
		if got.status != http.StatusOK {
			got.refused(t, 403, "UnrecognizedClientException", "was revoked")
		}
	}
	if statuses[http.StatusOK] != 1 || statuses[http.StatusForbidden] != 8 {
		t.Errorf("answers by status = %v, want the ticket that was begun, and eight refusals", statuses)
	}
}

func TestTooManyTicketsAtOnceAreThrottled(t *testing.T) {
	h := speaking(t, func(c *registry.Config) { c.Limits = registry.Limits{PerUser: 1} })
	h.secret(t)
	id := h.snow(t, "snow")
	w := &waiters{house: h, id: id, answers: make(chan reply, 1)}
	there, on := make(chan struct{}), make(chan struct{})
	h.during = func() { close(there); <-on }
	w.send(t, t.Context(), w.ticket(t))
	<-there
	for _, token := range []string{"", `"ClientToken":"another",`} {
		got := h.ask(t, access.Editor, post, "/ticketsv2", `{`+token+`"ConnectorId":"`+id+`","FindingMetadataUid":"uid-2"}`)
		got.refused(t, 429, "ThrottlingException", "no ticket was opened")
		if got.header.Get("Retry-After") == "" {
			t.Error("the refusal does not say when to come again")
		}
	}
	close(on)
	if got := <-w.answers; got.status != http.StatusOK {
		t.Errorf("the first = %d %s, want its ticket", got.status, got.text)
	}
	h.mu.Lock()
	h.during = nil
	h.mu.Unlock()
	h.ask(t, access.Editor, post, "/ticketsv2", `{"ClientToken":"another","ConnectorId":"`+id+`","FindingMetadataUid":"uid-2"}`).ok(t)
	if len(h.tickets) != 2 || !slices.ContainsFunc(h.noted(), func(l access.Request) bool { return l.Status == 429 && l.Operation == "CreateTicketV2" }) {
		t.Errorf("%d tickets were opened, want two, and a line for what was refused", len(h.tickets))
	}
}
