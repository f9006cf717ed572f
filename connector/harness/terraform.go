package harness

import (
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// terraform gives the resource of the vendor's provider. The default branch of a Git connector has no argument there.
func terraform(_ connector.Workspace, c *connector.Connector) string {
	t, known := Vendor().Type(c.Type)
	if !known {
		return "# The provider harness/harness has no resource for the type " + c.Type + ".\n"
	}
	v1 := wire.Obj(connector.Encode(c.Spec.Fields())...)
	return wire.Resource("harness_platform_connector_"+resourceNames[t.Family], resourceName(c.Identifier), func(b *wire.Block) {
		b.Set("identifier", wire.Text(c.Identifier))
		b.Set("name", wire.Text(c.Name))
		b.Set("description", wire.Text(c.Description))
		b.Set("org_id", wire.Text(c.Scope.Org))
		b.Set("project_id", wire.Text(c.Scope.Project))
		b.Set("tags", tagSet(c.Tags))
		switch t.Family {
		case familyGit:
			terraformGit(b, v1)
		case familyArtifactory:
			terraformArtifactory(b, v1)
		case familyAppDynamics:
			terraformAppDynamics(b, v1)
		case familyAzure:
			terraformAzure(b, t, v1)
		}
	})
}

var resourceNames = map[string]string{
	familyGit:         "git",
	familyArtifactory: "artifactory",
	familyAppDynamics: "appdynamics",
	familyAzure:       "azure_cloud_provider",
}

// take sets the named members under their own names.
func take(b *wire.Block, v1 wire.Value, names ...string) {
	for _, name := range names {
		b.Set(name, v1.Get(name))
	}
}

func terraformGit(b *wire.Block, v1 wire.Value) {
	take(b, v1, "url", "connection_type", "validation_repo", "delegate_selectors", "execute_on_delegate")
	b.Block("credentials", func(b *wire.Block) {
		b.Block(strings.ToLower(gitKind(v1)), func(b *wire.Block) {
			take(b, v1, "username", "username_ref", "password_ref", "ssh_key_ref")
		})
	})
}

func terraformArtifactory(b *wire.Block, v1 wire.Value) {
	take(b, v1, "url", "delegate_selectors", "execute_on_delegate")
	if _, login := v1.Lookup("password_ref"); login {
		b.Block("credentials", func(b *wire.Block) { take(b, v1, "username", "username_ref", "password_ref") })
	}
}

func terraformAppDynamics(b *wire.Block, v1 wire.Value) {
	b.Set("url", v1.Get("controller_url"))
	take(b, v1, "account_name", "delegate_selectors")
	block := "username_password"
	if _, client := v1.Lookup("client_id"); client {
		block = "api_token"
	}
	b.Block(block, func(b *wire.Block) { take(b, v1, "username", "password_ref", "client_id", "client_secret_ref") })
}

func terraformAzure(b *wire.Block, t connector.Type, v1 wire.Value) {
	kind, auth := azureKinds(t.Name)
	details := map[string]string{"ManualConfig": "azure_manual_details", "InheritFromDelegate": "azure_inherit_from_delegate_details"}[kind]
	proof := map[string]string{"Secret": "azure_client_secret_key", "Certificate": "azure_client_key_cert",
		"UserAssignedManagedIdentity": "azure_msi_auth_ua"}[auth]
	take(b, v1, "azure_environment_type", "delegate_selectors", "execute_on_delegate")
	b.Block("credentials", func(b *wire.Block) {
		b.Set("type", wire.Text(kind))
		b.Block(details, func(b *wire.Block) {
			take(b, v1, "application_id", "tenant_id")
			b.Block("auth", func(b *wire.Block) {
				b.Set("type", wire.Text(auth))
				if proof != "" {
					b.Block(proof, func(b *wire.Block) { take(b, v1, "secret_ref", "certificate_ref", "client_id") })
				}
			})
		})
	})
}

// tagSet writes tags as the provider does: a set of "key:value".
func tagSet(tags connector.Tags) wire.Value {
	items := make([]string, len(tags))
	for i, tag := range tags {
		items[i] = tag.String()
	}
	return wire.Texts(items)
}

// resourceName is the identifier as Terraform takes names: it knows no $.
func resourceName(identifier string) string { return strings.ReplaceAll(identifier, "$", "_") }
