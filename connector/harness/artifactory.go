package harness

import (
	"slices"

	"patchbay/connector"
)

// Artifactory is a server asked with a user name in clear and a password.
type Artifactory struct {
	Server
	Username, PasswordRef string
	Delegate
}

var artifactory = connector.Type{
	Vendor: vendorID, Name: "Artifactory", Title: "Artifactory", Family: familyArtifactory,
	Note: "Reads artifacts with a user name and a password or token.",
	New:  func() connector.Spec { return &Artifactory{Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *Artifactory) Fields() []connector.Field {
	return slices.Concat(
		s.Server.fields(),
		[]connector.Field{
			connector.Text(&s.Username, "username", "User name").Must().
				Hint("The account that may read all repositories.", "ci-reader"),
			connector.Ref(&s.PasswordRef, "password_ref", "Password").Must().
				Hint("The secret that holds the password or access token.", "account.artifactory_password"),
		},
		s.Delegate.fields(),
	)
}

// Check asks for the list of repositories with user name and password.
func (s *Artifactory) Check() connector.Check {
	return connector.ReadArtifactory{
		URL:      s.URL,
		User:     connector.Plain(s.Username),
		Password: connector.Kept("password_ref", s.PasswordRef),
	}
}

// Server is what all Artifactory types share.
type Server struct{ URL string }

func (s *Server) fields() []connector.Field {
	return []connector.Field{
		connector.Text(&s.URL, "url", "Artifactory URL").Must(connector.HTTPURL).Code().
			Hint("The base address of the server; it usually ends in /artifactory.", "https://repo.example.com/artifactory"),
	}
}

// Advice implements [connector.Advising].
func (s *Server) Advice() connector.Problems { return inClear("url", "Artifactory URL", s.URL) }
