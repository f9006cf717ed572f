package securityhubapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/handlers/securityhubapi"
)

// rows is one good request for each operation; what it answers when it is allowed is said with it.
func rows(id, account string) map[string]struct {
	method, path, body string
	want               int
} {
	one, tags := "/connectorsv2/"+id, "/tags/"+escaped(arn(account, id))
	type row = struct {
		method, path, body string
		want               int
	}
	register := `{"AuthCode":"c","AuthState":"st4te"}`
	return map[string]row{
		"CreateConnectorV2":        {post, "/connectorsv2", `{"Name":"new","Provider":{"JiraCloud":{}}}`, 200},
		"ListConnectorsV2":         {get, "/connectorsv2", "", 200},
		"RegisterConnectorV2":      {post, "/connectorsv2/register", register, 404},
		"ConnectorRegistrationsV2": {post, "/connectorsv2/registrations", register, 404},
		"GetConnectorV2":           {get, one, "", 200},
		"UpdateConnectorV2":        {patch, one, `{"Description":"d"}`, 200},
		"DeleteConnectorV2":        {remove, one, "", 200},
		"CreateTicketV2":           {post, "/ticketsv2", `{"ConnectorId":"` + id + `","FindingMetadataUid":"u"}`, 409},
		"TagResource":              {post, tags, `{"Tags":{"a":"b"}}`, 200},
		"ListTagsForResource":      {get, tags, "", 200},
		"UntagResource":            {remove, tags + "?tagKeys=a", "", 200},
	}
}

func TestEveryOperationForEveryRole(t *testing.T) {
	h := opened(t)
	cells := 0
	for _, op := range securityhubapi.Operations() {
		for _, role := range append([]access.Role{""}, access.Roles...) {
			t.Run(op.Name+" by "+string(role), func(t *testing.T) {
				id := h.jira(t, "connector of "+op.Name+string(role))
				row, ok := rows(id, account)[op.Name]
				if !ok {
					t.Fatalf("operation %s has no row", op.Name)
				}
				row.body = strings.Replace(row.body, `"new"`, `"new by `+string(role)+`"`, 1)
				cells++
				if role == "" {
					req, err := http.NewRequestWithContext(t.Context(), row.method, h.url+row.path, strings.NewReader(row.body))
					if err != nil {
						t.Fatal(err)
					}
					h.do(t, req).refused(t, 403, "MissingAuthenticationTokenException", "not signed")
					return
				}
				got := h.ask(t, role, row.method, row.path, row.body)
				may := access.Actor{Kind: "credential", Role: role}.May(op.Needs)
				switch {
				case !may:
					got.refused(t, 403, "AccessDeniedException", "role editor")
				case got.status != row.want:
					t.Errorf("answer = %d %s, want %d", got.status, got.text, row.want)
				}
				line := h.noted()[len(h.noted())-1]
				if line.Operation != op.Name || line.Status != got.status || line.Credential != "key of "+string(role) || line.Workspace != h.workspace.ID ||
					line.Vendor != "securityhub" || line.Method != row.method || !strings.HasPrefix(line.Path, "/api/securityhub/") || strings.Contains(line.Path, "?") ||
					line.ID != got.header.Get("X-Amzn-Requestid") || line.Address == "" {
					t.Errorf("noted = %+v", line)
				}
				if about := strings.Contains(row.path, id) || strings.Contains(row.body, id); may && about && line.Connector == "" {
					t.Errorf("noted = %+v, want the connector", line)
				}
			})
		}
	}
	if want := 5 * len(securityhubapi.Operations()); cells != want {
		t.Errorf("%d cells, want %d", cells, want)
	}
}

