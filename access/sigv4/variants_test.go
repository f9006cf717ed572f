package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// variant is one change to a signed request on its way.
type variant struct {
	name     string
	harmless bool // changes nothing that the signature covers
	apply    func(r *http.Request, body []byte) []byte
}

// variants lists the changes that the parts of a request allow: each signed header, each byte of path and query, body, date,
// scope, signature and list, and some that must not matter.
func variants(r *http.Request, body []byte) []variant {
	var out []variant
	change := func(name string, apply func(*http.Request)) {
		out = append(out, variant{name, false, func(r *http.Request, body []byte) []byte { apply(r); return body }})
	}
	harmless := func(name string, apply func(*http.Request)) {
		change(name, apply)
		out[len(out)-1].harmless = true
	}
	auth := r.Header.Get("Authorization")
	edit := func(name, from, to string) {
		change(name, func(r *http.Request) { r.Header.Set("Authorization", strings.Replace(auth, from, to, 1)) })
	}

	change("another method", func(r *http.Request) { r.Method = "PUT" })
	change("another host", func(r *http.Request) { r.Host = "evil.example" })
	change("a port", func(r *http.Request) { r.Host += ":8443" })
	for i := 1; i < len(r.RequestURI); i++ {
		switch r.RequestURI[i] {
		case '?', '&', '=', '%':
			continue // the next rows move these
		}
		change("byte "+strconv.Itoa(i)+" of the target changed", func(r *http.Request) {
			uri := []byte(r.RequestURI)
			uri[i] = map[bool]byte{true: 'B', false: 'A'}[uri[i] == 'A']
			r.RequestURI = string(uri)
		})
	}
	path, query := target(r)
	change("a longer path", func(r *http.Request) { r.RequestURI = strings.Replace(r.RequestURI, path, path+"/", 1) })
	change("a detour", func(r *http.Request) { r.RequestURI = "/x/.." + r.RequestURI })
	if strings.Contains(path, "%3A") {
		change("a path decoded", func(r *http.Request) { r.RequestURI = strings.Replace(r.RequestURI, "%3A", ":", 1) })
		change("a path in lower case", func(r *http.Request) { r.RequestURI = strings.Replace(r.RequestURI, "%3A", "%3a", 1) })
	}
	join := map[bool]string{true: "&", false: "?"}[strings.Contains(r.RequestURI, "?")]
	change("one more parameter", func(r *http.Request) { r.RequestURI += join + "MaxResults=1" })
	change("one more empty parameter", func(r *http.Request) { r.RequestURI += join + "x" })
	if pairs := strings.Split(query, "&"); len(pairs) > 1 {
		change("a parameter removed", func(r *http.Request) { r.RequestURI = path + "?" + strings.Join(pairs[1:], "&") })
		change("a parameter twice", func(r *http.Request) { r.RequestURI += "&" + pairs[0] })
		change("no query", func(r *http.Request) { r.RequestURI = path })
		harmless("the query in another order", func(r *http.Request) {
			slices.Reverse(pairs)
			r.RequestURI = path + "?" + strings.Join(pairs, "&")
			slices.Reverse(pairs)
		})
	}

	parsed, _ := parseAuthorization(auth)
	for _, name := range parsed.signed {
		if name == hostHeader {
			continue
		}
		change("a longer "+name, func(r *http.Request) { r.Header.Set(name, r.Header.Get(name)+"0") })
		change("no "+name, func(r *http.Request) { r.Header.Del(name); r.ContentLength = -1 })
		change("a second "+name, func(r *http.Request) { r.Header.Add(name, r.Header.Get(name)) })
		listed := func(name, with string) string {
			return "SignedHeaders=" + strings.Trim(strings.Replace(";"+strings.Join(parsed.signed, ";")+";", ";"+name+";", with, 1), ";")
		}
		edit(name+" not listed", listed("", ""), listed(name, ";"))
		edit(name+" listed in capitals", listed("", ""), listed(name, ";"+strings.ToUpper(name)+";"))
		edit(name+" listed twice", listed("", ""), listed(name, ";"+name+";"+name+";"))
	}
	edit("one more listed", ";host;", ";host;user-agent;")
	change("an unsigned X-Amz header", func(r *http.Request) { r.Header.Set("X-Amz-Target", "x") })
	change("an unsigned token", func(r *http.Request) { r.Header.Add("X-Amz-Security-Token", "x") })
	change("an unsigned hash", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") })
	change("a second Authorization", func(r *http.Request) { r.Header.Add("Authorization", auth) })
	harmless("another User-Agent", func(r *http.Request) { r.Header.Set("User-Agent", "x") })
	harmless("a proxy's headers", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "10.0.0.1"); r.Header.Set("Via", "1.1 x") })

	stamp := r.Header.Get("X-Amz-Date")
	for _, other := range []string{stamp[:14] + "9Z", stamp[:13] + "61Z", "20200101T000000Z", strings.ToLower(stamp), stamp[:15]} {
		if other != stamp {
			change("the date "+other, func(r *http.Request) { r.Header.Set("X-Amz-Date", other) })
		}
	}
	edit("another day", "/"+parsed.scope.day+"/", "/20200101/")
	edit("another region", "/us-east-1/", "/us-east-2/")
	edit("another service", "/securityhub/", "/securitylake/")
	edit("another end", "/aws4_request", "/aws4_requests")
	edit("another key id", testID, "AKIDNOBODY")
	edit("another algorithm", algorithm, "AWS4-HMAC-SHA512")
	for i := range parsed.signature {
		changed := []byte(parsed.signature)
		changed[i] = map[bool]byte{true: '1', false: '0'}[changed[i] == '0']
		edit("digit "+strconv.Itoa(i)+" of the signature changed", parsed.signature, string(changed))
	}
	edit("a shorter signature", parsed.signature, parsed.signature[:63])
	edit("a longer signature", parsed.signature, parsed.signature+"0")
	edit("an empty signature", parsed.signature, "")

	resize := func(name string, apply func([]byte) []byte) {
		out = append(out, variant{name, false, func(_ *http.Request, body []byte) []byte { return apply(slices.Clone(body)) }})
	}
	resize("a longer body", func(b []byte) []byte { return append(b, ' ') })
	for i := range body {
		resize("byte "+strconv.Itoa(i)+" of the body changed", func(b []byte) []byte { b[i] ^= 1; return b })
	}
	if len(body) > 0 {
		resize("no body", func([]byte) []byte { return nil })
		resize("a shorter body", func(b []byte) []byte { return b[:len(b)-1] })
	}
	return out
}
