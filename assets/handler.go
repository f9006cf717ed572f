package assets

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Handler serves the assets under the addresses that [URL] gives, to GET and HEAD. An unknown name or hash is a 404 that nobody
// keeps; everything else may be kept for a year. It compresses what gets smaller, once, when the client takes gzip.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "Assets can only be read.", http.StatusMethodNotAllowed)
		return
	}
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/assets/"), "/")
	f, ok := files[name]
	if !ok || hash != f.hash() {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "There is no such file. Reload the page to get its newest parts.", http.StatusNotFound)
		return
	}
	body, tag := f.body(), hash
	h.Add("Vary", "Accept-Encoding")
	if takesGzip(r.Header.Values("Accept-Encoding")) {
		if packed := f.packed(); packed != "" {
			body, tag = packed, hash+"-gzip"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+tag+`"`)
	if has(r.Header.Values("If-None-Match"), `"`+tag+`"`) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = io.WriteString(w, body) // the client went away: nobody is left to tell
	}
}

// takesGzip reads Accept-Encoding: gzip or * is there and not refused with q=0. What is said of gzip counts before *.
func takesGzip(lines []string) bool {
	takes := false
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			coding, params, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(part, " ", "")), ";")
			q, err := strconv.ParseFloat(strings.TrimPrefix(params, "q="), 64)
			wanted := err != nil || q > 0
			if coding == "gzip" || coding == "x-gzip" {
				return wanted
			}
			takes = takes || coding == "*" && wanted
		}
	}
	return takes
}

// has reads If-None-Match, where tags compare weakly.
func has(lines []string, tag string) bool {
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == tag {
				return true
			}
		}
	}
	return false
}
