package harness

import (
	"patchbay/connector"
	"patchbay/connector/wire"
)

// LegacyAnswer gives the response object of the older API. Its clients were generated from a schema, so what is not set is there as
// null, as the vendor writes it.
func LegacyAnswer(w connector.Workspace, c *connector.Connector) wire.Value {
	t := typeNamed(c.Type)
	return wire.Obj(
		wire.M("connector", wire.Obj(
			wire.M("name", wire.Text(c.Name)),
			wire.M("identifier", wire.Text(c.Identifier)),
			wire.M("description", orNull(c.Description)),
			wire.M("accountIdentifier", wire.Text(w.Account)),
			wire.M("orgIdentifier", orNull(c.Scope.Org)),
			wire.M("projectIdentifier", orNull(c.Scope.Project)),
			wire.M("tags", c.Tags.Wire()),
			wire.M("type", wire.Text(t.Family)),
			wire.M("spec", legacySpec(t, wire.Obj(connector.Encode(c.Spec.Fields())...))),
		)),
		wire.M("createdAt", wire.Int(milliseconds(c.Created))),
		wire.M("lastModifiedAt", wire.Int(milliseconds(c.Updated))),
		wire.M("status", legacyStatus(c.Health)),
		wire.M("activityDetails", wire.Obj(wire.M("lastActivityTime", wire.Int(milliseconds(c.Updated))))),
		wire.M("harnessManaged", wire.Flag(false)),
		wire.M("gitDetails", wire.Obj()),
		wire.M("entityValidityDetails", wire.Obj(wire.M("valid", wire.Flag(true)), wire.M("invalidYaml", wire.Value{}))),
		wire.M("governanceMetadata", wire.Value{}),
		wire.M("isFavorite", wire.Flag(false)),
	)
}

// legacySpec is [entitySpec] with everything that the family knows, unset or not.
func legacySpec(t connector.Type, v1 wire.Value) wire.Value {
	switch t.Family {
	case familyGit:
		login := nullable(v1, "username", "username_ref", "password_ref")
		if gitKind(v1) == "Ssh" {
			login = nullable(v1, "ssh_key_ref")
		}
		return nullable(v1, "url", "validation_repo").and(wire.M("branchName", v1.Get("branch"))).and(where(v1)...).
			and(nullable(v1, "connection_type")...).and(wire.M("type", wire.Text(gitKind(v1))), wire.M("spec", login.object())).object()
	case familyArtifactory:
		kind, login := "Anonymous", wire.Value{}
		if t.Name != artifactoryAnonymous.Name {
			kind, login = "UsernamePassword", nullable(v1, "username", "username_ref", "password_ref").object()
		}
		return members{}.with(v1, "url", "artifactoryServerUrl").
			and(wire.M("auth", wire.Obj(wire.M("type", wire.Text(kind)), wire.M("spec", login)))).and(where(v1)...).object()
	case familyAppDynamics:
		kind := "UsernamePassword"
		if t.Name == appDynamicsClientID.Name {
			kind = "ApiClientToken"
		}
		return nullable(v1, "username").and(wire.M("accountname", v1.Get("account_name"))).
			and(nullable(v1, "controller_url", "password_ref", "client_id", "client_secret_ref")...).
			and(wire.M("authType", wire.Text(kind))).and(where(v1)...).object()
	case familyAzure:
		return members{wire.M("credential", legacyCredential(t, v1))}.and(nullable(v1, "azure_environment_type")...).and(where(v1)...).object()
	}
	return v1
}

func legacyCredential(t connector.Type, v1 wire.Value) wire.Value {
	kind, proof := azureKinds(t.Name)
	var own wire.Value
	if given := renamed(v1, "secret_ref", "certificate_ref", "client_id"); len(given) > 0 {
		own = given.object()
	}
	auth := wire.Obj(wire.M("type", wire.Text(proof)), wire.M("spec", own))
	return wire.Obj(wire.M("type", wire.Text(kind)),
		wire.M("spec", renamed(v1, "application_id", "tenant_id").and(wire.M("auth", auth)).object()))
}

// legacyStatus tells how the last test ended. On success there are no errors, and that is null here.
func legacyStatus(h connector.Health) wire.Value {
	var summary, errors wire.Value
	if h.Status == connector.Failing {
		summary, errors = wire.Text(Summary(h.Summary)), wire.List(Reason(h.Summary))
	}
	return wire.Obj(
		wire.M("status", wire.Text(StatusWord(h.Status))),
		wire.M("errorSummary", summary),
		wire.M("errors", errors),
		wire.M("testedAt", wire.Int(milliseconds(h.Checked))),
		wire.M("lastTestedAt", wire.Int(0)), // what the vendor's own servers always write
		wire.M("lastConnectedAt", wire.Int(milliseconds(h.Proven))),
		wire.M("lastAlertSent", wire.Value{}),
	)
}

// nullable takes the named members, their names in camelCase, and null for those that are not there.
func nullable(v1 wire.Value, names ...string) members {
	out := make(members, len(names))
	for i, name := range names {
		out[i] = wire.M(camel(name), v1.Get(name))
	}
	return out
}

func orNull(text string) wire.Value {
	if text == "" {
		return wire.Value{}
	}
	return wire.Text(text)
}

func typeNamed(name string) connector.Type {
	for _, t := range types {
		if t.Name == name {
			return t
		}
	}
	return connector.Type{Vendor: vendorID, Name: name}
}
