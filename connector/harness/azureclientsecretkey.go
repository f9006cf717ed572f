package harness

import (
	"slices"

	"patchbay/connector"
)

// AzureClientSecretKey is an application that proves itself with a client secret.
type AzureClientSecretKey struct {
	Cloud
	Application
	SecretRef string
	Delegate
}

var azureClientSecretKey = connector.Type{
	Vendor: vendorID, Name: "AzureClientSecretKey", Title: "Azure, client secret", Family: familyAzure,
	Note: "Signs in to Azure as an application with a client secret.",
	New:  func() connector.Spec { return &AzureClientSecretKey{Cloud: publicCloud, Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *AzureClientSecretKey) Fields() []connector.Field {
	return slices.Concat(
		s.Cloud.fields(),
		s.Application.fields(),
		[]connector.Field{
			connector.Ref(&s.SecretRef, "secret_ref", "Client secret").Must().
				Hint("The secret that holds the application's client secret.", "account.azure_client_secret"),
		},
		s.Delegate.fields(),
	)
}

// Check gets a token with the client secret and lists the subscriptions.
func (s *AzureClientSecretKey) Check() connector.Check {
	return connector.ReadAzure{
		Cloud: s.EnvironmentType, Tenant: s.TenantID, Application: s.ApplicationID,
		Secret: connector.Kept("secret_ref", s.SecretRef),
	}
}
