package handlers_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
)

// stages is another side that goes from step to step as the test says.
type stages struct {
	asked chan connector.Question
	next  chan connector.Step // closed by the test: that is all
}

func newStages() *stages {
	return &stages{asked: make(chan connector.Question, 100), next: make(chan connector.Step)}
}

func (s *stages) Ask(ctx context.Context, q connector.Question) connector.Outcome {
	s.asked <- q
	out := connector.Outcome{Status: connector.Healthy, Code: "GIT_REFS_LISTED", Text: "The server listed its refs."}
	for {
		select {
		case step, more := <-s.next:
			if !more {
				return out
			}
			q.Step(step)
			out.Steps = append(out.Steps, step)
		case <-ctx.Done():
			return connector.Outcome{Status: connector.Failing, Code: "TIMEOUT", Text: "Too late.", Steps: out.Steps}
		}
	}
}

func step(name string) connector.Step {
	return connector.Step{Name: name, State: connector.StepOK, Took: time.Millisecond, Evidence: "saw <" + name + ">"}
}

// served puts the console behind a real server, as streams need one, and gives its address.
func (c *console) served(t *testing.T, alter func(*http.Server)) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = c.base.Host
		c.door.ServeHTTP(w, r)
	}))
	server.Config.ReadTimeout, server.Config.WriteTimeout = 30*time.Second, time.Minute
	if alter != nil {
		alter(server.Config)
	}
	server.Config.RegisterOnShutdown(c.quit)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// message is one message of a stream.
type message struct{ id, name, data string }

// reader reads a stream. Comments are counted and not given.
type reader struct {
	*http.Response
	lines *bufio.Scanner
	beats int
	retry string
}

// listen opens a stream as the page does.
func (v *visitor) listen(t *testing.T, base, path, last string) *reader {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	r.Header.Set("HX-Request", "true")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	res, err := (&http.Client{Transport: transport, Timeout: time.Minute}).Do(r)
	if err != nil {
		t.Fatalf("GET %s = %v", path, err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return &reader{Response: res, lines: lines}
}

// next gives the next message; io.EOF at the end of the stream.
func (r *reader) next() (message, error) {
	var m message
	var data []string
	for r.lines.Scan() {
		line := r.lines.Text()
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && (data != nil || m.name != ""):
			m.data = strings.Join(data, "\n")
			return m, nil
		case line == "":
		case field == "":
			r.beats++
		case field == "id":
			m.id = value
		case field == "event":
			m.name = value
		case field == "data":
			data = append(data, value)
		case field == "retry":
			r.retry = value
		}
	}
	if err := r.lines.Err(); err != nil {
		return m, err
	}
	return m, io.EOF
}

// must gives the next message.
func (r *reader) must(t *testing.T) message {
	t.Helper()
	m, err := r.next()
	if err != nil {
		t.Fatalf("the next message = %v", err)
	}
	return m
}

// over wants the stream to end.
func (r *reader) over(t *testing.T, why string) {
	t.Helper()
	if m, err := r.next(); !errors.Is(err, io.EOF) {
		t.Errorf("%s the stream goes on with %+v, %v", why, m, err)
	}
}

// live is a check on its way, and where its stream is.
func (c *console) live(t *testing.T, s *stages) (connector.Connector, connector.Run, string) {
	t.Helper()
	one := c.git(t)
	run, err := c.reg.Check(t.Context(), root, one.ID)
	if err != nil {
		t.Fatalf("Check() = %v", err)
	}
	<-s.asked
	return one, run, "/connectors/" + one.ID + "/checks/" + run.ID + "/events"
}
