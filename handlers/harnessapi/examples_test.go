package harnessapi_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// example reads one of the vendor's example bodies.
func example(t testing.TB, name string) wire.Value {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := wire.Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// The twelve types, with the place where their examples are created.
var examples = []struct{ name, path string }{
	{"11.1", "/v1/orgs/retail/projects/checkout/connectors"},  // GitHttp
	{"11.2", "/v1/orgs/retail/connectors"},                    // GitHttpEncrypted
	{"11.3", "/v1/connectors"},                                // GitSsh
	{"11.4", "/v1/orgs/retail/projects/checkout/connectors"},  // Appdynamics
	{"11.5", "/v1/orgs/retail/projects/checkout/connectors"},  // AppdynamicsClientId
	{"11.6", "/v1/connectors"},                                // Artifactory
	{"11.7", "/v1/orgs/retail/connectors"},                    // ArtifactoryEncrypted
	{"11.8", "/v1/connectors"},                                // ArtifactoryAnonymous
	{"11.9", "/v1/connectors"},                                // AzureClientSecretKey
	{"11.10", "/v1/orgs/retail/connectors"},                   // AzureClientCertificate
	{"11.11", "/v1/orgs/retail/projects/checkout/connectors"}, // user-assigned identity
	{"11.12", "/v1/orgs/retail/projects/checkout/connectors"}, // system-assigned identity
}

// likeExample brings an answer into the form of the examples: those that were created without tags leave them out, while the door always
// has them, as the example straight after a create does.
func likeExample(got, want wire.Value) wire.Value {
	one := got.Get("connector")
	if _, has := want.Get("connector").Lookup("tags"); !has && len(one.Get("tags").Members()) == 0 {
		one = one.Without("tags")
	}
	return got.With("connector", one)
}

// tagsByKey brings the tags of an example, whose order means nothing, into the order of the answers.
func tagsByKey(v wire.Value) wire.Value {
	one := v.Get("connector")
	var tags connector.Tags
	for _, m := range one.Get("tags").Members() {
		tags = tags.With(m.Name, m.Value.Text())
	}
	if len(tags) == 0 {
		return v
	}
	return v.With("connector", one.With("tags", tags.Wire()))
}

func TestExamplesByteForByte(t *testing.T) {
	h := opened(t)
	for _, tt := range examples {
		t.Run(tt.name, func(t *testing.T) {
			request, err := os.ReadFile(filepath.Join("testdata", tt.name+".request.json"))
			if err != nil {
				t.Fatal(err)
			}
			want := tagsByKey(example(t, tt.name+".answer"))
			h.clock.at = time.UnixMilli(1767225600000)
			made := h.created(t, tt.path, string(request))
			if got := likeExample(made.body, want).With("status", wire.Value{}); got.JSON() != want.With("status", wire.Value{}).JSON() {
				t.Errorf("created = %s\nwant %s", got, want)
			}
			if got := made.body.Get("status").JSON(); got != `{"status":"UNKNOWN","errors":[],"tested_at":0,"connected_at":0}` {
				t.Errorf("status straight after a create = %s", got)
			}

			h.clock.pass(90 * time.Second)
			h.other.says(healthy)
			if failed := want.Get("status").Get("errors").Items(); len(failed) > 0 {
				h.other.says(connector.Outcome{Status: connector.Failing, Code: "TIMEOUT", Text: failed[0].Get("message").Text()})
			}
			path := tt.path + "/" + want.Get("connector").Get("identifier").Text()
			if got := h.ask(t, http.MethodGet, path+"/test-connection", ""); got.status != http.StatusOK {
				t.Fatalf("test = %d %s", got.status, got.text)
			}
			got := likeExample(h.ask(t, http.MethodGet, path, "").body, want)
			if tt.name == "11.7" { // the vendor's own trouble with delegates, of which there are none here
				got, want = got.With("status", wire.Value{}), want.With("status", wire.Value{})
			}
			if got.JSON() != want.JSON() {
				t.Errorf("GET %s = %s\nwant %s", path, got, want)
			}
		})
	}
}

// Straight after a create the shape is that of example 11.13, whose nulls the door leaves out, and whose null status is UNKNOWN.
func TestCreatedHasTheShapeOfTheExample(t *testing.T) {
	h := opened(t)
	request := example(t, "11.1.request")
	one := request.Get("connector").Without("description", "tags")
	made := h.created(t, examples[0].path, request.With("connector", one).JSON())
	want := example(t, "11.13.answer")
	want = want.Without("governance_metadata").With("connector", want.Get("connector").Without("description")).
		With("status", want.Get("status").Without("error_summary").With("status", wire.Text("UNKNOWN")))
	if made.text != want.JSON() {
		t.Errorf("created = %s\nwant %s", made.text, want)
	}
}

func TestTestConnectionExamples(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("public"))
	h.clock.pass(90 * time.Second)
	const path = "/v1/connectors/public/test-connection"

	// 11.14, without the delegate
	got, want := h.ask(t, http.MethodGet, path, ""), example(t, "11.14.answer").With("delegate_id", wire.Value{})
	if got.status != http.StatusOK || got.text != want.JSON() {
		t.Errorf("success = %d %s\nwant %s", got.status, got.text, want)
	}

	h.other.says(connector.Outcome{Status: connector.Failing, Code: "CONNECT_REFUSED", Text: "Could not open a connection to the server.",
		Cause: "It is off.", Next: "Switch it on."})
	got, want = h.ask(t, http.MethodGet, path, ""), example(t, "11.15.answer")
	if got.status != http.StatusOK || got.text != want.JSON() {
		t.Errorf("failure in the body = %d %s\nwant %s", got.status, got.text, want)
	}

	h.other.says(connector.Outcome{Status: connector.Failing, Code: "REDIRECTED", Text: "Invalid request: not authorized",
		Cause: "The server did not accept the credentials.", Next: "Check the user name and the password."})
	want = example(t, "11.16.answer")
	got = h.ask(t, http.MethodGet, path, "", "X-requestId", want.Get("correlationId").Text())
	if got.status != http.StatusBadRequest || got.text != want.JSON() {
		t.Errorf("failure as 400 = %d %s\nwant %s", got.status, got.text, want)
	}
}

