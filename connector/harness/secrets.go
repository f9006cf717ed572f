package harness

import (
	"strings"

	"patchbay/connector"
)

// The prefixes by which a reference names a scope above its own.
const (
	ofAccount = "account."
	ofOrg     = "org."
)

// resolve reads a reference: account.x is a secret of the account, org.x one of the connector's own organisation, and x
// alone one of its own project. Only the first dot splits.
func resolve(at connector.Scope, ref string) (scope connector.Scope, name, wrong string) {
	prefix, rest, dotted := strings.Cut(ref, ".")
	switch {
	case dotted && prefix == "account":
		name = rest
	case dotted && prefix == "org" && at.Org != "":
		scope, name = connector.Scope{Org: at.Org}, rest
	case !dotted && at.Project != "":
		scope, name = at, ref
	case dotted && prefix == "project" && at.Project != "":
		return scope, "", "must not start with project.; a secret of the connector's own project is named without a prefix."
	default:
		return scope, "", prefixNeeded(at)
	}
	if name == "" {
		return scope, "", "must name a secret after the dot, as in account.git_token."
	}
	return scope, name, secretName(name)
}

func prefixNeeded(at connector.Scope) string {
	switch {
	case at.Project != "":
		return "must start with account. or org., or be the bare name of a secret of the project " + at.Project + "."
	case at.Org != "":
		return "must start with account. or org., since the connector lives in the organisation " + at.Org + "."
	}
	return "must start with account., since the connector lives in the account."
}

// reference is the reverse of resolve: how a connector at the scope names the secret, or "" where it cannot.
func reference(at connector.Scope, secret connector.SecretName) string {
	switch {
	case secret.Scope == connector.Scope{}:
		return ofAccount + secret.Name
	case secret.Scope.Project == "" && secret.Scope.Org == at.Org:
		return ofOrg + secret.Name
	case secret.Scope == at:
		return secret.Name
	}
	return ""
}

var secretLetters = connector.Spelled("a_", "a0_$-",
	"must name a secret by its identifier: a letter or _ first, then letters, digits, _, $ or - only.")

// secretName takes the identifier of a secret, which unlike a connector's may have hyphens.
func secretName(v string) string {
	if wrong := secretLetters(v); wrong != "" {
		return wrong
	}
	return connector.Longest(128)(v)
}
