package handlers_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/handlers"
	"patchbay/web"
)

func TestAStreamBringsTheStepsAndThenThePanel(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	base := c.served(t, nil)
	one, run, path := c.live(t, s)
	in := c.in(t, "viewer").listen(t, base, path, "")
	if in.StatusCode != http.StatusOK || !strings.HasPrefix(in.Header.Get("Content-Type"), "text/event-stream") || in.Header.Get("Cache-Control") != "no-store" ||
		!strings.Contains(in.Header.Get("Vary"), "Cookie") || in.Header.Get("Content-Security-Policy") == "" {
		t.Fatalf("the stream = %d with %v", in.StatusCode, in.Header)
	}
	first := in.must(t)
	says(t, "the first message", first.data, `hx-target="#steps"`, "waiting for the first step")
	for i, name := range []string{"Resolve", "Connect", "TLS"} {
		s.next <- step(name)
		m := in.must(t)
		says(t, "the message after "+name, m.data, name, "saw &lt;"+name+"&gt;", "waiting for the next step")
		if m.id != strconv.Itoa(i+2) || m.name != "" || strings.Contains(m.data, "<html") {
			t.Errorf("message = %+v, want a part of a page with the id %d", m, i+2)
		}
	}
	close(s.next)
	end := in.must(t)
	says(t, "the last message", end.data, `id="check"`, "data-over", run.ID, "GIT_REFS_LISTED", "Healthy", `hx-target="#recent"`, "1 of 1 healthy", `hx-target="#proven"`, "Resolve", "TLS")
	if strings.Contains(end.data, "hx-sse") || strings.Contains(end.data, "aria-busy") {
		t.Errorf("the last panel goes on listening: %s", end.data)
	}
	if m := in.must(t); m.name != "end" {
		t.Errorf("after the panel comes %+v, want the word that nothing more will", m)
	}
	in.over(t, "after the end")
	// What the stream brought is what a page shows that is loaded now.
	says(t, "the page", c.in(t, "viewer").get("/connectors/"+one.ID).Body.String(), "GIT_REFS_LISTED", "1 of 1 healthy", `id="check"`, `id="recent"`, `id="proven"`)
	// A stream of a run that is over has the panel at once, and that of the run's own page has the run alone.
	late := c.in(t, "viewer").listen(t, base, path+"?alone=yes", "")
	if m := late.must(t); !strings.Contains(m.data, `id="check"`) || strings.Contains(m.data, "#recent") {
		t.Errorf("the stream of the run's own page = %+v", m)
	}
}

func TestAReloadedPageGoesOnWhereItWas(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	base := c.served(t, nil)
	one, _, path := c.live(t, s)
	v := c.in(t, "viewer")
	before := v.listen(t, base, path, "")
	before.must(t)
	s.next <- step("Resolve")
	seen := before.must(t)
	_ = before.Body.Close()
	// The page itself has the steps so far, without scripts too, and looks again by itself.
	says(t, "the page", v.get("/connectors/"+one.ID).Body.String(), "saw &lt;Resolve&gt;", `hx-sse:connect="`+path+`"`, `aria-busy="true"`, `http-equiv="refresh"`)
	// A new stream begins with them; one that was cut off goes on with what is new.
	again := v.listen(t, base, path, "")
	says(t, "the first message of a new stream", again.must(t).data, "saw &lt;Resolve&gt;")
	resumed := v.listen(t, base, path, seen.id)
	s.next <- step("Connect")
	m := resumed.must(t)
	says(t, "the first message of one that was cut off", m.data, "saw &lt;Connect&gt;")
	if m.id == seen.id {
		t.Errorf("message %s came twice", m.id)
	}
	close(s.next)
	says(t, "its end", resumed.must(t).data, "GIT_REFS_LISTED")
	resumed.must(t)
	// Whoever has seen the end already is told that there is no more, and nothing else.
	done := v.listen(t, base, path, "1000000")
	if m := done.must(t); m.name != "end" {
		t.Errorf("after the end comes %+v, want nothing but the end", m)
	}
	for _, odd := range []string{"x", "-5", "99999999999999999999", "<script>"} {
		says(t, "the stream after the id "+odd, v.listen(t, base, path, odd).must(t).data, "GIT_REFS_LISTED")
	}
}

