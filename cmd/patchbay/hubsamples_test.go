package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTheSecurityHubSamplesAreCheckedAgainstTheRehearsal(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	p, base := serving(t, map[string]string{"PATCHBAY_DEV_PASSWORD": "correct horse"}, "--dev")
	p.out.after(t, "Sign in as ", p.ended)
	b := browser(t)
	cookie := signIn(t, b, base, devUser, "correct horse")
	if cookie == nil {
		t.Fatal("the password that was handed in does not work")
	}
	list := func(name, status string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/connectors?vendor=securityhub&status="+status+"&q="+url.QueryEscape(name), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(cookie)
		a, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		text, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != http.StatusOK {
			t.Fatalf("the list of %s = %d, %v", name, a.StatusCode, err)
		}
		return string(text)
	}
	ends := time.After(30 * time.Second)
	for _, want := range []struct{ name, status, says string }{
		{"Critical findings", "healthy", ""},
		{"Incident desk", "healthy", ""},
		{"Findings to Jira", "waiting", "A person has to authorise"},
		{"Former findings", "waiting", "does not take the consent"},
		{"Archived findings", "failing", "does not let them create issues"},
		{"Findings to read", "failing", "does not allow writing"},
		{"Developer desk", "failing", "hibernates"},
		{"New desk", "failing", "no token for client credentials"},
	} {
		for found := list(want.name, want.status); !linkToOne.MatchString(found) || !strings.Contains(found, want.says); found = list(want.name, want.status) { // the checks run behind the start
			select {
			case <-ends:
				t.Fatalf("the sample %s is not %s, or does not say %q", want.name, want.status, want.says)
			default:
			}
		}
	}
	if code := p.end(); code != fine {
		t.Errorf("serve --dev ended with %d: %s", code, p.err)
	}
}
