//go:build e2e

package e2e

import (
	"net/http"
	"syscall"
	"testing"
	"unsafe"
)

// fill lets a program write nothing more to its files, as a full disk would; room lets it write again. A limit of the
// process binds root too, which permissions do not.
func (c *console) fill(t *testing.T) { c.fileLimit(t, 0) }
func (c *console) room(t *testing.T) { c.fileLimit(t, ^uint64(0)) }

func (c *console) fileLimit(t *testing.T, bytes uint64) {
	t.Helper()
	const fileSize = 1 // RLIMIT_FSIZE
	limit := syscall.Rlimit{Cur: bytes, Max: ^uint64(0)}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(c.process.Process.Pid), fileSize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		t.Fatalf("limit the program's files: %v", errno)
	}
}

// When the store cannot be written, everything can still be read, each refusal says so, and nothing is half done. Room is
// enough to go on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	c, err := furnished()
	if err != nil {
		t.Fatal(err)
	}
	c.faults = true
	vendor, typ := catalogued(t, "harness", "GitHttp")
	path, name := c.create(t, c.as(t, admin), vendor, typ, nil)
	v := c.visit(t, admin)
	v.expect(http.StatusServiceUnavailable)
	v.open(path + "/edit")
	c.fill(t)
	v.fill(v.labelled("Description"), "There is no room for this.")
	v.click(v.button("Save changes"))
	v.heading("Nothing can be saved right now")
	v.must(claim(v.Locator("main")).ToContainText("Everything can still be read."))
	v.clean("the page for a store that cannot be written")
	for _, page := range []string{"/", "/connectors", path, path + "/edit", "/secrets", "/audit", "/trash", "/reference"} {
		if got := v.open(page).Status(); got != http.StatusOK {
			t.Errorf("GET %s = %d, want 200", page, got)
		}
	}
	v.open(path)
	v.must(claim(v.Locator("main")).Not().ToContainText("There is no room for this."))
	v.click(v.link("Delete"))
	v.click(v.button("Delete connector"))
	v.heading("Nothing can be saved right now")
	ready, err := c.stranger().get("/readyz")
	if err != nil || ready.Status != http.StatusServiceUnavailable {
		t.Errorf("GET /readyz = %d, %v, want 503", ready.Status, err)
	}
	c.room(t)
	v.open(path + "/edit")
	v.fill(v.labelled("Description"), "There is room again.")
	v.click(v.button("Save changes"))
	v.heading(name)
	v.must(claim(v.Locator("main")).ToContainText("There is room again."))
	if ready, err = c.stranger().get("/readyz"); err != nil || ready.Status != http.StatusOK {
		t.Errorf("GET /readyz = %d, %v, want 200", ready.Status, err)
	}
}
