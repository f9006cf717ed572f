package probe

import (
	"net"
	"os"
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
