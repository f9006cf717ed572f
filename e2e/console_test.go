//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/catalog"
)

// The first admin of every console, and the password of everybody.
const (
	admin    = "admin"
	password = "a sentence that nobody guesses"
)

// console is a running program.
type console struct {
	URL        string
	data       string            // data directory; "" with --dev
	workspaces map[string]string // id by vendor; empty with --dev
	code       string            // set-up code, when nobody can sign in yet
	faults     bool              // errors in the log are what the test is about

	process *exec.Cmd
	log     *journal
	ended   chan error
}

// journal collects what a program writes, from its own goroutine.
type journal struct {
	sync.Mutex
	bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.Lock()
	defer j.Unlock()
	return j.Buffer.Write(p)
}

func (j *journal) String() string {
	j.Lock()
	defer j.Unlock()
	return j.Buffer.String()
}

// house is the console that most tests share: one hosted workspace for each vendor, and the secrets that the examples name.
var house = sync.OnceValues(func() (*console, error) {
	c, err := furnished()
	if err != nil {
		return nil, err
	}
	return c, c.keepExamples()
})

// dev is serve --dev, with a sample of everything.
var dev = sync.OnceValues(func() (*console, error) {
	return start([]string{"PATCHBAY_DEV_PASSWORD=" + password}, "--dev")
})

// use gives a console that is started at its first use.
func use(t *testing.T, which func() (*console, error)) *console {
	t.Helper()
	c, err := which()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// empty starts a console in which nobody can sign in yet.
func empty() (*console, error) {
	dir, err := os.MkdirTemp(filepath.Dir(program), "data-")
	if err != nil {
		return nil, err
	}
	return start(nil, "--data", dir)
}

// furnished starts a console with an admin and a workspace for each vendor.
func furnished() (*console, error) {
	dir, err := os.MkdirTemp(filepath.Dir(program), "data-")
	if err != nil {
		return nil, err
	}
	file := dir + ".password"
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		return nil, err
	}
	c, err := start([]string{"PATCHBAY_ADMIN_USER=" + admin, "PATCHBAY_ADMIN_PASSWORD_FILE=" + file}, "--data", dir)
	if err != nil {
		return nil, err
	}
	for _, v := range catalog.All() {
		args := []string{"workspace", "add", "Acme " + v.Short, "--vendor", v.ID, "--account", accounts[v.ID]}
		if v.Regions {
			args = append(args, "--region", "us-east-1")
		}
		out, err := c.run("", args...)
		if err != nil {
			return nil, err
		}
		id := regexp.MustCompile(`\(([^)]+)\) is open`).FindStringSubmatch(out)
		if id == nil {
			return nil, fmt.Errorf("workspace add says %q, want the id of a workspace", out)
		}
		c.workspaces[v.ID] = id[1]
	}
	return c, nil
}

// accounts are ids of tenancies as each vendor writes them.
var accounts = map[string]string{"harness": "AbCdEfGhIjKlMnOpQrStUv", "securityhub": "123456789012", "jitterbit": "512604"}

// start starts the program on a free port and waits until it says where it is.
func start(env []string, flags ...string) (*console, error) {
	c := &console{workspaces: map[string]string{}, log: &journal{}, ended: make(chan error, 1)}
	c.process = exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)...)
	// Many tests at once are one user at one host here, and nothing happens but by a test: the watch has a console of its own.
	c.process.Env = append(append(os.Environ(), "PATCHBAY_CHECKS_PER_USER=100", "PATCHBAY_CHECKS_PER_HOST=8", "PATCHBAY_NO_WATCH=true"), env...)
	c.process.Stderr = c.log
	if len(flags) == 2 {
		c.data = flags[1]
	}
	out, err := c.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.process.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	consoles.Lock()
	consoles.all = append(consoles.all, c)
	consoles.Unlock()
	lines := bufio.NewScanner(out)
	for c.URL == "" && lines.Scan() {
		if _, code, ok := strings.Cut(lines.Text(), "good for 30 minutes: "); ok {
			c.code = code
		}
		if _, url, ok := strings.Cut(lines.Text(), "Patchbay is at "); ok {
			c.URL = url
		}
	}
	go func() {
		_, err := io.Copy(io.Discard, out)
		c.ended <- errors.Join(err, c.process.Wait())
	}()
	if c.URL == "" {
		return nil, fmt.Errorf("the program did not come up: %w\n%s", <-c.ended, c.log)
	}
	return c, nil
}

// run runs another verb of the program on the same data directory, beside the one that serves.
func (c *console) run(stdin string, args ...string) (string, error) {
	verb := exec.Command(program, append(args, "--data", c.data)...)
	verb.Stdin = strings.NewReader(stdin)
	out, err := verb.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.Join(err, errors.New(string(exit.Stderr)))
		}
		return "", fmt.Errorf("patchbay %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

// stop ends the program in order, and complains of errors in its log.
func (c *console) stop() error {
	if c.process.ProcessState == nil {
		if err := c.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
	}
	var problems []error
	select {
	case err := <-c.ended:
		if err != nil {
			problems = append(problems, fmt.Errorf("the program ended badly: %w", err))
		}
	case <-time.After(20 * time.Second):
		problems = append(problems, errors.New("the program did not stop within 20 s"), c.process.Process.Kill())
	}
	for line := range strings.SplitSeq(c.log.String(), "\n") {
		if strings.Contains(line, `"level":"ERROR"`) && !c.faults {
			problems = append(problems, errors.New("the program logged an error: "+line))
		}
	}
	return errors.Join(problems...)
}

// eachType runs a test for each type of the catalog, so that a new type adds its tests.
func eachType(t *testing.T, test func(t *testing.T, v *connector.Vendor, typ connector.Type)) {
	t.Helper()
	for _, v := range catalog.All() {
		for _, typ := range v.Types {
			t.Run(v.ID+"/"+typ.Name, func(t *testing.T) { test(t, v, typ) })
		}
	}
}
