package harness

import (
	"strings"

	"patchbay/connector"
)

// Cloud is which of the Azure clouds is meant.
type Cloud struct{ EnvironmentType string }

// publicCloud is what the vendor takes when nothing is said.
var publicCloud = Cloud{"AZURE"}

func (c *Cloud) fields() []connector.Field {
	return []connector.Field{
		connector.Choice(&c.EnvironmentType, "azure_environment_type", "Azure cloud",
			"AZURE: the public cloud", "AZURE_US_GOVERNMENT: the cloud of the US government").Must().
			Hint("Where the subscriptions live.", "AZURE"),
	}
}

// Application is an app registration in a tenant.
type Application struct{ ApplicationID, TenantID string }

func (a *Application) fields() []connector.Field {
	return []connector.Field{
		connector.Text(&a.ApplicationID, "application_id", "Application id").Must(connector.UUID).Code().
			Hint("The client id of the app registration.", "11111111-2222-4333-8444-555555555555"),
		connector.Text(&a.TenantID, "tenant_id", "Tenant id").Must(tenant).Code().
			Hint("The directory that the application is registered in.", "66666666-7777-4888-9999-aaaaaaaaaaaa"),
	}
}

// tenant takes the UUID of a directory or one of its domains.
func tenant(v string) string {
	domain := strings.Contains(v, ".") && connector.Host(v) == "" &&
		!strings.ContainsAny(v[:1], "[.0123456789") && !strings.HasSuffix(v, ".")
	if connector.IsUUID(v) || domain {
		return ""
	}
	return "must be a UUID or a domain of the directory, such as contoso.onmicrosoft.com."
}
