package jitterbitapi_test

import (
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector/wire"
	"patchbay/handlers/jitterbitapi"
)

// collection is the vendor's Postman collection: five requests, in which only the host is another one. after is what the test scripts of
// the collection keep, and what a person copies by hand.
var collection = []struct {
	name, method, url, body string
	after                   func(env map[string]string, answer wire.Value)
}{
	{"Log In User", "PUT", "{{host}}/jitterbit-cloud-restful-service/user/login", `{
    "email": "{{email}}",
    "password": "{{password}}"
}`, func(env map[string]string, a wire.Value) {
		env["orgId"], env["authToken"] = a.Get("defaultOrgId").Text(), a.Get("authenticationToken").Text()
	}},
	{"Register a Connector", "POST", "{{host}}/jitterbit-cloud-restful-service/orgs/{{orgId}}/connector", `{
    "name": "{{connectorName}}",
    "version": "{{connectorVersion}}"
}`, func(env map[string]string, a wire.Value) {
		env["key"], env["secret"] = a.Get("key").Text(), a.Get("secret").Text()
		env["connectorId"] = a.Get("id").Text() // by hand
	}},
	{"List Registered Connectors", "GET", "{{host}}/jitterbit-cloud-restful-service/orgs/{{orgId}}/connector", "", nil},
	{"Validate Connector Key/Secret", "PUT", "{{host}}/jitterbit-cloud-restful-service/orgs/{{orgId}}/connector/validate/securityinfo", `{
    "key": "{{key}}",
    "secret": "{{secret}}",
    "name": "{{connectorName}}"
}`, nil},
	{"Delete a Registered Connector", "DELETE", "{{host}}/jitterbit-cloud-restful-service/orgs/{{orgId}}/connector/{{connectorId}}", "{}", nil},
}

var variable = regexp.MustCompile(`\{\{(\w+)\}\}`)

func fill(env map[string]string, text string) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string { return env[strings.Trim(name, "{}")] })
}

// environment is the collection's, for a new credential.
func (h *house) environment(t *testing.T) map[string]string {
	t.Helper()
	m := h.minted(t, acme, newName(), access.Editor)
	return map[string]string{"host": h.server.URL + jitterbitapi.Prefix, "email": m.Email, "password": m.Password.Reveal(),
		"connectorName": "Dropbox", "connectorVersion": "1.0.0"}
}

func TestThePostmanCollectionRunsWithOnlyItsHostEdited(t *testing.T) {
	h := opened(t)
	t.Run("net/http", func(t *testing.T) {
		env := h.environment(t)
		for _, step := range collection {
			r, err := http.NewRequestWithContext(t.Context(), step.method, fill(env, step.url), strings.NewReader(fill(env, step.body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("authToken", env["authToken"])
			finished(t, step.name, env, h.do(t, r).text, step.after)
		}
	})
	t.Run("curl", func(t *testing.T) {
		curl, err := exec.LookPath("curl")
		if err != nil {
			t.Skip("curl is not installed")
		}
		env := h.environment(t)
		for _, step := range collection {
			args := []string{"-sS", "--fail", "--noproxy", "*", "-X", step.method, fill(env, step.url), "-H", "Content-Type: application/json"}
			if token := env["authToken"]; token != "" {
				args = append(args, "-H", "authToken: "+token)
			}
			if step.body != "" {
				args = append(args, "-d", fill(env, step.body))
			}
			out, err := exec.CommandContext(t.Context(), curl, args...).CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v: %s", step.name, err, out)
			}
			finished(t, step.name, env, string(out), step.after)
		}
	})
}

// finished holds an answer against what the collection tests: the status is true. Then it keeps what its scripts keep.
func finished(t *testing.T, name string, env map[string]string, text string, after func(map[string]string, wire.Value)) {
	t.Helper()
	v, err := wire.Parse(text)
	if err != nil || v.Get("status").JSON() != "true" {
		t.Fatalf("%s answered %v %s", name, err, text)
	}
	if after != nil {
		after(env, v)
	}
	if list := v.Get("registeredConnectorList").Items(); name == "List Registered Connectors" &&
		(len(list) != 1 || list[0].Get("id").Text() != env["connectorId"] || list[0].Get("secret").Text() != env["secret"]) {
		t.Errorf("%s answered %s", name, text)
	}
}
