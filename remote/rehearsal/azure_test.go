package rehearsal

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const audience = "https://login.microsoftonline.com/" + AzureTenant + "/oauth2/v2.0/token"

// keyOf takes the key out of the text that a secret would hold.
func keyOf(t *testing.T, text string) *rsa.PrivateKey {
	t.Helper()
	_, rest := pem.Decode([]byte(text))
	block, _ := pem.Decode(rest)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

type object map[string]any

// assertion writes head and claims down and lets sign make the signature.
func assertion(t *testing.T, head, claims object, sign func(digest []byte) ([]byte, error)) string {
	t.Helper()
	text := ""
	for _, part := range []object{head, claims} {
		b, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		text += "." + base64.RawURLEncoding.EncodeToString(b)
	}
	digest := sha256.Sum256([]byte(text[1:]))
	signature, err := sign(digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return text[1:] + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestAnAssertionIsReallyVerified(t *testing.T) {
	d, text, err := newDirectory("secret", func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	key, other := keyOf(t, text), (*rsa.PrivateKey)(nil)
	if other, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	long, short := sha256.Sum256(d.certificate.Raw), sha1.Sum(d.certificate.Raw)
	ps := func(key *rsa.PrivateKey) func([]byte) ([]byte, error) {
		return func(digest []byte) ([]byte, error) { return rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, nil) }
	}
	rs := func(digest []byte) ([]byte, error) {
		return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest)
	}
	with := func(o object, more object) object {
		out := object{}
		for k, v := range o {
			out[k] = v
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	head := object{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(long[:])}
	claims := object{"aud": audience, "iss": AzureCertified, "sub": AzureCertified, "jti": "1", "nbf": noon.Unix(), "exp": noon.Add(10 * time.Minute).Unix()}
	tests := []struct {
		name string
		text string
		want int
	}{
		{"a good one", assertion(t, head, claims, ps(key)), 0},
		{"the thumbprint in the other alphabet", assertion(t, with(head, object{"x5t#S256": base64.StdEncoding.EncodeToString(long[:])}), claims, ps(key)), 0},
		{"the older signature and thumbprint", assertion(t, object{"alg": "RS256", "x5t": base64.RawURLEncoding.EncodeToString(short[:])}, claims, rs), 0},
		{"a clock that is a little slow", assertion(t, head, with(claims, object{"nbf": noon.Add(4 * time.Minute).Unix()}), ps(key)), 0},
		{"another key", assertion(t, head, claims, ps(other)), 700027},
		{"another certificate", assertion(t, with(head, object{"x5t#S256": "AAAA"}), claims, ps(key)), 700027},
		{"no certificate", assertion(t, object{"alg": "PS256"}, claims, ps(key)), 700027},
		{"a signature of the other kind", assertion(t, head, claims, rs), 700027},
		{"no signature", assertion(t, with(head, object{"alg": "none"}), claims, func([]byte) ([]byte, error) { return []byte{0}, nil }), 50027},
		{"a code with the public key as its secret", assertion(t, with(head, object{"alg": "HS256"}), claims, func(digest []byte) ([]byte, error) {
			mac := hmac.New(sha256.New, d.certificate.RawSubjectPublicKeyInfo)
			mac.Write(digest)
			return mac.Sum(nil), nil
		}), 50027},
		{"another audience", assertion(t, head, with(claims, object{"aud": strings.Replace(audience, ".com", ".us", 1)}), ps(key)), 700023},
		{"another issuer", assertion(t, head, with(claims, object{"iss": AzureApplication}), ps(key)), 50027},
		{"no id", assertion(t, head, with(claims, object{"jti": ""}), ps(key)), 50027},
		{"too late", assertion(t, head, with(claims, object{"exp": noon.Add(-6 * time.Minute).Unix()}), ps(key)), 700024},
		{"too early", assertion(t, head, with(claims, object{"nbf": noon.Add(6 * time.Minute).Unix()}), ps(key)), 700024},
		{"changed on the way", strings.Replace(assertion(t, head, claims, ps(key)), ".", ".e30", 1), 50027},
		{"junk", "a.b.c", 50027},
		{"nothing", "", 50027},
	}
	for _, tt := range tests {
		if got := d.refuseAssertion(tt.text, AzureCertified, audience); got != tt.want {
			t.Errorf("%s: refuseAssertion() = %d, want %d", tt.name, got, tt.want)
		}
	}
	if got := d.refuseAssertion(tests[0].text, AzureApplication, audience); got == 0 {
		t.Error("the certificate of one application signs in another")
	}
}

func TestATokenIsGoodForItsOwnCloudAlone(t *testing.T) {
	d, _, err := newDirectory("secret", func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	stranger, _, err := newDirectory("secret", func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	ask := func(c azureCloud, token string) int {
		r := httptest.NewRequest(http.MethodGet, "https://"+c.manager+"/subscriptions?api-version=2022-12-01", nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		d.manage(w, r, c)
		return w.Code
	}
	publicCloud, government := azureClouds[0], azureClouds[1]
	good := d.issue(publicCloud, AzureApplication)
	for name, tt := range map[string]struct {
		cloud azureCloud
		token string
		want  int
	}{
		"its own cloud":        {publicCloud, good, 200},
		"the other cloud":      {government, good, 401},
		"none":                 {publicCloud, "", 401},
		"another directory's":  {publicCloud, stranger.issue(publicCloud, AzureApplication), 401},
		"one with another end": {publicCloud, good[:len(good)-3] + "AAA", 401},
		"a word":               {publicCloud, "token", 401},
	} {
		if got := ask(tt.cloud, tt.token); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}
