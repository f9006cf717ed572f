package probe_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
)

// rehearsed is a probe that meets the other sides of the rehearsal under their own names.
func rehearsed(t *testing.T) *probe.Probe {
	t.Helper()
	there, err := rehearsal.New(user, password, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := there.Close(); err != nil {
			t.Error(err)
		}
	})
	return probe.New(remote.New(remote.Config{AllowLoopback: true, ConnectTo: there.Routes(), Roots: there.Roots()}), nil)
}

// opened is a secret for a field, allowed where the address leads.
func opened(address, value string) connector.Opened {
	to, _ := connector.OriginOf(address)
	return connector.NewOpened(connector.NewSecret(value), to)
}

// listed is one row of a table of questions for a list.
type listed struct {
	name   string
	q      connector.Question
	status connector.Status
	code   string
	steps  string
	text   string   // part of the sentence
	shows  []string // parts of the evidence
}

// good is the way to a server that is asked over TLS, with an answer that begins well.
const good = "Resolve ok, Connect ok, TLS ok, HTTP ok, "

// askEach asks every question of a table. A row whose steps do not begin with the first one had a good way there.
func askEach(t *testing.T, p *probe.Probe, rows []listed, secrets ...string) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := p.Ask(t.Context(), row.q)
			want(t, got, row.status, row.code)
			steps := row.steps
			if !strings.HasPrefix(steps, "Resolve") {
				steps = good + steps
			}
			if states(got) != steps {
				t.Errorf("steps = %s, want %s", states(got), steps)
			}
			if !strings.Contains(got.Text, row.text) {
				t.Errorf("Text = %q, want %q in it", got.Text, row.text)
			}
			all := strings.Join(evidence(got), "\n")
			for _, part := range row.shows {
				if !strings.Contains(all, part) {
					t.Errorf("evidence = %q, want it to show %q", all, part)
				}
			}
			hides(t, got, append(secrets, password)...)
		})
	}
}

// hides fails where an outcome shows a secret, as it is or as it goes in a header.
func hides(t *testing.T, got connector.Outcome, secrets ...string) {
	t.Helper()
	shown := strings.Join(append(evidence(got), got.Text, got.Cause, got.Next), "\n")
	for _, secret := range secrets {
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(user + ":" + secret)),
			base64.StdEncoding.EncodeToString([]byte(user + "@customer1:" + secret))} {
			if strings.Contains(shown, form) {
				t.Errorf("the outcome shows %q: %s", form, shown)
			}
		}
	}
}

// everyCode fails unless each code of a kind is the end of a row, but for those of another test.
func everyCode(t *testing.T, prefix string, rows []listed, elsewhere ...string) {
	t.Helper()
	for _, c := range probe.Codes() {
		if strings.HasPrefix(c.Code, prefix) && !slices.Contains(elsewhere, c.Code) && !slices.ContainsFunc(rows, func(r listed) bool { return r.code == c.Code }) {
			t.Errorf("no row ends with %s", c.Code)
		}
	}
}

// noted is a handler that keeps what came in, so that a test can look for a secret in all of it.
type noted struct {
	http.Handler
	mu   sync.Mutex
	came []string
}

func (n *noted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := r.ParseForm()
	n.mu.Lock()
	n.came = append(n.came, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization")+" "+r.PostForm.Encode())
	n.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n.Handler.ServeHTTP(w, r)
}

func (n *noted) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.came)
}

