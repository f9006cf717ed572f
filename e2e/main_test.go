//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// What all tests share: the program under test, one browser, and the text of axe.
var (
	program string
	browser playwright.Browser
	axe     string
)

func TestMain(m *testing.M) {
	code, err := suite(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// suite builds the program, starts driver and browser, runs the tests and takes everything down again.
func suite(m *testing.M) (code int, err error) {
	room, err := os.MkdirTemp("", "patchbay-e2e-")
	if err != nil {
		return 1, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	root, err := filepath.Abs("..")
	if err != nil {
		return 1, err
	}
	built := make(chan error, 1)
	go func() {
		program = filepath.Join(room, "patchbay")
		build := exec.Command("go", "build", "-o", program, "./cmd/patchbay")
		build.Dir = root
		out, err := build.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("build the program: %w\n%s", err, out)
		}
		built <- err
	}()
	stop, err := startBrowser(root)
	if err = errors.Join(err, <-built); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	defer func() { err = errors.Join(err, closeConsoles()) }()
	return m.Run(), nil
}

// startBrowser starts the driver and the browser, or says what has to be installed.
func startBrowser(root string) (stop func() error, err error) {
	modules := os.Getenv("PATCHBAY_E2E_NODE_MODULES")
	if modules == "" {
		modules = filepath.Join(root, "node_modules")
	}
	if modules, err = filepath.Abs(modules); err != nil {
		return nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, errors.New("there is no node on this machine; install Node 18 or newer, then run \"make needs\"")
	}
	if _, err := os.Stat(filepath.Join(modules, "package", "cli.js")); err != nil {
		return nil, fmt.Errorf("there is no Playwright driver in %s; run \"make needs\" (npm ci) in the root of the module, "+
			"or point PATCHBAY_E2E_NODE_MODULES at another node_modules", modules)
	}
	text, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	if err != nil {
		return nil, fmt.Errorf("there is no axe-core in %s; run \"make needs\" (npm ci) in the root of the module", modules)
	}
	axe = string(text)
	exe, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		return nil, errors.New("there is no chromium-headless-shell on this machine; run \"make needs\", or " +
			"apt-get install chromium-headless-shell fonts-dejavu-core")
	}
	if err := os.Setenv("PLAYWRIGHT_NODEJS_PATH", node); err != nil {
		return nil, err
	}
	driver, err := playwright.Run(&playwright.RunOptions{DriverDirectory: modules, SkipInstallBrowsers: true})
	if err != nil {
		return nil, fmt.Errorf("start the Playwright driver: %w", err)
	}
	browser, err = driver.Chromium.Launch(playwright.BrowserTypeLaunchOptions{ExecutablePath: &exe})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", exe, err), driver.Stop())
	}
	return func() error { return errors.Join(browser.Close(), driver.Stop()) }, nil
}

// consoles are the programs that were started, for the end.
var consoles struct {
	sync.Mutex
	all []*console
}

func closeConsoles() error {
	consoles.Lock()
	defer consoles.Unlock()
	var problems []error
	for _, c := range consoles.all {
		problems = append(problems, c.stop())
	}
	return errors.Join(problems...)
}
