package harness

import (
	"slices"

	"patchbay/connector"
)

// AzureSystemIdentity is the system-assigned managed identity of the host on which a delegate runs.
type AzureSystemIdentity struct {
	Cloud
	Delegate
}

var azureSystemIdentity = connector.Type{
	Vendor: vendorID, Name: "AzureInheritFromDelegateSystemAssignedManagedIdentity",
	Title: "Azure, system-assigned identity", Family: familyAzure,
	Note: "Signs in to Azure with the system-assigned managed identity of the delegate's host.",
	New:  func() connector.Spec { return &AzureSystemIdentity{Cloud: publicCloud, Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *AzureSystemIdentity) Fields() []connector.Field {
	return slices.Concat(s.Cloud.fields(), s.Delegate.required())
}

// Check gets a token for the host's own identity and lists the subscriptions.
func (s *AzureSystemIdentity) Check() connector.Check {
	return connector.ReadAzure{Cloud: s.EnvironmentType, System: true}
}
