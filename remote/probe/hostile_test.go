package probe_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
)

// hostile is a server that speaks raw bytes, one function for each connection. It ends with the test.
func hostile(t *testing.T, behave func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			all.Go(func() {
				behave(conn)
				_ = conn.Close() // the client may be gone already
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, conn := range open {
			conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return listener.Addr().String()
}

// request reads the request up to its end, so that what follows is an answer and not a surprise.
func request(conn net.Conn) {
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil || strings.TrimSpace(line) == "" {
			return
		}
	}
}

// pour writes the same text until the client hangs up.
func pour(conn net.Conn, text string) {
	text = strings.Repeat(text, 1+4096/len(text))
	for {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
	}
}

const (
	ok        = "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n"
	preamble  = "001e# service=git-upload-pack\n0000"
	oneRef    = "003d0123456789012345678901234567890123456789 refs/heads/main\n"
	firstRef  = "00540123456789012345678901234567890123456789 refs/heads/main\x00agent=hostile/1.0 x=yz\n"
	needsAuth = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
)

func bomb() string {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	for range 64 {
		zip.Write(make([]byte, 1<<20)) // into memory, which does not fail
	}
	zip.Close()
	return packed.String()
}

// always answers each request of a connection with the same text.
func always(text string) func(net.Conn) {
	return func(conn net.Conn) {
		request(conn)
		io.WriteString(conn, text+"Content-Length: 0\r\n\r\n")
	}
}

func body(head, content string) func(net.Conn) {
	return func(conn net.Conn) {
		request(conn)
		fmt.Fprintf(conn, "%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", head, len(content), content)
	}
}

func TestHostileServersAreNeverGreenAndAlwaysEnd(t *testing.T) {
	wait := func(conn net.Conn) { io.Copy(io.Discard, conn) } // until the client hangs up
	zipped := bomb()
	tests := []struct {
		name   string
		scheme string
		code   string // "" where more than one is right
		behave func(net.Conn)
	}{
		{"a tarpit that takes the connection and says nothing", "http", "TIMEOUT", wait},
		{"a drip of one byte of the status line", "http", "TIMEOUT", func(c net.Conn) { request(c); io.WriteString(c, "H"); wait(c) }},
		{"an answer before the question", "http", "", func(c net.Conn) { io.WriteString(c, ok+"\r\n"); wait(c) }},
		{"a header that stops in the middle", "http", "TIMEOUT", func(c net.Conn) { request(c); io.WriteString(c, ok); wait(c) }},
		{"a body that stops in the middle", "http", "TIMEOUT", func(c net.Conn) {
			request(c)
			io.WriteString(c, ok+"Content-Length: 9999\r\n\r\n"+preamble+firstRef)
			wait(c)
		}},
		{"a reset before the answer", "http", "RESET", func(c net.Conn) { request(c); c.(*net.TCPConn).SetLinger(0) }},
		{"a connection that ends without an answer", "http", "RESET", func(c net.Conn) { request(c) }},
		{"a body that is cut off", "http", "RESET", func(c net.Conn) {
			request(c)
			io.WriteString(c, ok+"Content-Length: 9999\r\n\r\n"+preamble+firstRef)
		}},
		{"endless headers", "http", "TOO_LARGE", func(c net.Conn) { request(c); io.WriteString(c, ok); pour(c, "X-More: of the same\r\n") }},
		{"one endless header", "http", "TOO_LARGE", func(c net.Conn) { request(c); io.WriteString(c, ok+"X-Long: "); pour(c, strings.Repeat("x", 1024)) }},
		{"an endless body of junk", "http", "GIT_NOT_A_REPOSITORY", func(c net.Conn) { request(c); io.WriteString(c, ok+"\r\n"); pour(c, "all work and no play ") }},
		{"an endless body of refs", "http", "GIT_REFS_UNFINISHED", func(c net.Conn) {
			request(c)
			io.WriteString(c, ok+"\r\n"+preamble+firstRef)
			pour(c, oneRef)
		}},
		{"an endless body of empty version lines", "http", "TOO_LARGE", func(c net.Conn) { request(c); io.WriteString(c, ok+"\r\n"+preamble); pour(c, "000eversion 1\n") }},
		{"endless continues", "http", "", func(c net.Conn) { request(c); pour(c, "HTTP/1.1 100 Continue\r\n\r\n") }},
		{"a redirect to itself", "http", "REDIRECTED", always("HTTP/1.1 302 Found\r\nLocation: /info/refs\r\n")},
		{"a redirect to the metadata service", "http", "REDIRECTED", always("HTTP/1.1 307 Moved\r\nLocation: http://169.254.169.254/latest/\r\n")},
		{"a redirect without a target", "http", "REDIRECTED", always("HTTP/1.1 302 Found\r\n")},
		{"a bomb of zeroes", "http", "GIT_NOT_A_REPOSITORY", body(ok+"Content-Encoding: gzip\r\n", zipped)},
		{"a page of HTML", "http", "GIT_NOT_A_REPOSITORY", body("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "<h1>Welcome</h1>")},
		{"HTML that claims to be Git", "http", "GIT_NOT_A_REPOSITORY", body(ok, "<h1>Welcome</h1>")},
		{"the refs for another service", "http", "GIT_NOT_A_REPOSITORY", body(ok, "001f# service=git-receive-pack\n0000"+firstRef+"0000")},
		{"an empty answer", "http", "GIT_NOT_A_REPOSITORY", body(ok, "")},
		{"a list without its end", "http", "GIT_NOT_A_REPOSITORY", body(ok, preamble+firstRef+oneRef)},
		{"no content", "http", "HTTP_UNEXPECTED", always("HTTP/1.1 204 No Content\r\n")},
		{"an error of Git's own", "http", "GIT_ERROR", body(ok, preamble+"0013ERR disk is full")},
		{"a status that is not one", "http", "HTTP_UNEXPECTED", body("HTTP/1.1 999 Whatever\r\nContent-Type: x\r\n", "\x1b[31mred\x00 alert")},
		{"what is not HTTP", "http", "HTTP_UNEXPECTED", func(c net.Conn) { request(c); io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") }},
		{"an upgrade", "http", "HTTP_UNEXPECTED", always("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n")},
		{"401 for ever", "http", "GIT_AUTH_REFUSED", always("HTTP/1.1 401 Unauthorized\r\n")},
		{"a password, and then silence", "http", "TIMEOUT", func(c net.Conn) { request(c); io.WriteString(c, needsAuth); wait(c) }},
		{"a stalled TLS handshake", "https", "TIMEOUT", wait},
		{"a TLS handshake that is reset", "https", "RESET", func(c net.Conn) { io.ReadFull(c, make([]byte, 5)); c.(*net.TCPConn).SetLinger(0) }},
		{"plain text on a TLS port", "https", "TLS_FAILED", func(c net.Conn) {
			io.ReadFull(c, make([]byte, 5))
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		}},
		{"half a TLS record, then silence", "https", "TIMEOUT", func(c net.Conn) { io.ReadFull(c, make([]byte, 5)); c.Write([]byte{22, 3, 3, 0x40, 0}); wait(c) }},
	}
	if len(tests) < 20 {
		t.Errorf("%d hostile behaviours, want at least 20", len(tests))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := tt.scheme + "://" + hostile(t, tt.behave) + "/app.git"
			within := 10 * time.Second
			if tt.code == "TIMEOUT" || tt.code == "" {
				within = 300 * time.Millisecond
			}
			began := time.Now()
			got := loopback(within).Ask(t.Context(), withPassword(address, user, password))
			if took := time.Since(began); took > within+5*time.Second {
				t.Errorf("took %s, want an end by the deadline", took)
			}
			if got.Status == connector.Healthy {
				t.Errorf("Ask() is Healthy: %s", got.Text)
			}
			if tt.code != "" && got.Code != tt.code {
				t.Errorf("Ask() = %s %q %v, want %s", got.Code, got.Text, got.Steps, tt.code)
			}
			for _, text := range append(evidence(got), got.Text) {
				if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.Contains(text, password) {
					t.Errorf("shown text %q has control characters or the password", text)
				}
			}
		})
	}
}

func evidence(o connector.Outcome) []string {
	meet(o)
	var out []string
	for _, s := range o.Steps {
		out = append(out, s.Evidence)
	}
	return out
}

// The same behaviours at once must leave nothing behind; goleak in TestMain looks after the last test.
func TestAHundredTarpitsAtOnceEndTogether(t *testing.T) {
	address := "http://" + hostile(t, func(c net.Conn) { io.Copy(io.Discard, c) }) + "/app.git"
	p := loopback(300 * time.Millisecond)
	began := time.Now()
	codes := make(chan string, 100)
	for range cap(codes) {
		go func() { codes <- p.Ask(t.Context(), withPassword(address, user, password)).Code }()
	}
	for range cap(codes) {
		if code := <-codes; code != "TIMEOUT" {
			t.Errorf("Ask() = %s, want TIMEOUT", code)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestASecretThatTheServerSendsBackIsNotShown(t *testing.T) {
	secret := "unique canary/value+1"
	mux := http.NewServeMux()
	for path, reflect := range map[string]func(http.ResponseWriter, *http.Request, string){
		"/body": func(w http.ResponseWriter, _ *http.Request, s string) { http.Error(w, s, http.StatusTeapot) },
		"/type": func(w http.ResponseWriter, _ *http.Request, s string) {
			w.Header().Set("Content-Type", s)
			w.WriteHeader(http.StatusTeapot)
		},
		"/where": func(w http.ResponseWriter, _ *http.Request, s string) {
			w.Header().Set("Location", "/"+s)
			w.WriteHeader(http.StatusFound)
		},
		"/head":   func(w http.ResponseWriter, r *http.Request, s string) { refsWithHead(w, s) },
		"/gitsay": func(w http.ResponseWriter, r *http.Request, s string) { sayError(w, s) },
	} {
		mux.HandleFunc(path+"/", func(w http.ResponseWriter, r *http.Request) {
			name, pass, _ := r.BasicAuth()
			if pass == "" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			header := strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")
			reflect(w, r, strings.ReplaceAll(strings.Repeat("x", 100)+pass, " ", "%20")+" "+pass+" "+name+":"+pass+" "+header)
		})
	}
	server := listen(t, mux)
	for _, path := range []string{"/body", "/type", "/where", "/head", "/gitsay"} {
		got := loopback(5*time.Second).Ask(t.Context(), withPassword(server+path, user, secret))
		shown := strings.Join(append(evidence(got), got.Text, got.Cause, got.Next), "\n")
		for _, part := range []string{secret, "unique", "canary", "dW5pcXVl", "ZGVwbG95OnVuaXF1ZS"} {
			if strings.Contains(shown, part) {
				t.Errorf("%s: %q shows %q", path, shown, part)
			}
		}
	}
}

func refsWithHead(w http.ResponseWriter, head string) {
	w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
	line := "0123456789012345678901234567890123456789 HEAD\x00symref=HEAD:" + strings.ReplaceAll(head, " ", "%20") + "\n"
	fmt.Fprintf(w, "%s%04x%s0000", preamble, len(line)+4, line)
}

func sayError(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
	fmt.Fprintf(w, "%s%04xERR %s", preamble, len(text)+8, text)
}

// listen serves a handler on loopback until the test ends.
func listen(t *testing.T, handler http.Handler) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	return "http://" + listener.Addr().String()
}
