package harness

import (
	"slices"

	"patchbay/connector"
)

// AppDynamicsClientID is a controller asked with the token of an API client.
type AppDynamicsClientID struct {
	Controller
	ClientID, ClientSecretRef string
	Selectors
}

var appDynamicsClientID = connector.Type{
	Vendor: vendorID, Name: "AppdynamicsClientId", Title: "AppDynamics, API client", Family: familyAppDynamics,
	Note: "Reads metrics from a controller with the token of an API client.",
	New:  func() connector.Spec { return &AppDynamicsClientID{} },
}

// Fields implements [connector.Spec].
func (s *AppDynamicsClientID) Fields() []connector.Field {
	return slices.Concat(
		s.Controller.fields(),
		[]connector.Field{
			connector.Text(&s.ClientID, "client_id", "Client name").Must(connector.NoSpaces).
				Hint("The API client's name on the controller, without the account name.", "harness-api"),
			connector.Ref(&s.ClientSecretRef, "client_secret_ref", "Client secret").Must().
				Hint("The secret that holds the API client's secret.", "account.appd_client_secret"),
		},
		s.Selectors.fields(),
	)
}

// Check gets a token for the API client and asks for the list of applications with it.
func (s *AppDynamicsClientID) Check() connector.Check {
	return connector.ReadAppDynamics{
		Controller: s.ControllerURL, Account: s.AccountName,
		Client: connector.Plain(s.ClientID),
		Secret: connector.Kept("client_secret_ref", s.ClientSecretRef),
	}
}
