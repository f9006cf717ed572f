package views

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
)

func TestAConsentThatIsGoodNoMoreIsNotCalledAuthorised(t *testing.T) {
	const gone, fine = "that is good no more", "The connector is authorised."
	for _, tt := range []struct {
		health connector.Health
		role   access.Role
		says   string
		button bool
	}{
		{connector.Health{Status: connector.Waiting, Code: "JIRA_CONSENT_GONE"}, access.Editor, gone, true},
		{connector.Health{Status: connector.Waiting, Code: "JIRA_CONSENT_GONE"}, access.Viewer, gone, false},
		{connector.Health{Status: connector.Waiting, Code: "NEEDS_A_PERSON"}, access.Editor, fine, true}, // its project is missing
		{connector.Health{Status: connector.Waiting}, access.Editor, fine, true},
		{connector.Health{Status: connector.Healthy, Code: "JIRA_READY"}, access.Editor, fine, true},
		{connector.Health{Status: connector.Failing, Code: "JIRA_SITE_GONE"}, access.Editor, fine, true},
	} {
		p := ConnectorPage{Shell: shell("Jira", "/connectors/c1"), Applied: true,
			Connector: connector.Connector{ID: "c1", Name: "Jira", Spec: &securityhub.JiraCloud{AuthStatus: securityhub.AuthActive}, Health: tt.health}}
		user := *p.User
		user.Role = tt.role
		p.User = &user
		var out bytes.Buffer
		if err := authorise(p).Render(context.Background(), &out); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.Contains(text, tt.says) || strings.Contains(text, gone) != (tt.says == gone) || strings.Contains(text, "Authorise again") != tt.button {
			t.Errorf("for a %s, %s with %q it says %s, want %q and a button: %v", tt.role, tt.health.Status, tt.health.Code, text, tt.says, tt.button)
		}
	}
}
