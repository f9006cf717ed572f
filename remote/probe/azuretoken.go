package probe

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"patchbay/connector"
)

// A token of Azure has more characters than the one, and less than the other, which still fits into a header.
const shortestToken, longestToken = 8, 16 << 10

// grant is the answer with a token. The sign-in service writes its life as a number, the metadata service as a text.
type grant struct {
	Access string      `json:"access_token"`
	Kind   string      `json:"token_type"`
	Life   json.Number `json:"expires_in"`
}

// granted takes the token out of an answer; where there is none, the judgement says why. What such an answer looks like is not shown,
// since the token is in it.
func (z *azureAsking) granted(t *talk, r reply) (token string, j judged) {
	if r.StatusCode != http.StatusOK {
		return "", z.refused(t, r)
	}
	var g grant
	isJSON := r.json(&g)
	if len(g.Access) >= shortestToken && len(g.Access) <= longestToken { // a word or a book is no token, and would be looked for in every text
		z.hide.add(g.Access)
	}
	wrong := ""
	switch {
	case r.isPage() || len(r.body) == 0:
		return "", t.odd(r)
	case !isJSON:
		wrong = "the answer is not what OAuth 2.0 asks for"
	case g.Access == "":
		wrong = "there is none in the answer"
	case !strings.EqualFold(g.Kind, "Bearer"):
		wrong = "it is of another kind than Bearer"
	case len(g.Access) < shortestToken:
		wrong = "it is too short"
	case len(g.Access) > longestToken:
		wrong = "it is too long"
	case strings.ContainsFunc(g.Access, func(r rune) bool { return r <= ' ' || r > '~' }):
		wrong = "it has characters that cannot be sent"
	}
	if wrong != "" {
		return "", judged{state: connector.StepFailed, note: ", " + wrong, code: "AZURE_TOKEN_UNUSABLE", seen: wrong}
	}
	note := " as " + z.who + z.shows
	if seconds, err := strconv.ParseInt(g.Life.String(), 10, 32); err == nil && seconds > 0 {
		note += ", a token for " + life(time.Duration(seconds)*time.Second)
	}
	return g.Access, judged{state: connector.StepOK, note: note}
}

// refusal is how the sign-in service says no.
type refusal struct {
	Error       string  `json:"error"`
	Text        string  `json:"error_description"` // looked into for a number only, never shown
	Numbers     []int64 `json:"error_codes"`
	Trace       string  `json:"trace_id"`
	Correlation string  `json:"correlation_id"`
}

// refused judges an answer that is a no. The number in it says why; its words change, and are the vendor's.
func (z *azureAsking) refused(t *talk, r reply) judged {
	var no refusal
	if r.isPage() || !r.json(&no) {
		return t.odd(r)
	}
	number := no.number()
	code, seen := azureRefusals[number], no.seen(number)
	switch {
	case r.StatusCode < 400, number == 0 && no.Error == "":
		return t.odd(r)
	case code == "" && r.StatusCode == http.StatusTooManyRequests:
		code, seen = "RATE_LIMITED", r.Status+", "+seen
	case code == "" && r.StatusCode >= 500:
		code, seen = "SERVER_ERROR", r.Status+", "+seen
	case code == "":
		code = "AZURE_SIGN_IN_REFUSED"
	}
	if isGiven(z.q.Certificate) {
		switch code {
		case "AZURE_SECRET_WRONG":
			code = "AZURE_CERTIFICATE_UNKNOWN"
		case "AZURE_CLOCK":
			seen = apart(r.Header, z.probe.now())
		case "AZURE_CERTIFICATE_EXPIRED":
			seen = "so says " + string(t.origin)
		}
	}
	note := ", " + no.seen(number) + z.shows
	for _, id := range [][2]string{{"correlation", no.Correlation}, {"trace", no.Trace}} {
		if connector.IsUUID(id[1]) {
			note += ", " + id[0] + " id " + id[1]
		}
	}
	return judged{state: connector.StepFailed, note: note, code: code, seen: seen}
}

