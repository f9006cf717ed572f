package sigv4

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonical is the text that a signature is made over, but for the query, whose order clients disagree on.
func canonical(method, path, query string, signed []string, values map[string][]string, bodyHash string) string {
	var b strings.Builder
	b.WriteString(method + "\n" + escape(path, "/") + "\n" + query + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + joined(values[name]) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + bodyHash)
	return b.String()
}

// target gives the path of a request, still escaped, and its raw query. A server takes both as they were received: whoever
// decodes a path and escapes it again cannot tell %2F from a slash.
func target(r *http.Request) (path, query string) {
	uri := r.RequestURI
	if uri == "" { // a client's request
		uri = r.URL.RequestURI()
	}
	path, query, _ = strings.Cut(uri, "?")
	if _, rest, absolute := strings.Cut(path, "://"); absolute && !strings.HasPrefix(path, "/") {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path, query
}

// headers gives the values of all headers by their names in lower case, with those that net/http keeps elsewhere.
func headers(r *http.Request) map[string][]string {
	values := map[string][]string{}
	for name, v := range r.Header {
		name = strings.ToLower(name)
		values[name] = append(values[name], v...)
	}
	if len(values["content-length"]) == 0 && r.ContentLength > 0 {
		values["content-length"] = []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	if len(r.TransferEncoding) > 0 {
		values["transfer-encoding"] = r.TransferEncoding
	}
	host := r.Host
	if host == "" && r.URL != nil {
		host = r.URL.Host
	}
	values[hostHeader] = []string{host}
	return values
}

func joined(values []string) string {
	tidy := make([]string, len(values))
	for i, v := range values {
		tidy[i] = collapse(v)
	}
	return strings.Join(tidy, ",")
}

// collapse trims a header value and makes one space of several.
func collapse(s string) string {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if s[i] != ' ' || s[i-1] != ' ' { // the first byte is no space
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// pair is one name and value of a query.
type pair struct{ name, value string }

func (p pair) compare(other pair) int {
	return cmp.Or(strings.Compare(p.name, other.name), strings.Compare(p.value, other.value))
}

// Query reads a raw query exactly as it is signed, in which a semicolon is a part of a value. A server that reads it in
// another way acts on what nobody signed. It is an error when an escape is not two hex digits.
func Query(raw string) (url.Values, error) {
	pairs, err := pairsOf(raw)
	if err != nil {
		return nil, err
	}
	values := url.Values{}
	for _, p := range pairs {
		values.Add(p.name, p.value)
	}
	return values, nil
}

func pairsOf(raw string) ([]pair, error) {
	var out []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if err := cmp.Or(nameErr, valueErr); err != nil {
			return nil, errors.New("the query has an escape that is not two hex digits")
		}
		out = append(out, pair{name, value})
	}
	return out, nil
}

// byEscaped is the canonical query as AWS describes it and most clients make it: escaped first, then sorted.
func byEscaped(pairs []pair) string {
	escaped := make([]pair, len(pairs))
	for i, p := range pairs {
		escaped[i] = pair{escape(p.name, ""), escape(p.value, "")}
	}
	slices.SortFunc(escaped, pair.compare)
	return assembled(escaped)
}

// byPlain is the canonical query as the AWS SDK for Go makes it: sorted first, then escaped. The two differ as soon as one
// value has a "-" where another has a byte that is escaped, as the tag keys "a-b" and "a:b".
func byPlain(pairs []pair) string {
	sorted := slices.SortedFunc(slices.Values(pairs), pair.compare)
	for i, p := range sorted {
		sorted[i] = pair{escape(p.name, ""), escape(p.value, "")}
	}
	return assembled(sorted)
}

func assembled(pairs []pair) string {
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p.name + "=" + p.value
	}
	return strings.Join(parts, "&")
}

// escape writes every byte that is not unreserved, nor in keep, as %XX.
func escape(s, keep string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case isAlphanumeric(c), strings.IndexByte("-_.~", c) >= 0, strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(string([]byte{'%', digits[c>>4], digits[c&15]}))
		}
	}
	return b.String()
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
