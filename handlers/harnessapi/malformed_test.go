package harnessapi_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/handlers/harnessapi"
)

// mutations is how many broken requests the test makes, from the table of operations and always the same ones. With those of the other doors
// they are 10,000.
const mutations = 3400

// scraps are what broken clients and curious people put into requests.
var scraps = []string{
	"", "\x00", "\xff", "%", "%00", "../", "/", "//", "{}", "[]", "null", "true", "-1", "1e309", "99999999999999999999", `"`, `\`, `\ud800`, "\u202e", "😀",
	"' OR 1=1 --", "<script>", "${jndi:ldap://x}", "{{7*7}}", ";", "&", "=", "\r\n", "\t", "account.", "org.", ".", ",", ":", "{", "}", "[", "]",
	strings.Repeat("a", 3000), strings.Repeat("[", 100), strings.Repeat(`{"a":`, 80),
}

// maker makes broken requests.
type maker struct{ *rand.Rand }

func (m maker) one(of []string) string { return of[m.IntN(len(of))] }

// spoiled cuts, doubles, swaps and stuffs a text.
func (m maker) spoiled(s string) string {
	for range 1 + m.IntN(3) {
		at, to := m.IntN(len(s)+1), m.IntN(len(s)+1)
		at, to = min(at, to), max(at, to)
		switch m.IntN(5) {
		case 0:
			s = s[:at] + s[to:]
		case 1:
			s = s[:to] + s[at:]
		case 2:
			s = s[:at] + m.one(scraps) + s[at:]
		case 3:
			s = s[:at] + m.one(scraps) + s[to:]
		default:
			if s != "" {
				at = min(at, len(s)-1)
				s = s[:at] + string([]byte{byte(m.IntN(256))}) + s[at+1:]
			}
		}
	}
	return s
}

// swapped puts something else where a JSON value is.
func (m maker) swapped(body string) string {
	parts := strings.Split(body, ":")
	if len(parts) < 2 {
		return m.spoiled(body)
	}
	i := 1 + m.IntN(len(parts)-1)
	if end := strings.IndexAny(parts[i], ",}"); end >= 0 {
		parts[i] = m.one([]string{"null", "1", "true", `"x"`, "[]", "{}", `["a",1]`, `{"a":1}`, `""`, `"account.x"`}) + parts[i][end:]
	}
	return strings.Join(parts, ":")
}

func (m maker) request(h *house) *http.Request {
	all := harnessapi.Operations()
	o := all[m.IntN(len(all))]
	path, body := concrete(o)
	plain, query, _ := strings.Cut(path, "?")
	method := o.Method
	if body == "" && m.IntN(4) == 0 {
		body = `{"connector":{}}`
	}
	for range 1 + m.IntN(2) {
		switch m.IntN(8) {
		case 0:
			method = m.one([]string{"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY", "x"})
		case 1:
			plain = m.spoiled(plain)
		case 2:
			query = m.spoiled(query)
		case 3:
			query += "&" + m.one([]string{"page", "limit", "sort", "order", "recursive", "search_term", "pageIndex", "pageSize", "sortOrders", "searchTerm", "category",
				"forceDelete", "orgIdentifier", "projectIdentifier", "account", "org", "project", "repoURL"}) + "=" + url.QueryEscape(m.one(scraps))
		case 4, 5:
			body = m.spoiled(body)
		default:
			body = m.swapped(body)
		}
	}
	r := h.request(http.MethodGet, "/", "")
	r.Method = method
	r.URL = &url.URL{Scheme: "http", Host: "patchbay.test", Path: harnessapi.Door + "/" + strings.TrimPrefix(plain, "/"), RawQuery: query}
	if m.IntN(3) == 0 {
		r.URL.RawPath = r.URL.Path
	}
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	if m.IntN(10) == 0 {
		r.ContentLength = -1
	}
	r.Header.Set("Content-Type", "application/json")
	if m.IntN(4) == 0 {
		r.Header.Set(m.one([]string{"Content-Type", "Content-Encoding", "Harness-Account", "x-api-key", "X-requestId", "Accept"}), m.one(scraps))
	}
	if m.IntN(10) == 0 {
		r.Header.Set("x-api-key", m.spoiled(h.keys[access.Editor]))
	}
	return r
}

// TestMalformedRequests holds the door to its promise: whatever comes, no fault of the program, and always the vendor's own shape.
func TestMalformedRequests(t *testing.T) {
	h := opened(t)
	furnish(t, h)
	m := maker{rand.New(rand.NewPCG(20261122, 3))}
	seen := map[int]int{}
	for i := range mutations {
		r := m.request(h)
		got := h.send(t, r)
		seen[got.status]++
		switch {
		case got.status >= http.StatusInternalServerError:
			t.Fatalf("request %d, %s %s, is answered %d %s\n%s", i, r.Method, r.URL, got.status, got.text, h.logged.String())
		case got.status >= http.StatusBadRequest && shapeOf(got.body) == "":
			t.Fatalf("request %d, %s %s, is answered %d in no shape of the vendor's: %s", i, r.Method, r.URL, got.status, got.text)
		}
	}
	for _, status := range []int{200, 201, 400, 401, 404, 405, 415} {
		if seen[status] == 0 {
			t.Errorf("no request was answered %d: %v", status, seen)
		}
	}
	t.Logf("answers: %v", seen)
}
