package rehearsal

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// directory is what Azure knows in the rehearsal: the applications' credentials, and the key by which it knows its own tokens again.
type directory struct {
	secret      string
	certificate *x509.Certificate
	tokens      []byte
	now         func() time.Time
}

// newDirectory makes a directory, and the certificate of [AzureCertified] with its key as PEM, which lasts for 24 days.
func newDirectory(secret string, now func() time.Time) (d *directory, certified string, err error) {
	d = &directory{secret: secret, tokens: []byte(rand.Text()), now: now}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, "", fmt.Errorf("make the key of an application: %w", err)
	}
	draft := &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "harness-delegate"}, NotBefore: now().AddDate(0, -11, 0), NotAfter: now().AddDate(0, 0, 24)}
	der, err := x509.CreateCertificate(rand.Reader, draft, draft, &key.PublicKey, key)
	if err != nil {
		return nil, "", fmt.Errorf("make the certificate of an application: %w", err)
	}
	if d.certificate, err = x509.ParseCertificate(der); err != nil {
		return nil, "", fmt.Errorf("read the certificate of an application: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, "", fmt.Errorf("write the key of an application: %w", err)
	}
	return d, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), nil
}

// running makes a clock that begins at a time and goes on from there.
func running(from time.Time) func() time.Time {
	began := time.Now()
	return func() time.Time { return from.Add(time.Since(began)) }
}

// refuseAssertion verifies what an application has signed; it gives the AADSTS number of the refusal, 0 for none.
func (d *directory) refuseAssertion(assertion, application, audience string) int {
	const malformed, unknown, otherAudience, otherTime = 50027, 700027, 700023, 700024
	const leeway = 5 * time.Minute
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return malformed
	}
	var head struct {
		Algorithm string `json:"alg"`
		SHA1      string `json:"x5t"`
		SHA256    string `json:"x5t#S256"`
	}
	var claims struct {
		Audience  string `json:"aud"`
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		ID        string `json:"jti"`
		NotBefore int64  `json:"nbf"`
		Expires   int64  `json:"exp"`
	}
	signature, ok := unpack(parts[2])
	if !ok || !unpackJSON(parts[0], &head) || !unpackJSON(parts[1], &claims) {
		return malformed
	}
	digest, long, short := sha256.Sum256([]byte(parts[0]+"."+parts[1])), sha256.Sum256(d.certificate.Raw), sha1.Sum(d.certificate.Raw)
	named, _ := unpack(head.SHA256)
	older, _ := unpack(head.SHA1)
	public := d.certificate.PublicKey.(*rsa.PublicKey) // made above
	var err error
	switch head.Algorithm {
	case "PS256":
		err = rsa.VerifyPSS(public, crypto.SHA256, digest[:], signature, nil)
	case "RS256":
		err = rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature)
	default:
		return malformed
	}
	now := d.now()
	switch {
	case application != AzureCertified, string(named) != string(long[:]) && string(older) != string(short[:]), err != nil:
		return unknown
	case claims.Audience != audience:
		return otherAudience
	case claims.Issuer != application || claims.Subject != application || claims.ID == "":
		return malformed
	case now.Add(leeway).Before(time.Unix(claims.NotBefore, 0)), now.Add(-leeway).After(time.Unix(claims.Expires, 0)):
		return otherTime
	}
	return 0
}

// unpack reads base64 in the form of URLs, and with padding in either alphabet, as libraries write it into a header.
func unpack(text string) ([]byte, bool) {
	b, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "=")))
	return b, err == nil && len(b) > 0
}

func unpackJSON(text string, v any) bool {
	b, ok := unpack(text)
	return ok && json.Unmarshal(b, v) == nil
}

// issue makes a token for one identity in one cloud.
func (d *directory) issue(c azureCloud, who string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(c.manager + " " + who))
	return text + "." + d.seal(text)
}

// holder is who a token was made for, if it is one of ours for the cloud.
func (d *directory) holder(c azureCloud, token string) (who string, ok bool) {
	text, seal, _ := strings.Cut(token, ".")
	b, isText := unpack(text)
	if !isText || !hmac.Equal([]byte(seal), []byte(d.seal(text))) {
		return "", false
	}
	return strings.CutPrefix(string(b), c.manager+" ")
}

func (d *directory) seal(text string) string {
	mac := hmac.New(sha256.New, d.tokens)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
