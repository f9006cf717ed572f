package views

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// The tokens of the style sheet are read here and paired as the rules pair them.
func TestColoursHaveContrastInBothThemes(t *testing.T) {
	css, err := os.ReadFile("../assets/static/patchbay.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindAllStringSubmatch(string(css), -1) {
		tokens[m[1]] = [2]string{m[2], m[3]}
	}
	const text, part = 4.5, 3
	pairs := []struct {
		front string
		least float64
		backs []string
	}{
		{"ink", text, []string{"bg", "surface", "sunken", "raised", "accent-soft", "ok-soft", "warn-soft", "bad-soft", "wait-soft"}},
		{"ink-2", text, []string{"bg", "surface", "sunken", "raised", "accent-soft", "ok-soft", "warn-soft", "bad-soft", "wait-soft"}},
		{"ink-3", text, []string{"bg", "surface", "sunken", "raised"}},
		{"accent-ink", text, []string{"accent"}},
		{"bad-solid-ink", text, []string{"bad-solid"}},
		{"ok", text, []string{"surface", "sunken", "ok-soft", "bg"}},
		{"warn", text, []string{"surface", "sunken", "warn-soft", "bg"}},
		{"bad", text, []string{"surface", "sunken", "bad-soft", "bg", "raised"}},
		{"wait", text, []string{"surface", "sunken", "wait-soft", "bg"}},
		{"idle", text, []string{"surface", "sunken", "bg"}},
		{"accent", part, []string{"bg", "surface", "sunken", "raised", "accent-soft"}},
		{"edge", part, []string{"bg", "surface", "sunken", "raised"}},
	}
	for _, p := range pairs {
		for _, back := range p.backs {
			for i, theme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s on %s, %s", p.front, back, theme)
				if tokens[p.front][i] == "" || tokens[back][i] == "" {
					t.Errorf("%s: a token is missing", name)
					continue
				}
				if got := contrast(t, tokens[p.front][i], tokens[back][i]); got < p.least {
					t.Errorf("%s: contrast %.2f, want at least %.1f", name, got, p.least)
				}
			}
		}
	}
}

// contrast is the ratio that WCAG 2 defines.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	part := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
