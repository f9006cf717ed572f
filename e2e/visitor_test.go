//go:build e2e

package e2e

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// patience is how long anything may take before a test gives up on it, in milliseconds.
const patience = 20_000

// visitor is somebody at a browser of their own. Whatever the browser complains of fails the test at its end: errors on the
// console or in scripts, reports of the content security policy, and answers that the test did not announce.
type visitor struct {
	playwright.Page
	t       *testing.T
	console *console
	context playwright.BrowserContext
	secrets []string // what no page may show
	scripts bool

	mu         sync.Mutex
	complaints []string
	allowed    map[int]bool
}

// manner changes how a visitor comes.
type manner func(*playwright.BrowserNewContextOptions)

// noScripts is a browser with JavaScript switched off.
func noScripts(o *playwright.BrowserNewContextOptions) { o.JavaScriptEnabled = playwright.Bool(false) }

func scripted(on bool) manner {
	return func(o *playwright.BrowserNewContextOptions) { o.JavaScriptEnabled = &on }
}

// reports makes the browser tell of every report of the content security policy on its console, where the visitor listens.
const reports = `addEventListener('securitypolicyviolation', (e) =>
	console.error('content security policy: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ':' + e.lineNumber));`

// visit opens a browser in which the user is signed in; nobody is with the user "".
func (c *console) visit(t *testing.T, user string, how ...manner) *visitor {
	t.Helper()
	options := playwright.BrowserNewContextOptions{
		BaseURL:       &c.URL,
		Viewport:      &playwright.Size{Width: 1440, Height: 900},
		ReducedMotion: playwright.ReducedMotionReduce,
		ColorScheme:   playwright.ColorSchemeLight,
		Permissions:   []string{"clipboard-read", "clipboard-write"},
	}
	for _, h := range how {
		h(&options)
	}
	context, err := browser.NewContext(options)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, console: c, context: context, allowed: map[int]bool{},
		scripts: options.JavaScriptEnabled == nil || *options.JavaScriptEnabled}
	t.Cleanup(v.leave)
	context.SetDefaultTimeout(patience)
	v.must(context.AddInitScript(playwright.Script{Content: playwright.String(reports)}))
	if user != "" {
		v.be(c.as(t, user))
	}
	v.Page = v.newPage()
	return v
}

// withoutRules takes WebAssembly away, as locked-down browsers do: the rules of connectors cannot be loaded.
func (v *visitor) withoutRules() {
	v.t.Helper()
	v.must(v.context.AddInitScript(playwright.Script{Content: playwright.String(`delete globalThis.WebAssembly`)}))
}

// be takes over the session of a client.
func (v *visitor) be(who *client) {
	v.t.Helper()
	at, err := url.Parse(v.console.URL)
	v.must(err)
	for _, cookie := range who.http.Jar.Cookies(at) {
		v.must(v.context.AddCookies([]playwright.OptionalCookie{{Name: cookie.Name, Value: cookie.Value, URL: &v.console.URL,
			HttpOnly: playwright.Bool(true)}}))
	}
}

// newPage opens a page and listens to it.
func (v *visitor) newPage() playwright.Page {
	v.t.Helper()
	page, err := v.context.NewPage()
	v.must(err)
	page.OnConsole(func(m playwright.ConsoleMessage) {
		if m.Type() != "error" {
			return
		}
		if status, is := refusal(m.Text()); is && v.allows(status) {
			return
		}
		v.complain("console: " + m.Text())
	})
	page.OnPageError(func(err error) { v.complain("script: " + err.Error()) })
	page.OnResponse(func(r playwright.Response) {
		if r.Status() >= 400 && !v.allows(r.Status()) {
			v.complain(fmt.Sprintf("%s %s answered %d", r.Request().Method(), r.URL(), r.Status()))
		}
	})
	return page
}

// refusal gives the status from the line by which Chromium notes an answer of 4xx or 5xx.
func refusal(line string) (status int, ok bool) {
	_, rest, ok := strings.Cut(line, "Failed to load resource: the server responded with a status of ")
	if !ok {
		return 0, false
	}
	number, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(number)
	return status, err == nil
}

