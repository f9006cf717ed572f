package sigv4

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// unsigned are headers that the transport or a proxy may add or change on the way.
var unsigned = []string{"authorization", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"}

// Sign signs a request that a client is about to send: it sets X-Amz-Date, X-Amz-Security-Token for a temporary key, and
// Authorization, and takes a scheme's own port out of the host, as clients send it. body is what req.Body will give. Every
// header that is set by then is signed, but for those that change on the way. Sign the request last and send it soon; sign
// it anew for each attempt. It is an error when the query cannot be decoded, or when there is no key.
func Sign(req *http.Request, body []byte, creds Credentials, region, service string, at time.Time) error {
	path, raw := target(req)
	if creds.Key.Empty() {
		return fmt.Errorf("sign %s %s: no secret access key", req.Method, path)
	}
	pairs, err := pairsOf(raw)
	if err != nil {
		return fmt.Errorf("sign %s %s: %w", req.Method, path, err)
	}
	stamp := at.UTC().Format(stampLayout)
	req.Header.Del("Authorization")
	req.Header.Del(tokenHeader)
	req.Header.Set(dateHeader, stamp)
	if token := creds.Key.reveal().token; token != "" {
		req.Header.Set(tokenHeader, token)
	}
	if req.Host == "" {
		req.Host = req.URL.Host
	}
	if port := map[string]string{"http": ":80", "https": ":443"}[req.URL.Scheme]; port != "" {
		req.Host = strings.TrimSuffix(req.Host, port)
	}

	values := headers(req)
	signed := slices.DeleteFunc(slices.Sorted(maps.Keys(values)), func(name string) bool { return slices.Contains(unsigned, name) })
	auth := authorization{
		id:     creds.AccessKeyID,
		scope:  scope{stamp[:len(dayLayout)], region, service},
		signed: signed,
	}
	auth.signature = signature(creds.Key, auth.scope, stamp,
		canonical(method(req), path, byEscaped(pairs), signed, values, hash(body)))
	req.Header.Set("Authorization", auth.String())
	return nil
}

// method spells out what an empty method stands for in a client's request.
func method(r *http.Request) string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}
