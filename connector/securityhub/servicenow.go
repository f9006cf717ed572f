package securityhub

import (
	"slices"
	"strings"

	"patchbay/connector"
)

// ServiceNow is a ServiceNow instance, reached with client credentials that a secret holds.
type ServiceNow struct {
	InstanceName, SecretArn string
	Encryption
	AuthStatus string
}

var serviceNow = connector.Type{
	Vendor: vendorID, Name: "ServiceNow", Title: "ServiceNow", Family: "ServiceNow",
	Note: "Opens incidents for findings on a ServiceNow instance.",
	New:  func() connector.Spec { return &ServiceNow{} },
}

// Fields implements [connector.Spec].
func (s *ServiceNow) Fields() []connector.Field {
	return slices.Concat(
		[]connector.Field{
			connector.Text(&s.InstanceName, "InstanceName", "Instance").Must(connector.Longest(128), instance).Once().Code().
				Hint("The instance's name, host or https:// address.", "acme.service-now.com"),
			connector.Ref(&s.SecretArn, "SecretArn", "Credentials secret").Must().
				Hint("The ARN of the secret with ClientId and ClientSecret.",
					"arn:aws:secretsmanager:us-east-1:123456789012:secret:ServiceNow-AbCdEf"),
		},
		s.Encryption.fields(),
		[]connector.Field{authStatus(&s.AuthStatus)},
	)
}

// Check gets a token with the client credentials and reads one row of a table.
func (s *ServiceNow) Check() connector.Check {
	return connector.ReadServiceNow{Address: s.Address(), Client: connector.Kept("SecretArn", s.SecretArn)}
}

// Address is https://HOST, however the instance was named; "" when no host can be made of it.
func (s *ServiceNow) Address() string {
	address := s.InstanceName
	if !strings.Contains(address, "://") {
		if strings.ContainsAny(address, "/?#") {
			return ""
		}
		if !strings.ContainsAny(address, ".:") {
			address += ".service-now.com"
		}
		address = "https://" + address
	}
	if connector.HTTPSURL(address) != "" {
		return ""
	}
	origin, _ := connector.OriginOf(address) // an address that passed the rule has one
	return strings.TrimSuffix(string(origin), ":443")
}

func instance(v string) string {
	if (&ServiceNow{InstanceName: v}).Address() == "" {
		return "must be an instance's name such as acme, its host such as acme.service-now.com, or its https:// address."
	}
	return ""
}
