package securityhub

import "slices"

// identityCodes are the codes of checks that ended because the other side did not take the credentials, or a person's consent is good no
// more. To the API these are failures of the authentication: AuthStatus is FAILED and the issue AUTHENTICATION_FAILURE. Every other failure
// leaves the authentication as it was.
var identityCodes = []string{
	"JIRA_CONSENT_GONE", "JIRA_CONSENT_ENDED", "JIRA_CLIENT_REFUSED", "JIRA_TOKEN_REFUSED", "JIRA_SCOPE_MISSING",
	"JIRA_NOT_AUTHORISED", "JIRA_SITE_GONE", "OAUTH_NO_TOKENS", "OAUTH_APPLICATION_CHANGED",
	"SERVICENOW_AUTH_REFUSED", "SERVICENOW_GRANT_OFF", "SERVICENOW_TOKEN_REFUSED", "SERVICENOW_SECRET_UNREADABLE", "SECRET_MISSING",
	"SECRET_SEALED",
}

// IdentityCodes gives that list.
func IdentityCodes() []string { return slices.Clone(identityCodes) }

func isIdentity(code string) bool { return slices.Contains(identityCodes, code) }
