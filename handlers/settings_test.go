package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheSettingsOfAWorkspaceHaveAPage(t *testing.T) {
	c := opened(t, setting{})
	v := c.in(t, "admin")
	path := "/workspaces/" + c.workspaces["jitterbit"] + "/settings"
	list := v.get("/workspaces").Body.String()
	if !strings.Contains(list, `href="`+path+`"`) || strings.Contains(list, c.workspaces["harness"]+"/settings") {
		t.Error("the workspaces lead to the page not where they should")
	}
	if list := c.in(t, "viewer").get("/workspaces").Body.String(); strings.Contains(list, path) {
		t.Error("a viewer is led to the page")
	}
	if a := v.get("/workspaces/" + c.workspaces["harness"] + "/settings"); a.Code != http.StatusNotFound {
		t.Errorf("GET for a vendor that leaves nothing open = %d, want 404", a.Code)
	}
	if page := v.get(path).Body.String(); !strings.Contains(page, `value="legacy" id="f-failures" checked`) || !strings.Contains(page, `name="version" value="1"`) {
		t.Error("the page does not begin with the legacy failures")
	}
	for what, tt := range map[string]struct {
		fields []string
		status int
		says   string
	}{
		"no mode":      {[]string{"version", "1", "reserved", "SAP"}, 422, "Failures must be legacy or strict."},
		"no version":   {[]string{"failures", "strict"}, 400, "which version"},
		"a long name":  {[]string{"version", "1", "failures", "strict", "reserved", strings.Repeat("a", 101)}, 422, "at most 100 characters each"},
		"another mode": {[]string{"version", "1", "failures", "root"}, 422, "Choose one."},
	} {
		if a := v.post(path, tt.fields...); a.Code != tt.status || !strings.Contains(a.Body.String(), tt.says) {
			t.Errorf("POST with %s = %d, want %d with %q", what, a.Code, tt.status, tt.says)
		}
	}
	if a := v.post(path, "version", "1", "failures", "strict", "reserved", " SAP \r\nSalesforce\r\n"); a.Code != http.StatusSeeOther {
		t.Fatalf("POST = %d %s", a.Code, a.Body)
	}
	page := v.get(path).Body.String()
	if !strings.Contains(page, `value="strict" checked`) || !strings.Contains(page, ">SAP\nSalesforce</textarea>") || !strings.Contains(page, "are saved.") {
		t.Error("the page does not show what was saved")
	}
	if a := v.post(path, "version", "1", "failures", "legacy"); a.Code != http.StatusConflict {
		t.Errorf("POST from an older version = %d, want 409", a.Code)
	}
	// The names are refused in the console too, in the form's own words.
	a := v.post("/connectors/new/jitterbit/Registration", "workspace", c.workspaces["jitterbit"], "name", "sap", "version", "1.0.0")
	if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "is reserved in this workspace. Choose another.") {
		t.Errorf("creating a connector of a reserved name = %d", a.Code)
	}
}
