package probe

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"patchbay/connector"
)

// instance is a conversation with a ServiceNow instance as an OAuth client.
type instance struct {
	*talk
	q     connector.ReadServiceNow
	token string // that the instance gave, for itself
}

// readServiceNow signs in and reads one row of the table of incidents, the least that proves what the connector is for.
func (a *asking) readServiceNow(ctx context.Context, q connector.ReadServiceNow) connector.Outcome {
	s, out := a.serviceNow(ctx, q)
	if out != nil {
		return *out
	}
	defer s.leave()
	rows, out := s.rows(ctx, url.Values{"sysparm_limit": {"1"}, "sysparm_fields": {"sys_id"}})
	if out != nil {
		return *out
	}
	if len(rows) == 0 {
		return s.end("SERVICENOW_TABLE_READ", "which is empty or shows it none")
	}
	return s.end("SERVICENOW_TABLE_READ", "of which it may see some")
}

// serviceNow begins the conversation and signs in.
func (a *asking) serviceNow(ctx context.Context, q connector.ReadServiceNow) (*instance, *connector.Outcome) {
	a.who = "the OAuth client"
	t, out := a.to(q.Address, authenticate, use)
	if out != nil {
		return nil, out
	}
	s := &instance{talk: t, q: q}
	if out := s.signIn(ctx); out != nil {
		s.leave()
		return nil, out
	}
	return s, nil
}

// signIn gets a token with the client credentials, which go to the origin of the instance alone.
func (s *instance) signIn(ctx context.Context) *connector.Outcome {
	text, err := s.value(s.q.Client, s.origin, "the OAuth client")
	if err == nil && s.q.Client.Ref == "" {
		err = &unsent{"the OAuth client", "SECRET_MISSING"}
	}
	if err != nil {
		return s.unsent(authenticate, err)
	}
	id, secret, wrong := readClient(text)
	if wrong != "" {
		s.since(s.probe.now(), authenticate, connector.StepFailed, wrong+", nothing was sent")
		return s.ended("SERVICENOW_SECRET_UNREADABLE", wrong)
	}
	s.hide.add(secret, id+":"+secret)
	req, err := s.post(ctx, url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}, "oauth_token.do")
	if err != nil {
		return s.unsent(authenticate, err)
	}
	_, out := s.ask(ctx, req, authenticate, s.judgeToken)
	return out
}

// readClient reads what the secret holds: the two names however their letters are written, and whatever else is beside them.
func readClient(text string) (id, secret, wrong string) {
	var held map[string]any
	if err := json.Unmarshal([]byte(text), &held); err != nil {
		return "", "", "it is no JSON object"
	}
	for name, value := range held {
		text, _ := value.(string)
		switch strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name)) {
		case "clientid":
			id = strings.TrimSpace(text)
		case "clientsecret":
			secret = strings.TrimSpace(text)
		}
	}
	switch {
	case id == "" && secret == "":
		return "", "", "ClientId and ClientSecret are missing"
	case id == "":
		return "", "", "ClientId is missing"
	case secret == "":
		return "", "", "ClientSecret is missing"
	}
	return id, secret, ""
}

