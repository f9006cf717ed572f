//go:build bench

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

type measured struct {
	cmd             *exec.Cmd
	base, workspace string
	client          *http.Client
}

func startProgram(t *testing.T, binary, data string) *measured {
	t.Helper()
	p := &measured{cmd: exec.Command(binary, "serve", "--data", data, "--listen", "127.0.0.1:18473", "--log-level", "error"), base: "http://127.0.0.1:18473"}
	var log bytes.Buffer
	p.cmd.Stdout, p.cmd.Stderr = &log, &log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; {
		if answer, err := http.Get(p.base + "/livez"); err == nil {
			answer.Body.Close()
			break
		} else if time.Now().After(end) {
			t.Fatalf("the program does not answer: %v\n%s", err, log.String())
		}
		time.Sleep(200 * time.Microsecond)
	}
	return p
}

func (p *measured) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// signedIn gives a client with a session, made once.
func (p *measured) signedIn(t *testing.T) *http.Client {
	t.Helper()
	if p.client == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		p.client = &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err := p.client.PostForm(p.base+"/login", url.Values{"username": {"admin"}, "password": {figurePassword}})
		if err != nil || answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign in: %v, %v", answer, err)
		}
		answer.Body.Close()
		page := p.get(t, "/workspaces")
		_, after, _ := strings.Cut(page, "/workspaces/")
		p.workspace, _, _ = strings.Cut(after, "/")
	}
	return p.client
}

func (p *measured) get(t *testing.T, path string) string {
	t.Helper()
	answer, err := p.signedIn(t).Get(p.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %d, %v", path, answer.StatusCode, err)
	}
	return string(body)
}

func (p *measured) weight(t *testing.T, path string) (plain, packed int) {
	body := p.get(t, path)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, body)
	w.Close()
	return len(body), out.Len()
}

func (p *measured) resident(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return "not known here"
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return fmt.Sprintf("%.0f MiB", float64(kb)/1024)
		}
	}
	return "not known here"
}

// load does something again and again with a session, so many at once, and gives how often a second and how long 95 of 100 took at most.
func (p *measured) load(t *testing.T, at int, long time.Duration, do func(*http.Client, int) error) (perSecond float64, p95 time.Duration) {
	t.Helper()
	client := p.signedIn(t)
	return load(t, at, long, func(hand int) error { return do(client, hand) })
}

// load does something again and again, so many at once, and gives how often a second and how long 95 of 100 took at most.
func load(t *testing.T, at int, long time.Duration, do func(hand int) error) (perSecond float64, p95 time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var group sync.WaitGroup
	began := time.Now()
	for hand := range at {
		group.Go(func() {
			for time.Since(began) < long {
				from := time.Now()
				if err := do(hand); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(from))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(took) == 0 {
		return 0, 0
	}
	slices.Sort(took)
	return float64(len(took)) / time.Since(began).Seconds(), took[len(took)*95/100]
}

func read(c *http.Client, address string) error {
	answer, err := c.Get(address)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s = %d", address, answer.StatusCode)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func create(c *http.Client, p *measured, n int64) error {
	answer, err := c.PostForm(p.base+"/connectors/new/harness/ArtifactoryAnonymous", url.Values{"workspace": {p.workspace}, "name": {fmt.Sprintf("Made %d", n)},
		"identifier": {fmt.Sprintf("made_%d_%d", os.Getpid(), n)}, "url": {"https://mirror.example.test/artifactory"}})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("create = %d", answer.StatusCode)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
