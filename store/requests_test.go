package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/store/storetest"
)

// fillRequests adds n lines of one credential, or of none, behind the store's back, with their places among their own kind.
const fillRequests = `
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
	INSERT INTO requests (at, vendor, workspace, method, path, operation, credential, status, micros, connector, id, address, place)
	SELECT 0, 'harness', 'h1', 'GET', '/' || i, '', '%s', 200, 1, '', i, '192.0.2.7', i FROM n`

// TestStrangersPushNoLineOut fills the request log to its bounds and goes on with lines of both kinds.
func TestStrangersPushNoLineOut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, storetest.Clock())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	ctx := context.Background()
	note := func(credential, path string) {
		t.Helper()
		if err := s.NoteRequest(ctx, access.Request{At: storetest.Noon, Vendor: "harness", Method: "GET", Path: path, Credential: credential, Status: 200}); err != nil {
			t.Fatalf("NoteRequest() = %v", err)
		}
	}
	kept := func() (named, unnamed int, oldest, oldestUnnamed string) {
		t.Helper()
		db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "patchbay.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close() //nolint:errcheck // it was only read
		const countSQL = `
			SELECT count(*) FILTER (WHERE credential <> ''), count(*) FILTER (WHERE credential = ''),
				(SELECT path FROM requests WHERE credential <> '' ORDER BY seq LIMIT 1), (SELECT path FROM requests WHERE credential = '' ORDER BY seq LIMIT 1)
			FROM requests`
		if err := db.QueryRow(countSQL).Scan(&named, &unnamed, &oldest, &oldestUnnamed); err != nil {
			t.Fatal(err)
		}
		return named, unnamed, oldest, oldestUnnamed
	}
	exec(t, dir, fmt.Sprintf(fillRequests, 90_000, "ci"), fmt.Sprintf(fillRequests, 10_000, ""))
	for i := range 300 {
		note("", fmt.Sprintf("/noise-%d", i))
	}
	if named, unnamed, oldest, first := kept(); named != 90_000 || unnamed != 10_000 || oldest != "/1" || first != "/301" {
		t.Errorf("after noise %d and %d lines from %s and %s, want 90000 from /1 and 10000 from /301", named, unnamed, oldest, first)
	}
	note("ci", "/one")
	note("other", "/two")
	if named, unnamed, oldest, first := kept(); named != 90_000 || unnamed != 10_000 || oldest != "/3" || first != "/301" {
		t.Errorf("after two more %d and %d lines from %s and %s, want 90000 from /3 and 10000 from /301", named, unnamed, oldest, first)
	}
	newest, err := s.Requests(ctx, access.RequestQuery{Size: 3})
	if err != nil || len(newest) != 3 || newest[0].Path != "/two" || newest[1].Path != "/one" || newest[2].Path != "/noise-299" {
		t.Errorf("Requests() = %+v, %v, want both kinds, newest first", newest, err)
	}
}

// Whatever a line costs must not grow with the log: its place and what goes are found in an index.
func TestNotingARequestCountsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, storetest.Clock())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	exec(t, dir, fmt.Sprintf(fillRequests, 100, "ci"), fmt.Sprintf(fillRequests, 100, ""))
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "patchbay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it was only read
	for kind, index := range map[string]string{`credential <> ''`: "requests_named", `credential = ''`: "requests_unnamed"} {
		for _, text := range []string{`SELECT max(place) FROM requests WHERE ` + kind, `DELETE FROM requests WHERE ` + kind + ` AND place <= 5`} {
			var id, parent, unused int
			var step string
			if err := db.QueryRow(`EXPLAIN QUERY PLAN `+text).Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(step, "SEARCH requests USING") || !strings.Contains(step, "INDEX "+index) {
				t.Errorf("%s: %s, want %s looked up", text, step, index)
			}
		}
	}
}
