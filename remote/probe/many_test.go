package probe_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe/gittest"
)

// thousands gives the private repository more refs than are read, for one test.
func thousands(t *testing.T) {
	t.Helper()
	repository := filepath.Join(git.Root, gittest.Private)
	packed := filepath.Join(repository, "packed-refs")
	before, err := os.ReadFile(packed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.WriteFile(packed, before, 0o600); err != nil {
			t.Error(err)
		}
	})
	hash, _, _ := strings.Cut(strings.Split(string(before), "\n")[1], " ")
	var all strings.Builder
	all.WriteString(string(before))
	for i := range 6000 {
		fmt.Fprintf(&all, "%s refs/tags/z%05d\n", hash, i)
	}
	if all.Len() < remote.BodyLimit {
		t.Fatalf("the list has %d bytes, want more than the limit", all.Len())
	}
	if err := os.WriteFile(packed, []byte(all.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestARepositoryWithThousandsOfRefsIsProvenByItsHead(t *testing.T) {
	thousands(t)
	got := loopback(10*time.Second).Ask(t.Context(), withPassword(git.At(gittest.Private), user, password))
	want(t, got, connector.Healthy, "GIT_REFS_LISTED")
	if use := got.Steps[len(got.Steps)-1].Evidence; !strings.HasPrefix(use, "more than ") || !strings.HasSuffix(use, "HEAD is refs/heads/main") {
		t.Errorf("Use shows %q", use)
	}
	want(t, loopback(10*time.Second).Ask(t.Context(), withPassword(git.At(gittest.Private), user, "guess")), connector.Failing, "GIT_AUTH_REFUSED")

	// A server that has no shorter answer proves less.
	old := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "no", http.StatusNotImplemented)
			return
		}
		git.Handler().ServeHTTP(w, r)
	}))
	want(t, loopback(10*time.Second).Ask(t.Context(), withPassword(old+gittest.Private, user, password)), connector.Degraded, "GIT_REFS_UNFINISHED")
}
