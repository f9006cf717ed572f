package main

import (
	"log"
	"log/slog"
	"strings"
)

// logTo lets the whole program log to one place, and the standard library too.
func logTo(l *slog.Logger) {
	slog.SetDefault(l)
	log.SetOutput(hushed{l}) // in place of what SetDefault put there
}

// hushed takes what the standard library logs by itself. Of an answer that nobody asked for, net/http quotes the first four thousand bytes:
// whoever sends one may have been given a secret, and may send it back. So a line is kept up to its first quotation mark.
type hushed struct{ to *slog.Logger }

// Write implements [io.Writer].
func (h hushed) Write(line []byte) (int, error) {
	text, _, quotes := strings.Cut(strings.TrimSpace(string(line)), `"`)
	if quotes {
		text += "…"
	}
	h.to.Warn(text)
	return len(line), nil
}
