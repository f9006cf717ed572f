package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/registry"
)

func TestACheckIsCancelledFromThePage(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s})
	base := c.served(t, nil)
	one, run, path := c.live(t, s)
	was := one.Health
	says(t, "the page of a tester", c.in(t, "tester").get("/connectors/"+one.ID).Body.String(), "Cancel check", "/checks/"+run.ID+"/cancel")
	if strings.Contains(c.in(t, "viewer").get("/connectors/"+one.ID).Body.String(), "Cancel check") {
		t.Error("a viewer is offered to cancel")
	}
	v := c.in(t, "tester")
	in := v.listen(t, base, path, "")
	in.must(t)
	s.next <- step("Resolve")
	in.must(t)
	cancel := "/connectors/" + one.ID + "/checks/" + run.ID + "/cancel"
	if a := v.send(v.request(http.MethodPost, cancel, strings.NewReader(""), "HX-Request", "true")); a.Code != http.StatusNoContent {
		t.Errorf("cancel with scripts = %d, want 204: the stream tells the rest", a.Code)
	}
	end := in.must(t)
	says(t, "the last message", end.data, "cancelled by tester", "CANCELLED", "Resolve", "Cancelled")
	page := v.get("/connectors/" + one.ID).Body.String()
	says(t, "the page", page, "cancelled by tester", "Unverified")
	if now, err := c.reg.Connector(t.Context(), root, one.ID); err != nil || now.Health != was {
		t.Errorf("health = %+v, %v, want it as it was: %+v", now.Health, err, was)
	}
	// Without scripts it is a form, and the next page has the end.
	again, err := c.reg.Check(t.Context(), root, one.ID)
	if err != nil {
		t.Fatal(err)
	}
	<-s.asked
	if a := v.post("/connectors/" + one.ID + "/checks/" + again.ID + "/cancel"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/connectors/"+one.ID+"#check" {
		t.Errorf("cancel = %d to %q", a.Code, a.Header().Get("Location"))
	}
	if kept, err := c.reg.Run(t.Context(), root, one.ID, again.ID); err != nil || kept.State != connector.Cancelled {
		t.Errorf("run = %+v, %v, want it cancelled", kept, err)
	}
	if a := v.post("/connectors/" + one.ID + "/checks/nothing/cancel"); a.Code != http.StatusNotFound {
		t.Errorf("cancelling nothing = %d, want 404", a.Code)
	}
	close(s.next)
}

func TestTooManyChecksAreRefusedInWords(t *testing.T) {
	s := newStages()
	c := opened(t, setting{asker: s, limits: registry.Limits{PerUser: 1}})
	v := c.in(t, "tester")
	first, second := c.git(t), c.git(t)
	part := func(id string) *httptest.ResponseRecorder {
		return v.send(v.request(http.MethodPost, "/connectors/"+id+"/validate", strings.NewReader(""), "HX-Request", "true"))
	}
	a := part(first.ID)
	if a.Code != http.StatusOK {
		t.Fatalf("validate = %d", a.Code)
	}
	says(t, "the panel", a.Body.String(), `id="check"`, "hx-sse:connect", "Cancel check", "Asked by tester")
	if strings.Contains(a.Body.String(), "<html") {
		t.Error("a part of a page was asked for")
	}
	for name, a := range map[string]*httptest.ResponseRecorder{"with scripts": part(second.ID), "without": v.post("/connectors/" + second.ID + "/validate")} {
		if a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") != "5" {
			t.Errorf("%s one more = %d, Retry-After: %q, want 429 and 5", name, a.Code, a.Header().Get("Retry-After"))
		}
		says(t, name, a.Body.String(), "may have 1 check on their way", "Wait until one of them has ended")
	}
	close(s.next)
}
