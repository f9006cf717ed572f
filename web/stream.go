package web

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"patchbay/connector"
)

// Component is something that can be drawn.
type Component = templ.Component

// Stream is an answer that goes on: server-sent events. Make one with [OpenStream]. No part of it waits for a slow reader for long.
type Stream struct {
	c       echo.Context
	control *http.ResponseController
}

// patience is how long a reader may take for one part.
const patience = 10 * time.Second

// OpenStream begins the answer.
func OpenStream(c echo.Context) (*Stream, error) {
	s := &Stream{c, http.NewResponseController(c.Response())}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy in between would collect it
	c.Response().WriteHeader(http.StatusOK)
	return s, s.put(": here\n\n")
}

// Send sends a component as an unnamed message, which the page swaps in. A client that was cut off says the id that it saw last.
func (s *Stream) Send(id string, part Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	if err := part.Render(s.c.Request().Context(), buf); err != nil {
		return err
	}
	var out strings.Builder
	out.WriteString("id: " + id + "\n")
	for line := range bytes.Lines(buf.Bytes()) {
		// A carriage return would end a line too, wherever it came from.
		out.WriteString("data: " + strings.ReplaceAll(strings.TrimRight(string(line), "\r\n"), "\r", " ") + "\n")
	}
	return s.put(out.String() + "\n")
}

// Event sends a message with a name and nothing in it: the page hears of it and swaps nothing.
func (s *Stream) Event(name string) error { return s.put("event: " + name + "\ndata:\n\n") }

// Beat sends a sign of life that no page sees.
func (s *Stream) Beat() error { return s.put(":\n\n") }

// Retry asks the client to come back after a while, since the stream is about to end before there is an end to tell.
func (s *Stream) Retry(after time.Duration) error {
	return s.put("retry: " + strconv.FormatInt(after.Milliseconds(), 10) + "\nevent: later\ndata:\n\n")
}

// put sends a piece at once. Each has a deadline of its own: the server's is for answers that are sent in one go.
func (s *Stream) put(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.c.Response().Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}

// LastSeen gives the id that a client saw last before it was cut off; "" for one that begins.
func LastSeen(c echo.Context) string { return c.Request().Header.Get("Last-Event-ID") }

// SessionKey tells sessions apart, without being worth anything to whoever learns it; "" without a session.
func SessionKey(c echo.Context) string {
	if row, ok := sessionRow(c); ok {
		return string(row.Hash)
	}
	return ""
}

// Alive reports whether the session that the request came with still lets its user in, looked up afresh: an answer that goes on for long
// asks between its parts. It does not count as a use of the session.
func Alive(c echo.Context) (bool, error) {
	cfg, _ := c.Get(configKey).(Config)
	row, ok := sessionRow(c)
	if !ok {
		return false, nil
	}
	latest, _, err := cfg.Sessions.keeper.Session(c.Request().Context(), row.Hash)
	if errors.Is(err, connector.ErrNotFound) {
		return false, nil
	}
	return err == nil && cfg.Now().Before(ends(latest)), err
}