// expect announces an answer that would be a complaint otherwise.
func (v *visitor) expect(status int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.allowed[status] = true
}

func (v *visitor) allows(status int) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.allowed[status]
}

func (v *visitor) complain(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.complaints = append(v.complaints, text)
}

// leave closes the browser and says what it complained of.
func (v *visitor) leave() {
	if v.t.Failed() && v.Page != nil {
		v.t.Logf("the page was %s\n%s", v.URL(), v.text())
	}
	if err := v.context.Close(); err != nil {
		v.t.Error(err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range v.complaints {
		v.t.Error("the browser complains: " + c)
	}
}

// text is what the page says, for whoever reads of a failure.
func (v *visitor) text() string {
	text, err := v.Locator("body").InnerText(playwright.LocatorInnerTextOptions{Timeout: playwright.Float(1000)})
	if err != nil {
		return err.Error()
	}
	if len(text) > 3000 {
		text = text[:3000] + "…"
	}
	return text
}

// must ends the test when something could not be done.
func (v *visitor) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// open goes to an address by typing it.
func (v *visitor) open(path string) playwright.Response {
	v.t.Helper()
	response, err := v.Goto(path)
	v.must(err)
	v.keepsSecrets()
	return response
}

// path is the address without the host.
func (v *visitor) path() string {
	v.t.Helper()
	at, err := url.Parse(v.URL())
	v.must(err)
	return at.RequestURI()
}

// keepsSecrets holds the page to not showing what it must not show.
func (v *visitor) keepsSecrets() {
	v.t.Helper()
	if len(v.secrets) == 0 {
		return
	}
	content, err := v.Content()
	v.must(err)
	for _, s := range v.secrets {
		if strings.Contains(content, s) {
			v.t.Errorf("%s shows the secret %q", v.URL(), s)
		}
	}
}

// claims are what a test expects of a part of the page; each waits for it.
func claim(l playwright.Locator) playwright.LocatorAssertions {
	return playwright.NewPlaywrightAssertions(patience).Locator(l)
}

func (v *visitor) role(role playwright.AriaRole, name string) playwright.Locator {
	return v.GetByRole(role, playwright.PageGetByRoleOptions{Name: name, Exact: playwright.Bool(true)})
}

func (v *visitor) button(name string) playwright.Locator { return v.role("button", name) }
func (v *visitor) link(name string) playwright.Locator   { return v.role("link", name) }

// labelled is the control of the page's content that has the label.
func (v *visitor) labelled(label string) playwright.Locator {
	return v.Locator("main").GetByLabel(label, playwright.LocatorGetByLabelOptions{Exact: playwright.Bool(true)})
}

func (v *visitor) click(l playwright.Locator) {
	v.t.Helper()
	v.must(l.Click())
}

func (v *visitor) fill(l playwright.Locator, text string) {
	v.t.Helper()
	v.must(l.Fill(text))
}

// heading expects the page to be called so.
func (v *visitor) heading(text string) {
	v.t.Helper()
	v.must(claim(v.Locator("h1")).ToHaveText(text))
	v.keepsSecrets()
}

// press presses keys one after another. With scripts it waits until they are there to hear them.
func (v *visitor) press(keys ...string) {
	v.t.Helper()
	if v.scripts {
		v.must(claim(v.Locator("html")).ToHaveClass("js"))
	}
	for _, key := range keys {
		v.must(v.Keyboard().Press(key))
	}
}

// says expects a message from the request before.
func (v *visitor) says(text string) {
	v.t.Helper()
	v.must(claim(v.Locator("[data-flash] p")).ToHaveText(text))
}

func pageHasText(text string) playwright.PageLocatorOptions {
	return playwright.PageLocatorOptions{HasText: text}
}

func hasText(text string) playwright.LocatorFilterOptions {
	return playwright.LocatorFilterOptions{HasText: text}
}
