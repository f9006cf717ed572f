package harness

import (
	"slices"
	"strings"

	"patchbay/connector"
)

// AppDynamics is a controller asked with the name and password of a user.
type AppDynamics struct {
	Controller
	Username, PasswordRef string
	Selectors
}

var appDynamics = connector.Type{
	Vendor: vendorID, Name: "Appdynamics", Title: "AppDynamics", Family: familyAppDynamics,
	Note: "Reads metrics from a controller with a user name and a password.",
	New:  func() connector.Spec { return &AppDynamics{} },
}

// Fields implements [connector.Spec].
func (s *AppDynamics) Fields() []connector.Field {
	return slices.Concat(
		s.Controller.fields(),
		[]connector.Field{
			connector.Text(&s.Username, "username", "User name").Must().
				Hint("The user on the controller, without the account name.", "harness-reader"),
			connector.Ref(&s.PasswordRef, "password_ref", "Password").Must().
				Hint("The secret that holds the user's password.", "account.appd_password"),
		},
		s.Selectors.fields(),
	)
}

// Check asks for the list of applications with the user's password.
func (s *AppDynamics) Check() connector.Check {
	return connector.ReadAppDynamics{
		Controller: s.ControllerURL, Account: s.AccountName,
		User:     connector.Plain(s.Username),
		Password: connector.Kept("password_ref", s.PasswordRef),
	}
}

// Controller is what both AppDynamics types share.
type Controller struct{ AccountName, ControllerURL string }

func (c *Controller) fields() []connector.Field {
	return []connector.Field{
		connector.Text(&c.AccountName, "account_name", "Account name").Must(connector.NoSpaces).
			Hint("The tenant on the controller; customer1 on a server of your own.", "customer1"),
		connector.Text(&c.ControllerURL, "controller_url", "Controller URL").Must(connector.HTTPURL).Code().
			Hint("The address of the controller; a slash is put at its end.", "https://appd.example.com/controller/"),
	}
}

// Tidy implements [connector.Tidying]: the vendor answers the address with a slash at its end.
func (c *Controller) Tidy() {
	if c.ControllerURL != "" && !strings.HasSuffix(c.ControllerURL, "/") && !strings.ContainsAny(c.ControllerURL, "?#") {
		c.ControllerURL += "/"
	}
}

// Advice implements [connector.Advising].
func (c *Controller) Advice() connector.Problems {
	return inClear("controller_url", "Controller URL", c.ControllerURL)
}
