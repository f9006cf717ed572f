package handlers

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"patchbay/registry"
	"patchbay/views"
	"patchbay/web"
)

// Streaming is how pages are kept up while a check runs. A member that is 0 stands for its default.
type Streaming struct {
	Beat       time.Duration // between two signs of life on a quiet stream; 15 s
	PerSession int           // streams of one session that are held open; 4
	InAll      int           // streams that are held open; 256
}

// streams are those that are held open. One too many is not refused: it tells how things stand and ends, and the page comes back a little
// later, so that it is never left behind.
type streams struct {
	Streaming
	quit chan struct{}
	end  sync.Once

	mu   sync.Mutex
	all  int
	held map[string]int // by session
}

// comeBack is when a page asks again that found no room for its stream.
const comeBack = 3 * time.Second

func newStreams() *streams {
	return &streams{Streaming: Streaming{Beat: 15 * time.Second, PerSession: 4, InAll: 256}, quit: make(chan struct{}), held: map[string]int{}}
}

// Stream sets how pages are kept up. Call it before the first request.
func (h *Handlers) Stream(s Streaming) {
	for _, set := range []struct{ from, to *int }{{&s.PerSession, &h.streams.PerSession}, {&s.InAll, &h.streams.InAll}} {
		if *set.from > 0 {
			*set.to = *set.from
		}
	}
	if s.Beat > 0 {
		h.streams.Beat = s.Beat
	}
}

// Quit ends all streams: a server that stops waits for every answer that still goes on.
func (h *Handlers) Quit() { h.streams.end.Do(func() { close(h.streams.quit) }) }

// hold takes a place for a stream of a session; ok is false when there is none. free gives it back.
func (s *streams) hold(session string) (free func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= s.InAll || s.held[session] >= s.PerSession {
		return func() {}, false
	}
	s.all++
	s.held[session]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.held[session]--; s.held[session] == 0 {
			delete(s.held, session)
		}
	}, true
}

// ended is the id of the last message; the others count what there was to see.
const ended = 1_000_000

func idOf(live registry.Live) int {
	switch {
	case !live.Ended.IsZero():
		return ended
	case live.Waits:
		return 0
	}
	return 1 + len(live.Steps)
}

// follow keeps a page up with a run until its end: look tells how it stands, draw draws that, and at the end the whole panel.
func (h *Handlers) follow(c echo.Context, look func(context.Context) (registry.Live, error), draw func(registry.Live) (web.Component, error)) error {
	ctx := c.Request().Context()
	live, err := look(ctx)
	if err != nil {
		return err
	}
	free, held := h.streams.hold(web.SessionKey(c))
	defer free()
	out, err := web.OpenStream(c)
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(web.LastSeen(c))
	if err != nil {
		seen = -1
	}
	beat := time.NewTicker(h.streams.Beat)
	defer beat.Stop()
	for {
		if id := idOf(live); id != seen {
			part, err := draw(live)
			if err != nil {
				return h.breakOff(c, out, views.StreamBroken(), err)
			}
			if err := out.Send(strconv.Itoa(id), part); err != nil {
				return err
			}
			seen = id
		}
		switch {
		case seen == ended:
			return out.Event("end")
		case !held:
			return out.Retry(comeBack)
		}
		select {
		case <-live.More: // never, when another program has the run: then the beat looks after it
		case <-beat.C:
			if err := out.Beat(); err != nil {
				return err
			}
		case <-h.streams.quit:
			return nil
		case <-ctx.Done():
			return nil
		}
		if alive, err := web.Alive(c); err != nil || !alive {
			return h.breakOff(c, out, views.SessionOver(), err)
		}
		if live, err = look(ctx); err != nil {
			return h.breakOff(c, out, views.StreamBroken(), err)
		}
	}
}

// breakOff says on the page why it is not kept up any more, and that it need not come back for more.
func (h *Handlers) breakOff(c echo.Context, out *web.Stream, why web.Component, err error) error {
	ctx := c.Request().Context()
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the browser went away: nobody is there to be told
	}
	if err != nil {
		slog.WarnContext(ctx, "a page could not be kept up", "id", web.RequestID(c), "error", err)
	}
	if err := out.Send(strconv.Itoa(ended), why); err != nil {
		return err
	}
	return out.Event("end")
}
