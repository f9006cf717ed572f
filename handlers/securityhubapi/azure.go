package securityhubapi

import (
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// azure is the provider that this release keeps without knowing it. Its members are looked at all the same, since the API
// says what they must be.
const azure = "Azure"

// mostEntries is how many regions or scope values a connector may name.
const mostEntries = 100

// unknownProvider lists what is wrong with a connector whose provider is kept as it comes.
func unknownProvider(name string, body wire.Value) connector.Problems {
	var problems connector.Problems
	if len(name) > 64 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" {
		problems = append(problems, connector.Problem{Field: "Provider", Text: "Its member must be named like a provider, such as JiraCloud or ServiceNow."})
	}
	if !body.Get(kmsKey).IsNull() {
		problems = append(problems, connector.Problem{Field: kmsKey, Text: "A key cannot be kept for a provider that this release does not know. Leave it out."})
	}
	if name != azure {
		return problems
	}
	inner := body.Get("Provider").Get(azure)
	if v := inner.Get("AWSConfigConnectorArn"); v.Kind() != wire.String || strings.TrimSpace(v.Text()) == "" {
		problems = append(problems, connector.Problem{Field: "Provider.Azure.AWSConfigConnectorArn", Text: "It is required and must be the ARN of a connector of AWS Config."})
	}
	return append(problems, azureScope(inner)...)
}

// changedAzure lists what is wrong with a change: scope and regions come together, and the ARN stays.
func changedAzure(inner wire.Value, old connector.Connector) connector.Problems {
	if inner.IsNull() {
		return nil
	}
	problems := azureScope(inner)
	const fixed = "AWSConfigConnectorArn"
	if to := inner.Get(fixed); !to.IsNull() && to.JSON() != wire.Obj(old.Extra...).Get(fixed).JSON() {
		problems = append(problems, connector.Problem{Field: "Provider.Azure." + fixed, Text: "It cannot change after a connector was created."})
	}
	return problems
}

func azureScope(inner wire.Value) connector.Problems {
	var problems connector.Problems
	wrong := func(field, text string) {
		problems = append(problems, connector.Problem{Field: "Provider.Azure." + field, Text: text})
	}
	if n, ok := texts(inner.Get("AzureRegions")); !ok || n < 1 || n > mostEntries {
		wrong("AzureRegions", "It is required and must be an array of 1 to 100 strings that are not blank.")
	}
	scope := inner.Get("ScopeConfiguration")
	switch scope.Get("ScopeType").Text() {
	case "TENANT", "SUBSCRIPTION":
	default:
		wrong("ScopeConfiguration.ScopeType", "It is required and must be TENANT or SUBSCRIPTION.")
	}
	if n, ok := texts(scope.Get("ScopeValues")); !scope.Get("ScopeValues").IsNull() && (!ok || n > mostEntries) {
		wrong("ScopeConfiguration.ScopeValues", "It must be an array of at most 100 strings that are not blank.")
	}
	return problems
}

// texts counts the strings of an array; ok is false when it is none, or one of them is blank.
func texts(v wire.Value) (n int, ok bool) {
	for _, item := range v.Items() {
		if item.Kind() != wire.String || strings.TrimSpace(item.Text()) == "" {
			return 0, false
		}
	}
	return len(v.Items()), v.Kind() == wire.Array
}
