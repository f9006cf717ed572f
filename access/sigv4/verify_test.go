package sigv4

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// code gives the name of a refusal: "" for none, "other" for an error that is no refusal.
func code(err error) string {
	var refused *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.Code
	}
	return "other"
}

func TestVerifyRefusesBadForms(t *testing.T) {
	signed := func() *http.Request {
		r := request(t, "GET", "https://hub.example/connectorsv2", nil)
		signOfficially(t, r, nil, "")
		return r
	}
	edit := func(from, to string) func(*http.Request) {
		return func(r *http.Request) {
			auth := r.Header.Get("Authorization")
			if !strings.Contains(auth, from) {
				t.Fatalf("%q is not in %q", from, auth)
			}
			r.Header.Set("Authorization", strings.Replace(auth, from, to, 1))
		}
	}
	set := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Del(name)
			for _, v := range values {
				r.Header.Add(name, v)
			}
		}
	}
	tests := []struct {
		name   string
		change func(*http.Request)
		code   string
		status int
	}{
		{"no header", set("Authorization"), "MissingAuthenticationTokenException", 403},
		{"two headers", func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }, "IncompleteSignatureException", 400},
		{"an empty header", set("Authorization", ""), "IncompleteSignatureException", 400},
		{"basic", set("Authorization", "Basic eDp5"), "IncompleteSignatureException", 400},
		{"bearer", set("Authorization", "Bearer abc"), "IncompleteSignatureException", 400},
		{"elliptic curves", edit(algorithm, "AWS4-ECDSA-P256-SHA256"), "IncompleteSignatureException", 400},
		{"version 2", set("Authorization", "AWS AKIDEXAMPLE:abc="), "IncompleteSignatureException", 400},
		{"algorithm alone", set("Authorization", algorithm), "IncompleteSignatureException", 400},
		{"a long header", edit("host;", strings.Repeat("host;", 2000)), "IncompleteSignatureException", 400},
		{"no credential", edit("Credential=", "Credentials="), "IncompleteSignatureException", 400},
		{"no signature", edit(", Signature=", ", signature="), "IncompleteSignatureException", 400},
		{"an empty list", edit("SignedHeaders=host;x-amz-date", "SignedHeaders="), "IncompleteSignatureException", 400},
		{"a part twice", edit(", Signature=", ", Signature=0, Signature="), "IncompleteSignatureException", 400},
		{"a part too many", edit(", Signature=", ", Expires=9, Signature="), "IncompleteSignatureException", 400},
		{"another end of the scope", edit("aws4_request", "aws5_request"), "IncompleteSignatureException", 400},
		{"a scope too long", edit("securityhub/", "securityhub/x/"), "IncompleteSignatureException", 400},
		{"a strange key id", edit(testID, "AKID EXAMPLE"), "IncompleteSignatureException", 400},
		{"a signature in capitals", func(r *http.Request) {
			head, tail, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
			r.Header.Set("Authorization", head+"Signature="+strings.ToUpper(tail))
		}, "IncompleteSignatureException", 400},
		{"no date", set("X-Amz-Date"), "IncompleteSignatureException", 400},
		{"two dates", set("X-Amz-Date", "20261122T101112Z", "20261122T101112Z"), "IncompleteSignatureException", 400},
		{"a date of another form", set("X-Amz-Date", "2026-11-22T10:11:12Z"), "IncompleteSignatureException", 400},
		{"a date that is none", set("X-Amz-Date", "20261322T101112Z"), "IncompleteSignatureException", 400},
		{"a fraction of a second", set("X-Amz-Date", "20261122T101112.5Z"), "IncompleteSignatureException", 400},
		{"a signed address", func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab"
		}, "IncompleteSignatureException", 400},
		{"an unknown key", edit(testID, "AKIDNOBODY"), "UnrecognizedClientException", 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := signed()
			tt.change(r)
			_, err := testVerifier(NewKey(testSecret)).Verify(r, nil)
			var refused *Error
			if !errors.As(err, &refused) || refused.Code != tt.code || refused.Status != tt.status {
				t.Fatalf("Verify = %v, want %s with %d", err, tt.code, tt.status)
			}
			if strings.Contains(err.Error(), "AKID") || !strings.HasSuffix(refused.Message, ".") {
				t.Errorf("the message is %q", refused.Message)
			}
		})
	}
	who, err := testVerifier(NewKey(testSecret)).Verify(signed(), nil)
	if err != nil || who.AccessKeyID != testID || who.Region != "us-east-1" || !who.Date.Equal(testTime) || len(who.Signature) != 64 {
		t.Errorf("Verify(unchanged) = %+v, %v", who, err)
	}
}

