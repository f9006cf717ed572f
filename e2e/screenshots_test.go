//go:build e2e && screenshots

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// TestScreenshots writes docs/screenshots anew: each page wide and narrow, light and dark, over the samples of serve --dev.
func TestScreenshots(t *testing.T) {
	c := use(t, dev)
	dir, err := filepath.Abs(filepath.Join("..", "docs", "screenshots"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	packer, err := exec.LookPath("cwebp")
	if err != nil {
		t.Fatal("cwebp is not installed; it is in Debian's package webp")
	}
	v := c.visit(t, admin)
	pages := []struct{ name, path string }{
		{"overview", "/"}, {"connectors", "/connectors"}, {"choose", "/connectors/new"}, {"form", "/connectors/new/harness/GitHttp"},
		{"secrets", "/secrets"}, {"workspaces", "/workspaces"}, {"credentials", "/credentials"}, {"requests", "/requests"},
		{"watch", "/watch"}, {"expiry", "/expiry"}, {"notices", "/notices"},
		{"users", "/users"}, {"audit", "/audit"}, {"trash", "/trash"}, {"account", "/account"}, {"reference", "/reference"},
		{"type", "/reference/harness/GitHttp"}, {"codes", "/reference/codes"}, {"compatibility", "/reference/compatibility"},
	}
	for name, called := range map[string]string{"connector": "Payments Git", "registration": "Acme Ledger", "waiting": "Findings to Jira", "host-key": "Infra over SSH"} {
		v.open("/connectors?q=" + called)
		v.click(v.link(called))
		v.heading(called)
		pages = append(pages, struct{ name, path string }{name, v.path()}, struct{ name, path string }{name + "-edit", v.path() + "/edit"})
	}
	for _, p := range pages {
		v.open(p.path)
		for _, size := range []struct {
			name          string
			width, height int
		}{{"wide", 1440, 900}, {"narrow", 390, 844}} {
			v.must(v.SetViewportSize(size.width, size.height))
			for scheme, name := range map[*playwright.ColorScheme]string{playwright.ColorSchemeLight: "light", playwright.ColorSchemeDark: "dark"} {
				v.must(v.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: scheme}))
				png := filepath.Join(t.TempDir(), "page.png")
				_, err := v.Screenshot(playwright.PageScreenshotOptions{Path: &png})
				v.must(err)
				out, err := exec.Command(packer, "-quiet", "-q", "80", png, "-o", filepath.Join(dir, p.name+"-"+size.name+"-"+name+".webp")).CombinedOutput()
				if err != nil {
					t.Fatalf("pack %s: %v\n%s", p.name, err, out)
				}
			}
		}
	}
}
