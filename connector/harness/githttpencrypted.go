package harness

import (
	"slices"

	"patchbay/connector"
)

// GitHTTPEncrypted is a Git server reached over HTTP, whose user name is a secret too.
type GitHTTPEncrypted struct {
	Git
	UsernameRef, PasswordRef string
	Delegate
}

var gitHTTPEncrypted = connector.Type{
	Vendor: vendorID, Name: "GitHttpEncrypted", Title: "Git over HTTP, user name as a secret", Family: familyGit,
	Note: "Reads repositories over HTTP; user name and password both come from secrets.",
	New:  func() connector.Spec { return &GitHTTPEncrypted{Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *GitHTTPEncrypted) Fields() []connector.Field {
	return slices.Concat(
		s.Git.place(connector.HTTPURL, "https://git.example.com/acme/app.git"),
		[]connector.Field{
			connector.Ref(&s.UsernameRef, "username_ref", "User name").Must().
				Hint("The secret that holds the user name.", "account.git_user"),
			connector.Ref(&s.PasswordRef, "password_ref", "Password").Must().
				Hint("The secret that holds the password or access token.", "account.git_token"),
		},
		s.Git.trial(),
		s.Delegate.fields(),
	)
}

// Check asks for the list of refs, the cheapest request that proves both secrets.
func (s *GitHTTPEncrypted) Check() connector.Check {
	return s.Git.refs(connector.ListRefs{
		User:     connector.Kept("username_ref", s.UsernameRef),
		Password: connector.Kept("password_ref", s.PasswordRef),
	})
}