func TestVerifyByDefaultRefuses(t *testing.T) {
	r := request(t, "GET", "https://hub.example/connectorsv2", nil)
	signOfficially(t, r, nil, "")
	change := map[string]func(*Verifier){
		"no regions": func(v *Verifier) { v.Regions = nil },
		"no service": func(v *Verifier) { v.Service = "" },
		"no keys":    func(v *Verifier) { v.Secret = nil },
		"an empty key": func(v *Verifier) {
			v.Secret = func(context.Context, string) (Key, error) { return NewKey(""), nil }
		},
		"a key besides an error": func(v *Verifier) {
			v.Secret = func(context.Context, string) (Key, error) { return NewKey(testSecret), ErrUnknownKey }
		},
		"the real clock": func(v *Verifier) { v.Now = nil },
	}
	for name, change := range change {
		v := testVerifier(NewKey(testSecret))
		change(v)
		if _, err := v.Verify(r, nil); code(err) == "" || code(err) == "other" {
			t.Errorf("Verify with %s = %v, want a refusal", name, err)
		}
	}
	v, lost := testVerifier(NewKey(testSecret)), errors.New("disk is gone")
	v.Secret = func(context.Context, string) (Key, error) { return Key{}, lost }
	if _, err := v.Verify(r, nil); !errors.Is(err, lost) || code(err) != "other" {
		t.Errorf("Verify without a disk = %v, want the reason and no refusal", err)
	}
}

func TestSkewAtTheBorder(t *testing.T) {
	r := request(t, "GET", "https://hub.example/connectorsv2", nil)
	signOfficially(t, r, nil, "")
	tests := []struct {
		skew, off time.Duration
		good      bool
	}{
		{0, 5 * time.Minute, true}, {0, -5 * time.Minute, true}, {0, 0, true},
		{0, 5*time.Minute + 1, false}, {0, -5*time.Minute - 1, false}, {0, 24 * time.Hour, false}, {0, -24 * time.Hour, false},
		{time.Minute, time.Minute, true}, {time.Minute, time.Minute + 1, false}, {15 * time.Minute, -15 * time.Minute, true},
	}
	for _, tt := range tests {
		v := testVerifier(NewKey(testSecret))
		v.Skew, v.Now = tt.skew, func() time.Time { return testTime.Add(tt.off) }
		_, err := v.Verify(r, nil)
		if tt.good && err != nil || !tt.good && (code(err) != "InvalidSignatureException" ||
			!strings.HasPrefix(err.Error(), "InvalidSignatureException: Signature expired")) {
			t.Errorf("Verify with the clock off by %s of %s = %v", tt.off, tt.skew, err)
		}
	}
}

func TestSessionTokens(t *testing.T) {
	lasting, temporary := NewKey(testSecret), NewSessionKey(testSecret, "the/token+==", testTime.Add(time.Second))
	ended := NewSessionKey(testSecret, "the/token+==", testTime)
	tests := []struct {
		name, token string
		key         Key
		want        string
	}{
		{"a lasting key without a token", "", lasting, ""},
		{"a temporary key with its token", "the/token+==", temporary, ""},
		{"a lasting key with a token", "the/token+==", lasting, "UnrecognizedClientException"},
		{"a temporary key without its token", "", temporary, "UnrecognizedClientException"},
		{"a temporary key with another token", "the/token+=", temporary, "UnrecognizedClientException"},
		{"a temporary key past its end", "the/token+==", ended, "ExpiredTokenException"},
		{"a wrong token past the end", "another", ended, "UnrecognizedClientException"},
	}
	for _, tt := range tests {
		r := request(t, "GET", "https://hub.example/connectorsv2", nil)
		signOfficially(t, r, nil, tt.token)
		if _, err := testVerifier(tt.key).Verify(r, nil); code(err) != tt.want {
			t.Errorf("%s: Verify = %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestKeysPrintAsNothing(t *testing.T) {
	key := NewSessionKey("canary-secret", "canary-token", testTime)
	creds, around := Credentials{testID, key}, struct{ key Key }{key}
	marshalled, err := json.Marshal(creds)
	if err != nil {
		t.Fatal(err)
	}
	shown := string(marshalled)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown += fmt.Sprintf(verb+verb+verb+verb, key, creds, &creds, around)
	}
	if strings.Contains(shown, "canary") || strings.Contains(shown, "63616e617279") || !strings.Contains(shown, redacted) {
		t.Errorf("a key prints as %s", shown)
	}
}
