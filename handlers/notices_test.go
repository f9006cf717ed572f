package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"patchbay/connector"
)

// mute has a way for webhooks only, and takes whatever goes there.
type mute struct{}

func (mute) Sends(k connector.ChannelKind) bool { return k == connector.Webhook }

func (mute) Send(context.Context, connector.Dispatch) (string, bool, error) {
	return "204 No Content", false, nil
}

func TestAChannelFromThePages(t *testing.T) {
	c := opened(t, setting{})
	v := c.as(t, "admin")
	a := v.post("/notices", "name", "On-call", "kind", "webhook", "address", "https://hooks.example.com/T0K3N", "tells", "failures", "workspace", "")
	if a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "whsec_") {
		t.Fatalf("POST /notices = %d, want the page with the key, this one time:\n%s", a.Code, a.Body)
	}
	all, err := c.reg.Channels(t.Context(), root)
	if err != nil || len(all) != 1 {
		t.Fatalf("Channels() = %v, %v, want one", all, err)
	}
	at := "/notices/" + all[0].ID
	for _, path := range []string{"/notices", at} {
		if page := v.get(path).Body.String(); strings.Contains(page, "whsec_") || strings.Contains(page, "T0K3N") || !strings.Contains(page, "https://hooks.example.com:443") {
			t.Errorf("GET %s shows the key or the address, or not its origin", path)
		}
	}
	to := v.post(at + "/test").Header().Get("Location")
	if err := c.reg.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if page := v.get(to).Body.String(); !strings.Contains(page, "204 No Content") || !strings.Contains(page, "channel.tested") {
		t.Errorf("GET %s does not show the try and the body:\n%s", to, page)
	}
	// A notice of one channel is not there below another.
	other := c.notice(t)
	if a := v.get(at + "/log/" + other.ID); a.Code != http.StatusNotFound {
		t.Errorf("a notice of another channel = %d, want 404", a.Code)
	}
	if a := v.post(at, "version", "1", "name", "On-call", "tells", "failures", "workspace", "", "address", "nobody"); a.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(a.Body.String(), "Address must") {
		t.Errorf("a wrong address = %d, want 422 at the address", a.Code)
	}
	if a := v.post("/notices", "name", "Mail", "kind", "mail", "address", "oncall@example.com", "tells", "failures", "workspace", ""); a.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(a.Body.String(), "--smtp") {
		t.Errorf("mail without a server = %d, want 422 with the way out", a.Code)
	}
	if a := v.post(at + "/remove"); a.Code != http.StatusSeeOther {
		t.Errorf("removing = %d, want 303", a.Code)
	}
	if a := v.get(at); a.Code != http.StatusNotFound {
		t.Errorf("GET %s after removing = %d, want 404", at, a.Code)
	}
}
