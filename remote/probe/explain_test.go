package probe

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"patchbay/remote"
)

// TestNoWayThere is the one end that takes a machine without a route, so the error is made by hand.
func TestNoWayThere(t *testing.T) {
	for _, number := range []syscall.Errno{syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EADDRNOTAVAIL} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", number)}
		if code, seen := explain(t.Context(), err, remote.Connect); code != "CONNECT_FAILED" || seen != number.Error() {
			t.Errorf("explain(%v) = %s %q, want CONNECT_FAILED %q", err, code, seen, number.Error())
		}
	}
}

// TestPlainNamesAreShort: a name from outside becomes a part of a path, and the id of a ticket.
func TestPlainNamesAreShort(t *testing.T) {
	for name, want := range map[string]bool{"SEC-1": true, strings.Repeat("x", 255): true, strings.Repeat("x", 256): false, "": false, "..": false, "a/b": false, "a b": false, "тест": false} {
		if got := isPlain(name); got != want {
			t.Errorf("isPlain(%.20q) = %v, want %v", name, got, want)
		}
	}
}
