package harness

import (
	"slices"

	"patchbay/connector"
)

// AzureUserIdentity is a user-assigned managed identity of the host on which a delegate runs.
type AzureUserIdentity struct {
	Cloud
	ClientID string
	Delegate
}

var azureUserIdentity = connector.Type{
	Vendor: vendorID, Name: "AzureInheritFromDelegateUserAssignedManagedIdentity",
	Title: "Azure, user-assigned identity", Family: familyAzure,
	Note: "Signs in to Azure with a user-assigned managed identity of the delegate's host.",
	New:  func() connector.Spec { return &AzureUserIdentity{Cloud: publicCloud, Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *AzureUserIdentity) Fields() []connector.Field {
	return slices.Concat(
		s.Cloud.fields(),
		[]connector.Field{
			connector.Text(&s.ClientID, "client_id", "Client id").Must(connector.UUID).Code().
				Hint("The client id of the managed identity.", "99999999-8888-4777-8666-555555555555"),
		},
		s.Delegate.required(),
	)
}

// Check gets a token for the managed identity and lists the subscriptions.
func (s *AzureUserIdentity) Check() connector.Check {
	return connector.ReadAzure{Cloud: s.EnvironmentType, Identity: s.ClientID}
}
