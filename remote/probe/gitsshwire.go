package probe

import (
	"errors"
	"net"
	"strings"
	"sync"
	"unicode"

	"patchbay/remote"
)

// conversation is how many bytes a server may send in all. The library lets a server run ahead of its reader by 2 MiB for each
// command, and a check runs two at most; refs themselves are read up to the limit of an HTTP answer.
const conversation = 4<<20 + 2*remote.BodyLimit

// What a limit cannot do: the library hands packets over in a queue of sixteen, and when it gives up a conversation while the queue is
// full, some of its goroutines wait for ever. Only a server whose host key a person has accepted gets as far as to provoke that.

// wire is a connection that remembers how it began, how much went over it and what broke it: the library tells its readers the end of
// a connection that broke as the plain end of what they read.
type wire struct {
	net.Conn

	mu   sync.Mutex
	head []byte
	in   int64
	out  int64
	err  error
}

// Read implements [net.Conn].
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.in += int64(n)
	const most = 1 << 10
	if room := most - len(w.head); room > 0 {
		w.head = append(w.head, p[:min(n, room)]...)
	}
	if w.in > conversation {
		err = remote.ErrTooLarge
	}
	w.ends(err)
	return n, err
}

// Write implements [net.Conn].
func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out += int64(n)
	w.ends(err)
	return n, err
}

// ends keeps the first error. That we hung up ourselves says nothing: the library does so after every other error.
func (w *wire) ends(err error) {
	if w.err == nil && !errors.Is(err, net.ErrClosed) {
		w.err = err
	}
}

// written tells how many bytes were sent so far.
func (w *wire) written() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out
}

// broken gives the error that ended the connection, io.EOF too, or nil.
func (w *wire) broken() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// banner is the line with which the server says that it speaks SSH, or else the first line that it sent; "" when that is no text.
func (w *wire) banner() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := strings.Split(string(w.head), "\n")
	for _, line := range lines {
		if isBanner(line) {
			return remote.Excerpt(line, 80)
		}
	}
	first := strings.TrimSpace(lines[0])
	if strings.ContainsFunc(first, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return remote.Excerpt(first, 80)
}

// silent tells whether not a single byte came.
func (w *wire) silent() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.in == 0
}

func isBanner(line string) bool { return strings.HasPrefix(line, "SSH-") }
