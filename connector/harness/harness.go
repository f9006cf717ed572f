// Package harness declares the connector types of Harness and the way its API writes them.
package harness

import (
	"strings"

	"patchbay/connector"
)

const vendorID = "harness"

// The families of types. On an update a type may turn into another one of its family.
const (
	familyGit         = "Git"
	familyArtifactory = "Artifactory"
	familyAppDynamics = "AppDynamics"
	familyAzure       = "Azure"
)

// types is the list of all types that the v1 API knows, in the order in which people choose.
var types = []connector.Type{
	gitHTTP,
	gitHTTPEncrypted,
	gitSSH,
	artifactory,
	artifactoryEncrypted,
	artifactoryAnonymous,
	appDynamics,
	appDynamicsClientID,
	azureClientSecretKey,
	azureClientCertificate,
	azureUserIdentity,
	azureSystemIdentity,
}

// Vendor gives Harness with its types.
func Vendor() *connector.Vendor {
	return &connector.Vendor{
		ID: vendorID, Name: "Harness", Short: "Harness", Mark: "H",
		Tenancy: "Account id", Scoped: true, Door: "/api/harness",
		Types:       types,
		AccountRule: accountID,
		Fields:      fields,
		Whole:       whole,
		Resolve:     resolve,
		Reference:   reference,
		SecretRule:  secretName,
		Create:      create,
		Answer:      answer,
		Terraform:   terraform,
	}
}

// fields declares what every connector has, whatever its type.
func fields(d *connector.Draft) []connector.Field {
	return []connector.Field{
		connector.Text(&d.Name, "name", "Name").Must(nameLetters, connector.Longest(127)).
			Hint("For people; it can change and need not be unique.", "Checkout Git"),
		connector.Text(&d.Identifier, "identifier", "Identifier").
			Must(identifierLetters, connector.Longest(128), connector.NotOneOf(reserved)).Once().Code().
			Hint("Left empty, it is made from the name. It cannot change later.", "checkout_git"),
		connector.Long(&d.Description, "description", "Description").
			Hint("What the connector is for.", "Source of the checkout service"),
		connector.Text(&d.Scope.Org, "org", "Organisation").May(scopeLetters, connector.Longest(128)).Once().Code().
			Hint("Left empty, the connector lives in the account.", ""),
		connector.Text(&d.Scope.Project, "project", "Project").May(scopeLetters, connector.Longest(128)).Once().Code().
			Hint("Left empty, the connector lives in the organisation or the account.", ""),
		connector.Labels(&d.Tags, "tags", "Tags").May(tagKey).
			Hint("One to a line, as key:value or a key alone.", "team:payments"),
	}
}

// reserved are words that no identifier may be: the union of what the vendor's documents and its servers refuse, and the
// one connector that belongs to the vendor.
const reserved = "or and eq ne lt gt le ge div mod not null true false new var return step parallel stepGroup org account " +
	"class shellScriptProvisioner status liteEngineTask harnessSecretManager"

var (
	nameLetters = connector.Spelled("a0-_ ", "a0-_ ",
		"must have only letters without accents, digits, spaces, - and _.")
	identifierLetters = connector.Spelled("a_", "a0_$",
		"must start with a letter or _ and go on with letters, digits, _ or $ only.")
	scopeLetters = connector.Spelled("a_", "a0-_ ",
		"must start with a letter or _ and go on with letters, digits, spaces, - or _ only.")
)

// accountID takes what account ids look like: URL-safe base64.
func accountID(v string) string {
	if wrong := connector.Longest(64)(v); wrong != "" {
		return wrong
	}
	return connector.Spelled("a0-_", "a0-_", "must have only letters, digits, - and _, as in AbCdEfGhIjKlMnOpQrStUv.")(v)
}

func tagKey(v string) string {
	if v == "" {
		return "must not be empty. Write key:value, or remove the line."
	}
	return ""
}

func whole(d *connector.Draft) connector.Problems {
	var out connector.Problems
	if d.Name != "" && strings.TrimSpace(d.Name) == "" {
		out = append(out, connector.Problem{Field: "name", Text: "Name must not be only spaces."})
	}
	if d.Scope.Project != "" && d.Scope.Org == "" {
		out = append(out, connector.Problem{Field: "org", Text: "Organisation is required when a project is given."})
	}
	return append(out, connector.AtMostTags(d.Tags, 128)...)
}

// IdentifierFrom makes an identifier from a name as the vendor's own pages do: what an identifier cannot hold becomes _
// or goes. It is always valid and never a reserved word.
func IdentifierFrom(name string) string {
	var out strings.Builder
	for _, r := range strings.TrimSpace(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '$' && out.Len() > 0:
			out.WriteRune(r)
		case r >= '0' && r <= '9':
			if out.Len() == 0 {
				out.WriteByte('_')
			}
			out.WriteRune(r)
		case strings.ContainsRune(" \t-./:", r):
			out.WriteByte('_')
		}
	}
	id := out.String()
	if strings.Trim(id, "_") == "" {
		return "connector"
	}
	if len(id) > 128 {
		id = id[:128]
	}
	if connector.NotOneOf(reserved)(id) != "" {
		id += "_"
	}
	return id
}
