package main

import (
	"io"
	"net/http"
	"testing"
	"time"
)

func TestTheAzureSamplesAreCheckedAgainstTheRehearsal(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	p, base := serving(t, map[string]string{"PATCHBAY_DEV_PASSWORD": "correct horse"}, "--dev")
	p.out.after(t, "Sign in as ", p.ended)
	b := browser(t)
	cookie := signIn(t, b, base, devUser, "correct horse")
	if cookie == nil {
		t.Fatal("the password that was handed in does not work")
	}
	rows := func(kind, status string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/connectors?type="+kind+"&status="+status, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(cookie)
		a, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		list, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != http.StatusOK {
			t.Fatalf("the list of %s %s = %d, %v", kind, status, a.StatusCode, err)
		}
		return len(linkToOne.FindAll(list, -1))
	}
	ends := time.After(30 * time.Second)
	for _, want := range []struct{ kind, status string }{
		{"AzureClientSecretKey", "healthy"}, {"AzureClientSecretKey", "failing"}, {"AzureClientCertificate", "healthy"},
		{"AzureInheritFromDelegateUserAssignedManagedIdentity", "healthy"}, {"AzureInheritFromDelegateSystemAssignedManagedIdentity", "degraded"},
	} {
		for rows(want.kind, want.status) != 1 { // the checks run behind the start
			select {
			case <-ends:
				t.Fatalf("there is no %s sample of %s", want.status, want.kind)
			default:
			}
		}
	}
	if code := p.end(); code != fine {
		t.Errorf("serve --dev ended with %d: %s", code, p.err)
	}
}