// judgeToken judges the answer of the token service, and takes the token where there is one.
func (s *instance) judgeToken(r reply) judged {
	var granted struct {
		AccessToken string      `json:"access_token"`
		TokenType   string      `json:"token_type"`
		ExpiresIn   json.Number `json:"expires_in"`
		Error       string      `json:"error"`
		Description string      `json:"error_description"`
	}
	failed := judged{state: connector.StepFailed, note: s.typeNote(r.Response)}
	if s.sleeps(r) {
		failed.code = "SERVICENOW_ASLEEP"
		return failed
	}
	if r.isPage() || len(r.body) == 0 && r.StatusCode < 300 || r.StatusCode >= 500 || r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 300 && r.StatusCode < 400 {
		if r.StatusCode == http.StatusNotFound {
			failed.code, failed.seen = "SERVICENOW_NO_TOKENS", r.Status
			return failed
		}
		return s.odd(r)
	}
	is := r.json(&granted)
	bearer := granted.TokenType == "" || strings.EqualFold(granted.TokenType, "bearer")
	switch word := granted.Error; {
	case is && r.StatusCode < 300 && word == "" && bearer && isToken(granted.AccessToken):
		s.token = granted.AccessToken
		s.hide.add(s.token)
		note := " as " + s.who + ", a token"
		if n, err := strconv.Atoi(granted.ExpiresIn.String()); err == nil {
			note += " for " + strconv.Itoa(n) + " s"
		}
		return judged{state: connector.StepOK, note: note}
	case is && (word == "unsupported_grant_type" || word == "unauthorized_client" || word == "access_denied" || strings.HasPrefix(granted.Description, "access_denied")):
		failed.code, failed.seen = "SERVICENOW_GRANT_OFF", r.Status
		if isWord(word) {
			failed.seen += ", the error " + word
		}
	case is && word == "invalid_client", r.StatusCode == http.StatusUnauthorized:
		failed.code = "SERVICENOW_AUTH_REFUSED"
	case r.StatusCode == http.StatusNotFound:
		failed.code, failed.seen = "SERVICENOW_NO_TOKENS", r.Status
	case r.StatusCode < 300: // and nothing of it is shown: it may hold a token in a form that is not known
		failed.code, failed.seen = "SERVICENOW_TOKEN_MISSING", r.Status+s.typeNote(r.Response)
	default:
		return s.odd(r)
	}
	return failed
}

// isToken tells whether a text can be a token, and be sent as one.
func isToken(text string) bool {
	return len(text) >= shortestToken && len(text) <= longestToken && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// sleeps tells whether an answer is the page by which a developer's instance says that it hibernates, or leads to it.
func (s *instance) sleeps(r reply) bool {
	if r.isPage() && r.StatusCode < 500 {
		return strings.Contains(strings.ToLower(string(r.body)), "hibernat")
	}
	at, err := r.Location()
	return err == nil && r.StatusCode >= 300 && r.StatusCode < 400 && (strings.Contains(strings.ToLower(at.Path), "hibernat") || strings.EqualFold(at.Hostname(), "developer.servicenow.com"))
}

// record is what is read of a row.
type record struct {
	ID     string `json:"sys_id"`
	Number string `json:"number"`
}

// rows reads rows of the table of incidents.
func (s *instance) rows(ctx context.Context, query url.Values) ([]record, *connector.Outcome) {
	var rows []record
	req, err := s.get(ctx, query, "api", "now", "table", "incident")
	if err == nil {
		err = s.sign(req)
	}
	if err != nil {
		return nil, s.unsent(use, err)
	}
	_, out := s.ask(ctx, req, use, func(r reply) (j judged) {
		rows, j = s.judgeRows(r)
		return j
	})
	return rows, out
}

// sign puts the token on a request to the instance that gave it.
func (s *instance) sign(req *http.Request) error {
	if originOf(req.URL) != s.origin {
		return &unsent{"the token", "SECRET_NOT_ALLOWED_HERE"}
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	return nil
}

func (s *instance) judgeRows(r reply) ([]record, judged) {
	failed := judged{state: connector.StepFailed, note: s.typeNote(r.Response), seen: s.shown(r)}
	switch {
	case s.sleeps(r):
		failed.code = "SERVICENOW_ASLEEP"
	case r.isPage():
		return nil, s.odd(r)
	case r.StatusCode == http.StatusUnauthorized:
		failed.code = "SERVICENOW_TOKEN_REFUSED"
	case r.StatusCode == http.StatusForbidden:
		failed.code = "SERVICENOW_FORBIDDEN"
	case r.StatusCode == http.StatusNotFound, r.StatusCode == http.StatusBadRequest:
		failed.code = "SERVICENOW_TABLE_MISSING"
	case r.StatusCode != http.StatusOK, len(r.body) == 0:
		return nil, s.odd(r)
	default:
		var table struct{ Result *[]record }
		if !r.json(&table) || table.Result == nil {
			failed.code = "SERVICENOW_NOT_A_TABLE"
			break
		}
		note := ", the table of incidents can be read and shows none"
		if len(*table.Result) > 0 {
			note = ", the table of incidents can be read"
		}
		return *table.Result, judged{state: connector.StepOK, note: note}
	}
	return nil, failed
}
