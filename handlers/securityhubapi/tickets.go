package securityhubapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
	"patchbay/registry"
)

// dryRun is the mode in which nothing is created, and what the ticket is called then: the API wants an id always.
const dryRun = "DRYRUN"

// longestUID is more than any finding's uid has, and fits into a ticket.
const longestUID = 1024

func (d *Door) createTicket(c *call) (string, error) {
	body, problems := object(c.body)
	if len(problems) > 0 {
		return "", problems
	}
	asked, problems := required(body, "ConnectorId", "FindingMetadataUid")
	token, more := clientToken(body)
	problems = append(problems, more...)
	mode := body.Get("Mode")
	if utf8.RuneCountInString(asked["FindingMetadataUid"]) > longestUID {
		problems = append(problems, connector.Problem{Field: "FindingMetadataUid", Text: "It must have at most 1024 characters."})
	}
	if !mode.IsNull() && mode.Text() != dryRun {
		problems = append(problems, connector.Problem{Field: "Mode", Text: "It must be DRYRUN, or be left out."})
	}
	if len(problems) > 0 {
		return "", problems
	}
	return d.once(c, token, body, func(c *call, one *registry.Call) (string, bool, error) {
		found, err := d.find(c, asked["ConnectorId"])
		if err != nil {
			return "", false, err
		}
		if lack := missing(&found); lack != "" {
			return "", false, conflict(lack)
		}
		ticket := about(c, &found, asked["FindingMetadataUid"])
		ticket.Try = !mode.IsNull()
		if one != nil {
			ticket.Mark = mark(one)
		}
		opened, err := d.reg.OpenTicket(c, c.actor, found.ID, ticket)
		if err != nil {
			return "", false, untaken(c.op, err)
		}
		if ticket.Try {
			opened.ID = dryRun
		}
		members := []wire.Member{wire.M("TicketId", wire.Text(opened.ID))}
		if opened.Address != "" {
			members = append(members, wire.M("TicketSrcUrl", wire.Text(opened.Address)))
		}
		return wire.Obj(members...).JSON(), false, nil
	})
}

// missing says what a connector lacks before a ticket can be opened through it; "" when nothing. Whether it works shows when it is tried.
func missing(c *connector.Connector) string {
	jira, isJira := c.Spec.(*securityhub.JiraCloud)
	switch _, unknown := c.Spec.(*connector.Opaque); {
	case unknown:
		return "A connector of the kind " + c.Type + " opens no tickets."
	case isJira && !jira.Authorised():
		return "The connector is not authorised: nobody has let it in at Atlassian yet. Open its AuthUrl, then register the code that comes back."
	case isJira && jira.ProjectKey == "":
		return "The connector has no project yet. Update it with a ProjectKey first."
	}
	return ""
}

// about says in a ticket what is known of a finding. The request brings no more than its uid.
func about(c *call, of *connector.Connector, finding string) connector.NewTicket {
	return connector.NewTicket{
		Title: "Security Hub finding " + finding,
		Lines: []string{"A program asked for this ticket through the connector “" + of.Name + "” of Patchbay.",
			"The request names the finding by its uid only; look there for what was found."},
		Facts: []connector.Fact{{Name: "Finding", Value: finding}, {Name: "AWS account", Value: c.workspace.Account}, {Name: "Region", Value: c.workspace.Region},
			{Name: "Connector", Value: securityhub.ARN(c.workspace, of.Identifier)}, {Name: "Asked by", Value: c.credential.Name}},
	}
}

// mark is by what a ticket is found again at the other side when the answer to the call got lost. Nothing can be read from it.
func mark(one *registry.Call) string {
	sum := sha256.Sum256([]byte(one.Workspace + "\n" + one.Operation + "\n" + one.Token + "\n" + string(one.Asked)))
	return "patchbay-" + hex.EncodeToString(sum[:8])
}

// passing are the refusals that may be over in a moment, and before which nothing was changed: clients try again by themselves.
var passing = []string{"SERVER_ERROR", "TIMEOUT", "RESET", "DNS_FAILED", "CONNECT_REFUSED", "CONNECT_TIMEOUT", "CONNECT_FAILED", "CANCELLED", "JIRA_RENEWAL_UNANSWERED",
	"JIRA_RENEWAL_NOT_KEPT", "JIRA_TOKENS_UNREADABLE", "STORE_UNREADABLE", "OAUTH_UNREADABLE"}

// untaken is the exception for a ticket that was not opened. What is wrong with the other side, or with the connector, is a conflict to the API.
func untaken(op *operation, err error) error {
	var refused *registry.TicketRefused
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.Code == "RATE_LIMITED":
		f := throttled(30 * time.Second)
		f.message = refused.Error()
		return f
	case slices.Contains(passing, refused.Code):
		return op.internal(refused.Error())
	}
	return conflict(refused.Error())
}
