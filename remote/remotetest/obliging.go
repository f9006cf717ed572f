package remotetest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Token is what a [Tap] gives to whoever asks for a token.
const Token = "granted-4f1d-token"

const firstRef = "00540123456789012345678901234567890123456789 refs/heads/main\x00agent=hostile/1.0 x=yz\n"

// obliging is the answer of a server that is Git, Artifactory, AppDynamics, Azure, Jira and ServiceNow at once, and that takes every secret.
func obliging(r *http.Request) string {
	const kind = "application/json"
	is := func(part string) bool { return strings.Contains(r.URL.Path, part) }
	token := `{"token_type":"Bearer","expires_in":3599,"access_token":"` + Token + `","refresh_token":"` + Token + `-2"}`
	switch {
	case r.Method == http.MethodPost && (is("/token") || is("/access_token") || is("/oauth_token.do")):
		return whole(kind, token)
	case is("/openid-configuration"):
		return whole(kind, `{"token_endpoint":"https://`+r.Host+`/t/oauth2/v2.0/token"}`)
	case r.Header.Get("Authorization") == "":
		return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
	case is("/info/refs"):
		return whole("application/x-git-upload-pack-advertisement", "001e# service=git-upload-pack\n0000"+firstRef+"0000")
	case is("/api/repositories"):
		return whole(kind, `[{"key":"libs","type":"LOCAL"}]`)
	case is("/rest/applications"):
		return whole(kind, `[{"id":1,"name":"shop"}]`)
	case is("/subscriptions"):
		return whole(kind, `{"value":[{"subscriptionId":"77777777-0000-4000-8000-000000000000","displayName":"Acme","state":"Enabled"}]}`)
	case is("/accessible-resources"):
		return whole(kind, `[{"id":"c","url":"https://acme.atlassian.net","scopes":["write:jira-work"]}]`)
	case is("/myself"):
		return whole(kind, `{"displayName":"Eve"}`)
	case is("/mypermissions"):
		return whole(kind, `{"permissions":{"CREATE_ISSUES":{"havePermission":true}}}`)
	case is("/project/"):
		return whole(kind, `{"key":"SEC"}`)
	}
	return whole(kind, `{"result":[{"sys_id":"a1"}]}`)
}

func whole(kind, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", kind, len(body), body)
}

// Found gives the form in which one of the values is in what went over a wire, or "" where none is: as it is, escaped for a form, a path or
// JSON, in hexadecimal, or in base64 at whatever place of a longer text.
func Found(text string, values ...string) string {
	for _, v := range values {
		for _, form := range formsOf(v) {
			if form != "" && strings.Contains(text, form) {
				return form
			}
		}
	}
	return ""
}

func formsOf(value string) []string {
	quoted, err := json.Marshal(value)
	if err != nil { // a string always has a form in JSON
		quoted = nil
	}
	out := []string{value, url.QueryEscape(value), url.PathEscape(value), strings.Trim(string(quoted), `"`), hex.EncodeToString([]byte(value))}
	for shift := range 3 {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			text := e.EncodeToString([]byte(strings.Repeat("\x00", shift) + value))
			from := min(4, 4*shift) // without the groups that hold something else too
			out = append(out, text[from:max(from, len(text)-4)])
		}
	}
	return out
}

// Elsewhere lists addresses that look like scheme://host+own+path and are another origin, or none: other hosts, schemes and ports, and what
// readers of addresses do not agree on. own and other are ports, with the colon.
func Elsewhere(scheme, host, own, other, path string) []string {
	var out []string
	lookalikes := []string{host, host + ".", strings.ToUpper(host) + ".", host + ".evil.test", "evil-" + host, "x" + host, strings.Replace(host, ".", "-", 1), "example.test",
		"sub." + host, "127.0.0.1", "localhost", "[::1]", "deploy@" + host, "a:b@" + host, host + "@evil.test", "evil.test#@" + host, "evil.test/" + host, `evil.test\@` + host,
		"evil.test?" + host, host + "%00.evil.test", "git。example.test", "git.exаmple.test", strings.Replace(host, ".", "_", 1), strings.Replace(host, ".", "..", 1)}
	for _, port := range []string{own, other} {
		for _, s := range []string{"http", "https"} {
			for _, h := range lookalikes {
				if h == host && s == scheme && port == own {
					continue // the very one
				}
				out = append(out, s+"://"+h+port+path)
			}
		}
	}
	return append(out, scheme+"://"+host+path, scheme+"://"+host+":0"+own[1:]+path, scheme+"://"+host+":+"+own[1:]+"/", "ftp://"+host+own+"/", scheme+":"+host+own, "//"+host+own+path,
		host+own+path, scheme+":///"+host+own+path)
}

// ElsewhereBySSH is the same for ssh://git@host+own/acme/app.git. Another user of the very server is no other place, so those are not in it.
func ElsewhereBySSH(host, own, other string) []string {
	const path = "/acme/app.git"
	out := []string{"git@" + host + own + ":acme/app.git", "git@" + host + ":" + own[1:] + path, "ssh:git@" + host + own + "/x", "git@" + host + ":acme/app.git", "SSH//git@" + host + own + "/x"}
	has := map[string]bool{}
	for _, address := range Elsewhere("none", host, own, other, path) {
		_, rest, ok := strings.Cut(address, "://")
		if !ok || has[rest] || rest == host+own+path || strings.HasSuffix(rest, "@"+host+own+path) {
			continue
		}
		has[rest] = true
		out = append(out, "ssh://git@"+rest, "ssh://"+rest)
	}
	return out
}
