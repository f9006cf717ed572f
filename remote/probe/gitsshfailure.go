package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote"
)

// explain finds the code for an error of the handshake or of the connection, and the words that go with it.
func (s *sshAsking) explain(ctx context.Context, err error) (code, seen string) {
	var known *ending
	var algorithms *ssh.AlgorithmNegotiationError
	_, bad := s.keys.seen()
	cause := s.wire.broken()
	switch {
	case bad != "":
		return bad, s.keys.comparison()
	case errors.As(err, &known):
		return known.code, known.seen
	case errors.As(err, &algorithms):
		return "SSH_NO_COMMON_ALGORITHM", "for the " + algorithms.What + " it offers only " + strings.Join(algorithmsOf(algorithms.RequestedAlgorithms), ", ")
	case cause != nil && (!errors.Is(cause, io.EOF) || errors.Is(err, net.ErrClosed)):
		err = cause
	case errors.Is(err, net.ErrClosed) && ctx.Err() == nil:
		err = io.EOF
	}
	code, seen = explain(ctx, err, s.phase)
	banner := s.wire.banner()
	mute := code == "HTTP_UNEXPECTED" || code == "RESET"
	switch {
	case mute && s.phase == secureShell && !s.wire.silent() && !isBanner(banner):
		if banner == "" {
			return "SSH_NOT_SSH", "it began with bytes that are no text"
		}
		return "SSH_NOT_SSH", "it began with \"" + banner + "\""
	case mute && s.phase == secureShell && isBanner(banner) && !strings.HasPrefix(banner, "SSH-2.") && !strings.HasPrefix(banner, "SSH-1.99"):
		return "SSH_NOT_SSH", "it speaks the old version that it calls " + banner
	case code == "HTTP_UNEXPECTED" && s.phase == authenticate && s.offered != "": // the server hung up with a word of its own
		return "SSH_KEY_REFUSED", reason(err)
	case code == "HTTP_UNEXPECTED":
		return "SSH_BROKEN", reason(err)
	}
	return code, seen
}

// algorithmsOf leaves out the names by which SSH announces extensions in the list of key exchanges.
func algorithmsOf(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return strings.HasPrefix(name, "ext-info-") || strings.HasPrefix(name, "kex-strict-")
	})
}

// plainly says in a step what the sentence of a code says at length.
func plainly(code string) string {
	switch code {
	case "TIMEOUT":
		return "no answer in time"
	case "RESET":
		return "the connection was ended"
	case "TOO_LARGE":
		return remote.ErrTooLarge.Error()
	case "CANCELLED":
		return "cancelled"
	case "SSH_KEY_ENCRYPTED":
		return "the key is protected by a passphrase, nothing was sent"
	case "SSH_KEY_PUTTY":
		return "the key is in the format of PuTTY, nothing was sent"
	}
	return ""
}

// unlisted ends a check in which no whole list of refs came.
func (s *sshAsking) unlisted(ctx context.Context, found refs, err error, run *command) connector.Outcome {
	code, seen := s.whyNot(ctx, found, err, run)
	shown := seen
	if shown == "" {
		if shown = plainly(code); shown == "" {
			shown = reason(err)
		}
	}
	s.ends(connector.StepFailed, shown)
	return s.end(code, seen)
}

// whyNot finds the code for a command that gave no whole list. Servers say why in words of their own, on one stream or the other, and
// those count before the error that we met.
func (s *sshAsking) whyNot(ctx context.Context, found refs, err error, run *command) (code, seen string) {
	_, bad := s.keys.seen()
	var closed *ssh.OpenChannelError
	var said *pktline.ErrorLine
	switch {
	case bad != "", errors.Is(err, remote.ErrTooLarge):
		return s.explain(ctx, err)
	case errors.As(err, &closed):
		return "SSH_NO_GIT", "it opens no session, " + s.quote(closed.Message)
	case errors.Is(err, errRefused):
		return "SSH_NO_GIT", "it does not run git-upload-pack"
	case run == nil:
		return s.explain(ctx, err)
	case errors.As(err, &said):
		return ofWords(said.Text, "GIT_ERROR"), s.quote(said.Text)
	case found.count == 0 && len(run.out.head) > 0 && errors.Is(err, errNotRefs):
		run.out.more()
		return "SSH_NO_GIT", "it answered with " + s.quote(string(run.out.head))
	}
	words, status := run.ended(ctx)
	switch {
	case errors.Is(s.wire.broken(), remote.ErrTooLarge):
		return s.explain(ctx, err)
	case status == 126 || status == 127:
		return "SSH_NO_GIT", "git-upload-pack cannot be run there, exit status " + strconv.Itoa(status)
	case gist(words) != "":
		return ofWords(words, "GIT_ERROR"), s.quote(words)
	case ctx.Err() != nil:
		return s.explain(ctx, ctx.Err())
	case found.count > 0:
		return s.explain(ctx, err)
	case status == -1 && errors.Is(s.wire.broken(), io.EOF):
		return "RESET", ""
	case status == -1 && s.wire.broken() != nil:
		return s.explain(ctx, err)
	case status == -1:
		return "EMPTY_ANSWER", "nothing, not even an exit status"
	}
	return "EMPTY_ANSWER", "nothing but the exit status " + strconv.Itoa(status)
}

// quote shows what the other side said.
func (s *sshAsking) quote(text string) string {
	return `"` + remote.Excerpt(s.hide.in(gist(text)), firstBytes) + `"`
}

// gist is what servers say without the frames that some of them draw around it.
func gist(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		for {
			rest, framed := strings.CutPrefix(strings.TrimSpace(line), "remote:")
			line = rest
			if !framed {
				break
			}
		}
		if strings.ContainsFunc(line, unicode.IsLetter) {
			out = append(out, line)
		}
	}
	return strings.Join(out, " ")
}

// ofWords finds the code for what a server says of a repository that it does not give; otherwise is the one for other words. There is
// no protocol for it, so these are the words of servers that are in use. Most do not tell a repository that is not there from one that
// may not be read, and neither do we.
func ofWords(text, otherwise string) string {
	text = strings.ToLower(text)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case has("git-upload-pack: not found", "git-upload-pack: command not found", "command not found: git-upload-pack"):
		return "SSH_NO_GIT"
	case has("shell access", "successfully authenticated", "account is currently not available", "interactive", "unrecognized command", "unknown command"):
		return "SSH_NO_GIT"
	case has("not found", "could not be found", "cannot find", "can't find", "does not exist", "doesn't exist", "no such", "not a git repository", "not appear to be a git repository"):
		return "GIT_NOT_FOUND"
	case has("denied", "forbidden", "unauthorized", "unauthorised", "not allowed", "not authorized", "not permitted", "permission", "no access", "access rights"):
		return "GIT_FORBIDDEN"
	}
	return otherwise
}
