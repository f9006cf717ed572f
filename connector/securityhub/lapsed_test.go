package securityhub

import (
	"testing"

	"patchbay/connector"
)

func TestAConsentThatIsGoneIsSaid(t *testing.T) {
	for _, tt := range []struct {
		status     connector.Status
		code       string
		word, auth string
	}{
		{connector.Waiting, "JIRA_CONSENT_GONE", "PENDING_AUTHORIZATION", AuthFailed},
		{connector.Waiting, "OAUTH_NO_TOKENS", "PENDING_AUTHORIZATION", AuthFailed},
		{connector.Waiting, "OAUTH_NO_APPLICATION", "PENDING_CONFIGURATION", AuthActive},
		{connector.Waiting, "NEEDS_A_PERSON", "PENDING_CONFIGURATION", AuthActive},
		{connector.Failing, "JIRA_CLIENT_REFUSED", "FAILED_TO_CONNECT", AuthFailed},
		{connector.Failing, "JIRA_PROJECT_NOT_FOUND", "FAILED_TO_CONNECT", AuthActive},
		{connector.Healthy, "JIRA_READY", "CONNECTED", AuthActive},
		{connector.Unverified, "JIRA_CONSENT_GONE", "UNKNOWN", AuthActive}, // authorised again, and not asked since
	} {
		c := kept(connector.Draft{Type: jiraCloud, Name: "jira", Spec: &JiraCloud{CloudID: "c", AuthStatus: AuthActive}}, connector.Health{Status: tt.status, Code: tt.code})
		got := answer(here, c)
		if word, auth := got.Get("Health").Get("ConnectorStatus").Text(), got.Get("ProviderDetail").Get("JiraCloud").Get("AuthStatus").Text(); word != tt.word || auth != tt.auth {
			t.Errorf("answer when %s with %s = %s and %s, want %s and %s", tt.status, tt.code, word, auth, tt.word, tt.auth)
		}
	}
}
