package sigv4

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// attack is a request that is signed with the right key, but for what its row says, and breaks one control.
type attack struct {
	address, day, region, service, secret string
	header                                []string
	signed                                []string
}

func (a attack) request(t *testing.T) *http.Request {
	t.Helper()
	r := request(t, "POST", a.address, nil, append(a.header, "X-Amz-Date", testTime.Format(stampLayout))...)
	path, raw := target(r)
	pairs, err := pairsOf(raw)
	if err != nil {
		t.Fatal(err)
	}
	auth := authorization{testID, scope{a.day, a.region, a.service}, a.signed, ""}
	auth.signature = signature(NewKey(a.secret), auth.scope, testTime.Format(stampLayout),
		canonical("POST", path, byEscaped(pairs), a.signed, headers(r), hash(nil)))
	r.Header.Set("Authorization", auth.String())
	return r
}

// TestEveryControlIsNeeded sends for each control a request that no other control stops: refused as it is, and accepted
// with the control off.
func TestEveryControlIsNeeded(t *testing.T) {
	key := NewKey(testSecret)
	tests := []struct {
		control string
		change  func(*attack, *Verifier)
		code    string
	}{
		{"query", func(a *attack, _ *Verifier) { a.address += "?X-Amz-Signature=ab" }, "IncompleteSignatureException"},
		{"window", func(_ *attack, v *Verifier) { v.Now = func() time.Time { return testTime.Add(time.Hour) } }, "InvalidSignatureException"},
		{"day", func(a *attack, _ *Verifier) { a.day = "20261121" }, "InvalidSignatureException"},
		{"region", func(a *attack, _ *Verifier) { a.region = "eu-west-1" }, "InvalidSignatureException"},
		{"service", func(a *attack, _ *Verifier) { a.service = "s3" }, "InvalidSignatureException"},
		{"list", func(a *attack, _ *Verifier) { slices.Reverse(a.signed) }, "InvalidSignatureException"},
		{"list", func(a *attack, _ *Verifier) { a.signed = append(a.signed, "x-amz-date") }, "InvalidSignatureException"},
		{"coverage", func(a *attack, _ *Verifier) { a.signed = []string{"x-amz-date"} }, "InvalidSignatureException"},
		{"coverage", func(a *attack, _ *Verifier) { a.signed = []string{"host"} }, "InvalidSignatureException"},
		{"coverage", func(a *attack, _ *Verifier) { a.header = append(a.header, "X-Amz-Target", "x") }, "InvalidSignatureException"},
		{"presence", func(a *attack, _ *Verifier) { a.signed = append(a.signed, "x-gone") }, "InvalidSignatureException"},
		{"payload", func(a *attack, _ *Verifier) { a.payload("UNSIGNED-PAYLOAD") }, "InvalidSignatureException"},
		{"payload", func(a *attack, _ *Verifier) { a.payload("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") }, "InvalidSignatureException"},
		{"payload", func(a *attack, _ *Verifier) { a.payload(hash([]byte("another body"))) }, "InvalidSignatureException"},
		{"payload", func(a *attack, _ *Verifier) { a.payload(strings.ToUpper(hash(nil))) }, "InvalidSignatureException"},
		{"payload", func(a *attack, _ *Verifier) { a.payload(hash(nil), hash(nil)) }, "InvalidSignatureException"},
		{"signature", func(a *attack, _ *Verifier) { a.secret = "guessed" }, "InvalidSignatureException"},
		{"signature", func(a *attack, v *Verifier) { a.secret, v.Secret = nobody.reveal().secret, nil }, "UnrecognizedClientException"},
		{"token", func(_ *attack, v *Verifier) {
			v.Secret = testVerifier(NewSessionKey(testSecret, "token", time.Time{})).Secret
		},
			"UnrecognizedClientException"},
		{"end", func(a *attack, v *Verifier) {
			v.Secret = testVerifier(NewSessionKey(testSecret, "token", testTime)).Secret
			a.header = append(a.header, "X-Amz-Security-Token", "token")
			a.signed = append(a.signed, tokenHeader)
		}, "ExpiredTokenException"},
		{"replay", func(_ *attack, v *Verifier) { v.Replays = NewReplays(time.Minute, 0, v.Now) }, "ThrottlingException"},
	}
	shown := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.control, func(t *testing.T) {
			a := attack{"https://hub.example/connectorsv2", "20261122", "us-east-1", "securityhub", testSecret, nil, []string{"host", "x-amz-date"}}
			v := testVerifier(key)
			tt.change(&a, v)
			r := a.request(t)
			if _, err := v.Verify(r, nil); code(err) != tt.code {
				t.Errorf("Verify = %v, want %s", err, tt.code)
			}
			v.off = tt.control
			if _, err := v.Verify(r, nil); err != nil {
				t.Errorf("Verify with the control off = %v: another one stops it, so this row shows nothing", err)
			}
			shown[tt.control] = true
		})
	}
	for _, control := range slices.Concat(beforeTheKey, withTheKey) {
		if !shown[control.name] {
			t.Errorf("nothing shows that the control %q is needed", control.name)
		}
	}
}

func (a *attack) payload(values ...string) {
	for _, v := range values {
		a.header = append(a.header, "X-Amz-Content-Sha256", v)
	}
	a.signed = []string{"host", hashHeader, dateHeader}
}

func TestVerifyRefusesAReplay(t *testing.T) {
	v := testVerifier(NewKey(testSecret))
	v.Replays = NewReplays(5*time.Minute, 100, v.Now)
	send := func(method string) (Identity, error) {
		r := request(t, method, "https://hub.example/connectorsv2/x", nil)
		signOfficially(t, r, nil, "")
		return v.Verify(r, nil)
	}
	for _, method := range []string{"POST", "PATCH", "PUT", "DELETE", "BREW"} {
		who, err := send(method)
		if err != nil {
			t.Fatalf("%s = %v", method, err)
		}
		if _, err := send(method); code(err) != "InvalidSignatureException" {
			t.Errorf("%s again = %v, want a refusal", method, err)
		}
		v.Replays.Forget(who.Signature, who.Date)
		if _, err := send(method); err != nil {
			t.Errorf("%s after it was forgotten = %v", method, err)
		}
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		for range 2 {
			if _, err := send(method); err != nil {
				t.Errorf("%s = %v, it changes nothing and may come again", method, err)
			}
		}
	}
	if got := v.Replays.Len(); got != 5 {
		t.Errorf("Len = %d, want 5", got)
	}
	forged := request(t, "POST", "https://hub.example/connectorsv2/y", nil)
	signOfficially(t, forged, nil, "")
	forged.Host = "other.example"
	if _, err := v.Verify(forged, nil); err == nil || v.Replays.Len() != 5 {
		t.Errorf("a forged request takes room: %v, %d", err, v.Replays.Len())
	}
}
