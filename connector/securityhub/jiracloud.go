package securityhub

import (
	"slices"
	"strings"

	"patchbay/connector"
)

// JiraCloud is a project on Jira Cloud, reached by OAuth: a person authorises the connector once.
type JiraCloud struct {
	ProjectKey string
	Encryption
	// What authorisation brings.
	CloudID, Domain, AuthURL, AuthStatus string
}

var jiraCloud = connector.Type{
	Vendor: vendorID, Name: "JiraCloud", Title: "Jira Cloud", Family: "JiraCloud",
	Note: "Opens tickets for findings in a Jira Cloud project; a person authorises it once.",
	New:  func() connector.Spec { return &JiraCloud{} },
}

// Fields implements [connector.Spec].
func (s *JiraCloud) Fields() []connector.Field {
	return slices.Concat(
		[]connector.Field{
			connector.Text(&s.ProjectKey, "ProjectKey", "Project key").May(projectKey).Code().
				Hint("The short name of the project, as in SEC-123; it can be filled in after authorising.", "SEC"),
		},
		s.Encryption.fields(),
		[]connector.Field{
			connector.Text(&s.CloudID, "CloudId", "Cloud id").FromRegistry().Code().
				Hint("The site's id at Atlassian, known once the connector is authorised.", ""),
			connector.Text(&s.Domain, "Domain", "Site").FromRegistry().Code().
				Hint("The site's address, known once the connector is authorised.", ""),
			connector.Text(&s.AuthURL, "AuthUrl", "Authorisation address").FromRegistry().Code().
				Hint("Where a person authorises the connector.", ""),
			authStatus(&s.AuthStatus),
		},
	)
}

// Check asks for the project and for the right to create issues in it.
func (s *JiraCloud) Check() connector.Check {
	return connector.ReadJira{CloudID: s.CloudID, ProjectKey: s.ProjectKey, Site: s.Domain}
}

// Authorised reports whether a person has let the connector in.
func (s *JiraCloud) Authorised() bool { return s.AuthStatus == AuthActive }

// Start implements [connector.Starting]: before anything can be asked, a person authorises and a project is named.
func (s *JiraCloud) Start() (connector.Status, string) {
	if !s.Authorised() {
		return connector.Waiting, "A person has to authorise the connector at Atlassian first."
	}
	if s.ProjectKey == "" {
		return connector.Waiting, "The connector is authorised; its project key is still to be filled in."
	}
	return connector.Unverified, ""
}

// projectKey takes keys as Jira makes them, in the length that CloudFormation allows.
func projectKey(v string) string {
	good := len(v) >= 2 && len(v) <= 10 && v[0] >= 'A' && v[0] <= 'Z' && strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
	if !good {
		return "must have 2 to 10 characters: a capital letter first, then capital letters, digits or _, as in SEC."
	}
	return ""
}

// AuthURL is the address at which a person authorises a connector. The client id and the callback belong to the
// operator's own application at Atlassian; they are left out until it is set up.
func AuthURL(clientID, callback, state string) string {
	app := Atlassian()
	app.ClientID = clientID
	return authURL(app, callback, state)
}

func authURL(app connector.OAuthApp, callback, state string) string {
	out := app.AuthoriseURL + "?audience=" + queryEscaped(audience(app.API))
	for _, p := range [][2]string{
		{"client_id", app.ClientID},
		{"scope", "read:jira-work write:jira-work read:jira-user offline_access"},
		{"redirect_uri", callback},
		{"state", state},
	} {
		if p[1] != "" {
			out += "&" + p[0] + "=" + queryEscaped(p[1])
		}
	}
	return out + "&response_type=code&prompt=consent"
}

// queryEscaped writes all but the characters that RFC 3986 leaves free as %XX.
func queryEscaped(s string) string {
	const free = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(free, s[i]) >= 0 {
			out.WriteByte(s[i])
			continue
		}
		out.WriteByte('%')
		out.WriteByte(hex[s[i]>>4])
		out.WriteByte(hex[s[i]&15])
	}
	return out.String()
}
