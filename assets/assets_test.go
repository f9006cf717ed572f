package assets_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"patchbay/assets"
)

func get(t *testing.T, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	assets.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEachAssetHasAnAddressThatMayBeKept(t *testing.T) {
	for name, want := range map[string]string{
		"patchbay.css": "text/css; charset=utf-8", "conditions.css": "text/css; charset=utf-8",
		"patchbay.js": "text/javascript; charset=utf-8", "htmx.js": "text/javascript; charset=utf-8",
		"wasm_exec.js": "text/javascript; charset=utf-8", "app.wasm": "application/wasm",
		"icons.svg": "image/svg+xml", "favicon.svg": "image/svg+xml",
		"LICENSE-go.txt": "text/plain; charset=utf-8", "icons-LICENSE.txt": "text/plain; charset=utf-8",
	} {
		url := assets.URL(name)
		if !regexp.MustCompile(`^/assets/[0-9a-f]{12}/` + regexp.QuoteMeta(name) + `$`).MatchString(url) {
			t.Errorf("URL(%q) = %q, want a hash and the name", name, url)
		}
		got := get(t, "GET", url)
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != want {
			t.Errorf("GET %s = %d %q, want 200 %q", url, got.StatusCode, got.Header.Get("Content-Type"), want)
		}
		if cache := got.Header.Get("Cache-Control"); cache != "public, max-age=31536000, immutable" {
			t.Errorf("GET %s: Cache-Control = %q, want immutable for a year", url, cache)
		}
		if text := body(t, got.Body); text == "" {
			t.Errorf("GET %s is empty", url)
		}
	}
}

func TestPackedAndPlainAreTheSame(t *testing.T) {
	url := assets.URL("htmx.js")
	plain := get(t, "GET", url)
	packed := get(t, "GET", url, "Accept-Encoding", "br, gzip;q=0.5")
	if packed.Header.Get("Content-Encoding") != "gzip" || plain.Header.Get("Content-Encoding") != "" {
		t.Fatalf("Content-Encoding = %q for gzip and %q for none", packed.Header.Get("Content-Encoding"), plain.Header.Get("Content-Encoding"))
	}
	if plain.Header.Get("Vary") != "Accept-Encoding" || packed.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("Vary = %q and %q, want Accept-Encoding", plain.Header.Get("Vary"), packed.Header.Get("Vary"))
	}
	if plain.Header.Get("ETag") == packed.Header.Get("ETag") {
		t.Errorf("both forms have the ETag %s", plain.Header.Get("ETag"))
	}
	if packed.ContentLength >= plain.ContentLength {
		t.Errorf("%d bytes packed, %d plain", packed.ContentLength, plain.ContentLength)
	}
	unpacked, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body(t, unpacked) != body(t, plain.Body) {
		t.Error("what was packed is not what was there")
	}
}

func TestWhoDoesNotTakeGzipGetsPlainText(t *testing.T) {
	for accepts, want := range map[string]string{
		"gzip": "gzip", "*": "gzip", "br, GZIP ; q=1": "gzip", "identity": "", "gzip;q=0": "", "gzip; q=0.000, *": "", "*;q=0": "", "br": "",
	} {
		got := get(t, "GET", assets.URL("patchbay.js"), "Accept-Encoding", accepts)
		if enc := got.Header.Get("Content-Encoding"); enc != want {
			t.Errorf("Accept-Encoding %q: Content-Encoding = %q, want %q", accepts, enc, want)
		}
	}
}

func TestWhatABrowserHasIsNotSentAgain(t *testing.T) {
	url := assets.URL("icons.svg")
	tag := get(t, "GET", url).Header.Get("ETag")
	for _, had := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
		got := get(t, "GET", url, "If-None-Match", had)
		if text := body(t, got.Body); got.StatusCode != http.StatusNotModified || text != "" || got.Header.Get("ETag") != tag {
			t.Errorf("If-None-Match %s: %d, %d bytes, ETag %s; want 304 without a body", had, got.StatusCode, len(text), got.Header.Get("ETag"))
		}
	}
	if got := get(t, "GET", url, "If-None-Match", `"other"`); got.StatusCode != http.StatusOK {
		t.Errorf("If-None-Match of another: %d, want 200", got.StatusCode)
	}
}

func TestHeadHasTheSizeAndNoBody(t *testing.T) {
	url := assets.URL("app.wasm")
	got := get(t, "HEAD", url)
	if text := body(t, got.Body); got.StatusCode != http.StatusOK || text != "" || got.ContentLength < 1<<20 {
		t.Errorf("HEAD %s = %d, %d bytes of body, length %d", url, got.StatusCode, len(text), got.ContentLength)
	}
}

func TestWhatIsNotThereIsNotKept(t *testing.T) {
	for _, path := range []string{
		"/assets/000000000000/patchbay.css", "/assets//patchbay.css", "/assets/patchbay.css", "/assets/", "/assets/../assets.go",
		assets.URL("patchbay.css") + "/", strings.Replace(assets.URL("patchbay.css"), "patchbay.css", "page.js", 1),
		strings.Replace(assets.URL("patchbay.css"), "patchbay.css", "htmx.js", 1),
	} {
		got := get(t, "GET", path)
		if got.StatusCode != http.StatusNotFound || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("ETag") != "" {
			t.Errorf("GET %s = %d, %q; want a 404 that nobody keeps", path, got.StatusCode, got.Header.Get("Cache-Control"))
		}
	}
	if got := get(t, "POST", assets.URL("patchbay.css")); got.StatusCode != http.StatusMethodNotAllowed || got.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST = %d, Allow %q; want 405", got.StatusCode, got.Header.Get("Allow"))
	}
}

func TestAWrongNameIsFoundByTheFirstPage(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of a file that is not there did not panic")
		}
	}()
	assets.URL("missing.js")
}
