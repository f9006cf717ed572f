package probe_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote/probe/gittest"
)

func block(kind string, der []byte, headers ...string) string {
	b := &pem.Block{Type: kind, Bytes: der}
	if len(headers) > 0 {
		b.Headers = map[string]string{headers[0]: headers[1]}
	}
	return string(pem.EncodeToMemory(b))
}

// TestKeysOfEveryKind puts every kind of file into the secret that people put there. What can sign in does; everything else is told
// apart, and then nothing is sent.
func TestKeysOfEveryKind(t *testing.T) {
	must := func(der []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curve := func(c elliptic.Curve) *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, whole := signing(t, ed)
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(ed, "", []byte("open sesame"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(ed.Public())
	if err != nil {
		t.Fatal(err)
	}
	one := big.NewInt(1)
	dsa := must(asn1.Marshal(struct {
		Version       int
		P, Q, G, Y, X *big.Int
	}{0, one, one, one, one, one}))
	lines := strings.SplitAfter(whole, "\n")

	tests := []struct{ name, key, code, shows string }{
		{"Ed25519 of OpenSSH", whole, "GIT_REFS_LISTED", "ssh-ed25519 SHA256:"},
		{"Ed25519 with Windows line ends and blanks around", "  \r\n" + strings.ReplaceAll(whole, "\n", "\r\n") + " ", "GIT_REFS_LISTED", "ssh-ed25519"},
		{"Ed25519 in PKCS 8", block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(ed))), "GIT_REFS_LISTED", "ssh-ed25519"},
		{"RSA in PKCS 1", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(long)), "GIT_REFS_LISTED", "ssh-rsa SHA256:"},
		{"ECDSA", block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(curve(elliptic.P384())))), "GIT_REFS_LISTED", "ecdsa-sha2-nistp384"},

		{"a passphrase in OpenSSH's format", string(pem.EncodeToMemory(locked)), "SSH_KEY_ENCRYPTED", "passphrase"},
		{"a passphrase in the old format", block("RSA PRIVATE KEY", []byte("x"), "Proc-Type", "4,ENCRYPTED"), "SSH_KEY_ENCRYPTED", "passphrase"},
		{"a passphrase in PKCS 8", block("ENCRYPTED PRIVATE KEY", []byte("x")), "SSH_KEY_ENCRYPTED", "passphrase"},
		{"PuTTY, version 2", "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\n", "SSH_KEY_PUTTY", "PuTTY"},
		{"PuTTY, version 3", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\n", "SSH_KEY_PUTTY", "PuTTY"},
		{"SSH.com", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----", "SSH_KEY_UNREADABLE", "SSH.com"},
		{"the public half", string(ssh.MarshalAuthorizedKey(public)), "SSH_KEY_UNREADABLE", "public half"},
		{"a public key in PEM", block("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(ed.Public()))), "SSH_KEY_UNREADABLE", "public key"},
		{"a certificate", block("CERTIFICATE", []byte("x")), "SSH_KEY_UNREADABLE", "certificate"},
		{"another block", block("DIARY", []byte("x")), "SSH_KEY_UNREADABLE", "damaged"},
		{"a password", "correct horse battery staple", "SSH_KEY_UNREADABLE", "no whole PEM block"},
		{"half a key", strings.Join(lines[:3], ""), "SSH_KEY_UNREADABLE", "no whole PEM block"},
		{"a key without its middle", lines[0] + strings.Join(lines[3:], ""), "SSH_KEY_UNREADABLE", "damaged"},
		{"DSA", block("DSA PRIVATE KEY", dsa), "SSH_KEY_UNSUPPORTED", "DSA"},
		{"a curve that SSH does not know", block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(curve(elliptic.P224())))), "SSH_KEY_UNSUPPORTED", "known curve"},
		{"a hardware token", block("OPENSSH PRIVATE KEY", []byte("openssh-key-v1\x00sk-ssh-ed25519@openssh.com")), "SSH_KEY_UNSUPPORTED", "token"},
	}
	host, _ := pair(t)
	var offers atomic.Int64
	server := play(t, gittest.Play{Run: gittest.Says(listOfOne+"0000", "", 0), Config: letting(host, func(c *ssh.ServerConfig) {
		c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
			offers.Add(1)
			return &ssh.Permissions{}, nil
		}
	})})
	address := "ssh://git@" + server.Address + "/acme/app.git"
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := offers.Load()
			got := loopback(10*time.Second).Ask(t.Context(), withKey(address, "git", tt.key, accepted(address, line(host.PublicKey()))))
			status, steps := connector.Failing, atIdentity
			if tt.code == "GIT_REFS_LISTED" {
				status, steps = connector.Healthy, allFive
			}
			want(t, got, status, tt.code)
			if states(got) != steps || (offers.Load() > before) != (status == connector.Healthy) {
				t.Errorf("steps = %s, %d keys offered", states(got), offers.Load()-before)
			}
			shown := strings.Join(append(evidence(got), got.Text), "\n")
			if !strings.Contains(shown, tt.shows) {
				t.Errorf("shown = %q, want %q in it", shown, tt.shows)
			}
			for _, line := range strings.Fields(tt.key) {
				if len(line) > 24 && strings.Contains(shown, line) {
					t.Errorf("shown = %q has a line of the secret", shown)
				}
			}
		})
	}
}
