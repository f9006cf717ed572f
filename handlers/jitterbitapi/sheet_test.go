package jitterbitapi_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector/wire"
	"patchbay/handlers/jitterbitapi"
)

// raw sends the bytes of a request as they are: the lines of text with CRLF between them, to the door instead of the vendor, with a
// good token, and with the length that a client adds.
func (h *house) raw(t *testing.T, token, text string) answer {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	method, rest, _ := strings.Cut(head, " ")
	lines := strings.Split(method+" "+jitterbitapi.Prefix+rest, "\n")
	for i, line := range lines {
		switch name, _, _ := strings.Cut(line, ":"); strings.ToLower(name) {
		case "host":
			lines[i] = "Host: " + h.server.Listener.Addr().String()
		case "authtoken":
			lines[i] = name + ": " + token
		}
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "Connection: close", "", body)
	conn, err := net.Dial("tcp", h.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	v, err := wire.Parse(out.String())
	if err != nil {
		t.Fatalf("the answer is not JSON: %v: %s", err, out.String())
	}
	return answer{status: resp.StatusCode, header: resp.Header, text: out.String(), body: v}
}

const (
	registerRow = `POST /jitterbit-cloud-restful-service/orgs/512604/connector HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json
authToken: 1_5f0b6d1e-2c47-4f0a-9a53-7d1c9e8b4a10

{"name": "Acme Ledger", "version": "1.0.0"}`
	listRow = `GET /jitterbit-cloud-restful-service/orgs/512604/connector HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json
authToken: 1_5f0b6d1e-2c47-4f0a-9a53-7d1c9e8b4a10`
	deleteRow = `DELETE /jitterbit-cloud-restful-service/orgs/512604/connector/8125 HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json
authToken: 1_5f0b6d1e-2c47-4f0a-9a53-7d1c9e8b4a10`
	deletePayloadRow = `DELETE /jitterbit-cloud-restful-service/orgs/512604/connector/8125/sdk/delete HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json
authToken: 1_5f0b6d1e-2c47-4f0a-9a53-7d1c9e8b4a10`
	validateRow = `PUT /jitterbit-cloud-restful-service/orgs/512604/connector/validate/securityinfo HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json
authToken: 1_5f0b6d1e-2c47-4f0a-9a53-7d1c9e8b4a10

{"name": "Acme Ledger", "key": "a3d1c7f2-58be-4c0e-9f64-2b7e01d9c835", "secret": "e94b20d6-7a13-4f58-8c2d-51f6a0b3d7ce"}`
)

// TestTheRequestsOfTheFactSheetGetItsAnswers sends the fact sheet's requests, byte for byte, one after the other, and wants its answers with
// all members in their order. Key and secret are random, so the ones that were given stand in for the sheet's; id and block are made to be
// the sheet's own.
func TestTheRequestsOfTheFactSheetGetItsAnswers(t *testing.T) {
	h := opened(t)
	for sequence, last := range map[string]int64{"jitterbit.connector": 8124, "jitterbit.block": 31414} {
		if _, err := h.store.Number(t.Context(), sequence, last); err != nil {
			t.Fatal(err)
		}
	}
	token := h.token(t, acme, access.Editor)
	const sheetKey, sheetSecret = "a3d1c7f2-58be-4c0e-9f64-2b7e01d9c835", "e94b20d6-7a13-4f58-8c2d-51f6a0b3d7ce"
	key, secret := sheetKey, sheetSecret

	for _, row := range []struct {
		name, request, want string
		before              func()
	}{
		{name: "list of an empty organization", request: listRow, want: `{"status": true, "operation": "List registered connectors", "registeredConnectorList": []}`},
		{name: "delete what is not there", request: deleteRow, want: `{"status": false, "operation": "Delete a connector registration", "errorCode": "CONNECTOR_NOT_FOUND", "errorMessage": "No connector 8125 is registered in organization 512604."}`},
		{name: "register", request: registerRow, want: `{
  "status": true,
  "operation": "Register a connector",
  "id": "8125",
  "key": "a3d1c7f2-58be-4c0e-9f64-2b7e01d9c835",
  "secret": "e94b20d6-7a13-4f58-8c2d-51f6a0b3d7ce",
  "endpointEntityId": "3141501",
  "functionEntityStartId": "3141502",
  "functionEntityEndId": "3141600"
}`},
		{name: "register the same again", request: registerRow, want: `{"status": false, "operation": "Register a connector", "errorCode": "CONNECTOR_NAME_IN_USE", "errorMessage": "A connector named 'Acme Ledger' with version '1.0.0' is already registered in this organization."}`},
		{name: "list", request: listRow, want: `{
  "status": true,
  "operation": "List registered connectors",
  "registeredConnectorList": [
    {
      "id": "8125",
      "name": "Acme Ledger",
      "version": "1.0.0",
      "key": "a3d1c7f2-58be-4c0e-9f64-2b7e01d9c835",
      "secret": "e94b20d6-7a13-4f58-8c2d-51f6a0b3d7ce",
      "endpointEntityId": "3141501",
      "functionEntityStartId": "3141502",
      "functionEntityEndId": "3141600"
    }
  ]
}`},
		{name: "list of another organization", request: strings.Replace(listRow, "512604", "999999", 1), want: `{"status": false, "operation": "List registered connectors", "errorCode": "ORG_NOT_FOUND", "errorMessage": "Organization 999999 does not exist or you are not a member."}`},
		{name: "validate", request: validateRow, want: `{"status": true, "operation": "Validate a connector key and secret"}`},
		{name: "validate a wrong pair", request: strings.Replace(validateRow, "Acme Ledger", "Acme Legder", 1), want: `{"status": false, "operation": "Validate a connector key and secret", "errorCode": "INVALID_CONNECTOR_SECURITY_INFO", "errorMessage": "The name, key and secret do not match a registered connector."}`},
		{name: "delete a payload that is not there", request: deletePayloadRow, want: `{"status": false, "operation": "Delete a connector payload", "errorCode": "PAYLOAD_NOT_FOUND", "errorMessage": "No cached payload exists for connector 8125."}`},
		{name: "delete what is in use", request: deleteRow, before: func() { h.use(t, acme, "8125", "Ledger Sync", "Month End") },
			want: `{"status": false, "operation": "Delete a connector registration", "errorCode": "CONNECTOR_IN_USE", "errorMessage": "Connector 'Acme Ledger' (8125) is used by 2 projects: Ledger Sync, Month End."}`},
		{name: "delete the payload of what is in use", request: deletePayloadRow, before: func() { h.uploaded(t, acme, token, "8125", ledger) },
			want: `{"status": false, "operation": "Delete a connector payload", "errorCode": "CONNECTOR_IN_USE", "errorMessage": "Connector 'Acme Ledger' (8125) is used by 2 projects: Ledger Sync, Month End."}`},
		{name: "delete", request: deleteRow, before: func() { h.unuse(t, acme, "8125", "Ledger Sync", "Month End") },
			want: `{"status": true, "operation": "Delete a connector registration", "id": "8125", "name": "Acme Ledger"}`},
		{name: "delete the payload after the registration", request: deletePayloadRow, want: `{"status": true, "operation": "Delete a connector payload", "id": "8125"}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.before != nil {
				row.before()
			}
			given := strings.NewReplacer(sheetKey, key, sheetSecret, secret)
			a := h.raw(t, token, given.Replace(row.request))
			if k := a.body.Get("key").Text(); k != "" {
				key, secret = k, a.body.Get("secret").Text()
				given = strings.NewReplacer(sheetKey, key, sheetSecret, secret)
			}
			want, err := wire.Parse(given.Replace(row.want))
			if err != nil {
				t.Fatal(err)
			}
			if a.status != http.StatusOK || a.text != want.JSON() {
				t.Errorf("answer = %d %s\n   want 200 %s", a.status, a.text, want.JSON())
			}
			if kind := a.header.Get("Content-Type"); kind != "application/json" {
				t.Errorf("Content-Type = %q", kind)
			}
		})
	}
}

// TestTheLogInOfTheFactSheetGetsItsAnswer looks at every member of the answer, its type and its place.
func TestTheLogInOfTheFactSheetGetsItsAnswer(t *testing.T) {
	h := opened(t)
	m := h.minted(t, acme, "build", access.Editor)
	a := h.raw(t, "", `PUT /jitterbit-cloud-restful-service/user/login HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json

{"email": "`+m.Email+`", "password": "`+m.Password.Reveal()+`", "deviceId": "build-server-07"}`)
	token := a.body.Get("authenticationToken").Text()
	server := h.server.URL + jitterbitapi.Prefix
	want := `{"status":true,"operation":"User login","authenticationToken":"` + token + `","serverUrl":"` + server + `","cloudAppsUrl":"` + h.server.URL +
		`","orgAttrs":[{"orgId":"512604","orgName":"Acme Corp","orgZoneUrl":"` + server + `"}],"defaultOrgId":"512604","sessionTimeoutInSeconds":14400}`
	if a.status != http.StatusOK || a.text != want {
		t.Errorf("answer = %d %s\n   want 200 %s", a.status, a.text, want)
	}
	if !strings.HasPrefix(token, "1_") || len(token) != 2+36 {
		t.Errorf("the token %q is not 1_ and a UUID", token)
	}
	if got := h.ask(t, "GET", "/orgs/512604/connector", token, ""); got.status != 200 || !got.body.Get("status").Truth() {
		t.Errorf("a list with the new token = %v", got)
	}

	wrong := h.raw(t, "", `PUT /jitterbit-cloud-restful-service/user/login HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json

{"email": "dana@acme.example", "password": "correct horse battery", "deviceId": "build-server-07"}`)
	const refused = `{"status":false,"operation":"User login","errorCode":"INVALID_CREDENTIALS","errorMessage":"The email or password is not correct."}`
	if wrong.status != http.StatusOK || wrong.text != refused {
		t.Errorf("answer = %d %s\n   want 200 %s", wrong.status, wrong.text, refused)
	}
	code := h.raw(t, "", `PUT /jitterbit-cloud-restful-service/user/login/tfacode HTTP/1.1
Host: na-east.jitterbit.com
Content-Type: application/json

{"email": "dana@acme.example", "password": "correct horse battery", "code": "482913", "deviceId": "build-server-07"}`)
	if code.status != http.StatusOK || code.code() != "INVALID_TFA_CODE" || code.body.Get("operation").Text() != "User login" {
		t.Errorf("the second step = %v", code)
	}
}
