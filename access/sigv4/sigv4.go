// Package sigv4 signs requests and verifies signed ones in the way of AWS Signature Version 4: [Sign] is for speaking,
// [Verifier] for listening. Both use one canonical form, written here and checked in the tests against AWS's own signer.
//
// A signature covers the method, the path and query, the headers it lists, and the body. It does not stop a request from
// being sent twice; [Replays] does.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

const (
	algorithm   = "AWS4-HMAC-SHA256"
	terminator  = "aws4_request"
	stampLayout = "20060102T150405Z" // of X-Amz-Date, always in UTC
	dayLayout   = "20060102"
)

// Names of headers as they are listed, in lower case.
const (
	hostHeader  = "host"
	dateHeader  = "x-amz-date"
	tokenHeader = "x-amz-security-token"
	hashHeader  = "x-amz-content-sha256"
)

// scope is what a signing key is good for: one day, one region, one service.
type scope struct{ day, region, service string }

func (s scope) String() string {
	return strings.Join([]string{s.day, s.region, s.service, terminator}, "/")
}

// signature gives the signature of a canonical request, 64 hex digits in lower case.
func signature(key Key, s scope, stamp, canonical string) string {
	signing := []byte("AWS4" + key.reveal().secret)
	for _, part := range []string{s.day, s.region, s.service, terminator} {
		signing = mac(signing, part)
	}
	return hex.EncodeToString(mac(signing, strings.Join([]string{algorithm, stamp, s.String(), hash([]byte(canonical))}, "\n")))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// parseStamp reads an X-Amz-Date. The length is looked at first because [time.Parse] would let fractions of a second pass.
func parseStamp(s string) (time.Time, bool) {
	if len(s) != len(stampLayout) {
		return time.Time{}, false
	}
	t, err := time.Parse(stampLayout, s)
	return t, err == nil
}
