package harnessapi_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/wire"
	"patchbay/registry"
	"patchbay/store"
)

// The members that each of the vendor's error shapes has, in their order.
var shapes = map[string][]string{
	"plain":    {"message", "errors"},
	"coded":    {"message", "code", "errors"},
	"error":    {"status", "code", "message", "correlationId", "detailedMessage", "responseMessages", "metadata"},
	"access":   {"status", "code", "message", "correlationId", "detailedMessage", "responseMessages", "metadata", "failedPermissionChecks"},
	"failure":  {"status", "code", "message", "correlationId", "errors"},
	"numeric":  {"code", "message", "details"},
	"answered": nil,
}

// shapeOf names the shape of an error body, or "" for none of the vendor's.
func shapeOf(v wire.Value) string {
	var names []string
	for _, m := range v.Members() {
		names = append(names, m.Name)
	}
	for name, members := range shapes {
		if slices.Equal(names, members) && len(names) > 0 {
			return name
		}
	}
	return ""
}

// moody is a store that fails where it is told to.
type moody struct {
	*store.Store
	insert, update error
	broken         bool
}

func (m *moody) Insert(ctx context.Context, c connector.Connector, g []connector.Grant, made []connector.Made, ev access.Event) error {
	if m.insert != nil {
		return m.insert
	}
	return m.Store.Insert(ctx, c, g, made, ev)
}

func (m *moody) Update(ctx context.Context, c connector.Connector, g []connector.Grant, made []connector.Made, ev access.Event) error {
	if m.update != nil {
		return m.update
	}
	return m.Store.Update(ctx, c, g, made, ev)
}

func (m *moody) Pick(ctx context.Context, p connector.Pick) ([]connector.Connector, int, error) {
	if m.broken {
		panic("the list stumbled")
	}
	return m.Store.Pick(ctx, p)
}

// moodyHouse is a house whose store can be told to fail.
func moodyHouse(t *testing.T) (*house, *moody) {
	t.Helper()
	h := opened(t)
	m := &moody{Store: h.store}
	reg := registry.New(registry.Config{Store: m, Doors: m, Catalog: catalog.All(), Asker: h.other, Passwords: plainPasswords{}, Now: h.clock.now})
	t.Cleanup(reg.Close)
	h.serve(reg)
	return h, m
}

type sent struct{ method, path, body string }

type wanted struct {
	status int
	code   string // "" for none
	shape  string
}

