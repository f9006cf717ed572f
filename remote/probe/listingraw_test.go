package probe_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
)

// raw is a server that answers each request, which it is shown up to the end of its header, with raw bytes, and then with a text
// again and again until the client hangs up, where it is not "".
func raw(t *testing.T, answer func(request string) (first, forever string)) (address string) {
	t.Helper()
	return hostile(t, func(conn net.Conn) {
		var request strings.Builder
		for reader := bufio.NewReader(conn); ; {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			if strings.TrimSpace(line) == "" {
				break
			}
			request.WriteString(line)
		}
		first, forever := answer(request.String())
		if _, err := io.WriteString(conn, first); err != nil {
			return
		}
		if forever != "" {
			pour(conn, forever)
		}
	})
}

// mirrored answers with a text in every place that a check may show, at places where a cut could leave half of it.
func mirrored(w http.ResponseWriter, status int, text string) {
	for _, name := range []string{"WWW-Authenticate", "X-Jfrog-Version", "Content-Type"} {
		w.Header().Set(name, strings.Repeat("x", 20)+" "+text+" "+text)
	}
	w.Header().Set("Location", "/"+text)
	w.WriteHeader(status)
	fmt.Fprint(w, strings.Repeat(" ", 16<<10-len(text)/2)+text+" "+text)
}

func TestAPasswordThatAListServerSendsBackIsNotShown(t *testing.T) {
	const canary = "unique-canary-value-1"
	basic := func(name string) string { return base64.StdEncoding.EncodeToString([]byte(name + ":" + canary)) }
	tests := []struct {
		name  string
		ask   func(address string) connector.Question
		forms []string // in which the server knows the password
	}{
		{"Artifactory", func(at string) connector.Question { return artifactory(at, user, canary) }, []string{canary, basic(user)}},
		{"Artifactory, sealed", func(at string) connector.Question { return artifactorySealed(at, "sealed-user", canary) }, []string{canary, basic("sealed-user"), "sealed-user"}},
		{"AppDynamics", func(at string) connector.Question { return appdUser(at, "customer1", user, canary) }, []string{canary, basic(user + "@customer1")}},
		{"AppDynamics, API client", func(at string) connector.Question { return appdClient(at, "customer1", user, canary) }, []string{canary, "client_secret=" + canary}},
	}
	for _, tt := range tests {
		for _, text := range tt.forms {
			for _, status := range []int{http.StatusOK, http.StatusFound, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTeapot, http.StatusServiceUnavailable} {
				// To strangers too: it may remember the password of an earlier check.
				server := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { mirrored(w, status, text) }))
				got := loopback(5*time.Second).Ask(t.Context(), tt.ask(server))
				shown := strings.Join(append(evidence(got), got.Text), "\n")
				for _, part := range []string{text, text[:8], text[len(text)-8:]} {
					if part != "client_s" && strings.Contains(shown, part) {
						t.Errorf("%s, %d: %q shows %q", tt.name, status, shown, part)
					}
				}
			}
		}
	}
}

func TestLookingForAnotherPathTakesNoPasswordThere(t *testing.T) {
	server := &noted{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/artifactory/"), strings.HasPrefix(r.URL.Path, "/controller/"):
			w.WriteHeader(http.StatusUnauthorized)
		default:
			http.NotFound(w, r)
		}
	})}
	address := listen(t, server)
	want(t, loopback(5*time.Second).Ask(t.Context(), artifactory(address+"/ui", user, password)), connector.Failing, "ARTIFACTORY_WRONG_PATH")
	want(t, loopback(5*time.Second).Ask(t.Context(), appdUser(address+"/ui", "customer1", user, password)), connector.Failing, "APPD_WRONG_PATH")
	came := server.all()
	for _, must := range []string{"GET /artifactory/api/repositories  ", "GET /controller/rest/applications?output=JSON  "} {
		if !slices.Contains(came, must) {
			t.Errorf("%q did not arrive without credentials, only %q", must, came)
		}
	}
	for _, request := range came {
		if strings.Contains(request, "Basic") && !strings.HasPrefix(request, "GET /ui/") {
			t.Errorf("%q arrived with credentials", request)
		}
	}
}
