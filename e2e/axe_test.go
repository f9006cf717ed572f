//go:build e2e

package e2e

import (
	"encoding/json"
	"strings"

	"github.com/playwright-community/playwright-go"
)

// violation is what axe found.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target  []any
		HTML    string
		Summary string `json:"failureSummary"`
	}
}

// clean holds the page, as it stands, to no violation of any impact in light and dark, and to no sideways scrolling at three
// widths. It leaves the page wide and light.
func (v *visitor) clean(what string) {
	v.t.Helper()
	_, err := v.Evaluate(axe + ";0")
	v.must(err)
	v.sound(what+", light", "{}")
	v.must(v.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: playwright.ColorSchemeDark}))
	v.sound(what+", dark", "{runOnly: ['color-contrast', 'link-in-text-block']}") // the theme changes colours and nothing else
	v.must(v.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: playwright.ColorSchemeLight}))
	v.narrow(what)
}

// sound runs axe, which must be in the page.
func (v *visitor) sound(what, options string) {
	v.t.Helper()
	result, err := v.Evaluate(`() => axe.run(document, Object.assign({resultTypes: ['violations']}, ` + options + `)).then((r) => JSON.stringify(r.violations))`)
	v.must(err)
	text, _ := result.(string)
	var found []violation
	v.must(json.Unmarshal([]byte(text), &found))
	for _, one := range found {
		for _, n := range one.Nodes {
			v.t.Errorf("%s: %s (%s, %s)\n  %v\n  %s\n  %s", what, one.Help, one.ID, one.Impact, n.Target, n.HTML,
				strings.ReplaceAll(n.Summary, "\n", "\n  "))
		}
	}
}

// narrow looks at the page at three widths.
func (v *visitor) narrow(what string) {
	v.t.Helper()
	for _, width := range []int{320, 768, 1440} {
		v.must(v.SetViewportSize(width, 900))
		wide, err := v.Evaluate(`() => {
			const over = document.documentElement.scrollWidth - innerWidth;
			if (over <= 0) return '';
			const guilty = [...document.querySelectorAll('main *, header *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
			return over + ' px, ' + (guilty.at(-1)?.outerHTML.slice(0, 200) ?? 'nobody knows why');
		}`)
		v.must(err)
		if wide != "" {
			v.t.Errorf("%s scrolls sideways at %d px by %v", what, width, wide)
		}
	}
}
