package harness

import (
	"slices"

	"patchbay/connector"
)

// ArtifactoryAnonymous is a server that answers without credentials.
type ArtifactoryAnonymous struct {
	Server
	Delegate
}

var artifactoryAnonymous = connector.Type{
	Vendor: vendorID, Name: "ArtifactoryAnonymous", Title: "Artifactory, anonymous", Family: familyArtifactory,
	Note: "Reads artifacts of a server that asks for no credentials.",
	New:  func() connector.Spec { return &ArtifactoryAnonymous{Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *ArtifactoryAnonymous) Fields() []connector.Field {
	return slices.Concat(s.Server.fields(), s.Delegate.fields())
}

// Check asks for the list of repositories without credentials.
func (s *ArtifactoryAnonymous) Check() connector.Check {
	return connector.ReadArtifactory{URL: s.URL}
}

// Advice implements [connector.Advising]. Nothing secret travels, so http:// needs no warning.
func (*ArtifactoryAnonymous) Advice() connector.Problems { return nil }
