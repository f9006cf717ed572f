package probe_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
)

func TestEveryEndOfARenewalHasItsCode(t *testing.T) {
	const server = connector.Origin("https://auth.atlassian.com:443")
	for _, tt := range []struct {
		err    error
		status connector.Status
		code   string
		says   string
	}{
		{&connector.Unrenewed{Why: connector.ConsentGone, Server: server, Seen: "403 Forbidden"}, connector.Waiting, "JIRA_CONSENT_GONE", "403 Forbidden"},
		{&connector.Unrenewed{Why: connector.ConsentEnded, Server: server}, connector.Waiting, "JIRA_CONSENT_ENDED", "gave none to renew it with"},
		{&connector.Unrenewed{Why: connector.ClientRefused, Server: server, Seen: "401 Unauthorized"}, connector.Failing, "JIRA_CLIENT_REFUSED", "401 Unauthorized"},
		{&connector.Unrenewed{Why: connector.RenewalRefused, Server: server, Seen: "400 Bad Request"}, connector.Failing, "JIRA_RENEWAL_REFUSED", "400 Bad Request"},
		{&connector.Unrenewed{Why: connector.RenewalUnanswered, Server: server, Err: errors.New("EOF")}, connector.Failing, "JIRA_RENEWAL_UNANSWERED", "no whole answer came back: EOF"},
		{&connector.Unrenewed{Why: connector.RenewalUnusable, Server: server, Seen: "a token of another kind"}, connector.Failing, "JIRA_RENEWAL_UNUSABLE", "another kind"},
		{&connector.Unrenewed{Why: connector.RenewalNotKept, Server: server}, connector.Unverified, "JIRA_RENEWAL_NOT_KEPT", "could not be kept"},
		{&connector.Unrenewed{Why: connector.TokensUnreadable, Server: server}, connector.Unverified, "JIRA_TOKENS_UNREADABLE", "could not be read"},
		{&connector.Unrenewed{Why: connector.RenewalElsewhere, Server: server, Seen: "another address"}, connector.Failing, "REDIRECTED", "on to another address"},
		{&connector.Unrenewed{Why: connector.RenewalBusy, Server: server, Seen: "429 Too Many Requests"}, connector.Degraded, "RATE_LIMITED", "429"},
		{&connector.Unrenewed{Why: connector.RenewalTrouble, Server: server, Seen: "502 Bad Gateway"}, connector.Failing, "SERVER_ERROR", "502"},
		{&connector.Unrenewed{Why: connector.RenewalUnreached, Server: server, Err: errors.New("elsewhere")}, connector.Failing, "SECRET_NOT_ALLOWED_HERE", string(server)},
		{&connector.Unrenewed{Why: connector.RenewalUnreached, Server: server, Reached: "Resolve", Err: &net.DNSError{IsNotFound: true}}, connector.Failing, "DNS_NOT_FOUND", string(server)},
		{&connector.Unrenewed{Why: connector.RenewalUnreached, Server: server, Reached: "Connect", Err: context.DeadlineExceeded}, connector.Failing, "CONNECT_TIMEOUT", string(server)},
		{context.Canceled, connector.Unverified, "CANCELLED", "cancelled"},
	} {
		got := loopback(time.Second).Ask(t.Context(), connector.Question{Check: connector.ReadJira{CloudID: "c", ProjectKey: "SEC"},
			Bearer: func(connector.Until, bool) (connector.Bearer, error) { return connector.Bearer{}, tt.err }})
		want(t, got, tt.status, tt.code)
		if !strings.Contains(got.Text, tt.says) {
			t.Errorf("%s says %q, want %q in it", got.Code, got.Text, tt.says)
		}
		if got.Next == "" || states(got) != "Authenticate failed, Resolve skipped, Connect skipped, TLS skipped, HTTP skipped, Authorise skipped, Use skipped" {
			t.Errorf("%s: next step %q, steps = %s", got.Code, got.Next, states(got))
		}
	}
}
