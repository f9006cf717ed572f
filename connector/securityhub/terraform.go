package securityhub

import (
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// terraform gives the resource of the AWS provider.
func terraform(_ connector.Workspace, c *connector.Connector) string {
	if _, known := Vendor().Type(c.Type); !known {
		return "# This release of Patchbay does not know how Terraform writes a " + c.Type + " connector.\n"
	}
	return wire.Resource("aws_securityhub_connector_v2", resourceName(c.Name), func(b *wire.Block) {
		b.Set("name", wire.Text(c.Name))
		b.Set("description", wire.Text(c.Description))
		b.Set("kms_key_arn", wire.Text(keyOf(c.Spec)))
		b.Set("tags", c.Tags.Wire())
		b.Block("connector_provider", func(b *wire.Block) {
			switch s := c.Spec.(type) {
			case *JiraCloud:
				b.Block("jira_cloud", func(b *wire.Block) { b.Set("project_key", wire.Text(s.ProjectKey)) })
			case *ServiceNow:
				b.Block("service_now", func(b *wire.Block) {
					b.Set("instance_name", wire.Text(s.InstanceName))
					b.Set("secret_arn", wire.Text(s.SecretArn))
				})
			}
		})
	})
}

// resourceName makes a word that Terraform takes as a name.
func resourceName(name string) string {
	word := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name)), "_")
	if word == "" || word[0] >= '0' && word[0] <= '9' {
		word = "connector_" + word
	}
	return strings.TrimSuffix(word, "_")
}