// TestErrorMatrix is section 4.3 of the fact sheet: each case under /v1 and by the older API.
func TestErrorMatrix(t *testing.T) {
	h, m := moodyHouse(t)
	h.created(t, "/v1/connectors", mirror("public"))
	h.created(t, "/v1/connectors", mirror("used"))
	used, err := h.Find(t.Context(), admin, h.acme, connector.Scope{}, "used")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.AddUse(t.Context(), admin, used.ID, connector.Use{Kind: "pipeline", Name: "release"}); err != nil {
		t.Fatal(err)
	}
	v1, old := "/v1/connectors", ng("")
	entity := func(identifier string) string {
		return `{"connector":{"name":"Mirror","identifier":"` + identifier + `","type":"Artifactory",
			"spec":{"artifactoryServerUrl":"https://m.test","auth":{"type":"Anonymous"}}}}`
	}
	gitV1 := func(identifier, ref string) string {
		return `{"connector":{"name":"G","identifier":"` + identifier + `","spec":{"type":"GitHttp","url":"https://g.test/a.git","connection_type":"Repo","username":"u","password_ref":"` + ref + `"}}}`
	}
	gitOld := func(identifier, ref string) string {
		return `{"connector":{"name":"G","identifier":"` + identifier + `","type":"Git","spec":{"url":"https://g.test/a.git","connectionType":"Repo","type":"Http","spec":{"username":"u","passwordRef":"` + ref + `"}}}}`
	}
	hinted := connector.Outcome{Status: connector.Failing, Code: "GIT_NOT_FOUND", Text: "No such repository.", Cause: "It moved.", Next: "Correct the address."}
	nothing := func() {}

	tests := []struct {
		name     string
		prepare  func()
		headers  []string
		v1       sent
		v1Wants  wanted
		old      sent
		oldWants wanted
		text     string // a piece of both messages
	}{
		{"field missing", nothing, nil, sent{"POST", v1, `{"connector":{"spec":{"type":"ArtifactoryAnonymous"}}}`}, wanted{400, "", "plain"},
			sent{"POST", old, `{"connector":{"identifier":"x","type":"Artifactory","spec":{"auth":{"type":"Anonymous"}}}}`}, wanted{400, "INVALID_REQUEST", "failure"}, "name: is required"},
		{"no connector at all", nothing, nil, sent{"POST", v1, `{}`}, wanted{400, "", "plain"}, sent{"POST", old, `{}`}, wanted{400, "INVALID_REQUEST", "failure"}, "connector: is required"},
		{"enum", nothing, nil, sent{"POST", v1, strings.Replace(gitV1("x", "account.git_token"), `"Repo"`, `"Team"`, 1)}, wanted{400, "", "plain"},
			sent{"POST", old, strings.Replace(gitOld("x", "account.git_token"), `"Repo"`, `"Team"`, 1)}, wanted{400, "INVALID_REQUEST", "failure"}, "connectionType: must be Account, Repo or Project"},
		{"limit over the maximum", nothing, nil, sent{"GET", v1 + "?limit=1001", ""}, wanted{400, "", "plain"},
			sent{"POST", ng("/listV2", "pageSize=101"), `{"filterType":"Connector"}`}, wanted{400, "INVALID_REQUEST", "failure"}, "must be at most 10"},
		{"body and path disagree", nothing, nil, sent{"PUT", v1 + "/public", mirror("other")}, wanted{400, "", "plain"}, sent{}, wanted{}, "Invalid request: The identifier of the body"},
		{"identifier taken", nothing, nil, sent{"POST", v1, mirror("public")}, wanted{400, "", "plain"}, sent{"POST", old, entity("public")}, wanted{400, "DUPLICATE_FIELD", "error"}, "already taken"},
		{"identifier taken, lost a race", func() { m.insert = connector.ErrTaken }, nil, sent{"POST", v1, mirror("raced")}, wanted{409, "", "plain"},
			sent{"POST", old, entity("raced")}, wanted{409, "DUPLICATE_FIELD", "error"}, "already taken"},
		{"harnessSecretManager", nothing, nil, sent{"POST", v1, mirror("harnessSecretManager")}, wanted{400, "", "plain"},
			sent{"POST", old, entity("harnessSecretManager")}, wanted{400, "INVALID_REQUEST", "error"}, "Invalid request: Identifier must not be harnessSecretManager"},
		{"secret missing", nothing, nil, sent{"POST", v1, gitV1("x", "account.nope")}, wanted{400, "", "plain"},
			sent{"POST", old, gitOld("x", "account.nope")}, wanted{400, "INVALID_REQUEST", "error"}, "Invalid request: Password names the secret account.nope"},
		{"secret of a wrong scope", nothing, nil, sent{"POST", v1, gitV1("x", "org.git_token")}, wanted{400, "", "plain"},
			sent{"POST", old, gitOld("x", "org.git_token")}, wanted{400, "INVALID_REQUEST", "error"}, "Invalid request: Password must start with account."},
		{"kind changed on update", nothing, nil, sent{"PUT", v1 + "/public", gitV1("public", "account.git_token")}, wanted{400, "", "plain"},
			sent{"PUT", old, gitOld("public", "account.git_token")}, wanted{400, "INVALID_REQUEST", "error"}, "cannot become one of the kind Git"},
		{"GET unknown", nothing, nil, sent{"GET", v1 + "/nope", ""}, wanted{404, "RESOURCE_NOT_FOUND", "coded"},
			sent{"GET", ng("/nope"), ""}, wanted{400, "RESOURCE_NOT_FOUND_EXCEPTION", "failure"}, "Connector with identifier [nope] not found"},
		{"DELETE unknown", nothing, nil, sent{"DELETE", v1 + "/nope", ""}, wanted{404, "RESOURCE_NOT_FOUND", "coded"},
			sent{"DELETE", ng("/nope"), ""}, wanted{400, "RESOURCE_NOT_FOUND_EXCEPTION", "failure"}, "[nope] not found"},
		{"PUT unknown", nothing, nil, sent{"PUT", v1 + "/nope", mirror("nope")}, wanted{400, "CONNECTOR_NOT_FOUND_EXCEPTION", "error"},
			sent{"PUT", old, entity("nope")}, wanted{400, "CONNECTOR_NOT_FOUND_EXCEPTION", "error"}, "[nope] not found"},
		{"test unknown", nothing, nil, sent{"GET", v1 + "/nope/test-connection", ""}, wanted{400, "CONNECTOR_NOT_FOUND_EXCEPTION", "error"},
			sent{"POST", ng("/testConnection/nope"), ""}, wanted{400, "CONNECTOR_NOT_FOUND_EXCEPTION", "error"}, "[nope] not found"},
		{"delete while referenced", nothing, nil, sent{"DELETE", v1 + "/used", ""}, wanted{400, "ENTITY_REFERENCE_EXCEPTION", "error"},
			sent{"DELETE", ng("/used"), ""}, wanted{400, "ENTITY_REFERENCE_EXCEPTION", "error"}, "in use by pipeline “release”"},
		{"test failed with a classified cause", func() { h.other.says(hinted) }, nil, sent{"GET", v1 + "/public/test-connection", ""}, wanted{400, "HINT", "error"},
			sent{"POST", ng("/testConnection/public"), "{}"}, wanted{400, "HINT", "error"}, "Correct the address."},
		{"unreadable JSON", nothing, nil, sent{"POST", v1, `{"connector":`}, wanted{400, "400", "numeric"}, sent{"POST", old, `{"connector":`}, wanted{400, "400", "numeric"}, "not JSON"},
		{"a name twice", nothing, nil, sent{"POST", v1, `{"connector":{},"connector":{}}`}, wanted{400, "400", "numeric"}, sent{"POST", old, `{"a":1,"a":2}`}, wanted{400, "400", "numeric"}, "not JSON"},
		{"too deep", nothing, nil, sent{"POST", v1, strings.Repeat("[", 70)}, wanted{400, "400", "numeric"}, sent{"POST", old, strings.Repeat("[", 70)}, wanted{400, "400", "numeric"}, "not JSON"},
		{"unknown spec.type", nothing, nil, sent{"POST", v1, `{"connector":{"name":"G","identifier":"g","spec":{"type":"Github"}}}`}, wanted{400, "400", "numeric"},
			sent{"POST", old, `{"connector":{"name":"G","identifier":"g","type":"Github","spec":{}}}`}, wanted{400, "INVALID_REQUEST", "failure"}, ""},
		{"no account known", nothing, []string{"x-api-key", shortKey(h.keys[access.Admin])}, sent{"GET", v1, ""}, wanted{400, "", "plain"},
			sent{"GET", "/ng/api/connectors/public", ""}, wanted{400, "INVALID_REQUEST", "error"}, "Harness-Account"},
		{"no key", nothing, []string{"x-api-key", ""}, sent{"GET", v1, ""}, wanted{401, "", "plain"}, sent{"GET", ng("/public"), ""}, wanted{401, "INVALID_TOKEN", "error"}, "API key"},
		{"a wrong key", nothing, []string{"x-api-key", "sat." + account + ".x.y"}, sent{"GET", v1, ""}, wanted{401, "", "plain"}, sent{"GET", ng("/public"), ""}, wanted{401, "INVALID_TOKEN", "error"}, "API key"},
		{"no permission", nothing, []string{"x-api-key", h.keys[access.Viewer]}, sent{"DELETE", v1 + "/public", ""}, wanted{403, "", "plain"},
			sent{"DELETE", ng("/public"), ""}, wanted{403, "NG_ACCESS_DENIED", "access"}, "role editor"},
		{"wrong content type", nothing, []string{"Content-Type", "application/yaml"}, sent{"POST", v1, "connector:"}, wanted{415, "", "plain"},
			sent{"POST", old, "connector:"}, wanted{415, "MEDIA_NOT_SUPPORTED", "error"}, "application/json"},
		{"a packed body", nothing, []string{"Content-Encoding", "gzip"}, sent{"POST", v1, "{}"}, wanted{415, "", "plain"}, sent{"POST", old, "{}"}, wanted{415, "MEDIA_NOT_SUPPORTED", "error"}, "Content-Encoding"},
		{"over 1 MiB", nothing, nil, sent{"POST", v1, strings.Repeat(" ", 1<<20) + "{}"}, wanted{413, "", "plain"}, sent{"POST", old, strings.Repeat(" ", 1<<20) + "{}"}, wanted{413, "INVALID_REQUEST", "error"}, "1 MiB"},
		{"too many calls", func() { h.limited = true }, nil, sent{"GET", v1, ""}, wanted{429, "", "plain"}, sent{"GET", ng("/public"), ""}, wanted{429, "USAGE_LIMITS_EXCEEDED", "error"}, "Too many requests"},
		{"changed again and again", func() { m.update = connector.ErrConflict }, nil, sent{"PUT", v1 + "/public", mirror("public")}, wanted{409, "", "plain"},
			sent{"PUT", old, entity("public")}, wanted{409, "OPTIMISTIC_LOCKING_EXCEPTION", "error"}, "same time"},
		{"the store cannot be written", func() { m.insert = connector.ErrReadOnly }, nil, sent{"POST", v1, mirror("x")}, wanted{503, "", "plain"},
			sent{"POST", old, entity("x")}, wanted{503, "UNKNOWN_ERROR", "error"}, "can still be read"},
		{"anything unforeseen", func() { m.insert = errors.New("the disk said hunter2") }, nil, sent{"POST", v1, mirror("x")}, wanted{500, "", "plain"},
			sent{"POST", old, entity("x")}, wanted{500, "UNKNOWN_ERROR", "error"}, "program's log"},
		{"a panic", func() { m.broken = true }, nil, sent{"GET", v1, ""}, wanted{500, "", "plain"}, sent{"POST", ng("/listV2"), ""}, wanted{500, "UNKNOWN_ERROR", "error"}, "program's log"},
		{"no such call", nothing, nil, sent{"GET", "/v1/pipelines", ""}, wanted{404, "RESOURCE_NOT_FOUND", "coded"}, sent{"GET", "/ng/api/pipelines", ""}, wanted{404, "RESOURCE_NOT_FOUND", "error"}, "no such call"},
		{"wrong method", nothing, nil, sent{"PATCH", v1 + "/public", ""}, wanted{405, "", "plain"}, sent{"PATCH", ng("/public"), ""}, wanted{405, "INVALID_REQUEST", "error"}, "PATCH"},
		{"a method that nobody knows", nothing, nil, sent{"BREW", v1, ""}, wanted{405, "", "plain"}, sent{"BREW", old, ""}, wanted{405, "INVALID_REQUEST", "error"}, "BREW"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.prepare()
			t.Cleanup(func() { m.insert, m.update, m.broken, h.limited = nil, nil, false, false })
			for _, one := range []struct {
				sent
				wanted
			}{{tt.v1, tt.v1Wants}, {tt.old, tt.oldWants}} {
				if one.method == "" {
					continue
				}
				got := h.ask(t, one.method, one.path, one.body, tt.headers...)
				if got.status != one.status || got.body.Get("code").Text() != one.code || shapeOf(got.body) != one.shape {
					t.Errorf("%s %s = %d %s\nwant %d %q in the shape %q", one.method, one.path, got.status, got.text, one.status, one.code, one.shape)
				}
				if message := got.body.Get("message").Text(); !strings.Contains(message, tt.text) || message == "" {
					t.Errorf("%s %s says %q, want it to have %q", one.method, one.path, message, tt.text)
				}
				if strings.Contains(got.text, "hunter2") {
					t.Errorf("%s %s gives away what is inside: %s", one.method, one.path, got.text)
				}
				if note := h.last(t); note.Status != one.status {
					t.Errorf("the request log has %d, want %d", note.Status, one.status)
				}
			}
		})
	}
	if !strings.Contains(h.logged.String(), "the disk said hunter2") || !strings.Contains(h.logged.String(), "the list stumbled") {
		t.Error("the log does not say what went wrong")
	}
}

// shortKey is the older form of a key, without its account.
func shortKey(key string) string { return strings.Replace(key, account+".", "", 1) }

func TestMethodsThatAnAddressTakesAreNamed(t *testing.T) {
	h := opened(t)
	for path, want := range map[string]string{
		"/v1/connectors": "POST, GET", "/v1/connectors/a": "GET, PUT, DELETE", "/ng/api/connectors": "POST, PUT, GET",
	} {
		if got := h.ask(t, http.MethodPatch, path, "").header.Get("Allow"); got != want {
			t.Errorf("Allow of %s = %q, want %q", path, got, want)
		}
	}
}
