package probe

import (
	"bytes"
	"encoding/pem"
	"errors"
	"strings"

	"golang.org/x/crypto/ssh"
)

// ending is an error that knows the code that a check ends with, and the words for the gap in its sentence.
type ending struct{ code, seen string }

// Error implements error.
func (e *ending) Error() string {
	if e.seen == "" {
		return e.code
	}
	return e.seen
}

// signerOf reads a private key. Where it cannot, the error is an *[ending] that says so without anything of the key.
func signerOf(text string) (ssh.Signer, error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "PuTTY-User-Key-File-"):
		return nil, &ending{code: "SSH_KEY_PUTTY"}
	case strings.HasPrefix(text, "---- BEGIN SSH2 "):
		return nil, &ending{"SSH_KEY_UNREADABLE", "it is in the format of SSH.com, and ssh-keygen -i turns that into OpenSSH's"}
	}
	if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text)); err == nil {
		return nil, &ending{"SSH_KEY_UNREADABLE", "it is the public half of a key pair"}
	}
	block, _ := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, &ending{"SSH_KEY_UNREADABLE", "there is no whole PEM block in it"}
	case block.Type == "ENCRYPTED PRIVATE KEY":
		return nil, &ending{code: "SSH_KEY_ENCRYPTED"}
	case block.Type == "CERTIFICATE" || strings.HasSuffix(block.Type, "PUBLIC KEY"):
		return nil, &ending{"SSH_KEY_UNREADABLE", "it is a public key or a certificate"}
	case bytes.Contains(block.Bytes, []byte("sk-ssh-ed25519@openssh.com")), bytes.Contains(block.Bytes, []byte("sk-ecdsa-sha2-nistp256@openssh.com")):
		return nil, &ending{"SSH_KEY_UNSUPPORTED", "it lives in a hardware token"}
	case block.Type == "DSA PRIVATE KEY" && block.Headers["Proc-Type"] == "", bytes.Contains(block.Bytes, []byte("\x00\x00\x00\x07ssh-dss")):
		return nil, &ending{"SSH_KEY_UNSUPPORTED", "it is a DSA key"}
	}
	raw, err := ssh.ParseRawPrivateKey([]byte(text))
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return nil, &ending{code: "SSH_KEY_ENCRYPTED"}
	case err != nil:
		return nil, &ending{"SSH_KEY_UNREADABLE", "its PEM block is damaged or holds something else"}
	}
	signer, err := ssh.NewSignerFromKey(raw)
	if err != nil {
		return nil, &ending{"SSH_KEY_UNSUPPORTED", "it is neither Ed25519 nor ECDSA on a known curve nor RSA"}
	}
	return withoutSHA1(signer), nil
}

// withoutSHA1 keeps an RSA key from signing with SHA-1, the one algorithm that is named like the key itself.
func withoutSHA1(signer ssh.Signer) ssh.Signer {
	several, ok := signer.(ssh.AlgorithmSigner)
	if !ok || signer.PublicKey().Type() != ssh.KeyAlgoRSA {
		return signer
	}
	strong, err := ssh.NewSignerWithAlgorithms(several, []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256})
	if err != nil { // only where the names do not belong to the key
		return signer
	}
	return strong
}

// named is a public key as people compare it: its kind and its fingerprint, as ssh-keygen -lf prints it.
func named(key ssh.PublicKey) string { return key.Type() + " " + ssh.FingerprintSHA256(key) }
