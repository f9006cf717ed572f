// Package gittest is a real Git server for tests and rehearsals: Debian's own git http-backend behind net/http/cgi, with one
// private and one public repository, and beside them paths that misbehave in the ways that a check must tell apart. The same repositories
// are there over SSH, behind OpenSSH's own server; an SSH server inside the process does what no real one does.
package gittest

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// The paths of the server. Add one to [Server.URL], or call [Server.At].
const (
	Private   = "/acme/app.git"       // asks for user and password
	Public    = "/public/app.git"     // everybody may read it
	Empty     = "/acme/empty.git"     // asks too, and has no refs
	Missing   = "/acme/missing.git"   // asks, and is not there
	Forbidden = "/forbidden/app.git"  // asks, and then says 403
	Silent    = "/silent/app.git"     // takes the request and never answers
	Moved     = "/moved/app.git"      // redirects to Private
	Elsewhere = "/elsewhere/app.git"  // redirects to another server
	Page      = "/page/app.git"       // a page of HTML with status 200
	Broken    = "/broken/app.git"     // 500 with a text
	Away      = "https://example.org" // where Elsewhere leads

	// Quoted asks too, and has a name that a careless program would let a shell act on.
	Quoted = "/acme/it's $(touch pwned) `touch pwned` !1; x.git"
)

// Server is a running Git server on a loopback port.
type Server struct {
	URL  string // "http://127.0.0.1:40321"
	Root string // the folder with the repositories

	user, password string
	backend        http.Handler
	server         *http.Server
	quit           chan struct{}
	stop           sync.Once
	done           chan error
}

// New makes the repositories, starts the server and gives it back, or says what is missing on this machine.
func New(user, password string) (*Server, error) {
	root, err := os.MkdirTemp("", "gittest-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for repositories: %w", err)
	}
	s := &Server{Root: root, user: user, password: password, quit: make(chan struct{}), done: make(chan error, 1)}
	if err := s.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(root))
	}
	return s, nil
}

func (s *Server) start() error {
	backend, err := s.git(s.Root, "--exec-path")
	if err != nil {
		return err
	}
	if err := s.makeRepositories(); err != nil {
		return err
	}
	s.backend = &cgi.Handler{
		Path:   filepath.Join(strings.TrimSpace(backend), "git-http-backend"),
		Stderr: io.Discard, // says on the console what the client is told anyway
		Env:    append(isolated(s.Root), "GIT_PROJECT_ROOT="+s.Root, "GIT_HTTP_EXPORT_ALL=1"),
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	s.URL = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { s.done <- s.server.Serve(listener) }()
	return nil
}

// At gives the address of a path: At(gittest.Private).
func (s *Server) At(path string) string { return s.URL + path }

// Close ends the server and removes the repositories.
func (s *Server) Close() error {
	var err error
	s.stop.Do(func() {
		close(s.quit)
		err = s.server.Close()
		if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		err = errors.Join(err, os.RemoveAll(s.Root))
	})
	return err
}

// Handler is the server without its listener, for those who want to put TLS in front of it.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/acme/", s.guarded(s.backend))
	mux.Handle("/public/", s.backend)
	mux.Handle("/forbidden/", s.guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "This user may not read here.", http.StatusForbidden)
	})))
	mux.HandleFunc("/silent/", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-s.quit:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/moved/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.URL+"/acme/"+strings.TrimPrefix(r.URL.Path, "/moved/")+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
	})
	mux.HandleFunc("/elsewhere/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, Away+"/app.git/info/refs?token="+url.QueryEscape(s.password), http.StatusFound)
	})
	mux.HandleFunc("/page/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Sign in</title><p>Please sign in.") // a client that is gone needs no page
	})
	mux.HandleFunc("/broken/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "The disk of the Git server is full.", http.StatusInternalServerError)
	})
	return mux
}

// guarded asks for user and password as Git servers do.
func (s *Server) guarded(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(s.user + ":" + s.password))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		got := sha256.Sum256([]byte(user + ":" + password))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="Git"`)
			http.Error(w, "User name and password are needed.", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) makeRepositories() error {
	work := filepath.Join(s.Root, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, "README.md"), []byte("# app\n"), 0o600); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--initial-branch=main"},
		{"add", "README.md"},
		{"commit", "--quiet", "--message=the first one"},
		{"tag", "v1"},
		{"clone", "--quiet", "--bare", work, filepath.Join(s.Root, Private)},
		{"clone", "--quiet", "--bare", work, filepath.Join(s.Root, Public)},
		{"clone", "--quiet", "--bare", work, filepath.Join(s.Root, Quoted)},
		{"init", "--quiet", "--bare", "--initial-branch=main", filepath.Join(s.Root, Empty)},
	} {
		if _, err := s.git(work, args...); err != nil {
			return err
		}
	}
	return os.RemoveAll(work)
}

// git runs the program with nothing of the caller's own settings.
func (s *Server) git(dir string, args ...string) (string, error) {
	command := exec.Command("git", args...)
	command.Dir, command.Env = dir, isolated(s.Root)
	out, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.Join(err, errors.New(strings.TrimSpace(string(exit.Stderr))))
		}
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return string(out), nil
}

func isolated(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_CONFIG_HOME=" + home, "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Dana", "GIT_AUTHOR_EMAIL=dana@example.com", "GIT_COMMITTER_NAME=Dana", "GIT_COMMITTER_EMAIL=dana@example.com",
	}
}