func TestErrorExamples(t *testing.T) {
	h := opened(t)
	want := example(t, "11.17.answer")
	if got := h.ask(t, http.MethodGet, "/v1/connectors/nope", ""); got.status != http.StatusNotFound || got.text != want.JSON() {
		t.Errorf("unknown = %d %s\nwant %s", got.status, got.text, want)
	}

	// The texts of 11.18 are the door's own; names, order and the way they are joined are the vendor's.
	got := h.ask(t, http.MethodPost, "/v1/connectors", `{"connector":{"identifier":"9a","spec":{"type":"ArtifactoryAnonymous","url":"https://x.test"}}}`)
	const fields = `{"message":"name: is required, identifier: must start with a letter or _ and go on with letters, digits, _ or $ only",` +
		`"errors":[{"field_name":"name","message":"is required"},` +
		`{"field_name":"identifier","message":"must start with a letter or _ and go on with letters, digits, _ or $ only"}]}`
	if got.status != http.StatusBadRequest || got.text != fields {
		t.Errorf("fields = %d %s\nwant %s", got.status, got.text, fields)
	}
}

func TestLegacyEnvelopeByteForByte(t *testing.T) {
	h := opened(t)
	request, err := os.ReadFile(filepath.Join("testdata", "11.6.request.json"))
	if err != nil {
		t.Fatal(err)
	}
	h.created(t, "/v1/connectors", string(request))
	h.clock.pass(90 * time.Second)
	h.ask(t, http.MethodGet, "/v1/connectors/artifactory_main/test-connection", "")
	want := example(t, "11.19.answer")
	got := h.ask(t, http.MethodGet, ng("/artifactory_main"), "", "X-requestId", want.Get("correlationId").Text())
	if got.status != http.StatusOK || got.text != want.JSON() {
		t.Errorf("GET = %d %s\nwant %s", got.status, got.text, want)
	}
}

func TestLegacyPageHasTheMembersOfTheExample(t *testing.T) {
	h := opened(t)
	h.created(t, "/v1/connectors", mirror("public"))
	want := example(t, "11.20.answer").With("content", wire.Value{})
	got := h.ask(t, http.MethodPost, ng("/listV2"), `{"filterType":"Connector"}`).body.Get("data")
	if n := len(got.Get("content").Items()); n != 1 {
		t.Errorf("content has %d connectors, want 1", n)
	}
	if got := got.With("content", wire.Value{}); got.JSON() != want.JSON() {
		t.Errorf("page = %s\nwant %s", got, want)
	}
	if strings.Contains(got.JSON(), "hunter2") {
		t.Error("the page has the value of a secret")
	}
}
