package securityhubapi

import (
	"context"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
)

// Ticketer opens tickets through connectors that work.
type Ticketer interface {
	// Open opens a ticket for a finding, or one from a sample when it is only tried.
	Open(ctx context.Context, w connector.Workspace, c connector.Connector, finding string, try bool) (id, address string, err error)
}

func (d *Door) createTicket(c *call) (string, error) {
	body, problems := object(c.body)
	if len(problems) > 0 {
		return "", problems
	}
	asked, problems := required(body, "ConnectorId", "FindingMetadataUid")
	token, more := clientToken(body)
	problems = append(problems, more...)
	mode := body.Get("Mode")
	if !mode.IsNull() && mode.Text() != "DRYRUN" {
		problems = append(problems, connector.Problem{Field: "Mode", Text: "It must be DRYRUN, or be left out."})
	}
	if len(problems) > 0 {
		return "", problems
	}
	return d.once(c, token, body, func(c *call) (wire.Value, error) {
		found, err := d.find(c, asked["ConnectorId"])
		if err != nil {
			return wire.Value{}, err
		}
		if missing := d.missing(&found); missing != "" {
			return wire.Value{}, conflict(missing)
		}
		id, address, err := d.Ticketer.Open(c, c.workspace, found, asked["FindingMetadataUid"], !mode.IsNull())
		if err != nil {
			return wire.Value{}, err
		}
		members := []wire.Member{wire.M("TicketId", wire.Text(id))}
		if address != "" {
			members = append(members, wire.M("TicketSrcUrl", wire.Text(address)))
		}
		return wire.Obj(members...), nil
	})
}

// missing says what a connector lacks before a ticket can be opened through it; "" when nothing.
func (d *Door) missing(c *connector.Connector) string {
	jira, isJira := c.Spec.(*securityhub.JiraCloud)
	switch _, unknown := c.Spec.(*connector.Opaque); {
	case unknown:
		return "A connector of the kind " + c.Type + " opens no tickets."
	case isJira && !jira.Authorised():
		return "The connector is not authorised: nobody has let it in at Atlassian yet. Open its AuthUrl, then register the code that comes back."
	case isJira && jira.ProjectKey == "":
		return "The connector has no project yet. Update it with a ProjectKey first."
	case c.Health.Status == connector.Failing:
		return "The last check of the connector failed: " + c.Health.Summary + " Put that right and check it again."
	case c.Health.Status != connector.Healthy && c.Health.Status != connector.Degraded:
		return "No check has proven the connector yet. Validate it in the console first."
	case d.Ticketer == nil:
		return "The connector works, but this release of Patchbay keeps and checks connectors and opens no tickets through them. No ticket was created."
	}
	return ""
}
