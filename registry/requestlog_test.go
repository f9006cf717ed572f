package registry_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"patchbay/access"
	"patchbay/registry"
)

// noted is a log that keeps its lines in memory.
type noted struct {
	registry.Doors
	lines []access.Request
}

func (n *noted) NoteRequest(_ context.Context, line access.Request) error {
	n.lines = append(n.lines, line)
	return nil
}

// written gives a line as the log keeps it.
func written(t *testing.T, line access.Request) access.Request {
	t.Helper()
	kept := &noted{}
	l := registry.NewRequestLog(kept)
	l.Note(line)
	l.Close()
	if len(kept.lines) != 1 {
		t.Fatalf("%d lines are kept, want one", len(kept.lines))
	}
	return kept.lines[0]
}

func TestALineKeepsOnlyMethodsThatHTTPKnows(t *testing.T) {
	for method, want := range map[string]string{
		"GET": "GET", "HEAD": "HEAD", "POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE", "OPTIONS": "OPTIONS",
		"get": "-", "PURGE": "-", "": "-", "GET|id": "-", "`id`": "-", "A$B&": "-", strings.Repeat("M", 64<<10): "-",
	} {
		if got := written(t, access.Request{Method: method}).Method; got != want {
			t.Errorf("Note() keeps the method %.20q as %.20q, want %q", method, got, want)
		}
	}
}

func TestALineHasABound(t *testing.T) {
	long := strings.Repeat("ä", 40<<10)
	got := written(t, access.Request{Method: "GET", Path: "/" + strings.Repeat("p", 64<<10), Operation: long, Credential: long, Workspace: long, Connector: long, ID: long,
		Address: long, Vendor: long})
	if want := "/" + strings.Repeat("p", 511) + "…"; got.Path != want {
		t.Errorf("Note() keeps a path of %d bytes, want %d", len(got.Path), len(want))
	}
	for name, text := range map[string]string{"operation": got.Operation, "credential": got.Credential, "workspace": got.Workspace, "connector": got.Connector,
		"id": got.ID, "address": got.Address, "vendor": got.Vendor} {
		if len(text) > 140 || !utf8.ValidString(text) || !strings.HasSuffix(text, "ä…") {
			t.Errorf("Note() keeps %d bytes of the %s, ending with %q", len(text), name, text[len(text)-5:])
		}
	}
	plain := access.Request{Method: "GET", Path: "/api/harness/v1/connectors/a%20b", Operation: "get-connector", Credential: strings.Repeat("n", 64), ID: "id", Status: 200}
	if diff := cmp.Diff(plain, written(t, plain)); diff != "" {
		t.Errorf("Note() changes an ordinary line (-want +got):\n%s", diff)
	}
	if got := written(t, access.Request{Method: "GET", Path: "/a\x1b[201~\nb\xffc d"}).Path; got != "/a?[201~?b?c?d" {
		t.Errorf("Note() keeps what a terminal would obey: %q", got)
	}
}
