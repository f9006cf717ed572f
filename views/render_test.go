package views

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Every page in every state keeps what a reader, a screen reader and the content security policy rely on.
// With PATCHBAY_PAGES set to a folder the pages are left there, to be looked at.
func TestEveryPageIsWellMade(t *testing.T) {
	for name, page := range pages() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := page.Render(context.Background(), &out); err != nil {
				t.Fatalf("Render: %v", err)
			}
			if dir := os.Getenv("PATCHBAY_PAGES"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, name+".html"), out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(out.String(), canary) {
				t.Error("the page shows a secret")
			}
			doc, err := html.Parse(&out)
			if err != nil {
				t.Fatal(err)
			}
			inspect(t, doc)
		})
	}
}

// The samples do hold a secret; without one the canary would prove nothing.
func TestCanaryIsInTheSamples(t *testing.T) {
	if fullSpec().Token.Reveal() != canary {
		t.Error("the samples hold no secret, so the pages prove nothing")
	}
}

func inspect(t *testing.T, doc *html.Node) {
	t.Helper()
	ids, labelled, headings := map[string]int{}, map[string]bool{}, 0
	var all []*html.Node
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		all = append(all, n)
		if id := attr(n, "id"); id != "" {
			ids[id]++
		}
		switch n.Data {
		case "h1":
			headings++
		case "label":
			labelled[attr(n, "for")] = true
		}
	}
	if headings != 1 {
		t.Errorf("the page has %d h1, want 1", headings)
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q stands %d times", id, n)
		}
	}
	for _, n := range all {
		inspectElement(t, n, ids, labelled)
	}
}

func inspectElement(t *testing.T, n *html.Node, ids map[string]int, labelled map[string]bool) {
	t.Helper()
	for _, a := range n.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on"):
			t.Errorf("<%s> has the inline attribute %s", n.Data, a.Key)
		case strings.HasPrefix(a.Val, "js:") || a.Key == "hx-trigger" && strings.Contains(a.Val, "["):
			t.Errorf("<%s> has %s=%q, which needs eval", n.Data, a.Key, a.Val)
		case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "aria-controls" || a.Key == "list" || a.Key == "for":
			for id := range strings.FieldsSeq(a.Val) {
				if ids[id] == 0 {
					t.Errorf("<%s> points with %s at %q, which is not there", n.Data, a.Key, id)
				}
			}
		case a.Key == "href" && strings.HasPrefix(a.Val, "#") && ids[a.Val[1:]] == 0:
			t.Errorf("a link leads to %q, which is not there", a.Val)
		}
	}
	switch n.Data {
	case "script", "style":
		if n.FirstChild != nil {
			t.Errorf("inline <%s>", n.Data)
		}
	case "input", "select", "textarea":
		if attr(n, "type") != "hidden" && !labelled[attr(n, "id")] && attr(n, "aria-label") == "" && !within(n, "label") {
			t.Errorf("<%s name=%q> has no label", n.Data, attr(n, "name"))
		}
	case "button", "a", "summary":
		if strings.TrimSpace(said(n)) == "" && attr(n, "aria-label") == "" {
			t.Errorf("<%s> has no name", n.Data)
		}
	case "form":
		if attr(n, "method") == "post" && !has(n, "data-once") && attr(n, "action") != "/account/theme" {
			t.Errorf("the form to %q could be sent twice", attr(n, "action"))
		}
	case "table":
		if first(n) != "caption" {
			t.Error("a table has no caption")
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func within(n *html.Node, tag string) bool {
	for p := range n.Ancestors() {
		if p.Data == tag {
			return true
		}
	}
	return false
}

func said(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}

func first(n *html.Node) string {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c.Data
		}
	}
	return ""
}
