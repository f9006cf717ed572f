package probe

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"strconv"
	"strings"
	"time"

	"patchbay/remote"
)

// proof is a certificate with the key that belongs to it, by which an application shows who it is.
type proof struct {
	certificate *x509.Certificate
	key         *rsa.PrivateKey
}

// leastBits is the size of key that Azure takes at least.
const leastBits = 2048

// readProof finds certificate and key in the text of a secret. A chain may be in it; the certificate is the one that the key belongs
// to. Where there is none that can be used at the time, code says why, and seen what was found.
func readProof(text string, now time.Time) (p proof, code, seen string) {
	certificates, keys, code := blocks([]byte(text))
	if code != "" {
		return proof{}, code, ""
	}
	switch {
	case len(certificates)+len(keys) == 0 && isBinary(text):
		return proof{}, "AZURE_CERTIFICATE_PFX", ""
	case len(certificates)+len(keys) == 0:
		return proof{}, "AZURE_CERTIFICATE_UNREADABLE", "there is no PEM block in it"
	case len(certificates) == 0:
		return proof{}, "AZURE_CERTIFICATE_MISSING", ""
	case len(keys) == 0:
		return proof{}, "AZURE_KEY_MISSING", ""
	}
	certificate, key := pair(certificates, keys)
	if certificate == nil {
		return proof{}, "AZURE_KEY_MISMATCH", ""
	}
	private, ok := key.(*rsa.PrivateKey)
	switch {
	case !ok:
		return proof{}, "AZURE_KEY_KIND", "it is an " + certificate.PublicKeyAlgorithm.String() + " key"
	case private.N.BitLen() < leastBits:
		return proof{}, "AZURE_KEY_KIND", "it is too short"
	}
	p = proof{certificate, private}
	switch {
	case now.After(certificate.NotAfter):
		return p, "AZURE_CERTIFICATE_EXPIRED", "it ended on " + day(certificate.NotAfter)
	case now.Before(certificate.NotBefore):
		return p, "AZURE_CERTIFICATE_NOT_YET", "it begins on " + day(certificate.NotBefore)
	}
	return p, "", ""
}

// blocks reads what a PEM text has of certificates and private keys.
func blocks(text []byte) (certificates []*x509.Certificate, keys []crypto.Signer, code string) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return certificates, keys, ""
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, nil, "AZURE_KEY_ENCRYPTED"
		case block.Type == "CERTIFICATE":
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, "AZURE_CERTIFICATE_UNREADABLE"
			}
			certificates = append(certificates, certificate)
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			key := privateKey(block.Bytes)
			if key == nil {
				return nil, nil, "AZURE_KEY_UNREADABLE"
			}
			keys = append(keys, key)
		}
	}
}

// privateKey reads a key in any of its three forms; nil where it is none that signs.
func privateKey(der []byte) crypto.Signer {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		signer, ok := key.(crypto.Signer)
		if !ok {
			return nil
		}
		return signer
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key
	}
	return nil
}

// pair finds the certificate and the key that belong together.
func pair(certificates []*x509.Certificate, keys []crypto.Signer) (*x509.Certificate, crypto.Signer) {
	for _, key := range keys {
		public, canCompare := key.Public().(interface{ Equal(crypto.PublicKey) bool })
		for _, c := range certificates {
			if canCompare && public.Equal(c.PublicKey) {
				return c, key
			}
		}
	}
	return nil, nil
}

// isBinary reports whether a text looks like a PFX file, as it is or in base64: both begin as every ASN.1 sequence of that size does.
func isBinary(text string) bool {
	return bytes.HasPrefix([]byte(text), []byte{0x30, 0x82}) || bytes.HasPrefix([]byte(text), []byte{0x30, 0x80}) || strings.HasPrefix(strings.TrimSpace(text), "MI")
}

// assertionLife is how long an assertion is good for: long enough for two clocks that differ a little, and for nothing else.
const assertionLife = 10 * time.Minute

// assertion is a JSON Web Token in which the application says who it is, for one audience, signed as RFC 7518 calls PS256. The
// certificate is named by its thumbprint.
func (p proof) assertion(application, audience string, now time.Time) (string, error) {
	thumbprint := sha256.Sum256(p.certificate.Raw)
	head, err := json.Marshal(map[string]string{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(thumbprint[:])})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{"aud": audience, "iss": application, "sub": application, "jti": rand.Text(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(assertionLife).Unix()})
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPSS(rand.Reader, p.key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// shown is the certificate for people: whose it is, the thumbprint by which the portal lists it, and how long it lasts.
func (p proof) shown(now time.Time) string {
	thumbprint := sha1.Sum(p.certificate.Raw) // the portal's, which nothing relies on
	text := "certificate of " + remote.Excerpt(p.certificate.Subject.String(), 60) + ", thumbprint " + strings.ToUpper(hex.EncodeToString(thumbprint[:]))
	if left := p.certificate.NotAfter.Sub(now); left >= 0 {
		return text + ", " + strconv.Itoa(int(left.Hours()/24)) + " days left"
	}
	return text
}

// day is a date as people read it, in UTC.
func day(t time.Time) string { return t.UTC().Format("2006-01-02") }
