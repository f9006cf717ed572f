package harness

import (
	"slices"
	"strings"

	"patchbay/connector"
)

// GitSSH is a Git server reached over SSH.
type GitSSH struct {
	Git
	SSHKeyRef string
	Delegate
}

var gitSSH = connector.Type{
	Vendor: vendorID, Name: "GitSsh", Title: "Git over SSH", Family: familyGit,
	Note: "Reads repositories over SSH with a private key.",
	New:  func() connector.Spec { return &GitSSH{Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *GitSSH) Fields() []connector.Field {
	return slices.Concat(
		s.Git.place(connector.SSHURL, "git@git.example.com:acme/app.git"),
		[]connector.Field{
			connector.Ref(&s.SSHKeyRef, "ssh_key_ref", "SSH key").Must().
				Hint("The secret that holds the private key.", "account.deploy_key"),
		},
		s.Git.trial(),
		s.Delegate.fields(),
	)
}

// Check asks for the list of refs, the cheapest request that proves the key. The user is the one that the address names,
// or git, as everywhere.
func (s *GitSSH) Check() connector.Check {
	user, _, named := strings.Cut(strings.TrimPrefix(s.URL, "ssh://"), "@")
	if !named || strings.Contains(user, "/") {
		user = "git"
	}
	return s.Git.refs(connector.ListRefs{
		User: connector.Plain(user),
		Key:  connector.Kept("ssh_key_ref", s.SSHKeyRef),
	})
}
