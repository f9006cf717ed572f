package jitterbitapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/connector/jitterbit"
	"patchbay/connector/wire"
	"patchbay/handlers/jitterbitapi"
)

// maker makes requests that are wrong somewhere, the same ones for the same seed.
type maker struct {
	*rand.Rand
	tokens, ids []string
}

func (m maker) pick(from ...string) string { return from[m.IntN(len(from))] }

// noise gives bytes that nobody would send.
func (m maker) noise(n int) string {
	b := make([]byte, m.IntN(n)+1)
	for i := range b {
		b[i] = byte(m.IntN(256))
	}
	return string(b)
}

func (m maker) segment() string {
	return m.pick("", ".", "..", "%2e%2e", "%00", "%2F", "%ff", "%F0%9F%92%A9", "9223372036854775808", "-1", "0", "1e3", "validate", "sdk", "null",
		strings.Repeat("9", 400), strings.Repeat("a", 4000), url.PathEscape(m.noise(20)), "' OR 1=1 --", m.pick(m.ids...))
}

func (m maker) path(op jitterbitapi.Operation) string {
	path := strings.NewReplacer("{orgId}", m.pick(acme, acme, acme, acme, rivals, m.segment()), "{connectorId}", m.pick(m.pick(m.ids...), m.segment())).Replace(op.Path)
	switch m.IntN(12) {
	case 0:
		parts := strings.Split(path, "/")
		parts[1+m.IntN(len(parts)-1)] = m.segment()
		path = strings.Join(parts, "/")
	case 1:
		path = path[:1+m.IntN(len(path))]
	case 2:
		path += m.pick("/", "//", "?activities="+url.QueryEscape(m.noise(30)), "?%zz", "/"+m.segment(), ";x=1")
	}
	return path
}

// bodies are right for one call or another; most of them come out wrong.
var bodies = []string{
	`{"name":"Acme Ledger","version":"1.0.0"}`, `{"email":"dana@acme.example","password":"correct horse battery"}`,
	`{"email":"dana@acme.example","code":"482913","deviceId":"d"}`, `{"name":"a","key":"b","secret":"c"}`, ledger, `[]`, `null`, `"text"`, `{}`, ``,
}

func (m maker) body() string {
	text := bodies[m.IntN(len(bodies))]
	at := 0
	if len(text) > 0 {
		at = m.IntN(len(text))
	}
	switch m.IntN(9) {
	case 0:
		return text[:at]
	case 1:
		return text[:at] + m.noise(8) + text[at:]
	case 2:
		return m.noise(300)
	case 3:
		return strings.Repeat("[", m.IntN(5000)) + text
	case 4:
		return strings.Replace(text, `"`, m.pick(`'`, `\u0000"`, `"\ud800`, ``), 1)
	case 5:
		return `{"name":` + m.pick("7", "null", "true", "[]", "{}", `"`+strings.Repeat("x", 5000)+`"`, `"a/b"`, `"\u0000"`) + `,"version":` + m.pick("1", "null", `""`, `{}`, `"é"`) + `}`
	case 6:
		return `{"email":` + m.pick("7", "null", "[]", `" "`, `"\u202e"`) + `,"password":` + m.pick("null", `""`, "1", `{}`) + `,"key":[],"secret":false,"code":0}`
	}
	return text
}

func (m maker) request(t *testing.T, base string) *http.Request {
	var body io.Reader = strings.NewReader(m.body())
	if m.IntN(8) == 0 {
		body = struct{ io.Reader }{body} // of a length that is not said
	}
	all := jitterbitapi.Operations()
	op := all[m.IntN(len(all))]
	method := op.Method
	if m.IntN(6) == 0 {
		method = m.pick("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PURGE", "get")
	}
	r, err := http.NewRequestWithContext(t.Context(), method, base, body)
	if err != nil {
		t.Fatal(err)
	}
	raw, query, _ := strings.Cut(jitterbitapi.Prefix+m.path(op), "?")
	r.URL.Opaque, r.URL.RawQuery = "//"+r.URL.Host+(&url.URL{Path: raw}).EscapedPath(), query
	if plain, err := url.PathUnescape(raw); err == nil {
		r.URL.Opaque = "//" + r.URL.Host + (&url.URL{Path: plain, RawPath: raw}).EscapedPath()
	}
	if m.IntN(10) > 0 {
		r.Header["authToken"] = []string{m.pick(m.tokens...)}
	}
	r.Header.Set("Content-Type", m.pick("application/json", "text/html", "application/json; charset=utf-16", "multipart/form-data", ";;", ""))
	switch m.IntN(12) {
	case 0:
		r.Header.Set("Content-Encoding", m.pick("gzip", "br", "identity", "x"))
	case 1:
		r.Header.Set("Accept", m.pick("text/html", "*/*", "image/png"))
	case 2:
		r.Header.Set("Expect", "100-continue")
	case 3:
		r.Header.Set("X-HTTP-Method-Override", "DELETE")
	}
	return r
}

// mutations is how many broken requests the test makes, from the table of operations and always the same ones. With those of the other doors
// they are 10,000.
const mutations = 3300

