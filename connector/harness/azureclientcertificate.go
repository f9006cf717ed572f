package harness

import (
	"slices"

	"patchbay/connector"
)

// AzureClientCertificate is an application that proves itself with a certificate.
type AzureClientCertificate struct {
	Cloud
	Application
	CertificateRef string
	Delegate
}

var azureClientCertificate = connector.Type{
	Vendor: vendorID, Name: "AzureClientCertificate", Title: "Azure, client certificate", Family: familyAzure,
	Note: "Signs in to Azure as an application with a certificate.",
	New:  func() connector.Spec { return &AzureClientCertificate{Cloud: publicCloud, Delegate: onDelegate} },
}

// Fields implements [connector.Spec].
func (s *AzureClientCertificate) Fields() []connector.Field {
	return slices.Concat(
		s.Cloud.fields(),
		s.Application.fields(),
		[]connector.Field{
			connector.Ref(&s.CertificateRef, "certificate_ref", "Client certificate").Must().
				Hint("The secret that holds the certificate with its private key, PEM.", "account.azure_client_pem"),
		},
		s.Delegate.fields(),
	)
}

// Check gets a token with the certificate and lists the subscriptions.
func (s *AzureClientCertificate) Check() connector.Check {
	return connector.ReadAzure{
		Cloud: s.EnvironmentType, Tenant: s.TenantID, Application: s.ApplicationID,
		Certificate: connector.Kept("certificate_ref", s.CertificateRef),
	}
}
