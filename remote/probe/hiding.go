package probe

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// hiding replaces secrets in texts that a hostile server may have put them into: it has seen them and can send them back,
// as they are or in the form in which they went over the wire.
type hiding struct{ texts []string }

const hidden = "[redacted]"

// add hides a value in its usual forms.
func (h *hiding) add(values ...string) {
	for _, v := range values {
		if v == "" {
			continue
		}
		h.texts = append(h.texts, v, strings.Join(strings.Fields(v), " "), url.QueryEscape(v), url.PathEscape(v),
			(&url.URL{Path: v}).EscapedPath(), html.EscapeString(v), strings.Trim(strconv.Quote(v), `"`), base64.StdEncoding.EncodeToString([]byte(v)),
			base64.RawStdEncoding.EncodeToString([]byte(v)), base64.URLEncoding.EncodeToString([]byte(v)),
			base64.RawURLEncoding.EncodeToString([]byte(v)), hex.EncodeToString([]byte(v)))
	}
	sort.Slice(h.texts, func(i, j int) bool { return len(h.texts[i]) > len(h.texts[j]) }) // the whole before its parts
}

// start gives a text that is only the start of a longer one, without the last part, in which half of a secret could stand.
func (h *hiding) start(text string) string {
	if len(h.texts) > 0 {
		text = text[:max(0, len(text)-len(h.texts[0]))]
	}
	return h.in(text)
}

// in gives the text without what is hidden. Hide first and cut later, or half of a secret is left at the cut.
func (h *hiding) in(text string) string {
	pairs := make([]string, 0, 2*len(h.texts))
	for _, t := range h.texts {
		pairs = append(pairs, t, hidden)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
