package harness

import (
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// EntityForm gives the connector as the vendor's YAML editor and its older API write it: camelCase names, a family
// instead of a type, and credentials in objects of their own.
func EntityForm(c *connector.Connector) wire.Value {
	t, _ := Vendor().Type(c.Type)
	members := []wire.Member{
		wire.M("name", wire.Text(c.Name)),
		wire.M("identifier", wire.Text(c.Identifier)),
	}
	members = given(members,
		wire.M("description", wire.Text(c.Description)),
		wire.M("orgIdentifier", wire.Text(c.Scope.Org)),
		wire.M("projectIdentifier", wire.Text(c.Scope.Project)),
		wire.M("tags", c.Tags.Wire()),
	)
	return wire.Obj(wire.M("connector", wire.Obj(append(members,
		wire.M("type", wire.Text(t.Family)),
		wire.M("spec", entitySpec(t, wire.Obj(connector.Encode(c.Spec.Fields())...))),
	)...)))
}

// entitySpec turns a spec of the v1 API into the entity form of its family.
func entitySpec(t connector.Type, v1 wire.Value) wire.Value {
	switch t.Family {
	case familyGit:
		return renamed(v1, "url", "connection_type").and(
			wire.M("type", wire.Text(gitKind(v1))),
			wire.M("spec", renamed(v1, "username", "username_ref", "password_ref", "ssh_key_ref").object()),
		).and(renamed(v1, "validation_repo").with(v1, "branch", "branchName")...).and(where(v1)...).object()
	case familyArtifactory:
		auth := []wire.Member{wire.M("type", wire.Text("Anonymous"))}
		if login := renamed(v1, "username", "username_ref", "password_ref"); len(login) > 0 {
			auth = []wire.Member{wire.M("type", wire.Text("UsernamePassword")), wire.M("spec", login.object())}
		}
		return members{}.with(v1, "url", "artifactoryServerUrl").and(wire.M("auth", wire.Obj(auth...))).and(where(v1)...).object()
	case familyAppDynamics:
		kind := "UsernamePassword"
		if _, client := v1.Lookup("client_id"); client {
			kind = "ApiClientToken"
		}
		return members{}.with(v1, "account_name", "accountname").and(renamed(v1, "controller_url")...).
			and(wire.M("authType", wire.Text(kind))).
			and(renamed(v1, "username", "password_ref", "client_id", "client_secret_ref")...).and(where(v1)...).object()
	case familyAzure:
		return renamed(v1, "azure_environment_type").and(wire.M("credential", azureCredential(t, v1))).and(where(v1)...).object()
	}
	return v1
}

func gitKind(v1 wire.Value) string {
	if _, ssh := v1.Lookup("ssh_key_ref"); ssh {
		return "Ssh"
	}
	return "Http"
}

func azureCredential(t connector.Type, v1 wire.Value) wire.Value {
	kind, auth := azureKinds(t.Name)
	inner := members{wire.M("type", wire.Text(auth))}
	outer := renamed(v1, "application_id", "tenant_id")
	if own := renamed(v1, "secret_ref", "certificate_ref", "client_id"); len(own) > 0 {
		inner = inner.and(wire.M("spec", own.object()))
	}
	return wire.Obj(wire.M("type", wire.Text(kind)), wire.M("spec", outer.and(wire.M("auth", inner.object())).object()))
}

// azureKinds gives the two words by which the entity form and Terraform tell the four Azure types apart.
func azureKinds(typeName string) (credential, auth string) {
	switch typeName {
	case azureClientSecretKey.Name:
		return "ManualConfig", "Secret"
	case azureClientCertificate.Name:
		return "ManualConfig", "Certificate"
	case azureUserIdentity.Name:
		return "InheritFromDelegate", "UserAssignedManagedIdentity"
	}
	return "InheritFromDelegate", "SystemAssignedManagedIdentity"
}

func where(v1 wire.Value) []wire.Member {
	return renamed(v1, "delegate_selectors", "execute_on_delegate")
}

// members is an object while it is put together.
type members []wire.Member

func (m members) and(more ...wire.Member) members { return append(m, more...) }
func (m members) object() wire.Value              { return wire.Obj(m...) }

// with adds a member of the v1 form under another name, if it is there.
func (m members) with(v1 wire.Value, from, to string) members {
	if v, ok := v1.Lookup(from); ok {
		m = append(m, wire.M(to, v))
	}
	return m
}

// renamed takes the named members that are there, their names in camelCase.
func renamed(v1 wire.Value, names ...string) members {
	var out members
	for _, name := range names {
		out = out.with(v1, name, camel(name))
	}
	return out
}

// given appends the members that say something.
func given(to []wire.Member, more ...wire.Member) []wire.Member {
	for _, m := range more {
		if m.Value.Text() != "" || len(m.Value.Members()) > 0 {
			to = append(to, m)
		}
	}
	return to
}

// camel turns validation_repo into validationRepo.
func camel(name string) string {
	var out strings.Builder
	up := false
	for i := 0; i < len(name); i++ {
		switch {
		case name[i] == '_':
			up = true
			continue
		case up:
			out.WriteByte(name[i] - 'a' + 'A')
		default:
			out.WriteByte(name[i])
		}
		up = false
	}
	return out.String()
}
