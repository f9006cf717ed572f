// Package assets holds the files that a browser loads beside the pages: style, scripts, icons and the rules of connectors
// compiled to WebAssembly. Each has an address with a hash of its content in it, so a browser may keep it for ever
// and still gets the new one after an upgrade.
//
// The files are a table that never changes while the program runs. Two of them are made by go generate from the catalog of
// connectors: app.wasm and conditions.css. A test compares them with the catalog, so they cannot fall behind.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // the files below
	"encoding/hex"
	"strings"
	"sync"
)

// Each file is named, so that a build without one of them stops instead of serving a page without it.
var (
	//go:embed static/patchbay.css
	styleCSS string
	//go:embed static/watch.css
	watchCSS string
	//go:embed static/conditions.css
	conditionsCSS string
	//go:embed static/patchbay/page.js
	pageJS string
	//go:embed static/patchbay/keys.js
	keysJS string
	//go:embed static/patchbay/session.js
	sessionJS string
	//go:embed static/patchbay/rules.js
	rulesJS string
	//go:embed static/patchbay/form.js
	formJS string
	//go:embed static/patchbay/payload.js
	payloadJS string
	//go:embed static/htmx.js
	htmxJS string
	//go:embed static/wasm_exec.js
	wasmExecJS string
	//go:embed static/app.wasm
	appWasm string
	//go:embed static/icons.svg
	iconsSVG string
	//go:embed static/favicon.svg
	faviconSVG string
	//go:embed static/LICENSE-go.txt
	licenseGo string
	//go:embed static/icons-LICENSE.txt
	licenseIcons string
)

const (
	css    = "text/css; charset=utf-8"
	script = "text/javascript; charset=utf-8"
	svg    = "image/svg+xml"
	text   = "text/plain; charset=utf-8"
	module = "application/wasm"
)

// files are all assets by name.
var files = map[string]*file{
	"patchbay.css":      newFile(css, styleCSS+"\n"+watchCSS),
	"conditions.css":    newFile(css, conditionsCSS),
	"patchbay.js":       made(script, patchbayJS),
	"htmx.js":           newFile(script, htmxJS),
	"wasm_exec.js":      wasmExec,
	"app.wasm":          rules,
	"icons.svg":         newFile(svg, iconsSVG),
	"favicon.svg":       newFile(svg, faviconSVG),
	"LICENSE-go.txt":    newFile(text, licenseGo),
	"icons-LICENSE.txt": newFile(text, licenseIcons),
}

var (
	wasmExec = newFile(script, wasmExecJS)
	rules    = newFile(module, appWasm)
)

// patchbayJS joins the parts of the script: page.js makes what the others use. The addresses of the rules stand among them,
// so that no page has to name them.
func patchbayJS() string {
	addresses := `'use strict';` + "\n" + `const patchbayAssets = {'wasm_exec.js': '` + wasmExec.url("wasm_exec.js") +
		`', 'app.wasm': '` + rules.url("app.wasm") + `'};` + "\n"
	return addresses + strings.Join([]string{pageJS, keysJS, sessionJS, rulesJS, formJS, payloadJS}, "\n")
}

// URL gives the address of the named asset, "/assets/3f2a…/patchbay.css". It panics when there is none of that name:
// the names stand in the code of the pages, so the first page that is rendered finds a wrong one.
func URL(name string) string {
	f, ok := files[name]
	if !ok {
		panic("assets: there is no file " + name)
	}
	return f.url(name)
}

// file is one asset. What is made of it is made when it is first asked for: the start of the program waits for nothing.
type file struct {
	kind   string        // media type
	body   func() string //
	hash   func() string // the first 12 hexadecimal digits of the SHA-256
	packed func() string // body through gzip; "" when that is not smaller
}

func newFile(kind, body string) *file { return made(kind, func() string { return body }) }

func made(kind string, body func() string) *file {
	f := &file{kind: kind, body: sync.OnceValue(body)}
	f.hash = sync.OnceValue(func() string {
		sum := sha256.Sum256([]byte(f.body()))
		return hex.EncodeToString(sum[:6])
	})
	f.packed = sync.OnceValue(func() string { return pack(f.body()) })
	return f
}

func (f *file) url(name string) string { return "/assets/" + f.hash() + "/" + name }

func pack(body string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	// Neither can fail: the writer below is memory.
	_, _ = w.Write([]byte(body))
	_ = w.Close()
	if out.Len() >= len(body) {
		return ""
	}
	return out.String()
}
