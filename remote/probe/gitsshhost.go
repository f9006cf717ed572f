package probe

import (
	"errors"
	"net"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
)

// hostKeys decides about the host key of one server. The library asks it once the server has proven that it holds the key and before
// anything else is sent, and again whenever keys are exchanged anew, from a goroutine of its own.
type hostKeys struct {
	origin   connector.Origin
	accepted []connector.HostKey // for this origin

	mu    sync.Mutex
	shown *connector.HostKey
	code  string // why the last one was not good enough, or ""
}

// errHostKey ends the conversation; hostKeys knows why.
var errHostKey = errors.New("the host key is not accepted")

func newHostKeys(origin connector.Origin, accepted []connector.HostKey) *hostKeys {
	h := &hostKeys{origin: origin}
	for _, k := range accepted {
		if k.Origin == origin {
			h.accepted = append(h.accepted, k)
		}
	}
	return h
}

// verify is an [ssh.HostKeyCallback].
func (h *hostKeys) verify(_ string, _ net.Addr, key ssh.PublicKey) error {
	shown := connector.HostKey{Origin: h.origin, Algorithm: key.Type(), Fingerprint: ssh.FingerprintSHA256(key),
		Key: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))}
	code := ""
	switch same := func(k connector.HostKey) bool { return k.Key == shown.Key }; {
	case len(h.accepted) == 0:
		code = "SSH_HOST_KEY_NEW"
	case !slices.ContainsFunc(h.accepted, same):
		code = "SSH_HOST_KEY_CHANGED"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shown, h.code = &shown, code
	if code != "" {
		return errHostKey
	}
	return nil
}

// seen gives the key that the server showed, or nil, and the code that it leads to, or "".
func (h *hostKeys) seen() (*connector.HostKey, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shown, h.code
}

// comparison says both fingerprints, where there are two.
func (h *hostKeys) comparison() string {
	shown, code := h.seen()
	if shown == nil {
		return ""
	}
	text := "it shows " + shown.Algorithm + " " + shown.Fingerprint
	if code == "SSH_HOST_KEY_CHANGED" {
		text += ", accepted was " + h.accepted[0].Algorithm + " " + h.accepted[0].Fingerprint
	}
	return text
}

// algorithms lists those for host keys, the ones of accepted keys first: a server that has keys of several kinds shows the one that
// it was accepted by. Those that sign with SHA-1 are not among them, and no certificates, since nobody accepts an authority here.
func (h *hostKeys) algorithms() []string {
	all := []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	known := func(algorithm string) bool {
		return slices.ContainsFunc(h.accepted, func(k connector.HostKey) bool {
			return k.Algorithm == algorithm || k.Algorithm == ssh.KeyAlgoRSA && strings.HasPrefix(algorithm, "rsa-sha2-")
		})
	}
	slices.SortStableFunc(all, func(a, b string) int {
		switch {
		case known(a) == known(b):
			return 0
		case known(a):
			return -1
		}
		return 1
	})
	return all
}