// neverSent asks questions whose secrets may not go to the server, or are missing, and looks for them in what arrived there.
func neverSent(t *testing.T, ask func(address string) map[string]connector.Question) {
	t.Helper()
	server := &noted{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })}
	address := listen(t, server)
	for name, q := range ask(address) {
		code := "SECRET_NOT_ALLOWED_HERE"
		if strings.HasPrefix(name, "missing") {
			code = "SECRET_MISSING"
		}
		got := loopback(5*time.Second).Ask(t.Context(), q)
		want(t, got, connector.Failing, code)
		if !strings.Contains(got.Text, address) || states(got) != "Resolve ok, Connect ok, HTTP ok, Authenticate failed, Authorise skipped, Use skipped" {
			t.Errorf("%s: %q, steps = %s", name, got.Text, states(got))
		}
	}
	came := server.all()
	if len(came) == 0 {
		t.Error("nobody asked the server at all: the test could not fail")
	}
	for _, request := range came {
		if !strings.HasPrefix(request, "GET ") || !strings.HasSuffix(request, "  ") {
			t.Errorf("%q arrived, want only requests without credentials", request)
		}
	}
}

// neverGreen asks servers that answer anything but the list, which is a good one, to everybody or to us alone.
func neverGreen(t *testing.T, list string, ask func(address string) connector.Question) {
	t.Helper()
	ok := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
	whole := func(content string) string { return ok + "\r\n" + content }
	tests := []struct{ name, code, answer, forever string }{
		{name: "a list in a page", code: "PAGE_INSTEAD", answer: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + list},
		{name: "a page that claims to be JSON", code: "PAGE_INSTEAD", answer: whole("<!DOCTYPE html><p>Welcome</p>")},
		{name: "nothing", code: "EMPTY_ANSWER", answer: whole("")},
		{name: "no content", code: "EMPTY_ANSWER", answer: "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"},
		{name: "null", code: "NOT_A_LIST", answer: whole("null")},
		{name: "an object", code: "NOT_A_LIST", answer: whole(`{"list":` + list + `}`)},
		{name: "a list of something else", code: "NOT_A_LIST", answer: whole(`[{"hello":"world"}]`)},
		{name: "a list of numbers", code: "NOT_A_LIST", answer: whole(`[1,2,3]`)},
		{name: "a list that ends in the middle", code: "NOT_A_LIST", answer: whole(list[:len(list)-1])},
		{name: "a list with more behind it", code: "NOT_A_LIST", answer: whole(list + list)},
		{name: "a list with junk in it", code: "NOT_A_LIST", answer: whole(list[:len(list)-1] + `,{"hello":"world"}]`)},
		{name: "brackets without an end", code: "TOO_LARGE", answer: ok + "\r\n", forever: "["},
		{name: "one string without an end", code: "TOO_LARGE", answer: ok + "\r\n[{\"key\":\"", forever: "x"},
		{name: "spaces without an end", code: "TOO_LARGE", answer: ok + "\r\n", forever: " "},
		{name: "a body that is cut off", code: "RESET", answer: ok + "Content-Length: 9999\r\n\r\n" + list},
		{name: "an error with a list", code: "SERVER_ERROR", answer: "HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + list},
		{name: "a teapot with a list", code: "HTTP_UNEXPECTED", answer: "HTTP/1.1 418 Teapot\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + list},
		{name: "a redirect to the metadata service", code: "REDIRECTED", answer: "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nConnection: close\r\n\r\n"},
	}
	for _, tt := range tests {
		for _, who := range []string{"to everybody", "to us"} {
			t.Run(tt.name+" "+who, func(t *testing.T) {
				server := raw(t, func(request string) (string, string) {
					if who == "to us" && !strings.Contains(request, "\r\nAuthorization: ") {
						return "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n", ""
					}
					return tt.answer, tt.forever
				})
				got := loopback(5*time.Second).Ask(t.Context(), ask("http://"+server))
				if got.Status != connector.Failing || !strings.HasSuffix(got.Code, tt.code) {
					t.Errorf("Ask() = %s %s %q %s, want Failing and …%s", got.Status, got.Code, got.Text, states(got), tt.code)
				}
				if !strings.Contains(states(got), "failed") {
					t.Errorf("steps = %s, want one that failed", states(got))
				}
				hides(t, got, password)
			})
		}
	}
}
