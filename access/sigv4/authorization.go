package sigv4

import "strings"

// longestAuthorization is far more than the headers of any known client need.
const longestAuthorization = 8 << 10

// authorization is a parsed Authorization header. What it says is a claim until the signature is verified.
type authorization struct {
	id        string
	scope     scope
	signed    []string // as listed
	signature string   // 64 hex digits, lower case
}

// String gives the header as the AWS SDKs write it.
func (a authorization) String() string {
	return algorithm + " Credential=" + a.id + "/" + a.scope.String() +
		", SignedHeaders=" + strings.Join(a.signed, ";") + ", Signature=" + a.signature
}

// parseAuthorization reads the header. The three parts may come in any order, each exactly once. Whatever is wrong with its
// form is an IncompleteSignatureException; no message repeats what was sent.
func parseAuthorization(header string) (authorization, *Error) {
	var a authorization
	if len(header) > longestAuthorization {
		return a, incomplete("The Authorization header is too long.")
	}
	name, rest, _ := strings.Cut(header, " ")
	if name != algorithm {
		return a, incomplete("The Authorization header must begin with " + algorithm + "; no other algorithm is accepted here.")
	}
	found := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, ok := strings.Cut(strings.Trim(part, " "), "=")
		if _, twice := found[key]; !ok || twice || value == "" {
			return a, incomplete("The Authorization header must have Credential, SignedHeaders and Signature, each with one value.")
		}
		found[key] = value
	}
	for _, key := range []string{"Credential", "SignedHeaders", "Signature"} {
		if found[key] == "" {
			return a, incomplete("The Authorization header has no " + key + ".")
		}
	}
	if len(found) != 3 {
		return a, incomplete("The Authorization header may have Credential, SignedHeaders and Signature, and nothing else.")
	}
	credential := strings.Split(found["Credential"], "/")
	if len(credential) != 5 || credential[4] != terminator {
		return a, incomplete("Credential must read access key id/date/region/service/" + terminator + ".")
	}
	a.id, a.scope, a.signature = credential[0], scope{credential[1], credential[2], credential[3]}, found["Signature"]
	a.signed = strings.Split(found["SignedHeaders"], ";")
	switch {
	case !isKeyID(a.id):
		return a, incomplete("The access key id in Credential must be 1 to 128 letters, digits and underscores.")
	case !isHash(a.signature):
		return a, incomplete("Signature must be 64 hex digits in lower case.")
	}
	return a, nil
}

func isKeyID(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && s[i] != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

func isHash(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == 64
}
