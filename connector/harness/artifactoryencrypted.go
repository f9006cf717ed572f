package harness

import (
	"slices"

	"patchbay/connector"
)

// ArtifactoryEncrypted is a server asked with a user name that is a secret too.
type ArtifactoryEncrypted struct {
	Server
	UsernameRef, PasswordRef string
	Delegate
}

var artifactoryEncrypted = connector.Type{
	Vendor: vendorID, Name: "ArtifactoryEncrypted", Title: "Artifactory, user name as a secret", Family: familyArtifactory,
	Note: "Reads artifacts; user name and password both come from secrets.",
	New:  func() connector.Spec { return &ArtifactoryEncrypted{Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *ArtifactoryEncrypted) Fields() []connector.Field {
	return slices.Concat(
		s.Server.fields(),
		[]connector.Field{
			connector.Ref(&s.UsernameRef, "username_ref", "User name").Must().
				Hint("The secret that holds the user name.", "account.artifactory_user"),
			connector.Ref(&s.PasswordRef, "password_ref", "Password").Must().
				Hint("The secret that holds the password or access token.", "account.artifactory_password"),
		},
		s.Delegate.fields(),
	)
}

// Check asks for the list of repositories with both secrets.
func (s *ArtifactoryEncrypted) Check() connector.Check {
	return connector.ReadArtifactory{
		URL:      s.URL,
		User:     connector.Kept("username_ref", s.UsernameRef),
		Password: connector.Kept("password_ref", s.PasswordRef),
	}
}
