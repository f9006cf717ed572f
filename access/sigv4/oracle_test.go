package sigv4

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	official "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	testID     = "AKIDEXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

var testTime = time.Date(2026, 11, 22, 10, 11, 12, 0, time.UTC)

// testVerifier knows one key, serves one region, and its clock stands still.
func testVerifier(key Key) *Verifier {
	return &Verifier{
		Service: "securityhub",
		Regions: func(region string) bool { return region == "us-east-1" },
		Now:     func() time.Time { return testTime },
		Secret: func(_ context.Context, id string) (Key, error) {
			if id != testID {
				return Key{}, ErrUnknownKey
			}
			return key, nil
		},
	}
}

// request makes a client's request.
func request(t testing.TB, method, address string, body []byte, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// signOfficially signs with AWS's own signer.
func signOfficially(t testing.TB, r *http.Request, body []byte, token string) {
	t.Helper()
	creds := aws.Credentials{AccessKeyID: testID, SecretAccessKey: testSecret, SessionToken: token}
	if err := official.NewSigner().SignHTTP(context.Background(), creds, r, hash(body), "securityhub", "us-east-1", testTime); err != nil {
		t.Fatal(err)
	}
}

func TestSignGivesThePublishedSignatures(t *testing.T) {
	at := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	creds := Credentials{testID, NewKey(testSecret)}
	tests := []struct {
		service, address string
		header           []string
		want             string
	}{
		{"iam", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
			[]string{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
			"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
		{"service", "https://example.amazonaws.com/", nil, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	}
	for _, tt := range tests {
		r := request(t, "GET", tt.address, nil, tt.header...)
		if err := Sign(r, nil, creds, "us-east-1", tt.service, at); err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+tt.want) {
			t.Errorf("Sign(%s) = %s, want the signature %s", tt.address, got, tt.want)
		}
	}
}

func TestSignAndTheOfficialSignerAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	text := func(n int) string {
		var b strings.Builder
		for range random.IntN(n) {
			b.WriteString(pick("a", "Z", "0", "-", "_", ".", "~", "%2F", "%3a", "%3A", "%20", "%C3%A9", ":", "@", "!", "*", "(", "'", "+", "$", ",", "="))
		}
		return b.String()
	}
	for range 500 {
		method := pick("GET", "POST", "PATCH", "DELETE", "")
		var body []byte
		if method == "POST" || method == "PATCH" {
			body = []byte(text(40))
		}
		address := pick("https", "http") + "://" + pick("hub.example", "hub.example:8080", "hub.example:443", "hub.example:80", "[::1]:9000") +
			pick("", "/", "/"+text(9), "/prefix/"+text(9)) + "?a=" + text(9) + "&b=" + text(9) + pick("", "&", "&c", "&=d")
		header := []string{"Amz-Sdk-Request", "attempt=1;  max=3", "X-Amz-User-Agent", "  a " + pick(" ", "   b ") + "c", "User-Agent", "x",
			"X-Twice", "one", "X-Twice", " two  "}
		token := pick("", "session/token+==")
		ours, theirs := request(t, method, address, body, header...), request(t, method, address, body, header...)
		signOfficially(t, theirs, body, token)
		creds := Credentials{testID, NewSessionKey(testSecret, token, time.Time{})}
		if err := Sign(ours, body, creds, "us-east-1", "securityhub", testTime); err != nil {
			t.Fatal(err)
		}
		if got, want := ours.Header.Get("Authorization"), theirs.Header.Get("Authorization"); got != want {
			t.Fatalf("Sign(%s %s)\n got %s\nwant %s", method, address, got, want)
		}
		if _, err := testVerifier(creds.Key).Verify(theirs, body); err != nil {
			t.Fatalf("Verify(%s %s, signed officially) = %v", method, address, err)
		}
	}
}

func TestVerifyTakesEitherOrderOfTheQuery(t *testing.T) {
	// Sorted before and after escaping, these change places.
	address := "https://hub.example/tags/x?tagKeys=team-a&tagKeys=team%3Ab&tagKeys=z&tagKeys=%C3%A9"
	theirs, ours := request(t, "DELETE", address, nil), request(t, "DELETE", address, nil)
	signOfficially(t, theirs, nil, "")
	if err := Sign(ours, nil, Credentials{testID, NewKey(testSecret)}, "us-east-1", "securityhub", testTime); err != nil {
		t.Fatal(err)
	}
	if ours.Header.Get("Authorization") == theirs.Header.Get("Authorization") {
		t.Error("the two orders give one signature, so this test shows nothing")
	}
	for who, r := range map[string]*http.Request{"the AWS SDK for Go": theirs, "everybody else": ours} {
		if _, err := testVerifier(NewKey(testSecret)).Verify(r, nil); err != nil {
			t.Errorf("Verify in the order of %s = %v", who, err)
		}
	}
}

func TestSignRefusesWhatNobodyCouldVerify(t *testing.T) {
	if err := Sign(request(t, "GET", "https://hub.example/?a=%zz", nil), nil, Credentials{testID, NewKey("x")}, "r", "s", testTime); err == nil {
		t.Error("Sign takes a query that cannot be decoded")
	}
	if err := Sign(request(t, "GET", "https://hub.example/", nil), nil, Credentials{AccessKeyID: testID}, "r", "s", testTime); err == nil {
		t.Error("Sign takes an empty key")
	}
}

func TestSignedRequestsSurviveTheWire(t *testing.T) {
	verifier := testVerifier(NewKey(testSecret))
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = verifier.Verify(r, body)
		}
		fmt.Fprint(w, r.Proto, " ", err)
	})
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		server := httptest.NewUnstartedServer(handler)
		server.EnableHTTP2 = proto == "HTTP/2.0"
		server.StartTLS()
		defer server.Close()
		for _, method := range []string{"GET", "POST", "DELETE"} {
			var body []byte
			if method == "POST" {
				body = []byte(`{"Name":"jira é"}`)
			}
			r := request(t, method, server.URL+"/p/arn%3Aaws%3ax%2Fy:z?k=a%20b&k=a%2Bb&e", body, "Content-Type", "application/json")
			signOfficially(t, r, body, "")
			answer, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			said, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || string(said) != proto+" <nil>" {
				t.Errorf("%s over %s: %s, %v", method, proto, said, err)
			}
		}
	}
}
