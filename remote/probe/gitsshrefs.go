package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote"
)

// use runs the command that lists the refs, the proof that the repository is there and readable, and ends with the code if they are
// whole.
func (s *sshAsking) use(ctx context.Context, conn ssh.Conn, code string) connector.Outcome {
	run, err := s.run(conn, "")
	if err != nil {
		return s.unlisted(ctx, refs{}, err, run)
	}
	found, err := readList(scan(run.out))
	switch {
	case err == nil:
		s.ends(connector.StepOK, listed(strconv.Itoa(found.count), found.head))
		run.leave()
		return s.end(code, "")
	case errors.Is(err, remote.ErrTooLarge) && found.count > 0:
		_ = run.channel.Close() // unread: the rest could be as long again
		head, err := s.head(conn)
		if err != nil {
			s.ends(connector.StepWarn, "more than "+strconv.Itoa(found.count)+" refs, and no shorter answer: "+reason(err))
			return s.end("GIT_REFS_UNFINISHED", "")
		}
		s.ends(connector.StepOK, listed("more than "+strconv.Itoa(found.count), head))
		return s.end(code, "")
	}
	return s.unlisted(ctx, found, err, run)
}

// head asks a repository with thousands of refs for HEAD alone, in version 2 of the protocol, on the connection that is there.
func (s *sshAsking) head(conn ssh.Conn) (string, error) {
	run, err := s.run(conn, "version=2")
	if err != nil {
		return "", err
	}
	defer run.leave()
	lines := scan(run.out)
	for first := true; lines.Scan() && len(lines.Bytes()) > 0; first = false {
		if first && strings.TrimSuffix(string(lines.Bytes()), "\n") != "version 2" {
			return "", errNotRefs
		}
	}
	if err := lines.Err(); err != nil {
		return "", err
	}
	if _, err := io.WriteString(run.channel, headQuestion()); err != nil {
		return "", err
	}
	return readHead(run.out)
}

// command is a program that runs at the other side. The library's own Session is not used: it stops listening at the first odd word
// about the program's end, and then a server that goes on talking holds the connection's goroutines for ever.
type command struct {
	channel ssh.Channel
	out     *atMost
	over    chan struct{} // closed when the channel is, and what was said on the way is known

	mu     sync.Mutex
	status int    // exit status; -1 while there is none
	words  []byte // the start of what came on the second stream
}

var errRefused = errors.New("the server does not run the command")

// run starts the command; version asks for another version of the protocol where it is not "".
func (s *sshAsking) run(conn ssh.Conn, version string) (*command, error) {
	channel, requests, err := conn.OpenChannel("session", nil)
	if err != nil {
		return nil, err
	}
	run := &command{channel: channel, out: &atMost{in: channel, left: remote.BodyLimit}, over: make(chan struct{}), status: -1}
	go run.listen(requests)
	if version != "" {
		set := ssh.Marshal(struct{ Name, Value string }{"GIT_PROTOCOL", version})
		if _, err := channel.SendRequest("env", true, set); err != nil { // a no shows in the answer
			return run, err
		}
	}
	started, err := channel.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{uploadPack(s.path)}))
	if err == nil && !started {
		err = errRefused
	}
	return run, err
}

// listen takes what is said beside the answer, until the channel ends: were it not taken, the connection would stand still.
func (c *command) listen(requests <-chan *ssh.Request) {
	var second sync.WaitGroup
	second.Go(func() { _, _ = io.Copy(c, c.channel.Stderr()) }) // its end is the channel's
	for r := range requests {
		if r.Type == "exit-status" && len(r.Payload) == 4 {
			c.mu.Lock()
			c.status = int(binary.BigEndian.Uint32(r.Payload) & 0xff)
			c.mu.Unlock()
		}
		if r.WantReply {
			_ = r.Reply(false, nil) // who has hung up needs none
		}
	}
	second.Wait()
	close(c.over)
}

// Write keeps the start of the second stream. It implements [io.Writer].
func (c *command) Write(p []byte) (int, error) {
	const most = 4 << 10
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := most - len(c.words); room > 0 {
		c.words = append(c.words, p[:min(len(p), room)]...)
	}
	return len(p), nil
}

// ended waits for the end of the command, or of the context, and gives what was said on the second stream and the exit status, -1
// for none.
func (c *command) ended(ctx context.Context) (words string, status int) {
	select {
	case <-c.over:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.words), c.status
}

// leave ends the command in order: the other side is told that nothing more is wanted. What that brings does not matter any more.
func (c *command) leave() {
	_, _ = io.WriteString(c.channel, "0000")
	_ = c.channel.Close()
}

// atMost reads up to a limit and then gives [remote.ErrTooLarge]. It remembers how the stream began.
type atMost struct {
	in   io.Reader
	left int
	head []byte
}

// Read implements [io.Reader].
func (a *atMost) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, remote.ErrTooLarge
	}
	n, err := a.in.Read(p[:min(len(p), a.left)])
	a.left -= n
	const most = 4 << 10
	if room := most - len(a.head); room > 0 {
		a.head = append(a.head, p[:min(n, room)]...)
	}
	return n, err
}

// more reads once more, so that more than a line's length is there to be shown of an answer that is none.
func (a *atMost) more() {
	if len(a.head) <= 4 {
		_, _ = a.Read(make([]byte, firstBytes*4)) // what does not come is not shown
	}
}