// number is the AADSTS number of a refusal, 0 where it has none.
func (no refusal) number() int64 {
	if len(no.Numbers) > 0 {
		return no.Numbers[0]
	}
	_, rest, found := strings.Cut(no.Text, "AADSTS")
	if !found {
		return 0
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	number, err := strconv.ParseInt(rest[:end], 10, 64)
	if err != nil {
		return 0
	}
	return number
}

// seen names a refusal: by its number, else by the plain word that OAuth 2.0 has for it.
func (no refusal) seen(number int64) string {
	switch {
	case number > 0:
		return "AADSTS" + strconv.FormatInt(number, 10)
	case isWord(no.Error):
		return "the error " + no.Error
	}
	return "an error without a name"
}

// isWord reports whether a text is one of those names of errors that programs use, and not a sentence.
func isWord(text string) bool {
	return text != "" && len(text) <= 60 && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// apart says how far the clock of the server is from ours.
func apart(header http.Header, now time.Time) string {
	theirs, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return "its clock and ours do not agree"
	}
	switch between := now.Sub(theirs).Round(time.Minute); {
	case between > 0:
		return "our clock is ahead of its clock by " + inMinutes(between)
	case between < 0:
		return "our clock is behind its clock by " + inMinutes(-between)
	}
	return "the clocks agree, so the request was a long time on its way"
}

// life is how long a token is good, as people say it.
func life(d time.Duration) string {
	if d >= 2*time.Hour {
		return strconv.Itoa(int(d/time.Hour)) + " hours"
	}
	return inMinutes(d)
}

// azureRefusals has the code for each AADSTS number that an application or a managed identity can meet. A number that proves a wrong
// secret proves an unknown certificate where one was shown.
var azureRefusals = map[int64]string{
	7000215: "AZURE_SECRET_WRONG", 7000218: "AZURE_SECRET_WRONG", 50012: "AZURE_SECRET_WRONG", 70002: "AZURE_SECRET_WRONG",
	7000222: "AZURE_SECRET_EXPIRED",
	700027:  "AZURE_CERTIFICATE_UNKNOWN", 700030: "AZURE_CERTIFICATE_UNKNOWN", 7000214: "AZURE_CERTIFICATE_UNKNOWN",
	1000502: "AZURE_CERTIFICATE_EXPIRED",
	700024:  "AZURE_CLOCK",
	700016:  "AZURE_APPLICATION_UNKNOWN", 700011: "AZURE_APPLICATION_UNKNOWN", 70001: "AZURE_APPLICATION_UNKNOWN", 50034: "AZURE_APPLICATION_UNKNOWN",
	7000112: "AZURE_APPLICATION_DISABLED",
	7000229: "AZURE_NO_SERVICE_PRINCIPAL",
	90002:   "AZURE_TENANT_UNKNOWN",
	900023:  "AZURE_TENANT_UNCLEAR", 50128: "AZURE_TENANT_UNCLEAR",
	900382: "AZURE_OTHER_CLOUD", 900383: "AZURE_OTHER_CLOUD", 900432: "AZURE_OTHER_CLOUD", 900439: "AZURE_OTHER_CLOUD", 90038: "AZURE_OTHER_CLOUD",
	500011: "AZURE_RESOURCE_UNKNOWN", 50001: "AZURE_RESOURCE_UNKNOWN",
	65001: "AZURE_CONSENT_MISSING", 65005: "AZURE_CONSENT_MISSING", 650056: "AZURE_CONSENT_MISSING", 650057: "AZURE_CONSENT_MISSING", 90094: "AZURE_CONSENT_MISSING",
	501051: "AZURE_CONSENT_MISSING", 50105: "AZURE_CONSENT_MISSING",
	53003: "AZURE_CONDITIONAL_ACCESS", 53000: "AZURE_CONDITIONAL_ACCESS", 53001: "AZURE_CONDITIONAL_ACCESS", 53002: "AZURE_CONDITIONAL_ACCESS", 53004: "AZURE_CONDITIONAL_ACCESS",
	53011: "AZURE_CONDITIONAL_ACCESS", 50005: "AZURE_CONDITIONAL_ACCESS", 50076: "AZURE_CONDITIONAL_ACCESS", 50079: "AZURE_CONDITIONAL_ACCESS", 50097: "AZURE_CONDITIONAL_ACCESS",
	50131: "AZURE_CONDITIONAL_ACCESS", 50158: "AZURE_CONDITIONAL_ACCESS", 530032: "AZURE_CONDITIONAL_ACCESS", 530034: "AZURE_CONDITIONAL_ACCESS", 530035: "AZURE_CONDITIONAL_ACCESS",
	700082: "AZURE_GRANT_EXPIRED", 700084: "AZURE_GRANT_EXPIRED", 70008: "AZURE_GRANT_EXPIRED", 50173: "AZURE_GRANT_EXPIRED",
	50033: "AZURE_SIGN_IN_UNWELL", 90006: "AZURE_SIGN_IN_UNWELL", 90012: "AZURE_SIGN_IN_UNWELL", 90024: "AZURE_SIGN_IN_UNWELL", 90033: "AZURE_SIGN_IN_UNWELL",
	90036: "AZURE_SIGN_IN_UNWELL", 90090: "AZURE_SIGN_IN_UNWELL", 90091: "AZURE_SIGN_IN_UNWELL",
	90055: "RATE_LIMITED", 50196: "RATE_LIMITED",
}
