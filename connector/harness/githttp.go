package harness

import (
	"slices"

	"patchbay/connector"
)

// GitHTTP is a Git server reached over HTTP, with the user name in clear.
type GitHTTP struct {
	Git
	Username, PasswordRef string
	Delegate
}

var gitHTTP = connector.Type{
	Vendor: vendorID, Name: "GitHttp", Title: "Git over HTTP", Family: familyGit,
	Note: "Reads repositories over HTTP with a user name and a password or token.",
	New:  func() connector.Spec { return &GitHTTP{Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *GitHTTP) Fields() []connector.Field {
	return slices.Concat(
		s.Git.place(connector.HTTPURL, "https://git.example.com/acme/app.git"),
		[]connector.Field{
			connector.Text(&s.Username, "username", "User name").Must().
				Hint("The account that may read the repository.", "svc-checkout"),
			connector.Ref(&s.PasswordRef, "password_ref", "Password").Must().
				Hint("The secret that holds the password or access token.", "account.git_token"),
		},
		s.Git.trial(),
		s.Delegate.fields(),
	)
}

// Check asks for the list of refs, the cheapest request that proves the password.
func (s *GitHTTP) Check() connector.Check {
	return s.Git.refs(connector.ListRefs{
		User:     connector.Plain(s.Username),
		Password: connector.Kept("password_ref", s.PasswordRef),
	})
}
