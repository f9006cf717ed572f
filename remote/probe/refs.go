package probe

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
)

// refs is what a list of refs says: how many, and where HEAD leads. Names and contents are not kept.
type refs struct {
	count int
	head  string // "refs/heads/main", or "" when there is none
}

// errNotRefs is an answer that does not follow the Git protocol.
var errNotRefs = errors.New("the answer is not a list of refs")

// readAdvertised reads the answer to info/refs. go-git frames the lines; what is in them is read here, because its own reader
// gives up on repositories with SHA-256 names, and says nothing of a list that is cut at a limit. In that case the refs
// that came before are given together with the error.
func readAdvertised(r io.Reader) (refs, error) {
	lines := scan(r)
	if !lines.Scan() || string(bytes.TrimSuffix(lines.Bytes(), []byte("\n"))) != "# service=git-upload-pack" {
		return refs{}, wrong(lines)
	}
	if !lines.Scan() || len(lines.Bytes()) != 0 {
		return refs{}, wrong(lines)
	}
	return readList(lines)
}

// readList reads the refs themselves, which is all that is said over SSH.
func readList(lines *scanner) (refs, error) {
	var found refs
	for first := true; lines.Scan(); {
		line := string(lines.Bytes())
		if line == "" {
			return found, nil // the flush at the end: the list is whole
		}
		line = strings.TrimSuffix(line, "\n")
		if first {
			var capabilities string
			if line == "version 1" {
				continue
			}
			line, capabilities, _ = strings.Cut(line, "\x00")
			found.head = symbolic(capabilities, "symref=HEAD:")
			first = false
		}
		if !found.take(line) {
			return found, errNotRefs
		}
	}
	return found, wrong(lines)
}

// take counts one line, and tells whether it is one.
func (f *refs) take(line string) bool {
	if rest, ok := strings.CutPrefix(line, "shallow "); ok {
		return isHash(rest)
	}
	hash, name, ok := strings.Cut(line, " ")
	if !ok || !isHash(hash) || name == "" || strings.ContainsAny(name, " \x00") {
		return false
	}
	switch {
	case name == "capabilities^{}" || strings.HasSuffix(name, "^{}"): // not a ref of its own
	default:
		f.count++
		if name == "HEAD" && f.head == "" {
			f.head = hash[:12]
		}
	}
	return true
}

// readHead reads the answer of protocol version 2 to a question for HEAD alone.
func readHead(r io.Reader) (string, error) {
	lines := scan(r)
	head := ""
	for lines.Scan() {
		line := strings.TrimSuffix(string(lines.Bytes()), "\n")
		if line == "" {
			return head, nil
		}
		hash, rest, _ := strings.Cut(line, " ")
		if !isHash(hash) || rest == "" {
			return "", errNotRefs
		}
		if head = symbolic(rest, "symref-target:"); head == "" {
			head = hash[:12]
		}
	}
	return "", wrong(lines)
}

// headQuestion asks, in version 2, for HEAD and what it points at.
func headQuestion() string {
	line := func(s string) string {
		return string("0123456789abcdef"[(len(s)+4)>>4]) + string("0123456789abcdef"[(len(s)+4)&15]) + s
	}
	return "00" + line("command=ls-refs\n") + "0001" + "00" + line("symrefs\n") + "00" + line("ref-prefix HEAD\n") + "0000"
}

// scanner keeps the error of the connection: go-git's tells some of them as a malformed line.
type scanner struct {
	*pktline.Scanner
	in *source
}

func scan(r io.Reader) *scanner {
	in := &source{Reader: r}
	return &scanner{pktline.NewScanner(in), in}
}

type source struct {
	io.Reader
	err error
}

// Read implements [io.Reader].
func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// wrong is why the lines ended: the error of the connection if there is one, else that these are not the lines of Git.
func wrong(lines *scanner) error {
	if lines.in.err != nil {
		return lines.in.err
	}
	switch err := lines.Err(); {
	case err == nil || errors.Is(err, pktline.ErrInvalidPktLen):
		return errNotRefs
	default:
		return err
	}
}

func symbolic(words, key string) string {
	for word := range strings.FieldsSeq(words) {
		if target, ok := strings.CutPrefix(word, key); ok {
			return target
		}
	}
	return ""
}

func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}
