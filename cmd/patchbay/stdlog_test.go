package main

import (
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"patchbay/remote"
)

// TestTheLogDoesNotQuoteOtherSides: a server that was given a secret sends it back when nobody asked for anything. net/http logs what it sent.
func TestTheLogDoesNotQuoteOtherSides(t *testing.T) {
	had := slog.Default()
	t.Cleanup(func() { slog.SetDefault(had); log.SetOutput(os.Stderr) })
	said := newOutput()
	for name, to := range map[string]func(*slog.Logger){"as slog would have it": slog.SetDefault, "as the program has it": logTo} {
		to(slog.New(slog.NewJSONHandler(said, nil)))
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			if r, err := io.ReadAll(io.LimitReader(conn, 16)); err == nil && len(r) == 16 {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nX-Canary: canary-5a5a\r\n\r\n") // who has hung up misses it
			}
			_, _ = io.Copy(io.Discard, conn)
		}()
		client := remote.New(remote.Config{AllowLoopback: true}).Client()
		res, err := client.Get("http://" + listener.Addr().String() + "/")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("the answer is %s, %v", res.Status, err)
		}
		res.Body.Close()
		line := "" // it is written behind our back, so it has to be waited for
		for line == "" {
			text, more := said.now()
			if _, behind, ok := strings.Cut(text, "Unsolicited response"); ok {
				line = behind
				break
			}
			<-more
		}
		client.CloseIdleConnections()
		listener.Close()
		<-served
		// The first is the control switched off.
		if shows := strings.Contains(line, "canary-5a5a"); shows != strings.HasPrefix(name, "as slog") {
			t.Errorf("%s the log shows what came unasked: %v: %s", name, shows, line)
		}
		said = newOutput()
	}
}
