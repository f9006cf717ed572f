package connector

import (
	"strings"
	"unicode/utf8"
)

func cut(s, sep string) (before, after string, found bool) { return strings.Cut(s, sep) }

func join(words []string, sep string) string { return strings.Join(words, sep) }

// Clean takes away what pasting brings along: outer white space, zero-width and direction marks, a byte-order mark,
// and, in one-line text, line breaks. Inner line breaks of long text stay, with \n as the only form.
func Clean(s string, long bool) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff', utf8.RuneError, 0,
			'\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
			return -1
		case '\u00a0', '\u202f':
			return ' '
		}
		return r
	}, s)
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.TrimSpace(s)
	if !long {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	return s
}

// words splits a list as people type it: at commas and line breaks. Doubles go, order stays.
func words(s string) []string {
	return Unique(strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }))
}

// Unique cleans each word and drops empty ones and doubles; the order stays.
func Unique(in []string) []string {
	var out []string
next:
	for _, w := range in {
		w = Clean(w, false)
		if w == "" {
			continue
		}
		for _, had := range out {
			if had == w {
				continue next
			}
		}
		out = append(out, w)
	}
	return out
}