// TestMalformedRequestsAreAnsweredInTheEnvelope sends requests that are wrong in every way that the seed brings about.
func TestMalformedRequestsAreAnsweredInTheEnvelope(t *testing.T) {
	h := opened(t)
	m := maker{Rand: rand.New(rand.NewPCG(512604, 8125))}
	for _, role := range access.Roles {
		m.tokens = append(m.tokens, h.token(t, acme, role))
	}
	m.tokens = append(m.tokens, m.tokens[2], m.tokens[3], h.token(t, rivals, access.Editor), "", "x", strings.Repeat("1_", 4000), "1_5f0b6d1e-2c47-4f0a-9a53-7d1c9e8b4a10")
	statuses, codes := map[int]int{}, map[string]int{}
	client := h.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return errors.New("a redirect") }
	for i := range mutations {
		h.clock.pass(time.Second) // so that not every log-in is one too many
		if i%25 == 0 {            // the requests before may have deleted what there was
			m.ids = []string{h.registered(t, acme, m.tokens[2], "Acme Ledger", strconv.Itoa(i)).Get("id").Text(), "Acme%20Ledger"}
		}
		r := m.request(t, h.server.URL)
		what := fmt.Sprintf("%s %.200s", r.Method, r.URL.Opaque)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatalf("request %d, %s: %v", i, what, err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatalf("request %d, %s: %v", i, what, err)
		}
		statuses[resp.StatusCode]++
		if resp.StatusCode >= 500 {
			t.Errorf("request %d, %s = %d %s", i, what, resp.StatusCode, text)
		}
		if r.Method == "HEAD" || resp.StatusCode == 200 && (strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") || string(text) == ledger) {
			continue // a manifest or a payload
		}
		var envelope struct {
			Status                             *bool
			Operation, ErrorCode, ErrorMessage string
		}
		if err := json.Unmarshal(text, &envelope); err != nil || envelope.Status == nil || envelope.Operation == "" || resp.Header.Get("Content-Type") != "application/json" ||
			!*envelope.Status && (envelope.ErrorCode == "" || !strings.HasSuffix(envelope.ErrorMessage, ".")) {
			t.Errorf("request %d, %s = %d %s: %.300s", i, what, resp.StatusCode, resp.Header.Get("Content-Type"), text)
		}
		codes[envelope.ErrorCode]++
	}
	// The requests must be wrong in many ways, or nothing was shown.
	for _, code := range []string{"NOT_FOUND", "METHOD_NOT_ALLOWED", "MALFORMED_JSON", "MISSING_FIELD", "INVALID_CONNECTOR_NAME", "ORG_NOT_FOUND", "NO_PERMISSION", "INVALID_AUTH_TOKEN",
		"MISSING_AUTH_TOKEN", "CONNECTOR_NOT_FOUND", "PAYLOAD_NOT_FOUND", "CONTENT_ENCODING_NOT_SUPPORTED", "INVALID_CREDENTIALS", "INVALID_TFA_CODE", "RATE_LIMITED", "INVALID_PAYLOAD", "AMBIGUOUS_CONNECTOR_NAME", "INVALID_CONNECTOR_SECURITY_INFO", "INVALID_CONNECTOR_VERSION", "INVALID_ACTIVITIES", ""} {
		if codes[code] == 0 {
			t.Errorf("no request was answered with the code %q: %v", code, codes)
		}
	}
	t.Logf("%d requests: statuses %v, codes %v", mutations, statuses, codes)
}

// FuzzDecoders: whatever a body is, reading it ends, and what was read is what the registry may be given.
func FuzzDecoders(f *testing.F) {
	for _, text := range bodies {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"name":"\u0000","version":{"a":[1]},"email":" A@B ","password":1,"code":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := wire.Parse(string(text))
		if err != nil {
			return
		}
		in, problems := jitterbit.DecodeLogIn(v)
		if len(problems) == 0 && (in.Email == "" || in.Password.Empty() || in.Email != strings.ToLower(strings.TrimSpace(in.Email))) {
			t.Errorf("DecodeLogIn(%s) = %+v without a problem", text, in)
		}
		if in, problems := jitterbit.DecodeCode(v); len(problems) == 0 && (in.Email == "" || in.Code == "" || in.DeviceID == "") {
			t.Errorf("DecodeCode(%s) = %+v without a problem", text, in)
		}
		if pair, problems := jitterbit.DecodePair(v); len(problems) == 0 && (pair.Name == "" || pair.Key == "" || pair.Secret.Empty()) {
			t.Errorf("DecodePair(%s) = %+v without a problem", text, pair)
		}
		draft, problems := jitterbit.DecodeRegister(v)
		if len(problems) == 0 {
			problems = jitterbit.Vendor().Validate(&draft)
		}
		if s := draft.Spec.(*jitterbit.Registration); len(problems) == 0 && (draft.Name == "" || s.Version == "" || s.Key != "" || !s.Secret.Empty() || len(s.Activities) > 0) {
			t.Errorf("DecodeRegister(%s) = %+v without a problem", text, draft)
		}
		for _, finding := range jitterbit.CheckPayload(string(text), "Acme Ledger") {
			if finding.Text == "" || finding.Severity == "" {
				t.Errorf("CheckPayload(%s) found %+v", text, finding)
			}
		}
		if _, err := wire.Parse(jitterbit.Failed("o", "c", string(bytes.ToValidUTF8(text, nil))).JSON()); err != nil {
			t.Errorf("a failure that says %q is not JSON: %v", text, err)
		}
	})
}
