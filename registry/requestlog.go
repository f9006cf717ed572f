package registry

import (
	"context"
	"log/slog"
	"strings"
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

// How long the texts of a line may be, in bytes. Whoever calls chooses most of them and need not have a credential, so none is kept as it came.
const (
	longestPath = 512
	longestWord = 128 // operation, credential and whatever else a line has
)

// unknownMethod stands in a line for a method that HTTP does not know.
const unknownMethod = "-"

// fit gives a line as it is kept: a method that HTTP knows, and a path of printable characters, which ends with "…" where it was cut.
func fit(line access.Request) access.Request {
	switch line.Method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT":
	default:
		line.Method = unknownMethod
	}
	line.Path = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' && r != '…' {
			return '?'
		}
		return r
	}, cutAt(line.Path, longestPath))
	for _, text := range []*string{&line.Vendor, &line.Workspace, &line.Operation, &line.Credential, &line.Connector, &line.ID, &line.Address} {
		*text = cutAt(*text, longestWord)
	}
	return line
}

// cutAt gives a text of at most n bytes, whole characters only, and a "…" after what was cut.
func cutAt(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}

// Note keeps a line soon, whatever a door puts into it.
func (l *RequestLog) Note(line access.Request) {
	line = fit(line) // before it waits, or what waits has no bound
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