// TestAnotherAccountAnswersAsAnUnknownID crosses every operation that takes an id with a connector of another workspace.
func TestAnotherAccountAnswersAsAnUnknownID(t *testing.T) {
	h := opened(t)
	made := h.do(t, h.signed(t, h.rivalKey, post, "/connectorsv2", `{"Name":"theirs","Provider":{"JiraCloud":{}},"Tags":{"canary":"1"}}`)).ok(t)
	theirs, state := made.get("ConnectorId"), stateOf(made.get("AuthUrl"))
	crossed := 0
	for name := range rows(theirs, account) {
		for _, acct := range []string{account, h.rival.Account} {
			foreign, none := rows(theirs, acct)[name], rows(unknown, acct)[name]
			if !strings.Contains(foreign.path+foreign.body, theirs) {
				continue
			}
			crossed++
			a, b := h.ask(t, access.Admin, foreign.method, foreign.path, foreign.body), h.ask(t, access.Admin, none.method, none.path, none.body)
			if a.status != 404 || a.text != b.text {
				t.Errorf("%s of another account = %d %s, of an unknown id = %d %s", name, a.status, a.text, b.status, b.text)
			}
			for _, line := range h.noted()[len(h.noted())-2:] {
				if line.Connector != "" {
					t.Errorf("%s noted the connector of another account", name)
				}
			}
		}
	}
	if crossed < 14 {
		t.Errorf("crossed %d times, want every operation with an id", crossed)
	}
	for _, elsewhere := range []string{arn(h.rival.Account, theirs), strings.Replace(arn(account, theirs), region, "us-east-1", 1), strings.Replace(arn(account, theirs), "arn:aws:", "arn:aws-cn:", 1)} {
		h.ask(t, access.Admin, get, "/connectorsv2/"+escaped(elsewhere), "").refused(t, 404, "ResourceNotFoundException", "no such connector")
		h.ask(t, access.Admin, get, "/tags/"+escaped(elsewhere), "").refused(t, 404, "ResourceNotFoundException", "no such connector")
	}
	h.ask(t, access.Admin, post, "/connectorsv2/register", `{"AuthCode":"c","AuthState":"`+state+`"}`).refused(t, 404, "ResourceNotFoundException", "")
	if list := h.ask(t, access.Admin, get, "/connectorsv2", ""); strings.Contains(list.text, theirs) {
		t.Errorf("the list shows another account's connector: %s", list.text)
	}
	// The control switched off: with the other account's own key it is all there.
	h.do(t, h.signed(t, h.rivalKey, get, "/connectorsv2/"+theirs, "")).ok(t)
}

func TestSignatures(t *testing.T) {
	h := opened(t)
	id := h.jira(t, "jira")
	path := "/connectorsv2/" + id
	editor := h.keys[access.Editor]
	forged := editor
	forged.SecretAccessKey = connector.NewSecret("another secret")
	nobody := editor
	nobody.AccessKeyID = "AKIDEXAMPLE"
	at := func(region string, ahead time.Duration) *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), get, h.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		creds := sigv4.Credentials{AccessKeyID: editor.AccessKeyID, Key: sigv4.NewKey(editor.SecretAccessKey.Reveal())}
		if err := sigv4.Sign(req, nil, creds, region, "securityhub", h.now().Add(ahead)); err != nil {
			t.Fatal(err)
		}
		return req
	}
	h.do(t, h.signed(t, forged, get, path, "")).refused(t, 403, "InvalidSignatureException", "does not match")
	h.do(t, h.signed(t, nobody, get, path, "")).refused(t, 403, "UnrecognizedClientException", "not known here")
	h.do(t, at("us-east-1", 0)).refused(t, 403, "InvalidSignatureException", "which is eu-west-1")
	h.do(t, at(region, -6*time.Minute)).refused(t, 403, "InvalidSignatureException", "Signature expired")
	h.do(t, at(region, 6*time.Minute)).refused(t, 403, "InvalidSignatureException", "Signature expired")
	h.do(t, at(region, 4*time.Minute)).ok(t)

	moved := h.signed(t, editor, get, path, "")
	moved.URL.Path = strings.Replace(moved.URL.Path, path, "/connectorsv2", 1)
	h.do(t, moved).refused(t, 403, "InvalidSignatureException", "does not match")

	changed := h.signed(t, editor, remove, path, "")
	again := changed.Clone(t.Context())
	h.do(t, changed).ok(t)
	h.do(t, again).refused(t, 403, "InvalidSignatureException", "received before")
	look := h.signed(t, editor, get, "/connectorsv2", "")
	h.do(t, look.Clone(t.Context())).ok(t)
	h.do(t, look).ok(t)

	token := h.signed(t, editor, get, "/connectorsv2", "")
	token.Header.Set("X-Amz-Security-Token", "t")
	token.Header.Del("Authorization")
	h.sign(t, token, editor, "") // Sign takes the token out, as the key has none
	token.Header.Set("X-Amz-Security-Token", "t")
	h.do(t, token).refused(t, 403, "InvalidSignatureException", "SignedHeaders")

	if _, err := h.Revoke(t.Context(), admin, editor.ID); err != nil {
		t.Fatal(err)
	}
	h.do(t, h.signed(t, editor, get, "/connectorsv2", "")).refused(t, 403, "UnrecognizedClientException", "revoked")
}

