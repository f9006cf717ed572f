package securityhubapi_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/handlers/securityhubapi"
)

// mutations is how many broken requests the test makes, from the table of operations and always the same ones. With those of the other doors
// they are 10,000.
const mutations = 3300

// TestMalformedRequests makes bad requests from good ones, always the same ones, half of them rightly signed: none may be answered
// with a failure of the server, and all that are refused are refused in the vendor's form.
func TestMalformedRequests(t *testing.T) {
	h := opened(t)
	h.secret(t)
	id := h.jira(t, "jira")
	door := securityhubapi.New(securityhubapi.Config{Registry: h.Registry, Now: h.now})
	dice := rand.New(rand.NewPCG(3, 2026))
	good := rows(id, account)
	names := make([]string, 0, len(good))
	for _, op := range securityhubapi.Operations() {
		names = append(names, op.Name)
	}
	refused, carried := 0, 0
	for n := 0; refused+carried < mutations; n++ {
		row := good[names[n%len(names)]]
		method, path, body := row.method, row.path, row.body
		switch dice.IntN(4) {
		case 0:
			path = spoilt(dice, path)
		case 1:
			body = spoilt(dice, body)
		case 2:
			method = []string{"GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "FOO"}[dice.IntN(7)]
			path += []string{"", "?", "?MaxResults=-1", "?tagKeys", "?NextToken=%00", "?a;b=c"}[dice.IntN(6)]
		default:
			path, body = spoilt(dice, path), spoilt(dice, body)
		}
		req := httptest.NewRequestWithContext(t.Context(), method, securityhubapi.Prefix, strings.NewReader(body))
		u, err := url.ParseRequestURI(securityhubapi.Prefix + path)
		if err != nil {
			continue // the server answers that before any handler
		}
		req.URL, req.RequestURI = u, securityhubapi.Prefix+path
		h.pass(1e9)
		if dice.IntN(2) == 0 {
			role := access.Roles[dice.IntN(len(access.Roles))]
			creds := sigv4.Credentials{AccessKeyID: h.keys[role].AccessKeyID, Key: sigv4.NewKey(h.keys[role].SecretAccessKey.Reveal())}
			if err := sigv4.Sign(req, []byte(body), creds, region, "securityhub", h.now()); err != nil {
				continue
			}
		} else {
			spoilHeaders(dice, req, h.keys[access.Editor].AccessKeyID)
		}
		w := httptest.NewRecorder()
		door.ServeHTTP(w, req)
		if w.Code == http.StatusOK {
			carried++
			continue
		}
		refused++
		if got := recorded(t, w); got.status >= 500 || got.status < 400 {
			t.Fatalf("request %d, %s %q with %q, answers %d %s", n, method, path, body, got.status, got.text)
		} else {
			got.shaped(t)
		}
	}
	if refused < 1500 || carried < 20 {
		t.Errorf("%d refused and %d carried out: the requests are not what they should be", refused, carried)
	}
	t.Logf("%d refused, %d carried out", refused, carried)
	h.jira(t, "the door is still open")
}

// spoilt changes a text at one to three places.
func spoilt(dice *rand.Rand, text string) string {
	bits := []string{"", "%", "%2F", "%00", "/", "//", "..", "\"", "{", "}", "[", "null", "0", "-1", "1e999", " ", "\\u0000", "\\ud800", "é", "\xff", ":", ",", "aws:", "\x00",
		strings.Repeat("x", 3000), strings.Repeat("[", 100), `{"a":1,"a":2}`, "true", "?", "&", "#", ";", "="}
	for range 1 + dice.IntN(3) {
		at := dice.IntN(len(text) + 1)
		end := min(len(text), at+dice.IntN(8))
		text = text[:at] + bits[dice.IntN(len(bits))] + text[end:]
	}
	return text
}

// spoilHeaders signs a request in one of the ways that are no signature.
func spoilHeaders(dice *rand.Rand, req *http.Request, key string) {
	const date = "20261122T120000Z"
	auth := "AWS4-HMAC-SHA256 Credential=" + key + "/20261122/eu-west-1/securityhub/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0", 64)
	switch dice.IntN(6) {
	case 0:
		return
	case 1:
		req.Header.Set("Authorization", spoilt(dice, auth))
	case 2:
		req.Header.Set("Authorization", auth)
		req.Header.Add("Authorization", auth)
	case 3:
		req.Header.Set("Authorization", "Bearer "+key)
	case 4:
		req.Header.Set("Authorization", strings.Replace(auth, "securityhub/", "s3/", 1))
	default:
		req.Header.Set("Content-Encoding", "br")
	}
	req.Header.Set("X-Amz-Date", []string{date, "", "now", spoilt(dice, date)}[dice.IntN(4)])
}

// recorded reads an answer that was not sent over a network.
func recorded(t *testing.T, w *httptest.ResponseRecorder) reply {
	t.Helper()
	r := reply{status: w.Code, header: w.Header(), text: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &r.body); err != nil {
		t.Fatalf("answer = %d %q, want JSON", r.status, r.text)
	}
	return r
}
