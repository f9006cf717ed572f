package probe

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote"
)

// secureShell is the step in which both sides agree on encryption and the server shows its host key.
const secureShell = "SSH"

// sshAsking is the question for the refs of one repository over SSH. Each thing is sent only after what must come before it: the
// user's name after the host key was found to be accepted, the key after the server asked for one, the command after the key was taken.
type sshAsking struct {
	*asking
	q      connector.ListRefs
	origin connector.Origin
	user   string
	path   string // as the other side takes it
	keys   *hostKeys
	wire   *wire

	phase   string // the step that runs
	began   time.Time
	offered string // kind and fingerprint of the key that we signed in with, or ""
	written int64  // bytes that were sent before that key was offered
}

func (a *asking) listRefsSSH(ctx context.Context, q connector.ListRefs) connector.Outcome {
	a.names = []string{remote.Resolve, remote.Connect, secureShell, authenticate, use}
	origin, _ := connector.OriginOf(q.URL)
	path, wrong := repositoryPath(q.URL)
	if wrong != "" {
		out := a.end("ADDRESS_UNCLEAR", wrong)
		out.Next = "Write the address in its plainest form, as in git@git.example.com:acme/app.git or ssh://git@git.example.com:2222/acme/app.git."
		return out
	}
	a.there = string(origin)
	s := &sshAsking{asking: a, q: q, origin: origin, path: path, keys: newHostKeys(origin, a.hostKeys)}
	var err error
	if s.user, err = a.value(q.User, origin, "the user name"); err != nil {
		return a.unsigned(err)
	}
	return s.ask(ctx)
}

func (s *sshAsking) ask(ctx context.Context) connector.Outcome {
	trace := s.probe.dialer.Trace(s.step)
	trace.Hide = s.hide.in
	address := strings.TrimPrefix(string(s.origin), "ssh://")
	line, err := trace.Dial(ctx, s.probe.dialer, address, secureShell)
	if err != nil {
		return s.failed(ctx, err, trace.Reached())
	}
	s.wire = &wire{Conn: line}
	defer s.wire.Close()                                          //nolint:errcheck // whatever it says, the connection is over
	defer context.AfterFunc(ctx, func() { _ = s.wire.Close() })() // a cancelled check does not wait for its deadline
	s.next(secureShell)
	conn, err := s.shake(ctx, address)
	s.hostKey, _ = s.keys.seen()
	if err != nil {
		return s.broke(ctx, err)
	}
	code := "GIT_REFS_LISTED"
	switch {
	case s.offered == "":
		code = "SSH_ANYBODY"
		s.ends(connector.StepWarn, "the server let "+s.user+" in without asking for a key")
	default:
		s.ends(connector.StepOK, s.offered+" as "+s.user+", accepted")
	}
	s.next(use)
	return s.use(ctx, conn, code)
}

// shake goes through the handshake, up to where the server has let us in.
func (s *sshAsking) shake(ctx context.Context, address string) (ssh.Conn, error) {
	known := ssh.SupportedAlgorithms()
	config := &ssh.ClientConfig{
		Config:            ssh.Config{KeyExchanges: known.KeyExchanges, Ciphers: known.Ciphers, MACs: known.MACs},
		User:              s.user,
		HostKeyCallback:   s.keys.verify,
		HostKeyAlgorithms: s.keys.algorithms(),
		AuthCallback:      func(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) { return s.identify(ctx, c) },
		ClientVersion:     "SSH-2.0-Patchbay",
	}
	conn, channels, requests, err := ssh.NewClientConn(s.wire, address, config)
	if err != nil {
		return nil, err
	}
	if s.phase == secureShell { // nobody was asked for anything
		var agreed ssh.NegotiatedAlgorithms
		if c, ok := conn.(ssh.AlgorithmsConnMetadata); ok {
			agreed = c.Algorithms()
		}
		s.agreed(agreed)
	}
	go ssh.DiscardRequests(requests)
	go refuse(channels)
	return conn, nil
}

// refuse opens nothing for the other side: a check has nothing that a server could want.
func refuse(channels <-chan ssh.NewChannel) {
	for c := range channels {
		_ = c.Reject(ssh.Prohibited, "") // who has hung up needs no answer
	}
}

// identify answers as an [ssh.ClientAuthCallback] does: it offers the one key, once, and says what the server wants besides. The secret is opened
// here and no earlier, for the origin whose host key was verified a moment ago.
func (s *sshAsking) identify(ctx context.Context, c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if s.phase == secureShell {
		s.agreed(c.Algorithms)
	}
	if broke := s.wire.broken(); ctx.Err() != nil || broke != nil && !errors.Is(broke, io.EOF) { // who hangs up at a key says no to it
		return nil, errors.Join(ctx.Err(), broke)
	}
	wants := remote.Excerpt(strings.Join(c.AllowedMethods, ", "), 80)
	switch {
	case len(c.PartialSuccessMethods) > 0:
		return nil, &ending{"SSH_KEY_NOT_ENOUGH", "it took the key and then asked for " + wants}
	case s.offered != "" && s.wire.written() == s.written:
		return nil, &ending{"SSH_NO_COMMON_ALGORITHM", "for the signature of an RSA key it takes SHA-1 only"}
	case s.offered != "":
		return nil, &ending{"SSH_KEY_REFUSED", s.offered}
	case !slices.Contains(c.AllowedMethods, "publickey"):
		return nil, &ending{"SSH_KEY_NOT_ENOUGH", "it takes no keys, only " + wants}
	}
	text, err := s.value(s.q.Key, s.origin, "the SSH key")
	if err == nil && text == "" {
		err = &unsent{"the SSH key", "SECRET_MISSING"}
	}
	if err != nil {
		return nil, err
	}
	signer, err := signerOf(text)
	if err != nil {
		return nil, err
	}
	s.offered, s.written = named(signer.PublicKey()), s.wire.written()
	return ssh.PublicKeys(signer), nil
}

// agreed ends the step in which both sides agree, and begins the next.
func (s *sshAsking) agreed(on ssh.NegotiatedAlgorithms) {
	text := s.wire.banner()
	if on.KeyExchange != "" {
		text += ", " + on.KeyExchange + ", " + on.Read.Cipher
	}
	if key, _ := s.keys.seen(); key != nil {
		text += ", host key " + key.Algorithm + " " + key.Fingerprint + " as accepted"
	}
	s.ends(connector.StepOK, text)
	s.next(authenticate)
}

func (s *sshAsking) next(name string) { s.phase, s.began = name, s.probe.now() }

func (s *sshAsking) ends(state connector.StepState, evidence string) {
	s.since(s.began, s.phase, state, evidence)
}

// broke ends a check whose handshake came to nothing.
func (s *sshAsking) broke(ctx context.Context, err error) connector.Outcome {
	var secret *unsent
	if errors.As(err, &secret) {
		s.ends(connector.StepFailed, err.Error()+", nothing was sent")
		return s.unsigned(secret)
	}
	code, seen := s.explain(ctx, err)
	var shown []string
	switch s.phase {
	case secureShell:
		shown = append(shown, s.wire.banner())
	case authenticate:
		if s.offered != "" && seen != s.offered {
			shown = append(shown, s.offered+" as "+s.user)
		}
	}
	if seen == "" {
		seen = plainly(code)
	}
	shown = slices.DeleteFunc(append(shown, seen), func(text string) bool { return text == "" })
	s.ends(connector.StepFailed, strings.Join(shown, ", "))
	return s.end(code, seen)
}
