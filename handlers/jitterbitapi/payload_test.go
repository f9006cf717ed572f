package jitterbitapi_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/jitterbit"
)

// ledger is a payload for the connector Acme Ledger.
const ledger = `{
  "name": "Acme Ledger", "version": "1.0.0", "displayName": "Acme Ledger", "sandbox": true,
  "endpoint": {"name": "Acme Ledger", "displayName": "Acme Ledger Endpoint", "properties": [
    {"name": "host", "displayName": "Host", "type": "string", "validators": [{"name": "required"}]}
  ]},
  "activities": {"query": {"name": "Query", "displayName": "Query", "properties": []}}
}
`

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// uploaded uploads a payload, which must be taken.
func (h *house) uploaded(t testing.TB, org, token, number, text string) answer {
	t.Helper()
	a := h.ask(t, "PUT", h.ours(org, number, "payload"), token, text)
	if a.status != http.StatusOK || a.body.Get("sha256").Text() != hashOf(text) {
		t.Fatalf("upload answered %v", a)
	}
	return a
}

// unuse forgets what use noted.
func (h *house) unuse(t testing.TB, org, number string, projects ...string) {
	t.Helper()
	c, err := h.Find(t.Context(), root, h.workspaces[org], connector.Scope{}, number)
	if err != nil {
		t.Fatalf("Find(%s) = %v", number, err)
	}
	for _, p := range projects {
		if err := h.RemoveUse(t.Context(), root, c.ID, connector.Use{Kind: "project", Name: p}); err != nil {
			t.Fatalf("RemoveUse(%s) = %v", p, err)
		}
	}
}

func TestAPayloadComesBackByteForByteAndOutlivesItsRegistration(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	id := h.registered(t, acme, token, "Acme Ledger", "1.0.0").Get("id").Text()

	if a := h.ask(t, "GET", h.ours(acme, id, "payload"), token, ""); a.status != http.StatusNotFound || a.code() != "PAYLOAD_NOT_FOUND" {
		t.Errorf("download before the upload = %v", a)
	}
	up := h.uploaded(t, acme, token, id, ledger)
	if n, _ := up.body.Get("size").Int(); n != int64(len(ledger)) || up.body.Get("id").Text() != id {
		t.Errorf("upload = %v, want %d bytes of %s", up, len(ledger), id)
	}
	same := func(when string) {
		t.Helper()
		a := h.send(t, "GET", h.ours(acme, id, "payload"), token, "")
		if a.status != http.StatusOK || a.text != ledger || a.header.Get("ETag") != `"`+hashOf(ledger)+`"` || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("download %s = %d %v %s", when, a.status, a.header, a.text)
		}
	}
	same("after the upload")

	wrong := strings.Replace(ledger, "Acme Ledger", "Acme Legder", 1)
	a := h.ask(t, "PUT", h.ours(acme, id, "payload"), token, wrong)
	findings := a.body.Get("findings").Items()
	if a.status != http.StatusUnprocessableEntity || a.code() != "INVALID_PAYLOAD" || len(findings) == 0 {
		t.Fatalf("upload of a wrong name = %v", a)
	}
	if f := findings[0]; f.Get("severity").Text() != jitterbit.Error || f.Get("where").Text() != "name" || f.Get("line").Text() != "2" ||
		!strings.Contains(f.Get("text").Text(), "Acme Legder") {
		t.Errorf("finding = %s, want an error at the name in line 2", f.JSON())
	}
	same("after a refused upload")

	if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id, token, ""); !a.body.Get("status").Truth() {
		t.Fatalf("delete = %v", a)
	}
	same("after the registration went")
	if a := h.ask(t, "PUT", h.ours(acme, id, "payload"), token, ledger); a.status != http.StatusNotFound || a.code() != "CONNECTOR_NOT_FOUND" {
		t.Errorf("upload for a registration that is gone = %v", a)
	}
	if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id+"/sdk/delete", token, ""); !a.body.Get("status").Truth() || a.body.Get("id").Text() != id {
		t.Errorf("payload delete = %v", a)
	}
	if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id+"/sdk/delete", token, ""); a.code() != "PAYLOAD_NOT_FOUND" {
		t.Errorf("second payload delete = %v", a)
	}
}

func TestAPayloadMayBeDeletedByNameWhileItsRegistrationStays(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	id := h.registered(t, acme, token, "Acme Ledger", "1.0.0").Get("id").Text()
	h.uploaded(t, acme, token, id, ledger)
	if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/Acme%20Ledger/sdk/delete", token, ""); a.body.Get("id").Text() != id || !a.body.Get("status").Truth() {
		t.Errorf("payload delete = %v", a)
	}
	if a := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, ""); len(a.body.Get("registeredConnectorList").Items()) != 1 {
		t.Errorf("the registration went with its payload: %v", a)
	}
}

func TestTheSizeOfAPayloadIsBounded(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	id := h.registered(t, acme, token, "Acme Ledger", "1.0.0").Get("id").Text()
	most := ledger + strings.Repeat(" ", 1<<20-len(ledger))
	h.uploaded(t, acme, token, id, most)
	a := h.ask(t, "PUT", h.ours(acme, id, "payload"), token, most+" ")
	if a.status != http.StatusRequestEntityTooLarge || a.code() != "BODY_TOO_LARGE" {
		t.Errorf("upload of one byte too many = %d %s", a.status, a.code())
	}
	a = h.ask(t, "PUT", h.ours(acme, id, "payload"), token, ledger, "Content-Encoding", "gzip")
	if a.status != http.StatusUnsupportedMediaType || a.code() != "CONTENT_ENCODING_NOT_SUPPORTED" {
		t.Errorf("upload of a packed body = %v", a)
	}
}

func TestTheManifestHasTheNumbersAndNotTheSecret(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	made := h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	id := made.Get("id").Text()
	a := h.send(t, "GET", h.ours(acme, id, "manifest")+"?activities=query,create,update&other=1", token, "")
	want := "Manifest-Version: 1.0\nVersion: 1.0.0\nJitterbit-Connector: true\nJitterbit-Connector-Key: " + made.Get("key").Text() +
		"\nJitterbit-Connector-Secret: ****\nJitterbit-Connector-Endpoint-EntityTypeId: 101\nJitterbit-Activity-EntityTypeId-query: 102\n" +
		"Jitterbit-Activity-EntityTypeId-create: 103\nJitterbit-Activity-EntityTypeId-update: 104\nJitterbit-Connector-UI: adapter.json\n\n"
	if a.status != http.StatusOK || a.text != want || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("manifest = %d %v\n%s\nwant\n%s", a.status, a.header, a.text, want)
	}
	if strings.Contains(a.text, made.Get("secret").Text()) {
		t.Error("the secret is in the manifest")
	}
	if a := h.send(t, "GET", h.ours(acme, id, "manifest"), token, ""); strings.Contains(a.text, "Activity") {
		t.Errorf("asking for a manifest gave the connector activities:\n%s", a.text)
	}
	for name, activities := range map[string]string{"a slash": "a/b", "no difference but case": "query,Query", "a long one": strings.Repeat("a", 39)} {
		if a := h.ask(t, "GET", h.ours(acme, id, "manifest")+"?activities="+activities, token, ""); a.status != http.StatusUnprocessableEntity || a.code() != "INVALID_ACTIVITIES" {
			t.Errorf("%s = %v", name, a)
		}
	}
}
