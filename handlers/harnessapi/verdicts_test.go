package harnessapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
)

func TestVerdicts(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("public"))
	out := func(status connector.Status, code, cause, next string) connector.Outcome {
		return connector.Outcome{Status: status, Code: code, Text: "What happened.", Cause: cause, Next: next}
	}
	tests := []struct {
		name    string
		outcome connector.Outcome
		status  int
		word    string // of a 200
		codes   string // of the messages of a 400
		kept    string
	}{
		{"proven", out(connector.Healthy, "GIT_REFS_LISTED", "", ""), 200, "SUCCESS", "", "SUCCESS"},
		{"proven, with a remark", out(connector.Degraded, "GIT_ANONYMOUS", "c", "n"), 200, "SUCCESS", "", "SUCCESS"},
		{"not asked", out(connector.Unverified, "NOT_ASKED_YET", "", "n"), 200, "UNKNOWN", "", "UNKNOWN"},
		{"waiting for somebody", out(connector.Waiting, "NEEDS_A_PERSON", "c", "n"), 200, "UNKNOWN", "", "UNKNOWN"},
		{"credentials", out(connector.Failing, "GIT_AUTH_REFUSED", "c", "n"), 400, "", "HINT EXPLANATION INVALID_CREDENTIAL", "FAILURE"},
		{"no such host", out(connector.Failing, "DNS_NOT_FOUND", "c", "n"), 400, "", "HINT EXPLANATION UNKNOWN_HOST", "FAILURE"},
		{"not reached", out(connector.Failing, "CONNECT_REFUSED", "c", "n"), 200, "FAILURE", "", "FAILURE"},
		{"their own trouble", out(connector.Failing, "GIT_ERROR", "c", "n"), 200, "FAILURE", "", "FAILURE"},
		{"a code of a later release, with a cause", out(connector.Failing, "NEW_CODE", "c", "n"), 400, "", "HINT EXPLANATION INVALID_REQUEST", "FAILURE"},
		{"a code of a later release, without", out(connector.Failing, "NEW_CODE", "", "n"), 200, "FAILURE", "", "FAILURE"},
		{"a listed code without a cause", out(connector.Failing, "SECRET_UNREACHABLE", "", "n"), 400, "", "HINT INVALID_REQUEST", "FAILURE"},
		{"a listed code without a next step", out(connector.Failing, "ADDRESS_UNCLEAR", "c", ""), 400, "", "HINT EXPLANATION INVALID_URL", "FAILURE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h.clock.pass(time.Second)
			h.other.says(tt.outcome)
			v1 := h.ask(t, http.MethodGet, "/v1/connectors/public/test-connection", "")
			old := h.ask(t, http.MethodPost, ng("/testConnection/public"), "")
			if v1.status != tt.status || old.status != tt.status {
				t.Fatalf("test = %d %s\nand %d %s\nwant %d", v1.status, v1.text, old.status, old.text, tt.status)
			}
			if v1.body.Get("status").Text() != tt.word && tt.word != "" || old.body.Get("data").Get("status").Text() != tt.word {
				t.Errorf("test = %s\nand %s\nwant %s", v1.text, old.text, tt.word)
			}
			var codes []string
			for _, m := range v1.body.Get("responseMessages").Items() {
				codes = append(codes, m.Get("code").Text())
			}
			if got := strings.Join(codes, " "); got != tt.codes {
				t.Errorf("messages = %s, want %s", got, tt.codes)
			}
			kept := h.ask(t, http.MethodGet, "/v1/connectors/public", "").body.Get("status")
			if tested, _ := kept.Get("tested_at").Int(); kept.Get("status").Text() != tt.kept || tested != h.clock.now().UnixMilli() {
				t.Errorf("kept status = %s, want %s of now", kept, tt.kept)
			}
		})
	}
}

func TestBodiesOfTests(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("public"))
	h.other.says(connector.Outcome{Status: connector.Unverified, Code: "NOT_ASKED_YET", Text: "Nobody can ask."})
	const at = "1767225600000"
	for path, want := range map[string]string{
		"GET /v1/connectors/public/test-connection": `{"status":"UNKNOWN","errors":[],"error_summary":"Nobody can ask.","tested_at":` + at + `,"delegate_id":null}`,
		"POST " + ng("/testConnection/public"):      `{"status":"UNKNOWN","errors":null,"errorSummary":"Nobody can ask.","testedAt":` + at + `,"delegateId":null,"taskId":null}`,
	} {
		method, path, _ := strings.Cut(path, " ")
		got := h.ask(t, method, path, "").body
		if method == http.MethodPost {
			got = got.Get("data")
		}
		if got.JSON() != want {
			t.Errorf("%s %s = %s, want %s", method, path, got, want)
		}
	}
	h.other.says(connector.Outcome{Status: connector.Failing, Code: "TIMEOUT", Text: "No answer."})
	const failure = `{"status":"FAILURE","errors":[{"reason":"Unexpected Error","message":"No answer.","code":450}],"errorSummary":"Error Encountered (No answer.)","testedAt":` + at + `,"delegateId":null,"taskId":null}`
	if got := h.ask(t, http.MethodPost, ng("/testConnection/public"), "").body.Get("data").JSON(); got != failure {
		t.Errorf("failure = %s, want %s", got, failure)
	}
}

// A connector for many repositories that names none to test with proves nothing: at the vendor that is a success, here it is not.
func TestNothingAskedIsNoSuccess(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", `{"connector":{"name":"G","identifier":"many","spec":{"type":"GitHttp","url":"https://g.test/acme","connection_type":"Account",
		"username":"u","password_ref":"account.git_token"}}}`)
	h.other.says(connector.Outcome{Status: connector.Unverified, Code: "NOTHING_TO_ASK", Text: "Nothing can prove this connector."})
	if got := h.ask(t, http.MethodGet, "/v1/connectors/many/test-connection", ""); got.body.Get("status").Text() != "UNKNOWN" {
		t.Errorf("test = %d %s, want UNKNOWN", got.status, got.text)
	}
}

func TestGitRepoIsOnlyTheConnectorsOwn(t *testing.T) {
	h := opened(t)
	git := func(identifier, url, more string) {
		h.created(t, "/v1/connectors", `{"connector":{"name":"G","identifier":"`+identifier+`","spec":{"type":"GitHttp","url":"`+url+`",`+more+`"username":"u","password_ref":"account.git_token"}}}`)
	}
	git("repo", "https://g.test/acme/app.git", `"connection_type":"Repo",`)
	git("whole", "https://g.test/acme", `"connection_type":"Account","validation_repo":"app.git",`)
	git("many", "https://g.test/acme", `"connection_type":"Account",`)
	h.created(t, "/v1/connectors", mirror("public"))
	for _, tt := range []struct {
		path   string
		query  string
		status int
	}{
		{"repo", "", 200}, {"repo", "repoURL=https://g.test/acme/app.git", 200}, {"repo", "repoURL=https://evil.test/acme/app.git", 400},
		{"repo", "repoURL=https://g.test/acme/other.git", 400}, {"whole", "repoURL=https://g.test/acme/app.git/", 200}, {"whole", "", 200},
		{"whole", "repoURL=https://g.test/acme", 400}, {"many", "repoURL=https://g.test/acme/app.git", 400}, {"public", "", 400}, {"nope", "", 400},
	} {
		if got := h.ask(t, http.MethodPost, ng("/testGitRepoConnection/"+tt.path, tt.query), ""); got.status != tt.status {
			t.Errorf("%s %s = %d %s, want %d", tt.path, tt.query, got.status, got.text, tt.status)
		}
	}
}
