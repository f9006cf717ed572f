package connector_test

import (
	"os/exec"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/wire"
)

func hostile() connector.Request {
	return connector.Request{
		Method: "POST",
		Path:   "/v1/orgs/a'b/connectors?name=$(touch x)&q=1",
		Headers: []wire.Member{
			wire.M("x-api-key", wire.Text("$PATCHBAY_KEY")),
			wire.M("X-Note", wire.Text("it's `id` $(id) $lower \"quoted\"")),
		},
		Body: wire.Obj(wire.M("name", wire.Text("it's $HOME and `id`"))),
	}
}

func TestARequestReadsAsHTTP(t *testing.T) {
	want := "POST /v1/orgs/a'b/connectors?name=$(touch x)&q=1\n" +
		"x-api-key: $PATCHBAY_KEY\n" +
		"X-Note: it's `id` $(id) $lower \"quoted\"\n" +
		"Content-Type: application/json\n" +
		"\n{\n  \"name\": \"it's $HOME and `id`\"\n}\n"
	if got := hostile().HTTP(); got != want {
		t.Errorf("HTTP() = %q, want %q", got, want)
	}
	bare := connector.Request{Method: "GET", Path: "/x"}
	if got, want := bare.HTTP(), "GET /x\n"; got != want {
		t.Errorf("HTTP() = %q, want %q", got, want)
	}
}

// A real shell reads the command; the program called curl only prints its words.
func TestTheCurlCommandRunsNothingThatWasTyped(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("There is no POSIX shell here, so nothing can read the command.")
	}
	const curl = `curl() { for word; do printf '<%s>' "$word"; done; }` + "\n"
	cmd := exec.Command(sh, "-c", curl+hostile().Curl("https://patchbay.example/api/harness/"))
	cmd.Env = []string{"PATCHBAY_KEY=s3cret key", "HOME=/home/somebody"}
	cmd.Dir = t.TempDir()
	got, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the shell refused the command: %v\n%s", err, got)
	}
	want := "<--request><POST>" +
		"<https://patchbay.example/api/harness/v1/orgs/a'b/connectors?name=$(touch x)&q=1>" +
		"<--header><x-api-key: s3cret key>" +
		"<--header><X-Note: it's `id` $(id) $lower \"quoted\">" +
		"<--header><Content-Type: application/json>" +
		"<--data-raw><{\n  \"name\": \"it's $HOME and `id`\"\n}>"
	if string(got) != want {
		t.Errorf("the shell read %s\nwant %s", got, want)
	}
}

func TestTheCurlCommandOfASimpleRequestIsPlain(t *testing.T) {
	r := connector.Request{Method: "GET", Path: "/v1/version", Headers: []wire.Member{wire.M("x-api-key", wire.Text("$PATCHBAY_KEY"))}}
	want := strings.Join([]string{"curl --request GET https://app.harness.io/v1/version", `  --header 'x-api-key: '"$PATCHBAY_KEY"`}, " \\\n") + "\n"
	if got := r.Curl("https://app.harness.io"); got != want {
		t.Errorf("Curl() = %q, want %q", got, want)
	}
}

func TestTheCurlCommandForAWSSignsItself(t *testing.T) {
	r := connector.Request{Method: "POST", Path: "/connectorsv2", Body: wire.Obj(),
		Headers: []wire.Member{wire.M("Authorization", wire.Text("AWS4-HMAC-SHA256 (signed by the SDK or curl --aws-sigv4)"))}}
	got := r.Curl("https://patchbay.example/api/securityhub")
	if !strings.Contains(got, `--aws-sigv4 "aws:amz:$AWS_REGION:securityhub" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`) {
		t.Errorf("Curl() = %q, want the signature left to curl", got)
	}
	if strings.Contains(got, "Authorization") {
		t.Errorf("Curl() = %q, want no header that stands for a signature", got)
	}
}

func TestAllSpellingsAreOfOneRequest(t *testing.T) {
	r := hostile()
	got := r.Spell("https://patchbay.example")
	want := connector.Spellings{HTTP: r.HTTP(), Curl: r.Curl("https://patchbay.example"), JSON: r.Body.Indent(), YAML: r.Body.YAML()}
	if got != want {
		t.Errorf("Spell() = %+v, want %+v", got, want)
	}
	if got := (connector.Request{Method: "GET", Path: "/x"}).Spell(""); got.JSON != "" || got.YAML != "" {
		t.Errorf("Spell() of a request without a body has the body %q", got.JSON+got.YAML)
	}
}
