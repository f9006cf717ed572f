package registry

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"patchbay/access"
)

// RequestLog keeps the lines of the request log behind the requests: a program at a door never waits for its line. When the store cannot
// keep up, lines are dropped and counted rather than held without bound. Make one with [NewRequestLog] and end it with Close.
type RequestLog struct {
	doors   Doors
	lines   chan access.Request
	dropped atomic.Int64
	busy    sync.WaitGroup
	once    sync.Once
}

// waitingLines is how many lines may wait to be kept.
const waitingLines = 4096

// NewRequestLog begins to keep lines.
func NewRequestLog(d Doors) *RequestLog {
	l := &RequestLog{doors: d, lines: make(chan access.Request, waitingLines)}
	l.busy.Go(func() {
		failing := false
		for line := range l.lines {
			err := l.doors.NoteRequest(context.Background(), line)
			if (err != nil) != failing { // said once, not for every line of a full disk
				failing = err != nil
				slog.Warn("the request log", "failing", failing, "error", err)
			}
		}
	})
	return l
}

// Note keeps a line soon.
func (l *RequestLog) Note(line access.Request) {
	select {
	case l.lines <- line:
	default:
		l.dropped.Add(1)
	}
}

// Dropped tells how many lines were not kept because too many waited.
func (l *RequestLog) Dropped() int64 { return l.dropped.Load() }

// Close keeps what waits and ends. Nothing may be noted after it.
func (l *RequestLog) Close() {
	l.once.Do(func() { close(l.lines) })
	l.busy.Wait()
}
