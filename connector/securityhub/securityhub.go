// Package securityhub declares the connector types of AWS Security Hub and the way its ConnectorV2 API writes them.
package securityhub

import (
	"strings"

	"patchbay/connector"
)

const vendorID = "securityhub"

// types is the list of all types that this release knows. Others are kept as they come.
var types = []connector.Type{
	jiraCloud,
	serviceNow,
}

// Vendor gives AWS Security Hub with its types.
func Vendor() *connector.Vendor {
	return &connector.Vendor{
		ID: vendorID, Name: "AWS Security Hub", Short: "Security Hub", Mark: "SH",
		Tenancy: "AWS account", Regions: true, Door: "/api/securityhub",
		Types:       types,
		AccountRule: accountNumber,
		Fields:      fields,
		Whole:       whole,
		Resolve:     resolve,
		Reference:   func(_ connector.Scope, secret connector.SecretName) string { return secret.Name },
		SecretRule:  secretARN,
		Give:        give,
		Create:      create,
		Answer:      answer,
		Terraform:   terraform,
	}
}

// fields declares what every connector has, whatever its provider. The identifier is the registry's.
func fields(d *connector.Draft) []connector.Field {
	return []connector.Field{
		connector.Text(&d.Name, "name", "Name").Must(blank, connector.Longest(64)).Once().
			Hint("Unique in the account and region; it cannot change later.", "Findings to Jira"),
		connector.Long(&d.Description, "description", "Description").May(blank, connector.Longest(256)).
			Hint("What the connector is for.", "High findings of production"),
		connector.Labels(&d.Tags, "tags", "Tags").May(tagKey).
			Hint("One to a line, as key:value or a key alone.", "team:sec"),
	}
}

// Encryption is what both providers share: the key that the vendor encrypts a connector's data with.
type Encryption struct{ KMSKeyArn string }

const kmsKey = "KmsKeyArn"

func (e *Encryption) fields() []connector.Field {
	return []connector.Field{
		connector.Text(&e.KMSKeyArn, kmsKey, "KMS key").May(kmsARN).Once().Code().
			Hint("The ARN of your own key; left empty, the vendor's key is used. It cannot change later.",
				"arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"),
	}
}

// AuthActive and AuthFailed are the vendor's words for how authorisation stands; before the first one there is none.
const (
	AuthActive = "ACTIVE"
	AuthFailed = "FAILED"
)

func authStatus(p *string) connector.Field {
	return connector.Text(p, "AuthStatus", "Authorisation").FromRegistry().
		Hint("Whether the other side lets the connector in.", "")
}

func accountNumber(v string) string {
	if len(v) != 12 || connector.Digits(v) != "" {
		return "must have 12 digits, as in 123456789012."
	}
	return ""
}

func blank(v string) string {
	if strings.TrimSpace(v) == "" {
		return "must not be only spaces."
	}
	return ""
}

func whole(d *connector.Draft) connector.Problems {
	out := connector.AtMostTags(d.Tags, 50)
	for _, tag := range d.Tags {
		if wrong := connector.Longest(256)(tag.Value); wrong != "" {
			out = append(out, connector.Problem{Field: "tags", Text: "Tags cannot have the value of “" + tag.Key + "”, which " + wrong})
		}
	}
	return out
}

// tagKey takes what the API's pattern takes. Inside its class, + to = is a range, so digits and , . / : ; < are in it.
func tagKey(v string) string {
	if v == "" || len(v) > 128 {
		return "must have 1 to 128 characters."
	}
	if strings.HasPrefix(v, "aws:") {
		return "must not start with aws:, which belongs to AWS."
	}
	for _, r := range v {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '+' && r <= '=' || r == '_') {
			return "must have only letters without accents, digits and + - = . _ : / , ; <."
		}
	}
	return ""
}

// resolve takes a secret by its ARN, which is its name here.
func resolve(_ connector.Scope, ref string) (scope connector.Scope, name, wrong string) {
	return connector.Scope{}, ref, secretARN(ref)
}

// give fills in the identifier, and for Jira the address at which a person authorises the connector.
func give(d *connector.Draft, g connector.Giver) error {
	d.Identifier = g.UUID()
	if jira, ok := d.Spec.(*JiraCloud); ok {
		jira.Await(d.Identifier, g)
	}
	return nil
}
