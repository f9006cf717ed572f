package securityhubapi

import (
	"context"
	"crypto/subtle"
	"errors"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
)

// Authoriser turns the code that a person's consent brought into a lasting authorisation at Jira Cloud.
type Authoriser interface {
	// Exchange gives the site that the person chose. [ErrNoApplication] where none is set for the workspace, [ErrCode] where the
	// other side does not take the code.
	Exchange(ctx context.Context, w connector.Workspace, code string) (cloudID, domain string, err error)
}

// The errors of an [Authoriser].
var (
	ErrNoApplication = errors.New("no OAuth application is set for the workspace")
	ErrCode          = errors.New("the authorisation code was not taken")
)

func (d *Door) registerConnector(c *call) (string, error) {
	body, problems := object(c.body)
	if len(problems) > 0 {
		return "", problems
	}
	asked, problems := required(body, "AuthCode", "AuthState")
	if len(problems) > 0 {
		return "", problems
	}
	found, err := d.waiting(c, asked["AuthState"])
	if err != nil {
		return "", err
	}
	cloudID, domain, err := "", "", ErrNoApplication
	if d.Authoriser != nil {
		cloudID, domain, err = d.Authoriser.Exchange(c, c.workspace, asked["AuthCode"])
	}
	switch {
	case errors.Is(err, ErrNoApplication):
		return "", conflict("No OAuth application is set for this workspace, so the consent of a person cannot be turned into an authorisation.")
	case errors.Is(err, ErrCode):
		return "", conflict("The other side did not take AuthCode. Open the connector's AuthUrl again and register the new code.")
	case err != nil:
		return "", err
	}
	kept, err := d.reg.Authorise(c, c.actor, found.ID, found.Version, func(s connector.Spec) {
		if jira, ok := s.(*securityhub.JiraCloud); ok {
			jira.Authorise(cloudID, domain)
		}
	})
	if err != nil {
		return "", err
	}
	d.prove(c, kept)
	return wire.Obj(
		wire.M("ConnectorArn", wire.Text(securityhub.ARN(c.workspace, kept.Identifier))),
		wire.M("ConnectorId", wire.Text(kept.Identifier)),
	).JSON(), nil
}

// waiting finds the connector that waits for a state. The state names its connector, so none has to be searched for; the rest of
// it is compared in constant time.
func (d *Door) waiting(c *call, state string) (connector.Connector, error) {
	unknown := notFound("No connector of the account waits for this AuthState in this region. Read its AuthUrl again; each state is good for one authorisation.")
	identifier := securityhub.StateFor(state)
	if identifier == "" {
		return connector.Connector{}, unknown
	}
	found, err := d.reg.Find(c, c.actor, c.workspace.ID, connector.Scope{}, identifier)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return found, err
	}
	jira, ok := found.Spec.(*securityhub.JiraCloud)
	if err != nil || !ok || subtle.ConstantTimeCompare([]byte(jira.State()), []byte(state)) != 1 {
		return connector.Connector{}, unknown
	}
	c.connector = found.ID
	return found, nil
}
