package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"patchbay/connector"
	"patchbay/remote"
)

// subscriptions asks the resource manager what the identity sees, which is what the vendor tests. The token goes nowhere else.
func (z *azureAsking) subscriptions(ctx context.Context, token string) connector.Outcome {
	t, out := z.to(z.manager)
	if out != nil {
		return *out
	}
	defer t.leave()
	t.long = true
	req, err := subscriptionsRequest(ctx, t, token)
	if err != nil {
		return z.end("ADDRESS_UNCLEAR", reason(err))
	}
	var found sighting
	if _, out = t.ask(ctx, req, authorise, func(r reply) (j judged) {
		found, j = z.authorised(t, r)
		return j
	}); out != nil {
		return *out
	}
	began, state, code := z.probe.now(), connector.StepOK, z.works
	switch {
	case found.enabled == 0:
		state, code = connector.StepWarn, "AZURE_SUBSCRIPTIONS_DISABLED"
	case found.cut && !found.alone(ctx, t, token):
		state, code = connector.StepWarn, "AZURE_LIST_UNFINISHED"
	}
	z.since(began, use, state, found.text())
	return z.endAt(t.origin, code, found.text())
}

func subscriptionsRequest(ctx context.Context, t *talk, token string, id ...string) (*http.Request, error) {
	req, err := t.get(ctx, url.Values{"api-version": {"2022-12-01"}}, append([]string{"subscriptions"}, id...)...)
	if err == nil {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, err
}

// alone asks for one subscription of a list that is longer than is read: a list that goes on for ever could be a hostile server's, a
// whole short answer is proof.
func (s sighting) alone(ctx context.Context, t *talk, token string) bool {
	if !connector.IsUUID(s.first.ID) {
		return false
	}
	req, err := subscriptionsRequest(ctx, t, token, s.first.ID)
	if err != nil {
		return false
	}
	r, ok := t.glance(req)
	var one subscription
	return ok && r.StatusCode == http.StatusOK && r.json(&one) && one.ID == s.first.ID
}

// authorised judges the answer of the resource manager to a token.
func (z *azureAsking) authorised(t *talk, r reply) (sighting, judged) {
	switch r.StatusCode {
	case http.StatusOK:
		found, whole := readSubscriptions(r.body)
		switch {
		case r.isPage() || !whole && (!r.cut || found.count == 0):
			return sighting{}, t.odd(r)
		case found.count == 0:
			return sighting{}, judged{state: connector.StepWarn, note: ", the token is taken, and the list is empty", code: "AZURE_NO_SUBSCRIPTION"}
		}
		found.cut = r.cut
		return found, judged{state: connector.StepOK, note: ", the token is taken"}
	case http.StatusUnauthorized:
		return sighting{}, managerSays(r, "AZURE_TOKEN_REFUSED")
	case http.StatusForbidden:
		if r.isPage() {
			return sighting{}, t.odd(r)
		}
		return sighting{}, managerSays(r, "AZURE_FORBIDDEN")
	}
	return sighting{}, t.odd(r)
}

// managerSays judges a no of the resource manager by the word that it has for it.
func managerSays(r reply, code string) judged {
	var no struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	seen := r.Status
	if r.json(&no) && isWord(no.Error.Code) {
		seen += ", " + no.Error.Code
	}
	return judged{state: connector.StepFailed, note: strings.TrimPrefix(seen, r.Status), code: code, seen: seen}
}

// sighting is what was seen of a list of subscriptions.
type sighting struct {
	count, enabled int
	first          subscription // that is enabled, else of all
	more, cut      bool         // there are more on another page, or more than is read
}

// readSubscriptions reads a list of subscriptions as far as it goes; whole is false where it does not come to its end.
func readSubscriptions(body []byte) (found sighting, whole bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return sighting{}, false
	}
	hasList := false
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return found, false
		}
		if name != "value" {
			var other any
			if d.Decode(&other) != nil {
				return found, false
			}
			next, isText := other.(string)
			found.more = found.more || name == "nextLink" && isText && next != ""
			continue
		}
		if start, err := d.Token(); err != nil || start != json.Delim('[') {
			return found, false
		}
		for hasList = true; d.More(); {
			var one subscription
			if d.Decode(&one) != nil || !connector.IsUUID(one.ID) {
				return found, false
			}
			found.take(one)
		}
		if _, err := d.Token(); err != nil {
			return found, false
		}
	}
	end, err := d.Token()
	_, after := d.Token()
	return found, err == nil && end == json.Delim('}') && hasList && after == io.EOF
}

type subscription struct {
	ID    string `json:"subscriptionId"`
	Name  string `json:"displayName"`
	State string `json:"state"`
}

func (s *sighting) take(one subscription) {
	s.count++
	isEnabled := one.State == "" || one.State == "Enabled" || one.State == "Warned" || one.State == "PastDue" // the last two still work
	if s.count == 1 || isEnabled && s.enabled == 0 {
		s.first = one
	}
	if isEnabled {
		s.enabled++
	}
}

func (s sighting) text() string {
	text := strconv.Itoa(s.count) + " subscriptions"
	if s.count == 1 {
		text = "1 subscription"
	}
	if s.more || s.cut {
		text = "more than " + text
	}
	name := s.first.Name
	if name == "" {
		name = s.first.ID
	}
	if s.count > 1 || s.more || s.cut {
		text += ", among them"
	} else {
		text += ","
	}
	return text + " " + remote.Excerpt(name, 80)
}
