package rehearsal

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"golang.org/x/crypto/ssh"
)

// shells plays Git over SSH, each host with a key of its own:
//
//	git.example.test, code.example.test   take DeployKey, as whatever user
//	rebuilt.example.test                  the same, and shows another host key once Rebuild was called
//	old.example.test                      speaks old algorithms only
//
// Behind each of them are /acme/checkout.git and /retail/infra.git, with three refs, as paths from the root and without it. The user ann
// is greeted and gets nothing.
type shells struct {
	known ssh.PublicKey // of people

	mu   sync.Mutex
	all  map[string]*shell // by host
	open map[net.Conn]bool
	busy sync.WaitGroup
}

type shell struct {
	listener net.Listener
	config   *ssh.ServerConfig
}

// sshTime is how long one visit may last: a rehearsal is over by then.
const sshTime = 30 * time.Second

// openShells starts a server for each host, on free ports of loopback, and gives the private key that they take.
func openShells() (s *shells, deployKey string, err error) {
	known, deployKey, err := newSSHKey()
	if err != nil {
		return nil, "", err
	}
	s = &shells{known: known.PublicKey(), all: map[string]*shell{}, open: map[net.Conn]bool{}}
	for _, host := range []string{"git.example.test", "code.example.test", "rebuilt.example.test", "old.example.test"} {
		one := &shell{}
		if one.config, err = s.config(host == "old.example.test"); err == nil {
			one.listener, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			return nil, "", errors.Join(fmt.Errorf("open the rehearsal of %s: %w", host, err), s.close())
		}
		s.all[host] = one
		s.busy.Go(func() { s.listen(one) })
	}
	return s, deployKey, nil
}

func newSSHKey() (ssh.Signer, string, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("make an SSH key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, "", fmt.Errorf("make an SSH key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(key, "rehearsal")
	if err != nil {
		return nil, "", fmt.Errorf("write an SSH key: %w", err)
	}
	return signer, string(pem.EncodeToMemory(block)), nil
}

func (s *shells) config(old bool) (*ssh.ServerConfig, error) {
	host, _, err := newSSHKey()
	if err != nil {
		return nil, err
	}
	c := &ssh.ServerConfig{ServerVersion: "SSH-2.0-Rehearsal", PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(s.known.Marshal()) {
			return nil, errors.New("the key is not known")
		}
		return &ssh.Permissions{}, nil
	}}
	if old {
		c.KeyExchanges = []string{ssh.InsecureKeyExchangeDH14SHA1}
	}
	c.AddHostKey(host)
	return c, nil
}

// routes sends every host to where it listens.
func (s *shells) routes() map[string]string {
	out := map[string]string{}
	for host, one := range s.all {
		out[host+":22"] = one.listener.Addr().String()
	}
	return out
}

// Rebuild gives rebuilt.example.test another host key, as a server that was set up anew has one.
func (s *Server) Rebuild() error {
	c, err := s.shells.config(false)
	if err != nil {
		return err
	}
	s.shells.mu.Lock()
	defer s.shells.mu.Unlock()
	s.shells.all["rebuilt.example.test"].config = c
	return nil
}

func (s *shells) listen(one *shell) {
	for {
		conn, err := one.listener.Accept()
		if err != nil {
			return // closed, or lost: then the samples turn red
		}
		s.mu.Lock()
		s.open[conn] = true
		config := one.config
		s.mu.Unlock()
		s.busy.Go(func() {
			if conn.SetDeadline(time.Now().Add(sshTime)) == nil {
				visit(conn, config)
			}
			_ = conn.Close() // the visitor may have gone first
			s.mu.Lock()
			delete(s.open, conn)
			s.mu.Unlock()
		})
	}
}

// close ends the servers and every visit.
func (s *shells) close() error {
	var problems []error
	for _, one := range s.all {
		problems = append(problems, one.listener.Close())
	}
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close() // its visit tells nobody anything any more
	}
	s.mu.Unlock()
	s.busy.Wait()
	return errors.Join(problems...)
}

// visit serves one connection. Whoever leaves in the middle is not told anything, so what cannot be sent is no error.
func visit(line net.Conn, config *ssh.ServerConfig) {
	conn, channels, requests, err := ssh.NewServerConn(line, config)
	if err != nil {
		return
	}
	var busy sync.WaitGroup
	defer busy.Wait()
	busy.Go(func() { ssh.DiscardRequests(requests) })
	for offered := range channels {
		if offered.ChannelType() != "session" {
			_ = offered.Reject(ssh.UnknownChannelType, "only sessions here")
			continue
		}
		channel, wishes, err := offered.Accept()
		if err != nil {
			return
		}
		busy.Go(func() { session(conn.User(), channel, wishes) })
	}
}

func session(user string, channel ssh.Channel, wishes <-chan *ssh.Request) {
	for r := range wishes {
		var run struct{ Command string }
		if r.Type != "exec" || ssh.Unmarshal(r.Payload, &run) != nil {
			_ = r.Reply(false, nil)
			continue
		}
		_ = r.Reply(true, nil)
		status := uint32(0)
		path, ours := strings.CutPrefix(run.Command, "git-upload-pack ")
		switch path = strings.Trim(path, "'/"); {
		case user == "ann":
			_, _ = io.WriteString(channel, "Hi ann! You have signed in, but nobody has a shell here.\n")
			status = 1
		case !ours:
			_, _ = io.WriteString(channel.Stderr(), "Only git-upload-pack runs here.\n")
			status = 127
		case path == "acme/checkout.git" || path == "retail/infra.git":
			_ = threeRefs().Encode(channel)
		default:
			_, _ = io.WriteString(channel.Stderr(), "ERROR: Repository not found.\n")
			status = 1
		}
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
		_ = channel.Close()
	}
}

// threeRefs is what a repository of the rehearsal has, as it is said over SSH.
func threeRefs() *packp.AdvRefs {
	adv := packp.NewAdvRefs()
	head := plumbing.NewHash("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
	adv.Head = &head
	adv.References = map[string]plumbing.Hash{"refs/heads/main": head, "refs/heads/next": head, "refs/tags/v1.0.0": head}
	return adv
}
