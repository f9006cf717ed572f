package gittest

import (
	"fmt"
	"io"
	"net"
	"sync"

	"golang.org/x/crypto/ssh"
)

// Play is how an SSH server inside this process behaves, for what no real server does.
type Play struct {
	// Config says what it takes and what it is known by.
	Config *ssh.ServerConfig
	// Wire may put something between the server and its connection; nil leaves it alone.
	Wire func(net.Conn) net.Conn
	// Closed refuses every channel.
	Closed bool
	// Run answers a command on its channel and gives the exit status, or [Silence] or [Hangup]; nil refuses every command. env is what
	// was set before.
	Run func(command string, env map[string]string, channel ssh.Channel) (status int)
	// Then is called when somebody was let in, before any channel is served; nil does nothing.
	Then func(*ssh.ServerConn)
}

// What a [Play.Run] may give instead of an exit status.
const (
	Silence = -1 // the channel stays open, and nothing is said of the end
	Hangup  = -2 // the connection is reset
)

// Played is a running server of that kind.
type Played struct {
	Address string // "127.0.0.1:40323"

	play     Play
	listener net.Listener
	all      sync.WaitGroup
	mu       sync.Mutex
	open     map[net.Conn]bool
	commands []string
}

// Start starts the server on a loopback port.
func (p Play) Start() (*Played, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	s := &Played{Address: listener.Addr().String(), play: p, listener: listener, open: map[net.Conn]bool{}}
	s.all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open[conn] = true
			s.mu.Unlock()
			s.all.Go(func() {
				s.serve(conn)
				_ = conn.Close() // the other side may have done so
				s.mu.Lock()
				delete(s.open, conn)
				s.mu.Unlock()
			})
		}
	})
	return s, nil
}

// Commands lists what the server was told to run, in its order.
func (s *Played) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.commands...)
}

// Close ends the server and all connections to it.
func (s *Played) Close() error {
	err := s.listener.Close()
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close() // the other side may have done so
	}
	s.mu.Unlock()
	s.all.Wait()
	return err
}

func (s *Played) serve(line net.Conn) {
	if s.play.Wire != nil {
		line = s.play.Wire(line)
	}
	conn, channels, requests, err := ssh.NewServerConn(line, s.play.Config)
	if err != nil {
		return
	}
	var all sync.WaitGroup
	all.Go(func() { ssh.DiscardRequests(requests) })
	if s.play.Then != nil {
		s.play.Then(conn)
	}
	for offered := range channels {
		if s.play.Closed {
			_ = offered.Reject(ssh.Prohibited, "nobody works here") // who has hung up hears nothing
			continue
		}
		channel, requests, err := offered.Accept()
		if err != nil {
			continue
		}
		all.Go(func() { s.session(line, channel, requests) })
	}
	all.Wait()
}

func (s *Played) session(line net.Conn, channel ssh.Channel, requests <-chan *ssh.Request) {
	env := map[string]string{}
	var running sync.WaitGroup
	for r := range requests {
		switch r.Type {
		case "env":
			var set struct{ Name, Value string }
			if ssh.Unmarshal(r.Payload, &set) == nil {
				env[set.Name] = set.Value
			}
			_ = r.Reply(true, nil) // who has hung up needs no answer, here and below
		case "exec":
			var run struct{ Command string }
			if ssh.Unmarshal(r.Payload, &run) != nil || s.play.Run == nil {
				_ = r.Reply(false, nil)
				continue
			}
			s.mu.Lock()
			s.commands = append(s.commands, run.Command)
			s.mu.Unlock()
			_ = r.Reply(true, nil)
			running.Go(func() {
				switch status := s.play.Run(run.Command, env, channel); status {
				case Silence:
				case Hangup:
					if tcp, ok := line.(*net.TCPConn); ok {
						_ = tcp.SetLinger(0) // it is closed at once
					}
					_ = line.Close()
				default:
					_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
					_ = channel.Close()
				}
			})
		default:
			_ = r.Reply(false, nil)
		}
	}
	running.Wait()
}

// Says is a [Play.Run] that writes the texts to the two streams and ends with the status.
func Says(out, words string, status int) func(string, map[string]string, ssh.Channel) int {
	return func(_ string, _ map[string]string, channel ssh.Channel) int {
		_, _ = io.WriteString(channel, out)            // who has hung up
		_, _ = io.WriteString(channel.Stderr(), words) // hears nothing
		return status
	}
}
