package probe_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

// certified is a certificate and its key.
type certified struct {
	certificate []byte // DER
	key         crypto.Signer
}

func (c certified) text() string { return c.certificatePEM() + c.keyPEM() }

func (c certified) certificatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.certificate}))
}

// keyPEM is the key as PKCS#8.
func (c certified) keyPEM() string {
	der, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		panic(err) // the kinds that are made here can all be written
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// someCertificate makes a certificate with an RSA key that is valid now.
func someCertificate(t *testing.T) certified {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return certify(t, key, -time.Hour, time.Hour)
}

// certify makes a certificate for a key; from and to are counted from now.
func certify(t *testing.T, key crypto.Signer, from, to time.Duration) certified {
	t.Helper()
	draft := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "app"}, NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to)}
	der, err := x509.CreateCertificate(rand.Reader, draft, draft, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return certified{der, key}
}

func TestACertificateThatCannotBeUsedIsRefusedBeforeAnythingIsSent(t *testing.T) {
	good, other := someCertificate(t), someCertificate(t)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curveDER, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte, headers map[string]string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der, Headers: headers}))
	}
	pfx := append([]byte{0x30, 0x82, 0x09, 0x41, 0x02, 0x01, 0x03}, bytes.Repeat([]byte{7}, 400)...)
	tests := []struct{ name, text, code, shows string }{
		{"expired", certify(t, good.key, -48*time.Hour, -24*time.Hour).text(), "AZURE_CERTIFICATE_EXPIRED", "it ended on " + time.Now().Add(-24*time.Hour).UTC().Format("2006-01-02")},
		{"not valid yet", certify(t, good.key, 24*time.Hour, 48*time.Hour).text(), "AZURE_CERTIFICATE_NOT_YET", "it begins on "},
		{"a key alone", good.keyPEM(), "AZURE_CERTIFICATE_MISSING", ""},
		{"a certificate alone", good.certificatePEM(), "AZURE_KEY_MISSING", ""},
		{"the key of another", good.certificatePEM() + other.keyPEM(), "AZURE_KEY_MISMATCH", ""},
		{"a key of another kind than the certificate's", good.certificatePEM() + certify(t, curve, 0, time.Hour).keyPEM(), "AZURE_KEY_MISMATCH", ""},
		{"an elliptic curve", certify(t, curve, -time.Hour, time.Hour).text(), "AZURE_KEY_KIND", "it is an ECDSA key"},
		{"an elliptic curve in its own form", certify(t, curve, -time.Hour, time.Hour).certificatePEM() + block("EC PRIVATE KEY", curveDER, nil), "AZURE_KEY_KIND", "it is an ECDSA key"},
		{"an Edwards curve", certify(t, edwards, -time.Hour, time.Hour).text(), "AZURE_KEY_KIND", "it is an Ed25519 key"},
		{"a short key", certify(t, short, -time.Hour, time.Hour).text(), "AZURE_KEY_KIND", "it is too short"},
		{"a key with a password, PKCS#8", good.certificatePEM() + block("ENCRYPTED PRIVATE KEY", []byte("x"), nil), "AZURE_KEY_ENCRYPTED", ""},
		{"a key with a password, as OpenSSL wrote it", good.certificatePEM() + block("RSA PRIVATE KEY", []byte("x"), map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}), "AZURE_KEY_ENCRYPTED", ""},
		{"a broken key", good.certificatePEM() + block("PRIVATE KEY", []byte("x"), nil), "AZURE_KEY_UNREADABLE", ""},
		{"a broken certificate", block("CERTIFICATE", []byte("x"), nil) + good.keyPEM(), "AZURE_CERTIFICATE_UNREADABLE", ""},
		{"a public key", block("PUBLIC KEY", []byte("x"), nil), "AZURE_CERTIFICATE_UNREADABLE", ""},
		{"a cut text", good.text()[:200], "AZURE_CERTIFICATE_UNREADABLE", ""},
		{"a password", "hunter2-hunter2", "AZURE_CERTIFICATE_UNREADABLE", ""},
		{"a PFX file", string(pfx), "AZURE_CERTIFICATE_PFX", "openssl pkcs12"},
		{"a PFX file in base64", base64.StdEncoding.EncodeToString(pfx), "AZURE_CERTIFICATE_PFX", "openssl pkcs12"},
		{"a DER file in base64", base64.StdEncoding.EncodeToString(good.certificate), "AZURE_CERTIFICATE_PFX", ""},
	}
	sink := remotetest.NewSink(t, nil)
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, ConnectTo: map[string]string{"login.microsoftonline.com:443": sink.Addr.String()}}), nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := p.Ask(t.Context(), withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureCertified, tt.text))
			want(t, got, connector.Failing, tt.code)
			if states(got) != azureUnsent {
				t.Errorf("steps = %s, want %s", states(got), azureUnsent)
			}
			shown := strings.Join(append(evidence(got), got.Text, got.Cause, got.Next), "\n")
			if !strings.Contains(shown, tt.shows) {
				t.Errorf("the outcome shows %q, want %q in it", shown, tt.shows)
			}
			for line := range strings.Lines(tt.text) {
				if line = strings.TrimSpace(line); len(line) > 12 && strings.Contains(shown, line) {
					t.Errorf("the outcome shows %q of the secret", line)
				}
			}
			if isKnown := tt.code == "AZURE_CERTIFICATE_EXPIRED" || tt.code == "AZURE_CERTIFICATE_NOT_YET"; isKnown != (len(got.Expires) == 1) {
				t.Errorf("%d ends are noted, want the certificate's where it can be read", len(got.Expires))
			}
		})
	}
	if sink.Connections() != 0 {
		t.Errorf("the sign-in service saw %d connections, want none", sink.Connections())
	}
}

func TestEveryFormOfAGoodCertificateIsTaken(t *testing.T) {
	there, p := azure(t, nil)
	first, rest := pem.Decode([]byte(there.AzurePEM))
	second, _ := pem.Decode(rest)
	key, err := x509.ParsePKCS8PrivateKey(second.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	certificate, pkcs8 := string(pem.EncodeToMemory(first)), string(pem.EncodeToMemory(second))
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key.(*rsa.PrivateKey))}))
	other := someCertificate(t)
	for name, text := range map[string]string{
		"PKCS#8":                     certificate + pkcs8,
		"PKCS#1":                     certificate + pkcs1,
		"the key first":              pkcs8 + certificate,
		"a chain, its own one first": certificate + other.certificatePEM() + pkcs8,
		"a chain, its own one last":  other.certificatePEM() + pkcs1 + certificate,
		"lines of other systems":     strings.ReplaceAll(certificate+pkcs8, "\n", "\r\n"),
		"words around":               "Bag Attributes\n  friendlyName: app\n" + certificate + "\nKey Attributes: <none>\n" + pkcs8 + "\n\n",
		"two pairs, one of them his": certificate + pkcs8 + other.text(),
	} {
		got := p.Ask(t.Context(), withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureCertified, text))
		if got.Status != connector.Healthy {
			t.Errorf("%s: Ask() = %s %s %v, want it healthy", name, got.Code, got.Text, got.Steps)
		}
	}
}
