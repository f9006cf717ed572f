package handlers_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"patchbay/access"
)

// odd are values that have broken programs before.
var odd = []string{
	"", " ", "0", "-1", "1", "2147483648", "9223372036854775808", "-9223372036854775809", "1e309", "NaN", "0x10", "true", "null", "undefined", "[]", "{}",
	"'", `"`, "`", "\\", "/", "//", "..", "../../../etc/passwd", "%", "%%", "%zz", "%00", "%2e%2e%2f", "\x00", "\x00\x00", "\r\nSet-Cookie: a=b", "\u2028", "\u202e",
	"\xff\xfe", "\xc3\x28", "\ufeff", "\U0001F4A9", strings.Repeat("a", 300), strings.Repeat("😀", 70), strings.Repeat("[", 2000), strings.Repeat("a,", 400),
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "{{7*7}}", "${jndi:ldap://x}", "' OR '1'='1", "'; DROP TABLE connectors; --", "* MATCH \"", "NEAR(a b)",
	"a:b:c", ":", "account.", "account.x", "org.x", "javascript:alert(1)", "http://[::1", "http://a:99999", "https://a@b@c", "git@:x", "c3RhdHVzIDEgMiAz", "=cmd|'/c calc'!A1",
}

// names are fields and parameters that the pages know.
var names = strings.Fields("q vendor type workspace status tag sort after size scope before actor action object name identifier description tags org project url connection_type " +
	"validation_repo username password password_ref password_ref.value username_ref ssh_key_ref branch delegate_selectors execute_on_delegate version revision keep.name kind value " +
	"where key secret payload role theme keys next code current account region InstanceName SecretArn ProjectKey KmsKeyArn activities id")

// TestTenThousandMalformedRequestsBreakNothing is proof S8 for the pages: whatever is sent, no answer is of the 5xx, and nothing falls over.
func TestTenThousandMalformedRequestsBreakNothing(t *testing.T) {
	const hands, each = 4, 2_500
	c := opened(t, setting{})
	ids := []string{c.git(t).ID, c.retired(t).ID, c.registration(t).ID, c.secret(t).ID, c.workspaces["jitterbit"], c.user(t, "bystander", access.Viewer).ID}
	var codes [6]atomic.Int64
	var wait sync.WaitGroup
	for hand := range uint64(hands) {
		m := &mischief{Rand: rand.New(rand.NewPCG(hand, 2)), c: c, ids: ids}
		wait.Go(func() {
			v := map[string]*visitor{"nobody": c.nobody(), "viewer": c.in(t, "viewer"), "admin": c.in(t, "admin")}
			for range each {
				actor := m.one([]string{"nobody", "viewer", "admin", "admin"})
				r, what := m.request(v[actor])
				a := v[actor].like().send(r)
				if a.Code >= 500 || a.Code < 200 {
					t.Errorf("as %s = %d\n%s\n%s", actor, a.Code, what, a.Body)
					return
				}
				codes[a.Code/100].Add(1)
				if r.URL.Path == "/logout" && actor != "nobody" {
					v[actor] = c.in(t, actor)
				}
			}
		})
	}
	wait.Wait()
	if log := c.log.String(); strings.Contains(log, `"msg":"panic"`) || strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the log tells of trouble: %.600s", log[strings.Index(log, `"level":"ERROR"`):])
	}
	if codes[2].Load() < 500 || codes[3].Load() < 500 || codes[4].Load() < 500 {
		t.Errorf("%d answers of 2xx, %d of 3xx and %d of 4xx: the requests test nothing", codes[2].Load(), codes[3].Load(), codes[4].Load())
	}
	if n, err := c.reg.VerifyLog(t.Context(), root); err != nil || n == 0 {
		t.Errorf("VerifyLog() = %d, %v, want the log to fit together", n, err)
	}
}

type mischief struct {
	*rand.Rand
	c   *console
	ids []string
}

func (m *mischief) one(of []string) string { return of[m.IntN(len(of))] }

// request makes a request to one of the routes that is wrong in some way, and says what it is.
func (m *mischief) request(v *visitor) (*http.Request, string) {
	route := m.c.routes[m.IntN(len(m.c.routes))]
	method := route.Method
	if m.IntN(20) == 0 {
		method = m.one([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X"})
	}
	parts := strings.Split(route.Path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, ":") {
			parts[i] = url.PathEscape(m.one(append(m.ids, odd...)))
			if m.IntN(3) == 0 {
				parts[i] = m.one(m.ids)
			}
			if part == ":vendor" && m.IntN(2) == 0 {
				parts[i] = m.one([]string{"harness", "securityhub", "jitterbit"})
			}
			if part == ":type" && m.IntN(2) == 0 {
				parts[i] = m.one([]string{"GitHttp", "JiraCloud", "Registration", "AzureClientCertificate", "ServiceNow"})
			}
		}
	}
	target := strings.Join(parts, "/")
	if m.IntN(2) == 0 {
		target += "?" + m.form(1+m.IntN(4))
	}
	body := ""
	if method != http.MethodGet && m.IntN(8) > 0 {
		body = m.form(m.IntN(8))
	}
	headers := []string{}
	if m.IntN(3) == 0 {
		headers = append(headers, m.one([]string{"HX-Request", "HX-Request-Type", "HX-Current-URL", "Referer", "Content-Type", "Accept", "Accept-Encoding", "If-None-Match",
			"Range", "X-Forwarded-For", "X-HTTP-Method-Override", "Cookie", "Origin", "Content-Encoding", "Expect", "User-Agent"}),
			m.one(append([]string{"true", "full", "multipart/form-data; boundary=x", "multipart/form-data", "application/json", "gzip", "http://console.test:8080/connectors?q=a"}, odd...)))
	}
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := v.request(method, target, in, headers...)
	r.RemoteAddr = "198.51.100." + strconv.Itoa(m.IntN(250)) + ":1234"
	return r, method + " " + target + "\n" + strings.Join(headers, ": ") + "\n" + body
}

// form makes fields, most of them encoded as they should be.
func (m *mischief) form(n int) string {
	values := url.Values{}
	for range n {
		name := m.one(names)
		if m.IntN(10) == 0 {
			name = m.one(odd)
		}
		values.Add(name, m.one(append(m.ids, odd...)))
	}
	text := values.Encode()
	if m.IntN(15) == 0 {
		text += "&" + m.one(odd) + "=" + m.one(odd)
	}
	return text
}