func TestAQuietStreamGivesSignsOfLifeAndOutlivesTheServersDeadlines(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s, stream: handlers.Streaming{Beat: 20 * time.Millisecond}})
	base := c.served(t, func(server *http.Server) {
		server.ReadTimeout, server.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	})
	_, _, path := c.live(t, s)
	in := c.in(t, "viewer").listen(t, base, path, "")
	in.must(t)
	for in.beats < 12 && in.lines.Scan() { // more than both deadlines together
		if strings.HasPrefix(in.lines.Text(), ":") {
			in.beats++
		}
	}
	close(s.next)
	says(t, "the end", in.must(t).data, "GIT_REFS_LISTED")
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	base := c.served(t, nil)
	one, _, path := c.live(t, s)
	v := c.in(t, "viewer")
	in := v.listen(t, base, path, "")
	in.must(t)
	if a := v.like().post("/logout"); a.Code != http.StatusSeeOther {
		t.Fatalf("logout = %d", a.Code)
	}
	s.next <- step("Resolve")
	m := in.must(t)
	says(t, "the last message", m.data, "Your session has ended")
	if strings.Contains(m.data, "Resolve") {
		t.Errorf("after the sign-out the stream says %s", m.data)
	}
	if m := in.must(t); m.name != "end" {
		t.Errorf("after the session came %+v, want the end", m)
	}
	in.over(t, "after the session")
	// So it does when the session grows too old.
	v = c.in(t, "viewer")
	in = v.listen(t, base, path, "")
	in.must(t)
	c.clock.pass(31 * time.Minute)
	s.next <- step("Connect")
	says(t, "the last message of an old session", in.must(t).data, "Your session has ended")
	// And nobody gets one without.
	for _, who := range []*visitor{c.nobody(), v} {
		if a := who.get(path, "HX-Request", "true"); a.Code != http.StatusUnauthorized || a.Header().Get("HX-Redirect") == "" || strings.Contains(a.Body.String(), one.ID) {
			t.Errorf("a stream without a session = %d %s", a.Code, a.Body)
		}
	}
	close(s.next)
}

func TestAStreamEndsWithTheServer(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	var server *http.Server
	base := c.served(t, func(is *http.Server) { server = is })
	_, _, path := c.live(t, s)
	in := c.in(t, "viewer").listen(t, base, path, "")
	in.must(t)
	stopped := make(chan error)
	go func() { stopped <- server.Shutdown(context.WithoutCancel(t.Context())) }()
	in.over(t, "after the stop") // or the shutdown would wait for the check, which waits for this test
	if err := <-stopped; err != nil {
		t.Errorf("Shutdown() = %v", err)
	}
	close(s.next)
}

func TestOneStreamTooManyTellsHowThingsStandAndComesBack(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s, stream: handlers.Streaming{Beat: 10 * time.Millisecond, PerSession: 2, InAll: 3}})
	base := c.served(t, nil)
	_, _, path := c.live(t, s)
	v, w := c.in(t, "viewer"), c.in(t, "editor")
	var held []*reader
	for _, who := range []*visitor{v, v, w} {
		in := who.listen(t, base, path, "")
		in.must(t)
		held = append(held, in)
	}
	for name, who := range map[string]*visitor{"a third of one session": v, "a fourth in all": w} {
		in := who.listen(t, base, path, "")
		says(t, name, in.must(t).data, "waiting for the first step")
		if m := in.must(t); m.name == "end" || in.retry != "3000" {
			t.Errorf("%s goes on with %+v and is to come back in %q ms, want in 3000", name, m, in.retry)
		}
		in.over(t, name)
	}
	s.next <- step("Resolve")
	for _, in := range held {
		says(t, "one that is held", in.must(t).data, "Resolve")
	}
	// When one is given back there is room again.
	_ = held[0].Body.Close()
	for {
		in := v.listen(t, base, path, "")
		in.must(t)
		in.beats = 0
		if in.lines.Scan(); !strings.HasPrefix(in.lines.Text(), "retry") { // the server has heard that the other one is gone
			_ = in.Body.Close()
			break
		}
	}
	close(s.next)
}

func TestAStreamSaysWhenItsConnectorIsGone(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	base := c.served(t, nil)
	one, _, path := c.live(t, s)
	in := c.in(t, "viewer").listen(t, base, path, "")
	in.must(t)
	if _, err := c.reg.Retire(t.Context(), root, one.ID, 0); err != nil {
		t.Fatal(err)
	}
	if err := c.reg.Purge(t.Context(), root, one.ID, one.Name); err != nil {
		t.Fatal(err)
	}
	s.next <- step("Resolve")
	says(t, "the last message", in.must(t).data, "Reload it to see how it stands")
	if m := in.must(t); m.name != "end" {
		t.Errorf("then comes %+v, want the end", m)
	}
	close(s.next)
	for _, gone := range []string{path, "/connectors/nobody/checks/nothing/events", "/drafts/nothing/events"} {
		if a := c.in(t, "editor").get(gone); a.Code != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", gone, a.Code)
		}
	}
}

func TestAStreamRendersNothingThatEndsALine(t *testing.T) {
	e := echo.New()
	w := httptest.NewRecorder()
	c := e.NewContext(httptest.NewRequest(http.MethodGet, "/", nil), w)
	out, err := web.OpenStream(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Send("7", text("one\ntwo\r\nevent: evil\rid: 9\n\ndata: x")); err != nil {
		t.Fatal(err)
	}
	in := &reader{lines: bufio.NewScanner(w.Body)}
	if m := in.must(t); m.id != "7" || m.name != "" || m.data != "one\ntwo\nevent: evil id: 9\n\ndata: x" {
		t.Errorf("message = %+v, want one, whole", m)
	}
	in.over(t, "after it")
}

type text string

func (t text) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(t))
	return err
}
