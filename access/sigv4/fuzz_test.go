package sigv4

import (
	"reflect"
	"strings"
	"testing"
)

func FuzzAuthorization(f *testing.F) {
	good := authorization{testID, scope{"20261122", "us-east-1", "securityhub"}, []string{"host", "x-amz-date"}, strings.Repeat("0", 64)}.String()
	f.Add(good)
	f.Add(strings.ReplaceAll(good, ", ", ","))
	f.Add(strings.Replace(good, " ", "   ", 1))
	for _, cut := range []int{0, 16, 17, 40, 100, len(good) - 1} {
		f.Add(good[:cut])
	}
	f.Add(algorithm + " Signature=" + strings.Repeat("a", 64) + ",SignedHeaders=;;,Credential=////aws4_request")
	f.Fuzz(func(t *testing.T, header string) {
		a, refused := parseAuthorization(header)
		if refused != nil {
			if refused.Code != "IncompleteSignatureException" || refused.Status != 400 || refused.Message == "" {
				t.Errorf("parseAuthorization(%q) = %v", header, refused)
			}
		} else if again, refused := parseAuthorization(a.String()); refused != nil || !reflect.DeepEqual(a, again) {
			t.Errorf("parseAuthorization(%q) = %+v, and its own text gives %+v, %v", header, a, again, refused)
		}
		r := request(t, "POST", "https://hub.example/", nil, "X-Amz-Date", testTime.Format(stampLayout))
		r.Header["Authorization"] = []string{header}
		if _, err := testVerifier(NewKey(testSecret)).Verify(r, nil); code(err) == "" || code(err) == "other" {
			t.Errorf("Verify with Authorization %q = %v, want a refusal", header, err)
		}
	})
}