func TestARefusalForTheRateMaySendTheSameAgain(t *testing.T) {
	over := true
	var h *house
	h = opened(t, func(c *securityhubapi.Config) {
		c.Limit = func(credential string) (time.Duration, bool) {
			return 1500 * time.Millisecond, !over || h.role(credential) != access.Editor
		}
	})
	req := h.signed(t, h.keys[access.Editor], post, "/connectorsv2", `{"Name":"jira","Provider":{"JiraCloud":{}}}`)
	again, err := http.NewRequestWithContext(t.Context(), post, req.URL.String(), strings.NewReader(`{"Name":"jira","Provider":{"JiraCloud":{}}}`))
	if err != nil {
		t.Fatal(err)
	}
	again.Header = req.Header.Clone()
	got := h.do(t, req)
	got.refused(t, 429, "ThrottlingException", "Too many requests")
	if got.header.Get("Retry-After") != "2" || got.header.Get("X-Amz-Retry-After") != "1500" {
		t.Errorf("headers = %v", got.header)
	}
	over = false
	h.do(t, again).ok(t)
}

func TestWhatIsNoOperation(t *testing.T) {
	h := opened(t)
	for _, r := range [][2]string{
		{get, ""}, {get, "/"}, {get, "/connectorsv2/"}, {"PUT", "/connectorsv2"}, {"PUT", "/connectorsv2/" + unknown}, {post, "/connectorsv2/" + unknown},
		{"FOO", "/connectorsv2"}, {"OPTIONS", "/connectorsv2"}, {get, "/ticketsv2"}, {get, "/connectors"}, {get, "/tags/" + arn(account, unknown)}, {get, "/tags/"},
		{get, "//connectorsv2"}, {get, "/connectorsv2x"}, {patch, "/tags/x"},
	} {
		h.ask(t, access.Admin, r[0], r[1], "").refused(t, 404, "UnknownOperationException", "No operation")
		req, err := http.NewRequestWithContext(t.Context(), r[0], h.url+r[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		h.do(t, req).refused(t, 403, "MissingAuthenticationTokenException", "")
	}
	head := h.do(t, h.signed(t, h.keys[access.Admin], "HEAD", "/connectorsv2", ""))
	if head.status != 404 || head.header.Get("X-Amzn-Errortype") != "UnknownOperationException" || head.text != "" {
		t.Errorf("HEAD = %d %v %q", head.status, head.header, head.text)
	}
}

func TestBodiesThatAreNotRead(t *testing.T) {
	h := opened(t)
	h.ask(t, access.Editor, post, "/connectorsv2", `{"Name":"`+strings.Repeat("x", 1<<20)+`"}`).refused(t, 413, "RequestEntityTooLargeException", "1 MiB")
	packed := h.signed(t, h.keys[access.Editor], post, "/connectorsv2", "x")
	packed.Header.Set("Content-Encoding", "gzip")
	h.do(t, packed).refused(t, 415, "UnsupportedMediaTypeException", "unpacked")
}
