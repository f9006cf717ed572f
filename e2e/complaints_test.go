//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// The ears of all other tests: without them a page could complain unheard.
func TestVisitorHearsTheBrowser(t *testing.T) {
	t.Parallel()
	for what, do := range map[string]string{
		"console: said on purpose":         `console.error('said on purpose')`,
		"thrown on purpose":                `setTimeout(() => { throw new Error('thrown on purpose') })`,
		"content security policy: style-":  `document.body.setAttribute('style', 'color: red')`,
		"content security policy: script-": `document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))`,
		"GET":                              `await fetch('/nowhere')`,
	} {
		v := use(t, house).visit(t, admin)
		v.open("/")
		heard, err := v.heard(what, do)
		v.must(err)
		if !heard {
			t.Errorf("nobody heard of %q", what)
		}
	}
}

// heard does something that the browser complains of, waits for the complaint, and takes it back.
func (v *visitor) heard(what, do string) (bool, error) {
	// The page says "over" after whatever it has to say, and messages come in their order.
	_, err := v.ExpectConsoleMessage(func() error {
		_, err := v.Evaluate(`async () => { ` + do + `; await new Promise((on) => setTimeout(on)); await fetch('/livez'); console.log('over') }`)
		return err
	}, playwright.PageExpectConsoleMessageOptions{Predicate: func(m playwright.ConsoleMessage) bool { return m.Text() == "over" }})
	v.mu.Lock()
	defer v.mu.Unlock()
	all := strings.Join(v.complaints, "\n")
	v.complaints = nil
	return strings.Contains(all, what), err
}

// An answer that a test announced is no complaint, and any other still is.
func TestVisitorExpectsAnAnswer(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, admin)
	v.expect(http.StatusNotFound)
	v.open("/nowhere")
	if heard, err := v.heard("404", `await fetch('/nowhere-else')`); heard || err != nil {
		t.Errorf("a complaint about 404 was heard, %v, though it was announced", err)
	}
	if heard, err := v.heard("405", `await fetch('/', {method: 'PUT'})`); !heard || err != nil {
		t.Errorf("no complaint about 405 was heard, %v, though only 404 was announced", err)
	}
}
