package sigv4

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
)

// received reads a request as a server does.
func received(t testing.TB, raw string) (*http.Request, []byte) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}

// signText makes the Authorization header for a canonical request that was written out by hand. It shares no line with the
// code under test.
func signText(canonical string) string {
	sum := func(key []byte, s string) []byte {
		h := hmac.New(sha256.New, key)
		io.WriteString(h, s)
		return h.Sum(nil)
	}
	digest := sha256.Sum256([]byte(canonical))
	key := sum(sum(sum(sum([]byte("AWS4"+testSecret), "20261122"), "us-east-1"), "securityhub"), "aws4_request")
	text := "AWS4-HMAC-SHA256\n20261122T101112Z\n20261122/us-east-1/securityhub/aws4_request\n" + hex.EncodeToString(digest[:])
	lines := strings.Split(canonical, "\n")
	return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/securityhub/aws4_request, SignedHeaders=" +
		lines[len(lines)-2] + ", Signature=" + hex.EncodeToString(sum(key, text))
}

func TestEdges(t *testing.T) {
	const (
		empty  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		always = "host:hub.example\nx-amz-date:20261122T101112Z\n\nhost;x-amz-date\n" + empty
	)
	tests := []struct {
		name, target, header, canonical string
		refused                         string
	}{
		{name: "an escaped ARN is escaped again", target: "/tags/arn%3Aaws%3Ax%2Fy", canonical: "GET\n/tags/arn%253Aaws%253Ax%252Fy\n\n" + always},
		{name: "escapes in lower case stay so", target: "/tags/arn%3aaws", canonical: "GET\n/tags/arn%253aaws\n\n" + always},
		{name: "a raw colon is escaped once", target: "/tags/arn:aws", canonical: "GET\n/tags/arn%3Aaws\n\n" + always},
		{name: "a query is sorted by name, then by value", target: "/l?a-b=1&a=2&a=10&A=3", canonical: "GET\n/l\nA=3&a=10&a=2&a-b=1\n" + always},
		{name: "a query is decoded and escaped anew", target: "/l?n=a%2b%2F%3d+%c3%A9~&e&f=", canonical: "GET\n/l\ne=&f=&n=a%2B%2F%3D%20%C3%A9~\n" + always},
		{name: "a raw semicolon belongs to the value", target: "/l?n=a;b", canonical: "GET\n/l\nn=a%3Bb\n" + always},
		{name: "User-Agent may be signed", target: "/l", header: "User-Agent: curl/8\r\n",
			canonical: "GET\n/l\n\nhost:hub.example\nuser-agent:curl/8\nx-amz-date:20261122T101112Z\n\nhost;user-agent;x-amz-date\n" + empty},
		{name: "Content-Length 0 may be signed", target: "/l", header: "Content-Length: 0\r\n",
			canonical: "GET\n/l\n\ncontent-length:0\nhost:hub.example\nx-amz-date:20261122T101112Z\n\ncontent-length;host;x-amz-date\n" + empty},
		{name: "header values are trimmed, collapsed and joined", target: "/l", header: "X-Two:  a   b \r\nX-Two: c,  d\r\n",
			canonical: "GET\n/l\n\nhost:hub.example\nx-amz-date:20261122T101112Z\nx-two:a b,c, d\n\nhost;x-amz-date;x-two\n" + empty},
		{name: "a path that was escaped once only is refused", target: "/tags/arn%3Aaws", canonical: "GET\n/tags/arn%3Aaws\n\n" + always,
			refused: "InvalidSignatureException"},

		{name: "Expect, Transfer-Encoding and a trace id may be signed", target: "/l",
			header: "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\nX-Amzn-Trace-Id: Root=1\r\n",
			canonical: "GET\n/l\n\nexpect:100-continue\nhost:hub.example\ntransfer-encoding:chunked\nx-amz-date:20261122T101112Z\nx-amzn-trace-id:Root=1\n\n" +
				"expect;host;transfer-encoding;x-amz-date;x-amzn-trace-id\n" + empty},
		{name: "a full address says the path too", target: "http://hub.example/l?a=1", canonical: "GET\n/l\na=1\n" + always},
		{name: "dots and double slashes stay", target: "//a/../b/./", canonical: "GET\n//a/../b/./\n\n" + always},
		{name: "a query that cannot be decoded is refused", target: "/l?n=%zz", canonical: "GET\n/l\nn=%25zz\n" + always,
			refused: "InvalidSignatureException"},
		{name: "names are not joined with values before sorting", target: "/l?a-b=1&a=2", canonical: "GET\n/l\na-b=1&a=2\n" + always,
			refused: "InvalidSignatureException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			end := "\r\n"
			if strings.Contains(tt.header, "chunked") {
				end = "\r\n0\r\n\r\n"
			}
			r, body := received(t, "GET "+tt.target+" HTTP/1.1\r\nHost: hub.example\r\nX-Amz-Date: 20261122T101112Z\r\n"+tt.header+
				"Authorization: "+signText(tt.canonical)+"\r\n"+end)
			_, err := testVerifier(NewKey(testSecret)).Verify(r, body)
			if got := code(err); got != tt.refused {
				t.Errorf("Verify = %v, want %q", err, tt.refused)
			}
		})
	}
}

func TestQueryReadsWhatIsSigned(t *testing.T) {
	q, err := Query("n=a;b&k=a+b&k=%C3%A9&e")
	if err != nil || q.Get("n") != "a;b" || len(q["k"]) != 2 || q["k"][0] != "a b" || q["k"][1] != "é" || !q.Has("e") {
		t.Errorf("Query = %v, %v", q, err)
	}
	if _, err := Query("a=%"); err == nil {
		t.Error("Query takes half an escape")
	}
}
